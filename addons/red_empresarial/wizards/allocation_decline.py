from odoo import fields, models


class BusinessNetworkAllocationDecline(models.TransientModel):
    """Asks why allocations are declined."""

    _name = "business.network.allocation.decline"
    _description = "Decline Allocations"

    allocation_ids = fields.Many2many(
        "business.network.allocation",
        "business_network_decline_allocation_rel",
        "wizard_id",
        "allocation_id",
        required=True,
        readonly=True,
    )
    reason = fields.Char(required=True)

    def action_decline(self):
        self.ensure_one()
        self.allocation_ids.decline(self.reason)
        return {"type": "ir.actions.act_window_close"}
