from odoo import fields, models
from odoo.addons.red_empresarial.engine.loans import Instalment, early_interest
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

PAID_OUT = ("disbursed", "repaid", "written_off")


class BusinessNetworkFundLoan(models.Model):
    """What is open of a loan by the posted items; ending it early; writing it off."""

    _inherit = "business.network.fund.loan"

    amount_not_due = fields.Monetary(
        string="Not Due Yet", compute="_compute_ledger_amounts", compute_sudo=True
    )
    amount_due = fields.Monetary(
        string="To Pay",
        compute="_compute_ledger_amounts",
        compute_sudo=True,
        help="Instalments that were asked and are not paid.",
    )
    amount_late = fields.Monetary(
        string="Late", compute="_compute_ledger_amounts", compute_sudo=True
    )
    amount_open = fields.Monetary(
        string="Owes",
        compute="_compute_ledger_amounts",
        compute_sudo=True,
        help="What is to pay and the principal that is not due yet.",
    )
    is_late = fields.Boolean(
        compute="_compute_ledger_amounts",
        compute_sudo=True,
        search="_search_is_late",
    )
    call_move_id = fields.Many2one(
        "account.move",
        string="Ended Early By",
        copy=False,
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    write_off_move_id = fields.Many2one(
        "account.move",
        string="Written Off By",
        copy=False,
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    write_off_reason = fields.Char(
        string="Reason to Write Off",
        copy=False,
        tracking=True,
        help="Why the fund bears the loss, and which meeting agreed.",
    )

    def _compute_ledger_amounts(self):
        amounts = self._get_ledger_amounts()
        for loan in self:
            not_due, due, late = amounts.get(loan._origin.id, (0.0, 0.0, 0.0))
            loan.amount_not_due, loan.amount_due, loan.amount_late = not_due, due, late
            loan.amount_open = loan.fund_id._round(not_due + due)
            loan.is_late = bool(late)

    def _get_ledger_amounts(self):
        """``{loan id: (principal not due, open, late)}`` by the posted items, in one query."""
        if not self.ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(self._get_ledger_query())
        rounds = {loan.id: loan.currency_id.round for loan in self}
        return {
            loan_id: tuple(rounds[loan_id](float(amount or 0.0)) for amount in amounts)
            for loan_id, *amounts in rows
        }

    def _get_ledger_query(self):
        return SQL(
            """
            SELECT loan.id,
                   SUM(item.balance) FILTER (WHERE item.account_id = loan.account_id),
                   SUM(item.amount_residual)
                       FILTER (WHERE account.account_type = 'asset_receivable'),
                   SUM(item.amount_residual)
                       FILTER (WHERE account.account_type = 'asset_receivable'
                                 AND item.date_maturity < %(today)s)
              FROM business_network_fund_loan loan
              JOIN account_move move ON move.fund_loan_id = loan.id
              JOIN account_move_line item ON item.move_id = move.id
              JOIN account_account account ON account.id = item.account_id
             WHERE loan.id = ANY(%(loans)s) AND item.parent_state = 'posted'
             GROUP BY loan.id
            """,
            loans=self.ids,
            today=fields.Date.context_today(self),
        )

    def _search_is_late(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        items = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("move_id.fund_loan_id", "!=", False),
                    ("parent_state", "=", "posted"),
                    ("account_id.account_type", "=", "asset_receivable"),
                    ("amount_residual", ">", 0.0),
                    ("date_maturity", "<", fields.Date.context_today(self)),
                ],
                ["move_id"],
            )
        )
        moves = self.env["account.move"].sudo().union(*(move for (move,) in items))
        return [("id", "in", moves.fund_loan_id.ids)]

    def _lock(self):
        """One change of a loan at a time: of two that meet, the second is retried.

        Whatever books locks the fund, so the fund comes first.
        """
        self.fund_id._lock_receipts()
        self.env.cr.execute(
            """
            UPDATE business_network_fund_loan SET write_date = write_date
             WHERE id IN (
                   SELECT id FROM business_network_fund_loan WHERE id = ANY(%s)
                    ORDER BY id FOR NO KEY UPDATE
             )
            """,
            [self.ids],
        )

    def _forget_amounts(self):
        """Read the ledger anew: something was posted or reconciled in this transaction."""
        names = [
            name
            for name, field in self._fields.items()
            if field.compute == "_compute_ledger_amounts"
        ]
        self.invalidate_recordset(names, flush=False)
        self.instalment_ids.invalidate_recordset(["amount_open", "status"], flush=False)

    # -- following the ledger ------------------------------------------------------------------

    def _follow_ledger(self):
        """State of what was paid out as the posted items say, reversals by hand included."""
        loans = self.sudo().filtered(lambda loan: loan.state in PAID_OUT)
        for loan in loans:
            loan._forget_reversed()
        loans._forget_amounts()
        for loan in loans.filtered(lambda loan: loan.state in PAID_OUT):
            state = loan._get_ledger_state()
            if loan.state != state:
                loan.state = state

    def _forget_reversed(self):
        """What a reversal took back did not happen."""
        self.ensure_one()
        for name in ("call_move_id", "write_off_move_id"):
            if self[name] and self[name]._is_reversed():
                self[name] = False
        if self.move_id._is_reversed():
            self._forget_payment()

    def _get_ledger_state(self):
        self.ensure_one()
        if self.write_off_move_id:
            return "written_off"
        return "repaid" if self.currency_id.is_zero(self.amount_open) else "disbursed"

    def _reconcile_principal(self):
        """Close what was lent with what came due, where the account is reconciled."""
        groups = []
        for loan in self.filtered("account_id.reconcile"):
            items = loan.sudo().move_ids.line_ids.filtered(
                lambda item, loan=loan: (
                    item.account_id == loan.account_id
                    and item.parent_state == "posted"
                    and not item.reconciled
                )
            )
            groups.append(items)
        self.env["business.network.settlement"]._reconcile_items(groups)

    def _prepare_called_items(self, principal, interest, name, due):
        """Items that ask a member for principal that was lent and for interest."""
        self.ensure_one()
        fund = self.fund_id
        receivable = fund.network_id.member_receivable_account_id
        items = []
        for movement, amount, account in (
            ("loan", principal, self.account_id),
            ("interest", interest, fund.account_id),
        ):
            if not self.currency_id.is_zero(amount):
                about = {"movement": movement, "partner": self.partner_id, "name": name}
                items += [
                    fund._prepare_item(receivable, amount, **about, date_maturity=due),
                    fund._prepare_item(account, -amount, **about),
                ]
        return items

    def action_ask_now(self):
        """Ask at once the instalments due up to today, without waiting for the daily run.

        :return: the posted ``account.move``; none where all that is due was asked
        """
        self.check_access("write")
        self._lock()
        for loan in self:
            loan._check_state("disbursed")
        today = fields.Date.context_today(self)
        instalments = self.env["business.network.fund.loan.instalment"].sudo()
        due = instalments.search([*instalments._get_due_domain(today), ("loan_id", "in", self.ids)])
        return due._ask_due(today)

    # -- ending early --------------------------------------------------------------------------

    def _call_rest(self, date):
        """Ask the whole rest: principal not due yet, and interest of the period that runs.

        :return: the posted ``account.move``
        :raise UserError: nothing is left, or ``date`` is before what was asked
        """
        self.ensure_one()
        self.check_access("write")
        self._check_state("disbursed")
        self.fund_id._check_can_book(date, self.fund_id.journal_id)
        self._check_call_date(date)
        self._lock()
        self._get_waiting().filtered(lambda waiting: waiting.date <= date).sudo()._ask_due(date)
        self._forget_amounts()
        if self.currency_id.is_zero(self.amount_not_due):
            raise UserError(
                self.env._(
                    "The whole of %s was asked already. What is open is received as dues are.",
                    self.name,
                )
            )
        entry = self.fund_id._post_entries([self._prepare_call_entry(date)])
        self.sudo().call_move_id = entry
        self._reconcile_principal()
        self.instalment_ids._use_advances(entry)
        return entry

    def _get_waiting(self):
        """Instalments not asked yet, in order."""
        self.ensure_one()
        return self.instalment_ids.filtered(lambda one: not one.sudo().move_ids).sorted("number")

    def _get_period_start(self):
        """The due day of the last instalment that was asked, or when the loan was paid out."""
        self.ensure_one()
        asked = self.instalment_ids - self._get_waiting()
        return max(asked.mapped("date"), default=self.date_paid)

    def _check_call_date(self, date):
        if date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(loan)s cannot end on %(date)s, which did not come yet: what is owed then is "
                    "not known. Choose today or a day before.",
                    loan=self.name,
                    date=format_date(self.env, date),
                )
            )
        start = self._get_period_start()
        if date < start:
            raise UserError(
                self.env._(
                    "%(loan)s was asked up to %(start)s, so it cannot end on %(date)s. Choose a "
                    "later day.",
                    loan=self.name,
                    start=format_date(self.env, start),
                    date=format_date(self.env, date),
                )
            )

    def _get_early_interest(self, date):
        """Interest that ending the loan on ``date`` costs: what is due and the running period's."""
        self.ensure_one()
        currency = self.currency_id
        waiting = self._get_waiting()
        due = waiting.filtered(lambda one: one.date <= date)
        rest = [
            Instalment(
                one.date,
                to_minor(one.amount_principal, currency),
                to_minor(one.amount_interest, currency),
                to_minor(one.amount_left, currency),
            )
            for one in waiting - due
        ]
        start = max(due.mapped("date"), default=self._get_period_start())
        running = from_minor(early_interest(rest, start, date), currency)
        return currency.round(sum(due.mapped("amount_interest")) + running)

    def _prepare_call_entry(self, date):
        self.ensure_one()
        fund, name = self.fund_id, self.env._("Rest of %s", self.name)
        items = self._prepare_called_items(
            self.amount_not_due, self._get_early_interest(date), name, date
        )
        return fund._prepare_entry(fund.journal_id, date, name, items, fund_loan_id=self.id)

    # -- writing off ---------------------------------------------------------------------------

    def action_write_off(self):
        """The fund bears what is open of these loans; within the limit of who approves."""
        self.check_access("write")
        self._lock()
        for loan in self:
            loan._check_state("disbursed")
            loan._check_can_write_off()
            loan._write_off(fields.Date.context_today(loan))

    def _check_can_write_off(self):
        self.ensure_one()
        if not self.write_off_reason:
            raise UserError(
                self.env._(
                    "Write why %s is not repaid, and which meeting agreed to bear it.", self.name
                )
            )
        # With interest a member may owe more than it was lent.
        self._check_limit(self.env.user, max(self.amount, self.amount_open))

    def _write_off(self, date):
        fund = self.fund_id
        fund._check_can_book(date, fund.journal_id)
        entry = fund._post_entries([self._prepare_write_off_entry(date)])
        self.sudo().write({"write_off_move_id": entry.id})
        receivable = fund.network_id.member_receivable_account_id
        items = self.sudo().move_ids.line_ids.filtered(
            lambda item: (
                item.account_id == receivable
                and item.parent_state == "posted"
                and not item.reconciled
            )
        )
        self.env["business.network.settlement"]._reconcile_items([items])
        self._reconcile_principal()
        self._follow_ledger()

    def _prepare_write_off_entry(self, date):
        self.ensure_one()
        fund, name = self.fund_id, f"{self.name} · {self.write_off_reason}"
        about = {"movement": "loan", "partner": self.partner_id, "name": name}
        receivable = fund.network_id.member_receivable_account_id
        items = [fund._prepare_item(fund.account_id, self.amount_open, **about)]
        items += [
            fund._prepare_item(account, -amount, **about)
            for account, amount in (
                (self.account_id, self.amount_not_due),
                (receivable, self.amount_due),
            )
            if not self.currency_id.is_zero(amount)
        ]
        return fund._prepare_entry(fund.journal_id, date, name, items, fund_loan_id=self.id)

    def action_undo_write_off(self):
        """Reverse the write-off: the member owes it again."""
        self.check_access("write")
        for loan in self:
            loan._check_state("written_off")
        self.sudo().write_off_move_id._reverse_fund_entries()

    def action_open_entries(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("fund_loan_id", "=", self.id)],
            "context": {"create": False},
        }
