"""Every list of the menus explains itself while it is empty, and shows what its name says."""

from ast import literal_eval

from lxml import etree, html
from odoo import Command

from tests.allocation_case import AllocationCase
from tests.common import NetworkCase

ADDONS = "red_empresarial"
FORMS_ONLY = {"form"}


class TestMenus(NetworkCase):
    def _get_actions(self):
        """Window actions of our addons' menus, by the menu's complete name."""
        names = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.menu"), ("module", "like", ADDONS)]
        )
        menus = self.env["ir.ui.menu"].browse(names.mapped("res_id"))
        return {
            menu.complete_name: menu.action
            for menu in menus
            if menu.action and menu.action._name == "ir.actions.act_window"
        }

    def test_every_list_with_a_menu_has_help_for_the_empty_screen(self):
        actions = self._get_actions()
        lists = {
            name: action
            for name, action in actions.items()
            if set(action.view_mode.split(",")) != FORMS_ONLY
        }
        self.assertGreater(len(lists), 15)
        self.assertEqual([name for name, action in lists.items() if not action.help], [])
        for name, action in lists.items():
            paragraphs = html.fragment_fromstring(action.help, create_parent=True).findall("p")
            self.assertGreaterEqual(len(paragraphs), 2, f"{name}: title and what to do")

    def test_no_two_lists_have_the_same_address(self):
        paths = [action.path for action in self._get_actions().values() if action.path]
        self.assertEqual(len(paths), len(set(paths)))


class TestDeliveriesAndReceptions(AllocationCase):
    def _get_records(self, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"red_empresarial.{name}")
        return self.env[action["res_model"]].search(literal_eval(action["domain"]))

    def test_sales_are_delivered_and_purchases_received(self):
        sale = self._order()
        (sold,) = self._allocate(sale.order_line, (10, 0, 0))
        purchase = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "network_id": self.network.id,
                "order_line": [Command.create({"product_id": self.product.id, "product_qty": 10})],
            }
        )
        bought = self.env["business.network.allocation"].create(
            {
                "purchase_line_id": purchase.order_line.id,
                "member_id": self.member_b.id,
                "quantity": 5,
            }
        )
        (sold | bought).action_deliver_all()
        deliveries = self._get_records("business_network_delivery_action")
        receptions = self._get_records("business_network_reception_action")
        self.assertIn(sold.delivery_ids, deliveries)
        self.assertIn(bought.delivery_ids, receptions)
        self.assertFalse(deliveries & receptions)
        self.assertEqual(sold.action_open_new_delivery()["name"], "Register Delivery")
        self.assertEqual(bought.action_open_new_delivery()["name"], "Register Reception")


class TestWizards(NetworkCase):
    def test_closing_one_without_doing_anything_is_called_the_same_everywhere(self):
        names = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.view"), ("module", "like", ADDONS)]
        )
        views = self.env["ir.ui.view"].browse(names.mapped("res_id"))
        labels = {}
        for view in views.with_context(lang="en_US").filtered(lambda view: view.type == "form"):
            footer = etree.fromstring(view.arch).find(".//footer")
            for button in footer.iter("button") if footer is not None else ():
                if button.get("special") == "cancel":
                    labels[view.xml_id] = button.get("string")
        self.assertGreater(len(labels), 12)
        # “Close” where what was done in the window is done already.
        self.assertEqual(
            {name: label for name, label in labels.items() if label not in ("Discard", "Close")},
            {},
        )
