from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.apportion import rotated_keys
from odoo.addons.red_empresarial.engine.consolidation import share_ordered
from odoo.addons.red_empresarial.engine.offers import finest_lot, share_received
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.tools import formatLang

from .business_network_purchase_round_consolidation import MILLION


class BusinessNetworkPurchaseRound(models.Model):
    """What a network is allotted and receives, shared among the members that asked in its round.

    Both levels are shared by the same rule, so what a member gets is decided by what its network
    got and by what its own colleagues asked: other networks' members change nothing.
    """

    _inherit = "business.network.purchase.round"

    tier_html = fields.Html(
        string="Bought For This Network",
        compute="_compute_tier_html",
        compute_sudo=True,
        sanitize=False,
    )

    # -- what was allotted -------------------------------------------------------------------------

    def _share_with_children(self):
        """Share what each network was allotted among those who asked in its round."""
        for child in self._get_children("closed", "negotiated"):
            child._take_allotments()

    def _take_allotments(self):
        """Write what each member gets of what this network was allotted, which it adds up to."""
        by_product = self._get_rows_by_product()
        lines = self.parent_request_id.line_ids.grouped("product_id")
        finest = self._get_finest_step()
        ordered, allotted = [], []
        for turn, product in enumerate(self.product_ids.sorted()):
            rows = by_product.get(product.id, [])
            line = lines.get(product.product_id, self.parent_request_id.line_ids.browse())
            parts, decision = product._share_allotted(rows, line, finest, turn)
            ordered.append((product.id, line.allotted_quantity, decision))
            allotted += [
                (row.line, from_exact(part)) for row, part in zip(rows, parts, strict=True)
            ]
        self._write_consolidation(ordered, allotted)

    # -- what was received -------------------------------------------------------------------------

    def _update_received(self):
        result = super()._update_received()
        self._share_receipts()
        return result

    def _share_receipts(self):
        """Share what each network received so far among its members, never first come."""
        received = self.sudo()._get_received_of_networks()
        for child in self._get_children("ordered", "received"):
            if not child._has_documents():
                child._take_receipts(received.get(child.parent_request_id.member_id, {}))

    def _get_received_of_networks(self):
        """``{member: {product.product: Fraction}}`` so far, in the unit of this round."""
        received = {}
        for allocation in self._get_orders().allocation_ids:
            product = allocation.purchase_line_id.round_product_id
            quantity = convert_exact(
                to_exact(allocation.delivered_quantity),
                allocation.product_uom_id,
                product.product_uom_id,
            )
            own = received.setdefault(allocation.member_id, {})
            own[product.product_id] = own.get(product.product_id, 0) + quantity
        return received

    def _take_receipts(self, received):
        """Write what each member has of what its network received.

        :param received: ``{product.product: Fraction}``
        """
        by_product = self._get_rows_by_product()
        found = []
        for product in self.product_ids:
            rows = by_product.get(product.id, [])
            found += product._share_received(rows, received.get(product.product_id, 0))
        self.env["business.network.purchase.request.line"]._write_found("received_quantity", found)

    # -- what is shown to the network --------------------------------------------------------------

    @api.depends("parent_round_id", "state")
    def _compute_tier_html(self):
        for purchase_round in self:
            rows = purchase_round._get_tier_rows()
            purchase_round.tier_html = rows and self.env["ir.qweb"]._render(
                "red_empresarial_round.purchase_round_tier",
                {
                    "rows": rows,
                    "format_price": lambda price: formatLang(self.env, price, digits=4),
                    "format_quantity": lambda quantity: format_exact(self.env, quantity),
                },
            )

    def _get_tier_rows(self):
        """This network's part of the orders of the round above, as plain values and records.

        :return: ``[{product, quantity, unit, received, price, amount, currency}]``; prices are
            those of the orders, net of tax and without freight, per unit of the round
        """
        self.ensure_one()
        allocations = self.parent_round_id._get_orders().allocation_ids.filtered(
            lambda allocation: allocation.member_id == self.parent_request_id.member_id
        )
        return [
            self._get_tier_row(allocation)
            for allocation in allocations
            if allocation.purchase_line_id.round_product_id
        ]

    def _get_tier_row(self, allocation):
        line = allocation.purchase_line_id
        quantity = to_exact(allocation.quantity)
        ordered = line._get_round_quantity()
        price = to_exact(line.price_subtotal) / ordered if ordered else 0
        return {
            "product": line.product_id,
            "quantity": allocation.quantity,
            "unit": allocation.product_uom_id,
            "received": allocation.delivered_quantity,
            "price": from_exact(price),
            "amount": line.currency_id.round(from_exact(price * quantity)),
            "currency": line.currency_id,
        }


class BusinessNetworkPurchaseRoundProduct(models.Model):
    _inherit = "business.network.purchase.round.product"

    def _share_allotted(self, rows, line, finest, turn):
        """Share what the network's request line was allotted.

        :param rows: lines of the members, see ``_consolidate``
        :param line: request line of the network in the round above; empty if it asked nothing
        :return: ``([Fraction per row], decision)``
        """
        self.ensure_one()
        quantity = to_exact(line.allotted_quantity)
        requests, tolerances, step = self._get_steps(rows, finest, quantity)
        ordered = int(quantity / step)
        parts = share_ordered(ordered, requests, tolerances, keys=rotated_keys(len(rows), turn))
        decision = line.round_product_id.decision or "empty"
        if rows and ordered == sum(requests):
            decision = "exact"
        return [part * step for part in parts], decision

    def _share_received(self, rows, quantity):
        """``[(line id, float)]``: what so far arrived by what each was allotted."""
        allotted = [Fraction(row.allotted, MILLION) for row in rows]
        if not any(allotted):
            return [(row.line, 0.0) for row in rows]
        lot = finest_lot([*allotted, quantity])
        parts = share_received(int(quantity / lot), [int(part / lot) for part in allotted])
        return [(row.line, from_exact(part * lot)) for row, part in zip(rows, parts, strict=True)]


class BusinessNetworkPurchaseRequestLine(models.Model):
    _inherit = "business.network.purchase.request.line"

    received_quantity = fields.Float(
        string="Received",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="In the round of a network within a network of networks: the member's part of what "
        "its network received, in the unit of the round's product.",
    )

    @api.model
    def _get_found_fields(self):
        return super()._get_found_fields() | {"received_quantity"}
