from odoo import api, fields, models


class BusinessNetworkFundMeeting(models.Model):
    """Counting the cash box after the meeting, by notes and coins."""

    _name = "business.network.fund.meeting"
    _inherit = ["business.network.fund.meeting", "business.network.fund.count.mixin"]

    count_ids = fields.One2many(
        "business.network.fund.meeting.count", "meeting_id", string="Notes and Coins", copy=False
    )
    amount_expected = fields.Monetary(help="Balance of the cash box after this meeting.")
    difference_reason = fields.Char(tracking=True)

    @api.depends("state")
    def _compute_count(self):
        return super()._compute_count()

    def _is_count_closed(self):
        return self.state == "closed"

    def action_load_denominations(self):
        """One line for each note and coin of the currency that has none yet."""
        for meeting in self:
            meeting._check_state("posted")
        self._load_denominations()

    def action_close(self):
        """Close the cash of the meeting; a difference is booked with its reason."""
        self.check_access("write")
        self.fund_id._lock_receipts()
        for meeting in self:
            meeting._check_state("posted")
            meeting._check_counted()
            expected = meeting.amount_expected
            meeting._post_difference()
            meeting.sudo().write({"amount_expected_then": expected, "state": "closed"})

    def _prepare_difference_values(self):
        return {"fund_meeting_id": self.id}
