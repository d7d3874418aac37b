from odoo import fields, models
from odoo.exceptions import UserError

WITHHOLDING_CODE = "40114"
DETRACTION_CODE = "4212000"
ACCOUNT_FIELDS = {
    "detraction": "l10n_pe_detraction_account_id",
    "withholding": "l10n_pe_withholding_account_id",
}


class ResCompany(models.Model):
    """Whether a company withholds VAT, and where what it keeps back stands in its books."""

    _inherit = "res.company"

    l10n_pe_withholds_vat = fields.Boolean(
        string="VAT Withholding Agent",
        help="SUNAT named this company an agent: it withholds a part of what it pays on bills with "
        "VAT that bear no detraction.",
    )
    l10n_pe_detraction_account_id = fields.Many2one(
        "account.account",
        string="Detractions to Deposit",
        domain=[("account_type", "=", "liability_current"), ("reconcile", "=", True)],
        check_company=True,
        ondelete="restrict",
        help="What was kept back of members' bills until it is deposited in their accounts.",
    )
    l10n_pe_withholding_account_id = fields.Many2one(
        "account.account",
        string="VAT Withholdings Payable",
        domain=[("account_type", "=", "liability_current")],
        check_company=True,
        ondelete="restrict",
        help="VAT withheld from members until it is declared and paid.",
    )

    def _get_deduction_account(self, kind):
        """Account of one kind of deduction.

        :param str kind: ``detraction`` or ``withholding``
        :raise UserError: it is not set yet
        """
        self.ensure_one()
        name = ACCOUNT_FIELDS[kind]
        if not self[name]:
            raise UserError(
                self.env._(
                    "%(company)s lacks the account “%(account)s”, so nothing can be kept back. Set "
                    "it in Configuration › Settings of the business networks, or press “Set Up the "
                    "Accounts” there.",
                    company=self.name,
                    account=self._fields[name].get_description(self.env, ["string"])["string"],
                )
            )
        return self[name]

    def _ensure_deduction_accounts(self):
        """Set the accounts that are still empty: found in the Peruvian chart, or made there.

        A second call finds them set and does nothing.
        """
        self.ensure_one()
        if self.chart_template != "pe":
            raise UserError(
                self.env._(
                    "%s does not use the Peruvian chart of accounts. Choose the accounts of "
                    "detractions and withholdings by hand.",
                    self.name,
                )
            )
        if not self.l10n_pe_withholding_account_id:
            self.l10n_pe_withholding_account_id = self._find_withholding_account()
        if not self.l10n_pe_detraction_account_id:
            self.l10n_pe_detraction_account_id = (
                self.env["account.account"]
                .with_company(self)
                .create(self._prepare_detraction_account())
            )

    def _find_withholding_account(self):
        """VAT, withholding regime: 40114 of the Peruvian chart."""
        account = self.env["account.account"].with_company(self)
        return account.search(
            [
                *account._check_company_domain(self),
                ("code", "=like", WITHHOLDING_CODE + "%"),
                ("account_type", "=", "liability_current"),
            ],
            order="code",
            limit=1,
        )

    def _prepare_detraction_account(self):
        """Account of its own after the bills to pay: the chart has none for detractions.

        Not typed as payable: a payment would take it for the debt that it pays.
        """
        account = self.env["account.account"].with_company(self)
        return {
            "name": self.env._("Detractions to deposit"),
            "code": account._search_new_account_code(DETRACTION_CODE),
            "account_type": "liability_current",
            "reconcile": True,
            "company_ids": self.ids,
        }
