from odoo import api, fields, models
from odoo.tools import formatLang


class BusinessNetworkDenomination(models.Model):
    """A note or coin of a currency, by which the cash box is counted."""

    _name = "business.network.denomination"
    _description = "Note or Coin"
    _order = "currency_id, value desc"
    _rec_name = "value"

    currency_id = fields.Many2one("res.currency", required=True, index=True, ondelete="cascade")
    value = fields.Monetary(required=True)
    kind = fields.Selection([("note", "Note"), ("coin", "Coin")], required=True, default="note")
    active = fields.Boolean(default=True)

    _value_positive = models.Constraint("CHECK(value > 0)", "A note or coin is worth something.")
    _value_unique = models.Constraint(
        "UNIQUE(currency_id, value, kind)", "The currency already has this note or coin."
    )

    @api.depends("value", "currency_id")
    def _compute_display_name(self):
        for denomination in self:
            denomination.display_name = formatLang(
                self.env, denomination.value, currency_obj=denomination.currency_id
            )
