"""A month is closed once the fund's banks are done with it, and no bank is left behind."""

from freezegun import freeze_time
from odoo.exceptions import UserError

from tests.fund_bank_case import FundBankCase


@freeze_time("2026-05-20")
class TestMonthOfBank(FundBankCase):
    def set_up_once(self):
        super().set_up_once()
        self.member_c.role = "president"
        self.fund.date_closed = "2026-03-31"
        self._operate("donation", 5, date="2026-04-01")

    def _statement(self, fund=None):
        fund = fund or self.fund
        return fund.statement_ids or fund.statement_ids.create(
            {"fund_id": fund.id, "date_to": "2026-04-30"}
        )

    def _close(self, fund=None):
        statement = self._statement(fund)
        statement.action_sign_treasurer()
        statement.action_sign_president()
        statement.action_close()

    def _obstacles(self, fund=None):
        return "\n".join(self._statement(fund)._get_obstacles())

    def test_a_bank_that_did_not_move_holds_nothing_up(self):
        self._close()
        self.assertEqual(self.fund.date_closed, self._date("2026-04-30"))

    def test_lines_that_nobody_identified(self):
        line = self._state_line(30, "Abono raro", date="2026-04-30")
        with self.assertRaisesRegex(UserError, r"not identified: Abono raro \(.*30.00"):
            self._close()
        self._book(line, self.fund.account_id, "donation")
        self._close()

    def test_a_later_line_that_nobody_identified_may_wait(self):
        self._state_line(30, "Abono raro", date="2026-05-02")
        self._close()

    def test_what_is_in_transit_waits_for_its_statement(self):
        self._operate("donation", 30, journal=self.fund_bank, date="2026-04-29")
        with self.assertRaisesRegex(UserError, "does not reach 04/30/2026: Banco del fondo"):
            self._close()
        line = self._state_line(30, date="2026-04-29")
        line.reconcile_bank_line()
        self.assertIn("write 04/30/2026 as the date of the statement", self._obstacles())
        line.statement_id.date = "2026-04-30"
        self._close()

    def test_the_next_statement_reaches_the_month_s_end(self):
        self._operate("donation", 30, journal=self.fund_bank, date="2026-04-30")
        self._state_line(30, date="2026-05-04")
        self._close()

    def test_the_last_line_of_a_statement_says_how_far_it_reaches(self):
        first, last = ("2026-04-10", "Regalo", 30), ("2026-04-30", "Otro regalo", 5)
        for line in self._state(last, first).line_ids:
            self._book(line, self.fund.account_id, "donation")
        self._close()

    def test_a_closed_fund_does_not_hold_the_lines_of_another(self):
        other = self._create_fund("Contingencias", kind="contingency", journals=self.fund_bank)
        gift = self._state_line(12, date="2026-04-30")
        with self.assertRaisesRegex(UserError, "lines of bank statements"):
            self._close()
        self._book(gift, other.account_id, "donation", fund=other)
        self._close()
        gift.unreconcile_bank_line()
        with self.assertRaisesRegex(UserError, "Fondo común.*is closed up to"):
            self._book(gift, self.fund.account_id, "donation", fund=self.fund)
        gift.clean_reconcile()
        self._book(gift, other.account_id, "donation", fund=other)
        self.assertEqual(self._summary(other), [12, 12, 0, 0, 0])
        self._check_ties(other)
