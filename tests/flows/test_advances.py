"""Payments on account with members: advances, their limits, down payments with their tax."""

from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError

from tests.common import NetworkCase


class AdvanceCase(NetworkCase):
    def _advance(self, member=None, amount=100, **vals):
        vals = {
            "member_id": (member or self.member_b).id,
            "amount": amount,
            "journal_id": self.bank.id,
            "date": "2026-03-10",
            **vals,
        }
        return self.env["business.network.advance"].create(vals)

    def _pay_advance(self, member=None, amount=100, **vals):
        return self._advance(member, amount, **vals).pay()

    def _settle_until(self, date_to, **vals):
        settlement = self._create_settlement(date_to=date_to, **vals)
        settlement.action_compute()
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = f"E{date_to[5:7]}1-{number:08d}"
        settlement.action_approve()
        settlement.action_post()
        return settlement

    def _line(self, settlement, member=None):
        member = member or self.member_b
        return settlement.line_ids.filtered(lambda line: line.member_id == member)


class TestAdvanceOnAccount(AdvanceCase):
    def test_it_stands_on_the_receivable_account_and_the_settlement_nets_it(self):
        payment = self._pay_advance(amount=20)
        self.assertEqual(payment.move_id.network_member_id, self.member_b)
        self.assertEqual(payment.move_id.network_id, self.network)
        receivable = self.network.member_receivable_account_id
        self.assertEqual(self._balance(receivable, self.partner_b), 20)
        self.assertEqual(self._balance(self.bank.default_account_id, moves=payment.move_id), -20)
        self.assertFalse(payment.move_id.distribution_ids)
        self.assertEqual(self.member_b.advance_amount, 20)
        self.network.invalidate_recordset(["advance_amount"])
        self.assertEqual(self.network.advance_amount, 20)
        self._create_document("out_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        line = self._line(settlement)
        self.assertEqual(line.netted_item_ids.mapped("kind"), ["advance"])
        self.assertEqual(line.amount_net, 15)
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(sorted(payments.mapped("amount")), [15, 25])
        self.assertEqual(self._balance(receivable, self.partner_b), 0)
        self.member_b.invalidate_recordset(["advance_amount"])
        self.assertEqual(self.member_b.advance_amount, 0)
        self.assertEqual(settlement.state, "paid")

    def test_its_statement_lists_what_is_outstanding(self):
        payment = self._pay_advance(amount=20, note="Hilo para mayo")
        (advance,) = self.member_b.get_outstanding_advances()
        self.assertEqual(
            (advance["document"], advance["memo"], advance["open"], advance["currency"]),
            (payment.name, "Hilo para mayo", 20, "PEN"),
        )

    def test_an_advance_in_dollars_waits_for_a_settlement_in_dollars(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self._pay_advance(amount=20, currency_id=usd.id)
        self._create_document("out_invoice", [100])
        self.assertFalse(self._settle_until("2026-03-31").netted_item_ids)

    def test_its_reversal_opens_nothing_and_is_not_shared_out(self):
        payment = self._pay_advance(amount=20)
        payment.action_reverse_network_payment()
        reversal = payment.move_id.reversal_move_ids
        self.assertEqual(reversal.network_member_id, self.member_b)
        self.assertFalse(reversal.distribution_ids)
        self.assertEqual(payment.state, "canceled")
        self.assertEqual(
            self._balance(self.network.member_receivable_account_id, self.partner_b), 0
        )
        self.assertEqual(self.member_b.advance_amount, 0)

    def test_a_netted_advance_is_not_reversed(self):
        payment = self._pay_advance(amount=20)
        self._create_document("out_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        with self.assertRaisesRegex(UserError, f"{settlement.name}.*first"):
            payment.action_reverse_network_payment()
        settlement.action_reverse()
        payment.action_reverse_network_payment()
        self.assertEqual(payment.state, "canceled")

    def test_a_payment_by_hand_with_a_member_takes_its_current_account(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.partner_b.id,
                "amount": 30,
                "journal_id": self.bank.id,
                "date": "2026-03-10",
                "network_member_id": self.member_b.id,
            }
        )
        payment.action_post()
        self.assertEqual(self._balance(self.network.member_payable_account_id, self.partner_b), -30)
        with self.assertRaisesRegex(UserError, "once it is posted"):
            payment.network_member_id = False

    def test_a_payment_of_another_partner_is_not_on_account_of_a_member(self):
        with self.assertRaisesRegex(ValidationError, "Taller B"):
            self.env["account.payment"].create(
                {
                    "payment_type": "outbound",
                    "partner_id": self.partner_c.id,
                    "amount": 30,
                    "journal_id": self.bank.id,
                    "network_member_id": self.member_b.id,
                }
            )


class TestRefusedAdvances(AdvanceCase):
    def _assert_refused(self, pattern, member=None, amount=100, error=UserError, **vals):
        payments = self.env["account.payment"].search_count([])
        with self.assertRaisesRegex(error, pattern), self.cr.savepoint():
            self._pay_advance(member, amount, **vals)
        self.assertEqual(self.env["account.payment"].search_count([]), payments)

    def test_nothing_or_less(self):
        for amount in (0, -5):
            self._assert_refused("Taller B.*above zero", amount=amount)

    def test_a_member_that_left(self):
        self.member_b.date_to = "2026-02-28"
        self._assert_refused("Taller B.*not a member of Red ABC", error=ValidationError)

    def test_the_company_that_keeps_the_books(self):
        self._assert_refused("keeps the books of Red ABC", member=self.member_a)

    def test_a_closed_period(self):
        self.company.sudo().fiscalyear_lock_date = date(2026, 3, 31)
        self._assert_refused("closed on .*2026.*Red ABC")

    def test_a_journal_of_another_company(self):
        company = self.env["res.company"].create({"name": "Segunda empresa"})
        journal = self.env["account.journal"].create(
            {"name": "Banco ajeno", "type": "bank", "code": "AJENO", "company_id": company.id}
        )
        self._assert_refused("Banco ajeno of Segunda empresa", journal_id=journal.id)

    def test_a_journal_that_pays_nobody(self):
        journal = self.network.settlement_journal_id
        self._assert_refused("bank or cash journal", journal_id=journal.id)

    def test_more_than_the_limit(self):
        self.network.advance_limit = 150
        self._pay_advance(amount=100)
        self._assert_refused("Taller B.*holds.*100.00.*Red ABC allows.*150.00", amount=50.01)
        self._pay_advance(amount=50)
        self._pay_advance(self.member_c, amount=150)

    def test_a_network_whose_members_invoice_themselves(self):
        network = self._create_network(
            "Red sin operador", "red_empresarial.operating_form_consortium_members"
        )
        member = self._create_members(network, [self.partner_b])
        self._assert_refused("Red sin operador each member documents", member=member)

    def test_a_down_payment_where_members_give_no_invoice(self):
        self._assert_refused("give no invoice of their own", kind="bill", document_number="F1-1")

    def test_a_network_without_accounts(self):
        self.network.member_receivable_account_id = False
        self._assert_refused("Red ABC lacks Receivable from Members")


class TestDownPayment(AdvanceCase):
    operating_form = "red_empresarial.operating_form_leader"

    def _down_payment(self, amount=100, number="E001-00000901", **vals):
        return self._pay_advance(amount=amount, document_number=number, **vals)

    def test_it_is_billed_with_its_tax_and_paid(self):
        before = self._tax_balance(self.vat_purchase)
        payment = self._down_payment()
        bill = payment.reconciled_bill_ids
        self.assertEqual(bill.amount_total, 118)
        self.assertEqual(bill.payment_state, "paid")
        self.assertFalse(bill.distribution_ids)
        self.assertEqual(self._balance(self.network.advance_account_id, self.partner_b), 100)
        self.assertEqual(self._tax_balance(self.vat_purchase) - before, 18)
        self.assertEqual(payment.amount, 118)
        self.assertEqual(self.member_b.advance_amount, 100)
        self.assertEqual(self.network.joint_expense_amount, 0)
        self.assertEqual(self.network.advance_account_id.code[:3], "422")

    def test_the_settlement_deducts_it_with_the_same_tax(self):
        self._down_payment()
        before = self._tax_balance(self.vat_purchase)
        self._create_document("out_invoice", [1000])
        settlement = self._settle_until("2026-03-31")
        line = self._line(settlement)
        self.assertEqual((line.amount_due, line.amount_net), (350, 250))
        self.assertEqual(line.document_id.amount_untaxed, 250)
        self.assertEqual(line.document_id.amount_tax, 45)
        self.assertEqual(self._tax_balance(self.vat_purchase) - before, 45 + 45)  # B and C
        self.assertEqual(self._balance(self.network.advance_account_id, self.partner_b), 0)
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(sorted(payments.mapped("amount")), [295, 295])
        self.assertEqual(settlement.state, "paid")

    def test_what_exceeds_the_share_stays_for_later(self):
        self._down_payment(amount=500)
        self._create_document("out_invoice", [1000])
        first = self._settle_until("2026-03-31")
        self.assertEqual(self._line(first).document_id.amount_total, 0)
        self.assertEqual(self._line(first).payment_state, "done")
        self.assertEqual(self._balance(self.network.advance_account_id, self.partner_b), 150)
        self.member_b.invalidate_recordset(["advance_amount"])
        self.assertEqual(self.member_b.advance_amount, 150)
        self._create_document("out_invoice", [1000], date="2026-04-10")
        second = self._settle_until("2026-04-30")
        self.assertEqual(self._line(second).document_id.amount_untaxed, 200)
        self.assertEqual(self._balance(self.network.advance_account_id, self.partner_b), 0)
        self._create_document("out_invoice", [1000], date="2026-05-10")
        third = self._settle_until("2026-05-31")
        self.assertFalse(third.netted_item_ids.filtered(lambda i: i.kind == "down_payment"))

    def test_two_down_payments_are_used_up_oldest_first(self):
        self._down_payment(amount=300, number="E001-00000901")
        self._down_payment(amount=100, number="E001-00000902", date="2026-03-11")
        self._create_document("out_invoice", [1000])
        line = self._line(self._settle_until("2026-03-31"))
        self.assertEqual(line._get_deductions().mapped("amount"), [-300, -50])
        self.assertEqual(self._balance(self.network.advance_account_id, self.partner_b), 50)

    def test_the_tariff_is_not_deducted_away(self):
        self.network.write(
            {
                "tariff_rate": 5,
                "fund_account_id": self.env["account.account"]
                .create({"name": "Fondo", "code": "4690001", "account_type": "liability_current"})
                .id,
            }
        )
        self._down_payment(amount=500)
        self._create_document("out_invoice", [1000])
        line = self._line(self._settle_until("2026-03-31"))
        self.assertEqual(line.document_id.amount_untaxed, 17.5)
        self.assertEqual(line.amount_net, 0)

    def test_reversing_the_settlement_gives_it_back(self):
        self._down_payment()
        ledger = self._ledger()
        self._create_document("out_invoice", [1000])
        settlement = self._settle_until("2026-03-31")
        for number, line in enumerate(settlement.line_ids, start=1):
            line.reversal_number = f"E001-{number:08d}"
        settlement.action_reverse()
        advances = self.network.advance_account_id
        self.assertEqual(ledger[advances.code, self.partner_b.id], 100)
        self.assertEqual(self._balance(advances, self.partner_b), 100)
        again = self._create_settlement()
        again.action_compute()
        self.assertEqual(self._line(again).netted_item_ids.mapped("amount"), [-100])

    def test_a_documented_loan_is_netted_and_not_deducted(self):
        self._pay_advance(amount=100, kind="account")
        self._create_document("out_invoice", [1000])
        settlement = self._settle_until("2026-03-31")
        self.assertEqual(self._line(settlement).document_id.amount_untaxed, 350)
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(sorted(payments.mapped("amount")), [295, 313])

    def test_without_the_number_of_the_invoice_it_is_refused(self):
        with self.assertRaisesRegex(UserError, "Taller B has not given its invoice"):
            self._down_payment(number=False)

    def test_down_payments_left_out_wait(self):
        self._down_payment()
        self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.netted_item_ids.action_leave_out()
        self.assertEqual(self._line(settlement).amount_net, 350)


class TestDeductionInADraft(AdvanceCase):
    """Down payments that the draft of a self-billed document deducts."""

    operating_form = "red_empresarial.operating_form_leader"

    def set_up_once(self):
        super().set_up_once()
        self._pay_advance(amount=500, document_number="E001-00000901")
        dni = self.env.ref("l10n_pe.it_DNI")
        self.partner_b.write(
            {"is_company": False, "l10n_latam_identification_type_id": dni.id, "vat": "40000001"}
        )
        self.member_b.document_kind = "self_billed"
        self._create_document("out_invoice", [1000])

    def _left(self):
        return self._balance(self.network.advance_account_id, self.partner_b)

    def test_a_second_settlement_takes_what_the_waiting_draft_leaves(self):
        first = self._line(self._settle_until("2026-03-31"))
        self.assertEqual(first.netted_item_ids.amount, -350)
        self._create_document("out_invoice", [1000], date="2026-04-10")
        second = self._line(self._settle_until("2026-04-30"))
        self.assertEqual(second.netted_item_ids.mapped("amount"), [-150])
        second.document_id.action_post()
        self.assertEqual(self._left(), 350)
        first.document_id.action_post()
        self.assertEqual(self._left(), 0)
        self.assertEqual(
            (first | second).document_id.mapped("amount_untaxed"), [0, 200], "500 of 700 deducted"
        )

    def test_two_computed_at_once_do_not_deduct_it_twice(self):
        first = self._create_settlement()
        first.action_compute()
        self._create_document("out_invoice", [1000], date="2026-04-10")
        second = self._create_settlement(date_to="2026-04-30")
        second.action_compute()
        for settlement in (first, second):
            self.assertEqual(self._line(settlement).netted_item_ids.amount, -350)
            settlement.action_approve()
        self._line(first, self.member_c).document_number = "E001-00000001"
        self._line(second, self.member_c).document_number = "E001-00000002"
        first.action_post()
        with self.assertRaisesRegex(UserError, f"{second.name}.*compute it again"):
            second.action_post()

    def test_the_line_that_deducts_is_known_wherever_it_stands(self):
        line = self._line(self._settle_until("2026-03-31"))
        share, deduction = line.document_id.invoice_line_ids
        self.assertEqual(deduction.network_deducted_item_id, line.netted_item_ids)
        share.price_unit = 300
        share.copy({"move_id": line.document_id.id, "name": "Más productos", "price_unit": 50})
        line.document_id.action_post()
        self.assertEqual(self._left(), 150)
        self.assertEqual(line._get_deduction_lines(), deduction)
        line.settlement_id.line_ids.reversal_number = "E001-00000099"
        line.settlement_id.action_reverse()
        self.assertEqual(self._left(), 500)

    def test_another_deduction_than_computed_is_refused_with_both(self):
        line = self._line(self._settle_until("2026-03-31"))
        line.document_id.invoice_line_ids.filtered("network_deducted_item_id").price_unit = -300
        with self.assertRaisesRegex(UserError, "Taller B states.*300.00.*LIQ.*350.00"):
            line.document_id.action_post()

    def test_a_member_that_bills_itself_in_a_self_billed_network_has_its_deducted(self):
        network = self._create_network(
            "Red autofacturada", "red_empresarial.operating_form_leader_self_billed"
        )
        members = self._create_members(network, [self.partner_a, self.partner_c])
        members[1].document_kind = "own_invoice"
        self._create_agreement(network, members, (1, 1))
        advance = self._advance(members[1], 100, document_number="E001-00000902")
        self.assertTrue(advance.allows_bill)
        advance.pay()
        self._create_document("out_invoice", [1000], network=network)
        line = self._line(self._settle_until("2026-03-31", network=network), members[1])
        self.assertEqual((line.amount_due, line.document_id.amount_untaxed), (500, 400))


class TestCooperativeAdvance(AdvanceCase):
    operating_form = "red_empresarial.operating_form_cooperative"

    def test_it_is_on_account_and_netted_with_the_act(self):
        advance = self._advance(amount=100)
        self.assertFalse(advance.allows_bill)
        self.assertEqual(advance.kind, "account")
        advance.pay()
        self._create_document("out_invoice", [1000])
        settlement = self._settle_until("2026-03-31")
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(sorted(payments.mapped("amount")), [250, 250])


class TestAdvanceAccess(AdvanceCase):
    def _create_user(self, login, *groups):
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [
                    Command.set([self.env.ref(group).id for group in ("base.group_user", *groups)])
                ],
            }
        )

    def test_a_manager_pays_its_own_members_and_no_others(self):
        manager = self._create_user(
            "gestora", "red_empresarial.group_network_manager", "account.group_account_invoice"
        )
        self.network.manager_id = manager
        other = self._create_network("Red de otros", self.operating_form)
        member = self._create_members(other, [self.partner_b])
        wizard = self.env["business.network.advance"].with_user(manager)
        vals = {"amount": 10, "journal_id": self.bank.id, "date": "2026-03-10"}
        wizard.create({**vals, "member_id": self.member_b.id}).pay()
        with self.assertRaises(AccessError):
            wizard.create({**vals, "member_id": member.id}).pay()
        self.assertEqual(self.member_b.advance_amount, 10)

    def test_a_biller_does_not_pay_advances(self):
        biller = self._create_user("facturadora", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self.env["business.network.advance"].with_user(biller).create(
                {"member_id": self.member_b.id, "amount": 10}
            )
