from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.apportion import split_amount
from odoo.addons.red_empresarial.tools.minor_units import to_minor
from odoo.addons.red_empresarial.tools.quantities import (
    exact_factor,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.exceptions import UserError
from odoo.tools import SQL


class BusinessNetworkQuotaConsumption(models.Model):
    """What one allocation of a confirmed joint sale takes of one quota.

    In reference units (money: in the currency of the plan). Written by :meth:`_sync` alone, which
    changes the counters of the quotas with them: the rows of a quota add up to its
    ``consumed_quantity``.
    """

    _name = "business.network.quota.consumption"
    _description = "Consumption of a Quota"
    _log_access = False
    _order = "id desc"
    _rec_name = "allocation_id"

    quota_id = fields.Many2one(
        "business.network.quota", required=True, readonly=True, index=True, ondelete="restrict"
    )
    allocation_id = fields.Many2one(
        "business.network.allocation",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    quantity = fields.Float(
        digits=(24, 6), required=True, readonly=True, aggregator=None, help="In reference units."
    )
    plan_id = fields.Many2one(related="quota_id.plan_id")
    member_id = fields.Many2one(related="quota_id.member_id")
    order_reference = fields.Char(related="allocation_id.order_reference")
    plan_quantity = fields.Float(
        string="Consumed", digits=(20, 6), compute="_compute_plan_quantity"
    )
    unit_name = fields.Char(string="Unit", compute="_compute_plan_quantity")

    _allocation_unique = models.UniqueIndex(
        "(quota_id, allocation_id)", "An allocation consumes a quota once."
    )
    _quantity_positive = models.Constraint("CHECK(quantity > 0)", "What is consumed is above zero.")

    @api.depends("quantity", "quota_id")
    def _compute_plan_quantity(self):
        for row in self:
            plan = row.quota_id.plan_id.sudo()
            row.plan_quantity = plan._from_reference(to_exact(row.quantity))
            row.unit_name = plan._get_unit_name()

    @api.model
    def _sync(self, allocations):
        """Make the quotas hold what these allocations consume now; twice does nothing.

        The rows of the quotas are locked in the order of their ids. A transaction that began
        before another one changed them is retried by the server and finds what is left.

        :param allocations: ``business.network.allocation`` that were or will be counted
        :raise UserError: more than a member has left, naming member, product and numbers
        """
        self = self.sudo()
        allocations = allocations.sudo().filtered("sale_line_id")
        if not allocations:
            return
        allocations |= self._get_money_lines(allocations.sale_line_id).allocation_ids
        self._touch_agreed_plans(allocations)
        rows = self.search([("allocation_id", "in", allocations.ids)])
        present = {(row.quota_id, row.allocation_id): row for row in rows}
        wanted = self._get_wanted(allocations, present)
        changes = {
            key: wanted.get(key, Fraction(0))
            - (to_exact(present[key].quantity) if key in present else 0)
            for key in {**present, **wanted}
        }
        changes = {key: change for key, change in changes.items() if change}
        if changes:
            self._apply_changes(changes, wanted, present)

    @api.model
    def _get_money_lines(self, lines):
        """Those of ``lines`` that count in a quota of income.

        Their amount is split over all their allocations: what one takes may move a cent of others.
        """
        plans = self.env["business.network.quota.plan"].sudo()
        plans = plans.search([("kind", "=", "amount"), ("state", "=", "running")])
        return lines.filtered(
            lambda line: any(
                plan._covers(line.product_id, line.order_id._get_quota_date()) for plan in plans
            )
        )

    def _touch_agreed_plans(self, allocations):
        """Meet whoever sets a plan of these sales running: it cannot see them, nor they the plan.

        Both change the plan's row, so that the second is retried and finds the first.
        """
        lines = allocations.sale_line_id
        plans = [
            plan
            for plan in self._get_networks_by_plan(allocations.network_id, "agreed")
            if any(plan._covers(line.product_id, line.order_id._get_quota_date()) for line in lines)
        ]
        if plans:
            self.env.execute_query(
                SQL(
                    "UPDATE business_network_quota_plan SET write_date = write_date"
                    " WHERE id IN %s RETURNING id",
                    tuple(plan.id for plan in plans),
                )
            )

    def _get_networks_by_plan(self, networks, state):
        """``{plan: networks}``: those of ``networks`` whose members have quotas in the plan.

        Those of the second level are in the plan of the network of networks.
        """
        groups = self.env["business.network.quota"]._read_group(
            [
                ("plan_id.state", "=", state),
                ("network_id", "in", networks.ids),
                ("weight", "!=", False),  # who is only listed has no quota yet
            ],
            ["plan_id", "network_id"],
        )
        found = {}
        for plan, network in groups:
            found[plan] = found.get(plan, network) | network
        return found

    def _apply_changes(self, changes, wanted, present):
        quotas = self.env["business.network.quota"].union(*(quota for quota, _a in changes))
        quotas._lock()
        self._check_remaining(changes)
        by_quota = defaultdict(Fraction)
        for (quota, _allocation), change in changes.items():
            by_quota[quota] += change
        for key in changes.keys() & present.keys() & wanted.keys():
            present[key].quantity = from_exact(wanted[key])
        self.union(*(present[key] for key in present.keys() - wanted.keys())).unlink()
        self.create(
            [
                {
                    "quota_id": key[0].id,
                    "allocation_id": key[1].id,
                    "quantity": from_exact(wanted[key]),
                }
                for key in changes.keys() - present.keys()
            ]
        )
        for quota, change in by_quota.items():
            quota.consumed_quantity = from_exact(to_exact(quota.consumed_quantity) + change)
        quotas.flush_recordset()

    # -- what is consumed ----------------------------------------------------------------------

    def _get_wanted(self, allocations, present):
        """``{(quota, allocation): exact quantity in reference units}`` that should be held.

        A closed plan takes nothing new: its rows only shrink. What it holds of a sale is not
        counted again by a plan that runs after it over the same days.
        """
        wanted = {}
        sold = allocations.filtered(lambda a: a.sale_line_id.order_id.state == "sale")
        quotas = self._get_quotas(sold.member_id)
        amounts = {}
        for allocation in sold:
            line = allocation.sale_line_id
            date = line.order_id._get_quota_date()
            kept = defaultdict(Fraction)  # by closed plans, by kind
            for quota in quotas.get(allocation.member_id, ()):
                plan = quota.plan_id
                if not plan._covers(line.product_id, date):
                    continue
                quantity = self._get_consumed(plan, allocation, amounts) - kept[plan.kind]
                if plan.state == "closed":
                    row = present.get((quota, allocation))
                    quantity = min(quantity, to_exact(row.quantity) if row else Fraction(0))
                    kept[plan.kind] += max(quantity, Fraction(0))
                if quantity > 0:
                    wanted[(quota, allocation)] = quantity
        self._check_has_quota(sold, wanted)
        return wanted

    def _get_quotas(self, members):
        """``{member: quotas}`` that its sales may consume, those of closed plans first."""
        quotas = defaultdict(list)
        found = self.env["business.network.quota"].search(
            [
                ("member_id", "in", members.ids),
                ("plan_id.state", "in", ("running", "closed")),
                ("weight", "!=", False),
            ]
        )
        for quota in found.sorted(lambda quota: quota.plan_id.state != "closed"):
            quotas[quota.member_id].append(quota)
        return quotas

    def _get_consumed(self, plan, allocation, amounts):
        """What an allocation takes of a plan; ``amounts`` remembers lines already split."""
        if plan.kind == "quantity":
            return to_exact(float(allocation._get_quota_quantity()))
        key = (plan.currency_id, allocation.sale_line_id)
        if key not in amounts:
            amounts[key] = self._split_line(*key)
        return amounts[key].get(allocation, Fraction(0))

    def _split_line(self, currency, line):
        """``{allocation: exact amount}`` of a sale line net of tax, to the cent of ``currency``.

        Less what credit notes lowered the price by, for whom they did.
        """
        order = line.order_id
        amount = order.currency_id._convert(
            line.price_subtotal, currency, order.company_id, order._get_quota_date()
        )
        ordered = to_exact(line.product_uom_qty) * exact_factor(line.product_uom_id)
        weights = [allocation._get_quota_quantity() for allocation in line.allocation_ids]
        rest = max(ordered - sum(weights), Fraction(0))
        if not sum(weights):
            return {}
        shares = split_amount(to_minor(amount, currency), [*weights, rest])
        lowered = self._split_lowered(currency, line, sum(shares[:-1]))
        coin = to_exact(currency.rounding)
        return {
            allocation: max(share - less, 0) * coin
            for allocation, share, less in zip(
                line.allocation_ids, shares[:-1], lowered, strict=True
            )
        }

    def _split_lowered(self, currency, line, most):
        """Coins that credit notes lowered the price by, for each allocation of a line."""
        lowering, amount = line._get_lowered()
        if not amount:
            return [0] * len(line.allocation_ids)
        order = line.order_id
        converted = order.currency_id._convert(
            float(amount), currency, order.company_id, order._get_quota_date()
        )
        borne = defaultdict(Fraction)
        for item in lowering:
            for record in item._get_share_records():
                borne[record.allocation_id] += abs(record._get_exact())
        weights = [borne[allocation] for allocation in line.allocation_ids]
        return split_amount(min(to_minor(converted, currency), most), weights)

    # -- refusals ------------------------------------------------------------------------------

    def _check_has_quota(self, sold, wanted):
        """Where a plan runs, who has no quota in it sells nothing of its product."""
        counted = {a for quota, a in wanted if quota.plan_id.kind == "quantity"}
        open_ones = sold.filtered(lambda a: a not in counted and a._get_quota_quantity())
        plans = self._get_networks_by_plan(open_ones.network_id, "running") if open_ones else {}
        for allocation in open_ones if plans else ():
            line = allocation.sale_line_id
            date = line.order_id._get_quota_date()
            for plan in (
                plan for plan, networks in plans.items() if allocation.network_id <= networks
            ):
                if plan.kind == "quantity" and plan._covers(line.product_id, date):
                    raise UserError(
                        self.env._(
                            "%(member)s has no quota of %(product)s in %(plan)s, and %(order)s "
                            "asks it for %(asked)s %(unit)s. Give that to others, or revise the "
                            "plan.",
                            plan=plan.name,
                            asked=format_exact(self.env, allocation.quantity),
                            unit=allocation.product_uom_id.name,
                            **allocation._get_message_names(),
                        )
                    )

    def _check_remaining(self, changes):
        """Raise UserError for the first quota of which more would be consumed than is held."""
        added = defaultdict(Fraction)
        for (quota, _allocation), change in changes.items():
            added[quota] += change
        for quota, change in added.items():
            remaining = quota._get_remaining()
            if change > max(remaining, 0):
                allocations = [a for q, a in changes if q == quota and changes[(q, a)] > 0]
                plan = quota.plan_id
                raise UserError(
                    self.env._(
                        "%(member)s has %(remaining)s %(unit)s left of its quota of %(product)s "
                        "in %(plan)s, and %(orders)s asks for %(asked)s more. Give the rest to "
                        "others, or revise the plan.",
                        member=quota.member_id.display_name,
                        remaining=format_exact(self.env, plan._from_reference(remaining)),
                        unit=plan._get_unit_name(),
                        product=plan.product_tmpl_id.display_name or self.env._("all sales"),
                        plan=plan.name,
                        orders=", ".join(sorted({a.order_reference for a in allocations})),
                        asked=format_exact(self.env, plan._from_reference(change)),
                    )
                )

    def _release(self):
        """Give back what these rows hold, and remove them."""
        if self:
            present = {(row.quota_id, row.allocation_id): row for row in self}
            changes = {key: -to_exact(row.quantity) for key, row in present.items()}
            self._apply_changes(changes, {}, present)
