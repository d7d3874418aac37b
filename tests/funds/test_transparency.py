"""Every member can check: funds on its own statement, the balance over time, receipts by mail."""

import base64
import io
from urllib.parse import unquote

import openpyxl
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from tests.funds.closing_case import ClosingCase


class TestMemberStatement(ClosingCase):
    def set_up_once(self):
        super().set_up_once()
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


class TestSendReceipts(ClosingCase):
    def set_up_once(self):
        super().set_up_once()
        self.partner_b.email = "b@example.com"
        self._ask(until="2026-01-31")
        self.meeting = self._create_meeting(
            date="2026-01-31", receive={self.member_b: 10, self.member_c: 15}
        )
        self._line(self.meeting, self.member_c).is_advance = True
        self.meeting.action_collect()

    def _mails(self):
        return self.env["mail.mail"].search([("model", "=", "business.network.fund.meeting.line")])

    def test_members_get_their_receipts_once_and_who_has_no_address_is_named(self):
        self.assertEqual(self.meeting.receipts_to_send, 1)
        self.meeting.action_send_receipts()
        mail = self._mails()
        self.assertEqual(mail.recipient_ids, self.partner_b)
        self.assertIn("10.00", mail.body_html)
        self.assertIn(self.meeting.name, mail.subject)
        self.assertEqual(len(mail.attachment_ids), 1)
        self.assertIn("Taller C", self.meeting.message_ids[:1].body)
        self.assertNotIn("Taller B", self.meeting.message_ids[:1].body)
        self.assertTrue(self._line(self.meeting, self.member_b).receipt_sent_on)
        self.meeting.invalidate_recordset()
        self.assertEqual(self.meeting.receipts_to_send, 0)
        self.meeting.action_send_receipts()
        self.assertEqual(self._mails(), mail)

    def test_a_line_is_sent_again_when_asked_and_needs_an_address(self):
        line = self._line(self.meeting, self.member_b)
        line.action_send_receipt()
        line.action_send_receipt()
        self.assertEqual(len(self._mails()), 2)
        with self.assertRaisesRegex(UserError, "Taller C has no e-mail address"):
            self._line(self.meeting, self.member_c).action_send_receipt()

    def test_a_treasurer_without_accounting_sends_them(self):
        manager = self._create_user("gestora_recibos")
        manager.email = "gestora@example.com"
        self.network.manager_id = manager
        self.meeting.with_user(manager).action_send_receipts()
        self.assertEqual(self._mails().recipient_ids, self.partner_b)

    def test_drafts_have_no_receipt(self):
        draft = self._create_meeting(date="2026-02-28")
        with self.assertRaisesRegex(UserError, "is in state"):
            draft.action_send_receipts()
        for action in ("action_send_receipt", "action_share_receipt"):
            with self.assertRaisesRegex(UserError, "Press “Collect” first"):
                getattr(draft.line_ids[:1], action)()

    def test_the_receipt_is_a_message_for_the_telephone(self):
        text = unquote(self._line(self.meeting, self.member_b).action_share_receipt()["url"])
        self.assertIn("Taller B", text)
        self.assertIn("You still owe", text)
        text = unquote(self._line(self.meeting, self.member_c).action_share_receipt()["url"])
        self.assertIn("in advance", text)
        self.assertNotIn("Taller B", text)


class TestReceiptOfOnePayment(ClosingCase):
    def set_up_once(self):
        super().set_up_once()
        self._ask(until="2026-01-31")
        self.partner_b.email = "b@example.com"

    def _wizard(self, member, user=None, **vals):
        wizards = self.env["business.network.fund.receive"].with_user(user or self.env.user)
        return wizards.create(
            {
                "fund_id": self.fund.id,
                "member_id": member.id,
                "journal_id": self.fund_bank.id,
                "date": "2026-02-02",
                **vals,
            }
        )

    def _entry(self):
        return self.env["account.move"].search(
            [("fund_id", "=", self.fund.id), ("journal_id", "=", self.fund_bank.id)]
        )

    def test_it_is_booked_and_sent_by_a_treasurer_without_accounting(self):
        manager = self._create_user("gestora_recibo")
        manager.email = "gestora@example.com"
        self.network.manager_id = manager
        self._wizard(self.member_b, manager, amount=4).action_receive_and_send()
        mail = self.env["mail.mail"].search(
            [("model", "=", "account.move"), ("res_id", "=", self._entry().id)]
        )
        self.assertEqual(mail.recipient_ids, self.partner_b)
        self.assertIn("You still owe", mail.body_html)
        self.assertEqual(len(mail.attachment_ids), 1)
        self.assertEqual(self._owed(self.member_b), [6])

    def test_without_an_address_nothing_is_booked(self):
        with self.assertRaisesRegex(UserError, "Taller C has no e-mail address"):
            self._wizard(self.member_c).action_receive_and_send()
        self.assertFalse(self._entry())

    def test_it_is_printed(self):
        action = self._wizard(self.member_c, amount=12, is_advance=True).action_receive_and_print()
        self.assertEqual(action["report_name"], "red_empresarial_fund.report_fund_entry_receipt")
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html(action["report_name"], self._entry().ids)[0]
            .decode()
        )
        for text in ("Taller C", "12.00", "Paid in advance", "Tesorera Rosa"):
            with self.subTest(text):
                self.assertIn(text, html)
        stranger = self._create_user("ajena_recibo")
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            self._entry().with_user(stranger)._get_fund_receipt_entries()
