"""Step (b) of the campaign by hand: quotation, share out, deliver, invoice, settle, pay, reverse.

The order is shared out in the dialog, the settlement is previewed before it is computed.
"""

from odoo import Command

from tests.web.browser import BrowserCase


class TestSaleByHand(BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        partners = cls.company.partner_id
        for name in ("Taller Uno (ficticio)", "Taller Dos (ficticio)"):
            partners += cls.env["res.partner"].create({"name": name, "is_company": True})
        cls.network = cls.env["business.network"].create(
            {
                "name": "Red de prueba",
                "operating_form_id": cls.env.ref("red_empresarial.operating_form_cooperative").id,
                "member_ids": [
                    Command.create({"partner_id": partner.id, "date_from": "2026-01-01"})
                    for partner in partners
                ],
            }
        )
        cls.env["business.network.agreement"].create(
            {
                "network_id": cls.network.id,
                "date_from": "2026-01-01",
                "line_ids": [
                    Command.create({"member_id": member.id}) for member in cls.network.member_ids
                ],
            }
        ).action_put_in_force()
        cls.buyer = cls.env["res.partner"].create(
            {
                "name": "Compradora del exterior",
                "is_company": True,
                "country_id": cls.env.ref("base.cl").id,
            }
        )
        cls.product = cls.env["product.product"].create(
            {
                "name": "Polo de exportación",
                "type": "service",
                "invoice_policy": "delivery",
                "list_price": 30,
                "taxes_id": [Command.clear()],
            }
        )

    def test_a_joint_sale_from_quotation_to_pay(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "network_id": self.network.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": 90})
                ],
            }
        )
        self.env.flush_all()
        with self.browser() as page:
            self.log_in(page)
            self.open_record(page, order)
            self._share_out(page)
            self.press(page, "action_confirm")
            self.press(page, "action_deliver_allocations", confirm=True)
            self.picture(page, "sale_order")
            self.env.invalidate_all()
            self.assertEqual(order.order_line.qty_delivered, 90)
            self.assertEqual(order.allocation_ids.mapped("quantity"), [30, 30, 30])
            invoice = self._invoice(page, order)
            self.assertEqual(sum(invoice.distribution_ids.mapped("amount")), 2700)
            settlement = self._settle(page)
            self.assertEqual(settlement.state, "paid")
            self.assertEqual(sorted(settlement.payment_ids.mapped("amount")), [900, 900])
            self._reverse(page, settlement)
            self.assertEqual(settlement.state, "reversed")
            self.assertFalse(invoice.distribution_ids.settlement_line_id, "settled again one day")

    def _share_out(self, page):
        """Choose a basis in the dialog, see what it gives, and apply it."""
        self.press(page, "action_open_share_out")
        page.click(".modal [name=basis] label:has-text('Partes iguales')")
        self.settle(page)
        given = page.locator(".modal [name=line_ids] .o_data_row td[name=quantity]")
        self.assertEqual(given.all_inner_texts(), ["30.00"] * 3)
        self.press(page, "action_apply", ".modal")

    def _invoice(self, page, order):
        page.click(".o_statusbar_buttons button:has-text('Crear factura'):visible")
        self.press(page, "create_invoices", ".modal")
        self.press(page, "action_post")
        self.env.invalidate_all()
        self.assertEqual(order.invoice_ids.state, "posted")
        return order.invoice_ids

    def _settle(self, page):
        settlement = self.env["business.network.settlement"].create({"network_id": self.network.id})
        self.env.flush_all()
        self.open_record(page, settlement)
        self.press(page, "action_preview")
        self.see(page, ".o_list_view .o_group_header", 3)
        self.env.invalidate_all()
        self.assertEqual(settlement.state, "draft")
        self.open_record(page, settlement)
        for method in ("action_compute", "action_approve", "action_post"):
            self.press(page, method)
        self.press(page, "action_open_payment_wizard")
        self.press(page, "action_pay", ".modal")
        self.env.invalidate_all()
        return settlement

    def _reverse(self, page, settlement):
        for method in ("action_reverse_payments", "action_reverse"):
            self.press(page, method, confirm=True)
        self.env.invalidate_all()
