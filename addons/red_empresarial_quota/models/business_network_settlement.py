from odoo import models


class BusinessNetworkSettlement(models.Model):
    """Settlements net the compensations for quota that members owe each other."""

    _inherit = "business.network.settlement"

    def _get_member_entry_domain(self, members):
        """A compensation is one entry of two members, so it names neither of them."""
        return [
            "|",
            *super()._get_member_entry_domain(members),
            "&",
            ("move_id.network_quota_transfer_id", "!=", False),
            ("move_id.network_id", "=", self.network_id.id),
        ]
