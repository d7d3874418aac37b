"""What a bank states and nobody identified yet is in the fund's bank, and not the fund's own."""

from odoo.exceptions import UserError

from tests.fund_bank_case import FundBankCase


class TestUnidentifiedMoney(FundBankCase):
    def test_it_is_spent_once_somebody_said_whose_it_is(self):
        line = self._state_line(80, "Abono")
        self.assertEqual(self._summary(), [0, 80, 0, -80, 0])
        self.assertEqual(self.fund.available_amount, 0)
        expense = self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.fund.id,
                "purpose": "Pasajes",
                "amount": 80,
                "journal_id": self.fund_bank.id,
                "date_paid": "2026-04-03",
            }
        )
        expense.action_request()
        with self.assertRaisesRegex(UserError, "cash and bank .*80.00, balance .*0.00"):
            expense.action_approve()
        self._book(line, self.fund.account_id, "donation")
        self.fund._forget_balances()
        self.assertEqual(self.fund.available_amount, 80)
        expense.action_approve()
        expense.action_pay()
        self.assertEqual(self._summary(), [0, 0, 0, 0, 0])
        self._check_ties()

    def test_it_is_not_shared_out(self):
        self.fund.allows_share_out = True
        self._operate("opening", 100, partner_id=self.partner_b.id, journal=self.fund_bank)
        self._set_up(self.fund)
        self._state_line(50, "Abono")
        wizard = self.env["business.network.fund.share.out"].create({"fund_id": self.fund.id})
        self.assertEqual(wizard.amount, 100)
        wizard.amount = 150
        with self.assertRaisesRegex(UserError, "cash and bank .*150.00, balance .*100.00"):
            wizard.action_compute()
