from odoo import models


class BusinessNetworkMember(models.Model):
    """A member leaves a network through what it has in the funds."""

    _inherit = "business.network.member"

    def action_leave(self):
        """Open the exit of this member: the one that is under way or booked, or a new one."""
        self.ensure_one()
        known = self.env["business.network.fund.exit"].search(
            [("member_id", "=", self.id), ("state", "!=", "reversed")], limit=1
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exit of a Member"),
            "res_model": "business.network.fund.exit",
            "view_mode": "form",
            "res_id": known.id,
            "context": {"default_member_id": self.id},
        }
