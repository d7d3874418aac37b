"""What is open with members that have no share in the period is settled, once and reversibly."""

from odoo import Command
from odoo.exceptions import UserError

from tests.common import NetworkCase


class WithoutShareCase(NetworkCase):
    def _open_balances(self, *balances, date="2026-03-01"):
        """Opening balances given as ``(member, owed to it, owed by it)``."""
        lines = [
            Command.create({"member_id": member.id, "owed_to": to, "owed_by": by})
            for member, to, by in balances
        ]
        opening = self.env["business.network.opening"].create(
            {"network_id": self.network.id, "date": date, "line_ids": lines}
        )
        return opening.post()

    def _fine(self, member, amount, date="2026-03-10"):
        receivable = self.network.member_receivable_account_id
        item = {"account_id": receivable.id, "partner_id": member.partner_id.id, "balance": amount}
        income = {"account_id": self.company.income_account_id.id, "balance": -amount}
        fine = self.env["account.move"].create(
            {
                "date": date,
                "ref": "Multa por tardanza",
                "network_id": self.network.id,
                "network_member_id": member.id,
                "line_ids": [Command.create(item), Command.create(income)],
            }
        )
        fine.action_post()
        return fine

    def _advance(self, member, amount):
        vals = {"member_id": member.id, "amount": amount, "date": "2026-03-05"}
        wizard = self.env["business.network.advance"].create(
            {**vals, "journal_id": self.bank.id, "kind": "account"}
        )
        return wizard.pay()

    def _pay_in(self, amount, close=False):
        """A cash call of ``amount`` that the other members pay in."""
        call = self.env["business.network.cash.call"].create(
            {
                "network_id": self.network.id,
                "purpose": "Hilo",
                "amount": amount,
                "date": "2026-03-01",
                "date_due": "2026-03-15",
            }
        )
        call.action_call()
        lines = call.line_ids.filtered("amount_open")
        call.collect({li: li.amount_open for li in lines}, self.bank, self._date("2026-03-05"))
        if close:
            call.action_close()
        return call

    def _drawn(self, call):
        call.line_ids.invalidate_recordset()
        return call.line_ids.mapped("amount_drawn")

    def _pay(self, settlement):
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        return {
            payment.partner_id: payment.amount * (1 if payment.payment_type == "outbound" else -1)
            for payment in payments
        }

    def _assert_nothing_left(self, **vals):
        with self.assertRaisesRegex(UserError, "Nothing to settle"), self.cr.savepoint():
            self._create_settlement(date_to="2026-05-31", **vals).action_compute()

    def _member_balances(self):
        accounts = (
            self.network.member_payable_account_id | self.network.member_receivable_account_id
        )
        return [self._balance(accounts, partner) for partner in (self.partner_b, self.partner_c)]


