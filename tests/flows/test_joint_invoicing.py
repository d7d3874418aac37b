"""Invoices of joint orders: whatever Odoo puts on them is shared out to the cent and comes back."""

from collections import defaultdict

from odoo import Command
from odoo.exceptions import UserError

from tests.allocation_case import AllocationCase


class InvoicingCase(AllocationCase):
    def set_up_once(self):
        super().set_up_once()
        self.ordered = self.env["product.product"].create(
            {"name": "Polo", "type": "service", "invoice_policy": "order"}
        )
        self.exempt = self.env["account.tax"].search(
            [
                ("type_tax_use", "=", "sale"),
                ("amount", "=", 0),
                ("company_id", "=", self.company.id),
            ],
            limit=1,
        )

    def _order_of(self, *lines, **vals):
        """An order with one line per dict, each 100 at 10 unless it says otherwise."""
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "network_id": self.network.id,
                "order_line": [
                    Command.create(
                        line
                        if line.get("display_type")
                        else {
                            "product_id": self.ordered.id,
                            "product_uom_qty": 100,
                            "price_unit": 10,
                            "tax_ids": [Command.set(self.vat_sale.ids)],
                            **line,
                        }
                    )
                    for line in lines or ({},)
                ],
                **vals,
            }
        )

    def _advance(self, orders, post=True, **vals):
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=orders.ids)
            .create(vals)
        )
        before = orders.invoice_ids
        wizard.create_invoices()
        invoice = orders.invoice_ids - before
        invoice.write({"invoice_date": "2026-03-10", "date": "2026-03-10"})
        if post:
            invoice.action_post()
        return invoice

    def _final(self, order):
        invoice = order._create_invoices(final=True)
        invoice.write({"invoice_date": "2026-03-15", "date": "2026-03-15"})
        invoice.action_post()
        return invoice

    def _assert_whole(self, *moves):
        """Rows sum to minus the ledger, per document, account and tax, in both currencies."""
        for move in moves:
            ledger, rows = defaultdict(float), defaultdict(float)
            for line in move.line_ids.filtered(lambda line: line._is_network_base_line()):
                key = (line.account_id.id, line.tax_ids[:1].id)
                ledger[key, "amount"] -= line.balance
                ledger[key, "amount_currency"] -= line.amount_currency
            for row in move.distribution_ids:
                key = (row.account_id.id, row.tax_id.id)
                rows[key, "amount"] += row.amount
                rows[key, "amount_currency"] += row.amount_currency
            self.assertEqual(
                {key: round(value, 2) for key, value in rows.items() if round(value, 2)},
                {key: round(value, 2) for key, value in ledger.items() if round(value, 2)},
                move.name,
            )

    def _sum_of(self, *moves, field="amount"):
        """What each member got of several documents."""
        shares = zip(*(self._shares(move, field) for move in moves), strict=True)
        return [round(sum(member), 2) for member in shares]

    def _assert_back_to_zero(self, *moves):
        refunds = [self._refund(move) for move in moves]
        self._assert_whole(*moves, *refunds)
        for field in ("amount", "amount_currency"):
            self.assertEqual(self._sum_of(*moves, *refunds, field=field), [0, 0, 0])
        return refunds


