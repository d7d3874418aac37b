from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class BusinessNetworkFundScheduleExemption(models.Model):
    """A member that does not owe dues for some time, and why. Nobody else owes more for it."""

    _name = "business.network.fund.schedule.exemption"
    _description = "Exemption from Dues"
    _inherit = "business.network.fund.asked.row.mixin"
    _fund_links = ("schedule_id",)
    _asked_fields = ("schedule_id", "member_id")
    _order = "schedule_id, date_from desc, id desc"
    _rec_name = "member_id"

    schedule_id = fields.Many2one(
        "business.network.fund.schedule", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="schedule_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="schedule_id.company_id", store=True, index=True)
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date(help="Last day of the exemption; empty while it lasts.")
    reason = fields.Char(required=True, help="Why, and who decided it.")

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "An exemption cannot end before it starts.",
    )

    @api.constrains("member_id", "schedule_id")
    def _check_member(self):
        for exemption in self:
            if exemption.member_id.network_id != exemption.network_id:
                raise ValidationError(
                    self.env._(
                        "%(member)s is not a member of %(network)s, so it owes no dues there.",
                        member=exemption.member_id.display_name,
                        network=exemption.network_id.name,
                    )
                )

    def write(self, vals):
        for name in ("date_from", "date_to"):
            if name in vals:
                self._check_date_not_asked(name, fields.Date.to_date(vals[name]))
        return super().write(vals)

    def _check_date_not_asked(self, name, date):
        """The days between the old and the new date change; they must not have been asked yet."""
        for exemption in self:
            dates = [day for day in (exemption[name], date) if day]
            if name == "date_to":  # the day after the last one is the first that changes
                dates = [fields.Date.add(day, days=1) for day in dates]
            if dates and exemption[name] != date:
                exemption._check_date_free(min(dates))

    def _check_not_asked(self):
        for exemption in self:
            exemption._check_date_free(exemption.date_from)

    def _check_date_free(self, date):
        """Raise UserError when dues of ``date`` or later were asked already."""
        self.ensure_one()
        done = self.schedule_id.date_done
        if done and date <= done:
            raise UserError(
                self.env._(
                    "%(schedule)s was asked up to %(done)s, so an exemption of %(member)s cannot "
                    "change on %(date)s. Choose a later day, and forgive what it was asked "
                    "wrongly in Dues and Fines of Members.",
                    schedule=self.schedule_id.display_name,
                    done=format_date(self.env, done),
                    member=self.member_id.display_name,
                    date=format_date(self.env, date),
                )
            )

    def _covers(self, date):
        self.ensure_one()
        return self.date_from <= date and (not self.date_to or date <= self.date_to)
