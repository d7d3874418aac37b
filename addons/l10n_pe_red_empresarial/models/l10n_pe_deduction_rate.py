from odoo import fields, models
from odoo.addons.red_empresarial.engine.exact import exact_weight


class L10nPeDeductionRate(models.Model):
    """Rate and threshold of a detraction or withholding from a date, until the next one."""

    _name = "l10n_pe.deduction.rate"
    _description = "Rate of a Detraction or Withholding"
    _order = "type_id, date_from desc, id"
    _rec_name = "date_from"

    type_id = fields.Many2one(
        "l10n_pe.deduction.type", required=True, index=True, ondelete="cascade"
    )
    date_from = fields.Date(string="From", required=True, help="Date of the bills it is for.")
    rate = fields.Float(
        string="Rate (%)", digits=(16, 4), required=True, help="Of the total with VAT."
    )
    threshold = fields.Float(
        string="Above (S/)",
        digits=(16, 2),
        help="Nothing is kept back of a bill with this total, in soles, or a smaller one.",
    )

    _date_unique = models.Constraint(
        "UNIQUE(type_id, date_from)", "A type has one rate from each date."
    )
    _rate_range = models.Constraint(
        "CHECK(rate >= 0 AND rate <= 100)", "A rate is between 0 and 100 %."
    )
    _threshold_not_negative = models.Constraint(
        "CHECK(threshold >= 0)", "A threshold cannot be negative."
    )

    def _get_percent(self):
        """The rate as an exact fraction."""
        return exact_weight(f"{self.rate:.4f}")

    def _applies_to(self, total):
        """Whether a bill is large enough for it.

        :param total: in cents of soles
        """
        return bool(self) and total > 100 * exact_weight(f"{self.threshold:.2f}")
