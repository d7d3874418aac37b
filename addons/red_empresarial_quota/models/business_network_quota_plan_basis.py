from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

from odoo import models
from odoo.addons.red_empresarial.tools.quantities import exact_factor, to_exact
from odoo.exceptions import UserError


class BusinessNetworkQuotaPlanBasis(models.Model):
    """Weights and caps of the members on the basis of a level, as exact numbers."""

    _inherit = "business.network.quota.plan"

    def _get_weights(self, basis, members):
        """Exact weight of every member of one or more networks.

        :param basis: a key of ``basis``
        :return: ``{member: Fraction}``, zero for who has no part
        :raise UserError: no agreement, a capacity without unit, …
        """
        self.ensure_one()
        get_weights = {
            "agreement": self._get_agreement_weights,
            "equal": self._get_equal_weights,
            "capacity": self._get_capacity_weights,
            "history": self._get_history_weights,
            "manual": self._get_manual_weights,
        }[basis]
        weights = get_weights(members)
        excluded = self.quota_ids.filtered("excluded").member_id
        return {
            member: Fraction(0) if member in excluded else Fraction(weights.get(member, 0))
            for member in members
        }

    def _get_agreement_weights(self, members):
        date = self.date_from
        agreements = self.env["business.network.agreement"]._get_in_force(
            [(network, date) for network in members.network_id]
        )
        weights = {}
        for network in members.network_id:
            agreement = agreements.get((network, date)) or network._raise_no_agreement(date)
            weights.update(agreement.sudo()._get_weights("revenue"))
        return weights

    def _get_equal_weights(self, members):
        return dict.fromkeys(members, 1)

    def _get_manual_weights(self, members):
        weights = {quota.member_id: to_exact(quota.manual_weight) for quota in self.quota_ids}
        return {member: weights.get(member, 1) for member in members}

    def _get_capacity_weights(self, members):
        return {member: known or 0 for member, known in self._get_capacities(members).items()}

    def _get_history_weights(self, members):
        """What each member had accepted of the product in the days that count.

        In money what it was sold for, net of tax: pieces of different products do not add up.
        """
        end = self.history_to or self.date_from - timedelta(days=1)
        start = self.history_from or end - (self.date_to - self.date_from)
        groups = (
            self.env["business.network.delivery"]
            .sudo()
            ._read_group(
                [
                    ("member_id", "in", members.ids),
                    ("state", "=", "done"),
                    ("sale_line_id", "!=", False),
                    ("date", ">=", start),
                    ("date", "<=", end),
                    *self._get_product_domain(),
                ],
                ["member_id", "allocation_id"],
                ["accepted_quantity:sum"],
            )
        )
        weights, prices = defaultdict(Fraction), {}
        for member, allocation, accepted in groups:
            quantity = to_exact(accepted) * exact_factor(allocation.product_uom_id)
            line = allocation.sale_line_id
            if line not in prices:
                prices[line] = self._get_history_price(line)
            weights[member] += quantity * prices[line]
        return weights

    def _get_history_price(self, line):
        """What a delivered reference unit of an order line weighs: 1, or in money its price."""
        if self.kind == "quantity":
            return Fraction(1)
        order = line.order_id
        amount = order.currency_id._convert(
            line.price_subtotal, self.currency_id, order.company_id, order._get_quota_date()
        )
        ordered = to_exact(line.product_uom_qty) * exact_factor(line.product_uom_id)
        return to_exact(amount) / ordered if ordered else Fraction(0)

    def _get_product_domain(self):
        """Deliveries or allocations of what this plan is about."""
        if self.product_id:
            return [("product_id", "=", self.product_id.id)]
        if self.product_tmpl_id:
            return [("product_id.product_tmpl_id", "=", self.product_tmpl_id.id)]
        return []

    def _get_members(self, networks):
        """Members of ``networks`` on any day of the period, in their order."""
        return (
            self.env["business.network.member"]
            .sudo()
            .search(
                [
                    ("network_id", "in", networks.ids),
                    ("date_from", "<=", self.date_to),
                    "|",
                    ("date_to", "=", False),
                    ("date_to", ">=", self.date_from),
                ]
            )
        )

    def _get_caps(self, basis, members):
        """Most that each member can take, in quota units; None for no limit."""
        caps = self._get_capacity_caps(basis, members)
        for quota in self.quota_ids.filtered(lambda quota: quota.cap and quota.member_id in caps):
            cap = caps[quota.member_id]
            caps[quota.member_id] = quota.cap if cap is None else min(cap, quota.cap)
        return caps

    def _check_some_weight(self, basis, weights):
        """Raise UserError where nobody of a network has a weight on this basis."""
        without = self.env["business.network"].browse()
        for network, members in (
            self.env["business.network.member"].concat(*weights).grouped("network_id").items()
        ):
            if not any(weights[member] for member in members):
                without |= network
        without -= self._get_networks_left_out()
        without -= self._get_networks_that_deliver_nothing(basis, without)
        if without:
            labels = dict(self._fields["basis"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Nobody in %(network)s has a weight in %(plan)s on the basis “%(basis)s”. "
                    "%(remedy)s",
                    network=", ".join(without.mapped("name")),
                    plan=self.display_name,
                    basis=labels[basis],
                    remedy=self._get_weight_remedy(basis),
                )
            )

    def _get_networks_left_out(self):
        """Networks whose own membership is left out: nothing is asked of their members."""
        return self.sudo().quota_ids.filtered("excluded").member_id.sub_network_id

    def _get_networks_that_deliver_nothing(self, basis, networks):
        """Those below this one of which every member declared that it can deliver nothing."""
        below = networks - self.network_id
        if basis != "capacity" or not below:
            return below.browse()
        own = self._get_own_capacities(self._get_members(below))
        unsaid = {member.network_id for member, known in own.items() if known != 0}
        return below.filtered(lambda network: network not in unsaid)

    def _get_weight_remedy(self, basis):
        """What to do where nobody has a weight on a basis."""
        if basis == "capacity":
            return self.env._(
                "Declare and approve what they can deliver in its period, button “Capacities”, "
                "leave the network out (column “Left Out”), or choose another basis."
            )
        if basis == "history":
            return self.env._("Choose the days of other deliveries, or another basis.")
        return self.env._("Complete its members or choose another basis.")
