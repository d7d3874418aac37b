from odoo import models


class AccountAccount(models.Model):
    """Accounts of taxes, which are the company's and of no fund."""

    _inherit = "account.account"

    def _get_tax_accounts(self):
        """Those of these accounts that a tax is booked on."""
        lines = self.env["account.tax.repartition.line"].sudo()
        return self & lines.search([("account_id", "in", self.ids)]).account_id
