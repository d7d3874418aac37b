from odoo import api, fields, models


class BusinessNetworkFundMeetingLine(models.Model):
    """What one member owes and pays at a meeting."""

    _name = "business.network.fund.meeting.line"
    _description = "Collection from a Member"
    _inherit = "business.network.fund.access.mixin"
    _fund_links = ("meeting_id",)
    _order = "meeting_id, id"
    _rec_name = "member_id"

    meeting_id = fields.Many2one(
        "business.network.fund.meeting", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="meeting_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="meeting_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="meeting_id.currency_id")
    state = fields.Selection(related="meeting_id.state")
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
    )
    is_present = fields.Boolean(string="Present")
    amount_owed = fields.Monetary(
        string="Owes",
        compute="_compute_amount_owed",
        help="Open dues, fines and instalments; below zero when paid in advance.",
    )
    amount_owed_then = fields.Monetary(string="Owed Then", readonly=True, copy=False)
    amount_received = fields.Monetary(string="Pays")
    is_advance = fields.Boolean(
        string="Advance", help="What is above the debt is paid in advance, and closes later dues."
    )
    amount_left = fields.Monetary(string="Left", compute="_compute_amount_left")

    _member_once = models.Constraint(
        "UNIQUE(meeting_id, member_id)", "A member stands once in a meeting."
    )
    _received_not_negative = models.Constraint(
        "CHECK(amount_received >= 0)", "What a member pays cannot be negative."
    )

    @api.depends("meeting_id.fund_id", "member_id", "meeting_id.state")
    def _compute_amount_owed(self):
        for meeting, lines in self.grouped("meeting_id").items():
            collecting = meeting.state == "draft" and meeting.fund_id
            owed = meeting.fund_id._get_owed(lines.member_id.partner_id) if collecting else {}
            for line in lines:
                line.amount_owed = (
                    owed.get(line.member_id.partner_id, 0.0)
                    if collecting
                    else line.amount_owed_then
                )

    @api.depends("amount_owed", "amount_received")
    def _compute_amount_left(self):
        for line in self:
            line.amount_left = line.amount_owed - line.amount_received

    @api.onchange("amount_received")
    def _onchange_amount_received(self):
        """Who pays is there."""
        if self.amount_received:
            self.is_present = True

    def write(self, vals):
        self._check_collecting()
        result = super().write(vals)
        if "meeting_id" in vals:  # nor does a collected meeting take a line of another
            self._check_collecting()
        return result

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_collecting()
        return lines

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_collecting()

    def _check_collecting(self):
        if not self.env.su:
            self.meeting_id._check_collecting()

    def action_receive_whole(self):
        """The member is present and pays the whole of what it owes."""
        for line in self:
            line.write({"is_present": True, "amount_received": max(line.amount_owed, 0.0)})

    def _get_receipt_values(self):
        """What the member's receipt says, as plain values."""
        self.ensure_one()
        return {
            "member": self.member_id.display_name,
            "owed": self.amount_owed_then,
            "received": self.amount_received,
            "left": self.amount_owed_then - self.amount_received,
        }

    def action_print_receipt(self):
        received = self._check_received()
        return self.env.ref("red_empresarial_fund.fund_receipt_report").report_action(received)
