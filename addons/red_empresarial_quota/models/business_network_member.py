from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_records


class BusinessNetworkMember(models.Model):
    """A member's quotas and the capacities it declared."""

    _inherit = "business.network.member"

    declared_capacity_ids = fields.One2many("business.network.capacity", "member_id")
    declared_capacity_count = fields.Integer(compute="_compute_quota_counts")
    quota_count = fields.Integer(compute="_compute_quota_counts")

    declared_fact_ids = fields.One2many("business.network.fact", "member_id")
    declared_fact_count = fields.Integer(compute="_compute_quota_counts")

    @api.depends_context("show_member_network")
    def _compute_display_name(self):
        """Beside its network where members of several are chosen: two may have one name."""
        result = super()._compute_display_name()
        if self.env.context.get("show_member_network"):
            for member in self.filtered("network_id"):
                member.display_name = f"{member.display_name} · {member.network_id.sudo().name}"
        return result

    def _compute_quota_counts(self):
        for name, model in (
            ("declared_fact_count", "business.network.fact"),
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
        """Open its quotas; those in money by their amounts where it has no others."""
        self.ensure_one()
        held = [("member_id", "=", self.id)]
        quotas = self.env["business.network.quota"]
        counted = quotas.search_count([*held, ("kind", "=", "quantity")], limit=1)
        action = (
            "business_network_quota_action" if counted else "business_network_quota_money_action"
        )
        return open_records(
            self.env,
            f"red_empresarial_quota.{action}",
            held,
            context={"search_default_group_plan": 1},
        )

    def action_open_facts(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial_quota.business_network_fact_action",
            [("member_id", "=", self.id)],
            context={"default_member_id": self.id},
        )
