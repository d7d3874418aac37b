"""Deliveries of the members: partial, graded, rejected, corrected, invoiced; the delivery note."""

import re

from odoo.exceptions import UserError, ValidationError

from tests.allocation_case import AllocationCase


class DeliveryCase(AllocationCase):
    def set_up_once(self):
        super().set_up_once()
        self.order = self._order()
        self.a, self.b, self.c = self._allocate(self.order.order_line, (50, 30, 20))
        self.order.action_confirm()
        self.first, self.second = self.env["business.network.grade"].create(
            [
                {"name": "Primera", "price_factor": 1},
                {"name": "Segunda", "price_factor": 0.8},
            ]
        )

    def _deliver(self, allocation, quantity, rejected=0, grade=None, done=True, **vals):
        delivery = self.env["business.network.delivery"].create(
            {
                "allocation_id": allocation.id,
                "quantity": quantity,
                "rejected_quantity": rejected,
                "reason": "Costuras" if rejected else False,
                "grade_id": grade.id if grade else False,
                **vals,
            }
        )
        if done:
            delivery.action_done()
        return delivery

    def _refused(self, *names, error=UserError):
        return self.assertRaisesRegex(
            error, "(?s)" + "".join(f"(?=.*{re.escape(name)})" for name in names)
        )


class TestDeliveries(DeliveryCase):
    def test_accepted_quantities_add_up(self):
        draft = self._deliver(self.a, 10, done=False)
        self.assertEqual(self.a.delivered_quantity, 0)
        draft.action_done()
        self._deliver(self.a, 20, rejected=5)
        self.assertEqual(self.a.delivered_quantity, 25)
        self.assertEqual(self.a.remaining_quantity, 25)
        self.assertEqual(self.order.order_line.qty_delivered, 25)
        self.assertEqual(self.order.member_delivery_count, 2)

    def test_numbers_are_distinct(self):
        deliveries = self._deliver(self.a, 1) | self._deliver(self.a, 1)
        self.assertEqual(len(set(deliveries.mapped("name"))), 2)

    def test_writing_the_delivered_quantity_makes_deliveries(self):
        self.a.delivered_quantity = 10
        self.a.delivered_quantity = 25
        self.assertEqual(sorted(self.a.delivery_ids.mapped("quantity")), [10, 15])
        self.a.delivered_quantity = 5
        self.assertEqual(self.a.delivered_quantity, 5)
        self.assertEqual(
            sorted(self.a.delivery_ids.mapped(lambda d: (d.state, d.accepted_quantity))),
            [("cancel", 15), ("done", 5)],
        )

    def test_lowering_a_delivery_with_rejection_lowers_what_was_accepted(self):
        self._deliver(self.a, 10, rejected=2)
        self.a.delivered_quantity = 5
        self.assertEqual(self.a.delivered_quantity, 5)

    def test_deliver_all_is_one_batch_and_idempotent(self):
        self.order.action_deliver_allocations()
        self.order.action_deliver_allocations()
        self.assertEqual(len(self.order.allocation_ids.delivery_ids), 3)
        self.assertEqual(self.order.order_line.qty_delivered, 100)

    def test_over_delivery_is_refused_naming_the_quantities(self):
        with self._refused("Taller B", "31", "30", "Chompa", error=ValidationError):
            self._deliver(self.b, 31)

    def test_over_delivery_within_the_tolerance(self):
        self.network.over_delivery_tolerance = 10
        self._deliver(self.b, 33)
        self.assertEqual(self.order.order_line.qty_delivered, 33)
        with self._refused("Taller B", "33.01", "30", "10 %", error=ValidationError):
            self._deliver(self.b, 0.01)

    def test_rejection_needs_a_reason(self):
        with self._refused("Taller B", "Chompa", error=ValidationError):
            self._deliver(self.b, 10, rejected=2, reason=False)

    def test_nothing_is_no_delivery(self):
        with self._refused("Taller B", "Chompa", error=ValidationError):
            self._deliver(self.b, 0)

    def test_a_canceled_order_is_not_delivered(self):
        self.order._action_cancel()
        with self._refused("Taller B", self.order.name, error=ValidationError):
            self._deliver(self.b, 10)

    def test_a_grade_of_another_network_is_refused(self):
        other = self._create_network("Otra red", self.operating_form)
        self.second.network_id = other
        with self._refused("Segunda", "Otra red", error=ValidationError):
            self._deliver(self.b, 10, grade=self.second)

    def test_the_unit_of_a_delivered_allocation_stays(self):
        self._deliver(self.b, 10)
        with self._refused("Taller B", "Chompa", error=ValidationError):
            self.b.product_uom_id = self.dozens