class TestQuantities(InvoicingCase):
    def test_from_ordered_quantity(self):
        order = self._order_of({"price_unit": 3.33})
        self._allocate(order.order_line, (50, 30, 20))
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(self._shares(invoice), [166.5, 99.9, 66.6])
        self._assert_back_to_zero(invoice)

    def test_ordered_quantity_with_part_delivered_pays_everyone(self):
        """What is invoiced beyond the deliveries follows what is allocated, not the deliveries."""
        order = self._order_of()
        a, _b, _c = self._allocate(order.order_line, (50, 30, 20))
        order.action_confirm()
        a.delivered_quantity = 10
        invoice = self._invoice(order)
        self.assertEqual(self._shares(invoice), [500, 300, 200])
        order.action_deliver_allocations()
        self.assertEqual(order.allocation_ids.mapped("invoiced_quantity"), [50, 30, 20])
        self._assert_back_to_zero(invoice)

    def test_from_delivered_quantity_in_several_invoices(self):
        order = self._order(quantity=90, price=1.11)
        a, b, c = self._allocate(order.order_line, (40, 30, 20))
        order.action_confirm()
        a.delivered_quantity, b.delivered_quantity = 7, 3
        first = self._invoice(order)
        c.delivered_quantity, b.delivered_quantity = 20, 30
        second = self._invoice(order)
        a.action_deliver_all()
        third = self._invoice(order)
        self.assertEqual(self._shares(first), [7.77, 3.33, 0])
        self.assertEqual(self._shares(second), [0, 29.97, 22.2])
        self.assertEqual(self._shares(third), [36.63, 0, 0])
        self._assert_back_to_zero(first, second, third)

    def test_drafts_posted_in_one_batch_take_their_own_deliveries(self):
        order = self._order()
        a, b, c = self._allocate(order.order_line, (50, 30, 20))
        order.action_confirm()
        drafts = self.env["account.move"]
        for allocation in (a, b, c):
            allocation.action_deliver_all()
            drafts |= self._invoice(order, post=False)
        drafts.sorted("id", reverse=True).action_post()
        self.assertEqual(
            [self._shares(move) for move in drafts.sorted("id")],
            [[500, 0, 0], [0, 300, 0], [0, 0, 200]],
        )
        self._assert_back_to_zero(*drafts)

    def test_drafts_of_one_delivery_posted_in_one_batch_take_it_once(self):
        order = self._order()
        a, b = self._allocate(order.order_line, (60, 40, 0))
        order.action_confirm()
        (a | b).action_deliver_all()
        first = self._invoice(order, post=False)
        first.invoice_line_ids.quantity = 50
        second = self._invoice(order, post=False)
        (first | second).action_post()
        self.assertEqual(self._shares(first), [300, 200, 0])
        self.assertEqual(self._shares(second), [300, 200, 0])
        self.assertEqual((a | b).mapped("invoiced_quantity"), [60, 40])

    def test_several_orders_in_one_invoice(self):
        orders = self._order_of() | self._order_of({"price_unit": 20})
        self._allocate(orders[0].order_line, (100, 0, 0))
        self._allocate(orders[1].order_line, (0, 0, 100))
        orders.action_confirm()
        invoice = orders._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.write({"invoice_date": "2026-03-15", "date": "2026-03-15"})
        invoice.action_post()
        self.assertEqual(self._shares(invoice), [1000, 0, 2000])
        self._assert_back_to_zero(invoice)

    def test_orders_of_two_networks_never_share_an_invoice(self):
        other = self._create_network("Otra red", self.operating_form)
        orders = self._order_of() | self._order_of(network_id=other.id) | self._order_of()
        orders |= self._order_of(network_id=False)
        orders.action_confirm()
        invoices = orders._create_invoices()
        self.assertEqual(len(invoices), 3)
        self.assertEqual(
            sorted((move.network_id.name or "", move.amount_untaxed) for move in invoices),
            [("", 1000), ("Otra red", 1000), ("Red ABC", 2000)],
        )


class TestAdvances(InvoicingCase):
    def _prepare(self, *lines):
        order = self._order_of(*lines)
        for line in order.order_line:
            self._allocate(line, (0, 0, 100))
        order.action_confirm()
        return order

    def test_percentage(self):
        order = self._prepare({"price_unit": 3.33})
        advance = self._advance(order, advance_payment_method="percentage", amount=33)
        final = self._final(order)
        self._assert_whole(advance, final)
        self.assertEqual(self._sum_of(advance, final), [0, 0, 333])
        self._assert_back_to_zero(final, advance)

    def test_fixed_amount(self):
        order = self._prepare()
        advance = self._advance(order, advance_payment_method="fixed", fixed_amount=100.01)
        final = self._final(order)
        self._assert_whole(advance, final)
        self.assertEqual(self._sum_of(advance, final), [0, 0, 1000])

    def test_two_advances_and_an_agreement_that_changed_between(self):
        """What is deducted are the shares each advance was given, not today's weights."""
        order = self._prepare()
        first = self._advance(order, advance_payment_method="fixed", fixed_amount=118.03)
        second = self._advance(order, advance_payment_method="percentage", amount=10)
        self.agreement.action_new_version()
        version = self.network.agreement_ids.filtered(lambda a: a.state == "draft")
        version.date_from = "2026-03-12"
        for line, weight in zip(version.line_ids, (1, 1, 1), strict=True):
            line.revenue_weight = weight
        version.action_put_in_force()
        final = self._final(order)
        self._assert_whole(first, second, final)
        self.assertEqual(self._sum_of(first, second, final), [0, 0, 1000])

    def test_mixed_taxes(self):
        order = self._prepare(
            {"price_unit": 3.33}, {"price_unit": 7.77, "tax_ids": [Command.set(self.exempt.ids)]}
        )
        advance = self._advance(order, advance_payment_method="percentage", amount=30)
        final = self._final(order)
        self._assert_whole(advance, final)
        self.assertEqual(self._sum_of(advance, final), [0, 0, 1110])

    def test_advance_of_an_order_by_weights(self):
        order = self._order_of({"price_unit": 3.33})
        order.action_confirm()
        advance = self._advance(order, advance_payment_method="percentage", amount=33)
        final = self._final(order)
        self._assert_whole(advance, final)
        self.assertEqual(round(sum(self._sum_of(advance, final)), 2), 333)
        self._assert_back_to_zero(final, advance)


