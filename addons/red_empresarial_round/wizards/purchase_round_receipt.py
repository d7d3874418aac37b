from odoo import Command, api, fields, models
from odoo.addons.red_empresarial.tools.quantities import from_exact, to_exact
from odoo.exceptions import UserError
from odoo.tools import float_compare


class BusinessNetworkPurchaseRoundReceipt(models.TransientModel):
    """What arrived of a purchase round, line by line; shared among the members on confirming."""

    _name = "business.network.purchase.round.receipt"
    _description = "Receipt of a Purchase Round"

    round_id = fields.Many2one("business.network.purchase.round", required=True, readonly=True)
    order_id = fields.Many2one(
        "purchase.order",
        string="Only the Order",
        domain="[('network_round_id', '=', round_id), ('state', '=', 'purchase')]",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    is_done = fields.Boolean(readonly=True)
    line_ids = fields.One2many(
        "business.network.purchase.round.receipt.line",
        "receipt_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        precompute=True,
    )

    @api.depends("round_id", "order_id")
    def _compute_line_ids(self):
        for receipt in self:
            lines = receipt.round_id._get_orders().order_line.filtered("allocation_ids")
            if receipt.order_id:
                lines = lines.filtered(lambda line, r=receipt: line.order_id == r.order_id)
            receipt.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "purchase_line_id": line.id,
                            "pending_quantity": from_exact(line._get_pending_receipt()),
                            "quantity": from_exact(line._get_pending_receipt()),
                        }
                    )
                    for line in lines
                    if line._get_pending_receipt() > 0
                ),
            ]

    def action_receive(self):
        """Register the receipt and share it among the members. Once: a second click does nothing.

        The round's row is taken first, so that of two clicks at once the second one sees the first.
        """
        self.ensure_one()
        self.round_id._touch()
        if not self.is_done:
            receipts = [line._get_receipt() for line in self.line_ids if line.quantity]
            if not receipts:
                raise UserError(
                    self.env._("Write how much arrived for %s.", self.round_id.display_name)
                )
            self.round_id._receive(receipts, self.date)
            self.is_done = True
        return {"type": "ir.actions.act_window_close"}


class BusinessNetworkPurchaseRoundReceiptLine(models.TransientModel):
    """How much of an order line arrived, and how much of that goes back."""

    _name = "business.network.purchase.round.receipt.line"
    _description = "Received Product of a Purchase Round"

    receipt_id = fields.Many2one(
        "business.network.purchase.round.receipt", required=True, ondelete="cascade"
    )
    purchase_line_id = fields.Many2one("purchase.order.line", required=True, ondelete="cascade")
    order_id = fields.Many2one(related="purchase_line_id.order_id")
    product_id = fields.Many2one(related="purchase_line_id.product_id")
    product_uom_id = fields.Many2one(related="purchase_line_id.product_uom_id")
    pending_quantity = fields.Float(string="Pending", digits="Product Unit", readonly=True)
    quantity = fields.Float(string="Arrived", digits="Product Unit")
    rejected_quantity = fields.Float(string="Of It Rejected", digits="Product Unit")
    reason = fields.Char(string="Reason of Rejection")

    def _get_receipt(self):
        """What arrived, as the round takes it: what shows as all that is pending is all of it."""
        self.ensure_one()
        line = self.purchase_line_id
        pending = line._get_pending_receipt()
        rounding = line.product_uom_id.rounding
        is_rest = not float_compare(self.quantity, float(pending), precision_rounding=rounding)
        return {
            "line": line,
            "quantity": pending if is_rest else to_exact(self.quantity),
            "rejected": to_exact(self.rejected_quantity),
            "reason": self.reason,
        }


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def _get_pending_receipt(self):
        """What can still be received of this line, exact in its unit."""
        self.ensure_one()
        return self._get_receipt_limit() - self._sum_allocations("delivered_quantity")
