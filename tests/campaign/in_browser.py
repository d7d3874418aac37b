"""The campaign as a person sees it: log in, the app, a network, its settlement, its milestone."""

from functools import cached_property

from tests.web.browser import BrowserCase


class CampaignInBrowser(BrowserCase):
    """Tests for the class that plays the campaign: once, since it takes as long as all of them."""

    __test__ = False

    @cached_property
    def network_records(self):
        return self.env["business.network"].search([]).grouped("name")

    @cached_property
    def companies(self):
        return self.env["business.network"].search([]).company_id

    def test_log_in_open_the_app_a_network_and_its_settlement(self):
        creart = self.network_records["Creart Mod Perú"]
        settlements, lines = len(creart.settlement_ids), len(creart.settlement_ids[:1].line_ids)
        with self.browser() as page:  # a stranger's first look: nothing was ticked by hand
            self.log_in(page, "admin", "admin")
            page.click(".o_navbar_apps_menu button")
            page.click("a.o_app:has-text('Redes empresariales')")
            for name in ("Inkas Hotels", "Creart Mod Perú", "Pacha Paccareq"):
                page.wait_for_selector(f".o_kanban_record:has-text('{name}')")
            self.picture(page, "network_kanban")
            page.click(".o_kanban_record:has-text('Creart Mod Perú')")
            page.wait_for_selector(".o_form_sheet")
            self.assertEqual(
                page.input_value("[name=name] input, [name=name] textarea"), "Creart Mod Perú"
            )
            self.picture(page, "network_form")
            page.click("button[name=action_open_settlements]")
            self.see(page, ".o_list_view .o_data_row", settlements)
            page.click(".o_list_view .o_data_row .o_data_cell >> nth=0")
            self.see(page, "[name=line_ids] .o_data_row", lines)
            self.picture(page, "settlement_form")

    def test_a_joint_bill_shows_who_got_what(self):
        bill = self.env["account.move"].search(
            [
                ("network_id", "=", self.network_records["Inkas Hotels"].id),
                ("move_type", "=", "in_invoice"),
                ("state", "=", "posted"),
            ],
            limit=1,
        )
        rows = len(bill.distribution_ids)
        with self.browser(self.companies) as page:
            self.log_in(page)
            self.open_record(page, bill)
            self.picture(page, "joint_bill")
            page.click("button[name=action_open_distributions]")
            self.see(page, ".o_list_view .o_data_row", rows)
            self.picture(page, "distributions")

    def test_the_quotas_of_a_corporate_order_as_a_tree(self):
        plan = self.env["business.network.quota.plan"].search(
            [("network_id", "=", self.network_records["Red de redes Gamarra"].id)]
        )
        quotas = len(plan.quota_ids)
        with self.browser(self.companies) as page:
            self.log_in(page)
            self.open_record(page, plan)
            self.see(page, "[name=quota_ids] .o_data_row", quotas)
            text = page.inner_text("[name=quota_ids]")
            for shown in ("Textil Corporativo", "Kubera Corp", "151/4"):
                self.assertIn(shown, text)
            page.locator("[name=quota_ids] .o_data_row >> nth=16").scroll_into_view_if_needed()
            self.picture(page, "quota_plan")
            page.click("button[name=action_open_fulfilment]")
            page.wait_for_selector(".o_graph_view canvas")

    def test_the_milestone_that_the_books_prove(self):
        milestone = self.network_records["Pacha Paccareq"].verification_ids.filtered(
            lambda verification: verification.proof == "breakeven"
        )
        with self.browser(self.companies) as page:
            self.log_in(page)
            self.open_record(page, milestone)
            self.assertIn("Verificado", page.inner_text(".o_form_view"))
            self.picture(page, "milestone_form")

    def test_the_reports_open_as_list_pivot_and_graph(self):
        with self.browser(self.companies) as page:
            self.log_in(page)
            self.open_action(page, "red_empresarial.business_network_distribution_action")
            for view, selector in (("pivot", ".o_pivot table"), ("graph", ".o_graph_view canvas")):
                page.click(f".o_switch_view.o_{view}")
                page.wait_for_selector(selector)
                self.picture(page, f"distributions_{view}")
