from odoo import api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkFundMeetingCount(models.Model):
    """How many there are of one note or coin."""

    _name = "business.network.fund.meeting.count"
    _description = "Count of a Note or Coin"
    _order = "meeting_id, value desc, id"
    _rec_name = "denomination_id"

    meeting_id = fields.Many2one(
        "business.network.fund.meeting", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="meeting_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="meeting_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="meeting_id.currency_id")
    denomination_id = fields.Many2one(
        "business.network.denomination",
        string="Note or Coin",
        required=True,
        ondelete="restrict",
        domain="[('currency_id', '=', currency_id)]",
    )
    value = fields.Monetary(related="denomination_id.value", store=True)
    quantity = fields.Integer(string="How Many")
    amount = fields.Monetary(compute="_compute_amount")

    _denomination_once = models.Constraint(
        "UNIQUE(meeting_id, denomination_id)", "Each note and coin is counted once."
    )
    _quantity_not_negative = models.Constraint(
        "CHECK(quantity >= 0)", "There cannot be less than none of a note or coin."
    )

    @api.depends("quantity", "denomination_id")
    def _compute_amount(self):
        for count in self:
            count.amount = count.quantity * count.denomination_id.value

    @api.model_create_multi
    def create(self, vals_list):
        counts = super().create(vals_list)
        counts._check_open()
        return counts

    def write(self, vals):
        self._check_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_open(self):
        self._check_open()

    def _check_open(self):
        for meeting in self.meeting_id.filtered(lambda meeting: meeting.state == "closed"):
            raise UserError(
                self.env._("The cash of %s is counted and closed.", meeting.display_name)
            )
