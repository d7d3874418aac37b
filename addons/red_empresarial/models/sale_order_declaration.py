from odoo import api, fields, models

from ..engine.apportion import split_amount
from ..tools.minor_units import from_minor, to_minor
from .business_network_settlement_orders import DECLARATION_STATES


class SaleOrder(models.Model):
    """How much of an order the members invoiced by themselves, as they declared it."""

    _inherit = "sale.order"

    network_declared_amount = fields.Monetary(
        string="Declared by Members",
        compute="_compute_network_declared",
        help="Total with tax of the documents that members declared for this order.",
    )
    network_declared_state = fields.Selection(
        DECLARATION_STATES, string="Declaration", compute="_compute_network_declared"
    )

    network_memorandum_ids = fields.One2many(
        "account.move", "network_sale_order_id", string="Joint Memoranda"
    )

    @api.depends(
        "network_id",
        "network_memorandum_ids.state",
        "network_memorandum_ids.reversal_move_ids.state",
        "network_memorandum_ids.network_declaration_ids.state",
    )
    def _compute_invoice_status(self):
        """Where the members invoice, their declarations say it; the network has nothing to invoice.

        An order that the books' company did invoice is as its invoices say.
        """
        result = super()._compute_invoice_status()
        by_members = self.filtered(
            lambda order: (
                order.state == "sale"
                and order.network_policy == "member"
                and not order.network_parent_order_id
                and not order.sudo().invoice_ids.filtered(lambda move: move.state != "cancel")
            )
        )
        if by_members:
            by_members._compute_network_declared()
        for order in by_members:
            declared = order.network_declared_state == "declared"
            order.invoice_status = "invoiced" if declared else "no"
        return result

    def _compute_network_declared(self):
        joint = self.filtered(lambda order: order.network_id.policy == "member")
        documents = joint._get_declared_documents()
        orders = self.env["business.network.invoicing.order"].sudo()
        by_document = orders.search(
            [
                (
                    "source_move_id",
                    "in",
                    [move.id for moves in documents.values() for move in moves],
                ),
                ("side", "=", "sale"),
                ("state", "=", "declared"),
            ]
        ).grouped("source_move_id")
        for order in self:
            declared = ordered = 0
            for document, share in documents.get(order.id, {}).items():
                its = by_document.get(document, orders)
                currency = order.currency_id
                declared += _part(sum(to_minor(o.declared_total, currency) for o in its), share)
                ordered += _part(sum(to_minor(o.amount_total, currency) for o in its), share)
            order.network_declared_amount = from_minor(declared, order.currency_id)
            total = to_minor(order.amount_total, order.currency_id)
            order.network_declared_state = (
                "none" if not declared else "declared" if ordered >= total else "partly"
            )

    def _get_declared_documents(self):
        """Joint documents of each order with the order's share of each.

        :return: ``{order id: {account.move: (its coins, all coins)}}``
        """
        found = {}
        moves = self.env["account.move"].sudo()
        memoranda = moves.search(
            [("network_sale_order_id", "in", self.ids), ("state", "=", "posted")]
        )
        for move in memoranda:
            found.setdefault(move.network_sale_order_id.id, {})[move] = (1, 1)
        for order in self.sudo():
            for move in order.invoice_ids.filtered(lambda m: m.state == "posted"):
                mine, total = 0, 0
                for line in move.invoice_line_ids:
                    coins = abs(to_minor(line.price_subtotal, move.currency_id))
                    total += coins
                    mine += coins if order in line.sale_line_ids.order_id else 0
                if mine:
                    found.setdefault(order.id, {})[move] = (mine, total)
        return found


class AccountMove(models.Model):
    _inherit = "account.move"

    network_declaration_ids = fields.One2many(
        "business.network.invoicing.order",
        "source_move_id",
        string="Invoicing Orders",
        help="What each member documents by itself of this joint document.",
    )


def _part(amount, share):
    """Exact part of whole coins: ``share`` is (part, whole)."""
    mine, total = share
    return split_amount(amount, [mine, total - mine])[0]
