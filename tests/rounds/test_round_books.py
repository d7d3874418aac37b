"""The books of a round under the three policies, on posted entries."""

from odoo.exceptions import UserError
from odoo.tests import Form

from tests.rounds.buying_case import BuyingCase


class TestAttribution(BuyingCase):
    operating_form = "red_empresarial.operating_form_consortium_operator"

    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)}, annex_filing_date="2026-03-12")
        self.order = self._quote(self.round, self.supplier, {self.sheet: 20.01}, freight=7)
        self._order(self.round, self.order)
        self._receive(self.round)

    def test_T5_others_cost_and_input_tax_go_to_their_current_accounts_at_posting(self):
        bill = self._bill(self.round)
        self.assertEqual(bill.network_annex_id, self.round.annex_id)
        self.assertFalse(bill.network_charged_apart)
        # 207.10 over 103.55, 82.84, 20.71 and its tax of 37.28
        self.assertEqual(self._shares(bill, kind="expense"), [-103.55, -82.84, -20.71])
        self.assertEqual(self._shares(bill, kind="input_tax"), [-18.64, -14.91, -3.73])
        entry = bill.attribution_move_ids
        receivable = self.network.member_receivable_account_id
        self.assertRecordValues(
            entry.line_ids.filtered(lambda line: line.account_id == receivable).sorted(
                "partner_id"
            ),
            [
                {"partner_id": self.partner_b.id, "balance": 97.75},
                {"partner_id": self.partner_c.id, "balance": 24.44},
            ],
        )
        moves = bill | entry
        self.assertEqual(self._balance(self.expense_account, moves=moves), 103.55)

    def test_the_form_of_the_bill_names_its_round(self):
        form = Form(self._bill(self.round))
        self.assertEqual(form.network_round_id, self.round)
        with self.assertRaisesRegex(AssertionError, "readonly"):
            form.network_round_id = self._create_round({self.sheet: (1, 1, 1)})
        other = self._create_document("in_invoice", [1], post=False)
        self.assertFalse(Form(other).network_round_id)

    def test_supplier_credit_note_goes_back_at_the_original_shares(self):
        bill = self._bill(self.round)
        refund = self._refund(bill)
        self.assertEqual(refund.network_round_id, self.round)
        for kind in ("expense", "input_tax"):
            self.assertEqual(
                self._shares(refund, kind=kind), [-a for a in self._shares(bill, kind=kind)]
            )
        self.assertEqual(self._balance(self.network.member_receivable_account_id), 0)

    def test_distributed_when_everything_is_billed_and_open_again_when_it_is_not(self):
        with self.assertRaisesRegex(UserError, "not distributed yet: bill Sábana, Flete of"):
            self.round.action_distribute()
        bill = self._bill(self.round, post=False)
        with self.assertRaisesRegex(UserError, "post or delete"):
            self.round.action_distribute()
        bill.action_post()
        self.round.action_distribute()
        self.assertEqual(self.round.state, "distributed")
        bill.button_draft()
        self.assertEqual(self.round.state, "received")
        self.assertFalse(bill.attribution_move_ids.filtered(lambda m: m.state == "posted"))

    def test_members_are_not_invoiced(self):
        self._bill(self.round)
        with self.assertRaisesRegex(UserError, "Red ABC does not sell to its members"):
            self.round.action_invoice_members()


