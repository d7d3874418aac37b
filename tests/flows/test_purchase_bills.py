"""Bills of joint purchase orders: one per network and annex."""

from odoo import Command

from tests.common import NetworkCase


class TestPurchaseBills(NetworkCase):
    operating_form = "red_empresarial.operating_form_leader"

    def _confirm_order(self, network):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "network_id": network.id,
                "order_line": [Command.create({"product_id": self.product.id, "price_unit": 10})],
            }
        )
        order.button_confirm()
        return order

    def set_up_once(self):
        super().set_up_once()
        self.product = self.env["product.product"].create(
            {"name": "Hilo", "type": "service", "purchase_method": "purchase"}
        )

    def test_orders_of_two_networks_and_of_the_company_make_a_bill_each(self):
        other = self._create_network("Otra red", self.operating_form)
        nobody = self.env["business.network"]
        orders = self.env["purchase.order"].union(
            *[self._confirm_order(network) for network in (self.network, other, nobody)]
        )
        orders.action_create_invoice()
        self.assertEqual(orders.mapped("invoice_ids.network_id"), self.network | other)
        self.assertEqual(
            [order.invoice_ids.network_id for order in orders], [self.network, other, nobody]
        )
        self.assertEqual(len(orders.invoice_ids), 3)

    def test_orders_of_one_network_share_a_bill_as_always(self):
        orders = self._confirm_order(self.network) | self._confirm_order(self.network)
        orders.action_create_invoice()
        self.assertEqual(len(orders.invoice_ids), 1)
