"""The reconciliation report of a fund: as of any date, item by item, difference zero."""

import base64
import io

from odoo.exceptions import AccessError
from odoo.tools import mute_logger
from openpyxl import load_workbook

from tests.fund_bank_case import FundBankCase
from tests.quota_case import QuotaCase

KEYS = ("book", "transit_in", "transit_out", "bank_account", "statement", "difference")


class TestReconciliationReport(FundBankCase):
    def set_up_once(self):
        super().set_up_once()
        self._ask()
        self._operate("opening", 100, journal=self.fund_bank)
        self._operate("donation", 40, journal=self.fund_bank, date="2026-04-05")
        self._operate(
            "deposit", 25, journal=self.fund_bank, to_journal_id=self.cash_box.id, date="2026-04-08"
        )
        self.statement = self._state(
            ("2026-04-07", "Donación", 40),
            ("2026-04-09", "¿Quién?", 12),
            ("2026-04-12", "Retiro", -25),
        )
        self.gift, self.unknown, self.withdrawal = self.statement.line_ids.sorted("date")
        self.gift.reconcile_bank_line()
        self.withdrawal.reconcile_bank_line()

    def _report(self, date):
        return self.env["business.network.fund.reconciliation"].create(
            {"fund_id": self.fund.id, "date": date}
        )

    def _bank(self, date):
        banks = {bank["name"]: bank for bank in self._report(date).get_report()}
        self.assertEqual(list(banks), ["Banco del fondo", "Caja del fondo"])
        return banks["Banco del fondo"]

    def test_as_of_any_date_the_difference_is_zero(self):
        for date, figures, unidentified, items in (
            ("2026-04-04", (100, 0, 0, 100, None, None), 0, []),
            ("2026-04-06", (140, 40, 0, 100, None, None), 0, [("in", 40)]),
            ("2026-04-07", (140, 0, 0, 140, 140, 0), 0, []),
            ("2026-04-08", (115, 0, 25, 140, 140, 0), 0, [("out", 25)]),
            ("2026-04-10", (127, 0, 25, 152, 152, 0), 12, [("out", 25), ("unidentified", 12)]),
            ("2026-04-30", (127, 0, 0, 127, 127, 0), 12, [("unidentified", 12)]),
        ):
            with self.subTest(date):
                bank = self._bank(date)
                self.assertEqual(tuple(bank[key] for key in KEYS), figures)
                self.assertEqual(bank["unidentified"], unidentified)
                self.assertEqual(
                    [(item["section"], item["amount"]) for item in bank["items"]], items
                )
        self._check_ties()

    def test_a_part_that_is_closed_later_was_open_before(self):
        receipt = self.fund._receive(
            [(self.member_b, 30, False)], self.fund_bank, self._date("2026-04-14"), "Pago"
        )
        line = self._state_line(10, date="2026-04-20", partner=self.partner_b)
        item = receipt.line_ids.filtered(lambda item: item.account_id == self.transit)
        line.clean_reconcile()
        line.add_multiple_lines([("id", "in", item.ids)])
        line.reconcile_bank_line()
        self.assertEqual(self._bank("2026-04-19")["transit_in"], 30)
        self.assertEqual(self._bank("2026-04-20")["transit_in"], 20)
        self.assertEqual(self._bank("2026-04-20")["difference"], 0)

    def test_what_is_booked_beside_the_statement_shows(self):
        move = self.env["account.move"].create(
            self.fund._prepare_entry(
                self.fund_bank,
                "2026-04-13",
                "A mano",
                [
                    self.fund._prepare_item(self.bank_account, 5, "donation"),
                    self.fund._prepare_item(self.fund.account_id, -5, "donation"),
                ],
            )
        )
        move.action_post()
        self.assertEqual(self._bank("2026-04-13")["difference"], 5)

    def test_the_screen_lists_what_the_values_say_and_opens_entries(self):
        report = self._report("2026-04-10")
        action = report.action_show()
        self.assertEqual(action["res_id"], report.id)
        report.action_show()
        self.assertRecordValues(
            report.bank_ids,
            [
                {"name": "Banco del fondo", "book": 127, "statement": 152, "is_stated": True},
                {"name": "Caja del fondo", "book": 25, "statement": 0, "is_stated": False},
            ],
        )
        self.assertEqual(report.line_ids.mapped("amount"), [25, 12])
        opened = report.line_ids[-1:].action_open()
        self.assertEqual(opened["res_id"], self.unknown.move_id.id)

    def test_paper_and_spreadsheet_say_the_same(self):
        report = self._report("2026-04-10")
        report.action_show()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial_fund_reconcile.fund_reconciliation_report", report.ids
        )
        text = html.decode()
        for part in ("Banco del fondo", "¿Quién?", "152.00", "127.00", "Tesorera Rosa"):
            self.assertIn(part, text)
        self.assertIn("report_fund_reconciliation", str(report.action_print()))
        self.assertIn("/sheet_file", report.action_download_sheet()["url"])
        book = load_workbook(io.BytesIO(base64.b64decode(report.sheet_file)), data_only=True)
        summary, items = (
            [
                [cell for cell in row if cell is not None]
                for row in sheet.iter_rows(values_only=True)
            ]
            for sheet in book.worksheets
        )
        for row in (["In the books", 127], ["Bank by the books", 152], ["Difference", 0]):
            self.assertIn(row, summary)
        self.assertIn("¿Quién?", [cell for row in items for cell in row])


