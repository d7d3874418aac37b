from odoo import models


class BusinessNetworkMonthEnd(models.TransientModel):
    """Entries of a fund are not shared out, so none of them waits to be."""

    _inherit = "business.network.month.end"

    def _get_joint_domain(self):
        return [*super()._get_joint_domain(), ("fund_id", "=", False)]
