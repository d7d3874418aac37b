import io
import zipfile

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.statement_match import plain_words
from odoo.addons.red_empresarial.tools.minor_units import to_minor
from odoo.tools import format_amount, format_date

from ..tools.statement_sheet import TITLES, StatementProblemsError


class AccountStatementImport(models.TransientModel):
    """Import of a fund's statement: all of it or nothing, with a report of the rows to correct."""

    _name = "account.statement.import"
    _inherit = ["account.statement.import", "business.network.sheet.import.mixin"]

    fund_journal_id = fields.Many2one(
        "account.journal", string="Bank", compute="_compute_fund_journal_id"
    )
    problem_ids = fields.One2many("business.network.fund.statement.problem", "import_id")

    @api.depends_context("journal_id")
    def _compute_fund_journal_id(self):
        journal = self.env["account.journal"].browse(self.env.context.get("journal_id"))
        self.fund_journal_id = journal if journal._get_funds() else False

    # -- template ----------------------------------------------------------------------------------

    def _get_template_name(self):
        return f"{self.env._('Bank statement')}.xlsx"

    def _get_template(self):
        titles = [get_title(self.env) for get_title in TITLES.values()]
        return self._write_template(self.env._("Bank statement"), titles, [], 1)

    def _show_problems(self, problems):
        context = {"journal_id": self.env.context.get("journal_id")}
        return {**super()._show_problems(problems), "context": context}

    def _get_title(self):
        return self.env._("Import Bank Statement File")

    # -- buttons -----------------------------------------------------------------------------------

    def import_file_button(self):
        return self._import_or_show(super().import_file_button)

    def import_file_and_reconcile_button(self):
        return self._import_or_show(super().import_file_and_reconcile_button)

    def _import_or_show(self, run):
        """Import all, or nothing and show what is wrong."""
        self.ensure_one()
        self.problem_ids.unlink()
        try:
            with self.env.cr.savepoint():
                return run()
        except StatementProblemsError as error:
            return self._show_problems(error.problems)

    def _import_file(self):
        self.fund_journal_id._check_fund_statements_ready()
        return super()._import_file()

    # -- reading -----------------------------------------------------------------------------------

    def _parse_file(self, data_file):
        """A sheet of a fund is read at once: other readers would take a workbook for a ZIP of CAMT.

        What is no sheet is left to them, whatever mapping the bank has.
        """
        if not self.fund_journal_id:
            return super()._parse_file(data_file)
        if self.sheet_mapping_id and _is_sheet(data_file):
            parser = self.env["account.statement.import.sheet.parser"]
            return parser.parse(
                data_file, self.sheet_mapping_id, self.statement_filename or self.env._("Statement")
            )
        self.sheet_mapping_id = False
        return super()._parse_file(data_file)

    # -- checking ----------------------------------------------------------------------------------

    def _create_bank_statements(self, stmts_vals, result):
        journals = self.env["account.journal"].browse({vals["journal_id"] for vals in stmts_vals})
        for journal in journals.filtered(lambda journal: journal._get_funds()):
            own = [vals for vals in stmts_vals if vals["journal_id"] == journal.id]
            self._check_fund_statements(journal, own)
        for vals in stmts_vals:
            for line in vals["transactions"]:
                line.pop("network_row", None)
                line.pop("network_stated", None)
        return super()._create_bank_statements(stmts_vals, result)

    def _check_fund_statements(self, journal, stmts_vals):
        """Complete statements of a fund's bank, in their order.

        :raise StatementProblemsError: they do not add up, do not follow the last one, overlap what
            was imported, or fall into a closed period
        """
        reached, problems = journal._get_stated_balance(), []
        known = self._get_known_lines(journal, stmts_vals)
        last = journal._get_last_statement()
        day = max(last.line_ids.mapped("date"), default=None)
        for vals in stmts_vals:
            rows = self._read_statement(journal, vals, reached)
            follows = self._follows(journal, vals, reached)
            problems += self._find_closed(journal, rows)
            overlaps = self._find_overlaps(rows, known, follows)
            problems += overlaps + self._find_too_early(rows, day, overlaps)
            if not follows:
                problems.append(self._describe_gap(journal, rows, vals, reached))
            problems += self._find_wrong_total(journal, rows, vals)
            reached = vals["balance_end_real"]
            day = max((row["date"] for row in rows), default=day)
        self._number_lines(stmts_vals, known)
        if problems:
            raise StatementProblemsError(self.env, sorted(problems, key=lambda p: p["line"]))

    def _number_lines(self, stmts_vals, known):
        """Of one day the lowest number is the newest: go on below what the days have already.

        All are below zero: lines whose first one has number zero are numbered by the import.
        """
        lines = [line for vals in stmts_vals for line in vals["transactions"]]
        lowest = min([0, *(line["sequence"] for line in known)])
        for place, line in enumerate(lines, start=1):
            line["sequence"] = lowest - place

    def _read_statement(self, journal, vals, reached):
        """Lines of a statement with their row and running balance; fill in what it left out."""
        currency = journal.currency_id or journal.company_id.currency_id
        moved = sum(to_minor(float(line["amount"]), currency) for line in vals["transactions"])
        if moved and not vals.get("balance_start") and not vals.get("balance_end_real"):
            vals.pop("balance_start", None)  # both zero: the file states no balances
            vals.pop("balance_end_real", None)
        stated = "balance_start" in vals
        vals["balance_start"] = currency.round(float(vals.get("balance_start", reached)))
        balance, rows = vals["balance_start"], []
        for place, line in enumerate(vals["transactions"], start=1):
            amount = currency.round(float(line["amount"]))
            balance = currency.round(balance + amount)
            rows.append(
                {
                    "row": line.get("network_row", place),
                    "stated": line.get("network_stated", stated),
                    "date": fields.Date.to_date(line["date"]),
                    "amount": to_minor(amount, currency),
                    "balance": to_minor(balance, currency),
                    "text": plain_words(line.get("ref") or line.get("payment_ref")),
                }
            )
        vals["balance_end_real"] = currency.round(float(vals.get("balance_end_real", balance)))
        return rows

    def _follows(self, journal, vals, reached):
        currency = journal.currency_id or journal.company_id.currency_id
        return currency.is_zero(vals["balance_start"] - reached)

    def _find_closed(self, journal, rows):
        """Rows dated in a closed period of a fund of the journal."""
        return [
            {
                "line": row["row"],
                "column": self.env._("Date"),
                "problem": self.env._(
                    "%(fund)s is closed up to %(date)s.",
                    fund=fund.display_name,
                    date=format_date(self.env, fund.date_closed),
                ),
                "remedy": self.env._("Import the statement of the time after it."),
            }
            for fund in journal._get_funds()
            if fund.date_closed
            for row in rows
            if row["date"] <= fund.date_closed
        ]

    def _get_known_lines(self, journal, stmts_vals):
        """Lines imported before, of the days of these statements, as the rows are compared."""
        currency = journal.currency_id or journal.company_id.currency_id
        days = [
            fields.Date.to_date(line["date"])
            for vals in stmts_vals
            for line in vals["transactions"]
        ]
        lines = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", journal.id),
                ("date", ">=", min(days)),
                ("date", "<=", max(days)),
            ]
            if days
            else [("id", "=", False)]
        )
        return [
            {
                "date": line.date,
                "amount": to_minor(line.amount, currency),
                "balance": to_minor(line.running_balance, currency),
                "text": plain_words(line.ref or line.payment_ref),
                "statement": line.statement_id.display_name or line.name,
                "sequence": line.sequence,
            }
            for line in lines
        ]

    def _find_overlaps(self, rows, known, follows):
        """Rows that stand in the books: same day and amount, and same reference or balance.

        Where the statement begins with the end of the last one, both must be the same: a member
        may pay twice on a day.
        """
        sure = all if follows and all(row["stated"] for row in rows) else any
        taken, problems = set(), []
        for row in rows:
            for place, line in enumerate(known):
                same = (row["text"] == line["text"], row["balance"] == line["balance"])
                if (
                    place not in taken
                    and (row["date"], row["amount"]) == (line["date"], line["amount"])
                    and sure(same)
                ):
                    taken.add(place)
                    problems.append(self._describe_overlap(row, line))
                    break
        return problems

    def _find_too_early(self, rows, day, overlaps):
        """Rows of days before the last one that was stated, but for those imported already."""
        told = {problem["line"] for problem in overlaps}
        return [
            {
                "line": row["row"],
                "column": self.env._("Date"),
                "problem": self.env._(
                    "The bank stated what it did up to %s already.", format_date(self.env, day)
                ),
                "remedy": self.env._(
                    "Undo the import of what is later, and import the statements in their order."
                ),
            }
            for row in rows
            if day and row["date"] < day and row["row"] not in told
        ]

    def _describe_overlap(self, row, line):
        return {
            "line": row["row"],
            "column": self.env._("Date"),
            "problem": self.env._("This line was imported already, in %s.", line["statement"]),
            "remedy": self.env._("Delete the row, or import the statement of the days after it."),
        }

    def _describe_gap(self, journal, rows, vals, reached):
        currency = journal.currency_id or journal.company_id.currency_id
        last = journal._get_last_statement()
        about = {
            "start": format_amount(self.env, vals["balance_start"], currency),
            "reached": format_amount(self.env, reached, currency),
        }
        return {
            "line": rows[0]["row"] if rows else 0,
            "column": self.env._("Balance"),
            "problem": self.env._(
                "The statement begins with %(start)s, and %(last)s ended with %(reached)s.",
                last=last.display_name,
                **about,
            )
            if last
            else self.env._(
                "The statement begins with %(start)s, and the books have %(reached)s on the bank "
                "account.",
                **about,
            ),
            "remedy": self.env._("Import what the bank did in between first.")
            if last
            else self.env._(
                "Book what the fund already had with “Money In or Moved”; what was booked on the "
                "bank account since that day, “Bank Statements” on the fund moves to transit."
            ),
        }

    def _find_wrong_total(self, journal, rows, vals):
        currency = journal.currency_id or journal.company_id.currency_id
        reached = vals["balance_start"] + sum(
            float(line["amount"]) for line in vals["transactions"]
        )
        if currency.is_zero(reached - vals["balance_end_real"]):
            return []
        return [
            {
                "line": rows[-1]["row"] if rows else 0,
                "column": self.env._("Balance"),
                "problem": self.env._(
                    "The statement ends with %(end)s, and its lines make %(reached)s.",
                    end=format_amount(self.env, vals["balance_end_real"], currency),
                    reached=format_amount(self.env, reached, currency),
                ),
                "remedy": self.env._("Ask the bank for the whole statement."),
            }
        ]


class BusinessNetworkFundStatementProblem(models.TransientModel):
    """What is wrong in one row of a bank statement."""

    _name = "business.network.fund.statement.problem"
    _description = "Problem in a Bank Statement"
    _inherit = "business.network.sheet.problem.mixin"

    import_id = fields.Many2one("account.statement.import", required=True, ondelete="cascade")


def _is_sheet(content):
    """Whether a file is a workbook or a table of texts, and not XML."""
    if content[:2] == b"PK":
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                return "xl/workbook.xml" in book.namelist()
        except zipfile.BadZipFile:
            return False
    return not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
