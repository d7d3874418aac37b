"""One amount for the member: the message, its page, the PDF and the Excel tell the same."""

import base64
import io

import openpyxl
from lxml import html
from odoo.tests import HttpCase
from odoo.tools import format_amount

from tests.common import NetworkCase


class TestHeadline(HttpCase, NetworkCase):
    def set_up_once(self):
        super().set_up_once()
        self.partner_b.lang = "en_US"
        self.network.write(
            {
                "tariff_rate": 5,
                "fund_account_id": self.env["account.account"]
                .create({"name": "Fondo", "code": "4690001", "account_type": "liability_current"})
                .id,
            }
        )
        self._create_document("out_invoice", [100000])

    def _pay_advance(self, amount):
        self.env["business.network.advance"].create(
            {
                "member_id": self.member_b.id,
                "amount": amount,
                "journal_id": self.bank.id,
                "date": "2026-03-20",
            }
        ).pay()

    def _assert_told_alike(self, label, amount):
        """The line of B tells ``amount``, in the member's favour, wherever it is told."""
        line = self._settle().line_ids[1]
        line.action_share()
        told = format_amount(self.env, abs(amount), line.currency_id)
        message = self.env["business.network.statement.share"].create({"line_id": line.id}).message
        self.assertIn(f"{label}: {told}.", message)
        page = html.fromstring(self.url_open(line._get_share_url()).content)
        (big,) = page.xpath("//header/div[@class='big']")
        self.assertEqual(self._get_text(big), self._get_text_of(told), "page")
        self.assertEqual(big.getnext().text_content().strip(), label)
        paper = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial.business_network_statement_line_report", line.ids
        )[0]
        rows = html.fromstring(paper).xpath("//tr[contains(@class, 'rn_total')]")
        totals = {self._get_text(row[0]): self._get_text(row[-1]) for row in rows if len(row) == 2}
        signed = format_amount(self.env, amount, line.currency_id)
        self.assertEqual(totals[label], self._get_text_of(signed), "PDF")
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(line.sheet_file)), data_only=True)
        values = {row[0].value: row[3].value for row in book.active.iter_rows()}
        self.assertEqual(values[label], amount, "Excel")
        self.assertEqual(line.amount_net, amount, "the settlement")

    def _get_text(self, element):
        return self._get_text_of(element.text_content())

    def _get_text_of(self, text):
        return " ".join(text.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").split())

    def test_what_stays_with_the_network_is_not_promised(self):
        self._assert_told_alike("Due to you", 33250)

    def test_what_is_netted_is_not_promised_either(self):
        self._pay_advance(3000)
        self._assert_told_alike("To pay to you", 30250)

    def test_what_is_to_be_collected_is_told_as_such(self):
        self._pay_advance(40000)
        self._assert_told_alike("To collect from you", -6750)
