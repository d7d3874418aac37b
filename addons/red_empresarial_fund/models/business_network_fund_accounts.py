from odoo import api, fields, models
from odoo.exceptions import ValidationError

# What belongs to the members: a liability to them, or equity of a legal person.
FUND_ACCOUNT_TYPES = ("liability_current", "liability_non_current", "equity")
# Money and what partners owe are moved by entries of their own, not by a cash difference.
NO_DIFFERENCE_TYPES = ("asset_receivable", "liability_payable", "asset_cash")
PROFIT_AND_LOSS = ("income", "expense")


class BusinessNetworkFund(models.Model):
    """On which accounts a fund may be: of no income, expense or tax unless it is a legal person's.

    A view's domain binds neither an import nor who writes by RPC.
    """

    _inherit = "business.network.fund"

    is_legal_person = fields.Boolean(
        related="network_id.operating_form_id.has_legal_personality",
        string="Legal Person",
        help="The network is a legal person: what the fund earns and spends may be its own income "
        "and expense.",
    )

    @api.constrains("account_id")
    def _check_account_type(self):
        taxed = self.account_id._get_tax_accounts()
        for fund in self:
            account = fund.account_id
            if account.account_type in FUND_ACCOUNT_TYPES and account not in taxed:
                continue
            raise ValidationError(
                self.env._(
                    "%(fund)s belongs to its members, so %(account)s is no account for it. Choose "
                    "a liability that no tax is booked on, or equity where the network is a legal "
                    "person.",
                    fund=fund.display_name,
                    account=fund.account_id.display_name,
                )
            )

    @api.constrains("difference_account_id", "network_id")
    def _check_difference_account(self):
        for fund in self.filtered("difference_account_id"):
            account = fund.difference_account_id
            if account.account_type in NO_DIFFERENCE_TYPES or fund._is_refused_account(account):
                raise ValidationError(
                    self.env._(
                        "Cash differences of %(fund)s are not booked on %(account)s: they are its "
                        "members', and neither income nor expense of the company, nor money, nor "
                        "owed by a partner. Choose another asset or liability, or none: then the "
                        "fund bears them itself.",
                        fund=fund.display_name,
                        account=account.display_name,
                    )
                )

    def _is_refused_account(self, account):
        """Whether an item of this fund would be income or expense of a company that is not it."""
        self.ensure_one()
        return account.internal_group in PROFIT_AND_LOSS and not self.is_legal_person
