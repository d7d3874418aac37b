from fractions import Fraction

from odoo import models
from odoo.addons.red_empresarial.engine.quota import gains_of_one_more


class BusinessNetworkQuotaPlanExplanation(models.Model):
    """What members are shown: why each quota is what it is, and what one unit more would change."""

    _inherit = "business.network.quota.plan"

    def explain(self):
        """Return a row for each quota, in plain values; exact numbers are text (``"110/3"``).

        Each level is explained by itself: the members of a network share what the network got, so
        two tiers need not equal one flat split.
        """
        self.ensure_one()
        self.check_access("read")
        return [
            {
                "quota_id": quota.id,
                "parent_id": quota.parent_id.id,
                "member": quota.member_id.sudo().display_name,
                "network": quota.network_id.sudo().name,
                "level": quota.level,
                "weight": quota.weight or "0",
                "cap": int(quota.applied_cap) if quota.applied_cap else None,
                "floor": quota.applied_floor,
                "fair_share": quota.fair_share or "0",
                "units": quota.units,
                "difference": quota._get_difference(),
            }
            for quota in self._get_ordered_quotas()
        ]

    def _get_ordered_quotas(self):
        """Each quota of the first level followed by those within it."""
        top = self.quota_ids.filtered(lambda quota: quota.level == 1)
        return [quota for parent in top for quota in (parent, *parent.child_ids)]

    def explain_one_more(self):
        """Return who would get a unit if the volume grew by one quota unit.

        :return: ``{"gains": [{quota_id, member, units, level}], "unallocated": units}``, plain
            values; no gains where every cap binds
        """
        self.ensure_one()
        self.check_access("read")
        nodes, quotas = self._get_applied_nodes()
        gains = [quotas[path] for path in gains_of_one_more(self.volume_units, nodes)]
        top = [quota for quota in gains if quota.level == 1]
        return {
            "gains": [
                {
                    "quota_id": quota.id,
                    "member": quota.member_id.sudo().display_name,
                    "level": quota.level,
                    "units": quota.units + 1,
                }
                for quota in gains
            ],
            "unallocated": self.volume_units - self.allotted_units + (0 if top else 1),
        }

    def _get_applied_nodes(self):
        """The tree as it was when the quotas were computed, and ``{path: quota}``."""
        quotas, nodes = {}, {}
        for quota in self.sudo().quota_ids.sorted(lambda quota: (quota.level, quota.id)):
            member = quota.member_id
            nodes[quota] = {
                "key": (member.sequence, member.id),
                "weight": Fraction(quota.weight or 0),
                "cap": quota._get_applied_cap(),
                "floor": quota.applied_floor,
                "children": [],
            }
            path = (nodes[quota]["key"],)
            if quota.parent_id:
                nodes[quota.parent_id]["children"].append(nodes[quota])
                path = (nodes[quota.parent_id]["key"], *path)
            quotas[path] = quota
        top = [node for quota, node in nodes.items() if not quota.parent_id]
        return top, quotas


class BusinessNetworkQuota(models.Model):
    _inherit = "business.network.quota"

    def _get_applied_cap(self):
        """Most units the plan may give it, less what it received meanwhile; None for no limit."""
        if not self.applied_cap:
            return None
        return max(int(self.applied_cap) - self._get_moved_units(), self.units)
