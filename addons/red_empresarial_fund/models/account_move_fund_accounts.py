from odoo import models


class AccountMove(models.Model):
    """Nothing of a fund is income, expense or tax of the company that keeps the books.

    Whoever posts it: unless the network is a legal person, whose own income and expense they are.
    """

    _inherit = "account.move"

    def _check_fund_items(self):
        result = super()._check_fund_items()
        items = self.line_ids.filtered(
            lambda item: item.fund_id and not item.fund_id.is_legal_person
        )
        if items:
            items._check_not_of_company(items.account_id._get_tax_accounts())
        return result
