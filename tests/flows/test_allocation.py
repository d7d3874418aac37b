"""Policy ``principal``: who delivered or received decides, and refunds give back to the same."""

from odoo import Command
from odoo.exceptions import ValidationError

from tests.allocation_case import AllocationCase


class TestWhoDelivers(AllocationCase):
    def test_delivered_quantities_share_the_invoice(self):
        order = self._order()
        allocations = self._allocate(order.order_line, (50, 30, 20))
        order.action_confirm()
        for allocation, quantity in zip(allocations, (10, 30, 0), strict=True):
            allocation.delivered_quantity = quantity
        self.assertEqual(order.order_line.qty_delivered, 40)
        invoice = self._invoice(order)
        self.assertEqual(invoice.amount_untaxed, 400)
        self.assertEqual(self._shares(invoice), [100, 300, 0])
        self.assertEqual(set(invoice.distribution_ids.mapped("basis")), {"allocation"})

    def test_a_negative_allocation_is_refused_as_such(self):
        order = self._order()
        allocation = self._allocate(order.order_line, (50, 30, 20))[1]
        member, order_name = allocation.member_id.display_name, order.name
        with self.assertRaisesRegex(
            ValidationError, f"{member} in {order_name} cannot be negative, as -5 is"
        ):
            allocation.quantity = -5

    def test_more_than_is_ordered_is_shown_before_it_is_refused(self):
        order = self._order()
        allocation = self._allocate(order.order_line, (50, 30, 20))[0]
        self.assertFalse(order.order_line.over_allocated)
        allocation.quantity = 60
        self.assertTrue(order.order_line.over_allocated)
        with self.assertRaisesRegex(ValidationError, "^110 Units .* but only 100 are ordered"):
            order.action_confirm()

    def test_nothing_delivered_takes_what_is_allocated(self):
        self.product.invoice_policy = "order"
        order = self._order()
        self._allocate(order.order_line, (50, 30, 20))
        order.action_confirm()
        self.assertEqual(self._shares(self._invoice(order)), [500, 300, 200])

    def test_each_invoice_goes_to_who_delivered_it(self):
        order = self._order()
        a, b, c = self._allocate(order.order_line, (50, 30, 20))
        order.action_confirm()
        expected = [[500, 0, 0], [0, 300, 0], [0, 0, 200]]
        for allocation, shares in zip((a, b, c), expected, strict=True):
            allocation.action_deliver_all()
            self.assertEqual(self._shares(self._invoice(order)), shares)
        self.assertEqual((a | b | c).mapped("invoiced_quantity"), [50, 30, 20])

    def test_invoices_posted_in_one_batch_each_pay_who_delivered_them(self):
        """A draft remembers the deliveries it was made for."""
        order = self._order()
        a, b = self._allocate(order.order_line, (50, 50, 0))
        order.action_confirm()
        a.action_deliver_all()
        first = self._invoice(order, post=False)
        b.action_deliver_all()
        second = self._invoice(order, post=False)
        (first | second).action_post()
        self.assertEqual(self._shares(first), [500, 0, 0])
        self.assertEqual(self._shares(second), [0, 500, 0])

    def test_thirds_leave_no_remainder(self):
        order = self._order(quantity=30)
        allocations = self._allocate(order.order_line, (10, 10, 10))
        order.action_confirm()
        allocations.action_deliver_all()
        for _number in range(3):
            invoice = self._invoice(order, post=False)
            invoice.invoice_line_ids.quantity = 10
            invoice.action_post()
            self.assertEqual(sorted(self._shares(invoice)), [33.33, 33.33, 33.34])
        self.assertFalse(
            allocations._get_shares((a, a.quantity - a.invoiced_quantity) for a in allocations)
        )

    def test_line_without_allocation_follows_the_weights(self):
        order = self._order(lines=2)
        order.order_line.product_id.invoice_policy = "order"
        self._allocate(order.order_line[0], (0, 0, 100))
        order.action_confirm()
        self.assertEqual(self._shares(self._invoice(order)), [400, 350, 1250])

    def test_order_without_allocations_follows_the_weights(self):
        self.product.invoice_policy = "order"
        order = self._order()
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(self._shares(invoice), [400, 350, 250])
        self.assertEqual(set(invoice.distribution_ids.mapped("basis")), {"revenue_weights"})

    def test_allocating_by_weights_twice_changes_nothing(self):
        order = self._order()
        order.action_allocate_by_weights()
        first = order.allocation_ids.mapped("quantity")
        order.action_allocate_by_weights()
        self.assertEqual(order.order_line.allocation_ids.mapped("quantity"), first)
        self.assertEqual(first, [40, 35, 25])


