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
        plans = lines._get_quota_plans()
        lines._check_quota_plans(plans)
        quotas = lines._get_share_out_quotas(plans)
        staying = self._get_staying(lines)
        return lambda line, proposal: self._get_quota_terms(
            plans[line], quotas[line], line, staying, proposal
        )

    def _get_staying(self, lines):
        """``[(product, member, exact reference quantity)]`` that sharing out leaves."""
        staying = []
        for line in self.order_line:
            kept = line._get_kept_allocations() if line in lines else line.allocation_ids
            staying += [
                (line.product_id, a.member_id, a._get_exact_quantity(a.quantity)) for a in kept
            ]
        return staying

    def _get_quota_terms(self, plan, quotas, line, staying, proposal):
        """What is left is weight and cap; other lines of the same plan take from it, too."""
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

    def _get_quota_plans(self):
        """``{line: running plan in quantities that it would consume}``, empty for none.

        One search for the lines of an order.
        """
        found = {}
        for order, lines in self.grouped("order_id").items():
            plans, date = lines._get_running_plans(order), order._get_quota_date()
            for line in lines:
                covering = [plan for plan in plans if plan._covers(line.product_id, date)]
                found[line] = covering[0] if covering else plans.browse()
        return found

    def _get_default_lots(self):
        """The package of the plan that a line consumes, so that no member gets a part of a box."""
        lots = super()._get_default_lots()
        for line, plan in self._get_quota_plans().items():
            if plan and plan._get_unit_size() != 1:  # one is the default: no package
                lots[line] = plan._get_unit_quantity() / exact_factor(line.product_id.uom_id)
        return lots

    def _get_running_plans(self, order):
        """Running plans in quantities of these lines' products with quotas of its network."""
        quotas = self.env["business.network.quota"].sudo()
        if order._name == "sale.order":
            quotas = quotas.search(
                [
                    ("network_id", "=", order.network_id.id),
                    ("plan_id.state", "=", "running"),
                    ("plan_id.kind", "=", "quantity"),
                    ("weight", "!=", False),
                    ("plan_id.product_tmpl_id", "in", self.product_id.product_tmpl_id.ids),
                ]
            )
        return quotas.plan_id

    def _check_quota_plans(self, plans):
        """Raise UserError naming the first line without a running plan on its order's day."""
        for line in self.filtered(lambda line: not plans[line]):
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
        return self._get_share_out_quotas(self._get_quota_plans())[self]

    def _get_share_out_quotas(self, plans):
        """``{line: {member: quantity}}`` in the lines' units: what each may fill of their order.

        What is left, and what it holds of the order; what it lost by not delivering is neither.
        """
        order = self.order_id
        date, held = order._get_quota_date(), self._get_held_of_order()
        left = {
            plan: {
                quota.member_id.sudo(False): quota._get_sellable() + held[quota]
                for quota in plan.quota_ids
                if quota.network_id == order.network_id and quota.member_id._is_in_force(date)
            }
            for plan in set(plans.values())
        }
        return {
            line: {
                member: quantity / exact_factor(line.product_uom_id)
                for member, quantity in left[plans[line]].items()
            }
            for line in self
        }

    def _get_held_of_order(self):
        """``{quota: exact reference quantity}`` that the allocations of the order consume of it."""
        allocations = self.order_id.sudo().order_line.allocation_ids
        held = defaultdict(Fraction)
        for row in (
            self.env["business.network.quota.consumption"]
            .sudo()
            .search([("allocation_id", "in", allocations.ids)])
        ):
            held[row.quota_id] += to_exact(row.quantity) - row.plan_id._get_lost(row.allocation_id)
        return held


class BusinessNetworkQuotaPlan(models.Model):
    _inherit = "business.network.quota.plan"

    def _covers_product(self, product):
        return self._covers(product, self.date_from)
