from math import floor

from odoo import models
from odoo.addons.red_empresarial.engine.quota import allot_plan
from odoo.addons.red_empresarial.tools.quantities import from_exact, to_exact
from odoo.exceptions import UserError


class BusinessNetworkQuotaPlan(models.Model):
    """What another volume would mean for everyone; nothing is written until it is used."""

    _inherit = "business.network.quota.plan"

    def what_if(self, volume):
        """Compute the quotas of another volume with the weights, caps and floors of now.

        :param volume: in the unit of the plan
        :return: ``{"rows": [{member, level, now, then, difference}], "units": units to share,
            "unallocated": volume}``, plain values, each network followed by its members
        :raise UserError: the volume is not above zero, or floors or what is consumed exceed it
        """
        self.ensure_one()
        self.check_access("read")
        plan = self.sudo()
        if to_exact(volume) <= 0:
            raise UserError(
                self.env._(
                    "%(volume)s is no volume to share in %(plan)s. Write one above zero.",
                    volume=plan._show_volume(to_exact(volume)),
                    plan=plan.display_name,
                )
            )
        supply = floor(to_exact(volume) / plan._get_unit_size())
        nodes, members = plan._get_nodes()
        plan._check_bounds(supply, nodes, members, plan.display_name)
        units = allot_plan(supply, nodes, money=plan.kind == "amount")
        held = {quota.member_id: quota.units for quota in plan.quota_ids}
        rest = to_exact(volume) - units[()] * plan._get_unit_size()
        return {
            "rows": [
                {
                    "member": member.display_name,
                    "level": len(path),
                    "now": held.get(member, 0),
                    "then": units[path],
                    "difference": units[path] - held.get(member, 0),
                }
                for path, member in members.items()
            ],
            "units": supply,
            "unallocated": from_exact(rest),
        }

    def use_volume(self, volume):
        """Write another volume on a draft, or on a running plan as the start of a revision.

        :raise UserError: the plan is proposed or agreed, so its volume is part of that
        """
        self.ensure_one()
        if self.state == "running":
            self.action_revise()
        if to_exact(self.volume) != to_exact(volume):
            self.volume = volume

    def action_open_what_if(self):
        """Open the slider over volumes."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What If the Volume Were…"),
            "res_model": "business.network.quota.what.if",
            "view_mode": "form",
            "target": "new",
            "context": {"default_plan_id": self.id},
        }
