"""Who buys in a round: the network's manager with purchase rights; nobody else's round."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form

from tests.rounds.buying_case import BuyingCase

MANAGER = "red_empresarial.group_network_manager"


class TestBuyingAccess(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.manager = self._create_user("gestora.compras", MANAGER, "purchase.group_purchase_user")
        self.other = self._create_user("otra.gestora", MANAGER, "purchase.group_purchase_user")
        self.buyer = self._create_user("compradora.sola", "purchase.group_purchase_user")
        self.network.manager_id = self.manager
        self.round = self._create_round({self.sheet: (5, 4, 1)}, deposit_percent=10)

    def _create_user(self, login, *groups):
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "group_ids": [
                    Command.set([self.env.ref(name).id for name in ("base.group_user", *groups)])
                ],
            }
        )

    def test_the_manager_buys_from_quotation_to_invoices(self):
        purchase_round = self.round.with_user(self.manager)
        order = self._quote(purchase_round, self.supplier.with_user(self.manager), {self.sheet: 20})
        self.assertIn("Hilados", str(purchase_round.comparison_html))
        purchase_round.action_choose_cheapest()
        purchase_round.action_negotiate()
        purchase_round.action_ask_deposit()
        purchase_round.action_order()
        self.assertEqual(order.state, "purchase")
        wizard = (
            self.env["business.network.purchase.round.receipt"]
            .with_user(self.manager)
            .create({"round_id": self.round.id, "date": "2026-03-14"})
        )
        wizard.action_receive()
        self.assertEqual(purchase_round.state, "received")
        self.env.invalidate_all()
        self._bill(self.round)
        invoices = purchase_round.action_invoice_members()
        invoices.sudo().action_post()
        purchase_round.action_distribute()
        self.assertEqual(purchase_round.state, "distributed")
        purchase_round.action_reopen_distributed()
        self.assertEqual(purchase_round.state, "received")

    def test_the_manager_cancels_with_the_annex(self):
        network = self._create_network(
            "Consorcio", "red_empresarial.operating_form_consortium_operator"
        )
        network.manager_id = self.manager
        self.network = network
        self.members = self._create_members(
            network, [self.partner_a, self.partner_b, self.partner_c]
        )
        self._create_agreement(network, self.members, (1, 1, 1))
        purchase_round = self._create_round({self.sheet: (5, 4, 1)}).with_user(self.manager)
        self._quote(purchase_round, self.supplier.with_user(self.manager), {self.sheet: 20})
        self._order(purchase_round)
        self.assertTrue(purchase_round.annex_id)
        purchase_round.action_cancel_orders()
        self.assertFalse(purchase_round.annex_id)

    def test_another_manager_reaches_neither_round_nor_quotations(self):
        for action in ("action_negotiate", "action_order", "action_close_short"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(self.round.with_user(self.other), action)()

    def test_a_buyer_reads_and_does_not_decide(self):
        order = self._quote(self.round, self.supplier, {self.sheet: 20})
        order.action_choose_for_round()
        self.assertTrue(self.round.with_user(self.buyer).comparison_html)
        with self.assertRaises(AccessError):
            self.round.with_user(self.buyer).action_negotiate()

    def test_rounds_of_another_company_stay_hidden(self):
        company = self.env["res.company"].create({"name": "Otra empresa"})
        user = self._create_user("de.otra", "red_empresarial.group_network_coordinator")
        user.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
        rounds = self.env["business.network.purchase.round"].with_user(user)
        self.assertFalse(rounds.search([("id", "=", self.round.id)]))
        with self.assertRaises(AccessError):
            self.round.with_user(user).action_cancel_orders()


class TestScreens(BuyingCase):
    def test_the_form_renders_in_every_state(self):
        purchase_round = self._create_round({self.sheet: (5, 4, 1)})
        self._quote(purchase_round, self.supplier, {self.sheet: 20}, freight=5)
        view = self.env["business.network.purchase.round"].get_view(view_type="form")["arch"]
        for name in ("button_order", "quotation_line_ids", "comparison_html", "deposit_rule"):
            self.assertIn(name, view)
        action = purchase_round.action_open_comparison()
        self.assertEqual(action["res_model"], "purchase.order.line")
        action = purchase_round.action_open_quotation_wizard()
        wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
        self.assertEqual(wizard.round_id, purchase_round)

    def test_the_forms_work_as_on_the_screen(self):
        purchase_round = self._create_round({self.sheet: (5, 4, 1)})
        order = self._quote(purchase_round, self.supplier, {self.sheet: 20}, freight=5)
        form = Form(purchase_round)
        with form.quotation_line_ids.edit(0) as line:
            line.price_unit = 19
            line.round_chosen_quantity = 10
        form.choice_reason = "Calidad"
        form.save()
        self.assertEqual(order.order_line[0].price_subtotal, 190)
        with Form(order) as form:
            self.assertEqual(form.network_round_id, purchase_round)
        purchase_round.action_negotiate()
        purchase_round.action_order()
        action = purchase_round.action_receive()
        form = Form(self.env[action["res_model"]].with_context(**action["context"]))
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.pending_quantity, 10)
            line.quantity = 4
        form.save().action_receive()
        self.assertEqual(order.order_line[0].qty_received, 4)
        self.assertEqual(self._parts(order.order_line[0], "delivered_quantity"), [2, 2, 0])
