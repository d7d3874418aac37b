"""Loans that were paid out before their fund came into the books."""

from odoo.exceptions import UserError
from odoo.tests import Form

from tests.funds.test_loans import LoanCase


class TestLoansOpening(LoanCase):
    """2,000 put in by C: 1,500 in cash, 500 lent to B and left of a loan."""

    def set_up_once(self):
        # Not the cash of LoanCase: this fund is opened with what its members put in.
        wizard = self.env["business.network.fund.opening"].create(
            {
                "fund_id": self.lender.id,
                "date": "2026-03-31",
                "box_ids": [(0, 0, {"journal_id": self.cash_box.id, "amount": 1500})],
                "line_ids": [(0, 0, {"member_id": self.member_c.id, "amount_given": 2000})],
            }
        )
        self.assertEqual(wizard.amount_common, -500)
        wizard.post()

    def _create_old(self, **vals):
        return self._create_loan(**{"amount": 500, "journal_id": None, "is_opening": True, **vals})

    def test_it_is_booked_against_the_fund_and_no_cash_moves(self):
        loan = self._pay_out(self._create_old())
        entry = loan.move_id
        self.assertEqual(self._balance(self.loans_account, self.partner_b, entry), 500)
        self.assertEqual(self._balance(self.lender.account_id, moves=entry), -500)
        self.assertEqual(self._balance(self.cash, moves=entry), 0)
        self.assertEqual(self._summary(self.lender), [2000, 1500, 0, 500, 0])
        self.assertEqual(self.lender.get_ties(), [])
        self.assertEqual(loan.state, "disbursed")

    def test_its_instalments_are_asked_and_repaid_like_any(self):
        loan = self._pay_out(self._create_old())
        self._ask_instalments("2026-04-30")
        self.assertEqual(loan.amount_due, 135)  # 125 of principal, 2 % of 500
        self._receive(135, date="2026-05-02")
        loan.invalidate_recordset()
        self.assertEqual((loan.amount_due, loan.amount_not_due), (0, 375))
        self.assertEqual(self._summary(self.lender), [2010, 1635, 0, 375, 0])

    def test_approving_it_promises_no_cash(self):
        loan = self._create_old(amount=1800)
        loan.action_request()
        loan.action_approve()
        self.lender._forget_balances()
        self.assertEqual(self.lender.available_amount, 1500)

    def test_a_later_loan_and_a_fund_that_was_not_opened_are_refused(self):
        with self.assertRaisesRegex(UserError, "not lent before"):
            self._pay_out(self._create_old(date_paid="2026-04-01"))
        other = self._create_fund("Otra", kind="contributions")
        with self.assertRaisesRegex(UserError, "not opened"):
            self._pay_out(self._create_old(fund_id=other.id))

    def test_without_a_day_it_is_of_the_opening(self):
        loan = self._pay_out(self._create_old(date_paid=None))
        self.assertEqual(loan.date_paid, self._date("2026-03-31"))

    def test_the_rules_of_the_fund_hold(self):
        self.lender.loan_maximum = 400
        with self.assertRaisesRegex(UserError, "400.00"):
            self._pay_out(self._create_old())

    def test_undoing_it_takes_it_out_of_the_fund(self):
        loan = self._pay_out(self._create_old())
        loan.action_undo_payment()
        self.assertEqual(self._summary(self.lender), [1500, 1500, 0, 0, 0])

    def test_the_form_has_it(self):
        with Form(self.env["business.network.fund.loan"]) as form:
            form.fund_id = self.lender
            form.member_id = self.member_b
            form.purpose = "Hilo"
            form.amount = 500
            form.is_opening = True
        self.assertTrue(form.record.is_opening)
