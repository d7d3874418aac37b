"""Reading a bank's statement cell by cell, by the columns that a mapping names."""

import re
from datetime import datetime
from decimal import Decimal

from odoo.addons.red_empresarial.tools.sheet_reader import SheetReader, in_all_languages
from odoo.addons.red_empresarial.tools.sheets import read_amount
from odoo.exceptions import UserError
from odoo.tools import formatLang

__all__ = ["TITLES", "StatementProblemsError", "StatementSheet"]

# Columns of the template, as it is downloaded in the user's language.
TITLES = {
    "timestamp_column": lambda env: env._("Date"),
    "reference_column": lambda env: env._("Reference"),
    "description_column": lambda env: env._("Description"),
    "partner_name_column": lambda env: env._("Paid By"),
    "amount_debit_column": lambda env: env._("Money In"),
    "amount_credit_column": lambda env: env._("Money Out"),
    "balance_column": lambda env: env._("Balance"),
}
# What banks often have instead of the two columns.
AMOUNT = {"amount_column": lambda env: env._("Amount")}
TEMPLATE_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y")
SHEET_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")  # how a cell with a date reads
SAID = ("reference_column", "description_column", "partner_name_column")
COPIED = (
    *SAID,
    "notes_column",
    "transaction_id_column",
    "bank_name_column",
    "bank_account_column",
    "original_currency_column",
    "original_amount_column",
)


class StatementProblemsError(UserError):
    """What is wrong in a statement, row by row; nothing of it was written.

    :ivar problems: ``[{line, column, problem, remedy}]``
    """

    def __init__(self, env, problems):
        self.problems = problems
        rows = [
            env._(
                "Row %(row)s, %(column)s: %(problem)s %(remedy)s",
                row=problem["line"],
                column=problem["column"],
                problem=problem["problem"],
                remedy=problem["remedy"],
            )
            for problem in problems
        ]
        super().__init__("\n".join([env._("Nothing of the statement was imported."), *rows]))


