"""Every member can check: funds on its own statement, the balance over time, receipts by mail."""

import base64
import io

import openpyxl

from tests.funds.closing_case import ClosingCase


class TestMemberStatement(ClosingCase):
    def setUp(self):
        super().setUp()
        self._january()

    def _make(self, member, date_from="2026-01-01", date_to="2026-02-28"):
        (statement,) = self.env["business.network.statement"]._get_period_statements(
            member,
            self.company.currency_id,
            date_from and self._date(date_from),
            self._date(date_to),
        )
        return statement

    def _section(self, statement, key):
        (section,) = [section for section in statement["sections"] if section["key"] == key]
        return section

    def _account(self, statement, fund=None):
        section = self._section(statement, f"fund_{(fund or self.fund).id}")
        rows = [
            [line["concept"], line["asked"], line["paid"], line["balance"]]
            for line in section["lines"]
        ]
        return rows, section["totals"]

    def test_a_member_sees_what_it_was_asked_paid_and_owes(self):
        rows, totals = self._account(self._make(self.member_c))
        self.assertEqual(rows, [["Dues", 10, 0, 10], ["Paid by a member", 0, 5, 5]])
        self.assertEqual(totals, {"asked": 10, "paid": 5, "balance": 5})

    def test_a_period_begins_with_what_was_owed_before(self):
        self.fund.schedule_ids._ask_until(self._date("2026-02-28"))
        rows, totals = self._account(self._make(self.member_c, date_from="2026-02-01"))
        self.assertEqual(rows, [["Owed before", 0, 0, 5], ["Dues", 10, 0, 15]])
        self.assertEqual(totals["balance"], 15)

    def test_an_advance_is_told_as_one(self):
        self.fund._receive(
            [(self.member_b, 7.0, True)], self.cash_box, self._date("2026-02-02"), "Adelanto"
        )
        figures = {
            figure["label"]: figure["amount"] for figure in self._make(self.member_b)["figures"]
        }
        self.assertEqual(figures["Paid in advance to Fondo común"], 7)
        figures = {
            figure["label"]: figure["amount"] for figure in self._make(self.member_c)["figures"]
        }
        self.assertEqual(figures["You owe Fondo común"], 5)

    def test_what_a_settlement_netted_is_paid_on_that_day(self):
        self._create_document("out_invoice", [1000])
        self._settle()
        rows, totals = self._account(self._make(self.member_c, date_to="2026-03-31"))
        self.assertEqual(rows[-1], ["Netted by a settlement", 0, 5, 0])
        self.assertEqual(totals["balance"], 0)

    def test_funds_are_shown_in_all_and_others_have_no_name(self):
        self._operate("donation", 20, date="2026-02-10", journal=self.fund_bank)
        statement = self._make(self.member_b)
        (line,) = self._section(statement, "funds")["lines"]
        self.assertEqual(
            [line[name] for name in ("concept", "given", "cash", "owed", "amount")],
            ["Fondo común", 10, 35, 15, 50],
        )
        self.assertEqual(line["treasurer"], "Tesorera Rosa")
        self.assertNotIn("Taller C", str(statement["sections"]))

    def test_the_statement_of_the_past_says_what_was_then(self):
        self._operate("donation", 20, date="2026-02-10")
        (line,) = self._section(self._make(self.member_b, date_to="2026-01-31"), "funds")["lines"]
        self.assertEqual((line["cash"], line["amount"]), (15, 30))

    def test_networks_without_funds_and_other_funds_show_nothing(self):
        other = self._create_network("Red vecina", self.operating_form)
        (member,) = self._create_members(other, [self.partner_b])
        statement = self._make(member)
        self.assertFalse([s for s in statement["sections"] if s["key"].startswith("fund")])
        self._create_fund("Vecino", network=other)
        statement = self._make(member)
        self.assertEqual([s["key"] for s in statement["sections"]], ["funds"])

    def test_the_queries_do_not_grow_with_the_members(self):
        statement = self.env["business.network.statement"]
        self._make(self.member_b)  # fills what is read once
        counts = []
        for members in (self.member_b, self.members):
            self.env.invalidate_all()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            statement._get_period_statements(
                members, self.company.currency_id, False, self._date("2026-02-28")
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 3)

    def test_paper_sheet_and_page_show_the_funds(self):
        wizard = self.env["business.network.member.statement"].create(
            {
                "network_id": self.network.id,
                "member_ids": [(6, 0, self.member_c.ids)],
                "date_from": "2026-01-01",
                "date_to": "2026-02-28",
            }
        )
        html = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial.business_network_period_statement_report", wizard.ids
        )
        self.assertIn("Your account with Fondo común", html[0].decode())
        content = base64.b64decode(wizard.sheet_file)
        (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        values = [cell.value for row in sheet.iter_rows() for cell in row]
        self.assertIn("Your account with Fondo común", values)
        self.assertIn("The funds of your network", values)

    def test_the_phone_page_shows_the_funds(self):
        self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        line = settlement.line_ids.filtered(lambda line: line.member_id == self.member_c)
        (statement,) = line._get_statements()
        page = self.env["ir.qweb"]._render(
            "red_empresarial.statement_page", {"statement": statement}
        )
        self.assertIn("Your account with Fondo común", str(page))
        self.assertNotIn("Taller B", str(page))


class TestOverTime(ClosingCase):
    def test_the_graph_adds_up_from_the_first_movement(self):
        self._january()
        self._operate("donation", 20, date="2026-03-10")
        action = self.fund.action_open_over_time()
        self.assertEqual(action["view_mode"], "graph,list,pivot")
        self.assertEqual(action["context"], {"search_default_section_fund": 1})
        rows = self.env["business.network.fund.movement"]
        view = rows.get_views([(False, "graph"), (False, "pivot")])["views"]
        self.assertIn('cumulated="1"', view["graph"]["arch"])
        self.assertIn('cumulated_start="1"', view["graph"]["arch"])
        self.assertIn('type="line"', view["graph"]["arch"])
        groups = rows._read_group(
            [*action["domain"], ("section", "=", "fund")], ["date:month"], ["amount:sum"]
        )
        self.assertEqual(groups, [(self._date("2026-01-01"), 30), (self._date("2026-03-01"), 20)])

    def test_the_pivot_is_by_kind_member_and_month(self):
        self._january()
        arch = self.env["business.network.fund.movement"].get_view(view_type="pivot")["arch"]
        for name in ("movement", "partner_id", "date", "amount"):
            self.assertIn(f'name="{name}"', arch)
