"""Money given for one use on a bank statement: stated there, used there, undone there."""

from odoo.exceptions import UserError

from tests.fund_bank_case import FundBankCase


class TestReconcileGifts(FundBankCase):
    def _terms(self, line, account, movement, **terms):
        info = line.reconcile_data_info
        for one in info["data"]:
            if one["kind"] == "suspense":
                one.update(
                    kind="other",
                    account_id=[account.id, account.display_name],
                    fund_movement=movement,
                    **terms,
                )
        line.reconcile_data_info = info
        line.reconcile_bank_line()

    def _give(self, amount=80, restriction="Solo telares"):
        line = self._state_line(amount, "Donación")
        self._terms(line, self.fund.account_id, "donation", fund_restriction=restriction)
        return line

    def _gift(self, line):
        return self.env["business.network.fund.gift"].search([("move_id", "=", line.move_id.id)])

    def test_the_screen_states_what_a_donation_is_for(self):
        line = self._state_line(80, "Donación")
        screen = line.new(origin=line)  # the client sets the reference when a row is clicked
        screen.manual_reference = screen.reconcile_data_info["data"][-1]["reference"]
        screen._onchange_manual_reconcile_reference()
        screen.manual_fund_movement = "donation"
        screen._onchange_manual_fund()
        screen.manual_fund_restriction = "Solo telares"
        screen._onchange_manual_gift()
        line.reconcile_data_info = screen.reconcile_data_info
        line.reconcile_bank_line()
        self.assertEqual(line.move_id.fund_restriction, "Solo telares")
        gift = self._gift(line)
        self.assertEqual((gift.amount_received, gift.fund_id), (80, self.fund))
        self.assertEqual((self.fund.restricted_amount, self.fund.available_amount), (80, 0))
        self._check_ties()

    def test_a_donation_without_one_is_free(self):
        line = self._give(restriction=" ")
        self.assertFalse(line.move_id.fund_restriction)
        self.assertEqual(self.fund.available_amount, 80)

    def test_what_is_no_gift_states_nothing(self):
        line = self._state_line(80, "Rifa")
        self._terms(line, self.fund.account_id, "event", fund_restriction="Solo telares")
        self.assertFalse(line.move_id.fund_restriction)

    def test_a_line_that_went_out_names_the_gift_it_used(self):
        gift = self._gift(self._give())
        line = self._state_line(-30, "Telar", date="2026-04-03")
        self._terms(line, self.fund.account_id, "project", fund_gift_id=gift.id)
        gift.invalidate_model()
        self.assertEqual((gift.amount_used, gift.amount_left), (30, 50))
        self.assertEqual(self.fund.available_amount, 0)
        line.action_undo_reconciliation()
        gift.invalidate_model()
        self.assertEqual((gift.amount_used, gift.amount_left), (0, 80))
        self._terms(line, self.fund.account_id, "project")
        self.assertFalse(line.move_id.fund_gift_id)
        self._check_ties()

    def test_more_than_was_given_is_refused(self):
        self._state_line(50, "Abono", date="2026-04-02")
        gift = self._gift(self._give())
        line = self._state_line(-90, "Telar", date="2026-04-03")
        with self.assertRaisesRegex(UserError, "90.00 would be used"), self.cr.savepoint():
            self._terms(line, self.fund.account_id, "project", fund_gift_id=gift.id)

    def test_a_gift_that_was_used_is_not_undone(self):
        line = self._give()
        gift = self._gift(line)
        expense = self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.fund.id,
                "purpose": "Telar",
                "amount": 30,
                "gift_id": gift.id,
                "journal_id": self.fund_bank.id,
                "date_paid": "2026-04-03",
            }
        )
        expense.action_request()
        expense.action_approve()
        with self.assertRaisesRegex(UserError, "Undo the payments that name it first"):
            line.action_undo_reconciliation()
        expense.action_refuse()
        line.action_undo_reconciliation()
        self.assertFalse(self._gift(line))
        self.assertFalse(line.move_id.fund_restriction)
        self.assertEqual(self.fund.restricted_amount, 0)
