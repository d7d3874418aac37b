"""Papers and spreadsheet of a round: who buys what, who receives what, what it saves."""

import base64
import io
import re

import openpyxl
from odoo import Command

from tests.rounds.saving_case import SavingCase


class ReportCase(SavingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round.write({"delivery_place": "Almacén central", "date_planned": "2026-03-20"})
        self.order = self._order([(self.rice, 3.6, (100, 50, 10)), (self.oil, 7, (0, 5, 5))])

    def _render(self, name, records):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            f"red_empresarial_round.{name}", records.ids
        )
        text = re.sub(r"<style.*?</style>", " ", html.decode(), flags=re.DOTALL)
        pages = text.split('class="rn_page"')[1:]
        return [" ".join(re.sub(r"<[^>]*>", " ", page).split()) for page in pages]


class TestPapers(ReportCase):
    def test_the_supplier_sees_totals_and_no_members(self):
        order, annex = self._render("report_consolidated_order", self.order)
        self.assertIn(f"Purchase order {self.order.name}", order)
        self.assertIn("Almacén central", order)
        self.assertIn("160.00", order)
        self.assertIn("646.00", order)  # 160 × 3.60 + 10 × 7.00, net of tax
        for member in self.members:
            self.assertNotIn(f"{member.display_name} 20", order)
            self.assertIn(member.display_name, annex)
        self.assertNotIn("Taller B", order)

    def test_the_annex_says_who_receives_what_and_adds_up(self):
        _order, annex = self._render("report_consolidated_order", self.order)
        self.assertRegex(annex, r"Taller B 20600000013 50.00 0.00 Taller C 20600000021 10.00 0.00")
        self.assertRegex(annex, r"Total 160.00 0.00")
        self.assertRegex(annex, r"Total 10.00 0.00")

    def test_what_nobody_receives_yet_is_said(self):
        self.order.order_line[0].product_qty = 165
        (rice, _oil) = self.order._get_annex_products()
        self.assertEqual(rice["unallocated"], 5)
        self.assertIn("Nobody's yet 5.00", self._render("report_consolidated_order", self.order)[1])

    def test_a_round_prints_all_its_orders_and_quotations_only_before_them(self):
        quotation = self._order([(self.rice, 4, (1, 0, 0))], confirm=False)
        self.assertEqual(self.round._get_paper_orders(), self.order)
        second = self._order([(self.oil, 4, (1, 1, 0))])
        self.assertEqual(self.round._get_paper_orders(), self.order | second)
        pages = self._render("report_round_orders", self.round)
        self.assertEqual(len(pages), 4)
        self.assertNotIn(quotation.name, " ".join(pages))

    def test_a_round_without_orders_says_so(self):
        empty = self._create_round(self.rice)
        for name in ("report_round_orders", "report_round_slips"):
            (page,) = self._render(name, empty)
            self.assertIn("no orders yet", page)

    def test_each_member_has_a_slip_of_what_it_picks_up(self):
        rice = self.order.order_line[0].allocation_ids
        rice.filtered(lambda a: a.member_id == self.member_b).delivered_quantity = 20
        pages = self._render("report_round_slips", self.round)
        self.assertEqual(len(pages), 3)
        (slip,) = [page for page in pages if "Taller B" in page]
        self.assertIn("Almacén central", slip)
        self.assertIn("03/20/2026", slip)
        self.assertRegex(slip, r"Units 50.00 20.00 30.00")
        self.assertRegex(slip, r"Aceite .* 5.00 0.00 5.00")
        self.assertNotIn("Taller C", slip)

    def test_the_annex_is_in_the_unit_of_the_order(self):
        line = self.order.order_line[0]
        line.allocation_ids.unlink()
        line.write({"product_uom_id": self.dozens.id, "product_qty": 2})
        self.env["business.network.allocation"].create(
            {
                "purchase_line_id": line.id,
                "member_id": self.member_b.id,
                "quantity": 6,
                "product_uom_id": self.units.id,
            }
        )
        product = self.order._get_annex_products()[0]
        self.assertEqual(product["shares"], [(self.member_b, 0.5, 0.0)])
        self.assertEqual(product["unallocated"], 1.5)


