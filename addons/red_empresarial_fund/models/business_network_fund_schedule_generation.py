from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.dues import (
    amount_on,
    due_dates,
    dues_asked,
    split_dues,
)
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.exceptions import UserError, ValidationError

BATCH = 50  # schedules whose dues are posted and committed together


class BusinessNetworkFundSchedule(models.Model):
    """Asking the dues: one posted entry per schedule and due date, whoever runs it how often.

    Each batch is posted and marked as done in one transaction, so that what a run left undone is
    all that the next one finds. A unique index holds each due date to one entry.
    """

    _inherit = "business.network.fund.schedule"

    @api.model
    def _cron_ask(self, batch_size=BATCH):
        """Ask everything that is due, batch by batch; a schedule that fails stops no other.

        A batch asks one due date of each schedule, so that its size does not depend on how many
        dates were left out.
        """
        today = fields.Date.context_today(self)
        failed, domain = self.browse(), self._get_due_domain(today)
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=self.search_count(domain))
        while batch := self.search(
            [*domain, ("id", "not in", failed.ids)], limit=batch_size, order="date_next, id"
        ):
            if not batch._ask_in_cron(today):
                failed += batch._ask_one_by_one(today)
            if not progress._commit_progress(len(batch), remaining=self.search_count(domain)):
                break
            self.env.invalidate_all()  # what was posted is not needed any more

    def _get_due_domain(self, date):
        return [("state", "=", "running"), ("date_next", "<=", date)]

    def _ask_in_cron(self, date):
        """Ask these dues; False, with nothing done, if one of the schedules cannot be asked."""
        try:
            with self.env.cr.savepoint():
                self._ask_until(date, most=1)
        except (UserError, ValidationError):
            return False
        return True

    def _ask_one_by_one(self, date):
        """Ask each by itself; those that cannot be asked, told to who manages the network."""
        failed = self.browse()
        for schedule in self:
            try:
                with self.env.cr.savepoint():
                    schedule._ask_until(date, most=1)
            except (UserError, ValidationError) as error:
                failed += schedule
                schedule._tell_not_asked(error)
        return failed

    def _tell_not_asked(self, error):
        """Leave the reason as an activity on the fund, once until somebody has done it."""
        activity_type = "red_empresarial_fund.activity_dues_not_asked"
        fund, text = self.fund_id, f"{self.display_name}: {error}"
        known = fund.activity_search([activity_type])
        if text not in known.mapped("summary"):
            fund.activity_schedule(
                activity_type,
                summary=text,
                user_id=(self.network_id.manager_id or self.env.user).id,
            )

    def _ask_until(self, date, most=None):
        """Post the dues of these schedules up to a day that were not asked yet.

        :param int most: due dates of each schedule that are asked now; None is all of them
        :return: the posted ``account.move``, one per schedule and due date
        :raise UserError: an account, an agreement or an open period is missing
        """
        # Two runs at once: the second one waits, is retried and finds nothing left.
        self.env.cr.execute(
            "UPDATE business_network_fund_schedule SET write_date = write_date WHERE id = ANY(%s)",
            [self.ids],
        )
        self.network_id._check_account_set("member_receivable_account_id")
        dates = {schedule: schedule._get_due_dates(date)[:most] for schedule in self}
        vals_list = [
            vals
            for schedule, due_days in dates.items()
            for due in due_days
            if (vals := schedule._prepare_due_entry(due))
        ]
        entries = self.fund_id._post_entries(vals_list)
        self._use_advances(entries)
        self._mark_done(
            {schedule: due_days[-1] for schedule, due_days in dates.items() if due_days}
        )
        return entries

    def _mark_done(self, last_dates):
        """Remember up to which due date each schedule was asked; those alike in one write."""
        for date, schedules in self.filtered(last_dates.get).grouped(last_dates.get).items():
            schedules.sudo().write({"date_done": date})

    def _get_due_dates(self, until):
        self.ensure_one()
        return due_dates(
            self.date_from, self.frequency, until, self.date_done or None, self.date_to or None
        )

    def _prepare_due_entry(self, due):
        """Values of the entry of one due date; None if nobody owes anything."""
        self.ensure_one()
        owed = self._get_dues(due)
        if not owed:
            return None
        fund = self.fund_id
        name = f"{self.name} · {fields.Date.to_string(due)}"
        return fund._prepare_entry(
            fund.journal_id,
            fund._get_open_date(due),  # asked late, after the month was closed
            name,
            fund._prepare_asked_items(owed, "dues", name, due),
            fund_schedule_id=self.id,
            fund_due_date=due,
        )

    def _get_dues(self, due):
        """What each member owes of one due date: ``{member: amount}``, zeros left out."""
        self.ensure_one()
        weights = self._get_due_weights(due)
        members = list(weights)
        if not members:
            return {}
        currency = self.currency_id
        units = split_dues(
            self._get_due_amount(due),
            len(members),
            [self._owes_nothing(member, due) for member in members],
            list(weights.values()) if self.basis == "weight" else None,
            dues_asked(self.date_from, self.frequency, due),
        )
        return {
            member: from_minor(unit, currency)
            for member, unit in zip(members, units, strict=True)
            if unit
        }

    def _get_due_amount(self, due):
        steps = {step.date_from: to_minor(step.amount, self.currency_id) for step in self.step_ids}
        return amount_on(due, to_minor(self.amount, self.currency_id), steps)

    def _get_due_weights(self, due):
        """Members in force on a due date, in their order, with their weights."""
        if self.basis == "weight":
            return self.network_id._get_agreement(due)._get_weights("revenue")
        members = self.network_id.member_ids.filtered(lambda member: member._is_in_force(due))
        return dict.fromkeys(members.sorted(lambda m: (m.sequence, m.id)), 1)

    def _owes_nothing(self, member, due):
        """Whether a member is exempt, or left and still stands in the agreement."""
        return not member._is_in_force(due) or any(
            exemption.member_id == member and exemption._covers(due)
            for exemption in self.exemption_ids
        )

    def _use_advances(self, entries):
        """Close new dues with what members paid in advance."""
        funds = self.fund_id
        paid = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    *funds._get_open_domain(),
                    ("partner_id", "in", entries.line_ids.partner_id.ids),
                    ("amount_residual", "<", 0),
                ],
                ["partner_id"],
            )
        )
        partners = self.env["res.partner"].union(*(partner for (partner,) in paid))
        if partners:
            funds._reconcile_members(partners)
