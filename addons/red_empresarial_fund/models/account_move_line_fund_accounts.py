from odoo import models
from odoo.exceptions import UserError


class AccountMoveLine(models.Model):
    """An item of a fund is the members', not the company's."""

    _inherit = "account.move.line"

    def _check_not_of_company(self, tax_accounts):
        """Raise UserError for an item of a fund that is income, expense or tax of the company.

        Taking back what was booked before is free.

        :param tax_accounts: the accounts that taxes are booked on
        """
        for item in self:
            account = item.account_id
            if not (
                item.fund_id._is_refused_account(account)
                or account in tax_accounts
                or item.tax_ids
                or item.tax_line_id
            ):
                continue
            origin = item.move_id.reversed_entry_id.line_ids
            if (
                account
                in origin.filtered(lambda own, item=item: own.fund_id == item.fund_id).account_id
            ):
                continue
            raise UserError(
                self.env._(
                    "“%(item)s” of %(entry)s is of %(fund)s and on %(account)s. A fund is its "
                    "members', and nothing of it is income, expense or tax of the company. Book it "
                    "without taxes on %(own)s, or leave the fund out of that entry.",
                    item=item.name or account.display_name,
                    entry=item.move_id.display_name,
                    fund=item.fund_id.display_name,
                    account=account.display_name,
                    own=item.fund_id.account_id.display_name,
                )
            )
