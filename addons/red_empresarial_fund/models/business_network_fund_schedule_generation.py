from odoo import api, models
from odoo.addons.red_empresarial.engine.dues import (
    amount_on,
    due_dates,
    dues_asked,
    split_dues,
)
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.tools import format_date


class BusinessNetworkFundSchedule(models.Model):
    """Asking the dues: one posted entry per schedule and due date, whoever runs it how often.

    A unique index holds each due date to one entry.
    """

    _name = "business.network.fund.schedule"
    _inherit = ["business.network.fund.schedule", "business.network.fund.asking.mixin"]

    @api.model
    def _get_due_domain(self, date):
        return [("state", "=", "running"), ("date_next", "<=", date)]

    def _ask_due(self, date):
        return self._ask_until(date, most=1)

    def _ask_until(self, date, most=None):
        """Post the dues of these schedules up to a day that were not asked yet.

        :param int most: due dates of each schedule that are asked now; None is all of them
        :return: the posted ``account.move``, one per schedule and due date
        :raise UserError: an account, an agreement or an open period is missing
        """
        self._lock()
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

    def _lock(self):
        """Two runs at once: the second one waits, is retried and finds nothing left.

        Whatever books locks the fund, so the fund comes first.
        """
        self.fund_id._lock_receipts()
        self.env.cr.execute(
            """
            UPDATE business_network_fund_schedule SET write_date = write_date
             WHERE id IN (
                   SELECT id FROM business_network_fund_schedule WHERE id = ANY(%s)
                    ORDER BY id FOR NO KEY UPDATE
             )
            """,
            [self.ids],
        )

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
        name = f"{self.name} · {self._format_due_date(due)}"
        return fund._prepare_entry(
            fund.journal_id,
            fund._get_open_date(due),  # asked late, after the month was closed
            name,
            fund._prepare_asked_items(owed, "dues", name, due),
            fund_schedule_id=self.id,
            fund_due_date=due,
        )

    def _format_due_date(self, due):
        """The day as the books write it, whoever or whatever asks: a cron has no language."""
        return format_date(self.env, due, lang_code=self.company_id.partner_id.lang)

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
