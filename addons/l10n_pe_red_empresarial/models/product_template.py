from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    l10n_pe_detraction_type_id = fields.Many2one(
        "l10n_pe.deduction.type",
        string="Detraction",
        domain=[("kind", "=", "detraction")],
        ondelete="restrict",
        help="Whose rate is kept back of members' bills for this product, for their account at the "
        "Banco de la Nación.",
    )
