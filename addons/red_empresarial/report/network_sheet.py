import io
import re
from urllib.parse import urlencode as url_encode

import xlsxwriter
from odoo import models
from xlsxwriter.utility import xl_rowcol_to_cell

WIDTHS = (13, 22, 46, 18, 18, 18, 18, 18)
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
NAME_LENGTH = 31
GREEN = "#1F5C57"


class BusinessNetworkSheet(models.AbstractModel):
    """Writing statements and settlements as spreadsheets: real numbers and dates, totals as sums.

    Texts are always written as texts: what begins with an equals sign is no formula.
    """

    _name = "business.network.sheet"
    _description = "Spreadsheets of Networks"

    def _get_download_action(self, record, field, name):
        """Action that downloads a computed file of ``record`` as a spreadsheet."""
        url = f"/web/content/{record._name}/{record.id}/{field}"
        return {
            "type": "ir.actions.act_url",
            "url": f"{url}?{url_encode({'download': 'true', 'filename': f'{name}.xlsx'})}",
            "target": "download",
        }

    # -- the book ------------------------------------------------------------------------------

    def _write_book(self, sheets):
        """The bytes of a book.

        :param sheets: ``[(name, writer, arguments)]``; ``writer(sheet, formats, *arguments)``
        """
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream, {"in_memory": True})
        formats = _Formats(book)
        taken = set()
        for name, writer, *arguments in sheets:
            sheet = book.add_worksheet(self._get_sheet_name(name, taken))
            for column, width in enumerate(WIDTHS):
                sheet.set_column(column, column, width)
            sheet.fit_to_pages(1, 0)
            sheet.set_paper(9)
            writer(sheet, formats, *arguments)
        book.close()
        return stream.getvalue()

    def _get_sheet_name(self, name, taken):
        """A name that the format allows and no other sheet of the book has."""
        plain = FORBIDDEN.sub(" ", name or "-").strip()[:NAME_LENGTH] or "-"
        number = 2
        while plain.lower() in taken:
            tail = f" {number}"
            plain = plain[: NAME_LENGTH - len(tail)] + tail
            number += 1
        taken.add(plain.lower())
        return plain

    def _write_heading(self, sheet, formats, title, texts):
        """Title and what stands below it; return the next free row."""
        sheet.write_string(0, 0, title, formats["title"])
        for number, text in enumerate(texts, start=1):
            sheet.write_string(number, 0, text, formats["muted"])
        return len(texts) + 2

    def _write_value(self, sheet, formats, row, column, value, kind, currency=None):
        """Write a value of a column type as what it is."""
        if value is None or value is False:
            return
        if kind == "date":
            sheet.write_datetime(row, column, value, formats["date"])
        elif kind in ("money", "quantity", "percent"):
            sheet.write_number(row, column, value, formats.number(kind, currency))
        elif kind == "documents":
            names = ", ".join(document["name"] for document in value)
            sheet.write_string(row, column, names, formats["text"])
        else:
            sheet.write_string(row, column, str(value), formats["text"])

    def _write_sum(self, sheet, formats, row, column, first, last, value, currency):
        """Write the sum of a column's cells, with its value for programs that do not compute."""
        cells = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last, column)}"
        style = formats.number("money", currency, total=True)
        sheet.write_formula(row, column, f"=SUM({cells})", style, currency.round(value))

    # -- statements ----------------------------------------------------------------------------

    def _write_statements(self, statements):
        """A book with one sheet per statement."""
        return self._write_book(
            [
                (statement["partner"].name, self._in_language(statement), statement)
                for statement in statements
            ]
        )

    def _in_language(self, statement):
        return self.with_context(lang=statement["lang"])._write_statement

    def _write_statement(self, sheet, formats, statement):
        """Summary first, then each section; sums of the summary point to the sections below."""
        heading = [statement["partner"].name, statement["network"].name, statement["period"]]
        if statement["settlement"]:
            heading.insert(2, statement["settlement"].name)
        if statement["partner"].vat:
            heading[0] += f" · {statement['partner'].vat}"
        heading.append(self.env._("Amounts in %s", statement["currency"].name))
        top = self._write_heading(sheet, formats, statement["title"], heading)
        row, totals = top + len(statement["figures"]) + 2, {}
        for section in statement["sections"]:
            row = self._write_section(sheet, formats, row, section, statement, totals)
        self._write_figures(sheet, formats, top, statement, totals)

    def _write_section(self, sheet, formats, row, section, statement, totals):
        """A table with its total row; note in ``totals`` where the totals are."""
        currency = statement["currency"]
        sheet.write_string(row, 0, section["title"], formats["section"])
        for number, column in enumerate(section["columns"]):
            style = "head" if column["type"] in ("text", "date", "documents") else "head_number"
            sheet.write_string(row + 1, number, column["label"], formats[style])
        first = row + 2
        for offset, line in enumerate(section["lines"]):
            for number, column in enumerate(section["columns"]):
                value, kind = line[column["key"]], column["type"]
                self._write_value(sheet, formats, first + offset, number, value, kind, currency)
        last = first + len(section["lines"]) - 1
        sheet.write_string(last + 1, 0, self.env._("Total"), formats["total"])
        for number, column in enumerate(section["columns"]):
            key = column["key"]
            if key in section["totals"] and key != "balance":
                value = section["totals"][key]
                self._write_sum(sheet, formats, last + 1, number, first, last, value, currency)
                totals[section["key"], key] = xl_rowcol_to_cell(last + 1, number)
            elif number:
                sheet.write_blank(last + 1, number, None, formats["total"])
        if section["key"] == "account":
            self._write_balances(sheet, formats, first, last, section, currency, totals)
        return last + 3

    def _write_balances(self, sheet, formats, first, last, section, currency, totals):
        """The running balance as formulas: what was before, more what came, less what went."""
        keys = [column["key"] for column in section["columns"]]
        favour, against, balance = (keys.index(key) for key in ("favour", "against", "balance"))
        for offset, line in enumerate(section["lines"][1:], start=1):
            row = first + offset
            cells = [
                xl_rowcol_to_cell(*cell)
                for cell in ((row - 1, balance), (row, favour), (row, against))
            ]
            style = formats.number("money", currency)
            formula = "={}+{}-{}".format(*cells)
            sheet.write_formula(row, balance, formula, style, line["balance"])
        cell = xl_rowcol_to_cell(last, balance)
        style = formats.number("money", currency, total=True)
        value = section["totals"]["balance"]
        sheet.write_formula(last + 1, balance, f"={cell}", style, value)
        totals["account", "opening"] = xl_rowcol_to_cell(first, balance)
        totals["account", "closing"] = xl_rowcol_to_cell(last + 1, balance)

    def _write_figures(self, sheet, formats, row, statement, totals):
        """The summary: each figure from its section, each total from the figures above it."""
        currency, since = statement["currency"], row
        for figure in statement["figures"]:
            strong = figure["strong"]
            sheet.write_string(row, 0, figure["label"], formats["total" if strong else "text"])
            for column in (1, 2):
                style = formats["total" if strong else "text"]
                sheet.write_blank(row, column, None, style)
            names = ", ".join(document["name"] for document in figure["documents"])
            if names or figure["text"]:
                sheet.write_string(row, 2, names or figure["text"], formats["text"])
            if figure["amount"] is not None:
                style = formats.number("money", currency, total=strong)
                formula = self._get_figure_formula(figure, row, since, totals)
                if formula:
                    sheet.write_formula(row, 3, formula, style, figure["amount"])
                else:
                    sheet.write_number(row, 3, figure["amount"], style)
            row += 1
            since = row if figure["total"] else since

    def _get_figure_formula(self, figure, row, since, totals):
        """Formula of a figure of the summary, empty for one that stands alone."""
        if figure["total"] and row > since:
            return f"=SUM({xl_rowcol_to_cell(since, 3)}:{xl_rowcol_to_cell(row - 1, 3)})"
        cell = totals.get((figure["section"], "amount")) or totals.get(("account", figure["key"]))
        return f"={cell}" if cell else ""


