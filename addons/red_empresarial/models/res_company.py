from odoo import fields, models

COOPERATIVE_ACTS_CODE = "ACOOP"
SELF_BILLED_CODE = "AUTOF"


class ResCompany(models.Model):
    """Accounts and journals that the networks of a books' company start with."""

    _inherit = "res.company"

    network_member_payable_account_id = fields.Many2one(
        "account.account",
        string="Payable to Network Members",
        domain=[("account_type", "=", "liability_payable")],
        check_company=True,
    )
    network_member_receivable_account_id = fields.Many2one(
        "account.account",
        string="Receivable from Network Members",
        domain=[("account_type", "=", "asset_receivable")],
        check_company=True,
    )
    network_attribution_journal_id = fields.Many2one(
        "account.journal", domain=[("type", "=", "general")], check_company=True
    )
    network_settlement_journal_id = fields.Many2one(
        "account.journal", domain=[("type", "=", "general")], check_company=True
    )
    network_advance_account_id = fields.Many2one(
        "account.account",
        string="Advances to Network Members",
        domain=[
            ("account_type", "in", ("asset_prepayments", "asset_current")),
            ("reconcile", "=", True),
        ],
        check_company=True,
        help="Down payments that members billed, until their share of a settlement uses them up.",
    )
    network_opening_account_id = fields.Many2one(
        "account.account",
        string="Opening Balances of Networks",
        domain=[("account_type", "not in", ("asset_receivable", "liability_payable"))],
        check_company=True,
        help="Counterpart of what members owed and were owed when their network started here.",
    )

    def _get_network_defaults(self):
        """Values of the accounting fields of a network whose books this company keeps.

        Creates the company's own accounts and journals the first time; nothing while the company
        has no chart of accounts.

        :return: dict of field names of ``business.network`` to ids
        """
        self.ensure_one()
        if not self.chart_template:
            return {}
        self._ensure_network_accounts()
        self._ensure_network_journals()
        return {
            "member_payable_account_id": self.network_member_payable_account_id.id,
            "member_receivable_account_id": self.network_member_receivable_account_id.id,
            "attribution_journal_id": self.network_attribution_journal_id.id,
            "settlement_journal_id": self.network_settlement_journal_id.id,
            "member_document_account_id": self.expense_account_id.id,
            "advance_account_id": self.network_advance_account_id.id,
            "opening_account_id": self.network_opening_account_id.id,
        }

    def _get_network_member_document_journal(self, member_document):
        """Journal of the members' documents of one kind.

        Cooperative acts carry no tax and are no invoices: they have a journal of their own.

        :param str member_document: see ``business.network.operating.form``
        """
        self.ensure_one()
        Journal = self.env["account.journal"]
        domain = [*Journal._check_company_domain(self), ("type", "=", "purchase")]
        if member_document != "cooperative_act":
            numbered_by_us = (COOPERATIVE_ACTS_CODE, SELF_BILLED_CODE)
            return Journal.search([*domain, ("code", "not in", numbered_by_us)], limit=1)
        return Journal.search(
            [*domain, ("code", "=", COOPERATIVE_ACTS_CODE)], limit=1
        ) or Journal.create(self._prepare_cooperative_acts_journal())

    def _get_network_self_billed_journal(self):
        """Journal of the purchases that the company documents for its members, made on first use.

        It numbers by itself: the company issues these documents.
        """
        self.ensure_one()
        Journal = self.env["account.journal"]
        return Journal.search(
            [
                *Journal._check_company_domain(self),
                ("type", "=", "purchase"),
                ("code", "=", SELF_BILLED_CODE),
            ],
            limit=1,
        ) or Journal.create(self._prepare_self_billed_journal())

    def _prepare_self_billed_journal(self):
        return {
            "name": self.env._("Self-billed purchases"),
            "code": SELF_BILLED_CODE,
            "type": "purchase",
            "company_id": self.id,
            "show_on_dashboard": False,
        }

    def _prepare_cooperative_acts_journal(self):
        return {
            "name": self.env._("Cooperative acts"),
            "code": COOPERATIVE_ACTS_CODE,
            "type": "purchase",
            "company_id": self.id,
            "show_on_dashboard": False,
        }

    def _ensure_network_accounts(self):
        for name, account_type in (
            ("network_member_payable_account_id", "liability_payable"),
            ("network_member_receivable_account_id", "asset_receivable"),
        ):
            if not self[name]:
                self[name] = self._find_network_account(account_type) or self.env[
                    "account.account"
                ].with_company(self).create(self._prepare_network_account(account_type))
        if not self.network_advance_account_id:
            self.network_advance_account_id = (
                self.env["account.account"]
                .with_company(self)
                .create(self._prepare_network_advance_account())
            )
        if not self.network_opening_account_id:
            self.network_opening_account_id = self._find_network_opening_account()

    def _prepare_network_advance_account(self):
        """Account of the advances to members: next to the members' receivable account.

        An account of its own, that is reconciled: the chart's advances to suppliers may be typed
        as payable, which no line of a bill may use.
        """
        account = self.env["account.account"].with_company(self)
        return {
            "name": self.env._("Advances to network members"),
            "code": account._search_new_account_code(self._get_network_advance_code()),
            "account_type": "asset_prepayments",
            "reconcile": True,
            "company_ids": self.ids,
        }

    def _get_network_advance_code(self):
        """Code after which the account of the advances to members is numbered."""
        return self.network_member_receivable_account_id.code

    def _get_network_fund_code(self):
        """Code after which the account of the members' funds is numbered."""
        return self.network_member_payable_account_id.code

    def _get_network_fund_loan_code(self):
        """Code after which the account of what funds lend to members is numbered."""
        return self.network_member_receivable_account_id.code

    def _find_network_opening_account(self):
        """Account of the opening balances: what earlier years left undistributed."""
        account = self.env["account.account"].with_company(self)
        return (
            account.search(
                [*account._check_company_domain(self), ("account_type", "=", "equity")], limit=1
            )
            or self.get_unaffected_earnings_account()
        )

    def _find_network_loss_account(self):
        """Account of what customers will not pay, of the country's chart; its addon knows it."""
        return self.env["account.account"]

    def _find_network_account(self, account_type):
        """Account the country's chart has for members' accounts; the country's addon knows it."""
        return self.env["account.account"]

    def _prepare_network_account(self, account_type):
        account = self.env["account.account"].with_company(self)
        payable = account_type == "liability_payable"
        default = (
            self.partner_id.with_company(self).property_account_payable_id
            if payable
            else self.partner_id.with_company(self).property_account_receivable_id
        )
        return {
            "name": self.env._("Network members, payable")
            if payable
            else self.env._("Network members, receivable"),
            "code": account._search_new_account_code(default.code),
            "account_type": account_type,
            "reconcile": True,
            "company_ids": self.ids,
        }

    def _ensure_network_journals(self):
        for name, code, label in (
            ("network_attribution_journal_id", "ATRIB", self.env._("Network attribution")),
            ("network_settlement_journal_id", "LIQRE", self.env._("Network settlements")),
        ):
            if not self[name]:
                self[name] = self.env["account.journal"].create(
                    {
                        "name": label,
                        "code": code,
                        "type": "general",
                        "company_id": self.id,
                        "show_on_dashboard": False,
                    }
                )
