from odoo import fields, models


class AccountStatementImportSheetMapping(models.Model):
    _inherit = "account.statement.import.sheet.mapping"

    is_fund_template = fields.Boolean(
        string="Template of Funds",
        readonly=True,
        help="The sheet that the import of a fund's statement offers to fill in: its titles are "
        "found in any language.",
    )
