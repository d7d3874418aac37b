from urllib.parse import quote

from odoo import api, fields, models


class BusinessNetworkStatementShare(models.TransientModel):
    """The message that sends a member the link to its statement."""

    _name = "business.network.statement.share"
    _description = "Share a Member's Statement"

    line_id = fields.Many2one(
        "business.network.settlement.line", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="line_id.partner_id")
    url = fields.Char(string="Link", compute="_compute_url")
    message = fields.Text(
        compute="_compute_message", store=True, readonly=False, compute_sudo=False
    )

    @api.model_create_multi
    def create(self, vals_list):
        shares = super().create(vals_list)
        shares._check_lines()
        return shares

    def write(self, vals):
        result = super().write(vals)
        if "line_id" in vals:
            self._check_lines()
        return result

    def _check_lines(self):
        """Only who may share a statement sees what the message and the link say."""
        lines = self.env["business.network.settlement.line"].browse(self.sudo().line_id.ids)
        for line in lines:
            line._check_shareable()

    @api.depends("line_id")
    def _compute_url(self):
        for share in self:
            share.url = share.line_id and share.line_id._get_share_url()

    @api.depends("line_id")
    def _compute_message(self):
        for share in self:
            share.message = share.line_id and share.line_id._get_share_message()

    def action_send(self):
        """Open the messenger of this device with the text; the member is chosen there."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"https://wa.me/?text={quote(self.message or '')}",
            "target": "new",
        }

    def action_open_page(self):
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.url, "target": "new"}

    def action_revoke(self):
        """Make the link useless, wherever it was sent."""
        self.line_id.action_revoke_share()
        return {"type": "ir.actions.act_window_close"}