class TestCreditNotes(InvoicingCase):
    def set_up_once(self):
        super().set_up_once()
        self.order = self._order_of({"price_unit": 9.99})
        self.allocations = self._allocate(self.order.order_line, (50, 30, 20))
        self.order.action_confirm()
        self.invoice = self._invoice(self.order)

    def test_price(self):
        first = self._refund(self.invoice, amount=0.37)
        self._assert_whole(first)
        self.assertEqual(self._shares(first), [-18.5, -11.1, -7.4])
        second = self._refund(self.invoice, amount=0.02)
        self.assertEqual(self.allocations.mapped("invoiced_quantity"), [50, 30, 20])
        self.assertEqual(self.order.order_line.qty_invoiced, 100)
        self.assertEqual(self.order.invoice_status, "invoiced")
        last = self._refund(self.invoice, amount=9.60)
        self.assertEqual(self._sum_of(self.invoice, first, second, last), [0, 0, 0])

    def test_what_is_left_of_a_lowered_price_gives_the_goods_back(self):
        lowered = self._refund(self.invoice, amount=0.37)
        last = self._refund(self.invoice, amount=9.62)
        self.assertEqual(self._sum_of(self.invoice, lowered, last), [0, 0, 0])
        self.assertEqual(self.allocations.mapped("invoiced_quantity"), [0, 0, 0])
        self.assertEqual(self.order.order_line.qty_invoiced, 0)

    def test_a_price_note_returns_nothing_and_the_next_invoice_pays_who_delivered(self):
        """A delivers 50 and is invoiced, its price is lowered twice; B delivers 30."""
        order = self._order()
        a, b = self._allocate(order.order_line, (50, 50, 0))
        order.action_confirm()
        a.action_deliver_all()
        first = self._invoice(order)
        notes = [self._refund(first, amount=amount) for amount in (0.37, 0.13)]
        self.assertEqual([self._shares(note) for note in notes], [[-18.5, 0, 0], [-6.5, 0, 0]])
        self.assertEqual(a.invoiced_quantity, 50)
        self.assertEqual(order.order_line.qty_to_invoice, 0)
        with self.assertRaisesRegex(UserError, "is invoiced in"):
            a.delivery_ids.action_reset_to_draft()
        b.delivered_quantity = 30
        second = self._invoice(order)
        self.assertEqual(second.invoice_line_ids.quantity, 30)
        self.assertEqual(self._shares(second), [0, 300, 0])
        self.assertEqual([a.invoiced_quantity, b.invoiced_quantity], [50, 30])
        notes[0].button_draft()
        notes[0].action_post()
        self.assertEqual([a.invoiced_quantity, b.invoiced_quantity], [50, 30])

    def test_a_price_note_as_a_discount_of_the_line_returns_nothing(self):
        refund = self._refund_quantity(100, discount=90)
        self.assertEqual(self._shares(refund), [-49.95, -29.97, -19.98])
        self.assertEqual(self.allocations.mapped("invoiced_quantity"), [50, 30, 20])

    def test_a_price_note_of_one_of_two_products(self):
        """Each bears what it sold; the line at its price is returned, the other is not."""
        order = self._order_of({}, {"price_unit": 20})
        polo = self._allocate(order.order_line[0], (100, 0, 0))
        other = self._allocate(order.order_line[1], (0, 0, 100))
        order.action_confirm()
        invoice = self._invoice(order)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": "2026-03-20", "journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        refund.invoice_line_ids[0].quantity = 10
        refund.invoice_line_ids[1].price_unit = 1
        refund.action_post()
        self._assert_whole(refund)
        self.assertEqual([polo.invoiced_quantity, other.invoiced_quantity], [90, 100])

    def _refund_quantity(self, quantity, **vals):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.invoice.ids)
            .create({"date": "2026-03-20", "journal_id": self.invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        refund.invoice_line_ids.write({"quantity": quantity, **vals})
        refund.action_post()
        return refund

    def test_quantity(self):
        refunds = [self._refund_quantity(quantity) for quantity in (33, 33, 34)]
        self._assert_whole(*refunds)
        self.assertEqual(self._sum_of(self.invoice, *refunds), [0, 0, 0])
        self.assertEqual(self.allocations.mapped("invoiced_quantity"), [0, 0, 0])

    def test_total(self):
        self._assert_back_to_zero(self.invoice)
        self.assertEqual(self.allocations.mapped("invoiced_quantity"), [0, 0, 0])

    def test_original_shares_after_the_allocations_changed(self):
        a, b, _c = self.allocations
        a.quantity = 20
        b.quantity = 60
        self._assert_back_to_zero(self.invoice)


class TestReturnsBesideSales(InvoicingCase):
    """D2: a line up and a line down of the same account and tax in one invoice."""

    def set_up_once(self):
        super().set_up_once()
        self.order = self._order_of({}, {"product_uom_qty": 50})
        self.returned, self.added = self.order.order_line
        self.allocation_x = self._allocate(self.returned, (100, 0, 0))
        self.allocation_y = self._allocate(self.added, (0, 0, 50))
        self.order.action_confirm()
        self._invoice(self.order)

    def _change(self, returned, added):
        self.allocation_x.quantity = returned
        self.returned.product_uom_qty = returned
        self.added.product_uom_qty = added
        self.allocation_y.quantity = added
        return self._final(self.order)

    def test_each_bears_its_own(self):
        invoice = self._change(90, 80)
        self.assertEqual(invoice.invoice_line_ids.mapped("quantity"), [-10, 30])
        self._assert_whole(invoice)
        self.assertEqual(self._shares(invoice), [-100, 0, 300])
        self.assertEqual(set(invoice.distribution_ids.mapped("basis")), {"allocation"})
        self._assert_back_to_zero(invoice)

    def test_what_goes_up_and_down_alike_is_no_ones_gain(self):
        """Ten less of one and ten more of the other: the document is zero, the shares are not."""
        invoice = self._change(90, 60)
        self.assertEqual(invoice.amount_untaxed, 0)
        self._assert_whole(invoice)
        self.assertEqual(self._shares(invoice), [-100, 0, 100])
        self._assert_back_to_zero(invoice)

    def test_a_part_of_it_given_back_follows_the_same_portions(self):
        invoice = self._change(90, 80)
        first = self._refund_part(invoice, (-5, 10))
        self.assertEqual(self._shares(first), [50, 0, -100])
        second = self._refund_part(invoice, (-5, 20))
        self.assertEqual(self._sum_of(invoice, first, second), [0, 0, 0])

    def _refund_part(self, invoice, quantities):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": "2026-03-20", "journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        for line, quantity in zip(refund.invoice_line_ids, quantities, strict=True):
            line.quantity = quantity
        refund.action_post()
        self._assert_whole(refund)
        return refund

    def test_the_settlement_pays_each_its_own(self):
        self._change(90, 80)
        settlement = self._create_settlement()
        settlement.action_compute()
        due = {line.member_id: line.amount_due for line in settlement.line_ids}
        self.assertEqual(due, {self.member_a: 900, self.member_c: 800})


class TestLines(InvoicingCase):
    def test_free_lines_give_nothing_and_are_counted(self):
        order = self._order_of({}, {"price_unit": 0})
        self._allocate(order.order_line[0], (50, 50, 0))
        free = self._allocate(order.order_line[1], (0, 0, 100))
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(self._shares(invoice), [500, 500, 0])
        self.assertEqual(free.invoiced_quantity, 100)
        self._assert_back_to_zero(invoice)

    def test_a_document_that_is_free_altogether(self):
        order = self._order_of({"price_unit": 0})
        self._allocate(order.order_line, (50, 50, 0))
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(self._shares(invoice), [0, 0, 0])

    def test_discount_of_a_line(self):
        order = self._order_of({"price_unit": 9.99, "discount": 12.5}, {})
        self._allocate(order.order_line[0], (100, 0, 0))
        self._allocate(order.order_line[1], (0, 50, 50))
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(self._shares(invoice), [874.13, 500, 500])
        self._assert_back_to_zero(invoice)

    def _discount(self, order, **vals):
        self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, **vals}
        ).action_apply_discount()

    def test_discount_of_the_order_is_borne_by_who_delivers(self):
        order = self._order_of({}, {"price_unit": 30})
        self._allocate(order.order_line[0], (100, 0, 0))
        self._allocate(order.order_line[1], (0, 0, 100))
        self._discount(order, discount_type="so_discount", discount_percentage=0.1)
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(invoice.amount_untaxed, 3600)
        self.assertEqual(self._shares(invoice), [900, 0, 2700])
        self._assert_back_to_zero(invoice)

    def test_fixed_discount(self):
        order = self._order_of({}, {"price_unit": 20, "tax_ids": [Command.set(self.exempt.ids)]})
        self._allocate(order.order_line[0], (100, 0, 0))
        self._allocate(order.order_line[1], (0, 50, 50))
        self._discount(order, discount_type="amount", discount_amount=100.01)
        order.action_confirm()
        invoice = self._invoice(order)
        self._assert_back_to_zero(invoice)

    def test_sections_and_notes(self):
        order = self._order_of(
            {"display_type": "line_section", "name": "Primera entrega"},
            {},
            {"display_type": "line_note", "name": "Tallas S a XL"},
        )
        self._allocate(order.order_line[1], (50, 30, 20))
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(len(invoice.invoice_line_ids), 3)
        self.assertEqual(self._shares(invoice), [500, 300, 200])
        self._assert_back_to_zero(invoice)

    def test_mixed_taxes(self):
        order = self._order_of(
            {"price_unit": 3.33},
            {"price_unit": 1.11, "tax_ids": [Command.set(self.exempt.ids)]},
            {"price_unit": 0.07, "tax_ids": [Command.clear()]},
        )
        for line in order.order_line:
            self._allocate(line, (33, 33, 34))
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(len(set(invoice.distribution_ids.mapped("portion"))), 3)
        self._assert_back_to_zero(invoice)

    def test_foreign_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        usd.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            [
                {
                    "currency_id": usd.id,
                    "company_id": self.company.id,
                    "name": date,
                    "inverse_company_rate": rate,
                }
                for date, rate in (("2026-03-01", 3.8), ("2026-03-18", 3.7))
            ]
        )
        pricelist = self.env["product.pricelist"].create({"name": "USD", "currency_id": usd.id})
        order = self._order_of({"price_unit": 3.33}, pricelist_id=pricelist.id)
        self._allocate(order.order_line, (33, 33, 34))
        order.action_confirm()
        advance = self._advance(order, advance_payment_method="percentage", amount=30)
        final = self._final(order)
        self.assertEqual(final.currency_id, usd)
        self._assert_whole(advance, final)
        self.assertEqual(
            self._sum_of(advance, final, field="amount_currency"), [109.89, 109.89, 113.22]
        )
        refund = self._refund(final)
        self._assert_whole(refund)
        self.assertEqual(self._sum_of(final, refund, field="amount_currency"), [0, 0, 0])


class TestRefusals(InvoicingCase):
    def test_a_member_that_left_leaves_nothing_half_written(self):
        order = self._order_of(date_order="2026-03-01")
        self._allocate(order.order_line, (0, 50, 50))
        order.action_confirm()
        self.member_b.date_to = "2026-03-12"
        with self.assertRaisesRegex(UserError, "Taller B"), self.cr.savepoint():
            self._invoice(order)
        self.assertFalse(order.allocation_ids.invoiced_ids)
        self.assertFalse(order.invoice_ids.distribution_ids)
