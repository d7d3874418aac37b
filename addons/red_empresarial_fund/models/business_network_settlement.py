from odoo import models


class BusinessNetworkSettlement(models.Model):
    """Dues and fines of a fund are netted like everything else that a member owes.

    What a member paid in advance stays in the fund: it is for later dues.
    """

    _inherit = "business.network.settlement"

    def _prepare_entry_reversal(self, move):
        """The tariff that goes back is dated after the closing of the fund it was paid into."""
        vals = super()._prepare_entry_reversal(move)
        return {**vals, "date": move.line_ids.fund_id._get_open_date(vals["date"])}

    def _get_member_entry_domain(self, members):
        return [
            "|",
            *super()._get_member_entry_domain(members),
            "&",
            "&",
            ("fund_id.network_id", "=", self.network_id.id),
            ("amount_residual_currency", ">", 0.0),
            ("move_id.fund_id", "!=", False),
        ]
