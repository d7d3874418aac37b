"""What a fund may be used for and who keeps it changes with a trace (W14)."""

from tests.fund_case import FundCase


class TestTraces(FundCase):
    def _notes(self):
        self.env.flush_all()
        return self.fund.message_ids.sorted("id")

    def test_allowed_uses_are_tracked(self):
        self._end_request()
        fund = self.fund.with_context(tracking_disable=False)
        fund.write({"allows_loan": True, "allows_expense": False})
        self._end_request()
        values = self._notes()[-1].sudo().tracking_value_ids
        self.assertEqual(
            {
                (value.field_id.name, value.old_value_integer, value.new_value_integer)
                for value in values
                if value.field_id.name.startswith("allows_")
            },
            {("allows_loan", 0, 1), ("allows_expense", 1, 0)},
        )

    def _end_request(self):
        """What is tracked is noted at the end of a request."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_terms_of_treasurers_are_told(self):
        (term,) = self.fund.treasurer_ids
        self.assertIn("Tesorera Rosa, from 01/01/2026 on", self._notes()[-1].body)
        term.date_to = "2026-05-31"
        self.assertRegex(
            self._notes()[-1].body, "from 01/01/2026 on → .*Rosa, from 01/01/2026 to 05/31/2026"
        )
        count = len(self._notes())
        term.date_to = "2026-05-31"
        self.assertEqual(len(self._notes()), count)
        term.unlink()
        self.assertIn("Term of office deleted: Tesorera Rosa", self._notes()[-1].body)
