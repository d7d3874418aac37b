from odoo import fields, models


class BusinessNetworkFundEventWorker(models.Model):
    """A member that worked at an event: hours or shifts, and its part of the result."""

    _name = "business.network.fund.event.worker"
    _description = "Work at an Event"
    _inherit = "business.network.fund.access.mixin"
    _fund_links = ("event_id",)
    _order = "event_id, id"
    _rec_name = "member_id"

    event_id = fields.Many2one(
        "business.network.fund.event", required=True, index=True, ondelete="cascade"
    )
    fund_id = fields.Many2one(related="event_id.fund_id", store=True, index=True)
    network_id = fields.Many2one(related="event_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="event_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="event_id.currency_id")
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
    )
    hours = fields.Float(string="Hours or Shifts", digits=(16, 2))
    note = fields.Char(help="What it did.")
    amount_result = fields.Monetary(
        string="Its Part",
        compute="_compute_amount_result",
        help="The booked result by the hours; equally where nobody's hours are written. It is "
        "told, not paid: the money is the fund's.",
    )

    _member_once = models.Constraint(
        "UNIQUE(event_id, member_id)", "A member stands once among who worked at an event."
    )
    _hours_not_negative = models.Constraint("CHECK(hours >= 0)", "Hours cannot be negative.")

    def _compute_amount_result(self):
        for event, workers in self.grouped("event_id").items():
            parts = event.get_result_by_worker()
            for worker in workers:
                worker.amount_result = parts.get(worker, parts.get(worker._origin, 0.0))