class TestAccess(FundBankCase):
    """Who sets up, imports and reads: two networks, two companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create_user = QuotaCase._create_user.__func__
        manager = "red_empresarial.group_network_manager"
        cls.manager = create_user(cls, "gestora_banco", manager)
        cls.stranger = create_user(cls, "ajena_banco", manager)
        cls.auditor = create_user(cls, "auditora_banco", "account.group_account_readonly")
        cls.accountant = create_user(cls, "contadora_banco", "account.group_account_user")
        cls.clerk = create_user(cls, "empleada_banco")
        company = cls.env["res.company"].create({"name": "Otra empresa del banco"})
        cls.abroad = create_user(cls, "lejana_banco", "account.group_account_user", company=company)
        cls.network.manager_id = cls.manager

    def _open(self, user):
        report = self.env["business.network.fund.reconciliation"].with_user(user)
        report = report.create({"fund_id": self.fund.id, "date": "2026-04-30"})
        report.action_show()
        return report.get_report()

    def test_the_report_is_read_by_those_who_read_the_fund(self):
        self._state_line(10)
        for user in (self.manager, self.auditor, self.accountant):
            with self.subTest(user.login):
                self.assertEqual(self._open(user)[0]["statement"], 10)
        for user in (self.stranger, self.abroad, self.clerk):
            with (
                self.subTest(user.login),
                mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
            ):
                self._open(user)

    def test_banks_are_set_up_by_those_who_run_the_fund(self):
        self.fund.cash_journal_ids |= self.wallet
        self.fund.with_user(self.manager).action_set_up_banks()
        wizard = self.env["business.network.fund.bank.setup"].with_user(self.manager)
        wizard.create({"fund_id": self.fund.id, "date_from": "2026-04-01"}).action_set_up()
        self.assertTrue(self.fund.is_bank_ready)
        for user in (self.stranger, self.auditor, self.abroad, self.clerk):
            with (
                self.subTest(user.login),
                mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
            ):
                self.fund.with_user(user).action_set_up_banks()

    def test_an_accountant_imports_and_reconciles(self):
        self._ask()
        content = self._csv(("01/04/2026", "OP-1", "Yape", "Taller B", "30.00", "", "30.00"))
        self._wizard(content).with_user(self.accountant)
        wizard = (
            self.env["account.statement.import"]
            .with_user(self.accountant)
            .with_context(journal_id=self.fund_bank.id)
            .create({"statement_file": base64.b64encode(content), "statement_filename": "a.csv"})
        )
        wizard.import_file_button()
        line = self._lines().with_user(self.accountant)
        line.partner_id = self.partner_b
        self.assertEqual(len(self._proposed(line)), 3)
        line.reconcile_bank_line()
        self.assertEqual(self._owed(self.member_b), [0])
        line.unreconcile_bank_line()
        self.assertEqual(self._owed(self.member_b), [30])
        self._check_ties()

    def test_who_is_no_accountant_does_not_import(self):
        with (
            mute_logger("odoo.addons.base.models.ir_model"),
            self.assertRaises(AccessError),
        ):
            self.env["account.statement.import"].with_user(self.manager).create(
                {"statement_file": base64.b64encode(b"x")}
            )