class TestWithoutShare(WithoutShareCase):
    def test_a_closed_cash_call_is_given_back(self):
        call = self._pay_in(200, close=True)
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.mapped("amount_due"), [0, 0])
        self.assertEqual(settlement.line_ids.mapped("amount_net"), [70, 50])
        self.assertEqual(self._pay(settlement), {self.partner_b: 70, self.partner_c: 50})
        self.assertEqual(settlement.state, "paid")
        self.assertEqual(self._drawn(call), [0, 70, 50])
        self.assertEqual(self._member_balances(), [0, 0])
        self._assert_nothing_left()

    def test_an_open_call_keeps_its_money(self):
        self._pay_in(200)
        self._assert_nothing_left()

    def test_balances_on_both_sides_leave_one(self):
        self._open_balances((self.member_b, 20, 50), (self.member_c, 30, 30))
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.mapped("amount_net"), [-30, 0])
        self.assertEqual(settlement.line_ids.mapped("payment_state"), ["open", "done"])
        payable = self.network.member_payable_account_id
        self.assertEqual(self._balance(payable, self.partner_b), 0)
        self._assert_nothing_left()
        self.assertEqual(self._pay(settlement), {self.partner_b: -30})
        self.assertEqual(settlement.state, "paid")

    def test_one_side_is_claimed_or_paid_once(self):
        fine = self._fine(self.member_b, 15)
        self._open_balances((self.member_c, 12, 0))
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.mapped("amount_net"), [-15, 12])
        self.assertFalse(settlement.move_ids, "nothing is compensated, so nothing is booked")
        self._assert_nothing_left()
        self.assertEqual(self._pay(settlement), {self.partner_b: -15, self.partner_c: 12})
        self.assertTrue(fine.line_ids[:1].reconciled)

    def test_an_advance_alone_waits_for_the_share_it_was_given_for(self):
        self._advance(self.member_b, 40)
        self._assert_nothing_left()
        self._open_balances((self.member_b, 15, 0))
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.netted_item_ids.mapped("amount"), [15, -40])
        self.assertEqual(settlement.amount_receivable, 25)

    def test_an_earlier_balance_alone_is_due_in_its_own_settlement(self):
        self._create_document("out_invoice", [100])
        first = self._settle()
        self._assert_nothing_left()
        self._fine(self.member_b, 5, date="2026-04-10")
        second = self._settle(date_to="2026-04-30")
        self.assertEqual(second.line_ids.member_id, self.member_b)
        self.assertEqual(second.line_ids.netted_item_ids.mapped("kind"), ["balance", "other"])
        self.assertEqual(self._pay(second), {self.partner_b: 30})
        self.assertEqual(first.line_ids.mapped("payment_state"), ["none", "done", "open"])

    def test_beside_members_with_a_share(self):
        agreement = self.agreement.line_ids
        self.agreement.action_reset_to_draft()
        agreement[2].write({"revenue_weight": 0, "expense_weight": 0})
        self.agreement.action_put_in_force()
        self._create_document("out_invoice", [75])
        self._open_balances((self.member_c, 9, 0))
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.mapped("amount_due"), [40, 35, 0])
        self.assertEqual(self._pay(settlement), {self.partner_b: 35, self.partner_c: 9})

    def test_who_left_is_settled(self):
        self._open_balances((self.member_c, 9, 4))
        self.member_c.date_to = "2026-03-05"
        settlement = self._settle()
        self.assertEqual(self._pay(settlement), {self.partner_c: 5})

    def test_what_is_dated_later_or_below_the_minimum_waits(self):
        self._open_balances((self.member_b, 9, 4), date="2026-04-02")
        with self.assertRaisesRegex(UserError, "Nothing to settle"):
            self._create_settlement(date_to="2026-03-31").action_compute()
        self.network.minimum_payout = 6
        self._assert_nothing_left()
        self.network.minimum_payout = 5
        self.assertEqual(self._settle(date_to="2026-04-30").line_ids.amount_net, 5)

    def test_a_settlement_that_nets_nothing_takes_nobody_in(self):
        self._open_balances((self.member_b, 9, 4))
        self._assert_nothing_left(nets_open_items=False)

    def test_another_network_of_the_same_members_is_left_alone(self):
        other = self._create_network("Red vecina", self.operating_form)
        self._create_members(other, self.members.partner_id)
        self._open_balances((self.member_b, 9, 4))
        self._assert_nothing_left(network=other)

    def test_reversal_opens_everything_again(self):
        entry = self._open_balances((self.member_b, 20, 50))
        self._fine(self.member_c, 6)
        ledger = self._ledger()
        first = self._settle()
        first.action_reverse()
        self.assertEqual(self._ledger(), ledger)
        residuals = entry.line_ids.filtered("partner_id").mapped("amount_residual")
        self.assertEqual(sorted(residuals), [-20, 50])
        again = self._settle()
        self.assertEqual(again.line_ids.mapped("amount_net"), [-30, -6])

    def test_items_of_one_account_are_opened_again_although_no_entry_compensated_them(self):
        entry = self._open_balances((self.member_b, 20, 0))
        payable = self.network.member_payable_account_id
        fine = self._fine(self.member_b, 8)
        fine.button_draft()
        fine.line_ids.filtered("partner_id").account_id = payable
        fine.action_post()
        settlement = self._settle()
        self.assertFalse(settlement.move_ids)
        self.assertEqual(settlement.line_ids.amount_open, 12)
        settlement.action_reverse()
        item = entry.line_ids.filtered("partner_id")
        self.assertEqual(item.amount_residual, -20)
        self.assertEqual(self._settle().line_ids.amount_net, 12)

    def test_an_item_that_two_settlements_took_as_it_is_is_reversed_from_the_last(self):
        self._fine(self.member_b, 10)
        first = self._settle()
        self._create_document("out_invoice", [100], date="2026-04-10")
        second = self._settle(date_to="2026-04-30")
        with self.assertRaisesRegex(UserError, f"Reverse {second.name} first"):
            first.action_reverse()
        second.action_reverse()
        first.action_reverse()
        self.assertEqual((first | second).mapped("state"), ["reversed", "reversed"])

    def test_two_settlements_computed_at_once_do_not_both_take_an_item(self):
        fine = self._fine(self.member_b, 10)
        first, second = self._create_settlement(), self._create_settlement(date_to="2026-04-30")
        (first | second).action_compute()
        (first | second).action_approve()
        first.action_post()
        with self.assertRaisesRegex(UserError, f"{fine.name}.*{first.name}.*{second.name}"):
            second.action_post()

    def test_a_line_of_which_all_is_left_out_is_gone(self):
        self._fine(self.member_b, 10)
        self._create_document("out_invoice", [100])
        self._open_balances((self.member_c, 5, 0))
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.netted_item_ids.action_leave_out()
        self.assertEqual(len(settlement.line_ids), 3, "their shares stay")
        settlement.action_reset_to_draft()
        settlement.unlink()
        self._settle()
        self._fine(self.member_b, 3, date="2026-04-10")
        later = self._create_settlement(date_to="2026-04-30")
        later.action_compute()
        self.assertEqual(later.line_ids.member_id, self.member_b)
        later.netted_item_ids.action_leave_out()
        self.assertFalse(later.line_ids)

    def test_it_is_printed(self):
        self._open_balances((self.member_b, 20, 50))
        settlement = self._settle()
        for report in ("report_netting_act", "report_settlement"):
            html = self.env["ir.actions.report"]._render_qweb_html(
                f"red_empresarial.{report}", settlement.ids
            )[0]
            self.assertIn("Taller B", html.decode())
        statement = settlement.line_ids._get_statements()
        self.assertEqual(len(statement), 1)
        line = settlement.line_ids
        line.action_share()
        self.assertRegex(line._get_share_message(), r"To collect from you: S/\s30\.00")


