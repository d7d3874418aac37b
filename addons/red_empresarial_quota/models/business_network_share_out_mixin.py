from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import exact_factor, to_exact
from odoo.exceptions import UserError
from odoo.tools import format_date


class BusinessNetworkAllocationMixin(models.AbstractModel):
    """Sharing out an order by what the members have left of their quotas."""

    _inherit = "business.network.allocation.mixin"

    def _get_quota_date(self):
        """Day of the order in the time zone of the books: quotas are of periods of the books.

        Not where the user is: whoever counts a sale again would move it to another plan.

        :return: a date; False without one
        """
        self.ensure_one()
        books = self.with_context(tz=self.company_id._get_quota_timezone())
        return self.date_order and fields.Datetime.context_timestamp(books, self.date_order).date()

    @api.model
    def _get_share_out_bases(self):
        """Quotas are offered once a plan runs."""
        bases = super()._get_share_out_bases()
        plans = self.env["business.network.quota.plan"].sudo()
        if plans.search_count([("state", "=", "running"), ("kind", "=", "quantity")], limit=1):
            bases = [*bases, ("quota", self.env._("Remaining quota"))]
        return bases

    def _get_share_out_terms(self, basis, lines):
        if basis != "quota":
            return super()._get_share_out_terms(basis, lines)
        lines._check_quota_plan()
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
        """The running plan in quantities that this line would consume; empty for none."""
        self.ensure_one()
        order = self.order_id
        date = order._get_quota_date()
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
        return quotas.plan_id.filtered(lambda plan: plan._covers(self.product_id, date))[:1]

    def _check_quota_plan(self):
        """Raise UserError naming the first line without a running plan on its order's day."""
        for line in self.filtered(lambda line: not line._get_quota_plan()):
            order = line.order_id
            raise UserError(
                self.env._(
                    "%(network)s has no running quota plan of %(product)s on %(date)s, the day of "
                    "%(order)s. Run one, or share out on another basis.",
                    network=order.network_id.name,
                    product=line.product_id.display_name,
                    date=format_date(self.env, order._get_quota_date()),
                    order=order.display_name,
                )
            )

    def _get_share_out_quota(self):
        """What each member may fill of this line's order: what is left, and what it holds of it.

        What it lost by not delivering is neither.
        """
        plan = self._get_quota_plan()
        quotas = plan.quota_ids.filtered(lambda q: q.network_id == self.order_id.network_id)
        allocations = self.order_id.sudo().order_line.allocation_ids
        held = defaultdict(Fraction)
        for row in (
            self.env["business.network.quota.consumption"]
            .sudo()
            .search([("allocation_id", "in", allocations.ids), ("quota_id", "in", quotas.ids)])
        ):
            held[row.quota_id] += to_exact(row.quantity) - plan._get_lost(row.allocation_id)
        date = self.order_id._get_quota_date()
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
