"""The month-end checklist of a network with funds: dues not asked, and dues past due."""

from tests.fund_case import FundCase


class TestMonthEndDues(FundCase):
    def _check(self, key, date="2026-03-15"):
        checklist = self.env["business.network.month.end"].create(
            {"network_id": self.network.id, "date": date}
        )
        checklist.action_check()
        lines = checklist.line_ids.filtered(lambda line: line.key == key)
        action = lines[:1].action_open()
        return lines, self.env[action["res_model"]].search(action["domain"])

    def test_dues_that_were_not_asked_are_named_until_they_are(self):
        schedule = self._create_schedule()
        draft = self._create_schedule(start=False)
        line, found = self._check("fund_dues")
        self.assertEqual((line.count, line.state), (1, "attention"))
        self.assertEqual(found, schedule)
        self.assertTrue(line.remedy)
        schedule._ask_until(self._date("2026-02-28"))
        self.assertEqual(self._check("fund_dues")[1], schedule, "those of March")
        self.assertFalse(self._check("fund_dues", "2026-02-10")[1], "February was asked")
        schedule._ask_until(self._date("2026-03-31"))
        self.assertFalse(self._check("fund_dues")[1])
        self.assertEqual(draft.state, "draft")

    def test_dues_past_due_are_receivables_of_members(self):
        _schedule, entries = self._ask()
        line, items = self._check("members_past_due")
        self.assertEqual(items.move_id, entries)
        self.assertEqual(line.amount, sum(self._owed()))
        self.assertEqual(len(self._check("members_past_due", "2026-02-10")[1].move_id), 2)

    def test_a_network_without_funds_has_no_such_line(self):
        other = self._create_network("Red sin fondo", self.operating_form)
        checklist = self.env["business.network.month.end"].create({"network_id": other.id})
        checklist.action_check()
        self.assertFalse({"fund_dues", "fund_months"} & set(checklist.line_ids.mapped("key")))
