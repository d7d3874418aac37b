from odoo import fields, models

FUND_JOURNAL_CODE = "FONDO"


class ResCompany(models.Model):
    """The account and the journal that funds start with."""

    _inherit = "res.company"

    network_fund_account_id = fields.Many2one(
        "account.account",
        string="Funds of Networks",
        domain=[
            ("account_type", "in", ("liability_current", "liability_non_current", "equity")),
        ],
        check_company=True,
        help="Proposed to the funds of networks: what belongs to their members.",
    )
    network_fund_loan_account_id = fields.Many2one(
        "account.account",
        string="Loans of Funds",
        domain=[("account_type", "in", ("asset_current", "asset_non_current"))],
        check_company=True,
        help="Proposed to the funds that lend: what members were lent and is not due yet.",
    )
    network_fund_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Funds",
        domain=[("type", "=", "general")],
        check_company=True,
    )

    def _get_network_fund_defaults(self):
        """Account and journal of a new fund, made the first time.

        :return: dict of field names of ``business.network.fund`` to ids; empty without a chart
        """
        self.ensure_one()
        if not self.chart_template:
            return {}
        if not self.network_fund_account_id:
            self.network_fund_account_id = (
                self.env["account.account"]
                .with_company(self)
                .create(self._prepare_network_fund_account())
            )
        if not self.network_fund_journal_id:
            self.network_fund_journal_id = self.env["account.journal"].create(
                self._prepare_network_fund_journal()
            )
        return {
            "account_id": self.network_fund_account_id.id,
            "journal_id": self.network_fund_journal_id.id,
        }

    def _prepare_network_fund_account(self):
        """An account of its own: the charts' other payables are reconciled, item by item."""
        self._ensure_network_accounts()
        account = self.env["account.account"].with_company(self)
        return {
            "name": self.env._("Funds of network members"),
            "code": account._search_new_account_code(self._get_network_fund_code()),
            "account_type": "liability_current",
            "reconcile": False,
            "company_ids": self.ids,
        }

    def _get_network_fund_loan_account(self):
        """Account of what funds lend, made the first time; empty without a chart."""
        self.ensure_one()
        if self.chart_template and not self.network_fund_loan_account_id:
            self.network_fund_loan_account_id = (
                self.env["account.account"]
                .with_company(self)
                .create(self._prepare_network_fund_loan_account())
            )
        return self.network_fund_loan_account_id

    def _prepare_network_fund_loan_account(self):
        """An asset, no receivable: what is not due yet is not collected and not netted."""
        self._ensure_network_accounts()
        account = self.env["account.account"].with_company(self)
        return {
            "name": self.env._("Loans of funds to network members"),
            "code": account._search_new_account_code(self._get_network_fund_loan_code()),
            "account_type": "asset_current",
            "reconcile": True,
            "company_ids": self.ids,
        }

    def _prepare_network_fund_journal(self):
        return {
            "name": self.env._("Common funds"),
            "code": FUND_JOURNAL_CODE,
            "type": "general",
            "company_id": self.id,
            "show_on_dashboard": False,
        }
