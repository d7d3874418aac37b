"""A common fund by hand: dues, meeting, deposit, bank statement, reconciliation, closed month."""

from datetime import timedelta

from odoo import Command, fields

from tests.fund_case import FundCase
from tests.web.browser import BrowserCase

STATEMENT = """Date,Reference,Description,Paid By,Money In,Money Out,Balance
{day},OP-77,Depósito en efectivo,,50.00,,50.00
"""


class TestFundByHand(BrowserCase, FundCase):
    """Three members of a network pay 20 each; the treasurer takes 50 of it to the bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        admin = cls.env.ref("base.user_admin")
        admin.group_ids = [Command.link(cls.env.ref("account.group_account_user").id)]
        cls.env = cls.env(context=dict(cls.env.context, lang=admin.lang))
        cls.network.write({"name": "Red Textil del Sur (ficticia)", "manager_id": admin.id})
        cls.member_c.role = "president"
        today = fields.Date.context_today(cls.company)
        cls.month_end = today.replace(day=1) - timedelta(days=1)
        cls.fund.write(
            {
                "cash_journal_ids": [Command.set((cls.cash_box | cls.fund_bank).ids)],
                "treasurer_ids": [
                    Command.clear(),
                    Command.create(
                        {
                            "partner_id": cls.treasurer.id,
                            "date_from": cls.month_end.replace(day=1),
                        }
                    ),
                ],
            }
        )
        cls.env["business.network.fund.bank.setup"].create(
            {"fund_id": cls.fund.id, "date_from": cls.month_end.replace(day=1)}
        ).action_set_up()
        cls.schedule = cls._create_schedule(
            20.0, start=False, frequency="once", date_from=cls._day(5), date_to=cls._day(5)
        )
        cls.meeting = cls.env["business.network.fund.meeting"].create(
            {"fund_id": cls.fund.id, "date": cls._day(5)}
        )
        cls.env.flush_all()

    @classmethod
    def _day(cls, number):
        return cls.month_end.replace(day=number)

    def test_a_month_of_the_fund_from_the_dues_to_the_closed_statement(self):
        with self.browser() as page:
            self.log_in(page)
            self._ask(page)
            self._collect(page)
            self._count(page)
            self._deposit(page)
            self._import(page)
            self._reconcile(page)
            self._close(page)
        self._check_books()

    # -- what the treasurer types and clicks -------------------------------------------------------

    def _ask(self, page):
        self.open_record(page, self.schedule)
        self.press(page, "action_start")
        self.press(page, "action_ask_now")
        self.picture(page, "fund_dues_schedule")

    def _collect(self, page):
        """Everybody is there and pays what is owed, with one key."""
        self.open_record(page, self.meeting)
        self.press(page, "action_load_members")
        self.see(page, "[name=line_ids] .o_data_row", 3)
        for number in range(3):
            page.click(f"[name=line_ids] .o_data_row >> nth={number} >> td[name=is_present] input")
        self.press(page, "action_receive_all")
        self.see(page, "[name=line_ids] .o_data_row td[name=amount_received]:has-text('20')", 3)
        self.picture(page, "fund_meeting")
        self.press(page, "action_collect", confirm=True)

    def _count(self, page):
        self.press(page, "action_load_denominations")
        page.click(".o_notebook a[name=count]")
        for place in (2, 4):  # 200, 100, 50, 20, 10, …
            self.type_in_row(page, "[name=count_ids] .o_data_row", place, "quantity", "1")
        self.picture(page, "fund_cash_count")
        self.press(page, "action_close")
        self.see(page, ".o_statusbar_status .o_arrow_button_current[data-value=closed]", 1)

    def _deposit(self, page):
        action = {
            "type": "ir.actions.act_window",
            "res_model": "business.network.fund.operation",
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_fund_id": self.fund.id,
                "default_operation": "deposit",
                "default_date": str(self._day(10)),
            },
        }
        self.open_action(page, action, ".modal .o_form_view")
        page.fill(".modal [name=concept] input", "Al banco")
        page.fill(".modal [name=amount] input", "50")
        self.press(page, "action_post", ".modal-footer")
        self.see(page, ".modal", 0)

    def _import(self, page):
        content = STATEMENT.format(day=self.month_end.strftime("%d/%m/%Y"))
        self.open_record(page, self.fund)
        self.picture(page, "fund_form")
        self.press(page, "action_import_statement")
        page.set_input_files(
            ".modal input[type=file]",
            {"name": "extracto.csv", "mimeType": "text/csv", "buffer": content.encode()},
        )
        self.settle(page)
        self.picture(page, "fund_statement_import")
        self.press(page, "import_file_button", ".modal")

    def _reconcile(self, page):
        """The deposit is proposed: one key, and the bank says what the books say."""
        self.open_record(page, self.fund)
        self.press(page, "action_reconcile_bank")
        page.click(".o_kanban_record:has-text('50')")
        page.wait_for_selector("button[name=reconcile_bank_line]:visible")
        self.picture(page, "fund_reconcile")
        self.press(page, "reconcile_bank_line")
        self.open_record(page, self.fund)
        self.press(page, "action_open_reconciliation")
        self.picture(page, "fund_reconciliation")

    def _close(self, page):
        self.open_record(page, self.fund)
        self.press(page, "action_close_month")
        page.wait_for_selector("button[name=action_sign_treasurer]:visible")
        self.press(page, "action_sign_treasurer")
        self.press(page, "action_sign_president")
        self.picture(page, "fund_statement")
        self.press(page, "action_close", confirm=True)
        self.see(page, ".o_statusbar_status .o_arrow_button_current[data-value=closed]", 1)
        self.open_record(page, self.fund)
        page.click(".o-form-buttonbox .o_button_more")
        self.press(page, "action_open_over_time")
        page.wait_for_selector(".o_graph_renderer canvas")
        self.picture(page, "fund_over_time")

    def _check_books(self):
        self.env.invalidate_all()
        self.assertEqual(self._summary(), [60, 60, 0, 0, 0])
        self.assertEqual(self.fund.get_ties(), [])
        self.assertEqual(self.fund.date_closed, self.month_end)
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self.fund_bank.id)]
        )
        self.assertEqual((lines.amount, lines.is_reconciled), (50, True))
        statement = self.fund.statement_ids
        report = self.env["ir.actions.report"]
        page, _kind = report._render_qweb_html(
            "red_empresarial_fund.report_fund_statement", statement.ids
        )
        for text in ("Tesorera Rosa", "Taller C", "60.00"):
            self.assertIn(text, page.decode())
