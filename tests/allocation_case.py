"""Base class of the tests of joint orders: a leader's network that sells one product."""

from odoo import Command

from tests.common import NetworkCase


class AllocationCase(NetworkCase):
    operating_form = "red_empresarial.operating_form_leader"

    def set_up_once(self):
        super().set_up_once()
        self.units = self.env.ref("uom.product_uom_unit")
        self.dozens = self.env.ref("uom.product_uom_dozen")
        self.product = self.env["product.product"].create(
            {"name": "Chompa", "type": "service", "invoice_policy": "delivery"}
        )

    def _order(self, quantity=100, price=10, lines=1, **vals):
        return self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "network_id": self.network.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(self.vat_sale.ids)],
                            **vals,
                        }
                    )
                ]
                * lines,
            }
        )

    def _allocate(self, line, quantities, **vals):
        return self.env["business.network.allocation"].create(
            [
                {
                    "sale_line_id": line.id,
                    "member_id": member.id,
                    "quantity": quantity,
                    **vals,
                }
                for member, quantity in zip(self.members, quantities, strict=True)
                if quantity
            ]
        )

    def _invoice(self, order, date="2026-03-15", post=True):
        invoice = order._create_invoices()
        invoice.write({"invoice_date": date, "date": date})
        if post:
            invoice.action_post()
        return invoice
