from odoo import api, fields, models

STATES = [("draft", "Draft"), ("sent", "Sent"), ("cancel", "Canceled")]


class BusinessNetworkPurchaseRequest(models.Model):
    """What one member needs of a round. Only sent requests are consolidated.

    In the round of a network of networks the member stands for a network, and the request gathers
    what the members of that network asked in a round of their own.
    """

    _name = "business.network.purchase.request"
    _description = "Request of a Member in a Joint Purchase Round"
    _inherit = ["mail.thread", "business.network.action.state.mixin"]
    _order = "round_id desc, id"
    _check_company_auto = True

    round_id = fields.Many2one(
        "business.network.purchase.round", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="round_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="round_id.company_id", store=True, index=True)
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
    )
    partner_id = fields.Many2one(related="member_id.partner_id", string="Enterprise", store=True)
    state = fields.Selection(STATES, required=True, default="draft", copy=False, readonly=True)
    date_sent = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many(
        "business.network.purchase.request.line", "request_id", string="Products", copy=True
    )
    source_round_ids = fields.One2many(
        "business.network.purchase.round", "parent_request_id", string="Own Rounds"
    )
    note = fields.Text()

    _member_unique = models.Constraint(
        "UNIQUE(round_id, member_id)", "The member already has a request in this round."
    )

    @api.depends("round_id", "partner_id")
    def _compute_display_name(self):
        for request in self:
            names = (request.round_id.name, request.partner_id.display_name)
            request.display_name = " · ".join(filter(None, names))
