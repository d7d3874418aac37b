from collections import defaultdict
from fractions import Fraction
from math import ceil

from odoo import models
from odoo.addons.red_empresarial.tools.quantities import exact_factor, to_exact


class BusinessNetworkQuotaPlan(models.Model):
    """What parts of confirmed upper orders will consume, though they are drafts themselves.

    The network of networks sold it already, so whoever is to fill it is not idle: redeployment
    leaves it the units.
    """

    _inherit = "business.network.quota.plan"

    def _get_waiting(self):
        """What the drafts ask for: ``{quota: exact quantity}``, in reference units or money.

        Of a network's quota what its part has and gives to no member yet.
        """
        self.ensure_one()
        waiting = defaultdict(Fraction)
        below = self.quota_ids.filtered("parent_id")
        by_member = {quota.member_id: quota for quota in below}
        parents = {quota.network_id: quota.parent_id for quota in below}
        for line in self._get_waiting_lines(below.network_id):
            asked = self._get_asked(line)
            for allocation, quantity in asked.items():
                if quota := by_member.get(allocation.member_id):
                    waiting[quota] += quantity
            if self.kind == "quantity":
                ordered = to_exact(line.product_uom_qty) * exact_factor(line.product_uom_id)
                rest = max(ordered - sum(asked.values()), Fraction(0))
                waiting[parents[line.order_id.network_id]] += rest
        return waiting

    def _get_waiting_lines(self, networks):
        """Lines that this plan covers of the draft parts of ``networks``."""
        orders = self.env["sale.order"].search(
            [
                ("network_id", "in", networks.ids),
                ("state", "in", ("draft", "sent")),
                ("network_parent_order_id.state", "=", "sale"),
            ]
        )
        return orders.order_line.filtered(
            lambda line: (
                line._is_shared_out()
                and self._covers(line.product_id, line.order_id._get_quota_date())
            )
        )

    def _get_asked(self, line):
        """``{allocation: exact quantity}`` that a line will consume, as confirming it would."""
        if self.kind == "amount":
            return self.env["business.network.quota.consumption"]._split_line(
                self.currency_id, line
            )
        return {a: a._get_exact_quantity(a.quantity) for a in line.allocation_ids}


class BusinessNetworkQuota(models.Model):
    _inherit = "business.network.quota"

    def _get_idle_units(self, waiting=0):
        """Whole units of its plan that it neither used nor gave, nor needs for what waits.

        :param waiting: exact quantity that it will consume
        """
        self.ensure_one()
        size = to_exact(self.unit_quantity)
        used = ceil((to_exact(self.consumed_quantity) + waiting) / size) if size else 0
        return self.units - self.transferred_out - used
