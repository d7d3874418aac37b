"""Volume of sale orders or of a customer contract: exact, taken over by people, refusals."""

from contextlib import contextmanager

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"
SELLER = "sales_team.group_sale_salesman_all_leads"


class VolumeCase(QuotaCase):
    @contextmanager
    def _refused(self, message, error=ValidationError):
        """What is done within is refused with a message, and leaves nothing behind."""
        with self.assertRaisesRegex(error, message), self.env.cr.savepoint():
            yield
        self.env.invalidate_all()

    def _contract(self, quantity=100, agree=True, lines=None, **vals):
        contract = self.env["business.network.customer.contract"].create(
            {
                "network_id": self.network.id,
                "partner_id": self.customer.id,
                "reference": "LIC-7",
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
                "line_ids": [
                    Command.create(line)
                    for line in lines or [{"product_id": self.product.id, "quantity": quantity}]
                ],
                **vals,
            }
        )
        if agree:
            contract.action_agree()
        return contract

    def _plan_of_orders(self, orders, **vals):
        vals = {"volume_source": "orders", "order_ids": [Command.set(orders.ids)], **vals}
        values = {**self._prepare_plan(), **vals}
        values.pop("volume")
        return self.env["business.network.quota.plan"].create(values)

    def _plan_of_contract(self, contract, **vals):
        values = {
            **self._prepare_plan(),
            "volume_source": "contract",
            "contract_id": contract.id,
            **vals,
        }
        values.pop("volume")
        return self.env["business.network.quota.plan"].create(values)


