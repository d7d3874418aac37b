from odoo import api, fields, models


class BusinessNetworkQuotaPlan(models.Model):
    """Which columns a plan needs: what is empty for everybody takes no room; and of what unit."""

    _inherit = "business.network.quota.plan"

    has_floors = fields.Boolean(compute="_compute_needed_columns")
    has_caps = fields.Boolean(compute="_compute_needed_columns")
    has_transfers = fields.Boolean(compute="_compute_needed_columns")
    unit_name = fields.Char(
        string="Unit or Currency", compute="_compute_unit_name", help="What the volume counts."
    )

    @api.depends("kind", "currency_id", "product_uom_id")
    def _compute_unit_name(self):
        for plan in self:
            plan.unit_name = plan._get_unit_name()

    @api.depends(
        "quota_ids.applied_floor",
        "quota_ids.applied_cap",
        "quota_ids.transferred_in",
        "quota_ids.transferred_out",
    )
    def _compute_needed_columns(self):
        groups = self.env["business.network.quota"]._read_group(
            [("plan_id", "in", self.ids)],
            ["plan_id"],
            ["applied_floor:max", "applied_cap:max", "transferred_in:max", "transferred_out:max"],
        )
        found = {plan: most for plan, *most in groups}
        for plan in self:
            floor, cap, received, given = found.get(plan._origin, (0, False, 0, 0))
            plan.has_floors = bool(floor)
            plan.has_caps = bool(cap)
            plan.has_transfers = bool(received or given)
