"""Importing statements of a fund's bank: sheets and CAMT, all of it or nothing, row by row."""

import base64
import io
from datetime import datetime

import xlsxwriter
from odoo.addons.red_empresarial.tools.sheets import read_table
from odoo.exceptions import UserError

from tests.flows.test_query_counts import QueryCase
from tests.fund_bank_case import TITLES, FundBankCase

ROWS = (
    ("01/04/2026", "OP-1", "Yape Taller B", "Taller B", "30.00", "", "30.00"),
    ("01/04/2026", "OP-2", "Depósito", "", "1,050.50", "", "1080.50"),
    ("03/04/2026", "OP-3", "Comisión", "", "", "3.50", "1077.00"),
)
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">
  <BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-04-30T00:00:00</CreDtTm></GrpHdr>
  <Stmt><Id>ABRIL</Id><CreDtTm>2026-04-30T00:00:00</CreDtTm>
    <Acct><Id><Othr><Id>00219300123456789012</Id></Othr></Id><Ccy>{currency}</Ccy></Acct>
    <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">0.00</Amt>
      <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-04-01</Dt></Dt></Bal>
    <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{end}</Amt>
      <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-04-30</Dt></Dt></Bal>
    {entries}
  </Stmt></BkToCstmrStmt></Document>"""
ENTRY = """<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts>BOOK</Sts>
  <BookgDt><Dt>{date}</Dt></BookgDt><ValDt><Dt>{date}</Dt></ValDt><AcctSvcrRef>{ref}</AcctSvcrRef>
  <NtryDtls><TxDtls><Refs><EndToEndId>{ref}</EndToEndId></Refs>
  <RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


