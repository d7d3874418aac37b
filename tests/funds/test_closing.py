"""The monthly statement: figures of the books, signed by two, and a month that stays closed."""

import base64
import io

import openpyxl
from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from tests.funds.closing_case import ClosingCase


class TestFigures(ClosingCase):
    def test_a_month_says_what_came_and_went_and_where_it_is(self):
        self._january()
        self._operate("donation", 20, date="2026-01-20", journal=self.fund_bank)
        statement = self._statement()
        self.assertEqual(
            (statement.date_from, statement.date_to),
            (self._date("2026-01-01"), self._date("2026-01-31")),
        )
        self.assertEqual(self._amounts(statement), [0, 50, 0, 50, 35, 15, 0, 0])
        self.assertEqual(
            self._lines(statement, "fund"),
            {"Dues": [0, 30, 0, 30], "Donation": [0, 20, 0, 20]},
        )
        self.assertEqual(
            self._lines(statement, "cash"),
            {"Caja del fondo": [0, 15, 0, 15], "Banco del fondo": [0, 20, 0, 20]},
        )
        self.assertEqual(
            self._lines(statement, "members"),
            {
                self.partner_a.display_name: [0, 10, 0, 10],
                "Taller B": [0, 10, 10, 0],
                "Taller C": [0, 10, 5, 5],
            },
        )

    def test_the_next_month_begins_where_the_last_one_ended(self):
        self._january()
        self._close()
        self._ask_february()
        statement = self._statement("2026-02-01")
        self.assertEqual(statement.date_from, self._date("2026-02-01"))
        self.assertEqual(self._amounts(statement), [30, 30, 0, 60, 20, 40, 0, 0])
        self.assertEqual(self._lines(statement, "members")["Taller C"], [5, 10, 5, 10])
        self.assertEqual(self._lines(statement, "fund")["Opening balance"], [30, 0, 0, 30])

    def _ask_february(self):
        self.fund.schedule_ids._ask_until(self._date("2026-02-28"))
        self._create_meeting(date="2026-02-28", post=True, receive={self.member_c: 5})

    def test_what_a_past_month_owed_is_read_as_of_its_end(self):
        self._january()
        self._create_meeting(date="2026-02-10", post=True, receive={self.member_a: 10})
        self.assertEqual(self._owed(), [0, 0, 5])
        self.assertEqual(self._amounts(self._statement())[4:6], [15, 15])

    def test_dues_that_a_settlement_netted_are_with_the_company_from_that_day(self):
        self._ask(amount=100, until="2026-02-28")
        self._create_document("out_invoice", [1000])
        self._settle()  # at the end of March
        self.assertEqual(self._summary(), [600, 0, 200, 0, 400])
        february, march = self._statement("2026-02-28"), self._statement("2026-03-31")
        self.assertEqual(self._amounts(february), [0, 600, 0, 600, 0, 600, 0, 0])
        self.assertEqual(self._amounts(march)[3:], [600, 0, 200, 0, 400])
        self.assertEqual(
            self.fund._get_sections_at(self._date("2026-02-28"))[self.fund]["members"], 600
        )

    def test_a_netting_that_is_undone_later_is_told_by_the_signed_month(self):
        self._ask(amount=100, until="2026-01-31", frequency="once")
        self._create_document("out_invoice", [1000])
        settlement = self._settle()
        self.fund.date_closed = "2026-02-28"
        statement = self._close("2026-03-31")
        self.assertFalse(statement.is_changed)
        self.assertEqual(self._told_months(), [])
        settlement.action_reverse()
        statement.invalidate_recordset()
        self.assertTrue(statement.is_changed)
        for _twice in range(2):
            self.assertEqual(self._told_months(), ["March 2026"])
        self.assertEqual(self._amounts(statement)[3:], [300, 0, 100, 0, 200])
        self.assertEqual(self._summary(), [300, 0, 300, 0, 0])

    def _told_months(self):
        """What the daily check tells of signed months that the books contradict."""
        with freeze_time("2026-06-01"):
            self.env["business.network.fund"]._cron_check_ties()
        activities = self.fund.activity_search(["red_empresarial_fund.activity_month_changed"])
        return activities.mapped("summary")

    def test_the_tariff_is_with_the_company(self):
        self.network.tariff_rate = 5
        self._create_document("out_invoice", [100000])
        self._settle()
        statement = self._statement("2026-03-31")
        self.assertEqual(self._amounts(statement), [0, 5000, 0, 5000, 0, 0, 0, 5000])

    def test_a_difference_on_an_account_of_its_own_is_elsewhere(self):
        account = self.env["account.account"].create(
            {"name": "Diferencias", "code": "1689900", "account_type": "asset_current"}
        )
        self.fund.difference_account_id = account
        meeting = self._ask_and_collect()
        meeting.action_load_denominations()
        meeting.count_ids.filtered(lambda count: count.value == 10).quantity = 2
        meeting.difference_reason = "Falta un billete"
        meeting.action_close()
        statement = self._statement()
        self.assertEqual(self._amounts(statement), [0, 30, 0, 30, 20, 0, 10, 0])
        self.assertEqual(self._lines(statement, "other"), {account.display_name: [0, 10, 0, 10]})

    def _ask_and_collect(self):
        self._ask(until="2026-01-31")
        everybody = dict.fromkeys(self.members, 10)
        return self._create_meeting(date="2026-01-31", post=True, receive=everybody)


