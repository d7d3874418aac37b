"""What a fund's bank states is not taken back by who runs the fund: its line is undone first."""

from freezegun import freeze_time
from odoo.exceptions import UserError

from tests.fund_bank_case import FundBankCase


@freeze_time("2026-04-15")
class TestTakingBackBank(FundBankCase):
    def _take_back(self, entry):
        rows = self.env["business.network.fund.movement"].search([("move_id", "=", entry.id)])
        action = rows[:1].action_reverse()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.reason = "Error"
        return wizard.post()

    def test_a_receipt_that_a_bank_s_line_closed_waits_for_the_line(self):
        self._ask()
        receipt = self.fund._receive(
            [(self.member_b, 30.0, False)], self.fund_bank, self._date("2026-04-01"), "Yape"
        )
        line = self._state_line(30)
        line.reconcile_bank_line()
        self.assertTrue(line.is_reconciled)
        with self.assertRaisesRegex(UserError, "Undo the reconciliation of that line first"):
            self._take_back(receipt)
        self.assertEqual(self._owed(self.member_b), [0])
        line.action_undo_reconciliation()
        self._take_back(receipt)
        self.assertEqual(self._owed(self.member_b), [30])
        self.assertEqual(self.fund.get_ties(), [])

    def test_what_the_bank_states_is_no_receipt_of_the_fund(self):
        self._ask()
        line = self._state_line(30, partner=self.partner_b)
        line.reconcile_bank_line()
        rows = self.env["business.network.fund.movement"].search(
            [("move_id", "=", line.move_id.id)]
        )
        self.assertTrue(rows)
        self.assertFalse(any(rows.mapped("can_reverse")))
