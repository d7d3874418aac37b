from odoo import models

MEMORANDUM_ACCOUNT_PREFIXES = {
    "network_memorandum_account_id": "0128",
    "network_memorandum_contra_account_id": "0129",
}
ADVANCES_CODE = "4220000"
FUND_CODE = "4699000"
FUND_LOAN_CODE = "1612000"
OPENING_CODE = "591"
LOSS_CODE = "68711"
MEMBER_ACCOUNT_PREFIXES = {"liability_payable": "466", "asset_receivable": "1699"}


class ResCompany(models.Model):
    _inherit = "res.company"

    def _find_network_account(self, account_type):
        """Accounts of the Peruvian chart for the parties of joint agreements: 466 and 1699."""
        if self.chart_template != "pe":
            return super()._find_network_account(account_type)
        return (
            self.env["account.account"]
            .with_company(self)
            .search(
                [
                    *self.env["account.account"]._check_company_domain(self),
                    ("code", "=like", MEMBER_ACCOUNT_PREFIXES[account_type] + "%"),
                    ("account_type", "=", account_type),
                ],
                limit=1,
            )
        )

    def _find_network_memorandum_account(self, name):
        """Class 0 of the Peruvian chart: other credit memorandum accounts and their contra."""
        if self.chart_template != "pe":
            return super()._find_network_memorandum_account(name)
        accounts = self.env["account.account"].with_company(self)
        return accounts.search(
            [
                *accounts._check_company_domain(self),
                ("code", "=like", MEMORANDUM_ACCOUNT_PREFIXES[name] + "%"),
                ("account_type", "=", "off_balance"),
            ],
            limit=1,
        )

    def _prepare_self_billed_journal(self):
        """The company numbers its *liquidaciones de compra*; nobody types a member's number."""
        return {
            **super()._prepare_self_billed_journal(),
            "name": self.env._("Purchase settlements to members"),
            "l10n_latam_use_documents": False,
        }

    def _prepare_cooperative_acts_journal(self):
        """A cooperative act is no tax document: its journal numbers by itself."""
        return {**super()._prepare_cooperative_acts_journal(), "l10n_latam_use_documents": False}

    def _get_network_advance_code(self):
        """Advances to suppliers are account 422 of the Peruvian chart."""
        if self.chart_template != "pe":
            return super()._get_network_advance_code()
        return ADVANCES_CODE

    def _get_network_fund_code(self):
        """Other accounts payable: 4699 of the Peruvian chart."""
        if self.chart_template != "pe":
            return super()._get_network_fund_code()
        return FUND_CODE

    def _get_network_fund_loan_code(self):
        """Loans without guarantee to third parties: 1612 of the Peruvian chart.

        Members are parties of a contract with the books' company, not its shareholders (1422).
        """
        if self.chart_template != "pe":
            return super()._get_network_fund_loan_code()
        return FUND_LOAN_CODE

    def _find_network_opening_account(self):
        """Undistributed profits: 591 of the Peruvian chart."""
        account = self.env["account.account"].with_company(self)
        found = self.chart_template == "pe" and account.search(
            [*account._check_company_domain(self), ("code", "=like", OPENING_CODE + "%")],
            order="code",
            limit=1,
        )
        return found or super()._find_network_opening_account()

    def _find_network_loss_account(self):
        """Doubtful trade receivables from third parties: 68711 of the Peruvian chart."""
        if self.chart_template != "pe":
            return super()._find_network_loss_account()
        account = self.env["account.account"].with_company(self)
        return account.search(
            [*account._check_company_domain(self), ("code", "=like", LOSS_CODE + "%")],
            order="code",
            limit=1,
        )
