"""A plan in money by hand: a limit is typed as an amount; a member network reads its part."""

from odoo import Command

from tests.web import test_quota_by_hand as by_hand

MANAGER = "red_empresarial.group_network_manager"


class TestQuotaMoneyByHand(by_hand.TestQuotaByHand):
    """A network of two networks shares 1000.00 of sales."""

    test_a_plan_from_the_proposal_to_the_printed_act = None  # told by the class it comes from

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.weaver = cls.env["res.users"].create(
            {
                "name": "Gestora de Telares (ficticia)",
                "login": "telares",
                "password": "telares-de-prueba",
                "email": "telares@example.com",
                "lang": cls.manager.lang,
                "tz": "America/Lima",
                "group_ids": [Command.set([cls.env.ref("base.group_user").id])],
            }
        )
        cls.weaver.group_ids += cls.env.ref(MANAGER)
        cls.networks[0].manager_id = cls.weaver

    def test_amounts_are_typed_and_read(self):
        plan = self.env["business.network.quota.plan"].create(
            {
                "network_id": self.union.id,
                "kind": "amount",
                "date_from": self.today.replace(month=1, day=1),
                "date_to": self.today.replace(month=12, day=31),
                "volume": 1000,
                "sub_basis": "equal",
                "agreed_on": self.today,
                "minute_reference": "Acta 12",
            }
        )
        plan.action_load_members()
        self.env.flush_all()
        with self.browser() as page:
            self.log_in(page, "coordina", "coordina-de-prueba")
            self._type_limit(page, plan)
            self._type_transfer(page)
            self._see_lists(page)
        with self.browser() as page:
            self.log_in(page, "telares", "telares-de-prueba")
            self._see_part(page)
        self.env.invalidate_all()
        self.assertEqual(plan.transfer_ids.mapped("units"), [5000], "coins are kept")

    def _type_limit(self, page, plan):
        self.open_record(page, plan)
        self.see(page, "[name=quota_ids] .o_data_row", 7)
        self.type_cell(page, "cap_amount", "100", "Telares 1")
        page.keyboard.press("Enter")
        self.press(page, "action_propose")
        cells = page.locator("[name=quota_ids] .o_data_row td[name=planned_amount]")
        texts = [text.replace("\xa0", " ") for text in cells.all_inner_texts()]
        self.assertEqual(
            [float(text.replace("S/", "").replace("$", "").replace(",", "")) for text in texts],
            [500, 100, 200, 200, 500, 250, 250],
        )
        self.see(page, "[name=one_more_text]", 1)
        self.see(page, "[name=quota_ids] td[name=units]", 0)
        self.picture(page, "quota_money_form")
        self.press(page, "action_agree")
        self.press(page, "action_run")

    def _type_transfer(self, page):
        """One member gives another an amount, which the form asks for instead of units."""
        self.open_action(page, "red_empresarial_quota.business_network_quota_transfer_action")
        self.press_new(page)
        self.choose(page, "from_quota_id", "Telares 2")
        self.choose(page, "to_quota_id", "Telares 3")
        self.see(page, ".o_form_view [name=units] input:visible", 0)
        self.type_text(page, "moved_amount", "50")
        page.click(".o_form_button_save")
        self.settle(page)
        self.picture(page, "quota_transfer_money")

    def _see_lists(self, page):
        self.open_action(
            page, "red_empresarial_quota.business_network_quota_money_action", ".o_list_view"
        )
        self.picture(page, "quota_money_list")
        page.click(".o_switch_view.o_pivot")
        page.wait_for_selector(".o_pivot_cell_value:has-text('1,000.00')")
        self.picture(page, "quota_money_pivot")
        page.click(".o_switch_view.o_graph")
        page.wait_for_selector(".o_graph_renderer canvas")
        self.picture(page, "quota_money_graph")

    def _see_part(self, page):
        """Rows of its own network alone, and the proof of each."""
        self.open_action(
            page, "red_empresarial_quota.business_network_quota_money_action", ".o_list_view"
        )
        page.click(".o_group_header")
        self.settle(page)
        self.press(page, "action_open_part")
        page.wait_for_selector(".o_form_view .o_form_sheet")
        self.see(page, "[name=child_ids] .o_data_row", 3)
        self.picture(page, "quota_part_form")
