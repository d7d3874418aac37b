"""Loans and the bank: what was asked is closed by a line and follows it; principal is not."""

from odoo.exceptions import UserError

from tests.fund_bank_case import FundBankCase


class TestReconcileLoans(FundBankCase):
    def set_up_once(self):
        super().set_up_once()
        self.lender = self._create_fund(
            "Aportaciones", kind="contributions", loan_rate=2, journals=self.wallet
        )
        self._operate("opening", 3000, fund=self.lender, journal=self.wallet)
        self._set_up(self.lender)
        self.loan = self.env["business.network.fund.loan"].create(
            {
                "fund_id": self.lender.id,
                "member_id": self.member_b.id,
                "purpose": "Hilo",
                "amount": 1000,
                "instalment_count": 1,
                "date": "2026-03-31",
                "date_first": "2026-04-30",
                "journal_id": self.wallet.id,
                "date_paid": "2026-03-31",
            }
        )
        self.loan.action_request()
        self.loan.action_approve()
        self.loan.action_pay()

    def _close(self, line, item):
        """Close an item with a line, as chosen on the screen."""
        line._propose_items(item)
        line.reconcile_bank_line()

    def test_principal_that_was_not_asked_is_not_closed(self):
        self.loan.account_id.reconcile = True
        line = self._state_line(1000, bank=self.wallet, partner=self.partner_b)
        lent = self.loan.move_id.line_ids.filtered("debit")
        with self.assertRaisesRegex(UserError, "End the loan early, then match the rest"):
            self._close(line, lent)
        line.clean_reconcile()
        with self.assertRaisesRegex(UserError, "which is what members were lent"):
            self._book(line, self.loan.account_id, "loan", self.partner_b)
        self._check_ties(self.lender)

    def test_what_is_on_another_account_is_not_closed(self):
        line = self._state_line(3000, bank=self.wallet)
        opening = self.env["account.move.line"].search(
            [("fund_id", "=", self.lender.id), ("fund_movement", "=", "opening")]
        )
        with self.assertRaisesRegex(UserError, "closes what members owe, or what is on its way"):
            self._close(line, opening.filtered("credit"))

    def test_a_loan_follows_the_line_that_repays_it(self):
        self.loan.instalment_ids._ask_due(self._date("2026-04-30"))
        line = self._state_line(1020, bank=self.wallet, partner=self.partner_b, date="2026-05-02")
        self.assertEqual(len(self._proposed(line)), 2, "principal and interest")
        line.reconcile_bank_line()
        self.assertEqual(self.loan.state, "repaid")
        line.unreconcile_bank_line()
        self.assertEqual(self.loan.state, "disbursed")
        self.assertEqual(self.loan.amount_due, 1020)
        self._check_ties(self.lender)