class TestBook(ReportCase):
    def set_up_once(self):
        super().set_up_once()
        rice, oil = self.round.product_ids
        self.round.sudo().state = "open"  # members ask while it is open
        self.requests = self.env["business.network.purchase.request"].create(
            [
                {
                    "round_id": self.round.id,
                    "member_id": member.id,
                    "line_ids": [
                        Command.create({"round_product_id": rice.id, "quantity": quantity}),
                        Command.create(
                            {
                                "round_product_id": oil.id,
                                "quantity": 1,
                                "product_uom_id": self.dozens.id,
                            }
                        ),
                    ],
                }
                for member, quantity in zip(self.members, (100, 50, 10), strict=True)
            ]
        )
        self.requests.sudo().state = "sent"
        lines = self.requests.line_ids.filtered(lambda line: line.round_product_id == rice)
        for line in lines:
            line.allotted_quantity = line.quantity
        rice.consolidated_quantity = 160
        self.round.sudo().state = "ordered"

    def _read(self):
        self.env.invalidate_all()  # a download is a request of its own
        content = base64.b64decode(self.round.sheet_file)
        book = openpyxl.load_workbook(io.BytesIO(content))
        return {
            sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()]
            for sheet in book.worksheets
        }

    def _row(self, rows, column, text):
        (row,) = [row for row in rows if len(row) > column and row[column] == text]
        return row

    def test_requests_by_members_in_the_unit_of_the_round(self):
        rows = self._read()["Requests"]
        self.assertEqual(self._row(rows, 2, "Arroz")[3:7], [100, 50, 10, 160])
        self.assertEqual(self._row(rows, 2, "Aceite")[3:7], [12, 12, 12, 36])

    def test_consolidation_comparison_and_allotment(self):
        book = self._read()
        self.assertEqual(self._row(book["To order"], 2, "Arroz")[3:7], [160, None, None, 160])
        offer = self._row(book["Comparison"], 2, "Arroz")
        self.assertEqual(offer[:2], [self.order.name, "Hilados del Sur SAC"])
        self.assertEqual(offer[4:9], [160, "Units", 3.6, 576, "PEN"])
        self.assertEqual(self._row(book["Allotted"], 2, "Arroz")[3:7], [100, 50, 10, 160])

    def test_the_expected_saving_is_known_before_the_bill(self):
        rows = self._read()["Expected saving"]
        self.assertEqual(self._row(rows, 1, "Taller B")[2:6], [250, 180, 70, 0.28])

    def test_the_saving_of_posted_bills(self):
        self.assertFalse([row for row in self._read()["Saving"] if "Taller B" in row])
        self._bill(self.order)
        rows = [row for row in self._read()["Saving"] if "Taller B" in row]
        rice, oil = sorted(rows, key=lambda row: row[2], reverse=True)
        self.assertEqual(rice[4:9], [50, 250, 180, 70, 0])
        self.assertEqual(oil[4:9], [5, 0, 0, 0, 35])

    def test_a_draft_request_is_in_no_sheet(self):
        self.requests[0].sudo().state = "draft"
        rows = self._read()["Requests"]
        self.assertEqual(self._row(rows, 2, "Arroz")[3:7], [None, 50, 10, 60])

    def test_what_begins_with_an_equals_sign_is_no_formula(self):
        self.rice.name = "=1+1"
        rows = self._read()["Requests"]
        self.assertTrue(self._row(rows, 2, "=1+1"))

    def test_the_stat_buttons_open_what_they_count(self):
        self._bill(self.order)
        self.assertIn("17.1 %", self.round.saving_text)  # 119.00 of 695.00
        for record in (self.round, self.network):
            action = record.action_open_savings()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(sum(found.mapped("saving")), 119)
