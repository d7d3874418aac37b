"""A round is given up in every state, or says what is in the way; a deposit from asking to back."""

from odoo.exceptions import UserError

from tests.rounds.buying_case import BuyingCase


class TestCancelInEveryState(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)}, deposit_percent=10)
        self.first = self._quote(self.round, self.supplier, {self.sheet: 20})
        self.second = self._quote(self.round, self.supplier_b, {self.sheet: 21})
        self.orders = self.first | self.second

    def _assert_canceled(self):
        self.round.action_cancel()
        self.assertEqual(self.round.state, "cancel")
        self.assertEqual(set(self.orders.mapped("state")), {"cancel"})
        self.assertFalse(self.orders.allocation_ids)
        self.assertFalse(self.round.deposit_call_id)
        self.round.action_cancel()

    def _negotiate(self):
        self.round.action_choose_cheapest()
        self.round.action_negotiate()

    def test_without_quotations(self):
        for state in ("draft", "open", "closed"):
            with self.subTest(state=state):
                purchase_round = self._create_round({self.sheet: (5, 4, 1)}, state)
                purchase_round.action_cancel()
                self.assertEqual(purchase_round.state, "cancel")

    def test_closed_with_quotations(self):
        self._assert_canceled()

    def test_negotiated_with_a_deposit_that_nobody_paid(self):
        self._negotiate()
        self.round.action_ask_deposit()
        call = self.round.deposit_call_id
        self._assert_canceled()
        self.assertEqual(call.stage, "cancelled")

    def test_negotiated_with_a_paid_deposit_until_it_is_released(self):
        self._negotiate()
        self.round.action_ask_deposit()
        call = self.round.deposit_call_id
        lines = call.line_ids.filtered(lambda line: not line.is_books_company)
        call.collect(
            {line: line.amount_open for line in lines}, self.bank, self._date("2026-03-12")
        )
        with self.assertRaisesRegex(UserError, f"already paid the deposit {call.name}"):
            self.round.action_cancel()
        self.assertEqual(self.round.state, "negotiated")
        self.round.action_release_deposit()
        self.assertEqual(call.stage, "closed")
        self._assert_canceled()

    def test_ordered(self):
        self._order(self.round)
        self._assert_canceled()

    def test_ordered_again_after_going_back_to_draft(self):
        self._order(self.round)
        self.round.action_cancel_orders()
        self.assertEqual(self.round.state, "closed")
        again = self._quote(self.round, self.supplier, {self.sheet: 19})
        self.orders |= again
        self._order(self.round)
        self.assertEqual(again.state, "purchase")
        with self.assertRaisesRegex(UserError, "was not chosen in"):
            self.first.button_draft()
            self.first.button_confirm()
        self.first.button_cancel()
        self._assert_canceled()

    def test_received_in_part_and_whole_once_the_receipts_are_undone(self):
        self._order(self.round)
        self._receive(self.round, {self.sheet: 5})
        with self.assertRaisesRegex(UserError, f"{self.first.name} of .* received already"):
            self.round.action_cancel()
        self._receive(self.round)
        self.assertEqual(self.round.state, "received")
        with self.assertRaisesRegex(UserError, f"{self.first.name} of .* received already"):
            self.round.action_cancel()
        self.round.action_undo_receipts()
        self._assert_canceled()

    def test_billed_is_named_until_the_draft_is_gone(self):
        self._order(self.round)
        self._receive(self.round)
        bill = self._bill(self.round, post=False)
        with self.assertRaisesRegex(UserError, "belong to .*cama. Delete the drafts"):
            self.round.action_cancel()
        bill.unlink()
        self.round.action_undo_receipts()
        self._assert_canceled()

    def test_members_invoiced_and_distributed_names_the_bill(self):
        self._order(self.round)
        self._receive(self.round)
        bill = self._bill(self.round)
        self.round.action_invoice_members().action_post()
        for state in ("received", "distributed"):
            with self.subTest(state=state):
                if state == "distributed":
                    self.round.action_distribute()
                with self.assertRaisesRegex(UserError, f"{bill.name[-8:]}.* belong to"):
                    self.round.action_cancel()
                self.assertEqual(self.round.state, state)


class TestDepositToTheEnd(BuyingCase):
    operating_form = "red_empresarial.operating_form_consortium_operator"

    def test_what_is_not_spent_goes_back_with_the_settlement(self):
        purchase_round = self._create_round(
            {self.sheet: (5, 4, 1)}, deposit_percent=100, deposit_rule="require"
        )
        self._quote(purchase_round, self.supplier, {self.sheet: 20})
        purchase_round.action_choose_cheapest()
        purchase_round.action_negotiate()
        purchase_round.action_ask_deposit()
        call = purchase_round.deposit_call_id
        self.assertEqual(call.line_ids.mapped("amount_asked"), [100, 80, 20])
        lines = call.line_ids.filtered(lambda line: not line.is_books_company)
        call.collect(
            {line: line.amount_open for line in lines}, self.bank, self._date("2026-03-12")
        )
        self.assertEqual(purchase_round.deposit_missing, 0)
        purchase_round.action_order()
        self._receive(purchase_round, {self.sheet: 5})
        purchase_round.action_close_short()
        bill = self._bill(purchase_round)
        # sheets 3, 2, 0 at 20.00, and the tax
        self.assertEqual(self._shares(bill, kind="expense"), [-60, -40, 0])
        purchase_round.action_distribute()
        self.assertEqual(call.stage, "closed")
        settlement = self._create_settlement()
        settlement.action_compute()
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = f"E031-{number:08d}"
        settlement.action_approve()
        settlement.action_post()
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        # B paid 80.00 for 47.20, C 20.00 for nothing
        self.assertEqual(sorted(payments.mapped("amount")), [20, 32.8])
        self.assertEqual(self._balance(self.network.member_payable_account_id), 0)
        self.assertEqual(self._balance(self.network.member_receivable_account_id), 0)
