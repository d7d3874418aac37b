from odoo import models
from odoo.exceptions import UserError


class BusinessNetworkMember(models.Model):
    """A member leaves a network through what it has in the funds."""

    _inherit = "business.network.member"

    def write(self, vals):
        if "partner_id" in vals:
            self.filtered(
                lambda member: member.partner_id.id != vals["partner_id"]
            )._check_no_running_loan()
        return super().write(vals)

    def _check_no_running_loan(self):
        """Raise UserError when the entries of a loan would be of another partner."""
        loan = (
            self.env["business.network.fund.loan"]
            .sudo()
            .search(
                [("member_id", "in", self.ids), ("state", "in", ("approved", "disbursed"))], limit=1
            )
        )
        if loan:
            raise UserError(
                self.env._(
                    "%(loan)s was lent to %(member)s, so the member stays that partner until it is "
                    "repaid. Make a membership of its own for the other partner.",
                    loan=loan.name,
                    member=loan.member_id.display_name,
                )
            )

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