class TestImportSheet(FundBankCase):
    def _import(self, *rows, titles=TITLES, **options):
        content = self._csv(*rows, titles=titles, **options)
        wizard = self._wizard(content)
        return wizard, wizard.import_file_button()

    def _problems(self, *rows, **options):
        """What is told of a file that is not imported: ``(row, column, problem)``."""
        before = self._lines()
        wizard, action = self._import(*rows, **options)
        self.assertEqual(action["res_model"], "account.statement.import")
        self.assertEqual(action["context"], {"journal_id": self.fund_bank.id})
        self.assertEqual(self._lines(), before, "nothing is written")
        self.assertTrue(all(wizard.problem_ids.mapped("remedy")))
        return [(p.line, p.column, p.problem) for p in wizard.problem_ids.sorted("line")]

    def _check_rows(self):
        lines = self._lines()
        self.assertRecordValues(
            lines,
            [
                {"date": self._date("2026-04-01"), "ref": "OP-1", "amount": 30},
                {"date": self._date("2026-04-01"), "ref": "OP-2", "amount": 1050.5},
                {"date": self._date("2026-04-03"), "ref": "OP-3", "amount": -3.5},
            ],
        )
        self.assertEqual([round(line.running_balance, 2) for line in lines], [30, 1080.5, 1077])
        self.assertRecordValues(
            lines.statement_id,
            [{"balance_start": 0, "balance_end_real": 1077, "is_valid": True, "is_complete": True}],
        )
        self.assertEqual(set(lines.move_id.line_ids.mapped("fund_movement")), {"unidentified"})
        self._check_ties()

    def test_a_sheet_is_imported(self):
        self._import(*ROWS)
        self._check_rows()
        self.assertEqual(self._lines()[0].payment_ref, "Yape Taller B")

    def test_newest_first_and_semicolons(self):
        self._import(*ROWS[::-1], separator=";")
        self._check_rows()

    def test_a_workbook_with_dates_and_numbers(self):
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(stream)
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, TITLES)
        for number, row in enumerate(ROWS, start=1):
            sheet.write_datetime(number, 0, datetime.strptime(row[0], "%d/%m/%Y"), day)
            sheet.write_row(number, 1, row[1:4])
            for column, text in enumerate(row[4:], start=4):
                if text:
                    sheet.write_number(number, column, float(text.replace(",", "")))
        book.close()
        self._wizard(stream.getvalue(), name="extracto.xlsx").import_file_button()
        self._check_rows()

    def test_one_column_of_amounts_without_balances(self):
        self._import(
            ("2026-04-01", "Yape", "30"),
            ("2026-04-01", "Comisión", "-3.5"),
            titles=("Date", "Description", "Amount"),
        )
        self.assertEqual(self._lines().mapped("amount"), [30, -3.5])
        self.assertEqual(self.fund_bank._get_stated_balance(), 26.5)

    def test_the_template_has_the_titles_that_are_read(self):
        self.env["res.lang"]._activate_lang("es_PE")
        for lang in ("en_US", "es_PE"):
            with self.subTest(lang):
                wizard = self._wizard(b"x").with_context(lang=lang)
                ((_number, titles),) = read_table(base64.b64decode(wizard.template))
                self.assertEqual(len(titles), len(TITLES))
                self._import(ROWS[0], titles=titles)
                self._lines().statement_id.action_undo_import()
                self.assertIn("/template?download=true", wizard.action_download_template()["url"])

    def test_what_is_wrong_in_a_row_is_told(self):
        for label, change, problem in (
            ("date", {0: "32/04/2026"}, (3, "Date", "“32/04/2026” is no date.")),
            ("no date", {0: ""}, (3, "Date", "“” is no date.")),
            ("amount", {4: "mil"}, (3, "Money In", "“mil” is no amount.")),
            ("cents", {4: "10.505"}, (3, "Money In", "“10.505” is no amount.")),
            ("two", {5: "4"}, (3, "Money In", "The row says two amounts.")),
            ("none", {4: ""}, (3, "Money In", "No amount.")),
            ("balance", {6: "x"}, (3, "Balance", "“x” is no amount.")),
        ):
            row = [change.get(place, cell) for place, cell in enumerate(ROWS[1])]
            with self.subTest(label):
                self.assertEqual(self._problems(ROWS[0], row, ROWS[2]), [problem])

    def test_balances_that_do_not_add_up_are_told(self):
        row = (*ROWS[1][:6], "1081.00")
        (first, second) = self._problems(ROWS[0], row, ROWS[2])
        self.assertEqual(first[:2], (3, "Balance"))
        self.assertIn("1,081.00", first[2])
        self.assertIn("1,080.50", first[2])
        self.assertEqual(second[:2], (4, "Balance"))

    def test_a_missing_row_is_told(self):
        ((row, column, _problem),) = self._problems(ROWS[0], ROWS[2])
        self.assertEqual((row, column), (3, "Balance"))

    def test_wrong_columns_are_told(self):
        found = self._problems(("x", "y"), titles=("Día", "Cuánto"))
        self.assertEqual(
            [(row, column) for row, column, _problem in found],
            [(1, "Date"), (1, "Money In"), (1, "Money Out")],
        )

    def test_an_empty_sheet_is_told(self):
        self.assertIn("no row below", self._problems()[0][2])

    def test_no_sheet_at_all_is_told(self):
        wizard = self._wizard(b"PK\x03\x04 no workbook", name="x.xlsx")
        with self.assertRaises(UserError):
            wizard.import_file_button()

    def test_lines_that_were_imported_are_told(self):
        self._import(*ROWS)
        found = self._problems(*ROWS)
        self.assertEqual([row for row, *_rest in found], [2, 2, 3, 4])
        self.assertTrue(any("was imported already" in problem for *_row, problem in found))
        (gap,) = [problem for *_row, problem in found if "begins with" in problem]
        self.assertIn("1,077.00", gap)
        overlapping = ROWS[2], ("04/04/2026", "OP-4", "Yape", "", "10", "", "1087")
        found = self._problems(*overlapping)
        self.assertIn((2, "Date"), [row[:2] for row in found])

    def test_lines_without_balances_that_were_imported_are_told(self):
        self._import(*ROWS)
        titles = ("Date", "Reference", "Amount")
        found = self._problems(
            ("01/04/2026", "OP-1", "30"), ("09/04/2026", "OP-9", "30"), titles=titles
        )
        self.assertEqual([row[:2] for row in found], [(2, "Date")])

    def test_the_next_statement_begins_where_the_last_one_ended(self):
        self._import(*ROWS)
        found = self._problems(("09/04/2026", "OP-9", "Yape", "", "10", "", "2000"))
        self.assertEqual([row[:2] for row in found], [(2, "Balance")])
        # A member may pay the same amount twice on a day, with the same words.
        again = ("03/04/2026", "OP-3", "Comisión", "", "", "3.50", "1073.50")
        self._import(again)
        self.assertEqual(len(self._lines()), 4)
        self.assertTrue(all(self._lines().statement_id.mapped("is_valid")))

    def test_a_day_that_two_files_state_keeps_its_order(self):
        self._import(*ROWS)
        more = (
            ("03/04/2026", "OP-4", "Yape", "", "10", "", "1087.00"),
            ("03/04/2026", "OP-5", "Yape", "", "5", "", "1092.00"),
            ("04/04/2026", "OP-6", "Yape", "", "1", "", "1093.00"),
        )
        self._import(*more)
        self._import(("04/04/2026", "OP-7", "Yape", "", "2", "", "1095.00"))
        lines = self._lines()
        self.assertEqual(lines.mapped("ref"), [f"OP-{number}" for number in range(1, 8)])
        self.assertEqual(lines[-1].running_balance, 1095)
        self.assertEqual(self.fund_bank._get_stated_balance(), 1095)
        self.assertTrue(all(lines.statement_id.mapped("is_valid")))
        self.assertTrue(all(lines.statement_id.mapped("is_complete")))

    def test_days_before_the_last_one_that_was_stated_are_told(self):
        self._import(*ROWS)
        ((row, column, problem),) = self._problems(
            ("02/04/2026", "OP-9", "Yape", "", "10", "", "1087.00"),
            ("04/04/2026", "OP-10", "Yape", "", "1", "", "1088.00"),
        )
        self.assertEqual((row, column), (2, "Date"))
        self.assertIn("up to 04/03/2026 already", problem)

    def test_the_first_statement_begins_with_what_the_books_have(self):
        self._operate("opening", 500, journal=self.fund_bank)
        ((row, column, problem),) = self._problems(*ROWS)
        self.assertEqual((row, column), (2, "Balance"))
        self.assertIn("the books have", problem)
        self.assertIn("500.00", problem)
        self._import(("01/04/2026", "OP-1", "Yape", "", "30.00", "", "530.00"))
        self.assertEqual(self.fund_bank._get_stated_balance(), 530)

    def test_rows_of_a_closed_month_are_told(self):
        self.fund.date_closed = "2026-04-02"
        found = self._problems(*ROWS)
        self.assertEqual([row[:2] for row in found], [(2, "Date"), (3, "Date")])
        self.assertIn("is closed up to", found[0][2])

    def test_a_bank_that_is_not_ready_is_refused(self):
        self.fund.cash_journal_ids |= self.wallet
        wizard = self._wizard(self._csv(*ROWS), bank=self.wallet)
        with self.assertRaisesRegex(UserError, "is not ready for bank statements"):
            wizard.import_file_button()

    def test_a_mapping_of_the_bank_is_read_as_strictly(self):
        mapping = self.env["account.statement.import.sheet.mapping"].create(
            {
                "name": "Banco",
                "timestamp_format": "%d-%m-%y",
                "timestamp_column": "Fecha",
                "description_column": "Glosa",
                "amount_type": "absolute_value",
                "amount_column": "Importe",
                "debit_credit_column": "Cargo/Abono",
                "debit_value": "C",
                "credit_value": "A",
                "float_thousands_sep": "dot",
                "float_decimal_sep": "comma",
                "header_lines_skip_count": 3,
            }
        )
        self.fund_bank.default_sheet_mapping_id = mapping
        lines = b"Banco de Pruebas\nCuenta 123\nFecha;Glosa;Importe;Cargo/Abono\n"
        rows = b"02-04-26;Yape;1.030,50;A\n03-04-26;Comision;3,50;C\n"
        self._wizard(lines + rows).import_file_button()
        self.assertEqual(self._lines().mapped("amount"), [1030.5, -3.5])
        wizard = self._wizard(lines + b"02/04/26;Yape;1.030,50;A\n")
        wizard.import_file_button()
        self.assertRecordValues(
            wizard.problem_ids,
            [{"line": 4, "column": "Fecha", "problem": "“02/04/26” is no date."}],
        )

    def test_members_are_found_and_exact_matches_wait(self):
        self._ask()
        self._import(*ROWS)
        line = self._lines()[0]
        self.assertEqual(line.partner_id, self.partner_b)
        self.assertEqual(line.move_id.partner_id, self.partner_b)
        self.assertEqual(line.move_id.line_ids.partner_id, self.partner_b)
        self.assertEqual(len(self._proposed(line)), 3)
        self.assertFalse(line.is_reconciled)
        self.assertFalse(self._lines()[1:].partner_id, "nobody is named")


