"""A fund is archived once it asks no dues and has lent nothing."""

from odoo.exceptions import UserError

from tests.funds.test_loans import LoanCase


class TestArchiving(LoanCase):
    def test_a_fund_that_asks_dues_is_not_archived(self):
        schedule, _entries = self._ask()
        with self.assertRaisesRegex(UserError, "Cuota mensual is running.*End it"):
            self.fund.action_archive()
        schedule.action_end()
        self.fund.action_archive()
        self.assertFalse(self.fund.active)
        with self.assertRaisesRegex(UserError, "Fondo común.*is archived.*Unarchive"):
            schedule.action_start()
        self.fund.action_unarchive()
        schedule.action_start()
        self.assertEqual(schedule.state, "running")

    def test_a_fund_that_lent_money_is_not_archived_before_it_is_repaid(self):
        loan = self._lend(amount=100, instalment_count=1)
        with self.assertRaisesRegex(UserError, f"{loan.name} of Taller B is not repaid"):
            self.lender.active = False
        self._ask_instalments("2026-04-30")
        self._receive(self.lender._get_owed()[self.partner_b])
        self.assertEqual(loan.state, "repaid")
        self.lender.active = False
        self.assertFalse(self.lender.active)

    def test_a_loan_that_is_promised_holds_the_fund_too_and_one_that_is_asked_does_not(self):
        loan = self._create_loan(amount=100)
        loan.action_request()
        self.lender.active = False
        self.lender.active = True
        loan.action_approve()
        with self.assertRaisesRegex(UserError, f"{loan.name}.*refuse it"):
            self.lender.active = False
