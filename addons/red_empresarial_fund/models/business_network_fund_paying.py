from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class BusinessNetworkFund(models.Model):
    """Money moves on a day that came, with a treasurer in office, and out of what was there."""

    _inherit = "business.network.fund"

    def _check_date_came(self, date):
        """Raise UserError for a day to come."""
        self.ensure_one()
        if date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(date)s did not come yet, so nothing is booked in %(fund)s on it. Choose "
                    "today or a day before.",
                    date=format_date(self.env, date),
                    fund=self.display_name,
                )
            )

    def _check_has_treasurer(self, date):
        """Raise UserError when nobody is in office who answers for money moved on ``date``."""
        self.ensure_one()
        if not self._get_treasurer(date):
            raise UserError(
                self.env._(
                    "%(fund)s has no treasurer in office on %(date)s, so nobody receives or pays "
                    "its money. Write who it is on the fund, page Treasurers.",
                    fund=self.display_name,
                    date=format_date(self.env, date),
                )
            )

    def _check_held_since(self, journal, amount, date):
        """Raise UserError when a box or bank would be below zero on a day since ``date``."""
        day, least = self._get_least_held(journal, date)
        if self.currency_id.compare_amounts(amount, least) > 0:
            raise UserError(
                self.env._(
                    "%(journal)s held only %(held)s of %(fund)s on %(date)s, less than %(amount)s. "
                    "Date it when the money was there, or pay from another one.",
                    journal=journal.name,
                    held=format_amount(self.env, least, self.currency_id),
                    fund=self.display_name,
                    date=format_date(self.env, day),
                    amount=format_amount(self.env, amount, self.currency_id),
                )
            )

    def _get_least_held(self, journal, date):
        """The least that a cash box or bank held of this fund at the end of a day since ``date``.

        :return: ``(day, amount)``
        """
        self.ensure_one()
        lines = self.env["account.move.line"].sudo()
        domain = self._get_held_domain(journal)
        ((held,),) = lines._read_group([*domain, ("date", "<=", date)], [], ["balance:sum"])
        held = self._round(held or 0.0)
        least = (date, held)
        later = lines._read_group(
            [*domain, ("date", ">", date)], ["date:day"], ["balance:sum"], order="date:day"
        )
        for day, change in later:
            held = self._round(held + change)
            if held < least[1]:
                least = (day, held)
        return least
