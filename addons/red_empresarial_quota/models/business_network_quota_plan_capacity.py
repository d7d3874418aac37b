from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from math import floor

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_records
from odoo.addons.red_empresarial.tools.quantities import format_exact, to_exact
from odoo.exceptions import UserError, ValidationError

DAYS_IN_MONTH = 30


class BusinessNetworkQuotaPlanCapacity(models.Model):
    """What the members can deliver in the period of a plan: a basis, and a limit.

    Approved declarations count by the days they share with the plan: one within its period counts
    whole, one of a year counts a twelfth or so in a plan of a month. Who declared nothing has the
    capacity a month of its membership. A network that has neither has that of its members.
    """

    _inherit = "business.network.quota.plan"

    capped_by_capacity = fields.Boolean(
        string="Capacity Is a Limit",
        tracking=True,
        help="Whatever the basis is, nobody gets more units than its capacity holds.",
    )

    declared_capacity_count = fields.Integer(compute="_compute_declared_capacity_count")

    def _compute_declared_capacity_count(self):
        for plan in self:
            plan.declared_capacity_count = self.env["business.network.capacity"].search_count(
                plan._get_declared_domain()
            )

    def _get_declared_domain(self):
        """Declarations, approved or not, that this plan would count once approved."""
        self.ensure_one()
        return [("network_id", "in", self._get_networks().ids), *self._get_declared_terms()]

    def _get_networks(self):
        """The network of the plan, and those whose members have quotas in it, or will have."""
        self.ensure_one()
        networks = self.network_id | self.sudo().quota_ids.network_id.sudo(False)
        if self.network_tier == "second" and not self.quota_ids and self.date_from and self.date_to:
            networks |= self._get_members(self.network_id).sub_network_id.sudo(False)
        return networks

    def _get_declared_terms(self):
        """Domain of the product, all its variants or one, and of a day of the period."""
        terms = [
            ("product_tmpl_id", "=", self.product_tmpl_id.id),
            ("date_from", "<=", self.date_to),
            ("date_to", ">=", self.date_from),
        ]
        if self.product_id:
            terms.append(("product_id", "in", (self.product_id.id, False)))
        return terms

    def action_open_declared_capacities(self):
        """Open what members declared for the product and period of this plan."""
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial_quota.business_network_capacity_action",
            self._get_declared_domain(),
            context={
                "quota_network_ids": self._get_networks().ids,
                "default_product_tmpl_id": self.product_tmpl_id.id,
                "default_product_id": self.product_id.id,
                "default_date_from": self.date_from,
                "default_date_to": self.date_to,
            },
        )

    @api.constrains("capped_by_capacity", "kind")
    def _check_capped_by_capacity(self):
        for plan in self.filtered(lambda plan: plan.capped_by_capacity and plan.kind == "amount"):
            raise ValidationError(
                self.env._(
                    "%s is in money, and capacities are quantities. Do not limit it by capacity.",
                    plan.display_name,
                )
            )

    def _get_capacities(self, members):
        """What each member can deliver in the period, in the unit of the plan, exact.

        :return: ``{member: Fraction}``; None for who declared nothing and has no capacity a month
        """
        if self.kind == "amount":
            raise UserError(
                self.env._(
                    "%s is in money, and capacities are quantities. Choose another basis.",
                    self.display_name,
                )
            )
        networks = members.filtered(lambda member: not member.capacity).sub_network_id
        below = self._get_members(networks) if networks else members.browse()
        own = self._get_own_capacities(members.sudo() | below)
        by_network = self._get_parts_by_network({member: own[member] for member in below})
        capacities = {}
        for member in members:
            parts = by_network.get(member.sub_network_id)
            known = own[member]
            capacities[member] = sum(parts) if known is None and parts else known
        return capacities

    def _get_parts_by_network(self, own):
        """``{network: capacities of its members}``.

        As a limit of a network alone, of which one member is unknown, the known are no limit.
        """
        by_network, unknown = defaultdict(list), set()
        for member, known in own.items():
            if known is None:
                unknown.add(member.network_id)
            else:
                by_network[member.network_id].append(known)
        if self.capped_by_capacity and self.basis != "capacity" and not self._has_sub_level():
            return {net: parts for net, parts in by_network.items() if net not in unknown}
        return by_network

    def _get_own_capacities(self, members):
        """Declared capacity of each member, else that of a month times the months; None if none."""
        declared, months = self._get_declared_capacities(members), self._get_months()
        return {
            member: declared[member]
            if member in declared
            else self._convert_capacity(member) * months
            if member.capacity
            else None
            for member in members
        }

    def _get_declared_capacities(self, members):
        """``{member: exact quantity in the unit of the plan}`` of the approved declarations."""
        domain = [
            ("state", "=", "approved"),
            ("member_id", "in", members.ids),
            *self._get_declared_terms(),
        ]
        capacities = defaultdict(Fraction)
        for declared in self.env["business.network.capacity"].sudo().search(domain):
            quantity = self._to_plan_unit(to_exact(declared.quantity), declared.product_uom_id)
            capacities[declared.member_id] += quantity * self._get_part_of_days(declared)
        return capacities

    def _get_part_of_days(self, declared):
        """Part of the days of a declaration that the plan has, exact."""
        first, last = (
            max(declared.date_from, self.date_from),
            min(declared.date_to, self.date_to),
        )
        return Fraction((last - first).days + 1, (declared.date_to - declared.date_from).days + 1)

    def _get_months(self):
        """Length of the period: calendar months, and days of a month of thirty."""
        span = relativedelta(self.date_to + timedelta(days=1), self.date_from)
        return span.years * 12 + span.months + Fraction(span.days, DAYS_IN_MONTH)

    def _convert_capacity(self, member):
        uom = member.capacity_uom_id
        if not (uom and uom._has_common_reference(self.product_uom_id)):
            raise UserError(
                self.env._(
                    "The capacity of %(member)s, %(capacity)s a month, is in %(uom)s, which does "
                    "not convert to %(plan_uom)s, the unit of %(plan)s. Set the unit of its "
                    "capacity.",
                    member=member.display_name,
                    capacity=format_exact(self.env, member.capacity),
                    uom=uom.name or self.env._("no unit"),
                    plan_uom=self.product_uom_id.name,
                    plan=self.display_name,
                )
            )
        return self._to_plan_unit(to_exact(member.capacity), uom)

    # -- as a limit ----------------------------------------------------------------------------

    def _get_capacity_caps(self, basis, members):
        """``{member: whole units its capacity holds}``; None where it is no limit.

        :raise UserError: a limit is asked of members whose capacity nobody knows
        """
        if basis != "capacity" and not self.capped_by_capacity:
            return dict.fromkeys(members)
        size = self._get_unit_size()
        capacities = self._get_capacities(members)
        if basis != "capacity":
            self._check_known_capacities(capacities)
        return {member: floor((known or 0) / size) for member, known in capacities.items()}

    def _check_known_capacities(self, capacities):
        excluded, left_out = (
            self.quota_ids.filtered("excluded").member_id,
            self._get_networks_left_out(),
        )
        unknown = [
            member
            for member, known in capacities.items()
            if known is None and member not in excluded and member.network_id not in left_out
        ]
        if unknown:
            raise UserError(
                self.env._(
                    "%(plan)s is limited by capacity, and nobody knows that of %(members)s. "
                    "Declare and approve it, zero if they can deliver none, or untick the limit.",
                    plan=self.display_name,
                    members=", ".join(member.display_name for member in unknown),
                )
            )
