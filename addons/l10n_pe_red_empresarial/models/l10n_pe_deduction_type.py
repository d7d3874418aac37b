from odoo import api, fields, models

KINDS = [("detraction", "Detraction"), ("withholding", "VAT Withholding")]


class L10nPeDeductionType(models.Model):
    """What the law of Peru makes a buyer keep back of a bill, with its dated rates.

    A detraction is chosen by what is bought: each type is a code of SUNAT's tables. The withholding
    of VAT is one for all. Types are national, so they belong to no company.
    """

    _name = "l10n_pe.deduction.type"
    _description = "Detraction or Withholding"
    _order = "kind, code, id"
    _rec_names_search = ["code", "name"]

    kind = fields.Selection(KINDS, required=True, default="detraction")
    code = fields.Char(help="Code of SUNAT's tables, three digits.")
    name = fields.Char(required=True, translate=True)
    rate_ids = fields.One2many("l10n_pe.deduction.rate", "type_id", string="Rates")
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex(
        "(code) WHERE kind = 'detraction'", "A code of detractions is written down once."
    )
    _withholding_unique = models.UniqueIndex(
        "(kind) WHERE kind = 'withholding'", "The withholding of VAT is one for all."
    )
    _code_given = models.Constraint(
        "CHECK(kind != 'detraction' OR code IS NOT NULL)",
        "Write the code of the detraction, as SUNAT's tables have it.",
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for deduction in self:
            code = f"[{deduction.code}] " if deduction.code else ""
            deduction.display_name = f"{code}{deduction.name or ''}"

    @api.model
    def _get_withholding(self):
        """The withholding of VAT; none if it was deleted or archived."""
        return self.search([("kind", "=", "withholding")], limit=1)

    def _get_rate(self, date):
        """The ``l10n_pe.deduction.rate`` in force on a date; none before the first one."""
        rates = self.rate_ids.filtered(lambda rate: rate.date_from and rate.date_from <= date)
        return rates.sorted("date_from")[-1:]