class TestRefunds(AllocationCase):
    def set_up_once(self):
        super().set_up_once()
        self.order = self._order()
        self.a, self.b = self._allocate(self.order.order_line, (50, 50, 0))
        self.order.action_confirm()
        self.a.action_deliver_all()
        self.of_a = self._invoice(self.order)
        self.b.action_deliver_all()
        self.of_b = self._invoice(self.order)

    def test_credit_note_gives_back_to_who_delivered(self):
        refund = self._refund(self.of_a)
        self.assertEqual(self._shares(refund), [-500, 0, 0])

    def test_credit_note_frees_the_allocation_of_the_same_member(self):
        self._refund(self.of_a)
        self.assertEqual((self.a | self.b).mapped("invoiced_quantity"), [0, 50])
        self.assertEqual(self._shares(self._invoice(self.order)), [500, 0, 0])

    def test_partial_credit_notes_give_back_exactly(self):
        first = self._refund(self.of_a, amount=3.33)
        second = self._refund(self.of_a, amount=6.67)
        self.assertEqual(
            [round(sum(s), 2) for s in zip(self._shares(first), self._shares(second), strict=True)],
            [-500, 0, 0],
        )

    def test_reset_gives_the_quantities_back(self):
        self.of_b.button_draft()
        self.assertEqual((self.a | self.b).mapped("invoiced_quantity"), [50, 0])
        self.of_b.action_post()
        self.assertEqual(self._shares(self.of_b), [0, 500, 0])


class TestUnits(AllocationCase):
    def test_allocation_in_dozens_of_a_line_in_units(self):
        order = self._order(quantity=48)
        a, b = self._allocate(order.order_line, (2, 2, 0), product_uom_id=self.dozens.id)
        order.action_confirm()
        a.delivered_quantity = 1
        self.assertEqual(order.order_line.qty_delivered, 12)
        self.assertEqual(self._shares(self._invoice(order)), [120, 0, 0])
        self.assertEqual(a.invoiced_quantity, 1)
        b.delivered_quantity = 2
        self.assertEqual(self._shares(self._invoice(order)), [0, 240, 0])
        a.delivered_quantity = 2
        self.assertEqual(self._shares(self._invoice(order)), [120, 0, 0])

    def test_allocation_in_units_of_a_line_in_dozens_is_exact(self):
        self.product.invoice_policy = "order"
        order = self._order(quantity=1, price=1200, product_uom_id=self.dozens.id)
        self._allocate(order.order_line, (5, 7, 0), product_uom_id=self.units.id)
        order.action_confirm()
        self.assertEqual(self._shares(self._invoice(order)), [500, 700, 0])

    def test_annex_by_need_in_mixed_units_is_exact(self):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "network_id": self.network.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_qty": 1,
                            "product_uom_id": self.dozens.id,
                            "price_unit": 1200,
                        }
                    )
                ],
            }
        )
        self.env["business.network.allocation"].create(
            [
                {
                    "purchase_line_id": order.order_line.id,
                    "member_id": member.id,
                    "quantity": quantity,
                    "product_uom_id": self.units.id,
                }
                for member, quantity in ((self.member_b, 5), (self.member_c, 7))
            ]
        )
        wizard = self.env["business.network.purchase.annex"].create(
            {"order_id": order.id, "date_from": "2026-03-01"}
        )
        wizard.action_make_annex()
        weights = order.network_annex_id._get_weights("expense")
        self.assertEqual(
            [weights[member] for member in self.members],
            [0, 50000, 70000],
        )


class TestDownPayments(AllocationCase):
    def set_up_once(self):
        super().set_up_once()
        self.order = self._order()
        self.allocations = self._allocate(self.order.order_line, (0, 0, 100))
        self.order.action_confirm()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=self.order.ids)
            .create({"advance_payment_method": "percentage", "amount": 30})
        )
        wizard.create_invoices()
        self.advance = self.order.invoice_ids
        self.advance.write({"invoice_date": "2026-03-10", "date": "2026-03-10"})
        self.advance.action_post()

    def _final(self):
        self.allocations.action_deliver_all()
        invoice = self.order._create_invoices(final=True)
        invoice.write({"invoice_date": "2026-03-15", "date": "2026-03-15"})
        invoice.action_post()
        return invoice

    def test_advance_follows_the_weights(self):
        self.assertEqual(sum(self._shares(self.advance)), 300)
        self.assertEqual(self._shares(self.advance), [120, 105, 75])

    def test_final_invoice_is_shared_out_to_the_cent(self):
        final = self._final()
        self.assertEqual(final.amount_untaxed, 700)
        self.assertEqual(round(sum(self._shares(final)), 2), 700)

    def test_advance_and_final_invoice_together_pay_who_delivered(self):
        """The advance follows the weights; what is deducted are its own frozen shares."""
        final = self._final()
        self.assertEqual(set(final.distribution_ids.mapped("basis")), {"allocation", "original"})
        together = [
            round(sum(shares), 2)
            for shares in zip(self._shares(self.advance), self._shares(final), strict=True)
        ]
        self.assertEqual(together, [0, 0, 1000])


class TestAllocationPopUp(AllocationCase):
    def test_a_line_opens_its_own_allocations(self):
        line = self._order().order_line
        action = line.action_open_allocations()
        ((view, _kind),) = action["views"]
        self.assertEqual((action["res_model"], action["res_id"]), (line._name, line.id))
        self.assertIn("allocation_ids", self.env["ir.ui.view"].browse(view).arch)
