"""The money of a fund by hand: opening, fine, gift with restriction, expense, deposit, share-out.

Buttons are pressed by what they open, not by what they are called.
"""

import tempfile
from pathlib import Path

from odoo import fields

from tests.fund_case import FundCase
from tests.web.browser import WAIT, BrowserCase

FUND = "red_empresarial_fund.business_network_fund_"


class TestFundMoneyByHand(BrowserCase, FundCase):
    """B and C had put in 60 and 40; a fine of 2, a gift of 100 for looms, 60 of it used."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        admin = cls.env.ref("base.user_admin")
        cls.env = cls.env(context=dict(cls.env.context, lang=admin.lang))
        cls.network.write({"name": "Red Textil del Sur (ficticia)", "manager_id": admin.id})
        cls.fund.allows_share_out = True
        cls.today = fields.Date.context_today(cls.company)
        cls.env["business.network.fund.fine.reason"].create(
            {"name": "Tardanza", "network_id": cls.network.id, "amount": 2}
        )
        names = ("opening", "receive", "operation", "share_out")
        cls.actions = {name: cls.env.ref(f"{FUND}{name}_action").id for name in names}
        cls.env.flush_all()

    def test_the_money_of_a_fund(self):
        with self.browser() as page:
            self.log_in(page)
            self._open_fund(page)
            self._fine(page)
            self._receive(page)
            self._give(page)
            self._spend(page)
            self._deposit(page)
            self._share_out(page)
        self._check_books()

    def test_a_due_is_forgiven_and_a_receipt_taken_back(self):
        self._ask()
        self._create_meeting(post=True, receive={self.member_c: 20})
        self.env.flush_all()
        with self.browser() as page:
            self.log_in(page)
            self._forgive(page)
            self._take_back(page)
            self._look_at_what_was_paid(page)
        self.env.invalidate_all()
        self.assertEqual(self._owed(), [30, 20, 30])
        self.assertEqual(self._summary(), [80, 0, 80, 0, 0])
        self.assertEqual(self.fund.get_ties(), [])

    def _forgive(self, page):
        self.open_action(page, "fund-dues")
        if page.locator(".o_group_header").count():
            page.click(".o_group_header:has-text('Taller B')")
        page.click(".o_data_row:has-text('Taller B') >> nth=0 >> button[name=action_forgive]")
        page.wait_for_selector(".modal .o_form_view")
        self.type_text(page, "reason", "Enfermedad, acta 12", ".modal .o_form_view")
        self.picture(page, "fund_forgive")
        self.press(page, "action_forgive", ".modal-footer")
        self.see(page, ".modal", 0)

    def _take_back(self, page):
        """C's receipt was a mistake: the whole meeting is taken back from its form."""
        self.open_record(page, self.env["business.network.fund.meeting"].search([], limit=1))
        self.picture(page, "fund_meeting_collected")
        page.click(".o_form_statusbar button[name=action_reverse]")
        page.wait_for_selector(".modal .o_form_view")
        self.type_text(page, "reason", "Era de otra red", ".modal .o_form_view")
        self.picture(page, "fund_take_back")
        self.press(page, "action_reverse", ".modal-footer")
        self.see(page, ".o_statusbar_status .o_arrow_button_current[data-value=reversed]", 1)
        self.picture(page, "fund_meeting_reversed")

    def _look_at_what_was_paid(self, page):
        self.open_action(page, "fund-compliance")
        self.picture(page, "fund_compliance")
        for view in ("pivot", "graph"):
            page.click(f".o_switch_view.o_{view}")
            self.settle(page)
            self.picture(page, f"fund_compliance_{view}")
        self.open_record(page, self.fund)
        page.click(".o_notebook_headers a[name=ties]")
        self.picture(page, "fund_ties")

    # -- what the treasurer types and clicks -------------------------------------------------------

    def _open_wizard(self, page, name):
        """Press a button of the fund that opens a window."""
        self.open_record(page, self.fund)
        page.click(f".o_form_statusbar button[name='{self.actions[name]}']")
        page.wait_for_selector(".modal .o_form_view")
        self.settle(page)

    def _open_fund(self, page):
        self._open_wizard(page, "opening")
        rows = ".modal [name=line_ids] .o_data_row"
        self.see(page, rows, 3)
        self.type_in_row(page, rows, 1, "amount_given", "60")
        self.type_in_row(page, rows, 2, "amount_given", "40")
        page.click(".modal .o_notebook_headers a[name=boxes]")
        boxes = ".modal [name=box_ids] .o_data_row"
        names = page.locator(f"{boxes} td[name=journal_id]").all_inner_texts()
        self.type_in_row(page, boxes, names.index("Caja del fondo"), "amount", "100")
        page.click(".modal .o_notebook_headers a[name=members]")
        self.picture(page, "fund_opening")
        self.press(page, "action_post", ".modal-footer")
        self.see(page, ".modal", 0)

    def _fine(self, page):
        self.open_menu(page, "Fondo", "Multas")
        self.press_new(page)
        self.choose(page, "fund_id", "Fondo común")
        self.choose(page, "member_id", "Taller B")
        self.choose(page, "reason_id", "Tardanza")
        self.press(page, "action_post")
        self.see(page, ".o_statusbar_status .o_arrow_button_current[data-value=posted]", 1)
        self.picture(page, "fund_fine")

    def _receive(self, page):
        """B pays its fine, and takes the receipt home."""
        self._open_wizard(page, "receive")
        self.choose(page, "member_id", "Taller B", ".modal .o_form_view")
        with page.expect_response(
            lambda answer: answer.url.endswith("/report/download"), timeout=WAIT
        ) as printed:
            page.click(".modal-footer button[name=action_receive_and_print]")
        self.assertEqual(printed.value.status, 200)
        self.settle(page)

    def _give(self, page):
        self._open_wizard(page, "operation")
        form = ".modal .o_form_view"
        self.select(page, "operation", "Donación", form)
        self.choose(page, "journal_id", "Caja del fondo", form)
        self.type_text(page, "concept", "Donación de telares", form)
        self.type_text(page, "amount", "100", form)
        self.choose(page, "partner_id", "Hilados del Sur", form)
        self.type_text(page, "restriction", "Solo para telares", form)
        self.picture(page, "fund_donation")
        self.press(page, "action_post", ".modal-footer")
        self.see(page, ".modal", 0)
        self.open_record(page, self.fund)
        page.click(".o_notebook_headers a[name=gifts]")
        self.see(page, "[name=gift_ids] .o_data_row:has-text('Solo para telares')", 1)
        self.picture(page, "fund_restricted")

    def _spend(self, page):
        """Asked for, approved, paid from what was given for it, and its receipt attached."""
        self.open_menu(page, "Fondo", "Gastos y proyectos")
        self.press_new(page)
        self.choose(page, "fund_id", "Fondo común")
        self.type_text(page, "purpose", "Telar usado")
        self.type_text(page, "amount", "60")
        self.choose(page, "gift_id", "telares")
        self.press(page, "action_request")
        self.press(page, "action_approve")
        self.choose(page, "journal_id", "Caja del fondo")
        self.press(page, "action_pay")
        self.see(page, ".o_form_view .alert-warning:visible", 1)
        with tempfile.TemporaryDirectory() as folder:
            receipt = Path(folder) / "boleta.txt"
            receipt.write_text("Boleta B001-15")
            page.set_input_files(".o-mail-Chatter input[type=file]", receipt)
            page.wait_for_selector(".o-mail-AttachmentContainer, .o-mail-AttachmentCard")
        self.settle(page)
        self.picture(page, "fund_expense")

    def _deposit(self, page):
        self._open_wizard(page, "operation")
        form = ".modal .o_form_view"
        self.select(page, "operation", "Depósito", form)
        self.type_text(page, "concept", "Al banco", form)
        self.type_text(page, "amount", "40", form)
        self.choose(page, "journal_id", "Caja del fondo", form)
        self.choose(page, "to_journal_id", "Banco del fondo", form)
        self.press(page, "action_post", ".modal-footer")
        self.see(page, ".modal", 0)

    def _share_out(self, page):
        """What is left of the gift is not shared out: 102 of the 142 are."""
        self._open_wizard(page, "share_out")
        self.press(page, "action_compute", ".modal-footer")
        self.see(page, ".modal [name=line_ids] .o_data_row", 2)
        self.choose(page, "journal_id", "Caja del fondo", ".modal .o_form_view")
        self.picture(page, "fund_share_out")
        self.press(page, "action_post", ".modal-footer")
        self.see(page, ".modal", 0)

    def _check_books(self):
        """100 opened, 2 of the fine, 100 given, less 60 spent and 102 shared out: 40, for looms."""
        self.env.invalidate_all()
        self.assertEqual(self._summary(), [40, 40, 0, 0, 0])
        self.assertEqual(self._balance(self.cash), 0)
        self.assertEqual(self._balance(self.fund_bank.default_account_id), 40)
        self.assertEqual(self.fund.get_ties(), [])
        self.assertEqual(self.fund.restricted_amount, 40)
        self.assertEqual(self.fund.available_amount, 0)
        paid = self.env["account.move.line"].search(
            [
                ("fund_id", "=", self.fund.id),
                ("fund_movement", "=", "share_out"),
                ("account_id", "=", self.cash.id),
            ]
        )
        self.assertEqual(
            [(item.partner_id, round(item.balance, 2)) for item in paid.sorted("balance")],
            [(self.partner_b, -61.2), (self.partner_c, -40.8)],
        )
        (expense,) = self.env["business.network.fund.expense"].search(
            [("fund_id", "=", self.fund.id)]
        )
        self.assertEqual((expense.state, expense.lacks_receipt), ("paid", False))
        self.assertEqual(expense.gift_id.amount_left, 40)
