import base64

from odoo import Command, api, fields, models
from odoo.tools import SQL

SECTIONS = [
    ("in", "In transit to the bank"),
    ("out", "In transit from the bank"),
    ("unidentified", "Stated by the bank, not identified yet"),
]


class BusinessNetworkFundReconciliation(models.TransientModel):
    """Proof that the books of a fund and its banks say the same, as of any date.

    ``book balance - in transit to the bank + in transit from it = what the bank states``. As of a
    past date everything is as the entries of then made it: a reconciliation counts from the later
    date of its two items.
    """

    _name = "business.network.fund.reconciliation"
    _description = "Bank Reconciliation of a Fund"
    _rec_name = "fund_id"

    fund_id = fields.Many2one("business.network.fund", required=True)
    network_id = fields.Many2one(related="fund_id.network_id")
    company_id = fields.Many2one(related="fund_id.company_id")
    currency_id = fields.Many2one(related="fund_id.currency_id")
    date = fields.Date(string="As Of", required=True, default=fields.Date.context_today)
    bank_ids = fields.One2many(
        "business.network.fund.reconciliation.bank", "report_id", string="Banks", readonly=True
    )
    line_ids = fields.One2many(
        "business.network.fund.reconciliation.line", "report_id", string="Items", readonly=True
    )
    sheet_file = fields.Binary(compute="_compute_sheet_file", string="Excel File")

    @api.depends("fund_id", "date")
    def _compute_display_name(self):
        for report in self:
            report.display_name = self.env._("Bank Reconciliation")

    def _compute_sheet_file(self):
        for report in self:
            content = self.env["business.network.sheet"]._write_fund_reconciliation(report)
            report.sheet_file = base64.b64encode(content)

    # -- reading -----------------------------------------------------------------------------------

    def get_report(self):
        """The report as plain values.

        :return: list of dicts by cash box and bank: ``{journal_id, name, kind, bank_account,
            transit_in, transit_out, book, statement, statement_name, statement_date, unidentified,
            difference, items}``; ``statement`` and ``difference`` are None where the bank stated
            nothing yet. Items: ``{section, date, move_id, entry, name, partner, amount}``
        """
        self.ensure_one()
        self.fund_id.check_access("read")
        journals = self.fund_id.sudo().cash_journal_ids.sorted(lambda j: (j.type, j.id))
        return [self._read_journal(journal) for journal in journals]

    def _read_journal(self, journal):
        items = self._read_transit(journal) + self._read_unidentified(journal)
        amounts = dict.fromkeys(dict(SECTIONS), 0.0)
        for item in items:
            amounts[item["section"]] += item["amount"]
        total = {key: self.currency_id.round(amount) for key, amount in amounts.items()}
        bank_account = journal._get_bank_account_balance(self.date)
        values = {
            "journal_id": journal.id,
            "name": journal.name,
            "kind": journal.type,
            "bank_account": bank_account,
            "transit_in": total["in"],
            "transit_out": total["out"],
            "book": self.currency_id.round(bank_account + total["in"] - total["out"]),
            "unidentified": total["unidentified"],
            "items": items,
        }
        return {**values, **self._read_statement(journal, bank_account)}

    def _read_transit(self, journal):
        """What was open on the accounts in transit at the end of the day, item by item."""
        open_amounts = self._get_open_amounts(journal._get_transit_accounts())
        items = self.env["account.move.line"].sudo().browse(open_amounts)
        return [
            self._describe_item(
                item, "in" if open_amounts[item.id] > 0 else "out", abs(open_amounts[item.id])
            )
            for item in items.sorted(lambda item: (item.date, item.id))
        ]

    def _get_open_amounts(self, accounts):
        """What items were open as of the date: ``{item id: amount}``, in one query."""
        if not accounts:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id, item.balance
                       - COALESCE((SELECT SUM(part.amount) FROM account_partial_reconcile part
                                    WHERE part.debit_move_id = item.id
                                      AND part.max_date <= %(date)s), 0)
                       + COALESCE((SELECT SUM(part.amount) FROM account_partial_reconcile part
                                    WHERE part.credit_move_id = item.id
                                      AND part.max_date <= %(date)s), 0)
                  FROM account_move_line item
                 WHERE item.account_id = ANY(%(accounts)s) AND item.parent_state = 'posted'
                   AND item.date <= %(date)s
                """,
                date=self.date,
                accounts=accounts.ids,
            )
        )
        rounded = {item_id: self.currency_id.round(float(amount)) for item_id, amount in rows}
        return {item_id: amount for item_id, amount in rounded.items() if amount}

    def _read_unidentified(self, journal):
        """Lines of statements that nobody identified; the bank has them, no fund yet."""
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("journal_id", "=", journal.id),
                    ("account_id", "=", journal.suspense_account_id.id),
                    ("statement_line_id", "!=", False),
                    ("parent_state", "=", "posted"),
                    ("date", "<=", self.date),
                ],
                order="date, id",
            )
        )
        return [self._describe_item(item, "unidentified", -item.balance) for item in items]

    def _describe_item(self, item, section, amount):
        return {
            "section": section,
            "date": item.date,
            "move_id": item.move_id.id,
            "entry": item.move_id.name,
            "name": item.name or item.move_id.ref or "",
            "partner": item.partner_id.display_name or "",
            "amount": amount,
        }

    def _read_statement(self, journal, bank_account):
        """What the bank states as of the date, and how far the books are from it."""
        line = (
            self.env["account.bank.statement.line"]
            .sudo()
            .search(
                [
                    ("journal_id", "=", journal.id),
                    ("statement_id", "!=", False),
                    ("state", "=", "posted"),
                    ("date", "<=", self.date),
                ],
                order="internal_index DESC",
                limit=1,
            )
        )
        statement = line.statement_id
        if not statement:
            return dict.fromkeys(
                ("statement", "statement_name", "statement_date", "difference"), None
            )
        later = statement.line_ids.filtered(lambda one: one.date > self.date)
        stated = statement.balance_end_real - sum(later.mapped("amount"))
        return {
            "statement": self.currency_id.round(stated),
            "statement_name": statement.name,
            "statement_date": line.date,
            "difference": self.currency_id.round(bank_account - stated),
        }

    # -- showing -----------------------------------------------------------------------------------

    def action_show(self):
        """Read the books and the statements as of the date, and show them."""
        self.ensure_one()
        report = self.get_report()
        self.sudo().write(
            {
                "bank_ids": [Command.clear(), *(Command.create(self._bank(b)) for b in report)],
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create({"journal_name": bank["name"], **self._line(item)})
                        for bank in report
                        for item in bank["items"]
                    ),
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bank Reconciliation"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def _bank(self, bank):
        names = self.env["business.network.fund.reconciliation.bank"]._fields
        stated = bank["statement"] is not None
        values = {name: value for name, value in bank.items() if name in names}
        return {**values, "is_stated": stated}

    def _line(self, item):
        names = self.env["business.network.fund.reconciliation.line"]._fields
        return {name: value for name, value in item.items() if name in names}

    def action_print(self):
        self.ensure_one()
        return self.env.ref(
            "red_empresarial_fund_reconcile.fund_reconciliation_report"
        ).report_action(self)

    def action_download_sheet(self):
        self.ensure_one()
        name = f"{self.env._('Bank Reconciliation')} - {self.fund_id.name} - {self.date}"
        return self.env["business.network.sheet"]._get_download_action(
            self, "sheet_file", name.replace("/", "-")
        )


class BusinessNetworkFundReconciliationBank(models.TransientModel):
    """One cash box or bank of the report."""

    _name = "business.network.fund.reconciliation.bank"
    _description = "Bank in a Reconciliation"

    report_id = fields.Many2one(
        "business.network.fund.reconciliation", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="report_id.currency_id")
    journal_id = fields.Many2one("account.journal")
    name = fields.Char(string="Cash or Bank")
    book = fields.Monetary(string="In the Books", help="Bank account and what is in transit.")
    transit_in = fields.Monetary(string="To the Bank", help="In transit to the bank.")
    transit_out = fields.Monetary(string="From the Bank", help="In transit from the bank.")
    bank_account = fields.Monetary(
        string="Bank, Books", help="In the books less to the bank plus from the bank."
    )
    is_stated = fields.Boolean()
    statement = fields.Monetary(string="Bank, Stated", help="What the bank states.")
    statement_date = fields.Date(string="Stated On")
    unidentified = fields.Monetary(help="Stated by the bank, not identified yet.")
    difference = fields.Monetary()


class BusinessNetworkFundReconciliationLine(models.TransientModel):
    """One item in transit, or a line of a statement that nobody identified."""

    _name = "business.network.fund.reconciliation.line"
    _description = "Item in a Reconciliation"
    _order = "section, date, id"

    report_id = fields.Many2one(
        "business.network.fund.reconciliation", required=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="report_id.currency_id")
    section = fields.Selection(SECTIONS, string="Where")
    journal_name = fields.Char(string="Bank")
    date = fields.Date()
    entry = fields.Char()
    name = fields.Char(string="Concept")
    partner = fields.Char(string="Member or Partner")
    amount = fields.Monetary()
    move_id = fields.Many2one("account.move")

    def action_open(self):
        """Open the entry, for those who may read entries."""
        self.ensure_one()
        return self.report_id.fund_id._show_entry(self.sudo().move_id)