class TestImportQueries(FundBankCase, QueryCase):
    def _count_import(self, count, month):
        """Queries of importing so many rows, each of which names a member."""
        balance, rows = self.fund_bank._get_stated_balance(), []
        for number in range(count):
            partner = self.members[number % 3].partner_id
            balance += 10
            day = f"{1 + number // 10:02}/{month:02}/2026"
            text = f"Yape {partner.name}"
            rows.append((day, f"OP-{number}", text, "", "10", "", f"{balance:.2f}"))
        wizard = self._wizard(self._csv(*rows))
        queries = self._count(wizard.import_file_button)
        self.assertEqual(len(self._lines()[-count:].partner_id), 3)
        return queries

    def test_each_row_takes_a_few_queries_of_core_and_none_of_ours(self):
        """Core looks for the fiscal position of an entry, writes it and checks its balance."""
        self._ask()
        self._count_import(3, 4)
        few, many = self._count_import(20, 5), self._count_import(80, 6)
        self.assertLessEqual((many - few) / 60, 5.5, f"20 rows {few}, 80 rows {many}")


class TestImportCamt(FundBankCase):
    def set_up_once(self):
        super().set_up_once()
        self.fund_bank.bank_account_id = self.env["res.partner.bank"].create(
            {"acc_number": "00219300123456789012", "partner_id": self.company.partner_id.id}
        )

    def _camt(self, end="26.50"):
        currency = self.fund.currency_id.name
        entries = [
            ENTRY.format(currency=currency, amount=amount, sign=sign, date=date, ref=ref, text=text)
            for amount, sign, date, ref, text in (
                ("30.00", "CRDT", "2026-04-01", "OP-1", "Yape Taller B"),
                ("3.50", "DBIT", "2026-04-02", "OP-2", "Comision"),
            )
        ]
        text = CAMT.format(currency=currency, end=end, entries="".join(entries))
        return self._wizard(text.encode(), name="abril.xml")

    def test_camt_is_imported_once(self):
        self._camt().import_file_button()
        self.assertEqual(self._lines().mapped("amount"), [30, -3.5])
        self.assertEqual(self.fund_bank._get_stated_balance(), 26.5)
        self._check_ties()
        wizard = self._camt()
        wizard.import_file_button()
        self.assertEqual(len(self._lines()), 2)
        self.assertIn("was imported already", wizard.problem_ids.mapped("problem")[0])

    def test_camt_that_does_not_add_up_is_told(self):
        wizard = self._camt(end="99.00")
        wizard.import_file_button()
        self.assertIn("its lines make", wizard.problem_ids.problem)
        self.assertFalse(self._lines())
