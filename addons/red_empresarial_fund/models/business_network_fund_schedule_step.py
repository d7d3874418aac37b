from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class BusinessNetworkFundScheduleStep(models.Model):
    """A new amount of dues, from a day on: contributions grow as trust grows."""

    _name = "business.network.fund.schedule.step"
    _description = "Step of Dues"
    _inherit = "business.network.fund.asked.row.mixin"
    _fund_links = ("schedule_id",)
    _asked_fields = ("schedule_id", "date_from", "amount")
    _order = "schedule_id, date_from"
    _rec_name = "date_from"

    schedule_id = fields.Many2one(
        "business.network.fund.schedule", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="schedule_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="schedule_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="schedule_id.currency_id")
    date_from = fields.Date(required=True)
    amount = fields.Monetary(required=True)

    _amount_not_negative = models.Constraint(
        "CHECK(amount >= 0)", "The amount of a step cannot be negative."
    )
    _date_unique = models.Constraint("UNIQUE(schedule_id, date_from)", "Dues change once on a day.")

    def _check_not_asked(self):
        """Raise UserError for a step that would change what was asked already."""
        for step in self:
            done = step.schedule_id.date_done
            if done and step.date_from <= done:
                raise UserError(
                    self.env._(
                        "%(schedule)s was asked up to %(done)s, so a step of %(date)s changes "
                        "nothing any more. Choose a later day.",
                        schedule=step.schedule_id.display_name,
                        done=format_date(self.env, done),
                        date=format_date(self.env, step.date_from),
                    )
                )
