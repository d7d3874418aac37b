"""Confirmed joint sales consume quotas: never more than is held."""

from odoo.exceptions import UserError
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from tests.quota_case import QuotaCase


class TestQuotaConsumption(QuotaCase):
    def _remaining(self, plan):
        return self._units(plan, field="remaining_units")

    def _assert_true(self, plan):
        """The counter of every quota is the sum of its rows."""
        for quota in plan.quota_ids:
            rows = sum(quota.consumption_ids.mapped("quantity"))
            self.assertAlmostEqual(quota.consumed_quantity, rows, 6, quota.member_id.display_name)

    def test_a_draft_consumes_nothing_and_a_confirmed_sale_its_allocations(self):
        plan = self._run_plan()
        order = self._sell([10, 5, 0], confirm=False)
        self.assertEqual(self._remaining(plan), [40, 35, 25])
        self._confirm(order)
        self.assertEqual(self._remaining(plan), [30, 30, 25])
        self.assertEqual(plan.consumed_percent, 15)
        self._assert_true(plan)

    def test_canceling_gives_back_and_confirming_again_takes_again(self):
        plan = self._run_plan()
        order = self._sell([10, 5, 0])
        order._action_cancel()
        self.assertEqual(self._remaining(plan), [40, 35, 25])
        self.assertFalse(plan.quota_ids.consumption_ids)
        order.action_draft()
        self._confirm(order)
        self.assertEqual(self._remaining(plan), [30, 30, 25])
        self._assert_true(plan)

    def test_changed_removed_and_declined_allocations(self):
        plan = self._run_plan()
        order = self._sell([10, 5, 2])
        first, second, third = order.order_line.allocation_ids
        first.quantity = 4
        second.decline("Sin hilo")
        third.unlink()
        self.assertEqual(self._remaining(plan), [36, 35, 25])
        self._assert_true(plan)

    def test_dozens_consume_exactly(self):
        plan = self._run_plan(volume=10, product_uom_id=self.dozens.id, basis="equal")
        self.assertEqual(self._units(plan), [4, 3, 3])
        for quantity in (1, 1, 34):
            self._sell([0, quantity, 0])
        self.assertEqual(self._remaining(plan), [4, 0, 3])
        with self.assertRaisesRegex(UserError, "Taller B has 0 Dozens left"):
            self._sell([0, 1, 0])

    def test_more_than_is_left_is_refused_with_the_numbers(self):
        plan = self._run_plan()
        self._sell([0, 30, 0])
        with self.assertRaisesRegex(
            UserError, rf"Taller B has 5 Units left of its quota of Chompa in {plan.name}.* 6 more"
        ):
            self._sell([0, 6, 0])

    def test_a_raised_allocation_is_refused_too(self):
        self._run_plan()
        order = self._sell([0, 30, 20])
        with self.assertRaisesRegex(UserError, "Taller B has 5 Units left"):
            order.order_line.product_uom_qty = 60
            order.order_line.allocation_ids[0].quantity = 36

    def test_who_has_no_quota_sells_nothing_of_it(self):
        plan = self._run_plan()
        late = self._create_members(self.network, [self._create_partner("Taller D")])
        order = self._order(quantity=2)
        self.env["business.network.allocation"].create(
            {"sale_line_id": order.order_line.id, "member_id": late.id, "quantity": 2}
        )
        with self.assertRaisesRegex(UserError, f"Taller D has no quota of Chompa in {plan.name}"):
            self._confirm(order)

    def test_other_days_and_other_products_do_not_count(self):
        plan = self._run_plan()
        self._sell([50, 0, 0], date="2026-07-01 12:00:00")
        self.product = self.env["product.product"].create({"name": "Gorro", "type": "service"})
        self._sell([50, 0, 0])
        self.assertEqual(self._remaining(plan), [40, 35, 25])

    def test_an_order_counts_on_its_day_where_the_books_are(self):
        evening = "2026-07-01 00:30:00"  # half past seven in Lima, of the last day of June
        self.company.partner_id.tz = "America/Lima"
        order = self._sell([10, 5, 0], date=evening)
        plan = self._run_plan()
        self.assertEqual(self._remaining(plan), [30, 30, 25], "sold before it ran")
        with self.assertRaisesRegex(UserError, "Taller B has 30 Units left"):
            self._sell([0, 31, 0], date=evening)
        self.env.user.tz = "Asia/Tokyo"
        order.order_line.allocation_ids._sync_quota()
        self.assertEqual(self._remaining(plan), [30, 30, 25], "counted again from elsewhere")
        later = self._order(quantity=6, date=evening)
        later.share_out("quota")
        self.assertEqual(sum(later.order_line.allocation_ids.mapped("quantity")), 6)
        self.company.partner_id.tz = False
        self.company.country_id = self.env.ref("base.jp")
        self.assertEqual(later._get_quota_date(), self._date("2026-07-01"), "of the country")

    def test_running_counts_what_was_sold_before(self):
        self._sell([10, 5, 0])
        plan = self._run_plan()
        self.assertEqual(self._remaining(plan), [30, 30, 25])
        plan.action_cancel()
        self.assertFalse(plan.quota_ids.consumption_ids)

    def test_running_is_refused_where_more_was_sold(self):
        self._sell([0, 36, 0])
        with self.assertRaisesRegex(UserError, "Taller B has 35 Units left .* 36 more"):
            self._run_plan()

    def test_a_closed_plan_takes_nothing_new_and_gets_back(self):
        plan = self._run_plan()
        order = self._sell([10, 5, 0])
        plan.action_close()
        self._sell([50, 0, 0])
        self.assertEqual(self._remaining(plan), [30, 30, 25])
        order._action_cancel()
        self.assertEqual(self._remaining(plan), [40, 35, 25])

    def test_a_credit_note_gives_back_and_its_reset_takes_again(self):
        plan = self._run_plan()
        order = self._sell([10, 5, 0])
        order.action_deliver_allocations()
        invoice = self._invoice(order)
        self.assertEqual(self._remaining(plan), [30, 30, 25])
        refund = self._refund(invoice)
        self.assertEqual(self._remaining(plan), [40, 35, 25])
        self._assert_true(plan)
        refund.button_draft()
        self.assertEqual(self._remaining(plan), [30, 30, 25])

    def test_income_quotas_count_what_is_sold_net_of_tax(self):
        plan = self._run_plan(kind="amount", product_tmpl_id=False, volume=1000)
        order = self._sell([10, 5, 0], price=10)
        self.assertEqual(self._units(plan, field="remaining_quantity"), [300, 300, 250])
        order.order_line.price_unit = 20
        self.assertEqual(self._units(plan, field="remaining_quantity"), [200, 250, 250])
        with self.assertRaisesRegex(UserError, "Taller C has 250 PEN left"):
            self._sell([0, 0, 26], price=10)

    def test_a_network_of_networks_consumes_each_level_by_its_own_orders(self):
        union, (abc, xy), others = self._union()
        plan = self._run_plan(network_id=union.id, sub_basis="agreement", volume=20)
        self.members, members = abc | xy, self.members
        network, self.network = self.network, union
        self._sell([12, 5])
        self.network, self.members = network, members
        self._sell([5, 0, 0])
        self.assertEqual(self._units(plan, [abc, xy], "remaining_units"), [0, 3])
        self.assertEqual(self._units(plan, members, "remaining_units"), [0, 4, 3])
        self.assertEqual(self._units(plan, others, "remaining_units"), [4, 4])
        self._assert_true(plan)

    def test_who_came_later_to_a_network_has_no_quota_of_the_union_either(self):
        union, _networks, _others = self._union()
        plan = self._run_plan(network_id=union.id, sub_basis="equal", volume=20)
        late = self._create_members(self.network, [self._create_partner("Taller D")])
        order = self._order(quantity=2)
        self.env["business.network.allocation"].create(
            {"sale_line_id": order.order_line.id, "member_id": late.id, "quantity": 2}
        )
        with self.assertRaisesRegex(UserError, f"Taller D has no quota of Chompa in {plan.name}"):
            self._confirm(order)

    def test_the_database_refuses_what_code_would_let_through(self):
        plan = self._run_plan()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            plan.quota_ids[0].consumed_quantity = 41
            self.env.flush_all()