class TestQuotaVolume(VolumeCase):
    def test_the_quantities_of_orders_add_up_in_the_unit_of_the_plan(self):
        orders = self._order(quantity=50) | self._order(
            quantity=2.5, product_uom_id=self.dozens.id, lines=2
        )
        self.assertEqual(self._plan_of_orders(orders).volume, 110)
        in_dozens = self._plan_of_orders(
            orders, product_uom_id=self.dozens.id, date_from="2026-07-01", date_to="2026-07-31"
        )
        self.assertEqual(in_dozens.volume, 9.166667)

    def test_canceled_orders_other_products_and_notes_count_for_nothing(self):
        kept, canceled = self._order(quantity=50), self._order(quantity=30)
        canceled._action_cancel()
        other = self.env["product.product"].create({"name": "Gorro", "type": "service"})
        kept.order_line = [
            Command.create({"product_id": other.id, "product_uom_qty": 9}),
            Command.create({"display_type": "line_note", "name": "Nota"}),
        ]
        self.assertEqual(self._plan_of_orders(kept | canceled).volume, 50)

    def test_a_plan_in_money_adds_untaxed_amounts(self):
        order = self._order(quantity=3, price=33.35)
        plan = self._plan_of_orders(order, kind="amount")
        self.assertEqual(plan.volume, 100.05)
        every = self._plan_of_orders(
            order,
            kind="amount",
            product_tmpl_id=False,
            date_to="2025-12-31",
            date_from="2025-12-01",
        )
        self.assertEqual(every.volume, 100.05)

    def test_a_target_is_what_is_written(self):
        plan = self._create_plan(volume=70)
        self.assertEqual((plan.volume_source, plan.volume), ("target", 70))
        self.assertFalse(plan.source_differs)

    def test_what_orders_say_later_is_shown_and_taken_over(self):
        order = self._order(quantity=50)
        plan = self._plan_of_orders(order)
        order.order_line.product_uom_qty = 60
        self.assertEqual((plan.volume, plan.source_volume), (50, 60))
        self.assertTrue(plan.source_differs)
        plan.action_take_source_volume()
        self.assertEqual((plan.volume, plan.state), (60, "draft"))
        plan.action_take_source_volume()
        plan.action_propose()
        self.assertEqual(self._units(plan), [24, 21, 15])
        order.order_line.product_uom_qty = 100
        plan.invalidate_recordset()
        plan.action_take_source_volume()
        self.assertEqual((plan.state, self._units(plan)), ("proposed", [40, 35, 25]))

    def test_an_agreed_plan_is_frozen_and_a_running_one_is_revised(self):
        order = self._order(quantity=50)
        plan = self._plan_of_orders(order)
        plan.action_propose()
        plan.action_agree()
        order.order_line.product_uom_qty = 100
        self.assertEqual((plan.volume, plan.source_volume), (50, 100))
        with self.assertRaisesRegex(UserError, "part of what was proposed. Set the plan back"):
            plan.action_take_source_volume()
        plan.action_run()
        plan.action_take_source_volume()
        self.assertTrue(plan.in_revision)
        plan.minute_reference = "Acta 8"
        plan.action_apply_revision()
        self.assertEqual((plan.volume, self._units(plan)), (100, [40, 35, 25]))
        self.assertFalse(plan.source_differs)

    def test_nothing_left_is_not_taken_over(self):
        order = self._order(quantity=50)
        plan = self._plan_of_orders(order)
        order._action_cancel()
        plan.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "Nothing of its product is left"):
            plan.action_take_source_volume()

    def test_a_volume_of_more_decimals_than_are_kept_does_not_differ_for_ever(self):
        plan = self._plan_of_orders(self._order(quantity=110), product_uom_id=self.dozens.id)
        self.assertEqual((plan.volume, plan.source_volume), (9.166667, 9.166667))
        self.assertFalse(plan.source_differs)

    def test_a_copy_for_the_next_period_has_the_volume_as_a_target(self):
        plan = self._plan_of_orders(self._order(quantity=50))
        copy = plan.copy()
        self.assertEqual((copy.volume_source, copy.volume), ("target", 50))
        self.assertFalse(copy.order_ids)

    def test_orders_that_are_deleted_leave_an_agreed_plan_as_it_is(self):
        order = self._order(quantity=50)
        plan = self._plan_of_orders(order)
        plan.action_propose()
        plan.action_agree()
        order.order_line.unlink()
        order._action_cancel()
        order.unlink()
        self.env.flush_all()
        plan.invalidate_recordset()
        self.assertEqual((plan.volume, plan.source_volume, plan.source_differs), (50, 0, True))

    # -- refusals ------------------------------------------------------------------------------

    def test_orders_without_the_product_or_of_another_network(self):
        other = self.env["product.product"].create({"name": "Gorro", "type": "service"})
        order = self._order(product_id=other.id)
        with self._refused(f"{order.name} has no Chompa, which"):
            self._plan_of_orders(order)
        strange = self._order()
        strange.network_id = False
        with self._refused(f"{strange.name} is of no network, and"):
            self._plan_of_orders(strange)
        with self._refused("from sale orders. Choose them"):
            self._create_plan(volume_source="orders")
        with self._refused("from a customer contract. Choose it"):
            self._create_plan(volume_source="contract")

    def test_money_of_another_currency(self):
        order = self._order()
        usd = self.env.ref("base.USD")
        usd.active = True
        order.pricelist_id = self.env["product.pricelist"].create(
            {"name": "USD", "currency_id": usd.id}
        )
        self.assertEqual(order.currency_id, usd)
        with self._refused("is in USD, and .* Write the volume as a"):
            self._plan_of_orders(order, kind="amount")

    def test_a_unit_that_does_not_convert(self):
        order = self._order(quantity=50)
        plan = self._plan_of_orders(order)
        self.env.cr.execute(
            "UPDATE sale_order_line SET product_uom_id = %s WHERE id = %s",
            (self.env.ref("uom.product_uom_kgm").id, order.order_line.id),
        )
        self.env.invalidate_all()
        with self._refused("does not convert to Units, the unit of"):
            plan._check_source()

    # -- contracts -----------------------------------------------------------------------------

    def test_a_plan_takes_its_product_of_a_contract(self):
        other = self.env["product.product"].create({"name": "Gorro", "type": "service"})
        lines = [
            {"product_id": self.product.id, "quantity": 10, "product_uom_id": self.dozens.id},
            {"product_id": other.id, "quantity": 7},
        ]
        contract = self._contract(lines=lines)
        plan = self._plan_of_contract(contract)
        self.assertEqual(plan.volume, 120)
        self.assertEqual(contract.plan_count, 1)
        with self._refused("has no price of Gorro, so it says no amount"):
            self._plan_of_contract(
                contract, kind="amount", product_tmpl_id=other.product_tmpl_id.id
            )
        third = self.env["product.product"].create({"name": "Chal", "type": "service"})
        with self._refused("LIC-7 has no Chal, which"):
            self._plan_of_contract(contract, product_tmpl_id=third.product_tmpl_id.id)

    def test_an_amount_of_a_contract_is_quantity_by_price(self):
        lines = [{"product_id": self.product.id, "quantity": 3, "price_unit": 33.35}]
        plan = self._plan_of_contract(self._contract(lines=lines), kind="amount")
        self.assertEqual(plan.volume, 100.05)

    def test_contracts_of_others_and_canceled_ones(self):
        other = self._create_network("Red XY", self.operating_form)
        with self._refused("LIC-7 is of Red XY, and .* of Red ABC"):
            self._plan_of_contract(self._contract(network_id=other.id))
        contract = self._contract()
        contract.action_cancel()
        with self._refused("LIC-7 is canceled. Choose another"):
            self._plan_of_contract(contract)

    # -- buttons and screens -------------------------------------------------------------------

    def test_the_button_of_an_order_opens_a_new_plan_filled_in_and_then_that_plan(self):
        both = self._create_user("gestora", MANAGER, SELLER)
        self.network.manager_id = both
        order = self._order(quantity=5, product_uom_id=self.dozens.id).with_user(both)
        action = order.action_open_quota_plan()
        plans = self.env["business.network.quota.plan"].with_user(both)
        form = Form(plans.with_context(**action["context"]))
        self.assertEqual(form.network_id, self.network)
        self.assertEqual(form.product_tmpl_id, self.product.product_tmpl_id)
        self.assertEqual((form.volume, form.product_uom_id), (5, self.dozens))
        self.assertEqual(str(form.date_from), "2026-03-10")
        self.assertEqual(str(form.date_to), "2026-03-31")
        plan = form.save()
        self.assertEqual(plan.order_names, order.name)
        self.assertEqual(order.action_open_quota_plan()["res_id"], plan.id)
        self.assertEqual(self.env["sale.order"].search(plan.action_open_orders()["domain"]), order)

    def test_the_button_of_a_contract_does_the_same(self):
        contract = self._contract()
        action = contract.action_open_quota_plan()
        form = Form(self.env["business.network.quota.plan"].with_context(**action["context"]))
        self.assertEqual((form.volume, str(form.date_to)), (100, "2026-06-30"))
        plan = form.save()
        self.assertEqual(contract.action_open_quota_plan()["res_id"], plan.id)

    def test_choosing_orders_in_the_form_fills_the_volume_in(self):
        order = self._order(quantity=50)
        form = Form(self.env["business.network.quota.plan"])
        form.network_id = self.network
        form.product_tmpl_id = self.product.product_tmpl_id
        form.volume_source = "orders"
        form.order_ids.add(order)
        self.assertEqual(form.volume, 50)
        self.assertEqual(form.save().volume, 50)

    def test_who_has_no_right_on_sales_sees_names_and_volume(self):
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        order = self._order(quantity=50)
        plan = self._plan_of_orders(order).with_user(manager)
        order.order_line.product_uom_qty = 60
        form = Form(plan)
        self.assertEqual((form.order_names, form.source_volume), (order.name, 60))
        plan.action_take_source_volume()
        self.assertEqual(plan.volume, 60)

    # -- what else plans ask -------------------------------------------------------------------

    def test_a_revision_has_minutes_of_its_own(self):
        plan = self._run_plan()
        plan.action_revise()
        plan.volume = 120
        for reference in ("Acta 7", " acta 7 "):
            plan.minute_reference = reference
            with (
                self.subTest(reference),
                self.assertRaisesRegex(UserError, "in minutes Acta 7 of 01/10/2026 before this"),
            ):
                plan.action_apply_revision()
        plan.agreed_on = "2026-02-10"
        plan.action_apply_revision()
        with self.assertRaisesRegex(UserError, "of 02/10/2026 before this revision"):
            plan.revise(volume=130)
        plan.revise(volume=130, minute_reference="Acta 9")
        self.assertEqual(sum(self._units(plan)), 130)

    def test_the_end_of_a_plan_is_that_of_the_month_unless_written(self):
        values = self._prepare_plan(date_from="2026-02-10")
        values.pop("date_to")
        plan = self.env["business.network.quota.plan"].create(values)
        self.assertEqual(plan.date_to, self._date("2026-02-28"))
        plan.date_to = "2026-04-15"
        plan.date_from = "2026-03-01"
        self.assertEqual(plan.date_to, self._date("2026-04-15"))
        plan.date_from = "2026-05-03"
        self.assertEqual(plan.date_to, self._date("2026-05-31"))

    def test_an_empty_list_of_plans_points_to_the_quotas(self):
        union, _networks, others = self._union()
        other_manager = self._create_user("otra_gestora", MANAGER)
        others.network_id.manager_id = other_manager
        plans = self.env["business.network.quota.plan"].with_user(other_manager)
        self.assertNotIn("Quotas of Members", plans.get_empty_list_help("<p>Plan</p>"))
        self._run_plan(network_id=union.id, sub_basis="equal", volume=20)
        self.assertFalse(plans.search([]))
        self.assertIn("see “Quotas of Members”", plans.get_empty_list_help("<p>Plan</p>"))

    def test_plans_have_cards_for_the_phone(self):
        action = self.env.ref("red_empresarial_quota.business_network_quota_plan_action")
        self.assertIn("kanban", action.view_mode)
        arch = self.env["business.network.quota.plan"].get_view(view_type="kanban")["arch"]
        self.assertIn("progress-bar", arch)
