from collections import defaultdict
from fractions import Fraction
from math import floor

from odoo import fields, models
from odoo.addons.red_empresarial.engine.redeployment import redeploy
from odoo.addons.red_empresarial.tools.quantities import format_exact, to_exact
from odoo.exceptions import UserError

from .business_network_quota_transfer import OPEN_STATES


class BusinessNetworkQuotaPlan(models.Model):
    """What is not delivered goes to others, where the plan says so.

    Closing short offers it at once: to siblings who used their quota, then to the network's pool.
    The members agreed to that with the plan, so the giver is not asked again and cannot sell what
    is on offer; who receives it decides. What nobody can take stays with the giver.
    """

    _inherit = "business.network.quota.plan"

    shortfall_offered = fields.Boolean(
        string="Shortfall Goes to Others",
        tracking=True,
        help="What a member did not deliver is offered at once to who used its quota, then to the "
        "pool of its network. The giver agreed to it with the plan; who receives it decides.",
    )

    def _offers_shortfall(self):
        """Whether what comes short is offered, as it was agreed."""
        self.ensure_one()
        return (
            self.state == "running"
            and self.kind == "quantity"
            and self._get_agreed_term("shortfall_returns")
            and self._get_agreed_term("shortfall_offered")
        )

    def _offer_short(self, shortfalls):
        """Propose the transfers of what came short: ``{allocation: quota}``."""
        self.ensure_one()
        self._touch()
        open_units, refused = self._get_open_units(self._get_waiting()), self._get_refused()
        vals_list = []
        for allocation, giver in shortfalls.items():
            units = min(
                allocation._get_units_to_offer(giver),
                self._get_offers(giver, open_units).get(giver, 0),
            )
            moves = self._share_short(giver, units, open_units, refused) if units > 0 else {}
            for (_giver, receiver), moved in moves.items():
                open_units["from"][giver] += moved
                open_units["to"][receiver] += moved
            vals_list += [
                {
                    **vals,
                    "short_allocation_id": allocation.id,
                    "reason": self.env._("Not delivered of %s", allocation.order_reference),
                }
                for vals in self._prepare_proposals(moves)
            ]
        if vals_list:
            self.env["business.network.quota.transfer"].create(vals_list)
            self._tell_proposals(len(vals_list))

    def _share_short(self, giver, units, open_units, refused):
        """Moves of a giver's units to its siblings, and of the rest to its network."""
        level = giver.parent_id.child_ids or self.quota_ids.filtered(lambda q: q.level == 1)
        takers = self._get_takers(level - giver, open_units)
        moves, rest = redeploy({giver: units}, takers, refused)
        back = (giver, giver.parent_id)
        if rest[giver] and giver.parent_id and back not in refused:
            moves = {**moves, back: rest[giver]}
        return moves

    def _redeploy(self):
        """What came short when nobody could take it is offered first."""
        plan = self.sudo()
        if plan._offers_shortfall():
            plan._get_sold_allocations()._offer_short()
        return super()._redeploy()

    def _close_overdue(self):
        """What networks did not deliver above is offered, too."""
        closed = super()._close_overdue()
        closed._offer_short()
        return closed


class BusinessNetworkAllocation(models.Model):
    _inherit = "business.network.allocation"

    short_transfer_ids = fields.One2many(
        "business.network.quota.transfer", "short_allocation_id", readonly=True
    )

    def action_close_short(self):
        """Offer what came short to others, where the plan says so."""
        result = super().action_close_short()
        self._offer_short()
        return result

    def action_undo_close_short(self):
        """What is still on offer is offered no more; what others took is missing."""
        self.check_access("write")
        undone = self.sudo().filtered("short_quantity").short_transfer_ids
        undone.filtered(lambda transfer: transfer.state in OPEN_STATES).write({"state": "cancel"})
        return super().action_undo_close_short()

    def _offer_short(self):
        """Offer what came short and was not offered yet; twice offers nothing."""
        sold = self.sudo().filtered(lambda a: a.short_quantity and a.sale_line_id)
        quotas = self.env["business.network.quota.consumption"].sudo()._get_quotas(sold.member_id)
        by_plan = defaultdict(dict)
        for allocation in sold:
            line = allocation.sale_line_id
            date = line.order_id._get_quota_date()
            for quota in quotas.get(allocation.member_id, ()):
                plan = quota.plan_id
                if (
                    plan._offers_shortfall()
                    and plan._covers(line.product_id, date)
                    and not quota.child_ids
                ):
                    by_plan[plan][allocation] = quota
        for plan, shortfalls in by_plan.items():
            plan._offer_short(shortfalls)

    def _get_units_to_offer(self, quota):
        """Whole units that came short and neither are on offer nor were taken."""
        self.ensure_one()
        offered = self.short_transfer_ids.filtered(lambda t: t.state in (*OPEN_STATES, "done"))
        short = self._get_exact_quantity(self.short_quantity) / to_exact(quota.unit_quantity)
        return floor(short) - sum(offered.mapped("units"))


