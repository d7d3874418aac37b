from odoo import fields, models


class BusinessNetworkFundMovement(models.Model):
    """From the list of movements: taking back what has no document of its own."""

    _inherit = "business.network.fund.movement"

    can_reverse = fields.Boolean(compute="_compute_can_reverse")

    def _compute_can_reverse(self):
        own = self.fund_id._filtered_access("write")
        for row in self:
            row.can_reverse = row.fund_id in own and row.sudo().move_id._can_reverse_in_fund()

    def action_reverse(self):
        """Ask why it is taken back."""
        self.ensure_one()
        return self.fund_id._ask_to_take_back(move=self.sudo().move_id)
