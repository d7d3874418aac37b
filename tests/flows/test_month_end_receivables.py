"""The month-end checklist: collections that nobody matched, and what members were to pay by now."""

from odoo import Command

from tests.flows.test_month_end import MonthEndCase


class ReceivableCase(MonthEndCase):
    def _receive(self, amount, partner=None, date="2026-03-20", **vals):
        """A payment of a customer that is booked and matched with nothing."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": (partner or self.customer).id,
                "amount": amount,
                "journal_id": self.bank.id,
                "date": date,
                **vals,
            }
        )
        payment.action_post()
        return payment.move_id.line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        )

    def _pass_on(self, amount=100, date="2026-03-05", **vals):
        return self._create_document(
            "out_invoice",
            [amount],
            partner_id=self.partner_b.id,
            network_member_id=self.member_b.id,
            date=date,
            **vals,
        )

    def _pay(self, invoice, amount=None, date="2026-03-20"):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {
                "payment_date": date,
                "journal_id": self.bank.id,
                **({"amount": amount} if amount else {}),
            }
        )._create_payments()


class TestCollections(ReceivableCase):
    def test_a_payment_that_nobody_matched_is_named_until_it_is(self):
        sale = self._create_document("out_invoice", [100])
        self.assertEqual(self._check("not_matched"), [])
        item = self._receive(118)
        self.assertEqual(self._check("not_matched"), [(1, -118)])
        self.assertEqual(self._open("not_matched"), item)
        term = sale.line_ids.filtered(lambda line: line.display_type == "payment_term")
        (item | term).reconcile()
        self.assertEqual(self._check("not_matched"), [])

    def test_a_credit_note_of_the_network_waits_to_be_matched(self):
        sale = self._create_document("out_invoice", [100])
        refund = self._refund(sale, amount=10)
        items = refund.line_ids.filtered(lambda line: line.display_type == "payment_term")
        items.remove_move_reconcile()
        self.assertEqual(self._check("not_matched"), [(1, -11.8)])
        self.assertEqual(self._open("not_matched"), items)

    def test_what_is_no_collection_of_the_network_is_left_out(self):
        self._create_document("out_invoice", [100])
        self._receive(50, partner=self._create_partner("Otra compradora"))
        self._receive(50, date="2026-04-01")
        member = self._create_document("out_invoice", [10], partner_id=self.partner_b.id)
        self._receive(11.8, partner=self.partner_b)
        self.assertEqual(self._check("not_matched"), [], "a member's credits are settled")
        self.assertTrue(member.distribution_ids)

    def test_a_buyer_that_owes_nothing_is_not_looked_at(self):
        sale = self._create_document("out_invoice", [100])
        self._pay(sale)
        self._receive(30)
        self.assertEqual(self._check("not_matched"), [])


class TestMembers(ReceivableCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_goods_that_a_member_was_to_pay_by_now(self):
        invoice = self._pass_on(invoice_date_due="2026-03-25")
        self._pass_on(amount=7, invoice_date_due="2026-04-02")
        self.assertEqual(self._check("members_past_due"), [(1, 118)])
        self.assertEqual(self._open("members_past_due").move_id, invoice)
        self._pay(invoice, 18)
        self.assertEqual(self._check("members_past_due"), [(1, 100)])
        self.assertEqual(self._check("not_collected"), [], "no buyer")
        self._pay(invoice, 100)
        self.assertEqual(self._check("members_past_due"), [])

    def test_what_a_settlement_nets_is_no_longer_past_due(self):
        self._pass_on(invoice_date_due="2026-03-25")
        self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = f"E001-{number:08d}"
        settlement.action_approve()
        settlement.action_post()
        self.assertEqual(self._check("members_past_due"), [])

    def test_advances_and_opening_balances_wait_for_a_share(self):
        self.env["business.network.advance"].create(
            {
                "member_id": self.member_b.id,
                "kind": "account",
                "amount": 5,
                "journal_id": self.bank.id,
                "date": "2026-03-10",
            }
        ).pay()
        self.env["business.network.opening"].create(
            {
                "network_id": self.network.id,
                "date": "2026-03-01",
                "line_ids": [Command.create({"member_id": self.member_c.id, "owed_by": 5})],
            }
        ).post()
        self.assertEqual(self._check("members_past_due"), [])


class TestPartsOfShares(ReceivableCase):
    def test_what_was_settled_of_a_share_is_not_left(self):
        self.network.settlement_basis = "collected"
        sale = self._create_document("out_invoice", [1000])
        self.assertEqual(self._check("not_settled"), [(3, 1000)])
        self._pay(sale, 295)
        settlement = self._settle()
        self.assertEqual(settlement.amount_total, 250)
        self.assertEqual(self._check("not_settled"), [(3, 750)])
        settlement.action_reverse()
        self.assertEqual(self._check("not_settled"), [(3, 1000)])
