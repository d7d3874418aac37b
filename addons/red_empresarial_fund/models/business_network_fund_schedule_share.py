from odoo import models
from odoo.addons.red_empresarial.engine.dues import dues_per_share
from odoo.addons.red_empresarial.tools.minor_units import from_minor
from odoo.exceptions import UserError
from odoo.tools import format_date


class BusinessNetworkFundSchedule(models.Model):
    """Dues of so much for each share."""

    _inherit = "business.network.fund.schedule"

    def action_start(self):
        for schedule in self.filtered(lambda schedule: schedule.basis == "share"):
            if not schedule.fund_id.share_ids:
                schedule._raise_no_shares(schedule.date_from)
        return super().action_start()

    def _get_dues(self, due):
        if self.basis != "share":
            return super()._get_dues(due)
        held = self.fund_id._get_shares(due)
        if not held:
            self._raise_no_shares(due)
        units = dues_per_share(
            self._get_due_amount(due),
            list(held.values()),
            [self._owes_nothing(member, due) for member in held],
        )
        return {
            member: from_minor(unit, self.currency_id)
            for member, unit in zip(held, units, strict=True)
            if unit
        }

    def _raise_no_shares(self, date):
        raise UserError(
            self.env._(
                "%(schedule)s is asked for each share, and nobody holds shares of %(fund)s on "
                "%(date)s. Write on the fund, page Shares, how many each member has.",
                schedule=self.display_name,
                fund=self.fund_id.display_name,
                date=format_date(self.env, date),
            )
        )
