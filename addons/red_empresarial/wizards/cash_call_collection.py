from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkCashCallCollection(models.TransientModel):
    """What members pay in for a cash call, all at once; each may pay a part."""

    _name = "business.network.cash.call.collection"
    _description = "Collect a Cash Call"

    call_id = fields.Many2one("business.network.cash.call", required=True, readonly=True)
    company_id = fields.Many2one(related="call_id.company_id")
    currency_id = fields.Many2one(related="call_id.currency_id")
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    line_ids = fields.One2many(
        "business.network.cash.call.collection.line",
        "collection_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    amount_total = fields.Monetary(string="Total", compute="_compute_amount_total")

    @api.depends("call_id")
    def _compute_journal_id(self):
        journals = self.env["account.journal"]
        for wizard in self:
            wizard.journal_id = journals.search(
                [
                    *journals._check_company_domain(wizard.call_id.company_id),
                    ("type", "in", ("bank", "cash")),
                ],
                limit=1,
            )

    @api.depends("call_id")
    def _compute_line_ids(self):
        for wizard in self:
            lines = wizard.call_id.line_ids.filtered(
                lambda line: line.currency_id.compare_amounts(line.amount_open, 0.0) > 0
            )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"line_id": line.id, "amount": line.amount_open})
                    for line in lines
                ),
            ]

    @api.depends("line_ids.amount")
    def _compute_amount_total(self):
        for wizard in self:
            wizard.amount_total = sum(wizard.line_ids.mapped("amount"))

    def action_collect(self):
        """Register the payments; lines set to zero are left out."""
        self.ensure_one()
        amounts = {line.line_id: line.amount for line in self.line_ids if line.amount}
        if not amounts:
            raise UserError(
                self.env._(
                    "There is nothing to collect for %s. Write what a member pays.",
                    self.call_id.name,
                )
            )
        self.call_id.collect(amounts, self.journal_id, self.date)
        return {"type": "ir.actions.act_window_close"}


class BusinessNetworkCashCallCollectionLine(models.TransientModel):
    """What one member pays in now."""

    _name = "business.network.cash.call.collection.line"
    _description = "Collect a Cash Call from One Member"

    collection_id = fields.Many2one(
        "business.network.cash.call.collection", required=True, ondelete="cascade"
    )
    line_id = fields.Many2one("business.network.cash.call.line", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="line_id.currency_id")
    partner_id = fields.Many2one(related="line_id.partner_id", string="Member")
    amount_open = fields.Monetary(related="line_id.amount_open")
    amount = fields.Monetary(string="Pays Now")
