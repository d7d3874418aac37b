from odoo import Command, fields, models
from odoo.exceptions import UserError


class AccountJournal(models.Model):
    """Bank accounts and wallets of funds: ready for statements, or what they lack."""

    _inherit = "account.journal"

    network_fund_ids = fields.Many2many(
        "business.network.fund",
        "account_journal_business_network_fund_rel",
        "account_journal_id",
        "business_network_fund_id",
        string="Funds",
        readonly=True,
        copy=False,
        context={"active_test": False},
        help="Funds of networks whose money is here, and no other.",
    )

    def _get_funds(self):
        """Funds whose money these journals hold; archived ones where no other holds it."""
        funds = self.sudo()._get_all_funds()
        return funds.filtered("active") or funds

    def _get_transit_accounts(self):
        """Accounts of money on its way to or from these banks."""
        return self.sudo()._get_network_cash_accounts() - self.sudo().default_account_id

    def _get_transit_problem(self):
        """Why a statement cannot be told from what is booked already; empty when it can."""
        self.ensure_one()
        journal = self.sudo()
        methods = journal.inbound_payment_method_line_ids | journal.outbound_payment_method_line_ids
        accounts = journal._get_transit_accounts()
        if not methods or any(
            method.payment_account_id in (False, journal.default_account_id)
            or not method.payment_account_id
            for method in methods
        ):
            return self.env._("it books receipts and payments on the bank account itself")
        if not all(accounts.mapped("reconcile")):
            return self.env._("what is in transit cannot be reconciled")
        if len(accounts) > 1 or self._get_sharing_journal(accounts):
            return self.env._("its money in transit is not on one account of its own")
        return ""

    def _get_sharing_journal(self, accounts):
        """Another journal with the same money in transit."""
        methods = self.env["account.payment.method.line"].sudo()
        found = methods.search(
            [("payment_account_id", "in", accounts.ids), ("journal_id", "!=", self.id)], limit=1
        )
        return found.journal_id

    def _check_fund_statements_ready(self):
        """Raise UserError for a bank of a fund whose statements would count its money twice."""
        for journal in self.filtered(lambda journal: journal.type == "bank"):
            problem = journal._get_funds() and journal._get_transit_problem()
            if problem:
                raise UserError(
                    self.env._(
                        "%(journal)s is not ready for bank statements: %(problem)s, so a statement "
                        "would count its money twice. Press “Bank Statements” on %(fund)s first.",
                        journal=journal.display_name,
                        problem=problem,
                        fund=journal._get_funds()[:1].display_name,
                    )
                )

    # -- setting up --------------------------------------------------------------------------------

    def _set_up_fund_statements(self):
        """Give each bank one account of its own for money in transit; twice does nothing."""
        for journal in self.sudo().filtered(lambda journal: journal._get_transit_problem()):
            account = (
                self.env["account.account"]
                .sudo()
                .with_company(journal.company_id)
                .create(journal._prepare_transit_account())
            )
            methods = (
                journal.inbound_payment_method_line_ids | journal.outbound_payment_method_line_ids
            )
            methods.payment_account_id = account
        mapping = self.env.ref(
            "red_empresarial_fund_reconcile.sheet_mapping_fund", raise_if_not_found=False
        )
        for journal in self.sudo():
            journal.write(
                {
                    "reconcile_mode": "edit",
                    "default_sheet_mapping_id": (journal.default_sheet_mapping_id or mapping).id,
                }
            )

    def _get_replaced_items(self):
        """What is open of funds on the accounts that setting these banks up would replace.

        Their money would be in no bank of the fund any more.
        """
        replaced = self.filtered(lambda journal: journal._get_transit_problem())
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("account_id", "in", replaced._get_transit_accounts().ids),
                    ("fund_id", "in", replaced.sudo()._get_all_funds().ids),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("balance", "!=", 0.0),
                ],
                order="date, id",
            )
            .filtered(lambda item: item._find_transit_banks() & replaced)
        )

    def _get_all_funds(self):
        """Funds of these journals, archived ones, too: their money is here as well."""
        return self.with_context(active_test=False).network_fund_ids

    def _create_fund_rules(self):
        """Keys for what a bank states most and nobody booked, where it is of one fund alone."""
        rules = self.env["account.reconcile.model"].sudo()
        known = rules.search([("match_journal_ids", "in", self.ids)])
        known = known.filtered(lambda rule: any(rule.line_ids.mapped("fund_movement")))
        vals_list = []
        for journal in self - known.match_journal_ids:
            fund = journal._get_funds()
            if len(fund) == 1:
                vals_list += journal._prepare_fund_rules(fund)
        return rules.create(vals_list)

    def _prepare_fund_rules(self, fund):
        kinds = {"donation": self.env._("Donation")}
        if fund.allows_expense:
            kinds["expense"] = self.env._("Bank fee")
        return [
            {
                "name": name,
                "company_id": self.company_id.id,
                "match_journal_ids": [Command.set(self.ids)],
                "line_ids": [
                    Command.create(
                        {
                            "account_id": fund.account_id.id,
                            "label": name,
                            "amount_type": "percentage",
                            "amount_string": "100",
                            "fund_movement": kind,
                        }
                    )
                ],
            }
            for kind, name in kinds.items()
        ]

    def _prepare_transit_account(self):
        """One account for both ways: what is open on it says which way it goes."""
        self.ensure_one()
        account = self.env["account.account"].sudo().with_company(self.company_id)
        return {
            "name": self.env._("%s: in transit", self.name),
            "code": account._search_new_account_code(self.default_account_id.code),
            "account_type": "asset_current",
            "reconcile": True,
            "company_ids": self.company_id.ids,
        }

    def _get_direct_items(self, date_from):
        """Items booked on the bank account itself, and by no statement, from a day on."""
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("account_id", "in", self.sudo().default_account_id.ids),
                    ("parent_state", "=", "posted"),
                    ("statement_line_id", "=", False),
                    ("date", ">=", date_from),
                ],
                order="date, id",
            )
        )

    # -- what the bank said last -------------------------------------------------------------------

    def _get_last_statement(self):
        self.ensure_one()
        return (
            self.env["account.bank.statement"]
            .sudo()
            .search(
                [("journal_id", "=", self.id), ("first_line_index", "!=", False)],
                order="first_line_index DESC",
                limit=1,
            )
        )

    def _get_stated_date(self):
        """Day up to which the bank stated what it did; False before the first statement.

        It is the day of the last line, or a later one that was written on the statement: what core
        computes for that is the day of the line it numbered first.
        """
        self.ensure_one()
        domain = [("journal_id", "=", self.id)]
        days = [
            self.env[model].sudo()._read_group(domain, [], ["date:max"])[0][0]
            for model in ("account.bank.statement", "account.bank.statement.line")
        ]
        return max(filter(None, days), default=False)

    def _moved_between(self, date_from, date_to):
        """Whether anything was stated, or was on its way to or from the bank, in these days."""
        self.ensure_one()
        return bool(
            self.env["account.move.line"]
            .sudo()
            .search_count(
                [
                    ("parent_state", "=", "posted"),
                    ("date", ">=", date_from),
                    ("date", "<=", date_to),
                    "|",
                    ("account_id", "in", self._get_transit_accounts().ids),
                    "&",
                    ("journal_id", "=", self.id),
                    ("statement_line_id", "!=", False),
                ],
                limit=1,
            )
        )

    def _get_stated_balance(self):
        """What the next statement must begin with: the last one's end, or what the books have."""
        last = self._get_last_statement()
        return last.balance_end_real if last else self._get_bank_account_balance()

    def _get_bank_account_balance(self, date=None):
        """Balance of the bank account alone, without what is in transit."""
        self.ensure_one()
        domain = [
            ("account_id", "=", self.sudo().default_account_id.id),
            ("parent_state", "=", "posted"),
        ]
        if date:
            domain.append(("date", "<=", date))
        ((balance,),) = (
            self.env["account.move.line"].sudo()._read_group(domain, [], ["balance:sum"])
        )
        return self.company_id.currency_id.round(balance or 0.0)

    # -- who pays ----------------------------------------------------------------------------------

    def _statement_line_import_speeddict(self):
        """Bank accounts of members are found with the rest, when lines are there."""
        speeddict = super()._statement_line_import_speeddict()
        if self._get_funds():
            speeddict["account_number"] = {}
        return speeddict
