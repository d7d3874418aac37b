from odoo import api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkFundForgive(models.TransientModel):
    """Forgive members a part or all of what they were asked, saying why."""

    _name = "business.network.fund.forgive"
    _description = "Forgive What Members Were Asked"

    date = fields.Date(required=True, default=fields.Date.context_today)
    reason = fields.Char(help="Why, and who decided it: an agreement, its minutes.")
    line_ids = fields.One2many("business.network.fund.forgive.line", "forgive_id")

    def action_forgive(self):
        """Book it, and go back to the list."""
        self.post()
        return {"type": "ir.actions.act_window_close"}

    def post(self):
        """Book what is forgiven, one entry per due.

        :return: the posted ``account.move``
        :raise UserError: nothing is chosen, or a due is not open so far, see the fund's `_forgive`
        """
        self.ensure_one()
        lines = self.line_ids
        if not lines:
            raise UserError(self.env._("Choose in the list what is forgiven."))
        lines.due_id.check_access("read")
        amounts = {line.due_id._get_item(): line.amount for line in lines}
        return lines.due_id.fund_id._forgive(amounts, self.date, self.reason)


class BusinessNetworkFundForgiveLine(models.TransientModel):
    """How much of one due is forgiven."""

    _name = "business.network.fund.forgive.line"
    _description = "Due That Is Forgiven"

    forgive_id = fields.Many2one("business.network.fund.forgive", required=True, ondelete="cascade")
    due_id = fields.Many2one("business.network.fund.due", string="Concept", required=True)
    currency_id = fields.Many2one(related="due_id.currency_id")
    partner_id = fields.Many2one(related="due_id.partner_id")
    date_due = fields.Date(related="due_id.date_due")
    amount_open = fields.Monetary(related="due_id.amount_open")
    amount = fields.Monetary(
        string="Forgiven",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="What is open of it, or less.",
    )

    _due_once = models.Constraint("UNIQUE(forgive_id, due_id)", "A due is forgiven once at a time.")

    @api.depends("due_id")
    def _compute_amount(self):
        for line in self:
            line.amount = line.due_id.amount_open
