from collections import defaultdict
from fractions import Fraction

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import format_exact, to_exact
from odoo.exceptions import ValidationError

from .business_network_quota_plan import MAXIMUM_UNITS

PRIORITIES = [("new", "New member"), ("small", "Small member")]
NO_PRIORITY = {
    "priority": False,
    "priority_units": 0,
    "priority_since": False,
    "priority_size": "",
}


class BusinessNetworkQuotaPlan(models.Model):
    """First units guaranteed to new and to small members, where the rules say so.

    The members of the plan's network have priority by the terms of the plan, which start with the
    rules of the network; those within a member network by that network's own rules, out of what it
    got: a network that is generous to its members takes nothing from another. A guarantee is never
    a reason to refuse (:func:`engine.quota.grant_guarantees`).
    """

    _name = "business.network.quota.plan"
    _inherit = ["business.network.quota.plan", "business.network.quota.priority.mixin"]

    new_member_months = fields.Integer(
        compute="_compute_priorities", store=True, readonly=False, precompute=True, tracking=True
    )
    new_member_units = fields.Integer(
        compute="_compute_priorities", store=True, readonly=False, precompute=True, tracking=True
    )
    small_member_measure = fields.Selection(
        compute="_compute_priorities", store=True, readonly=False, precompute=True, tracking=True
    )
    small_member_kind_id = fields.Many2one(
        compute="_compute_priorities", store=True, readonly=False, precompute=True, tracking=True
    )
    small_member_limit = fields.Float(
        compute="_compute_priorities", store=True, readonly=False, precompute=True, tracking=True
    )
    small_member_units = fields.Integer(
        compute="_compute_priorities", store=True, readonly=False, precompute=True, tracking=True
    )

    priority_count = fields.Integer(compute="_compute_priority_count")

    @api.depends("quota_ids.priority")
    def _compute_priority_count(self):
        groups = self.env["business.network.quota"]._read_group(
            [("plan_id", "in", self.ids), ("priority", "!=", False)], ["plan_id"], ["__count"]
        )
        counts = {plan.id: count for plan, count in groups}
        for plan in self:
            plan.priority_count = counts.get(plan._origin.id, 0)

    @api.depends("network_id")
    def _compute_priorities(self):
        for plan in self:
            for name in self._get_priority_fields():
                plan[name] = plan.network_id.sudo()[name]

    def _get_ruled_network(self):
        return self.network_id

    @api.constrains("kind", "small_member_measure", "small_member_units")
    def _check_measure_of_money(self):
        for plan in self:
            by_capacity = plan.small_member_measure == "capacity" and plan.small_member_units
            if plan.kind == "amount" and by_capacity:
                raise ValidationError(
                    self.env._(
                        "%s is in money, and capacities are quantities. Let a fact say which "
                        "members are small, or give them no priority.",
                        plan.display_name,
                    )
                )

    # -- who has priority ----------------------------------------------------------------------

    def _get_priorities(self, members):
        """Who of these members has priority, why, and for how many units.

        :param members: of one level
        :return: ``{member: values of its quota}``; of two reasons the one for more units
        """
        rules = self._get_rules(members)
        found = self._get_new_members(members, rules)
        for member, small in self._get_small_members(members, rules).items():
            if small["priority_units"] > found.get(member, {}).get("priority_units", 0):
                found[member] = small
        excluded = self.quota_ids.filtered("excluded").member_id
        return {member: vals for member, vals in found.items() if member not in excluded}

    def _get_rules(self, members):
        """``{network: record with the rules}``: the plan's own, or those of a member network."""
        return {
            network: self if network == self.network_id else network.sudo()
            for network in members.network_id
        }

    def _get_ruled(self, members, rules, name):
        """The members whose network's rules give units by this name: mostly none of thousands."""
        networks = {network for network, terms in rules.items() if terms[name]}
        if not networks:
            return members.browse()
        return members.filtered(lambda member: member.network_id in networks)

    def _get_guaranteed_units(self, units):
        """Quota units of a guarantee; in money, the coins of an amount, up to those of a plan."""
        if self.kind == "quantity":
            return units
        return min(int(units / self._get_unit_size()), MAXIMUM_UNITS)

    def _get_new_members(self, members, rules):
        asked = self._get_ruled(members, rules, "new_member_units")
        since = asked._get_first_joined()
        found = {}
        for member in asked:
            terms = rules[member.network_id]
            if since[member] > self.date_from - relativedelta(months=terms.new_member_months):
                found[member] = {
                    "priority": "new",
                    "priority_units": self._get_guaranteed_units(terms.new_member_units),
                    "priority_since": since[member],
                }
        return found

    def _get_small_members(self, members, rules):
        asked = self._get_ruled(members, rules, "small_member_units")
        found = {}
        for member, size in self._get_sizes(asked, rules).items():
            terms = rules[member.network_id]
            if size is not None and size < to_exact(terms.small_member_limit):
                found[member] = {
                    "priority": "small",
                    "priority_units": self._get_guaranteed_units(terms.small_member_units),
                    "priority_size": str(size),
                }
        return found

    def _get_sizes(self, members, rules):
        """``{member: exact number that says whether it is small}``; None where it is unknown."""
        by_measure = members.grouped(lambda member: rules[member.network_id].small_member_measure)
        sizes = {}
        if self.kind == "quantity" and (measured := by_measure.get("capacity")):
            sizes.update(self._get_capacities(measured))
        if measured := by_measure.get("fact"):
            kinds = {net: rules[net].small_member_kind_id.sudo() for net in measured.network_id}
            every = self.env["business.network.fact.kind"].sudo().union(*kinds.values())
            facts = self._get_facts(measured, every)
            sizes.update({m: facts[m][kinds[m.network_id]] for m in measured})
        return sizes

    # -- in the split --------------------------------------------------------------------------

    def _prepare_nodes(self, basis, members):
        """With the guarantees of who has priority."""
        nodes = super()._prepare_nodes(basis, members)
        for member, priority in self._get_priorities(members).items():
            nodes[member]["guarantee"] = priority["priority_units"]
        return nodes

    def _prepare_result(self, path, explanation):
        result = super()._prepare_result(path, explanation)
        return {**result, "priority_granted": explanation.granted or 0}

    def _write_quotas(self, results, nodes, members):
        """Keep who had priority and why, for the explanation."""
        by_level = defaultdict(list)
        for path, member in members.items():
            by_level[len(path)].append(member)
        for level in by_level.values():
            found = self._get_priorities(self.env["business.network.member"].sudo().union(*level))
            for member in level:
                results[member].update({**NO_PRIORITY, **found.get(member, {})})
        return super()._write_quotas(results, nodes, members)

    def explain(self):
        """With the priority of who has one, as people read it; empty for the others."""
        rows = super().explain()
        quotas = self.env["business.network.quota"].browse([row["quota_id"] for row in rows])
        for row, quota in zip(rows, quotas, strict=True):
            row["priority"] = quota.priority_text or ""
        return rows

    def _get_applied_nodes(self):
        nodes, quotas = super()._get_applied_nodes()
        by_path = dict(self._walk(nodes))
        for path, quota in quotas.items():
            if quota.priority:
                by_path[path]["guarantee"] = quota.priority_units
        return nodes, quotas

    def _walk(self, nodes, path=()):
        for node in nodes:
            below = (*path, node["key"])
            yield below, node
            yield from self._walk(node.get("children") or (), below)