class TestPrincipal(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1), self.towel: (1, 1, 1)})
        self.order = self._quote(
            self.round, self.supplier, {self.sheet: 20.01, self.towel: 3.33}, 10, "quantity"
        )
        self._order(self.round, self.order)

    def _untaxed(self, invoices):
        return [
            sum(
                invoices.filtered(lambda m, member=member: m.network_member_id == member).mapped(
                    "amount_untaxed_signed"
                )
            )
            for member in self.members
        ]

    def test_rows_follow_what_each_gets_and_freight_its_basis(self):
        self._receive(self.round)
        bill = self._bill(self.round)
        # sheets 100.05, 80.04, 20.01; towels 3.33 each; freight of 10.00 by 6, 5, 2 of 13
        self.assertEqual(self._shares(bill), [-107.99, -87.22, -24.88])
        self.assertAlmostEqual(sum(self._shares(bill)), -220.09, 6)
        freight = bill.distribution_ids.filtered(lambda row: "landed" in row.portion_name)
        self.assertEqual(freight.mapped("amount"), [-4.61, -3.85, -1.54])
        self.assertEqual(self._balance(self.expense_account, moves=bill), 220.09)

    def test_each_member_is_invoiced_its_cost_to_the_cent(self):
        self._receive(self.round)
        self._bill(self.round)
        invoices = self.round.action_invoice_members()
        self.assertRecordValues(
            invoices.sorted("partner_id"),
            [
                {
                    "partner_id": partner.id,
                    "network_id": self.network.id,
                    "network_member_id": member.id,
                    "amount_untaxed": amount,
                    "state": "draft",
                }
                for partner, member, amount in (
                    (self.partner_b, self.member_b, 87.22),
                    (self.partner_c, self.member_c, 24.88),
                )
            ],
        )
        lines = invoices[0].invoice_line_ids
        self.assertEqual(lines.mapped("quantity"), [4, 1, 1])
        self.assertEqual(lines.tax_ids, self.vat_sale)
        self.assertFalse(self.round.action_invoice_members())
        with self.assertRaisesRegex(UserError, "post or delete"):
            self.round.action_distribute()
        invoices.action_post()
        self.assertFalse(invoices.distribution_ids)
        self.round.action_distribute()
        self.assertEqual(self.round.state, "distributed")

    def test_partial_receipts_and_bills_are_invoiced_as_they_come(self):
        self._receive(self.round, {self.sheet: 5})
        self._bill(self.round)
        first = self.round.action_invoice_members()
        first.action_post()
        self._receive(self.round)
        self._bill(self.round)
        second = self.round.action_invoice_members()
        second.action_post()
        costs = self.round._get_costs()
        for member in (self.member_b, self.member_c):
            due = sum(coins for (m, _line), coins in costs.items() if m == member) / 100
            got = self._untaxed(first | second)[self.members.ids.index(member.id)]
            self.assertAlmostEqual(got, due, 2)
        sheets = (first | second).invoice_line_ids.filtered(
            lambda line: line.product_id == self.sheet
        )
        self.assertEqual(sum(sheets.mapped("quantity")), 5)
        self.round.action_distribute()

    def test_a_supplier_credit_note_is_credited_to_the_members(self):
        self._receive(self.round)
        bill = self._bill(self.round)
        self.round.action_invoice_members().action_post()
        refund = self._refund(bill)
        self.assertEqual(self._shares(refund), [-a for a in self._shares(bill)])
        credits = self.round.action_invoice_members()
        self.assertEqual(set(credits.mapped("move_type")), {"out_refund"})
        credits.action_post()
        total = self.round._get_member_invoices()
        self.assertEqual(self._untaxed(total), [0, 0, 0])
        self.assertFalse(self.round.action_invoice_members())
        with self.assertRaisesRegex(UserError, "bill Sábana, Toalla, Flete of"):
            self.round.action_distribute()

    def test_a_partial_credit_note_gives_back_at_the_original_shares(self):
        self._receive(self.round)
        bill = self._bill(self.round)
        self.round.action_invoice_members().action_post()
        refund = self._refund(bill, amount=1)
        self.assertEqual(len(refund.invoice_line_ids), 1)
        credits = self.round.action_invoice_members()
        self.assertEqual(credits.mapped("move_type"), ["out_refund"] * 2)
        gross = [-share for share in self._shares(bill | refund)]
        self.assertEqual(
            [round(amount, 2) for amount in self._untaxed(self.round._get_member_invoices())[1:]],
            [round(amount, 2) for amount in gross[1:]],
        )

    def test_a_copy_of_a_bill_is_no_bill_of_the_round(self):
        self._receive(self.round)
        bill = self._bill(self.round)
        copy = bill.copy()
        self.assertFalse(copy.network_round_id)
        self.assertFalse(copy.network_charged_apart)
        self.assertTrue(bill.network_charged_apart)

    def test_costs_added_on_the_bill_are_charged_once(self):
        self._receive(self.round)
        bill = self._bill(self.round, post=False)
        bill.invoice_line_ids = [
            (
                0,
                0,
                {
                    "name": "Embalaje",
                    "quantity": 1,
                    "price_unit": 10,
                    "account_id": self.expense_account.id,
                    "tax_ids": [(6, 0, self.vat_purchase.ids)],
                },
            )
        ]
        bill.action_post()
        invoices = self.round.action_invoice_members()
        self.assertEqual(self._untaxed(invoices), [0, 90.72, 27.38])
        self.assertFalse(self.round.action_invoice_members())

    def test_the_settlement_nets_the_invoice_and_does_not_deduct_the_cost_again(self):
        self._receive(self.round)
        self._bill(self.round)
        invoices = self.round.action_invoice_members()
        for invoice in invoices:
            invoice.write({"invoice_date": "2026-03-16", "date": "2026-03-16"})
        invoices.action_post()
        self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        line = settlement.line_ids.filtered(lambda line: line.member_id == self.member_b)
        self.assertEqual((line.amount_revenue, line.amount_expense), (350, 0))
        self.assertEqual(line.netted_item_ids.mapped("amount"), [-invoices[0].amount_total])
        self.assertEqual(line.netted_item_ids.mapped("kind"), ["supply"])
        bills = self.round._get_bills()
        self.assertTrue(bills.distribution_ids)
        self.assertFalse(bills.distribution_ids.settlement_line_id)

    def test_without_a_posted_bill_there_is_nothing_to_invoice(self):
        self._receive(self.round)
        with self.assertRaisesRegex(UserError, "No bill of .* is posted"):
            self.round.action_invoice_members()

    def test_orders_of_two_rounds_never_share_a_bill(self):
        other = self._create_round({self.sheet: (1, 1, 1)})
        order = self._quote(other, self.supplier, {self.sheet: 20})
        self._order(other, order)
        self._receive(self.round)
        self._receive(other)
        (self.order | order).action_create_invoice()
        self.assertEqual(len((self.order | order).invoice_ids), 2)
        self.assertEqual(order.invoice_ids.network_round_id, other)

    def test_foreign_bill_is_invoiced_at_the_rate_of_the_bill(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", dollar.id)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": dollar.id,
                    "name": date,
                    "inverse_company_rate": rate,
                    "company_id": self.company.id,
                }
                for date, rate in (("2026-03-01", 3.8), ("2026-03-15", 3.7))
            ]
        )
        purchase_round = self._create_round({self.sheet: (1, 1, 1)})
        order = self._quote(
            purchase_round, self.supplier, {self.sheet: 33.35}, currency_id=dollar.id
        )
        self._order(purchase_round, order)
        self._receive(purchase_round)
        bill = self._bill(purchase_round)
        self.assertEqual(bill.currency_id, dollar)
        self.assertEqual(self._balance(self.expense_account, moves=bill), 370.19)
        self.assertAlmostEqual(sum(self._shares(bill)), -370.19, 6)
        invoices = purchase_round.action_invoice_members()
        shares = self._shares(bill)
        self.assertEqual(
            invoices.sorted("partner_id").mapped("amount_untaxed"), [-shares[1], -shares[2]]
        )
        self.assertEqual(invoices.currency_id, self.company.currency_id)