class TestSigning(ClosingCase):
    def set_up_once(self):
        super().set_up_once()
        self._january()

    def test_two_sign_and_the_month_is_closed(self):
        statement = self._statement()
        self.assertEqual(statement.treasurer_id, self.treasurer)
        self.assertEqual(statement.president_id, self.partner_c)
        self.assertFalse(statement.obstacles)
        statement.action_sign_treasurer()
        self.assertTrue(statement.treasurer_signed_on)
        self.assertEqual(statement.treasurer_signed_by_id, self.env.user)
        self.assertFalse(self.fund.date_closed)
        statement.action_sign_president()
        statement.action_close()
        self.assertEqual(statement.state, "closed")
        self.assertEqual(self.fund.date_closed, self._date("2026-01-31"))
        self.assertFalse(statement.is_changed)
        self.assertIn("Tesorera Rosa", self.fund.message_ids[:1].body)
        for label, again in (
            ("sign", statement.action_sign_treasurer),
            ("close", statement.action_close),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "is in state"):
                again()

    def test_a_closed_month_is_never_opened_again(self):
        statement = self._close()
        for label, change in (
            ("draft", statement.action_reset_to_draft),
            ("compute", statement.action_compute),
            ("month", lambda: statement.write({"date_to": "2026-02-28"})),
            ("delete", statement.unlink),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "never opened again"):
                change()
        for date in (False, "2026-01-15"):
            with self.subTest(date), self.assertRaisesRegex(UserError, "is not opened again"):
                self.fund.date_closed = date
        self.fund.date_closed = "2026-02-28"

    def test_nothing_is_posted_in_a_closed_month(self):
        self._close()
        with self.assertRaisesRegex(UserError, "closed up to.*later date"):
            self._operate("donation", 5, date="2026-01-31")
        self._operate("donation", 5, date="2026-02-01")

    def test_items_are_not_added_to_a_closed_month_nor_taken_out(self):
        self._close()
        entry = self.fund.schedule_ids.move_ids
        items = entry.line_ids.with_context(force_delete=True, dynamic_unlink=True)
        added = [
            {**self.fund._prepare_item(self.fund.account_id, amount, "dues"), "move_id": entry.id}
            for amount in (5, -5)
        ]
        for label, change in (
            ("added", lambda: items.create(added)),
            ("taken out", items[:2].unlink),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "Reverse it"):
                change()

    def test_months_are_not_closed_by_hand_once_a_statement_closed_one(self):
        manager = self._create_user("gestora_fecha")
        self.network.manager_id = manager
        own = self.fund.with_user(manager)
        self.assertFalse(own.is_closed_by_statement)
        own.date_closed = "2025-12-31"
        self._close()
        own.invalidate_recordset()
        self.assertTrue(own.is_closed_by_statement)
        with self.assertRaisesRegex(UserError, "closed up to 01/31/2026 by a signed statement"):
            own.date_closed = "2026-02-28"
        own.write({"date_closed": "2026-01-31"})

    def test_a_reversal_in_a_closed_month_is_refused_and_a_later_one_is_not(self):
        self._close()
        entry = self.fund.schedule_ids.move_ids
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=entry.ids)
            .create({"date": "2026-01-31", "journal_id": entry.journal_id.id})
        )
        with self.assertRaisesRegex(UserError, "closed up to.*Choose a later date"):
            wizard.refund_moves()
            entry.reversal_move_ids._post()
        entry._reverse_moves([{"date": self._date("2026-02-05")}], cancel=True)
        statement = self._statement("2026-02-28")
        self.assertEqual(self._amounts(statement)[:4], [30, 0, 30, 0])
        january = self.fund.statement_ids.filtered("closed_on")
        self.assertFalse(january.is_changed)

    def test_a_settlement_with_a_tariff_is_reversed_after_the_closing(self):
        self.fund.date_closed = False
        self.network.tariff_rate = 5
        self._create_document("out_invoice", [1000])
        settlement = self._settle()
        self.fund.date_closed = "2026-03-31"
        settlement.action_reverse()
        reversals = settlement.move_ids.filtered("reversed_entry_id").line_ids.filtered("fund_id")
        self.assertEqual(set(reversals.mapped("date")), {self._date("2026-04-01")})

    def test_dues_that_are_asked_after_the_closing_are_booked_after_it(self):
        self._close()
        late = self._create_schedule(date_from="2026-01-10", frequency="once", amount=3)
        (entry,) = late._ask_until(self._date("2026-03-01"))
        self.assertEqual(entry.date, self._date("2026-02-01"))
        self.assertEqual(
            set(entry.line_ids.mapped("date_maturity")) - {False}, {self._date("2026-01-10")}
        )

    def test_a_movement_leaves_or_enters_no_month(self):
        entry = self.fund.schedule_ids.move_ids
        with self.assertRaisesRegex(UserError, "is not changed. Reverse it"):
            entry.date = "2026-02-01"
        self._close()
        item = entry.line_ids.filtered(lambda item: item.account_id == self.fund.account_id)[:1]
        other = self.fund.account_id.copy({"code": "4699991"})
        with self.assertRaisesRegex(UserError, "is not changed. Reverse it"):
            item.account_id = other

    def test_what_is_posted_after_the_first_signature_is_signed_again(self):
        statement = self._statement()
        statement.action_sign_treasurer()
        self._operate("donation", 5, date="2026-01-31")
        statement.invalidate_recordset()
        self.assertTrue(statement.is_changed)
        self.assertEqual(statement.balance_end, 30)
        with self.assertRaisesRegex(UserError, "changed after the treasurer signed"):
            statement.action_sign_president()
        statement.action_reset_to_draft()
        self.assertFalse(statement.treasurer_signed_on)
        self.assertEqual(statement.balance_end, 35)
        self._sign(statement)
        self._operate("donation", 5, date="2026-01-31")
        with self.assertRaisesRegex(UserError, "changed after the treasurer signed"):
            statement.action_close()

    def test_signing_reads_the_books_again(self):
        statement = self._statement()
        self._operate("donation", 5, date="2026-01-31")
        statement.invalidate_recordset()
        self.assertTrue(statement.is_changed)
        statement.action_sign_treasurer()
        self.assertEqual(statement.balance_end, 35)
        self.assertFalse(statement.is_changed)

    def test_only_the_treasurer_in_office_signs(self):
        statement = self._statement(treasurer_id=self.partner_b.id)
        with self.assertRaisesRegex(UserError, "Taller B is not the treasurer.*Tesorera Rosa is"):
            statement.action_sign_treasurer()

    def test_only_who_presides_signs_and_it_is_not_the_treasurer(self):
        statement = self._statement(president_id=self.partner_b.id)
        statement.action_sign_treasurer()
        with self.assertRaisesRegex(UserError, "Taller B does not preside.*Taller C does"):
            statement.action_sign_president()
        statement.action_reset_to_draft()
        self.member_c.role = "member"
        statement.president_id = self.treasurer
        statement.action_sign_treasurer()
        with self.assertRaisesRegex(UserError, "signed.*as treasurer already"):
            statement.action_sign_president()
        statement.action_reset_to_draft()
        statement.president_id = self.partner_b
        self._sign(statement)

    def test_who_has_a_user_signs_with_it(self):
        rosa = self._create_user("rosa_firma", partner=self.treasurer)
        self.network.user_ids = rosa
        statement = self._statement()
        with self.assertRaisesRegex(UserError, "signs.*with its own user.*rosa_firma"):
            statement.action_sign_treasurer()
        statement.with_user(rosa).action_sign_treasurer()
        self.assertEqual(statement.treasurer_signed_by_id, rosa)

    def test_figures_and_signatures_are_written_by_nobody(self):
        manager = self._create_user("gestora_firma")
        self.network.manager_id = manager
        statement = self._statement().with_user(manager)
        for name, value in (
            ("state", "closed"),
            ("balance_end", 1),
            ("treasurer_signed_on", "2026-02-01"),
            ("president_signed_by_id", manager.id),
            ("date_from", "2026-01-02"),
        ):
            with self.subTest(name), self.assertRaises(UserError):
                statement.write({name: value})
        with self.assertRaises(UserError):
            statement.line_ids.write({"closing": 1})

    def test_a_month_has_one_statement(self):
        first = self._statement()
        action = self.fund.action_close_month()
        self.assertEqual(action["res_id"], first.id)

    def test_a_treasurer_without_accounting_closes_the_month_by_the_form(self):
        manager = self._create_user("gestora_cierre")
        self.network.manager_id = manager
        fund = self.fund.with_user(manager)
        statement = self.env["business.network.fund.statement"].with_user(manager)
        statement = statement.browse(fund.action_close_month()["res_id"])
        with Form(statement) as form:
            form.note = "Leído en la reunión"
        self._sign(statement).action_close()
        html = (
            self.env["ir.actions.report"]
            .with_user(manager)
            ._render_qweb_html("red_empresarial_fund.report_fund_statement", statement.ids)[0]
        )
        self.assertIn("Leído en la reunión", html.decode())
        self.assertTrue(statement.sheet_file)
        shown = statement.line_ids.web_read({"section": {}, "label": {}, "closing": {}})
        self.assertIn("Caja del fondo", [line["label"] for line in shown])
        self.assertEqual(fund.date_closed, self._date("2026-01-31"))
        self.assertEqual(fund.date_open_month, self._date("2026-02-28"))


