from odoo import models
from odoo.addons.red_empresarial.engine.quota import allot_plan, explain_plan
from odoo.addons.red_empresarial.tools.quantities import from_exact, to_exact
from odoo.exceptions import UserError
from odoo.tools import format_date


class BusinessNetworkQuotaPlanAllotment(models.Model):
    """From members, weights and limits to quotas: plain values, the engine, one batch a level."""

    _inherit = "business.network.quota.plan"

    def _allot(self):
        """Compute and write the quotas of this plan; the same input writes nothing.

        :raise UserError: nobody to share with, floors above the volume or above a cap, …
        """
        self.ensure_one()
        plan = self.sudo()
        plan.quota_ids._lock()
        nodes, members = plan._get_nodes()
        plan._check_bounds(plan.volume_units, nodes, members, plan.display_name)
        units = allot_plan(plan.volume_units, nodes, money=plan.kind == "amount")
        explained = explain_plan(plan.volume_units, nodes, units)
        plan._write_quotas(
            {members[path]: plan._prepare_result(path, explained[path]) for path in explained},
            nodes,
            members,
        )

    # -- input of the engine -------------------------------------------------------------------

    def _get_nodes(self):
        """Nodes of the engine, and ``{path: member}``."""
        top = self._get_members(self.network_id)
        if not top:
            raise UserError(
                self.env._(
                    "%(network)s has no member in the period of %(plan)s. Add its members, or "
                    "change the period.",
                    network=self.network_id.name,
                    plan=self.display_name,
                )
            )
        below = self._get_members_below(top)
        self._check_sub_networks(below.network_id)
        nodes = self._prepare_nodes(self.basis, top)
        sub_nodes = self._prepare_nodes(self.sub_basis, below) if below else {}
        members, by_network = {}, below.grouped("network_id")
        for member, node in nodes.items():
            path = (node["key"],)
            members[path] = member
            children = by_network.get(member.sub_network_id, below.browse())
            node["children"] = [sub_nodes[child] for child in children]
            members.update({(*path, sub_nodes[child]["key"]): child for child in children})
        return list(nodes.values()), members

    def _get_members_below(self, top):
        """Members of the networks among ``top`` that get quotas, too.

        :raise UserError: a network left and joined again in the period: its members would share
            the quotas of two memberships
        """
        if not self._has_sub_level():
            return top.browse()
        for network, members in top.grouped("sub_network_id").items():
            if network and len(members) > 1:
                raise UserError(
                    self.env._(
                        "%(network)s is a member of %(union)s twice in the period of %(plan)s: "
                        "%(periods)s. Plan each of them by itself, so that its members share one "
                        "quota.",
                        network=network.name,
                        union=self.network_id.name,
                        plan=self.display_name,
                        periods=", ".join(
                            f"{format_date(self.env, member.date_from)} – "
                            f"{format_date(self.env, member.date_to) if member.date_to else '…'}"
                            for member in members.sorted("date_from")
                        ),
                    )
                )
        return self._get_members(top.sub_network_id)

    def _has_sub_level(self):
        return bool(self.network_tier == "second" and self.sub_basis)

    def _check_sub_networks(self, networks):
        """The members of a network have no quotas for the same sales in a plan of their own."""
        if networks and (other := self._get_overlapping(networks)[:1]):
            covered = (other.network_id | other.quota_ids.network_id) & networks
            self._raise_overlap(other, covered[:1])

    def _prepare_nodes(self, basis, members):
        weights = self._get_weights(basis, members)
        self._check_some_weight(basis, weights)
        caps = self._get_caps(basis, members)
        quotas = {quota.member_id: quota for quota in self.quota_ids}
        return {
            member: self._prepare_node(member, weights[member], caps[member], quotas.get(member))
            for member in members
        }

    def _prepare_node(self, member, weight, cap, quota):
        """A leaf of the engine's tree; what is consumed is the least a revision leaves.

        A cap is of what is held: who received units gets as many fewer.
        """
        least = quota._get_least_units() if quota else 0
        floor = quota.floor if quota else 0
        if quota and cap is not None and (moved := quota._get_moved_units()):
            cap -= moved
            floor = min(floor, max(cap, 0)) if moved > 0 else floor
        return {
            "key": (member.sequence, member.id),
            "weight": weight,
            "cap": None if cap is None else max(cap, least),
            "floor": max(floor, least),
        }

    def _check_bounds(self, supply, nodes, members, name, path=()):
        """Raise UserError with the numbers where floors and caps cannot hold together."""
        total = sum(self._get_floor(node) for node in nodes)
        if total > supply:
            raise UserError(
                self.env._(
                    "The least quotas in %(name)s add up to %(total)s, more than the "
                    "%(supply)s there are. Lower the floors or raise the volume.",
                    name=name,
                    total=self._format_units(total),
                    supply=self._show_units(supply),
                )
            )
        for node in nodes:
            below = (*path, node["key"])
            least, cap = self._get_floor(node), node["cap"]
            if cap is not None and least > cap:
                raise UserError(
                    self.env._(
                        "%(member)s is to get at least %(floor)s in %(plan)s, and %(cap)s "
                        "at most. Lower its floor or raise its cap.",
                        member=members[below].display_name,
                        floor=self._format_units(least),
                        plan=self.display_name,
                        cap=self._show_units(cap),
                    )
                )
            if node.get("children"):
                label = members[below].display_name
                most = supply if cap is None else min(cap, supply)
                self._check_bounds(most, node["children"], members, label, below)
                self._check_capacity_below(node, label)

    def _get_floor(self, node):
        return max(node["floor"], sum(self._get_floor(n) for n in node.get("children") or ()))

    def _check_capacity_below(self, node, label):
        """A network's floor is within what its members can take."""
        caps = [
            child["cap"] if child["weight"] else self._get_floor(child)
            for child in node["children"]
        ]
        if None not in caps and self._get_floor(node) > sum(caps):
            raise UserError(
                self.env._(
                    "%(network)s is to get at least %(floor)s in %(plan)s, and its members "
                    "can take %(cap)s. Lower its floor or raise the caps of its members.",
                    network=label,
                    floor=self._format_units(self._get_floor(node)),
                    plan=self.display_name,
                    cap=self._show_units(sum(caps)),
                )
            )

    # -- writing -------------------------------------------------------------------------------

    def _prepare_result(self, path, explanation):
        return {
            "level": len(path),
            "units": explanation.units,
            "weight": str(explanation.weight),
            "applied_cap": "" if explanation.cap is None else str(explanation.cap),
            "fair_share": str(explanation.fair_share),
            "unit_quantity": from_exact(self._get_unit_quantity()),
        }

    def _write_quotas(self, results, nodes, members):
        """Write results ``{member: values}``: changes first, then one create for each level."""
        floors = self._get_floors(nodes)
        for path, member in members.items():
            results[member]["applied_floor"] = floors[path]
        existing = {quota.member_id: quota for quota in self.quota_ids}
        for member, quota in existing.items():
            if quota._get_moved_units() and results.get(member, {}).get("applied_cap"):
                most = int(results[member]["applied_cap"]) + quota._get_moved_units()
                results[member]["applied_cap"] = str(most)
        for member in existing.keys() & results.keys():
            existing[member]._update_changed(results[member])
        dropped = existing.keys() - results.keys()
        parents = {member: members[path[:-1]] for path, member in members.items() if len(path) > 1}
        for level in (1, 2):
            missing = [
                member
                for member, vals in results.items()
                if vals["level"] == level and member not in existing
            ]
            created = self.env["business.network.quota"]._create_rows(
                [
                    self._prepare_quota(member, existing.get(parents.get(member)), results[member])
                    for member in missing
                ]
            )
            existing.update(zip(missing, created, strict=True))
        self._drop_after_moving(dropped, existing, parents)

    def _drop_after_moving(self, dropped, quotas, parents):
        """Drop quotas once those that stay are within the quotas of their networks of now."""
        for member, parent in parents.items():
            if quotas[member].parent_id != quotas[parent]:
                quotas[member].parent_id = quotas[parent]
        self.env["business.network.quota"].flush_model(["parent_id"])
        self._drop_quotas(dropped)

    def _prepare_quota(self, member, parent, result):
        """All columns of a new quota: a plan has thousands, and Odoo need not compute them."""
        return {
            **result,
            "plan_id": self.id,
            "member_id": member.id,
            "parent_id": parent.id if parent else False,
            "network_id": member.network_id.id,
            "company_id": member.company_id.id,
            "product_tmpl_id": self.product_tmpl_id.id,
            "date_from": self.date_from,
            "date_to": self.date_to,
            "consumed_units": 0.0,
            "remaining_units": float(result["units"]),
        }

    def _get_floors(self, nodes, path=()):
        floors = {}
        for node in nodes:
            below = (*path, node["key"])
            floors[below] = self._get_floor(node)
            floors.update(self._get_floors(node.get("children") or (), below))
        return floors

    def _drop_quotas(self, members):
        """Forget the quotas of who is no member in the period; what was consumed is refused."""
        quotas = self.quota_ids.filtered(lambda quota: quota.member_id in members)
        for quota in quotas.filtered(lambda quota: quota._get_least_units()):
            raise UserError(
                self.env._(
                    "%(member)s has consumed %(consumed)s of its quota in %(plan)s, so it "
                    "cannot leave the plan. Correct its membership, or cancel its sales first.",
                    member=quota.member_id.display_name,
                    consumed=self._format_units(quota.consumed_units),
                    plan=self.display_name,
                )
            )
        quotas.unlink()

    def action_load_members(self):
        """List the members, so that caps, floors and weights can be set before proposing.

        In a revision those that came meanwhile; who left goes when the revision is applied.
        """
        for plan in self:
            if not plan.in_revision:
                plan._check_state("draft")
            plan.check_access("write")
            plan.sudo()._load_members()

    def _load_members(self):
        self.ensure_one()
        top = self._get_members(self.network_id)
        quotas = {quota.member_id: quota for quota in self.quota_ids}
        below = self._get_members_below(self._get_listed_parents(top, quotas))
        parents = {member.sub_network_id: member for member in top if member.sub_network_id}
        size = from_exact(self._get_unit_quantity())
        dropped = quotas.keys() - {*top, *below}
        for level, members in ((1, top), (2, below)):
            missing = [member for member in members if member not in quotas]
            created = self.env["business.network.quota"].create(
                [
                    {
                        "plan_id": self.id,
                        "member_id": member.id,
                        "level": level,
                        "parent_id": quotas[parents[member.network_id]].id if level > 1 else False,
                        "unit_quantity": size,
                    }
                    for member in missing
                ]
            )
            quotas.update(zip(missing, created, strict=True))
        if not self.in_revision:
            within = {member: parents[member.network_id] for member in below}
            self._drop_after_moving(dropped, quotas, within)

    def _get_listed_parents(self, top, quotas):
        """Those whose members are listed: not, in a revision, who holds its quota undivided."""
        if not self.in_revision:
            return top
        return top.filtered(
            lambda member: (
                member not in quotas or not quotas[member].weight or quotas[member].child_ids
            )
        )


class BusinessNetworkQuota(models.Model):
    _inherit = "business.network.quota"

    def _update_changed(self, vals):
        """Write what differs; the records' changes reach the database together."""
        self.ensure_one()
        changed = {
            name: value
            for name, value in vals.items()
            if (
                to_exact(self[name]) != to_exact(value)
                if isinstance(value, float)
                else (self[name] or "") != (value or "")
                if isinstance(value, str)
                else self[name] != value
            )
        }
        if changed:
            self.write(changed)