class TestCollectedWithoutShare(WithoutShareCase):
    def test_nothing_collected_and_something_to_net(self):
        self.network.settlement_basis = "collected"
        invoice = self._create_document("out_invoice", [100])
        self._open_balances((self.member_b, 20, 50))
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.mapped("amount_net"), [-30])
        self.assertFalse(any(invoice.distribution_ids.mapped("settlement_line_id")))


class TestWithoutShareByLeader(WithoutShareCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_no_document_is_asked_or_made_of_who_has_no_share(self):
        self._open_balances((self.member_b, 20, 50), (self.member_c, 7, 0))
        settlement = self._settle()
        self.assertFalse(settlement.line_ids.document_id)
        self.assertEqual(self._pay(settlement), {self.partner_b: -30, self.partner_c: 7})
        self.assertEqual(settlement.state, "paid")
        self._assert_nothing_left()

    def test_a_self_billed_member_without_a_share_waits_for_no_document(self):
        self.members.document_kind = "self_billed"
        self._open_balances((self.member_b, 20, 50))
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.payment_state, "open")
        self.assertEqual(settlement.pending_document_count, 0)


class TestCostsPaidByCall(WithoutShareCase):
    """Costs exceed the revenue and the network carries that: a cash call pays them."""

    operating_form = "red_empresarial.operating_form_leader"

    def test_the_call_pays_the_invoice_of_the_costs(self):
        call = self._pay_in(200)  # B 70, C 50
        self._create_document("in_invoice", [100])
        settlement = self._settle()
        charged = settlement.line_ids.document_id
        self.assertEqual(charged.mapped("move_type"), ["out_invoice", "out_invoice"])
        self.assertEqual(charged.mapped("amount_total"), [41.3, 29.5])
        self.assertEqual(self._drawn(call), [0, 41.3, 29.5])
        self.assertEqual(settlement.state, "paid", "nothing is left to pay")
        self.assertEqual(self._member_balances(), [-28.7, -20.5])
        self._assert_nothing_left()
        ledger = self._ledger()
        settlement.action_reverse()
        self.assertEqual(self._drawn(call), [0, 0, 0])
        self._settle()
        self.assertEqual(self._ledger(), ledger)

    def test_what_the_call_does_not_cover_stays_on_the_account(self):
        call = self._pay_in(100)  # B 35, C 25
        self._create_document("in_invoice", [200])  # B 70 + 12.60
        settlement = self._settle()
        self.assertEqual(self._drawn(call), [0, 35, 25])
        self.assertEqual(settlement.line_ids.mapped("amount_open"), [0, -47.6, -34])
        self._create_document("out_invoice", [1000], date="2026-04-10")
        second = self._create_settlement(date_to="2026-04-30")
        second.action_compute()
        self.assertEqual(second.line_ids.mapped("amount_netted"), [0, -47.6, -34])

    def test_revenue_beside_the_costs_is_paid_whole(self):
        call = self._pay_in(400)  # B 140, C 100
        self._create_document("in_invoice", [200])
        self._create_document("out_invoice", [100])
        settlement = self._settle()
        self.assertEqual(self._drawn(call), [0, 76.3, 54.5])
        self.assertEqual(self._pay(settlement), {self.partner_b: 35, self.partner_c: 25})

    def test_without_a_call_they_are_carried(self):
        self._create_document("in_invoice", [100])
        settlement = self._create_settlement()
        settlement.action_compute()
        self.assertEqual(settlement.line_ids.member_id, self.member_a)

    def test_what_the_network_owes_the_member_pays_them_too(self):
        self._create_document("in_invoice", [100])  # B 35 + 6.30, C 25 + 4.50
        self._open_balances((self.member_b, 50, 0), (self.member_c, 20, 0))
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.member_id, self.member_a | self.member_b)
        self.assertEqual(self._pay(settlement), {self.partner_b: 8.7})
