from odoo import api, fields, models

from ..engine.apportion import exact_weight
from ..tools.quantities import format_exact


class BusinessNetworkGrade(models.Model):
    """Quality in which members deliver; a better one weighs more in what they earn."""

    _name = "business.network.grade"
    _description = "Grade of Delivered Products"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    price_factor = fields.Float(
        digits=(16, 6),
        required=True,
        default=1.0,
        help="What a unit of this grade weighs beside one of factor 1 when the members share what "
        "the buyer pays. It changes nothing in the invoice to the buyer.",
    )
    network_id = fields.Many2one(
        "business.network",
        index="btree_not_null",
        ondelete="cascade",
        help="Leave it empty for a grade that all networks use.",
    )

    _factor_not_negative = models.Constraint(
        "CHECK(price_factor >= 0)", "The factor of a grade cannot be negative."
    )

    def _get_exact_factor(self):
        """The factor as an exact fraction; 1 without a grade."""
        return exact_weight(f"{self.price_factor:.6f}") if self else exact_weight(1)

    @api.depends("price_factor")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for grade in self:
            factor = format_exact(self.env, grade.price_factor)
            grade.display_name = f"{grade.name} (× {factor})" if grade.name else ""
