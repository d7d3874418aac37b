from odoo import fields, models


class BusinessNetworkSettlementPayment(models.TransientModel):
    """Journal and date with which all members of a settlement are paid at once."""

    _name = "business.network.settlement.payment"
    _description = "Pay the Members of a Settlement"

    settlement_id = fields.Many2one("business.network.settlement", required=True, readonly=True)
    company_id = fields.Many2one(related="settlement_id.company_id")
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    line_ids = fields.Many2many(
        "business.network.settlement.line", compute="_compute_line_ids", string="To Pay"
    )
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        default=lambda self: self._default_journal_id(),
    )
    date = fields.Date(required=True, default=fields.Date.context_today)

    def _default_journal_id(self):
        settlement = self.env["business.network.settlement"].browse(
            self.env.context.get("default_settlement_id")
        )
        return self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(settlement.company_id),
                ("type", "in", ("bank", "cash")),
            ],
            limit=1,
        )

    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = wizard.settlement_id.line_ids.filtered(
                lambda line: line.payment_state == "open"
            )

    def action_pay(self):
        self.ensure_one()
        self.settlement_id.pay_members(self.journal_id, self.date)
        return {"type": "ir.actions.act_window_close"}
