from odoo import models
from odoo.exceptions import UserError


class BusinessNetworkFundMeeting(models.Model):
    """A meeting whose entry was taken back: nothing was collected, and no receipt says so."""

    _inherit = "business.network.fund.meeting"

    def _get_collection_entries(self):
        """What these meetings booked as received, without differences of the count."""
        return self.sudo().move_ids.filtered(
            lambda move: (
                not move.reversed_entry_id and "receipt" in move.line_ids.mapped("fund_movement")
            )
        )

    def _follow_ledger(self):
        """A meeting is reversed once what it booked as received was taken back."""
        for meeting in self.sudo().filtered(lambda one: one.state in ("posted", "closed")):
            entries = meeting._get_collection_entries()
            if entries and all(entry._is_reversed() for entry in entries):
                meeting.state = "reversed"


class BusinessNetworkFundMeetingLine(models.Model):
    """No receipt of what was taken back."""

    _inherit = "business.network.fund.meeting.line"

    def _check_received(self):
        for meeting in self.meeting_id.filtered(lambda meeting: meeting.state == "reversed"):
            raise UserError(
                self.env._(
                    "What was received at %s was taken back, so there are no receipts of it. "
                    "Collect it anew at another meeting, or by “Receive”.",
                    meeting.name,
                )
            )
        return super()._check_received()
