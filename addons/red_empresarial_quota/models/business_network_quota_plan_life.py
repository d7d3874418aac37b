from datetime import timedelta

from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_records
from odoo.exceptions import UserError
from odoo.tools import format_date

SHOWN_CHANGES = 50  # quotas that the message of a revision names


class BusinessNetworkQuotaPlanLife(models.Model):
    """Proposing, agreeing, running, revising and closing a plan: twice does nothing.

    What was agreed last is kept beside what is written for the next agreement, so that a revision
    cannot claim the minutes of what it changes.
    """

    _inherit = "business.network.quota.plan"

    last_agreed_on = fields.Date(copy=False, readonly=True)
    last_minute_reference = fields.Char(
        string="Minutes of the Last Agreement", copy=False, readonly=True
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"last_agreed_on", "last_minute_reference"}

    def action_propose(self):
        """Compute the quotas of draft plans and show them to the members."""
        for plan in self._not_in("proposed"):
            plan._check_state("draft")
            plan.check_access("write")
            plan._check_overlap()
            plan._allot()
            plan._set_state("proposed")

    def action_agree(self):
        """The members agreed: date and number of the minutes are kept.

        :raise UserError: either is missing, or they agreed on what the plan was before it changed
        """
        for plan in self._not_in("agreed"):
            plan._check_state("proposed")
            plan._check_minutes()
            plan._check_agreed_again()
            plan._set_state("agreed")
            plan._keep_minutes()

    def action_run(self):
        """From now on confirmed joint sales consume, those of the period before today included.

        :raise UserError: more is sold already than a member's quota
        """
        for plan in self._not_in("running"):
            plan._check_state("agreed")
            plan._set_state("running")
            plan._sync_consumption()

    def action_close(self):
        """Nothing more is consumed; what was stays, and canceled sales still give back."""
        for plan in self._not_in("closed"):
            plan._check_state("running")
            plan._check_not_in_revision()
            plan._set_state("closed")

    def action_cancel(self):
        """Give the plan up: its sales consume nothing any more. A closed one is history.

        :raise UserError: transfers of it were carried out
        """
        for plan in self._not_in("cancel"):
            plan._check_state("draft", "proposed", "agreed", "running")
            plan._check_no_transfers()
            plan._set_state("cancel")
            plan.sudo().write({"in_revision": False, "terms_before": False})
            plan._sync_consumption()

    def action_reset_to_draft(self):
        for plan in self._not_in("draft"):
            plan._check_state("proposed", "agreed", "cancel")
            plan._check_overlap()
            plan._set_state("draft")

    # -- revision ------------------------------------------------------------------------------

    def action_revise(self):
        """Open volume, bases, caps and floors of a running plan; its quotas count as they are."""
        for plan in self.filtered(lambda plan: not plan.in_revision):
            plan._check_state("running")
            plan.check_access("write")
            plan._keep_terms()
            plan.sudo().in_revision = True

    def action_apply_revision(self):
        """Compute the quotas again; nobody gets less than it has consumed.

        :raise UserError: no minutes, those of the last agreement, or what is consumed exceeds the
            volume
        """
        for plan in self.filtered("in_revision"):
            plan.check_access("write")
            plan._check_minutes()
            plan.sudo()._check_consumed_volume()
            before = {quota: quota.units for quota in plan.sudo().quota_ids}
            plan._allot()
            plan._check_new_minutes()
            plan.sudo().write({"in_revision": False, "terms_before": False})
            plan._keep_minutes()
            plan._sync_consumption()
            plan._post_revision(before)

    def revise(self, volume=None, agreed_on=None, minute_reference=None):
        """Revise a running plan in one call.

        :param volume: new volume in the unit of the plan; None leaves it
        :param agreed_on, minute_reference: of the minutes; None leaves that of the plan, and one of
            both has to be another one than that of the last agreement
        :return: :meth:`explain`
        """
        self.ensure_one()
        self.action_revise()
        vals = {"volume": volume, "agreed_on": agreed_on, "minute_reference": minute_reference}
        self.write({name: value for name, value in vals.items() if value is not None})
        self.action_apply_revision()
        return self.explain()

    def _post_revision(self, before):
        changes = [
            f"{quota.member_id.display_name}: {before.get(quota, 0)} → {quota.units}"
            for quota in self.sudo().quota_ids
            if quota.units != before.get(quota, 0)
        ]
        if rest := changes[SHOWN_CHANGES:]:
            changes[SHOWN_CHANGES:] = [self.env._("and %s more", len(rest))]
        self.message_post(
            body=self.env._(
                "Revised by minutes %(minutes)s. %(changes)s",
                minutes=self.minute_reference,
                changes=", ".join(changes) or self.env._("No quota changed."),
            )
        )

    # -- shared --------------------------------------------------------------------------------

    def _not_in(self, state):
        return self.filtered(lambda plan: plan.state != state)

    def _set_state(self, state):
        self.check_access("write")
        self.sudo().write({"state": state})

    def _check_minutes(self):
        self.ensure_one()
        if not self.agreed_on or not (self.minute_reference or "").strip():
            raise UserError(
                self.env._(
                    "Write the date and the number of the minutes in which %s was agreed.",
                    self.display_name,
                )
            )

    def _check_new_minutes(self):
        """A revision is agreed in minutes of its own: another number, or another day."""
        if self._has_last_minutes():
            raise UserError(
                self.env._(
                    "%(plan)s was agreed in minutes %(minutes)s of %(date)s before this revision. "
                    "Write the number or the date of the minutes that agreed the revision.",
                    plan=self.display_name,
                    minutes=self.last_minute_reference,
                    date=format_date(self.env, self.last_agreed_on),
                )
            )

    def _has_last_minutes(self):
        """Whether the minutes on the plan are those of its last agreement."""
        self.ensure_one()
        number, last = (
            (text or "").strip().casefold()
            for text in (self.minute_reference, self.last_minute_reference)
        )
        return bool(last) and number == last and self.agreed_on == self.last_agreed_on

    def _keep_minutes(self):
        for plan in self.sudo():
            plan.last_agreed_on = plan.agreed_on
            plan.last_minute_reference = plan.minute_reference

    def _check_not_in_revision(self):
        if self.in_revision:
            raise UserError(
                self.env._(
                    "%s is in revision. Apply the revision or discard it first.",
                    self.display_name,
                )
            )

    def _sync_consumption(self):
        """Count the confirmed joint sales of the period, or give back what a canceled plan held."""
        plan = self.sudo()
        allocations = plan.quota_ids.consumption_ids.allocation_id
        if plan.state == "running":
            allocations |= plan._get_sold_allocations()
        self.env["business.network.quota.consumption"]._sync(allocations)

    def _get_sold_allocations(self):
        """Allocations of confirmed sales of its products on a day of its period.

        Orders of a day more on both sides are read: where the books are, it may be another day.
        """
        start = fields.Datetime.to_datetime(self.date_from) - timedelta(days=1)
        end = fields.Datetime.to_datetime(self.date_to) + timedelta(days=2)
        allocations = self.env["business.network.allocation"].search(
            [
                ("network_id", "in", (self.network_id | self.quota_ids.network_id).ids),
                ("sale_line_id.order_id.state", "=", "sale"),
                ("sale_line_id.order_id.date_order", ">=", start),
                ("sale_line_id.order_id.date_order", "<", end),
                *self._get_product_domain(),
            ]
        )
        days = {order: order._get_quota_date() for order in allocations.sale_line_id.order_id}
        return allocations.filtered(
            lambda a: self.date_from <= days[a.sale_line_id.order_id] <= self.date_to
        )

    @api.model
    def get_empty_list_help(self, help_message):
        """Who has quotas in plans of others is told where they are."""
        result = super().get_empty_list_help(help_message)
        quotas = self.env["business.network.quota"]
        if not quotas.has_access("read") or not quotas.search_count([], limit=1):
            return result
        return (result or Markup("")) + Markup("<p>%s</p>") % self.env._(
            "Your networks have quotas in plans that others manage: see “Quotas of Members”."
        )

    def action_open_quotas(self):
        """Open the quotas of this plan, grouped by the networks whose members hold them.

        Without those of the networks, which their members' add up to: nothing counts twice.
        """
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial_quota.business_network_quota_action",
            [("plan_id", "=", self.id)],
            context={"search_default_group_network": 1, "search_default_counted_once": 1},
        )
