from odoo import fields, models


class BusinessNetworkFundMeetingCount(models.Model):
    """How many there are of one note or coin after a meeting."""

    _name = "business.network.fund.meeting.count"
    _description = "Count of a Note or Coin"
    _inherit = "business.network.fund.count.row.mixin"
    _fund_links = ("meeting_id",)
    _order = "meeting_id, value desc, id"
    _rec_name = "denomination_id"

    meeting_id = fields.Many2one(
        "business.network.fund.meeting", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="meeting_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="meeting_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="meeting_id.currency_id")

    _denomination_once = models.Constraint(
        "UNIQUE(meeting_id, denomination_id)", "Each note and coin is counted once."
    )

    def _get_counted_box(self):
        return self.meeting_id
