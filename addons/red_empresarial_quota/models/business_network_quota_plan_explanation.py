from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.quota import changes_of_one_more, split_flat
from odoo.addons.red_empresarial.tools.quantities import to_exact
from odoo.exceptions import UserError

EXPLAINED_ON_FORM = 1000  # quotas; beyond, the act and the sheet say it: opening a form is no wait
SHOWN_MEMBERS = 20  # of those whom one flat split would give another number


class BusinessNetworkQuotaPlanExplanation(models.Model):
    """What members are shown: why each quota is what it is, and what one unit more would change."""

    _inherit = "business.network.quota.plan"

    one_more_text = fields.Char(string="One Unit More", compute="_compute_explanation_texts")
    flat_split_text = fields.Char(string="One Flat Split", compute="_compute_explanation_texts")
    explained_elsewhere = fields.Boolean(compute="_compute_explanation_texts")
    unallocated_text = fields.Char(compute="_compute_unallocated_text")

    @api.depends("quota_ids.units", "quota_ids.transferred_in", "state", "in_revision")
    def _compute_explanation_texts(self):
        for plan in self:
            shown = plan._is_explained()
            plan.explained_elsewhere = shown and len(plan.quota_ids) > EXPLAINED_ON_FORM
            shown = shown and not plan.explained_elsewhere
            plan.one_more_text = plan._describe_one_more() if shown else False
            plan.flat_split_text = plan._describe_flat_split() if shown else False

    @api.depends("unallocated_volume", "unit_size", "kind", "product_uom_id")
    @api.depends_context("lang")
    def _compute_unallocated_text(self):
        for plan in self:
            plan.unallocated_text = plan._get_unit_size() and plan._describe_unallocated()

    def _is_explained(self):
        """Whether its quotas are those of its terms of now."""
        self.ensure_one()
        stands = self.state in ("proposed", "agreed", "running", "closed")
        return bool(stands and not self.in_revision and self.quota_ids)

    def _check_explained(self):
        """Raise UserError where the quotas are not those of the terms of now."""
        self._check_not_in_revision()
        if not self._is_explained():
            raise UserError(
                self.env._(
                    "The quotas of %s are not computed with its terms of now. Propose it first.",
                    self.display_name,
                )
            )

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
        """Return who would get a unit if the volume grew by one quota unit (in money: one coin).

        :return: ``{"gains": [{quota_id, member, units, level}], "losses": the same, "unallocated":
            units}``, plain values; no gains where every cap binds, losses in money alone, where a
            coin may move
        :raise UserError: the plan is a draft or in revision, so its quotas are not of its terms
        """
        self.ensure_one()
        self.check_access("read")
        self._check_explained()
        nodes, quotas = self._get_applied_nodes()
        money = self.kind == "amount"
        changes = changes_of_one_more(self.volume_units, nodes, money=money)
        placed = sum(change for path, change in changes.items() if len(path) == 1)
        return {
            "gains": self._prepare_changes(changes, quotas, 1),
            "losses": self._prepare_changes(changes, quotas, -1),
            "unallocated": self.volume_units - self.allotted_units + 1 - placed,
        }

    def _prepare_changes(self, changes, quotas, sign):
        return [
            {
                "quota_id": quotas[path].id,
                "member": quotas[path].member_id.display_name,
                "level": quotas[path].level,
                "units": quotas[path].units + change,
            }
            for path, change in changes.items()
            if change * sign > 0
        ]

    def explain_flat_split(self):
        """Return whose units one split over everybody, without networks, would change.

        :return: ``[{quota_id, member, network, units, flat}]``, plain values; empty where the plan
            has one level, or where both are the same
        :raise UserError: as :meth:`explain_one_more`
        """
        self.ensure_one()
        self.check_access("read")
        self._check_explained()
        nodes, quotas = self._get_applied_nodes()
        if not any(node["children"] for node in nodes):
            return []
        flat = split_flat(self.volume_units, nodes, money=self.kind == "amount")
        return [
            {
                "quota_id": quota.id,
                "member": quota.member_id.display_name,
                "network": quota.network_id.name,
                "units": quota.units,
                "flat": flat[path],
            }
            for path, quota in sorted(quotas.items(), key=lambda pair: pair[1].position)
            if path in flat and flat[path] != quota.units
        ]

    # -- in words ------------------------------------------------------------------------------

    def _describe_one_more(self):
        """Who would get one unit more, as people read it."""
        found = self.explain_one_more()
        size = f"{self._format_exact(self._get_unit_size())} {self._get_unit_name()}"
        if not found["gains"]:
            return self._describe_one_more_for_nobody(size)
        text = self._describe_one_more_for(size, self._join_ways(found["gains"]))
        if found["losses"]:
            text += " " + self.env._(
                "It would take one from %s, as coins are rounded anew.",
                self._join_ways(found["losses"]),
            )
        return text

    def _describe_one_more_for(self, size, members):
        return self.env._(
            "One quota unit more (%(size)s) would go to %(members)s.", size=size, members=members
        )

    def _describe_one_more_for_nobody(self, size):
        return self.env._("One quota unit more (%s) would go to nobody: every cap binds.", size)

    def _join_ways(self, rows):
        """“Red ABC → Taller B”: a network with whom of its members it is about.

        Without the full stop of a name such as “Taller B E.I.R.L.”: the sentence has its own.
        """
        quotas = self.env["business.network.quota"].sudo()
        quotas = quotas.browse([row["quota_id"] for row in rows])
        last = quotas - quotas.parent_id
        ways = ", ".join(
            " → ".join((quota.parent_id & quotas | quota).member_id.mapped("display_name"))
            for quota in last
        )
        return ways.removesuffix(".")

    def _describe_flat_split(self):
        """That the levels are not one flat split, where they are not; False where they are."""
        found = self.explain_flat_split()
        if not found:
            return False
        members = [
            self.env._(
                "%(member)s (%(network)s) %(flat)s instead of %(units)s",
                member=row["member"],
                network=row["network"],
                flat=self._show_units(row["flat"]),
                units=self._show_units(row["units"]),
            )
            for row in found[:SHOWN_MEMBERS]
        ]
        if rest := len(found) - SHOWN_MEMBERS:
            members += [self.env._("and %s more", rest)] if rest > 0 else []
        return self.env._(
            "Each network shares its own quota by itself, within its own limits. One split over "
            "everybody, without networks and what limits them as a whole, would give %s.",
            ", ".join(members),
        )

    def _describe_unallocated(self):
        """How much is given to nobody, with its unit and only the reasons that apply."""
        self.ensure_one()
        size, rest = self._get_unit_size(), to_exact(self.unallocated_volume)
        spare_units, fraction = divmod(max(rest, Fraction(0)), size)
        amounts = {
            "rest": self._show_volume(rest),
            "spare": self._show_volume(spare_units * size),
            "fraction": self._show_volume(fraction),
        }
        if spare_units and fraction:
            return self.env._(
                "%(rest)s are not allocated: %(spare)s exceed every cap, and %(fraction)s make no "
                "whole quota unit.",
                **amounts,
            )
        if spare_units:
            return self.env._("%(rest)s are not allocated: they exceed every cap.", **amounts)
        if fraction:
            return self.env._(
                "%(rest)s are not allocated: they make no whole quota unit.", **amounts
            )
        return False

    def _show_volume(self, quantity):
        """A quantity of the plan with its unit: “12 Units”."""
        return f"{self._format_exact(quantity)} {self._get_unit_name()}"

    def _show_units(self, units):
        """Quota units as the plan writes them, without their name."""
        return self._format_exact(units)

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
