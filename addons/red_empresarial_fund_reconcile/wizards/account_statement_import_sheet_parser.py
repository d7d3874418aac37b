from odoo import models
from odoo.addons.red_empresarial.tools.sheets import SheetError, read_table
from odoo.exceptions import UserError

from ..tools.statement_sheet import StatementProblemsError, StatementSheet


class AccountStatementImportSheetParser(models.TransientModel):
    """Sheets of a fund's bank, CSV or XLSX: all that is wrong is told before a line is made.

    The parser takes an unreadable amount for zero and leaves lines of other currencies out; of a
    fund every row counts. So the rows are read and checked first, and handed over as what they
    are: dates and numbers.
    """

    _inherit = "account.statement.import.sheet.parser"

    def _get_fund_journal(self):
        journal = self.env["account.journal"].browse(self.env.context.get("journal_id"))
        return journal if journal._get_funds() else journal.browse()

    def _get_sheet_type(self, data_file):
        return "fund" if self._get_fund_journal() else super()._get_sheet_type(data_file)

    def _parse_lines_fund(self, mapping, data_file, currency_code):
        """Rows of a sheet as lines, oldest first.

        :raise StatementProblemsError: names every row and column to correct
        """
        preamble = max(mapping.header_lines_skip_count - 1, 0)
        if not data_file.startswith(b"PK"):  # what a bank writes above its titles has no columns
            data_file = b"\n".join(data_file.split(b"\n")[preamble:])
        else:
            preamble = 0
        try:
            table = [(number + preamble, cells) for number, cells in read_table(data_file)]
        except SheetError as error:
            raise UserError(
                self.env._(
                    "The statement cannot be read: %s. Save it as an Excel workbook (xlsx) or as "
                    "CSV, and try again.",
                    error,
                )
            ) from None
        sheet = StatementSheet(self.env, table, mapping, self._get_fund_journal())
        rows = sheet.read_rows()
        if sheet.problems:
            raise StatementProblemsError(self.env, sheet.problems)
        names = self._get_column_names()
        columns = {name: [] for name in names}
        lines = []
        for row in rows:
            columns |= {name: [names.index(name)] for name in row["cells"]}
            values = [row["cells"].get(name, "") for name in names]
            line = self._parse_one_line(mapping, currency_code, values, columns)
            lines.append({**line, "network_row": row["number"], "network_stated": sheet.is_stated})
        return lines

    def _convert_line_to_transactions(self, line):
        transactions = super()._convert_line_to_transactions(line)
        kept = {name: line[name] for name in ("network_row", "network_stated") if name in line}
        return [{**transaction, **kept} for transaction in transactions]