class TestMember(BuyingCase):
    operating_form = "red_empresarial.operating_form_consortium_members"

    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        self.order = self._quote(self.round, self.supplier, {self.sheet: 20.01}, 10, "quantity")
        self._order(self.round, self.order)

    def test_each_members_bill_is_a_memorandum_by_what_it_gets(self):
        self._receive(self.round)
        self.round.action_make_memoranda()
        entry = self.order.network_memorandum_id
        self.assertEqual(entry.network_round_id, self.round)
        # 210.10 by 5, 4, 1 and its tax of 37.82
        self.assertEqual(self._shares(entry, kind="expense"), [-105.05, -84.04, -21.01])
        self.assertEqual(self._shares(entry, kind="input_tax"), [-18.91, -15.13, -3.78])
        self.assertEqual(self._balance(self.expense_account, moves=entry), 0)
        self.assertEqual(set(entry.line_ids.account_id.mapped("account_type")), {"off_balance"})
        self.round.action_make_memoranda()
        self.round.action_distribute()
        self.assertEqual(self.round.state, "distributed")

    def test_not_before_everything_is_received(self):
        self._receive(self.round, {self.sheet: 5})
        with self.assertRaisesRegex(UserError, "Ordered.*needs .*Received"):
            self.round.action_make_memoranda()
        self.round.action_close_short()
        self.round.action_make_memoranda()
        shares = self._shares(self.order.network_memorandum_id, kind="expense")
        self.assertAlmostEqual(sum(shares), -110.05, 6)

    def test_a_bill_that_one_party_got_is_shared_by_what_each_gets(self):
        self._receive(self.round)
        bill = self._bill(self.round)
        self.assertEqual(self._shares(bill, kind="expense"), [-105.05, -84.04, -21.01])
        self.assertEqual(sum(self._shares(bill, kind="input_tax")), -bill.amount_tax)