class _Formats:
    """The styles of one book; those of numbers are made when a currency asks for them."""

    def __init__(self, book):
        line = {"bottom": 1, "bottom_color": "#DDDDDD", "valign": "top"}
        total = {"bold": True, "top": 2, "top_color": GREEN}
        head = {"bold": True, "bottom": 2, "bottom_color": GREEN, "text_wrap": True}
        self._book = book
        self._line, self._total = line, total
        self._made = {
            "title": book.add_format({"bold": True, "font_size": 16, "font_color": GREEN}),
            "muted": book.add_format({"font_color": "#666666"}),
            "section": book.add_format({"bold": True, "font_size": 12, "font_color": GREEN}),
            "head": book.add_format(head),
            "head_number": book.add_format({**head, "align": "right"}),
            "text": book.add_format(line),
            "total": book.add_format(total),
            "date": book.add_format({**line, "num_format": "dd/mm/yyyy", "align": "left"}),
        }

    def __getitem__(self, name):
        return self._made[name]

    def number(self, kind, currency=None, total=False):
        """Style of money, quantities and percentages."""
        decimals = currency.decimal_places if kind == "money" and currency else 2
        key = (kind, decimals, total)
        if key not in self._made:
            places = f".{'0' * decimals}" if decimals else ""
            pattern = {"percent": "0.00%", "quantity": "#,##0.##"}.get(kind, f"#,##0{places}")
            style = self._total if total else self._line
            self._made[key] = self._book.add_format({**style, "num_format": pattern})
        return self._made[key]
