from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from math import ceil

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.redeployment import Taker, redeploy
from odoo.addons.red_empresarial.tools.quantities import to_exact
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from .business_network_quota_transfer import OPEN_STATES

ACTIVITY = "red_empresarial_quota.activity_quota_redeployment"


class BusinessNetworkQuotaPlanRedeployment(models.Model):
    """Offering what members have not used to those who used theirs; people decide.

    Members of one network come first, in proportion to their weights in the plan; what none of them
    can take is offered back to their network, and what networks got back to other networks. Only
    transfers are proposed. Who was proposed to each other and refused is not proposed again.
    """

    _inherit = "business.network.quota.plan"

    redeploy_on = fields.Date(
        string="Redeploy From",
        copy=False,
        tracking=True,
        help="From this day on, what members have not used of their quotas is offered every day to "
        "those who used theirs. Empty for never; a button offers it at any time.",
    )

    @api.constrains("redeploy_on", "date_from", "date_to")
    def _check_redeploy_on(self):
        for plan in self.filtered("redeploy_on"):
            if not plan.date_from <= plan.redeploy_on <= plan.date_to:
                raise ValidationError(
                    self.env._(
                        "%(plan)s offers what is not used from %(date)s on, which is not in its "
                        "period, %(date_from)s to %(date_to)s. Choose a day in it.",
                        plan=plan.display_name,
                        date=format_date(self.env, plan.redeploy_on),
                        date_from=format_date(self.env, plan.date_from),
                        date_to=format_date(self.env, plan.date_to),
                    )
                )

    @api.model
    def _cron_redeploy(self):
        """Propose in the running plans whose day has come; nothing is proposed twice.

        Each in the language of its responsible, on the day where its books are kept. A plan that
        cannot says why; the others go on.
        """
        today = fields.Date.context_today(self)
        plans = self.search(
            [
                ("state", "=", "running"),
                ("in_revision", "=", False),
                ("redeploy_on", "<=", today + timedelta(days=1)),
                ("date_to", ">=", today - timedelta(days=1)),
            ],
            order="id",
        )
        for plan in plans:
            try:
                with self.env.cr.savepoint():
                    plan._redeploy_when_due()
            except UserError as error:
                plan.message_post(body=str(error))
            self.env["ir.cron"]._commit_progress(1)

    def _redeploy_when_due(self):
        """Propose as the responsible would read it, unless it is still the day before there."""
        self.ensure_one()
        user = self.user_id or self.network_id.manager_id
        zone = self.company_id._get_quota_timezone()
        plan = self.with_context(lang=user.lang or self.env.lang, tz=zone)
        if plan.redeploy_on <= fields.Date.context_today(plan) <= plan.date_to:
            plan._redeploy()

    def action_redeploy(self):
        """Propose what the cron would, and show the transfers that wait for a decision."""
        self.ensure_one()
        self._check_state("running")
        self._check_not_in_revision()
        self.check_access("write")
        self._redeploy()
        return self.action_open_transfers()

    def _redeploy(self):
        """Create the proposals that are not there yet, in one batch.

        The plan's row is touched, so that of two at once the second is retried and finds the first.

        :return: the transfers
        """
        self.ensure_one()
        plan = self.sudo()
        plan._touch()
        waiting = plan._get_waiting()
        plan._cancel_outgrown(waiting)
        open_units, refused = plan._get_open_units(waiting), plan._get_refused()
        moves = {}
        for parent in plan.quota_ids.filtered("child_ids"):
            moves.update(plan._redeploy_within(parent, open_units, refused))
        moves.update(plan._redeploy_between(open_units, refused))
        transfers = plan._create_proposals(moves)
        if transfers:
            plan._tell_proposals(len(transfers))
        return transfers

    def _touch(self):
        """Change the plan's row: of two transactions that do, the second is retried."""
        self.env.cr.execute(
            SQL(
                "UPDATE business_network_quota_plan SET write_date = write_date WHERE id = %s",
                self.id,
            )
        )

    def _cancel_outgrown(self, waiting):
        """Drop own proposals nobody consented to yet of more than their giver has left by now.

        :param waiting: what the givers will consume, by quota
        """
        undecided = self.transfer_ids.filtered(lambda t: t.state in OPEN_STATES)
        for giver, transfers in undecided.grouped("from_quota_id").items():
            units = sum(transfers.mapped("units"))
            for transfer in transfers.filtered(lambda t: t._is_untouched()).sorted("id", True):
                free = transfer._get_free_units(giver)
                if not giver.child_ids:
                    free = min(free, giver._get_left_units(waiting[giver]))
                if units > free:
                    units -= transfer.units
                    transfer.state = "cancel"

    def _get_open_units(self, waiting):
        """Units of transfers that wait for a decision, by quota that gives and that receives.

        :param waiting: what the quotas will consume, kept beside them
        """
        units = {"from": defaultdict(int), "to": defaultdict(int), "pool": defaultdict(int)}
        units["waiting"] = waiting
        for transfer in self.transfer_ids.filtered(lambda t: t.state in OPEN_STATES):
            side = "pool" if transfer.from_quota_id.child_ids else "from"
            units[side][transfer.from_quota_id] += transfer.units
            units["to"][transfer.to_quota_id] += transfer.units
        return units

    def _redeploy_within(self, parent, open_units, refused):
        """Moves ``{(giver, receiver): units}`` between the members of a network, and back to it.

        What the network holds and no member has is on offer, too, from the network. What its part
        of an upper order asks for and no member is to fill yet stays in the network.
        """
        offers = self._get_offers(parent.child_ids, open_units)
        takers = self._get_takers(parent.child_ids - self._get_givers(offers), open_units)
        pool = max(parent.pool_units - open_units["pool"][parent], 0)
        moves, rest = redeploy({parent: pool, **offers}, takers, refused)
        open_units["pool"][parent] += pool - rest.pop(parent)
        kept = ceil(open_units["waiting"][parent] / to_exact(parent.unit_quantity))
        limit, back = max(sum(offers.values()) - kept, 0), {}
        for giver, units in rest.items():
            if min(units, limit) and (giver, parent) not in refused:
                back[(giver, parent)] = min(units, limit)
                limit -= back[(giver, parent)]
        return {**moves, **back}

    def _redeploy_between(self, open_units, refused):
        """Moves between the quotas of the first level: members, or networks with their pools."""
        top = self.quota_ids.filtered(lambda quota: quota.level == 1)
        offers = self._get_offers(top, open_units)
        takers = self._get_takers(top - self._get_givers(offers), open_units)
        return redeploy(offers, takers, refused).moves

    def _get_givers(self, offers):
        return self.env["business.network.quota"].union(*offers)

    def _get_offers(self, quotas, open_units):
        """Whole units of its plan that each has not used, less what it was proposed to give.

        What it got from others is not offered on, nor what parts in draft are waiting for.
        """
        offers = {}
        for quota in quotas:
            proposed = open_units["pool" if quota.child_ids else "from"][quota]
            waiting = open_units["waiting"][quota] if quota.parent_id else 0
            unused = min(quota._get_idle_units(waiting), quota._get_left_units(waiting))
            units = min(unused, quota._get_free_units()) - proposed
            if units > 0:
                offers[quota] = units
        return offers

    def _get_takers(self, quotas, open_units):
        """Those who used their quota and gave nothing of it, with the room their cap leaves."""
        takers = []
        for quota in quotas.sorted(lambda q: (q.member_id.sequence, q.member_id.id)):
            if quota._is_used_up():
                room = None
                if quota.applied_cap:
                    got = quota._get_held_units() + open_units["to"][quota]
                    room = max(int(quota.applied_cap) - got, 0)
                takers.append(Taker(quota, Fraction(quota.weight or 0), room))
        return takers

    def _get_refused(self):
        """Pairs that were proposed to each other and did not want, or undid it.

        What was only canceled, with its plan or because too little was left, is proposed again.
        """
        ended = self.transfer_ids.filtered(
            lambda t: t.is_automatic and t.state in ("refused", "reversed")
        )
        return {(transfer.from_quota_id, transfer.to_quota_id) for transfer in ended}

    def _create_proposals(self, moves):
        return self.env["business.network.quota.transfer"].create(self._prepare_proposals(moves))

    def _prepare_proposals(self, moves):
        today = fields.Date.context_today(self)
        reason = self.env._("Not used by %s", format_date(self.env, today))
        return [
            {
                "from_quota_id": giver.id,
                "to_quota_id": receiver.id,
                "units": units,
                "reason": reason,
                "is_automatic": True,
            }
            for (giver, receiver), units in moves.items()
        ]

    def _tell_proposals(self, count):
        """Leave one activity with the responsible; a later one replaces it."""
        user = self.user_id or self.network_id.manager_id or self.env.user
        self.activity_unlink([ACTIVITY])
        self.activity_schedule(
            ACTIVITY,
            fields.Date.context_today(self),
            note=self.env._("Transfers proposed of what was not used: %s", count),
            user_id=user.id,
        )


class BusinessNetworkQuota(models.Model):
    _inherit = "business.network.quota"

    def _is_used_up(self):
        """Whether nothing whole is left of a quota that gave nothing away.

        A network's is also when its members have used theirs: they are who would sell more.
        """
        self.ensure_one()
        if self.excluded or not self.units or self.transferred_out:
            return False
        if not self._get_left_units():
            return True
        with_units = self.child_ids.filtered("units")
        return bool(with_units) and all(child._is_used_up() for child in with_units)


class BusinessNetworkQuotaTransfer(models.Model):
    _inherit = "business.network.quota.transfer"

    def _is_untouched(self):
        """Whether a plan proposed it and neither side consented."""
        self.ensure_one()
        return self.is_automatic and not self.giver_user_id and not self.receiver_user_id
