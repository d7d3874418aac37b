from odoo import api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkDeclaration(models.TransientModel):
    """Number, date and amounts of the document a member gave or got for an invoicing order."""

    _name = "business.network.declaration"
    _description = "Declare a Member's Document"

    order_id = fields.Many2one(
        "business.network.invoicing.order", required=True, readonly=True, ondelete="cascade"
    )
    side = fields.Selection(related="order_id.side")
    partner_id = fields.Many2one(related="order_id.partner_id", string="Member")
    counterpart_id = fields.Many2one(related="order_id.counterpart_id")
    currency_id = fields.Many2one(related="order_id.currency_id")
    amount_total = fields.Monetary(related="order_id.amount_total", string="Ordered")
    document_number = fields.Char(required=True)
    document_date = fields.Date(required=True, default=fields.Date.context_today)
    date = fields.Date(
        string="Accounting Date",
        compute="_compute_date",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    declared_base = fields.Monetary(
        string="Base", compute="_compute_amounts", store=True, readonly=False, precompute=True
    )
    declared_tax = fields.Monetary(
        string="Tax", compute="_compute_amounts", store=True, readonly=False, precompute=True
    )
    difference = fields.Monetary(compute="_compute_difference")
    differs = fields.Boolean(compute="_compute_difference")
    difference_confirmed = fields.Boolean(
        string="The Difference Is Right", help="Recorded with the declaration, with who confirmed."
    )
    difference_reason = fields.Char(string="Why")

    @api.depends("order_id", "document_date")
    def _compute_date(self):
        for wizard in self:
            settled = wizard.order_id.settlement_id.date
            dates = [date for date in (settled, wizard.document_date) if date]
            wizard.date = max(dates) if dates else False

    @api.depends("order_id")
    def _compute_amounts(self):
        for wizard in self:
            wizard.declared_base = wizard.order_id.amount_base
            wizard.declared_tax = wizard.order_id.amount_tax

    @api.depends("declared_base", "declared_tax", "order_id")
    def _compute_difference(self):
        for wizard in self:
            amounts = wizard.declared_base, wizard.declared_tax
            wizard.difference = sum(amounts) - wizard.order_id.amount_total
            wizard.differs = bool(wizard.order_id) and wizard.order_id._differs(*amounts)

    def action_declare(self):
        """Record the document; a difference must be confirmed and explained."""
        self.ensure_one()
        if self.differs and self.difference_confirmed and not self.difference_reason:
            raise UserError(
                self.env._(
                    "Say why the document %(number)s of %(member)s differs from its order.",
                    number=self.document_number,
                    member=self.partner_id.display_name,
                )
            )
        self.order_id.declare(
            self.document_number,
            self.document_date,
            self.declared_base,
            self.declared_tax,
            accounting_date=self.date,
            reason=self.difference_reason if self.difference_confirmed else None,
        )
        return {"type": "ir.actions.act_window_close"}
