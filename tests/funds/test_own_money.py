"""What members paid in advance is in the fund's cash and not the fund's: nobody spends it."""

from odoo import Command
from odoo.exceptions import UserError

from tests.funds.test_fund_share_out import ShareOutCase


class TestOwnMoney(ShareOutCase):
    def _advance(self, member, amount, fund=None):
        (fund or self.own)._receive(
            [(member, amount, True)], self.cash_box, self._date("2026-04-01"), "Adelanto"
        )

    def test_what_is_owed_is_shown_beside_what_was_paid_in_advance(self):
        """The button opens what is owed; netted with advances it would say another sum."""
        self._ask(until="2026-01-31")
        self._advance(self.member_b, 50, fund=self.fund)
        names = ("due_amount", "advance_amount", "owed_amount")
        self.fund.invalidate_recordset()
        due, advance, owed = (self.fund[name] for name in names)
        opened = self.env["business.network.fund.due"].search([("fund_id", "=", self.fund.id)])
        self.assertEqual(due, sum(opened.mapped("amount_open")))
        self.assertGreater(due, 0)
        self.assertGreater(advance, 0)
        self.assertEqual(due - advance, owed)

    def test_a_share_out_leaves_what_was_paid_in_advance(self):
        self._put_in({self.partner_c: 100})
        self._advance(self.member_b, 50)
        self.assertEqual(self._summary(self.own), [100, 150, -50, 0, 0])
        self.assertEqual(self._wizard().amount, 100)
        wizard = self._wizard(amount=100.01)
        with self.assertRaisesRegex(
            UserError, "has .*100.00 to share out: cash and bank .*150.00, balance .*100.00"
        ):
            wizard.action_compute()
        entry = self._share_out()
        self.assertEqual(
            self._items(entry), {("fund", "Taller C"): 100, ("cash", "Taller C"): -100}
        )
        self.assertEqual(self._summary(self.own), [0, 50, -50, 0, 0])
        self.assertEqual(self._owed(self.member_b, fund=self.own), [-50])

    def test_an_expense_is_measured_on_what_is_the_funds_own(self):
        self._advance(self.member_b, 40, fund=self.fund)
        self.assertEqual((self.fund.cash_amount, self.fund.available_amount), (40, 0))
        expense = self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.fund.id,
                "purpose": "Pasajes",
                "amount": 40,
                "journal_id": self.cash_box.id,
                "date_paid": "2026-04-02",
            }
        )
        expense.action_request()
        message = r"for .*40.00, and .*has \D*0.00 available: cash and bank .*40.00, balance .*0.00"
        with self.assertRaisesRegex(UserError, message):
            expense.action_approve()
        self._operate("donation", 40)
        self.fund._forget_balances()
        expense.action_approve()
        expense.action_pay()
        self.assertEqual(self._summary(), [0, 40, -40, 0, 0])

    def test_what_was_approved_is_not_paid_with_advances(self):
        self._operate("donation", 40)
        expense = self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.fund.id,
                "purpose": "Pasajes",
                "amount": 40,
                "journal_id": self.cash_box.id,
                "date_paid": "2026-04-02",
            }
        )
        expense.action_request()
        expense.action_approve()
        gift = self.env["account.move"].search([("fund_id", "=", self.fund.id)])
        gift._reverse_moves([{"date": "2026-04-01"}], cancel=True)
        self._advance(self.member_b, 40, fund=self.fund)
        with self.assertRaisesRegex(UserError, r"for .*40.00.*has \D*0.00 available"):
            expense.action_pay()

    def test_neither_transfers_nor_losses_take_advances(self):
        self._operate("donation", 10)
        self._advance(self.member_b, 40, fund=self.fund)
        other = self._create_fund("Contingencias", kind="contingency")
        with self.assertRaisesRegex(
            UserError, "has .*10.00 available.*cash and bank .*50.00, balance .*10.00"
        ):
            self._operate("transfer", 10.01, to_fund_id=other.id, to_journal_id=self.fund_bank.id)
        event = self.env["business.network.fund.event"].create(
            {
                "fund_id": self.fund.id,
                "name": "Rifa",
                "date": "2026-04-02",
                "line_ids": [
                    Command.create(
                        {
                            "kind": "cost",
                            "concept": "Premios",
                            "amount": 11,
                            "journal_id": self.cash_box.id,
                        }
                    )
                ],
            }
        )
        event.action_hold()
        with self.assertRaisesRegex(UserError, "has .*10.00 available.*balance .*10.00"):
            event.action_post()

    def _leave(self, member):
        leaving = self.env["business.network.fund.exit"].create(
            {"member_id": member.id, "date": "2026-06-30"}
        )
        leaving.action_compute()
        return leaving

    def test_who_leaves_is_not_paid_with_the_advances_of_others(self):
        self._put_in({self.partner_b: 100})
        self._spend(100, "2026-03-15")
        self._advance(self.member_c, 100)
        self.assertEqual(self._summary(self.own), [0, 100, -100, 0, 0])
        with self.assertRaisesRegex(
            UserError,
            "gets .*100.00, and .* has .*0.00 available.*cash and bank .*100.00, balance .*0.00",
        ):
            self._leave(self.member_b).action_post()

    def test_who_leaves_gets_its_own_advance_and_what_is_approved_stays(self):
        self._put_in({self.partner_b: 100, self.partner_c: 100})
        self._advance(self.member_b, 30)
        self._advance(self.member_c, 70)
        self.own.minimum_balance = 100
        leaving = self._leave(self.member_b)
        self.assertEqual(leaving.amount_paid_out, 130)
        self.own.minimum_balance = 100.01
        self.own._forget_balances()
        with self.assertRaisesRegex(UserError, "gets .*130.00, and .* has .*129.99 available"):
            leaving.action_post()
        self.own.minimum_balance = 100
        self.own._forget_balances()
        leaving.action_post()
        self.assertEqual(self._summary(self.own), [100, 170, -70, 0, 0])
