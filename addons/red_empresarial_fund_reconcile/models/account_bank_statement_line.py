from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from .account_reconcile_model import MANUAL_MOVEMENTS

STATED = ("amount", "date", "journal_id", "amount_currency", "foreign_currency_id")


class AccountBankStatementLine(models.Model):
    """Lines of a fund's bank: of the fund from the first day, of a kind once they are reconciled.

    Of a journal that holds the money of several funds, a line is of the fund of what it closes.
    """

    _inherit = "account.bank.statement.line"

    manual_fund_movement = fields.Selection(
        MANUAL_MOVEMENTS, string="Kind in the Fund", store=False, default=False, prefetch=False
    )
    manual_fund_id = fields.Many2one(
        "business.network.fund", string="Fund", store=False, default=False, prefetch=False
    )
    network_fund_ids = fields.Many2many(
        "business.network.fund", string="Funds", compute="_compute_network_fund_ids"
    )
    network_fund_count = fields.Integer(compute="_compute_network_fund_ids")

    @api.depends("journal_id")
    def _compute_network_fund_ids(self):
        for journal, lines in self.grouped("journal_id").items():
            funds = journal._get_funds()
            lines.network_fund_ids = funds
            lines.network_fund_count = len(funds)

    def _filter_of_funds(self):
        """Lines of journals that hold the money of funds."""
        journals = self.journal_id.filtered(lambda journal: journal._get_funds())
        return self.filtered(lambda line: line.journal_id in journals)

    # -- items -------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        journals = [self._get_journal_of(vals) for vals in vals_list]
        vals_list = [dict(vals) for vals in vals_list]
        for journal in set(journals):
            own = [vals for vals, of in zip(vals_list, journals, strict=True) if of == journal]
            self._check_can_create(journal, own)
            self._name_payers(journal._get_funds(), own)
        return super().create(vals_list)

    def _get_journal_of(self, vals):
        """Journal of a line that is about to be made."""
        statement = self.env["account.bank.statement"].browse(vals.get("statement_id"))
        return self.env["account.journal"].browse(vals.get("journal_id")) or statement.journal_id

    def _check_can_create(self, journal, vals_list):
        """Raise UserError for a line of a bank that is not ready, or of a closed period."""
        today = fields.Date.context_today(self)
        journal._check_fund_statements_ready()
        for fund in journal._get_funds():
            days = [fields.Date.to_date(vals.get("date")) or today for vals in vals_list]
            fund._check_date_open(min(days))

    def _prepare_move_line_default_vals(self, counterpart_account_id=None):
        funds = self.journal_id._get_funds()
        if not funds:
            return super()._prepare_move_line_default_vals(counterpart_account_id)
        terms = {
            "fund_id": funds.id if len(funds) == 1 else False,
            "fund_movement": "unidentified",
            "analytic_distribution": False,  # of no cost centre; core would look for one per line
        }
        # Whatever the file proposes: nothing is identified before somebody looks at it.
        return [{**vals, **terms} for vals in super()._prepare_move_line_default_vals()]

    # -- guards ------------------------------------------------------------------------------------

    def _check_fund_open(self, funds=None):
        """Raise UserError for lines dated in a closed period of their fund.

        :param funds: those that the lines are about to be of; a line of none yet can be of any
        """
        for line in self:
            for fund in funds or line.line_ids.fund_id or line.journal_id._get_funds():
                fund.sudo()._check_date_open(line.date)

    def write(self, vals):
        stated = {name: vals[name] for name in STATED if name in vals}
        if "date" in stated:
            stated["date"] = fields.Date.to_date(stated["date"])
        if "statement_id" in vals:
            self._check_statement_stays(vals["statement_id"])
        if stated:
            for line in self._filter_of_funds().filtered(lambda line: line.state == "posted"):
                if any(line.move_id._field_will_change(line, stated, name) for name in stated):
                    line._raise_stated()
        return super().write(vals)

    def _check_statement_stays(self, statement_id):
        """Raise UserError for a line that would leave the statement it was imported with."""
        for line in self.filtered("statement_id")._filter_of_funds():
            if line.statement_id.id != statement_id:
                line.statement_id._raise_stated()

    def _raise_stated(self):
        raise UserError(
            self.env._(
                "%(line)s of %(journal)s is what the bank states, and %(fund)s rests on it: its "
                "date and its amount stay. Undo its import and import the right statement.",
                line=self.payment_ref or self.name,
                journal=self.journal_id.display_name,
                fund=self.journal_id._get_funds()[:1].display_name,
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_free(self):
        self._filter_of_funds()._check_fund_line_free()

    def _check_fund_line_free(self):
        """Raise UserError for lines of funds that were identified, or of a closed period."""
        self._check_fund_open()
        for line in self.filtered("is_reconciled"):
            raise UserError(
                self.env._(
                    "%(line)s of %(amount)s is reconciled. Undo that first.",
                    line=line.payment_ref or line.name,
                    amount=format_amount(self.env, line.amount, line.currency_id),
                )
            )

    # -- the screen --------------------------------------------------------------------------------

    def _get_manual_reconcile_vals(self):
        return {
            **super()._get_manual_reconcile_vals(),
            "fund_movement": self.manual_fund_movement,
            "fund_id": self.manual_fund_id.id,
        }

    def _process_manual_reconcile_from_line(self, line):
        result = super()._process_manual_reconcile_from_line(line)
        self.manual_fund_movement = line.get("fund_movement") or False
        self.manual_fund_id = line.get("fund_id") or False
        return result

    def _get_manual_delete_vals(self):
        return {
            **super()._get_manual_delete_vals(),
            "manual_fund_movement": False,
            "manual_fund_id": False,
        }

    def _check_line_changed(self, line):
        return (
            super()._check_line_changed(line)
            or (self.manual_fund_movement or False) != (line.get("fund_movement") or False)
            or (self.manual_fund_id.id or False) != (line.get("fund_id") or False)
        )

    @api.onchange("manual_fund_movement", "manual_fund_id")
    def _onchange_manual_fund(self):
        """A kind of the fund's own side is booked on the account of the fund."""
        fund = self.manual_fund_id or self.journal_id._get_funds()
        if self.manual_reference and len(fund) == 1:
            account = self._get_manual_account(fund)
            self.manual_account_id = account or self.manual_account_id
            self._onchange_manual_reconcile_vals()

    def _get_manual_account(self, fund):
        """Account that a kind of movement is booked on; empty leaves it to the user."""
        if self.manual_fund_movement == "receipt":
            return fund.network_id.sudo().member_receivable_account_id
        if self.manual_fund_movement in (False, "deposit", "company"):
            return self.env["account.account"]
        return fund.account_id

    def _recompute_suspense_line(self, data, reconcile_auxiliary_id, manual_reference):
        """What is left over is an advance of its member, never money owed by the company."""
        info = super()._recompute_suspense_line(data, reconcile_auxiliary_id, manual_reference)
        funds = self.journal_id._get_funds()
        for line in info["data"] if funds and not self.is_reconciled else ():
            if line["kind"] == "suspense":
                account = self._get_leftover_account(funds, line)
                line["account_id"] = [account.id, account.display_name]
                info["can_reconcile"] = account != self.journal_id.suspense_account_id
        return info

    def _get_leftover_account(self, funds, line):
        """Account of what no item closes: the members' for a member, else not identified yet."""
        partner = line.get("partner_id") and line["partner_id"][0]
        partner = self.env["res.partner"].browse(partner)
        if line["amount"] < 0 and len(funds) == 1 and self._is_member(funds, partner):
            return funds.network_id.sudo().member_receivable_account_id
        return self.journal_id.suspense_account_id

    def _is_member(self, fund, partner):
        return partner in fund.network_id.sudo().member_ids.partner_id

    # -- reconciling -------------------------------------------------------------------------------

    def reconcile_bank_line(self):
        own = self._filter_of_funds()
        if not own:
            return super().reconcile_bank_line()
        self._check_fund_open(self._get_met_funds())
        self._check_replaces_suspense()
        self._check_fund_counterparts()
        fund, kinds = self._get_met_funds(), self._get_met_movements()
        result = super().reconcile_bank_line()
        self._follow_counterparts(fund, kinds)
        return result

    def _check_replaces_suspense(self):
        """Raise UserError where the journal would book what is identified by another entry."""
        if self.journal_id.reconcile_mode != "edit":
            raise UserError(
                self.env._(
                    "%s keeps suspense items, so lines of its funds would never be identified. "
                    "Choose “Edit Move” as its reconcile mode.",
                    self.journal_id.display_name,
                )
            )

    def _get_counterpart_data(self):
        """What the screen books beside the bank, as it has it."""
        data = (self.reconcile_data_info or {}).get("data", [])
        return [line for line in data if line["kind"] != "liquidity"]

    def _check_fund_counterparts(self):
        """Raise UserError for what this line may not close, naming it and what to do."""
        self.ensure_one()
        funds = self.journal_id._get_funds()
        for line in self._get_counterpart_data():
            for item in self._get_counterparts(line):
                self._check_counterpart(item, funds)
                self._check_counterpart_partner(line, item)
            self._check_manual(line, funds)
        self._check_paid_in_alone()
        met = {self._get_line_fund(line, funds).id for line in self._get_counterpart_data()}
        if len(met) > 1:
            raise UserError(
                self.env._(
                    "“%(line)s” would be of several funds: %(funds)s. Reconcile it with one of "
                    "them, and book a transfer to the other.",
                    line=self.payment_ref,
                    funds=", ".join(funds.filtered(lambda f: f.id in met).mapped("display_name")),
                )
            )

    def _check_paid_in_alone(self):
        """Raise UserError where the company would pay in and something else be closed, too."""
        kinds = self._get_met_movements()
        if "company" in kinds and len(kinds) > 1:
            raise UserError(
                self.env._(
                    "“%s” would be paid in by the books' company, and something else. Book what "
                    "the company paid in with “Money In or Moved”, and match it here.",
                    self.payment_ref,
                )
            )

    def _get_met_funds(self):
        """Funds of what this line is about to close."""
        funds = self.journal_id._get_funds()
        return funds.browse().union(
            *(self._get_line_fund(line, funds) for line in self._get_counterpart_data())
        )

    def _get_counterparts(self, line):
        return self.env["account.move.line"].browse(line.get("counterpart_line_ids") or [])

    def _check_counterpart(self, item, funds):
        if item.fund_id not in funds:
            raise UserError(
                self.env._(
                    "“%(item)s” of %(entry)s is not of %(fund)s, whose money %(journal)s holds. "
                    "Choose an item of the fund, or book what the company paid in with “Money In "
                    "or Moved”.",
                    item=item.name or item.account_id.display_name,
                    entry=item.move_id.display_name,
                    fund=", ".join(funds.mapped("display_name")),
                    journal=self.journal_id.display_name,
                )
            )
        if item.account_id not in self._get_closing_accounts(item.fund_id):
            self._raise_not_closed_here(item)
        if item.reconciled:
            raise UserError(
                self.env._(
                    "“%(item)s” of %(entry)s was closed meanwhile. Press “Reset reconciliation” to "
                    "see what is open now.",
                    item=item.name or item.account_id.display_name,
                    entry=item.move_id.display_name,
                )
            )

    def _get_closing_accounts(self, fund):
        """Accounts of what a bank's line may close: of members, and on its way to this bank."""
        receivable = fund.network_id.sudo().member_receivable_account_id
        return receivable | self.journal_id._get_transit_accounts()

    def _raise_not_closed_here(self, item):
        about = {
            "item": item.name or item.account_id.display_name,
            "entry": item.move_id.display_name,
        }
        if loan := item.move_id.sudo().fund_loan_id:
            raise UserError(
                self.env._(
                    "“%(item)s” of %(entry)s is principal of %(loan)s that was not asked yet. End "
                    "the loan early, then match the rest.",
                    loan=loan.name,
                    **about,
                )
            )
        raise UserError(
            self.env._(
                "“%(item)s” of %(entry)s is on %(account)s. A line of %(journal)s closes what "
                "members owe, or what is on its way to or from it.",
                account=item.account_id.display_name,
                journal=self.journal_id.display_name,
                **about,
            )
        )

    def _check_counterpart_partner(self, line, item):
        """Raise UserError where what one member owes would be closed by another."""
        partner = line["partner_id"][0] if line.get("partner_id") else False
        if item.account_id.account_type == "asset_receivable" and partner != item.partner_id.id:
            raise UserError(
                self.env._(
                    "“%(item)s” is owed by %(member)s, and “%(line)s” would close it as paid by "
                    "%(partner)s. Choose an item of who paid, or leave %(member)s there.",
                    item=item.name or item.move_id.display_name,
                    member=item.partner_id.display_name,
                    line=self.payment_ref,
                    partner=self.env["res.partner"].browse(partner).display_name
                    or self.env._("nobody"),
                )
            )

    def _check_manual(self, line, funds):
        """A line that closes nothing needs a fund, a kind, and an account of that kind."""
        if self._get_counterparts(line):
            return
        fund = self._get_line_fund(line, funds)
        account = self.env["account.account"].browse(line["account_id"][0])
        partner = self.env["res.partner"].browse(
            line["partner_id"][0] if line.get("partner_id") else False
        )
        where = {"line": self.payment_ref, "account": account.display_name or "-"}
        if not fund:
            raise UserError(
                self.env._(
                    "%(journal)s holds the money of several funds. Say of which one “%(line)s” is.",
                    journal=self.journal_id.display_name,
                    line=self.payment_ref,
                )
            )
        if account in funds.sudo().loan_account_id:
            raise UserError(
                self.env._(
                    "“%(line)s” is not booked on %(account)s, which is what members were lent. Pay "
                    "the loan out or end it early there, then match the rest.",
                    **where,
                )
            )
        if fund._is_refused_account(account):
            raise UserError(
                self.env._(
                    "“%(line)s” is of %(fund)s, which is its members': it is no income or expense "
                    "of the company, so not on %(account)s. Choose its kind and %(own)s.",
                    fund=fund.display_name,
                    own=fund.account_id.display_name,
                    **where,
                )
            )
        if account.account_type == "asset_receivable" and not self._is_member(fund, partner):
            raise UserError(
                self.env._(
                    "“%(line)s” is paid by nobody of %(network)s. Choose the member, or the kind "
                    "of movement it is.",
                    network=fund.network_id.display_name,
                    **where,
                )
            )
        self._check_manual_account(line, fund, account)
        if not self._get_line_movement(line, account):
            raise UserError(
                self.env._(
                    "“%(line)s” on %(account)s is of no kind yet. Choose in “Manual operation” "
                    "what it is for the fund: a donation, an operating expense…",
                    **where,
                )
            )

    def _check_manual_account(self, line, fund, account):
        """Money comes from another cash or bank of the fund, or is paid in by the company."""
        network = fund.network_id.sudo()
        boxes = fund.sudo().cash_journal_ids._get_network_cash_accounts()
        own = boxes | fund.account_id | network.member_receivable_account_id
        paid_in = line.get("fund_movement") == "company"
        about = {
            "line": self.payment_ref,
            "account": account.display_name,
            "fund": fund.display_name,
        }
        if paid_in and account in own:
            raise UserError(
                self.env._(
                    "“%(line)s” is paid in by the books' company, so not from %(account)s of "
                    "%(fund)s. Choose the company's own cash or bank.",
                    **about,
                )
            )
        if not paid_in and account not in boxes and self._holds_money(account):
            raise UserError(
                self.env._(
                    "“%(line)s” on %(account)s is no money of %(fund)s. Choose “Paid in by the "
                    "books' company” as its kind, or a cash box or bank of the fund.",
                    **about,
                )
            )

    def _holds_money(self, account):
        """Whether an account is of a cash box or bank, or of what is on its way to one."""
        methods = self.env["account.payment.method.line"].sudo()
        return account.account_type == "asset_cash" or bool(
            methods.search_count([("payment_account_id", "=", account.id)], limit=1)
        )

    def _get_line_fund(self, line, funds):
        """Fund of a counterpart: of what it closes, the one chosen, or the only one there is."""
        chosen = self._get_counterparts(line).fund_id or funds.browse(line.get("fund_id") or [])
        return chosen[:1] if chosen or len(funds) > 1 else funds

    def _get_line_movement(self, line, account):
        """Kind of a counterpart: money of members is a receipt, of other boxes a deposit."""
        if account.account_type == "asset_receivable":
            return "receipt"
        counterparts = self._get_counterparts(line)
        if counterparts:  # what the company paid in is counted where it was booked
            kind = counterparts[0].fund_movement
            return "deposit" if kind == "company" else kind
        default = "deposit" if account.account_type == "asset_cash" else False
        return line.get("fund_movement") or default

    def _reconcile_move_line_vals(self, line, move_id=False):
        vals = super()._reconcile_move_line_vals(line, move_id=move_id)
        funds = self.journal_id._get_funds()
        if funds:
            account = self.env["account.account"].browse(vals["account_id"])
            fund = self._get_line_fund(line, funds)
            kind = self._get_line_movement(line, account)
            theirs = kind == "company"  # what pays in is the company's
            vals |= {
                "fund_id": not theirs and fund.id,
                "fund_movement": not theirs and kind,
            }
        return vals

    def _get_met_movements(self):
        """Kinds of what this line is about to close."""
        accounts = self.env["account.account"]
        return {
            self._get_line_movement(line, accounts.browse(line["account_id"][0]))
            for line in self._get_counterpart_data()
        }

    def _follow_counterparts(self, fund, kinds):
        """The bank's item is of the fund and of the kind of what it closed; advances close dues."""
        own, _suspense, others = self._seek_for_lines()
        own.write(
            {"fund_id": fund.id, "fund_movement": kinds.pop() if len(kinds) == 1 else "deposit"}
        )
        self.move_id._check_fund_items()
        advances = others.filtered(
            lambda item: item.account_id.account_type == "asset_receivable" and not item.reconciled
        )
        if advances:
            fund._reconcile_members(advances.partner_id)
        fund._follow_loans(others.partner_id)
        fund._forget_balances()

    def action_undo_reconciliation(self):
        own = self._filter_of_funds()
        if not own:  # core asks so for every item it writes, mostly of no line at all
            return super().action_undo_reconciliation()
        own._check_fund_open()
        items = own.line_ids
        funds, partners = items.fund_id, items.partner_id
        result = super().action_undo_reconciliation()
        own.reconcile_data = False  # proposals are found anew
        funds._follow_loans(partners)
        funds._forget_balances()
        return result
