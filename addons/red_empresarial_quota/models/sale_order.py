from odoo import api, fields, models

COUNTED = {"state", "date_order", "network_id", "currency_id"}


class SaleOrder(models.Model):
    """Confirming a joint sale consumes the quotas of its members, canceling it gives them back."""

    _inherit = "sale.order"

    has_quota_plan = fields.Boolean(compute="_compute_has_quota_plan")

    @api.depends("network_id", "date_order", "company_id")
    def _compute_has_quota_plan(self):
        """Whether the members of the network have quotas on the day of the order."""
        groups = (
            self.env["business.network.quota"]
            .sudo()
            ._read_group(
                [
                    ("network_id", "in", self.network_id.ids),
                    ("plan_id.state", "=", "running"),
                    ("plan_id.kind", "=", "quantity"),
                ],
                ["network_id", "plan_id"],
            )
        )
        for order in self:
            date = order._get_quota_date()
            order.has_quota_plan = any(
                network == order.network_id._origin and plan.date_from <= date <= plan.date_to
                for network, plan in groups
                if date
            )

    def write(self, vals):
        joint = self.filtered("network_id") if vals.keys() & COUNTED else self.browse()
        result = super().write(vals)
        if joint:
            allocations = joint.sudo().order_line.allocation_ids
            self.env["business.network.quota.consumption"]._sync(allocations)
        return result

    def action_share_out_by_quota(self):
        """Share out every line by what the members have left of their quotas."""
        self.share_out("quota")

    def _get_network_order_basis(self):
        """A part whose members have quotas is proposed by what they have left of them."""
        lines = self.order_line.filtered(lambda line: line._is_shared_out())
        if lines and all(lines._get_quota_plans().values()):
            return "quota"
        return super()._get_network_order_basis()
