"""A customer contract by hand: declared facts, the contract, a plan by formula, a quotation."""

from odoo import fields

from tests.common import NetworkCase
from tests.web.browser import BrowserCase


class TestContractByHand(BrowserCase, NetworkCase):
    """A, B and C have 4, 2 and 1 machines; a buyer takes 700 chompas over the year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        cls.env = cls.env(context=dict(cls.env.context, lang=cls.admin.lang))
        cls.network.write({"name": "Red Textil del Sur (ficticia)", "manager_id": cls.admin.id})
        cls.today = fields.Date.context_today(cls.company)
        cls.chompa = cls.env["product.product"].create(
            {"name": "Chompa de alpaca", "type": "service", "list_price": 45}
        )
        cls.kind = cls.env["business.network.fact.kind"].create(
            {"name": "Máquinas de tejer", "code": "maquinas", "unit": "máquinas"}
        )
        facts = cls.env["business.network.fact"].create(
            [
                {
                    "member_id": member.id,
                    "kind_id": cls.kind.id,
                    "value": value,
                    "date_from": "2026-01-01",
                }
                for member, value in ((cls.member_a, 4), (cls.member_b, 2))
            ]
        )
        facts.action_declare()
        facts.action_approve()
        cls.env.flush_all()

    def test_from_what_members_declare_to_the_quotation(self):
        with self.browser() as page:
            self.log_in(page)
            self._declare(page)
            self._agree_contract(page)
            self._plan(page)
            self._quote(page)
        self._check()

    # -- what the manager types and clicks ---------------------------------------------------------

    def _declare(self, page):
        self.open_menu(page, "Cuotas", "Datos declarados")
        self.press_new(page)
        self.choose(page, "member_id", "Taller C")
        self.choose(page, "kind_id", "Máquinas de tejer")
        self.type_text(page, "value", "1")
        self.press(page, "action_declare")
        self.press(page, "action_approve")
        self.picture(page, "quota_fact")
        self.open_menu(page, "Cuotas", "Datos declarados")
        self.see(page, ".o_data_row", 3)
        self.picture(page, "quota_facts")

    def _agree_contract(self, page):
        self.open_menu(page, "Ventas", "Contratos de clientes")
        self.press_new(page)
        self.choose(page, "network_id", "Red Textil")
        self.choose(page, "partner_id", "Gran Comprador")
        self.type_text(page, "reference", "OC-2026-118")
        page.click("[name=line_ids] .o_field_x2many_list_row_add a >> nth=0")
        page.wait_for_selector("[name=line_ids] .o_selected_row")
        self.choose(page, "product_id", "Chompa de alpaca", "[name=line_ids] .o_selected_row")
        self.type_in_row(page, "[name=line_ids] .o_data_row", 0, "quantity", "700")
        self.press(page, "action_agree")
        self.picture(page, "customer_contract")

    def _plan(self, page):
        """700 pieces by 4, 2 and 1 machines: 400, 200, 100."""
        self.press(page, "action_open_quota_plan", ".o_statusbar_buttons")
        self.select(page, "basis", "Una fórmula sobre datos declarados")
        self.type_text(page, "formula", "maquinas * 10")
        self.press(page, "action_propose")
        self.see(page, "[name=quota_ids] .o_data_row", 3)
        units = page.locator("[name=quota_ids] .o_data_row td[name=units]").all_inner_texts()
        self.assertEqual(units, ["400", "200", "100"])
        self.picture(page, "quota_plan_formula")

    def _quote(self, page):
        contract = self.env["business.network.customer.contract"].search(
            [("network_id", "=", self.network.id)]
        )
        self.open_record(page, contract)
        self.press(page, "action_make_quotation")
        page.wait_for_selector(".o_form_view:has-text('Chompa de alpaca')")

    def _check(self):
        self.env.invalidate_all()
        plan = self.env["business.network.quota.plan"].search(
            [("network_id", "=", self.network.id)]
        )
        self.assertEqual((plan.state, plan.volume, plan.allotted_units), ("proposed", 700, 700))
        line = plan.contract_id.line_ids
        self.assertEqual((line.quoted_quantity, line.remaining_quantity), (700, 0))
        orders = self.env["sale.order"].search([("network_id", "=", self.network.id)])
        self.assertEqual(orders.order_line.mapped("product_uom_qty"), [700])
