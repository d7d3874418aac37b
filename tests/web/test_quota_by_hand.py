"""A quota plan by hand: propose, agree, run, sell, see what is consumed, try a volume, print."""

from odoo import Command, fields

from tests.web.browser import BrowserCase


class TestQuotaByHand(BrowserCase):
    """A network of two networks shares 600 pieces; its sale consumes the quotas."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.today = fields.Date.context_today(cls.company)
        cls.manager = cls._create_manager()
        cls.networks = cls._create_first_tier("Red Telares (ficticia)", 3)
        cls.networks |= cls._create_first_tier("Red Costura (ficticia)", 2)
        cls.union = cls._create_union()
        cls.buyer = cls._create_partner("Tiendas del Sur (ficticia)")
        cls.product = cls.env["product.product"].create(
            {
                "name": "Polo de prueba",
                "type": "service",
                "invoice_policy": "delivery",
                "list_price": 12,
                "taxes_id": [Command.clear()],
            }
        )

    @classmethod
    def _create_manager(cls):
        groups = (
            "red_empresarial.group_network_coordinator",
            "sales_team.group_sale_salesman_all_leads",
        )
        return cls.env["res.users"].create(
            {
                "name": "Coordinadora (ficticia)",
                "login": "coordina",
                "password": "coordina-de-prueba",
                "email": "coordina@example.com",
                "lang": cls.env.ref("base.user_admin").lang,
                "tz": "America/Lima",
                "group_ids": [Command.link(cls.env.ref(group).id) for group in groups],
            }
        )

    @classmethod
    def _create_partner(cls, name):
        return cls.env["res.partner"].create({"name": name, "is_company": True})

    @classmethod
    def _create_network(cls, name, members, **vals):
        network = cls.env["business.network"].create(
            {
                "name": name,
                "operating_form_id": cls.env.ref("red_empresarial.operating_form_leader").id,
                "manager_id": cls.manager.id,
                "member_ids": [
                    Command.create({"date_from": "2026-01-01", "sequence": number, **values})
                    for number, values in enumerate(members)
                ],
                **vals,
            }
        )
        cls.env["business.network.agreement"].create(
            {
                "network_id": network.id,
                "date_from": "2026-01-01",
                "line_ids": [
                    Command.create({"member_id": member.id}) for member in network.member_ids
                ],
            }
        ).action_put_in_force()
        return network

    @classmethod
    def _create_first_tier(cls, name, size):
        partners = [cls._create_partner(f"{name[4:11].strip()} {n}") for n in range(1, size + 1)]
        members = [{"partner_id": partner.id} for partner in partners]
        return cls._create_network(name, members, leader_id=partners[0].id)

    @classmethod
    def _create_union(cls):
        members = [{"sub_network_id": network.id} for network in cls.networks]
        return cls._create_network("Central de prueba", members, tier="second")

    def test_a_plan_from_the_proposal_to_the_printed_act(self):
        plan = self.env["business.network.quota.plan"].create(
            {
                "network_id": self.union.id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "date_from": self.today.replace(month=1, day=1),
                "date_to": self.today.replace(month=12, day=31),
                "volume": 600,
                "unit_size": 10,
                "sub_basis": "equal",
            }
        )
        self.env.flush_all()
        with self.browser() as page:
            self.log_in(page, "coordina", "coordina-de-prueba")
            self._try_volume(page, plan)
            self._agree(page)
            order = self._sell(page)
            self._see_consumption(page, plan)
            self._see_parts(page, order)
            self._see_fulfilment(page, plan)
        self._print(plan)

    # -- what the coordinator types and clicks -----------------------------------------------------

    def _try_volume(self, page, plan):
        """The table follows the slider, and nothing changes until the volume is used."""
        self.open_record(page, plan)
        self.press(page, "action_propose")
        self.see(page, "[name=quota_ids] .o_data_row", 7)
        self._see_units(page, [30, 10, 10, 10, 30, 15, 15])
        self.picture(page, "quota_plan_form")
        self.press(page, "action_reset_to_draft")
        self.press(page, "action_open_what_if")
        page.locator(".modal input[type=range]").fill("800")
        page.wait_for_selector(".modal .o_quota_what_if td:has-text('+10') >> nth=0")
        self.picture(page, "quota_what_if")
        page.fill(".modal [name=volume] input[type=text]", "610")
        page.keyboard.press("Tab")
        page.wait_for_selector(".modal .o_quota_what_if tfoot td:has-text('61')")
        page.locator(".modal input[type=range]").fill("800")
        page.wait_for_selector(".modal .o_quota_what_if td:has-text('+10') >> nth=0")
        self.press(page, "action_use", ".modal-footer")

    def _see_units(self, page, units):
        cells = page.locator("[name=quota_ids] .o_data_row td[name=units]").all_inner_texts()
        self.assertEqual([int(text) for text in cells], units)

    def _agree(self, page):
        self.press(page, "action_propose")
        self._see_units(page, [40, 14, 13, 13, 40, 20, 20])
        self.type_date(page, "agreed_on", self.today.strftime("%d/%m/%Y"))
        page.fill("[name=minute_reference] input", "Acta 12")
        self.press(page, "action_agree")
        self.press(page, "action_run")

    def _sell(self, page):
        self.settle(page)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "network_id": self.union.id,
                "order_line": [
                    Command.create({"product_id": self.product.id, "product_uom_qty": 400})
                ],
            }
        )
        self.env.flush_all()
        self.open_record(page, order)
        self.press(page, "action_share_out_by_quota")
        self.press(page, "action_confirm")
        self.see(page, "button[name=action_open_network_orders]:visible", 1)
        return order

    def _see_consumption(self, page, plan):
        self.open_record(page, plan)
        self.see(page, "[name=quota_ids] .o_data_row .o_progressbar", 7)
        cells = page.locator("[name=quota_ids] .o_data_row td[name=consumed_units]")
        texts = [float(text.replace(",", "")) for text in cells.all_inner_texts()]
        self.assertEqual(texts, [20, 0, 0, 0, 20, 0, 0])
        self.picture(page, "quota_plan_running")

    def _see_parts(self, page, order):
        """Each network's part is a draft: confirming it consumes the quotas of its members."""
        self.settle(page)
        self.env.invalidate_all()
        part = order.network_child_order_ids.filtered(
            lambda part: part.network_id == self.networks[0]
        )
        self.assertEqual(part.allocation_ids.mapped("quantity"), [70, 70, 60], "in whole packages")
        self.open_record(page, part)
        self.see(page, ".alert-info:has-text('Central de prueba')", 1)
        self.press(page, "action_confirm")
        self.press(page, "action_deliver_allocations", confirm=True)
        self.picture(page, "quota_part")

    def _see_fulfilment(self, page, plan):
        self.settle(page)
        self.env.invalidate_all()
        self.open_record(page, plan)
        self.press(page, "action_open_fulfilment")
        page.wait_for_selector(".o_graph_renderer canvas")
        self.picture(page, "quota_fulfilment_graph")
        page.click(".o_switch_view.o_list")
        self.see(page, ".o_data_row", 2)
        self.picture(page, "quota_fulfilment_list")
        page.click(".o_switch_view.o_pivot")
        page.wait_for_selector(".o_pivot_cell_value")
        self.picture(page, "quota_fulfilment_pivot")

    def _print(self, plan):
        self.env.invalidate_all()
        self.assertEqual(plan.consumed_units, 40)
        report = self.env["ir.actions.report"].with_context(lang=self.manager.lang)
        act, _kind = report._render_qweb_html("red_empresarial_quota.report_quota_act", plan.ids)
        for text in ("Red Telares", "Costura 2", "Acta 12", "40/3"):
            self.assertIn(text, act.decode())