class TestObstacles(ClosingCase):
    def _refused(self, regex, date="2026-01-15"):
        statement = self._statement(date)
        with self.assertRaisesRegex(UserError, regex):
            statement.action_sign_treasurer()
        statement.invalidate_recordset()
        self.assertRegex(statement.obstacles, regex)
        return statement

    def test_an_earlier_month_is_closed_first(self):
        self._january()
        self._refused("January 2026 is not closed", date="2026-02-28")
        self._close()
        self._refused("closed up to 01/31/2026 already", date="2025-12-31")

    def test_a_month_that_is_not_over_is_not_signed(self):
        self._refused("the month ends on 12/31/2090", date="2090-12-01")

    def test_meetings_are_collected_first(self):
        self._january()
        meeting = self._create_meeting(date="2026-01-20")
        self._refused(f"not collected: {meeting.name}")

    def test_a_count_with_a_difference_needs_its_reason(self):
        self._ask(until="2026-01-31")
        meeting = self._create_meeting(date="2026-01-31", post=True, receive={self.member_b: 10})
        meeting.action_load_denominations()
        meeting.count_ids.filtered(lambda count: count.value == 5).quantity = 1
        statement = self._refused(f"no reason: {meeting.name}.*5.00")
        meeting.difference_reason = "Vuelto de más"
        meeting.action_close()
        statement.action_sign_treasurer()
        self.assertEqual(statement.balance_end, 25)

    def test_approved_expenses_are_paid_first(self):
        self._operate("donation", 50, date="2026-01-10")
        expense = self.env["business.network.fund.expense"].create(
            {"fund_id": self.fund.id, "purpose": "Pasajes", "amount": 5, "date": "2026-01-12"}
        )
        expense.action_request()
        expense.action_approve()
        statement = self._refused(f"approved and not paid: {expense.name}.*Pasajes")
        expense.date = "2026-02-01"
        statement.action_sign_treasurer()

    def test_dues_of_the_month_are_asked_first(self):
        self._operate("donation", 5, date="2026-01-10")
        schedule = self._create_schedule()
        self._refused(f"dues that were not asked: {schedule.name}")

    def test_instalments_of_the_month_are_asked_first(self):
        self.fund.allows_loan = True
        self._operate("donation", 100, date="2026-01-02")
        loan = self.env["business.network.fund.loan"].create(
            {
                "fund_id": self.fund.id,
                "member_id": self.member_b.id,
                "purpose": "Hilo",
                "amount": 60,
                "instalment_count": 4,
                "date": "2026-01-02",
                "date_first": "2026-01-31",
                "journal_id": self.cash_box.id,
                "date_paid": "2026-01-02",
            }
        )
        loan.action_request()
        loan.action_approve()
        loan.action_pay()
        statement = self._refused(f"instalments of loans that were not asked: {loan.name} · 1/4")
        loan.instalment_ids[0]._ask_due(statement.date_to)
        statement.action_sign_treasurer()

    def test_drafts_are_posted_first(self):
        self._operate("donation", 5, date="2026-01-10")
        entry = self.env["account.move"].create(
            self.fund._prepare_entry(self.fund.journal_id, self._date("2026-01-11"), "A mano", [])
        )
        item = self.fund._prepare_item(self.fund.account_id, 1, "donation")
        other = self.fund._prepare_item(self.fund.account_id, -1, "donation")
        entry.line_ids = [Command.create(item), Command.create(other)]
        self._refused("entries in draft")

    def test_a_broken_tie_is_mended_first(self):
        self._january()
        entry = self.env["account.move"].create(
            {
                "journal_id": self.cash_box.id,
                "date": "2026-01-20",
                "line_ids": [
                    Command.create({"account_id": self.cash.id, "balance": 7}),
                    Command.create({"account_id": self.bank.default_account_id.id, "balance": -7}),
                ],
            }
        )
        entry.action_post()
        self._refused(f"break a tie of the fund: {entry.name}")

    def test_a_fund_without_movements_has_nothing_to_close(self):
        with self.assertRaisesRegex(UserError, "has no movement yet"):
            self.fund.action_close_month()


