"""A member that leaves between the order and the invoice keeps what it delivered."""

from odoo.exceptions import ValidationError

from tests.allocation_case import AllocationCase


class TestMemberLeaves(AllocationCase):
    def set_up_once(self):
        super().set_up_once()
        self.order = self._order(date_order="2026-03-01")
        self.a, self.b, self.c = self._allocate(self.order.order_line, (50, 30, 20))
        self.order.action_confirm()

    def _order(self, quantity=100, price=10, lines=1, date_order=None, **vals):
        order = super()._order(quantity, price, lines, **vals)
        if date_order:
            order.date_order = date_order
        return order

    def _deliver(self, allocation, quantity, date):
        delivery = self.env["business.network.delivery"].create(
            {"allocation_id": allocation.id, "quantity": quantity, "date": date}
        )
        delivery.action_done()
        return delivery

    def _settle_with_numbers(self):
        settlement = self._create_settlement()
        settlement.action_compute()
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = f"E001-{number:08d}"
        settlement.action_approve()
        settlement.action_post()
        return settlement

    def test_what_it_delivered_as_a_member_is_invoiced_settled_and_paid(self):
        self._deliver(self.a, 50, "2026-03-08")
        self._deliver(self.b, 10, "2026-03-09")
        self.member_b.date_to = "2026-03-10"
        invoice = self._invoice(self.order)
        self.assertEqual(self._shares(invoice), [500, 100, 0])
        settlement = self._settle_with_numbers()
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual((payments.partner_id, payments.amount), (self.partner_b, 118))

    def test_a_refund_after_it_left_goes_back_to_it(self):
        self._deliver(self.b, 10, "2026-03-09")
        self.member_b.date_to = "2026-03-10"
        invoice = self._invoice(self.order)
        refund = self._refund(invoice, date="2026-03-20")
        self.assertEqual(self._shares(refund), [0, -100, 0])

    def test_its_rest_goes_to_the_others(self):
        self._deliver(self.a, 50, "2026-03-08")
        self._deliver(self.b, 10, "2026-03-09")
        self.member_b.date_to = "2026-03-10"
        self.b.action_close_short()
        self.c.quantity = 40
        self._deliver(self.c, 40, "2026-03-12")
        self.assertEqual(self._shares(self._invoice(self.order)), [500, 100, 400])

    def test_it_delivers_nothing_after_it_left_nor_before_it_joined(self):
        self.member_b.date_to = "2026-03-10"
        for date in ("2026-03-11", "2025-12-31"):
            with (
                self.assertRaisesRegex(ValidationError, "Taller B is not a member.*Chompa"),
                self.cr.savepoint(),
            ):
                self._deliver(self.b, 10, date)
        self.assertEqual(self.b.delivered_quantity, 0)

    def test_a_delivery_dated_after_it_left_is_refused_by_name_when_invoiced(self):
        delivery = self._deliver(self.b, 10, "2026-03-12")
        self.member_b.date_to = "2026-03-10"
        invoice = self._invoice(self.order, post=False)
        pattern = f"Chompa of {self.order.name} that Taller B.*03/10/2026.*share what is left"
        with self.assertRaisesRegex(ValidationError, pattern), self.cr.savepoint():
            invoice.action_post()
        self.assertFalse(invoice.distribution_ids)
        delivery.action_reset_to_draft()
        delivery.date = "2026-03-09"
        delivery.action_done()
        invoice.action_post()
        self.assertEqual(self._shares(invoice), [0, 100, 0])

    def test_what_is_invoiced_ahead_of_its_delivery_is_refused(self):
        self.product.invoice_policy = "order"
        order = self._order(date_order="2026-03-01")
        self._allocate(order.order_line, (50, 30, 20))
        order.action_confirm()
        self.member_b.date_to = "2026-03-10"
        with self.assertRaisesRegex(ValidationError, "Taller B did not deliver as a member"):
            self._invoice(order)

    def test_a_share_by_the_agreement_needs_a_member_in_force(self):
        self._deliver(self.b, 10, "2026-03-09")
        self.member_b.date_to = "2026-03-10"
        invoice = self._invoice(self.order, post=False)
        line = invoice.invoice_line_ids[:1]
        invoice.invoice_line_ids = [
            (0, 0, {"name": "Flete", "price_unit": 100, "tax_ids": line.tax_ids.ids})
        ]
        with self.assertRaisesRegex(ValidationError, "Taller B is not a member of Red ABC"):
            invoice.action_post()
