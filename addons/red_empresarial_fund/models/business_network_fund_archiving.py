from odoo import models
from odoo.exceptions import UserError


class BusinessNetworkFund(models.Model):
    """A fund is archived once nothing goes on in it: then no list shows it and nobody checks it."""

    _inherit = "business.network.fund"

    def write(self, vals):
        if "active" in vals and not vals["active"]:
            self.filtered("active")._check_can_archive()
        return super().write(vals)

    def _check_can_archive(self):
        """Raise UserError for a fund that asks dues or has lent money."""
        for fund in self.sudo():
            schedule = fund.schedule_ids.filtered(lambda schedule: schedule.state == "running")[:1]
            if schedule:
                raise UserError(
                    self.env._(
                        "%(schedule)s is running, and members would go on being asked for "
                        "%(fund)s. End it before the fund is archived.",
                        schedule=schedule.name,
                        fund=fund.display_name,
                    )
                )
            loan = fund._get_open_loans()[:1]
            if loan:
                raise UserError(
                    self.env._(
                        "%(loan)s of %(member)s is not repaid to %(fund)s yet. Collect it, write "
                        "it off or refuse it before the fund is archived.",
                        loan=loan.name,
                        member=loan.member_id.display_name,
                        fund=fund.display_name,
                    )
                )

    def _get_open_loans(self):
        """Loans of these funds that are promised, or paid out and not repaid."""
        return self.env["business.network.fund.loan"].search(
            [("fund_id", "in", self.ids), ("state", "in", ("approved", "disbursed"))]
        )

    def _check_not_archived(self, name):
        """Raise UserError when ``name`` would go on in a fund that is archived."""
        for fund in self.filtered(lambda fund: not fund.active):
            raise UserError(
                self.env._(
                    "%(fund)s is archived, so %(schedule)s is not started. Unarchive the fund, or "
                    "make the schedule in another one.",
                    fund=fund.display_name,
                    schedule=name,
                )
            )