class StatementSheet(SheetReader):
    """Rows of a statement as dates and numbers, oldest first, each balance checked.

    :ivar is_stated: whether the sheet says any balance, or all were computed
    """

    def __init__(self, env, table, mapping, journal):
        """Take ``table`` as :func:`tools.sheets.read_table` returns it."""
        first = mapping.header_lines_skip_count
        table = [
            (number, cells[mapping.offset_column :]) for number, cells in table if number >= first
        ]
        if mapping.footer_lines_skip_count:
            table = table[: -mapping.footer_lines_skip_count]
        if mapping.no_header:
            table = [(0, []), *table]
        super().__init__(env, table or [(1, [])])
        self.mapping = mapping
        self.journal = journal.sudo()
        self.currency = self.journal.currency_id or self.journal.company_id.currency_id
        self.header = table[0][0] if table else 1
        self.is_stated = True
        self.columns = self._find_columns()

    # -- columns -----------------------------------------------------------------------------------

    def _find_columns(self):
        """Positions of each column: ``{column of the mapping: [position]}``."""
        if self.mapping.is_fund_template:
            return self._find_template_columns()
        columns = {}
        for name in self.mapping._fields:
            if name.endswith("_column") and name != "offset_column" and self.mapping[name]:
                columns[name] = [
                    position
                    for title in self.mapping[name].split(",")
                    if (position := self._find_position(title.strip())) is not None
                ]
        return columns

    def _find_position(self, title):
        if self.mapping.no_header and title.isdigit():
            return int(title)
        titles = [known.casefold() for known in self.titles]
        if title.casefold() in titles:
            return titles.index(title.casefold())
        self._note_missing(title)
        return None

    def _note_missing(self, title):
        self.problems.append(
            {
                "line": self.header,
                "column": title,
                "problem": self.env._("The sheet has no column of that title."),
                "remedy": self.env._(
                    "Download the template, or choose the mapping of your bank. It has: %s.",
                    ", ".join(filter(None, self.titles)) or "-",
                ),
            }
        )

    def _find_template_columns(self):
        known = [title.casefold() for title in self.titles]
        columns = {}
        for name, get_title in (TITLES | AMOUNT).items():
            titles = in_all_languages(self.env, get_title)
            found = [position for position, title in enumerate(known) if title in titles]
            if found:
                columns[name] = found[:1]
        needed = ["timestamp_column"]
        if "amount_column" not in columns:
            needed += ["amount_debit_column", "amount_credit_column"]
        for name in needed:
            if name not in columns:
                self._note_missing(TITLES[name](self.env))
        return columns

    # -- cells -------------------------------------------------------------------------------------

    def _text(self, row, name):
        cells = [self._cell(row, position) for position in self.columns.get(name, ())]
        return " ".join(filter(None, cells))

    def _complain(self, number, name, problem, remedy):
        position = (self.columns.get(name) or [0])[0]
        self._note(number, position, problem, remedy)

    def _read_date(self, number, row):
        text = self._text(row, "timestamp_column")
        formats = [self.mapping.timestamp_format, *SHEET_FORMATS]
        if self.mapping.is_fund_template:
            formats += TEMPLATE_FORMATS
        for pattern in formats:
            try:
                return datetime.strptime(text, pattern)
            except ValueError:
                continue
        self._complain(
            number,
            "timestamp_column",
            self.env._("“%s” is no date.", text),
            self.env._("Write it like %s.", datetime(2026, 5, 31).strftime(formats[0])),
        )
        return None

    def _read_signed(self, number, row, name):
        """The amount of a cell with its sign; None when it is empty or no amount."""
        text = self._text(row, name)
        body = re.sub(r"[\s\u00a0]", "", text)
        for symbol in ("S/.", self.currency.symbol, self.currency.name):
            body = body.replace(symbol or "\0", "")
        negative = body[:1] in ("-", "(") or body[-1:] in ("-", ")")
        body = body.strip("-+()")
        if not body:
            return None
        amount = self._read_number(body)
        if amount is None:
            self._complain(
                number,
                name,
                self.env._("“%s” is no amount.", text),
                self.env._(
                    "Write a number with at most %s decimals.", self.currency.decimal_places
                ),
            )
            return None
        return -amount if negative else amount

    def _read_number(self, text):
        thousands, decimals = map(re.escape, self.mapping._get_float_separators())
        digits = self.currency.decimal_places
        if decimals and re.fullmatch(
            rf"(\d+|\d{{1,3}}({thousands}\d{{3}})+)({decimals}\d{{1,{max(digits, 1)}}})?", text
        ):
            whole, _sign, rest = text.partition(decimals.replace("\\", ""))
            return Decimal(f"{re.sub(r'[^0-9]', '', whole)}.{rest or 0}")
        return read_amount(text, digits)

    def _read_amount(self, number, row):
        """What the row adds to the account; None when it does not say."""
        before = len(self.problems)
        cells = {
            name: self._read_signed(number, row, name)
            for name in ("amount_column", "amount_debit_column", "amount_credit_column")
            if self.columns.get(name)
        }
        if len(self.problems) > before:
            return None
        said = {name: amount for name, amount in cells.items() if amount}
        if len(said) != 1:
            self._complain(
                number,
                next(iter(cells), "timestamp_column"),
                self.env._("The row says two amounts.") if said else self.env._("No amount."),
                self.env._("Write the amount in one column, and leave the others empty."),
            )
            return None
        ((name, amount),) = said.items()
        if name == "amount_debit_column":
            return abs(amount)
        if name == "amount_credit_column":
            return -abs(amount)
        if self.columns.get("debit_credit_column"):
            out = self._text(row, "debit_credit_column") == self.mapping.debit_value
            return -abs(amount) if out else abs(amount)
        return amount

    def _check_currency(self, number, row):
        text = self._text(row, "currency_column")
        if text and text != self.currency.name:
            self._complain(
                number,
                "currency_column",
                self.env._("The row is in %s.", text),
                self.env._(
                    "%(bank)s is kept in %(currency)s.",
                    bank=self.journal.name,
                    currency=self.currency.name,
                ),
            )

    # -- rows --------------------------------------------------------------------------------------

    def read_rows(self):
        """Return ``[{number, cells}]``, oldest first; what is wrong stands in ``problems``.

        ``cells`` are values by column of the mapping: date, amount and balance as what they are.
        """
        if self.problems:
            return []
        rows = [self._read_row(number, row) for number, row in self.rows]
        if not rows:
            self.problems.append(
                {
                    "line": self.header,
                    "column": "-",
                    "problem": self.env._("There is no row below the titles."),
                    "remedy": self.env._("Choose the file that your bank gave you."),
                }
            )
        if self.problems:
            return []
        rows = self._put_in_order(rows)
        self._check_balances(rows)
        return rows

    def _read_row(self, number, row):
        cells = {name: text for name in COPIED if (text := self._text(row, name))}
        if not cells.get("description_column") and any(cells.get(name) for name in SAID):
            cells["description_column"] = next(cells[name] for name in SAID if cells.get(name))
        self._check_currency(number, row)
        return {
            "number": number,
            "cells": {
                **cells,
                "timestamp_column": self._read_date(number, row),
                "amount_column": self._read_amount(number, row),
                "balance_column": self._read_signed(number, row, "balance_column"),
            },
        }

    def _put_in_order(self, rows):
        """Banks give the newest row first, or the oldest: of one day the balances say which."""
        days = [row["cells"]["timestamp_column"] for row in rows]
        newest_first = days == sorted(days, reverse=True) and days[0] != days[-1]
        if len(set(days)) == 1 and self._get_unbalanced(rows):
            newest_first = not self._get_unbalanced(rows[::-1])
        rows = rows[::-1] if newest_first else rows
        return sorted(rows, key=lambda row: row["cells"]["timestamp_column"])

    def _get_unbalanced(self, rows):
        """``[(row, balance that the rows before make)]`` of rows that state another one."""
        found, reached = [], None
        for row in rows:
            stated, amount = row["cells"]["balance_column"], row["cells"]["amount_column"]
            if reached is not None:
                reached += amount
                if stated is not None and stated != reached:
                    found.append((row, reached))
            reached = reached if stated is None else stated
        return found

    def _check_balances(self, rows):
        """Note rows whose balance does not add up, and fill in the balances not stated."""
        for row, reached in self._get_unbalanced(rows):
            self._complain(
                row["number"],
                "balance_column",
                self.env._(
                    "The balance is %(stated)s and the rows before make %(reached)s.",
                    stated=self._show(row["cells"]["balance_column"]),
                    reached=self._show(reached),
                ),
                self.env._("A row is missing before it, or stands twice, or an amount is wrong."),
            )
        if self.problems:
            return
        first = next(
            (place for place, row in enumerate(rows) if row["cells"]["balance_column"] is not None),
            None,
        )
        self.is_stated = first is not None
        if first is None:
            start = Decimal(str(self.journal._get_stated_balance()))
        else:
            start = rows[first]["cells"]["balance_column"] - sum(
                row["cells"]["amount_column"] for row in rows[: first + 1]
            )
        for row in rows:
            start += row["cells"]["amount_column"]
            row["cells"]["balance_column"] = start

    def _show(self, amount):
        return formatLang(self.env, float(amount), currency_obj=self.currency)