class TestCorrections(DeliveryCase):
    def test_done_is_frozen_until_set_back(self):
        delivery = self._deliver(self.a, 10)
        for vals in ({"quantity": 9}, {"rejected_quantity": 1}, {"grade_id": self.second.id}):
            with self._refused(delivery.name):
                delivery.write(vals)
        with self._refused(delivery.name):
            delivery.unlink()
        delivery.action_reset_to_draft()
        self.assertEqual(self.a.delivered_quantity, 0)
        delivery.quantity = 9
        delivery.action_done()
        self.assertEqual(self.a.delivered_quantity, 9)

    def test_cancel_makes_it_pending_again(self):
        self._deliver(self.a, 10).action_cancel()
        self.assertEqual(self.a.remaining_quantity, 50)
        self.assertEqual(self.order.order_line.qty_delivered, 0)

    def test_invoiced_deliveries_are_refused_naming_the_invoice(self):
        delivery = self._deliver(self.a, 10)
        invoice = self._invoice(self.order)
        for action in (
            delivery.action_cancel,
            delivery.action_reset_to_draft,
            lambda: delivery.write({"state": "draft"}),
            lambda: self.a.write({"delivered_quantity": 9}),
        ):
            with self._refused(delivery.name, invoice.name), self.cr.savepoint():
                action()
        self.assertEqual(self.a.delivered_quantity, 10)
        self._refund(invoice)
        delivery.action_cancel()
        self.assertEqual(self.a.delivered_quantity, 0)

    def test_what_is_invoiced_ahead_is_not_closed_short(self):
        self.product.invoice_policy = "order"
        order = self._order()
        _first, ahead, _last = self._allocate(order.order_line, (50, 30, 20))
        order.action_confirm()
        invoice = self._invoice(order)
        with self._refused("Taller B", "Chompa", invoice.name):
            ahead.action_close_short()
        with self._refused("Taller B", "Chompa", invoice.name):
            ahead.reshare("equal")
        self.assertEqual(ahead.quantity, 30)


class TestGrades(DeliveryCase):
    def test_members_earn_by_grade_and_the_buyer_pays_what_was_accepted(self):
        self._deliver(self.a, 50, grade=self.first)
        self._deliver(self.b, 30, rejected=5, grade=self.second)
        invoice = self._invoice(self.order)
        self.assertEqual(invoice.amount_untaxed, 750)
        # 50 × 1 : 25 × 0.8 = 5 : 2 of 750
        self.assertEqual(self._shares(invoice), [535.71, 214.29, 0])
        self.assertEqual(self.a.invoiced_quantity, 50)
        self.assertEqual(self.b.invoiced_quantity, 25)

    def test_full_credit_brings_each_member_back_to_zero(self):
        self._deliver(self.a, 50, grade=self.first)
        self._deliver(self.b, 30, grade=self.second)
        invoice = self._invoice(self.order)
        refund = self._refund(invoice)
        self.assertEqual(
            [
                round(sum(s), 2)
                for s in zip(self._shares(invoice), self._shares(refund), strict=True)
            ],
            [0, 0, 0],
        )
        self.assertEqual((self.a | self.b).mapped("invoiced_quantity"), [0, 0])
        again = self._invoice(self.order)
        self.assertEqual(self._shares(again), self._shares(invoice))

    def test_grades_of_later_deliveries_weigh_in_later_invoices(self):
        self._deliver(self.a, 10, grade=self.first)
        self._invoice(self.order)
        self._deliver(self.a, 10, grade=self.second)
        self._deliver(self.b, 10, grade=self.first)
        invoice = self._invoice(self.order)
        self.assertEqual(self._shares(invoice), [88.89, 111.11, 0])

    def test_a_changed_grade_leaves_what_was_delivered(self):
        delivery = self._deliver(self.a, 10, grade=self.second)
        self.second.price_factor = 0.5
        self.assertEqual(delivery.price_factor, 0.8)

    def test_a_factor_of_zero_for_all_shares_by_quantity(self):
        self.second.price_factor = 0
        self._deliver(self.a, 10, grade=self.second)
        self._deliver(self.b, 30, grade=self.second)
        self.assertEqual(self._shares(self._invoice(self.order)), [100, 300, 0])


class TestNote(DeliveryCase):
    def test_the_delivery_note_says_who_what_and_how_much(self):
        delivery = self._deliver(self.b, 12, rejected=2, grade=self.second)
        for report, record in (
            ("business_network_delivery_report", delivery),
            ("business_network_allocation_delivery_report", self.b),
        ):
            html, _kind = self.env["ir.actions.report"]._render_qweb_html(
                f"red_empresarial.{report}", record.ids
            )
            for text in (delivery.name, "Red ABC", "Taller B", "Chompa", self.order.name):
                self.assertIn(text, html.decode())
            for text in ("Segunda", "Costuras", "12.00", "10.00"):
                self.assertIn(text, html.decode())

    def test_the_delivery_note_is_in_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("es_PE")
        self.env["ir.module.module"]._load_module_terms(["red_empresarial"], ["es_PE"])
        delivery = self._deliver(self.b, 12)
        html, _kind = (
            self.env["ir.actions.report"]
            .with_context(lang="es_PE")
            ._render_qweb_html("red_empresarial.business_network_delivery_report", delivery.ids)
        )
        self.assertIn("Nota de entrega", html.decode())
