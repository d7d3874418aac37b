"""The milestone of phase 3: members contribute regularly, proved by the dues asked and paid."""

from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from tests.funds.closing_case import ClosingCase


class TestComplianceMilestone(ClosingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milestone = cls.network.verification_ids.filtered(
            lambda verification: verification.milestone_id.code == "fund_contributions"
        )

    def _months(self, *paid):
        """Dues of 30 at the end of January, February…; what of each is paid by B, C and A."""
        schedule, entries = self._ask(until=f"2026-{len(paid) + 1:02}-01")
        for number, (entry, amounts) in enumerate(zip(entries, paid, strict=True), start=1):
            receipts = [
                (member, float(amount), True)
                for member, amount in zip(self.members, amounts, strict=True)
                if amount
            ]
            if receipts:
                self.fund._receive(receipts, self.cash_box, entry.date, f"Pago {number}")
        return schedule, entries

    def test_it_is_proved_by_the_books_and_not_by_a_person(self):
        self.assertEqual(self.milestone.proof, "dues")
        self.assertEqual(self.milestone.state, "pending")

    def test_three_months_in_a_row_prove_it(self):
        _schedule, entries = self._months((10, 10, 10), (10, 10, 4), (10, 10, 16))
        self.env["business.network.verification"]._cron_prove_milestones()
        self.assertEqual(self.milestone.state, "verified")
        self.assertEqual(self.milestone.reached_date, self._date("2026-03-31"))
        self.assertEqual(self.milestone.evidence_move_ids, entries)
        rate = sum(row["paid"] for row in self.fund.get_compliance()) / sum(
            row["asked"] for row in self.fund.get_compliance()
        )
        self.assertEqual(
            (self.milestone.evidence_income, self.milestone.evidence_expense), (90, 90)
        )
        self.assertEqual(rate, 1)
        self.assertIn("100.0", self.milestone.message_ids[:1].body)

    def test_the_target_of_the_network_decides(self):
        self._months((10, 10, 4), (10, 10, 4), (10, 10, 4))
        # Paid oldest first: C's twelve closed January's ten and two of February's.
        self.milestone.action_prove()
        self.assertEqual(self.milestone.state, "pending")
        self.network.dues_target = 65
        self.milestone.action_prove()
        self.assertEqual(self.milestone.state, "verified")
        self.assertEqual(
            (self.milestone.evidence_income, self.milestone.evidence_expense), (72, 90)
        )

    def test_two_months_or_a_gap_prove_nothing(self):
        self._months((10, 10, 10), (10, 10, 10))
        self.milestone.action_prove()
        self.assertEqual(self.milestone.state, "pending")

    def test_undone_payments_make_the_evidence_stale_and_later_ones_do_not(self):
        _schedule, entries = self._months((10, 10, 10), (10, 10, 10), (10, 10, 5))
        self.milestone.action_prove()
        self.assertEqual(self.milestone.evidence_income, 85)
        self.fund._receive(
            [(self.member_c, 5.0, False)], self.cash_box, self._date("2026-04-02"), "x"
        )
        self.milestone.invalidate_recordset()
        self.assertFalse(self.milestone.is_stale)
        entries[0]._reverse_moves([{"date": self._date("2026-04-05")}], cancel=True)
        self.milestone.invalidate_recordset()
        self.assertTrue(self.milestone.is_stale)
        self.milestone.action_reset()
        self.milestone.action_prove()
        self.assertEqual(self.milestone.state, "pending")

    def test_dues_that_were_reversed_were_not_paid(self):
        _schedule, entries = self._months((0, 0, 0), (10, 10, 10), (10, 10, 10))
        entries._reverse_moves([{"date": self._date("2026-04-05")} for _e in entries], cancel=True)
        self.milestone.action_prove()
        self.assertEqual(self.milestone.state, "pending")

    def test_a_target_is_a_percentage(self):
        for target in (0, -5, 101):
            with (
                self.subTest(target),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.network.dues_target = target
                self.network.flush_recordset()
