from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import exact_factor, to_exact
from odoo.exceptions import UserError
from odoo.tools import format_date


class BusinessNetworkAllocationMixin(models.AbstractModel):
    """Sharing out an order by what the members have left of their quotas."""

    _inherit = "business.network.allocation.mixin"

    @api.model
    def _get_share_out_bases(self):
        return [*super()._get_share_out_bases(), ("quota", self.env._("Remaining quota"))]

    def _get_share_out_terms(self, basis, lines):
        if basis != "quota":
            return super()._get_share_out_terms(basis, lines)
        quotas = {line: line._get_share_out_quota() for line in lines}
        staying = self._get_staying(lines)
        return lambda line, proposal: self._get_quota_terms(quotas[line], line, staying, proposal)

    def _get_staying(self, lines):
        """``[(product, member, exact reference quantity)]`` that sharing out leaves."""
        staying = []
        for line in self.order_line:
            kept = line._get_kept_allocations() if line in lines else line.allocation_ids
            staying += [
                (line.product_id, a.member_id, a._get_exact_quantity(a.quantity)) for a in kept
            ]
        return staying

    def _get_quota_terms(self, quotas, line, staying, proposal):
        """What is left is weight and cap; other lines of the same plan take from it, too."""
        plan = line._get_quota_plan()
        used = defaultdict(Fraction)
        for product, member, quantity in staying:
            if plan._covers_product(product):
                used[member] += quantity
        for earlier, (quantities, _rest) in proposal.items():
            if plan._covers_product(earlier.product_id):
                for member, quantity in quantities.items():
                    used[member] += quantity * exact_factor(earlier.product_uom_id)
        factor = exact_factor(line.product_uom_id)
        left = {m: max(quota - used[m] / factor, Fraction(0)) for m, quota in quotas.items()}
        return {member: (quantity, quantity) for member, quantity in left.items()}


class BusinessNetworkAllocationLineMixin(models.AbstractModel):
    _inherit = "business.network.allocation.line.mixin"

    def _get_quota_plan(self):
        """The running plan in quantities that this line would consume.

        :raise UserError: there is none, or the line is no sale
        """
        self.ensure_one()
        order = self.order_id
        date = fields.Date.to_date(order.date_order)
        quotas = self.env["business.network.quota"].sudo()
        if order._name == "sale.order":
            quotas = quotas.search(
                [
                    ("network_id", "=", order.network_id.id),
                    ("plan_id.state", "=", "running"),
                    ("plan_id.kind", "=", "quantity"),
                    ("plan_id.product_tmpl_id", "=", self.product_id.product_tmpl_id.id),
                ]
            )
        plans = quotas.plan_id.filtered(lambda plan: plan._covers(self.product_id, date))
        if not plans:
            raise UserError(
                self.env._(
                    "%(network)s has no running quota plan of %(product)s on %(date)s, the day of "
                    "%(order)s. Run one, or share out on another basis.",
                    network=order.network_id.name,
                    product=self.product_id.display_name,
                    date=format_date(self.env, date),
                    order=order.display_name,
                )
            )
        return plans[0]

    def _get_share_out_quota(self):
        """What each member may fill of this line's order: what is left, and what it holds of it."""
        plan = self._get_quota_plan()
        quotas = plan.quota_ids.filtered(lambda q: q.network_id == self.order_id.network_id)
        allocations = self.order_id.sudo().order_line.allocation_ids
        held = defaultdict(Fraction)
        for row in (
            self.env["business.network.quota.consumption"]
            .sudo()
            .search([("allocation_id", "in", allocations.ids), ("quota_id", "in", quotas.ids)])
        ):
            held[row.quota_id] += to_exact(row.quantity)
        date = fields.Date.to_date(self.order_id.date_order)
        factor = exact_factor(self.product_uom_id)
        return {
            quota.member_id.sudo(False): (quota._get_remaining() + held[quota]) / factor
            for quota in quotas
            if quota.member_id._is_in_force(date)
        }


class BusinessNetworkQuotaPlan(models.Model):
    _inherit = "business.network.quota.plan"

    def _covers_product(self, product):
        return self._covers(product, self.date_from)
