from collections import defaultdict

from odoo import models
from odoo.addons.red_empresarial.tools.quantities import convert_exact, from_exact, to_exact


class BusinessNetworkPurchaseRound(models.Model):
    """The papers of a round: its orders, and the slips with which members pick up."""

    _inherit = "business.network.purchase.round"

    def _get_paper_orders(self):
        """Orders to print: the confirmed ones, else the quotations that stand."""
        self.ensure_one()
        standing = self.order_ids.filtered(lambda order: order.state != "cancel").sorted("name")
        return standing.filtered(lambda order: order.state == "purchase") or standing

    def _get_delivery_slips(self):
        """What each member picks up; see :meth:`purchase.order._get_delivery_slips`."""
        return self._get_paper_orders()._get_delivery_slips()


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def _get_goods_lines(self):
        """Lines that are shared out among members, in the order of the document."""
        return self.order_line.filtered(lambda line: not line.display_type and line.allocation_ids)

    def _get_annex_members(self):
        members = self.order_line.allocation_ids.member_id
        return members.sorted(lambda member: (member.sequence, member.id))

    def _get_annex_products(self):
        """Who receives what of an order, product by product, in the unit of its line.

        :return: list of ``{"line", "shares": [(member, quantity, picked up)], "unallocated"}``
        """
        self.ensure_one()
        products = []
        for line in self._get_goods_lines():
            shares = self._get_annex_shares(line)
            allocated = sum(quantity for _member, quantity, _done in shares)
            rest = to_exact(line.product_qty) - allocated
            products.append(
                {
                    "line": line,
                    "shares": [
                        (member, from_exact(quantity), from_exact(done))
                        for member, quantity, done in shares
                    ],
                    "unallocated": from_exact(max(rest, 0)),
                }
            )
        return products

    def _get_annex_shares(self, line):
        allocations = line.allocation_ids.sorted(lambda a: (a.member_id.sequence, a.member_id.id))
        return [
            (
                allocation.member_id,
                *(
                    convert_exact(
                        to_exact(quantity), allocation.product_uom_id, line.product_uom_id
                    )
                    for quantity in (allocation.quantity, allocation.delivered_quantity)
                ),
            )
            for allocation in allocations
        ]

    def _get_delivery_slips(self):
        """What each member picks up of these orders, in the members' order.

        :return: list of ``{"member", "allocations"}``; members without anything are left out
        """
        by_member = defaultdict(self.env["business.network.allocation"].browse)
        for allocation in self.order_line.allocation_ids.sorted("id"):
            if allocation.quantity:
                by_member[allocation.member_id] |= allocation
        members = sorted(by_member, key=lambda member: (member.sequence, member.id))
        return [{"member": member, "allocations": by_member[member]} for member in members]
