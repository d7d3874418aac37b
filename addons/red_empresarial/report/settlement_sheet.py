import base64

from odoo import fields, models
from xlsxwriter.utility import xl_rowcol_to_cell

AFTER_DUE = ("amount_due", "amount_tariff", "amount_netted", "amount_net", "amount_open")


class BusinessNetworkSettlement(models.Model):
    """The act as a file that a spreadsheet opens."""

    _inherit = "business.network.settlement"

    sheet_file = fields.Binary(compute="_compute_sheet_file", string="Excel File")

    def _compute_sheet_file(self):
        for settlement in self:
            content = self.env["business.network.sheet"]._write_settlement(settlement)
            settlement.sheet_file = base64.b64encode(content)

    def action_download_sheet(self):
        """Download the act and the members' statements as a spreadsheet."""
        self.ensure_one()
        name = f"{self.name} - {self.network_id.name}".replace("/", "-")
        return self.env["business.network.sheet"]._get_download_action(self, "sheet_file", name)


class BusinessNetworkSettlementLine(models.Model):
    """A member's statement as a file that a spreadsheet opens."""

    _inherit = "business.network.settlement.line"

    sheet_file = fields.Binary(compute="_compute_sheet_file", string="Excel File")

    def _compute_sheet_file(self):
        for line in self:
            content = self.env["business.network.sheet"]._write_statements(line._get_statements())
            line.sheet_file = base64.b64encode(content)

    def action_download_sheet(self):
        """Download the member's statement as a spreadsheet."""
        self.ensure_one()
        name = f"{self.settlement_id.name} - {self.partner_id.name}".replace("/", "-")
        return self.env["business.network.sheet"]._get_download_action(self, "sheet_file", name)


class BusinessNetworkSheet(models.AbstractModel):
    """The settlement as a spreadsheet: all members, totals as sums of the lines."""

    _inherit = "business.network.sheet"

    def _write_settlement(self, settlement):
        """A book with the settlement's lines on its first sheet and the members' statements."""
        statements = settlement.line_ids._get_statements()
        return self._write_book(
            [
                (self.env._("Settlement"), self._write_settlement_sheet, settlement),
                *(
                    (statement["partner"].name, self._in_language(statement), statement)
                    for statement in statements
                ),
            ]
        )

    def _get_settlement_period(self, settlement):
        return self.env["business.network.statement"]._get_period_text(
            {"date_from": settlement.date_from, "date_to": settlement.date_to}
        )

    def _get_settlement_columns(self, settlement):
        """``[(label, field, sign)]`` of the amounts that add up to what is due; extend to add."""
        columns = [
            (self.env._("Revenue"), "amount_revenue", 1),
            (self.env._("Expenses"), "amount_expense", -1),
        ]
        if settlement.policy != "principal":
            columns.append((self.env._("Input Tax"), "amount_input_tax", -1))
        return columns

    def _write_settlement_sheet(self, sheet, formats, settlement):
        currency = settlement.currency_id
        state = dict(settlement._fields["state"]._description_selection(self.env))
        row = self._write_heading(
            sheet,
            formats,
            self.env._("Settlement act %s", settlement.name),
            [
                settlement.network_id.name,
                self._get_settlement_period(settlement),
                state[settlement.state],
                self.env._("Amounts in %s", currency.name),
            ],
        )
        amounts = self._get_settlement_columns(settlement)
        labels = [
            (self.env._("Tax ID"), "head"),
            (self.env._("Document"), "head"),
            (self.env._("Member"), "head"),
            *((label, "head_number") for label, _name, _sign in amounts),
            (self.env._("Due"), "head_number"),
            (self.env._("Network Tariff"), "head_number"),
            (self.env._("Netted"), "head_number"),
            (self.env._("To Pay"), "head_number"),
            (self.env._("Still Open"), "head_number"),
        ]
        for column, (label, style) in enumerate(labels):
            sheet.write_string(row, column, label, formats[style])
        first, lines = row + 1, settlement.line_ids
        for offset, line in enumerate(lines):
            self._write_settlement_line(sheet, formats, first + offset, line, amounts)
        last = row + len(lines)
        sheet.write_string(last + 1, 0, self.env._("Total"), formats["total"])
        sheet.write_blank(last + 1, 1, None, formats["total"])
        sheet.write_blank(last + 1, 2, None, formats["total"])
        names = [name for _label, name, _sign in amounts]
        for column, name in enumerate([*names, *AFTER_DUE], start=3):
            total = sum(lines.mapped(name))
            self._write_sum(sheet, formats, last + 1, column, first, last, total, currency)

    def _write_settlement_line(self, sheet, formats, row, line, amounts):
        """One member: what makes up its due as numbers, the due as their formula."""
        currency = line.currency_id
        for column, text in enumerate(
            (line.partner_id.vat, line._get_statement_document(), line.partner_id.name)
        ):
            sheet.write_string(row, column, text or "", formats["text"])
        terms = []
        for column, (_label, name, sign) in enumerate(amounts, start=3):
            self._write_value(sheet, formats, row, column, line[name], "money", currency)
            terms.append(f"{'+' if sign > 0 else '-'}{xl_rowcol_to_cell(row, column)}")
        due = 3 + len(amounts)
        style = formats.number("money", currency)
        sheet.write_formula(row, due, "=" + "".join(terms).lstrip("+"), style, line.amount_due)
        sheet.write_number(row, due + 1, line.amount_tariff, style)
        sheet.write_number(row, due + 2, line.amount_netted, style)
        cells = [xl_rowcol_to_cell(row, due + offset) for offset in range(3)]
        sheet.write_formula(row, due + 3, "={}-{}+{}".format(*cells), style, line.amount_net)
        sheet.write_number(row, due + 4, line.amount_open, style)
