"""Buttons that move members' money are shown to those whom they do not refuse, and to no other."""

from lxml import etree
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user

from tests.common import NetworkCase

MANAGER = "red_empresarial.group_network_manager"
PAYING = ("action_open_payment_wizard", "action_bank_file", "action_reverse_payments")


class PressCase(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.biller = new_test_user(cls.env, "facturadora", "account.group_account_invoice")
        cls.manager = new_test_user(cls.env, "gestora", MANAGER)
        cls.treasurer = new_test_user(
            cls.env, "tesorera", f"{MANAGER},account.group_account_invoice"
        )
        cls.network.user_ids = [Command.set((cls.manager | cls.treasurer).ids)]
        cls.env["res.partner.bank"].create(
            [
                {"partner_id": partner.id, "acc_number": f"0011-{partner.id}"}
                for partner in (cls.partner_b, cls.partner_c)
            ]
        )

    def _get_buttons(self, record, user):
        """Names of the buttons that the form of a record shows to a user."""
        arch = record.with_user(user).get_view(view_type="form")["arch"]
        return {button.get("name") for button in etree.fromstring(arch).iter("button")}

    def _get_menus(self, user):
        visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        names = ("menu_pay_advance", "menu_opening")
        return {name for name in names if self.env.ref(f"red_empresarial.{name}").id in visible}

    def _as(self, user, record):
        self.env.invalidate_all()
        return record.with_user(user)


class TestSettlementButtons(PressCase):
    def set_up_once(self):
        super().set_up_once()
        self._create_document("out_invoice", [1000])
        self.settlement = self._settle()

    def test_they_are_shown_to_who_runs_the_network(self):
        for user, shown in (
            (self.biller, set()),
            (self.manager, set(PAYING)),
            (self.treasurer, set(PAYING)),
        ):
            buttons = self._get_buttons(self.settlement, user)
            self.assertEqual(buttons & set(PAYING), shown, user.login)

    def test_who_runs_the_network_pays_with_and_without_the_accounts(self):
        for user in (self.manager, self.treasurer):
            settlement = self._as(user, self.settlement)
            action = settlement.action_open_payment_wizard()
            wizard = Form(
                self.env[action["res_model"]].with_user(user).with_context(**action["context"])
            )
            wizard.journal_id = self.bank.with_user(user)
            wizard.save().action_pay()
            self.env.invalidate_all()
            self.assertEqual(self.settlement.state, "paid")
            self.assertIn("download", self._as(user, settlement).action_bank_file()["url"])
            self._as(user, settlement).action_reverse_payments()
            self.env.invalidate_all()
            self.assertEqual(self.settlement.state, "posted")

    def test_a_biller_is_refused_what_it_does_not_see(self):
        settlement = self._as(self.biller, self.settlement)
        with self.assertRaises(AccessError):
            settlement.pay_members(self.bank, self._date("2026-03-31"))
        with self.assertRaises(AccessError):
            self.env["business.network.settlement.payment"].with_user(self.biller).create(
                {"settlement_id": settlement.id, "journal_id": self.bank.id}
            )
        self.settlement.pay_members(self.bank, self._date("2026-03-31"))
        for name in PAYING[1:]:
            with self.assertRaises(AccessError):
                getattr(self._as(self.biller, self.settlement), name)()


class TestAdvanceAndOpening(PressCase):
    def test_they_are_shown_to_who_runs_the_network(self):
        advance = str(self.env.ref("red_empresarial.business_network_advance_action").id)
        call = self.env["business.network.cash.call"].create(
            {
                "network_id": self.network.id,
                "purpose": "Hilo",
                "amount": 90,
                "date": "2026-03-01",
                "date_due": "2026-03-20",
            }
        )
        for user, shown in ((self.biller, False), (self.manager, True), (self.treasurer, True)):
            menus = {"menu_pay_advance", "menu_opening"} if shown else set()
            self.assertEqual(self._get_menus(user), menus, user.login)
            for record, name in (
                (self.network, advance),
                (self.member_b, "action_open_advance_wizard"),
                (call, "action_open_collection_wizard"),
            ):
                buttons = self._get_buttons(record, user)
                self.assertEqual(name in buttons, shown, f"{user.login}: {record._name}")

    def test_who_runs_the_network_pays_an_advance(self):
        for user in (self.manager, self.treasurer):
            wizard = Form(
                self.env["business.network.advance"]
                .with_user(user)
                .with_context(default_network_id=self.network.id)
            )
            wizard.member_id = self.member_b.with_user(user)
            wizard.amount = 10
            wizard.journal_id = self.bank.with_user(user)
            wizard.date = "2026-03-10"
            action = wizard.save().action_pay()
            self._assert_shown(action, "account.payment", user)
        self.assertEqual(self.member_b.advance_amount, 20)

    def test_who_runs_the_network_collects_a_cash_call(self):
        call = self.env["business.network.cash.call"].create(
            {
                "network_id": self.network.id,
                "purpose": "Hilo",
                "amount": 90,
                "date": "2026-03-01",
                "date_due": "2026-03-20",
            }
        )
        call.action_call()
        wizard = Form(
            self.env["business.network.cash.call.collection"]
            .with_user(self.manager)
            .with_context(default_call_id=call.id)
        )
        wizard.journal_id = self.bank.with_user(self.manager)
        wizard.save().action_collect()
        self.assertEqual(call.state, "collected")

    def test_who_runs_the_network_books_its_opening_balances(self):
        for user, day in ((self.manager, "2026-03-01"), (self.treasurer, "2026-03-02")):
            wizard = Form(self.env["business.network.opening"].with_user(user))
            wizard.network_id = self.network.with_user(user)
            wizard.date = day
            with wizard.line_ids.new() as line:
                line.member_id = self.member_b.with_user(user)
                line.owed_to = 5
            action = wizard.save().action_post()
            self._assert_shown(action, "account.move", user)
        self.assertEqual(self.member_b.payable_amount, 10)

    def test_a_biller_is_refused_what_it_does_not_see(self):
        for model in ("business.network.advance", "business.network.opening"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.biller).create({"network_id": self.network.id})

    def _assert_shown(self, action, model, user):
        """Who sees the accounts is shown what was booked; the dialog closes for others."""
        if self.env[model].with_user(user).has_access("read"):
            self.assertEqual(action["res_model"], model)
        else:
            self.assertEqual(action["type"], "ir.actions.act_window_close")
