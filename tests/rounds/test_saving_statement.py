"""The member statement says what the member saved: on paper, in the sheet and on the page."""

import base64
import io

import openpyxl
from lxml import html

from tests.rounds.saving_case import SavingCase

KEYS = ("concept", "quantity", "alone", "together", "percent", "amount")


class TestStatement(SavingCase):
    def set_up_once(self):
        super().set_up_once()
        order = self._order([(self.rice, 3.6, (100, 50, 10)), (self.oil, 7, (0, 5, 5))])
        self.bill = self._bill(order)
        self._create_document("out_invoice", [10000])

    def _settlement_line(self, member):
        settlement = self._create_settlement()
        settlement.action_compute()
        return settlement.line_ids.filtered(lambda line: line.member_id == member)

    def _section(self, member):
        (statement,) = self._settlement_line(member)._get_statements()
        (section,) = [s for s in statement["sections"] if s["key"] == "saving"]
        return section

    def test_each_product_alone_together_and_saved(self):
        section = self._section(self.member_b)
        rice, oil = section["lines"]
        self.assertEqual(
            [
                rice[key]
                for key in ("concept", "quantity", "alone", "together", "percent", "amount")
            ],
            ["Arroz", 50, 250, 180, 0.28, 70],
        )
        self.assertEqual(
            [oil[key] for key in KEYS],
            ["Aceite", 5, None, 35, None, None],
        )
        self.assertEqual(section["totals"], {"alone": 250, "together": 180, "amount": 70})
        self.assertEqual(section["title"], "Saved by buying together: 28.0 %")

    def test_a_credit_note_is_deducted_at_the_original_shares(self):
        refund = self._refund(self.bill, amount=0.1)
        (rice,) = self._section(self.member_a)["lines"]
        charged = self._charged(self.bill | refund)[0]
        self.assertEqual((rice["quantity"], rice["together"]), (100, charged))
        self.assertEqual(rice["amount"], self.currency.round(400 - charged))
        self.assertEqual(len(rice["documents"]), 2)

    def test_a_statement_without_rounds_has_no_savings(self):
        (statement, *_others) = self.env["business.network.statement"]._get_period_statements(
            self.members, self.currency, False, self._date("2026-03-01")
        )
        self.assertNotIn("saving", [section["key"] for section in statement["sections"]])

    def test_a_period_tells_the_same(self):
        statements = self.env["business.network.statement"]._get_period_statements(
            self.members, self.currency, False, self._date("2026-03-31")
        )
        totals = [
            section["totals"]["amount"]
            for statement in statements
            for section in statement["sections"]
            if section["key"] == "saving"
        ]
        self.assertEqual(totals, [40, 70, 9])

    def test_the_sheet_adds_the_savings_up(self):
        line = self._settlement_line(self.member_b)
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(line.sheet_file)))
        cells = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
        self.assertIn("Saved by buying together: 28.0 %", cells)
        self.assertIn(70, cells)

    def test_on_paper_the_totals_are_in_the_row_of_the_last_line(self):
        line = self._settlement_line(self.member_b)
        printed, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial.report_member_statement", line.ids
        )
        tables = html.fromstring(printed).xpath("//table[thead and contains(@class, 'rn_rows')]")
        self.assertEqual(len(tables), len(line._get_statements()[0]["sections"]))
        for table in tables:
            *others, last = table.xpath("tbody/tr")
            self.assertEqual(len(last.xpath("td/div[@class='rn_sum']")), len(last))
            self.assertEqual(last[0].xpath("div")[0].text_content().strip(), "Total")
            self.assertFalse(any(row.xpath(".//div[@class='rn_sum']") for row in others))
        self.assertIn("70.00", tables[-1].xpath("tbody/tr")[-1][-1].text_content())

    def test_paper_and_page_show_the_savings(self):
        line = self._settlement_line(self.member_b)
        printed, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial.report_member_statement", line.ids
        )
        self.assertIn("Saved by buying together", printed.decode())
        page = self.env["ir.qweb"]._render(
            "red_empresarial.statement_page",
            {"statement": line._get_statements()[0], "lang": "en_US", "links": False},
        )
        self.assertIn("Saved by buying together", str(page))
