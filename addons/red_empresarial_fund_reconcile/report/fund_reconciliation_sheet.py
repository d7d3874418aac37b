from odoo import models
from xlsxwriter.utility import xl_rowcol_to_cell

from ..wizards.fund_reconciliation import SECTIONS


class BusinessNetworkSheet(models.AbstractModel):
    """The bank reconciliation of a fund as a spreadsheet: differences are formulas."""

    _inherit = "business.network.sheet"

    def _write_fund_reconciliation(self, report):
        """The bytes of a book with the summary and the items of a report."""
        return self._write_book(
            [
                (self.env._("Reconciliation"), self._write_fund_banks, report),
                (self.env._("Items"), self._write_fund_items, report),
            ]
        )

    def _write_fund_heading(self, sheet, formats, report):
        return self._write_heading(
            sheet,
            formats,
            self.env._("Bank reconciliation"),
            [
                report.fund_id.display_name,
                self.env._("As of %s", report.date.strftime("%d/%m/%Y")),
                self.env._("Amounts in %s", report.currency_id.name),
            ],
        )

    def _write_fund_banks(self, sheet, formats, report):
        row = self._write_fund_heading(sheet, formats, report)
        for bank in report.get_report():
            row = self._write_fund_bank(sheet, formats, row, bank, report.currency_id)

    def _write_fund_bank(self, sheet, formats, row, bank, currency):
        """Four figures that add up, and what the bank states; return the next free row."""
        figures = [
            (self.env._("In the books"), bank["book"]),
            (self.env._("Less: in transit to the bank"), -bank["transit_in"]),
            (self.env._("Plus: in transit from the bank"), bank["transit_out"]),
        ]
        sheet.write_string(row, 0, bank["name"], formats["section"])
        for offset, (label, amount) in enumerate(figures, start=1):
            sheet.write_string(row + offset, 0, label, formats["text"])
            self._write_value(sheet, formats, row + offset, 3, amount, "money", currency)
        total = row + len(figures) + 1
        sheet.write_string(total, 0, self.env._("Bank by the books"), formats["total"])
        self._write_sum(
            sheet, formats, total, 3, row + 1, total - 1, bank["bank_account"], currency
        )
        if bank["statement"] is not None:
            total += 1
            label = self.env._("Bank by its statement of %s", bank["statement_name"])
            sheet.write_string(total, 0, label, formats["text"])
            self._write_value(sheet, formats, total, 3, bank["statement"], "money", currency)
            total += 1
            cells = [xl_rowcol_to_cell(total - back, 3) for back in (2, 1)]
            sheet.write_string(total, 0, self.env._("Difference"), formats["total"])
            style = formats.number("money", currency, total=True)
            sheet.write_formula(total, 3, "={}-{}".format(*cells), style, bank["difference"])
        return total + 2

    def _write_fund_items(self, sheet, formats, report):
        row = self._write_fund_heading(sheet, formats, report)
        sections = dict(
            self.env["business.network.fund.reconciliation.line"]
            ._fields["section"]
            ._description_selection(self.env)
        )
        banks = report.get_report()
        for section, _label in SECTIONS:
            items = [
                {**item, "bank": bank["name"]}
                for bank in banks
                for item in bank["items"]
                if item["section"] == section
            ]
            if items:
                row = self._write_fund_section(
                    sheet, formats, row, sections[section], items, report.currency_id
                )

    def _write_fund_section(self, sheet, formats, row, title, items, currency):
        columns = [
            ("date", self.env._("Date"), "date"),
            ("entry", self.env._("Entry"), "text"),
            ("name", self.env._("Concept"), "text"),
            ("partner", self.env._("Member or partner"), "text"),
            ("bank", self.env._("Bank"), "text"),
            ("amount", self.env._("Amount"), "money"),
        ]
        sheet.write_string(row, 0, title, formats["section"])
        for number, (_key, label, kind) in enumerate(columns):
            style = "head_number" if kind == "money" else "head"
            sheet.write_string(row + 1, number, label, formats[style])
        first = row + 2
        for offset, item in enumerate(items):
            for number, (key, _label, kind) in enumerate(columns):
                self._write_value(sheet, formats, first + offset, number, item[key], kind, currency)
        last = first + len(items) - 1
        total = sum(item["amount"] for item in items)
        sheet.write_string(last + 1, 0, self.env._("Total"), formats["total"])
        self._write_sum(sheet, formats, last + 1, 5, first, last, total, currency)
        return last + 3