class BusinessNetworkQuotaTransfer(models.Model):
    _inherit = "business.network.quota.transfer"

    short_allocation_id = fields.Many2one(
        "business.network.allocation",
        string="Not Delivered",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
        help="What came short and is offered to others, as was agreed with the plan.",
    )
    agreed_in_plan = fields.Boolean(
        compute="_compute_agreed_in_plan",
        help="The giver agreed to it with the plan: what it does not deliver goes to others.",
    )

    def _compute_agreed_in_plan(self):
        for transfer in self:
            transfer.agreed_in_plan = bool(transfer.sudo().short_allocation_id)

    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"short_allocation_id"}

    def action_consent_giver(self):
        """The plan did already, where it offers what came short."""
        return super(
            BusinessNetworkQuotaTransfer, self.filtered(lambda t: not t.agreed_in_plan)
        ).action_consent_giver()

    def _is_consented(self):
        return super()._is_consented() or bool(self.agreed_in_plan and self.receiver_user_id)

    def _get_deciding_quotas(self):
        """Who gives what came short has nothing to decide."""
        quotas = super()._get_deciding_quotas()
        return quotas - self.sudo().from_quota_id if self.agreed_in_plan else quotas

    def _get_free_units(self, quota):
        """What is on offer because it came short is not given to anyone else."""
        free = super()._get_free_units(quota)
        if self.agreed_in_plan or quota != self.from_quota_id:
            return free
        return free - sum(quota._get_short_offers().mapped("units"))


class BusinessNetworkQuota(models.Model):
    _inherit = "business.network.quota"

    def _get_short_offers(self):
        """Open transfers of what it did not deliver."""
        self.ensure_one()
        if not self.plan_id.sudo()._offers_shortfall():
            return self.env["business.network.quota.transfer"].sudo()
        return self.sudo().given_ids.filtered(
            lambda transfer: transfer.agreed_in_plan and transfer.state in OPEN_STATES
        )

    def _get_sellable(self):
        """Exact quantity that may still be sold: what is left, less what is on offer to others."""
        offered = sum(self._get_short_offers().mapped("units"))
        return self._get_remaining() - offered * to_exact(self.unit_quantity)

    def _check_not_on_offer(self, change, offers):
        sellable = max(self._get_sellable(), Fraction(0))
        if change > sellable:
            plan = self.plan_id
            raise UserError(
                self.env._(
                    "%(member)s did not deliver what %(plan)s offers to others by %(transfers)s, "
                    "so it has %(left)s %(unit)s to sell, and %(asked)s more are asked for. Give "
                    "the rest to others, or let them refuse the offer first.",
                    member=self.member_id.display_name,
                    plan=plan.name,
                    transfers=", ".join(offers.mapped("name")),
                    left=format_exact(self.env, plan._from_reference(sellable)),
                    unit=plan._get_unit_name(),
                    asked=format_exact(self.env, plan._from_reference(change)),
                )
            )


class BusinessNetworkQuotaConsumption(models.Model):
    _inherit = "business.network.quota.consumption"

    def _check_remaining(self, changes):
        """What is on offer to others is not sold by who did not deliver it."""
        result = super()._check_remaining(changes)
        added = defaultdict(Fraction)
        for (quota, _allocation), change in changes.items():
            added[quota] += change
        for quota, change in added.items():
            if change > 0 and (offers := quota._get_short_offers()):
                quota._check_not_on_offer(change, offers)
        return result
