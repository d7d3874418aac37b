"""Capacity, redeployment and transfers by hand: each screen opens, none wider than a phone."""

from datetime import timedelta

from odoo import Command, fields

from tests.web.browser import BrowserCase
from tests.web.test_screens import PHONE, WIDER_THAN_THE_PAGE

ADDON = "red_empresarial_quota"
VIEWS = {
    "business_network_capacity_action": ("list", "kanban", "pivot", "graph"),
    "business_network_fact_action": ("list", "kanban"),
    "business_network_fact_kind_action": ("list",),
    "business_network_customer_contract_action": ("list", "kanban"),
    "business_network_quota_plan_action": ("list", "kanban"),
    "business_network_quota_transfer_action": ("list", "kanban", "pivot", "graph"),
}


class TestQuotaScreens(BrowserCase):
    """Two workshops with ten units each; one sold them all, the other none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.user_admin").odoobot_state = "disabled"  # its chat fills a phone
        today = fields.Date.context_today(cls.env.company)
        start, end = today - timedelta(days=20), today + timedelta(days=20)
        partners = cls.env["res.partner"].create(
            [{"name": f"Taller {name} (ficticio)"} for name in ("Rápido", "Lento")]
        )
        cls.network = cls.env["business.network"].create(
            {
                "name": "Red de cuotas",
                "manager_id": cls.env.ref("base.user_admin").id,
                "member_ids": [
                    Command.create({"partner_id": partner.id, "date_from": start, "sequence": n})
                    for n, partner in enumerate(partners)
                ],
            }
        )
        product = cls.env["product.product"].create({"name": "Polo", "type": "service"})
        cls.plan = cls.env["business.network.quota.plan"].create(
            {
                "network_id": cls.network.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "date_from": start,
                "date_to": end,
                "volume": 20,
                "basis": "equal",
                "agreed_on": start,
                "minute_reference": "Acta 3",
                "user_id": cls.env.ref("base.user_admin").id,
            }
        )
        cls.plan.action_propose()
        cls.plan.action_agree()
        cls.plan.action_run()
        cls._sell(product, partners[0])
        cls.capacity = cls.env["business.network.capacity"].create(
            {
                "member_id": cls.network.member_ids[0].id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "quantity": 30,
                "date_from": start,
                "date_to": end,
            }
        )

    @classmethod
    def _sell(cls, product, customer):
        order = cls.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "network_id": cls.network.id,
                "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 10})],
            }
        )
        cls.env["business.network.allocation"].create(
            {
                "sale_line_id": order.order_line.id,
                "member_id": cls.network.member_ids[0].id,
                "quantity": 10,
            }
        )
        order.action_confirm()

    def test_a_manager_declares_offers_consents_and_carries_out(self):
        self.env.flush_all()
        with self.browser() as page:
            self.log_in(page)
            self.open_record(page, self.capacity)
            self.press(page, "action_declare")
            self.press(page, "action_approve")
            self.picture(page, "quota_capacity")
            self.open_record(page, self.plan)
            self.press(page, "action_redeploy", confirm=True)
            page.click(".o_data_row:has-text('Lento') td[name=giver_id]")
            page.wait_for_selector(".o_form_view .o_form_sheet")
            self.type_text(page, "consent_reference", "Carta 1")
            for action in ("action_consent_giver", "action_consent_receiver", "action_carry_out"):
                self.press(page, action)
            self.picture(page, "quota_transfer")
            self.open_record(page, self.plan)
            self.picture(page, "quota_plan_running")
            cell = page.locator("[name=quota_ids] .o_data_row td[name=remaining_units]").first
            box, room = cell.bounding_box(), page.viewport_size["width"]
            self.assertLessEqual(box["x"] + box["width"], room, "what is left is on the screen")
            cell.scroll_into_view_if_needed()
            self.picture(page, "quota_plan_quotas")
        self.env.invalidate_all()
        self.assertEqual(self.capacity.state, "approved")
        self.assertEqual(self.plan.transfer_ids.mapped("state"), ["done"])
        self.assertEqual(self.plan.quota_ids.mapped("remaining_units"), [10, 0])

    def test_every_view_opens_and_nothing_is_wider_than_a_phone(self):
        self.capacity.action_declare()
        transfers = self.plan._redeploy()
        records = {"capacity": self.capacity, "transfer": transfers, "plan": self.plan}
        self.env.flush_all()
        wide = {}
        with self.browser() as page:
            self.log_in(page)
            for action, views in VIEWS.items():
                for view in views:
                    url = f"{self.base_url()}/odoo/action-{ADDON}.{action}?view_type={view}"
                    page.goto(url)
                    page.wait_for_selector(f".o_{view}_view")
                    self.picture(page, f"{action}_{view}")
            page.set_viewport_size(PHONE)
            for name, record in records.items():
                self.open_record(page, record)
                self.settle(page)
                wide[name] = page.evaluate(WIDER_THAN_THE_PAGE)
        self.assertEqual({name: found for name, found in wide.items() if found}, {})