class TestPaper(ClosingCase):
    def set_up_once(self):
        super().set_up_once()
        self._january()
        self.statement = self._close()

    def test_the_paper_has_the_figures_and_who_signed_when(self):
        report = self.env["ir.actions.report"]
        html = report._render_qweb_html(
            "red_empresarial_fund.report_fund_statement", self.statement.ids
        )[0].decode()
        for text in (
            "Monthly statement of Fondo común",
            "January 2026",
            "Tesorera Rosa",
            "Taller C",
            "signed on",
            "Caja del fondo",
            "Dues",
        ):
            with self.subTest(text):
                self.assertIn(text, html)
        self.assertNotIn("say something else", html)

    def test_the_sheet_adds_up(self):
        self.env.user.lang = "en_US"
        content = base64.b64decode(self.statement.sheet_file)
        book = openpyxl.load_workbook(io.BytesIO(content))
        (sheet,) = book.worksheets
        self.assertEqual(sheet.title, "January 2026")
        rows = {
            row[0].value: row[3].value for row in sheet.iter_rows() if isinstance(row[0].value, str)
        }
        self.assertEqual(rows["Closing Balance"], "=SUM(D7:D9)")
        self.assertEqual(rows["Cash and Bank"], 15)
        self.assertIn("download", self.statement.action_download_sheet()["url"])


class TestMonthEnd(ClosingCase):
    def _open_funds(self):
        checklist = self.env["business.network.month.end"].create(
            {"network_id": self.network.id, "date": "2026-02-10"}
        )
        (line,) = [line for line in checklist.get_checklist() if line["key"] == "fund_months"]
        return line["count"], line["state"]

    def test_the_checklist_names_funds_with_an_open_month(self):
        self.assertEqual(self._open_funds(), (0, "ok"))
        self._january()
        self.assertEqual(self._open_funds(), (1, "attention"))
        self._close()
        meeting = self._create_meeting(date="2026-02-10", post=True, receive={self.member_a: 10})
        self._count_box(meeting, close=True)
        self.assertEqual(self._open_funds(), (1, "attention"))
        self.fund.schedule_ids._ask_until(self._date("2026-02-28"))
        self._close("2026-02-28")
        self.assertEqual(self._open_funds(), (0, "ok"))
