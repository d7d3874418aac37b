from odoo import fields, models
from odoo.exceptions import UserError


class BusinessNetworkFundMeeting(models.Model):
    """Taking back what was collected at a meeting: who paid owes it again."""

    _inherit = "business.network.fund.meeting"

    can_reverse = fields.Boolean(compute="_compute_can_reverse")

    def _compute_can_reverse(self):
        own = self._filtered_access("write")
        for meeting in self:
            meeting.can_reverse = meeting in own and any(
                move._can_reverse_in_fund() for move in meeting.sudo().move_ids
            )

    def action_reverse(self):
        """Ask why the entries of this meeting are taken back."""
        self.ensure_one()
        if not self.can_reverse:
            raise UserError(
                self.env._("Nothing booked at %s is left to take back.", self.display_name)
            )
        return self.fund_id._ask_to_take_back(meeting=self)