class BusinessNetworkMember(models.Model):
    _inherit = "business.network.member"

    def _get_first_joined(self):
        """``{member: first day of its partner in the network}``: who comes back is not new.

        A member network stays itself when another enterprise represents it.
        """
        groups = (
            self.env["business.network.member"]
            .sudo()
            ._read_group(
                [("network_id", "in", self.network_id.ids)],
                ["network_id", "sub_network_id", "partner_id"],
                ["date_from:min"],
            )
        )
        first = {}
        for network, sub_network, partner, day in groups:
            key = network, sub_network or partner
            first[key] = min(first.get(key, day), day)
        return {
            member: first[member.network_id, member.sub_network_id or member.partner_id]
            for member in self
        }


class BusinessNetworkQuota(models.Model):
    _inherit = "business.network.quota"

    priority = fields.Selection(PRIORITIES, readonly=True)
    priority_since = fields.Date(readonly=True, help="First day in the network of a new member.")
    priority_size = fields.Char(readonly=True, help="What says that the member is small, exact.")
    priority_units = fields.Integer(
        string="First Units",
        required=True,
        default=0,
        readonly=True,
        aggregator=None,
        help="What the rules guarantee.",
    )
    priority_granted = fields.Integer(
        string="First Units Granted",
        required=True,
        default=0,
        readonly=True,
        aggregator=None,
        help="Within the cap, and cut evenly where the volume does not cover all guarantees.",
    )
    priority_text = fields.Char(string="Priority For", compute="_compute_priority_text")

    @api.depends(
        "priority", "priority_since", "priority_size", "priority_units", "priority_granted"
    )
    def _compute_priority_text(self):
        for quota in self:
            quota.priority_text = quota._describe_priority() if quota.priority else False

    def _describe_priority(self):
        """“New member since 2026-03, first 5 units”, and what was left of them."""
        self.ensure_one()
        if self.priority == "new":
            since = fields.Date.to_string(self.priority_since)[:7]
            text = self.env._(
                "new member since %(month)s, first %(units)s",
                month=since,
                units=self._format_units(self.priority_units),
            )
        else:
            text = self.env._(
                "small member (%(size)s), first %(units)s",
                size=format_exact(self.env, Fraction(self.priority_size or 0)),
                units=self._format_units(self.priority_units),
            )
        if self.priority_granted < self.priority_units:
            granted = self._format_units(self.priority_granted)
            text += self.env._(", cut to %s by its cap or the volume", granted)
        return text

    def _format_units(self, units):
        """Quota units as people count them; in money the amount they are."""
        return self.plan_id.sudo()._format_units(units)

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            "priority",
            "priority_since",
            "priority_size",
            "priority_units",
            "priority_granted",
        }
