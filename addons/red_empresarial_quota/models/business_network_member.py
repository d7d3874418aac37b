from odoo import fields, models
from odoo.addons.red_empresarial.tools.actions import open_records


class BusinessNetworkMember(models.Model):
    """A member's quotas and the capacities it declared."""

    _inherit = "business.network.member"

    declared_capacity_ids = fields.One2many("business.network.capacity", "member_id")
    declared_capacity_count = fields.Integer(compute="_compute_quota_counts")
    quota_count = fields.Integer(compute="_compute_quota_counts")

    def _compute_quota_counts(self):
        for name, model in (
            ("declared_capacity_count", "business.network.capacity"),
            ("quota_count", "business.network.quota"),
        ):
            groups = self.env[model]._read_group(
                [("member_id", "in", self.ids)], ["member_id"], ["__count"]
            )
            counts = {member.id: count for member, count in groups}
            for member in self:
                member[name] = counts.get(member.id, 0)

    def action_open_declared_capacities(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial_quota.business_network_capacity_action",
            [("member_id", "=", self.id)],
            context={"default_member_id": self.id},
        )

    def action_open_quotas(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial_quota.business_network_quota_action",
            [("member_id", "=", self.id)],
            context={"search_default_group_plan": 1},
        )
