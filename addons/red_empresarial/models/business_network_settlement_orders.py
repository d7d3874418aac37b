from odoo import api, fields, models

from ..tools.actions import open_records
from ..tools.minor_units import from_minor, to_minor
from .business_network_invoicing_order import SIDE_KINDS

DECLARATION_STATES = [
    ("none", "Nothing Declared"),
    ("partly", "Partly Declared"),
    ("declared", "Fully Declared"),
]


class BusinessNetworkSettlement(models.Model):
    """Policy ``member``: posting tells each member what it invoices; members declare it."""

    _inherit = "business.network.settlement"

    invoicing_order_ids = fields.One2many("business.network.invoicing.order", "settlement_id")
    declaration_state = fields.Selection(
        DECLARATION_STATES, string="Declared", compute="_compute_declaration_state"
    )

    @api.depends("invoicing_order_ids.state")
    def _compute_declaration_state(self):
        for settlement in self:
            settlement.declaration_state = settlement.invoicing_order_ids._get_declaration_state()

    def _settles_member(self, member, amounts, items):
        """Nobody is paid here: every member with a share documents it."""
        if self.policy == "member":
            return any(amounts.values())
        return super()._settles_member(member, amounts, items)

    def _get_open_items(self, sums):
        return {} if self.policy == "member" else super()._get_open_items(sums)

    def _post_invoicing_orders(self):
        """Make one invoicing order per member and joint document."""
        self.ensure_one()
        self.env["business.network.invoicing.order"].create(
            [vals for line in self.line_ids for vals in line._prepare_invoicing_orders()]
        )

    def _get_entries_to_reverse(self):
        """Memoranda whose declaration was undone are reversed already."""
        moves = super()._get_entries_to_reverse()
        if self.policy != "member":
            return moves
        return moves.filtered(
            lambda move: not any(m.state == "posted" for m in move.reversal_move_ids)
        )

    def _reverse_entries(self):
        result = super()._reverse_entries()
        if self.policy == "member":
            self.sudo().invoicing_order_ids._release(state="canceled")
        return result


class BusinessNetworkSettlementLine(models.Model):
    _inherit = "business.network.settlement.line"

    invoicing_order_ids = fields.One2many(
        "business.network.invoicing.order", "settlement_line_id", string="Invoicing Orders"
    )
    declaration_state = fields.Selection(
        DECLARATION_STATES, string="Declared", compute="_compute_declaration_state"
    )

    @api.depends("invoicing_order_ids.state")
    def _compute_declaration_state(self):
        for line in self:
            line.declaration_state = line.invoicing_order_ids._get_declaration_state()

    def _prepare_invoicing_orders(self):
        """Values of this member's invoicing orders, from the rows the line settles."""
        self.ensure_one()
        coins = {}
        for row, amount in self._get_settled_amounts():
            side = "sale" if row.kind in SIDE_KINDS["sale"] else "purchase"
            column = SIDE_KINDS[side].index(row.kind)
            sums = coins.setdefault((row.move_id, side), [0, 0])
            sums[column] += to_minor(amount if side == "sale" else -amount, self.currency_id)
        return [
            {
                "settlement_line_id": self.id,
                "source_move_id": move.id,
                "side": side,
                "amount_base": from_minor(base, self.currency_id),
                "amount_tax": from_minor(tax, self.currency_id),
            }
            for (move, side), (base, tax) in coins.items()
            if base or tax
        ]

    def _get_settled_amounts(self):
        """Pairs ``(row, amount)`` of what the line settles: whole rows, or parts of them."""
        self.ensure_one()
        in_parts = self.part_ids.distribution_id
        return [
            *((part.distribution_id, part.amount_currency) for part in self.part_ids),
            *((row, row.amount_currency) for row in self.distribution_ids - in_parts),
        ]

    def action_open_invoicing_orders(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_invoicing_order_action",
            [("settlement_line_id", "=", self.id)],
            context={},
        )


class BusinessNetworkInvoicingOrder(models.Model):
    _inherit = "business.network.invoicing.order"

    def _get_declaration_state(self):
        """``none``, ``partly`` or ``declared``, over orders that are not canceled."""
        orders = self.filtered(lambda order: order.state != "canceled")
        declared = orders.filtered(lambda order: order.state == "declared")
        if not declared:
            return "none"
        return "declared" if declared == orders else "partly"
