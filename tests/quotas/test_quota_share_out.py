"""Sharing out an order by remaining quota: weight and cap of every member."""

from odoo.exceptions import UserError

from tests.quota_case import QuotaCase


class TestQuotaShareOut(QuotaCase):
    def _shares(self, order):
        filled = {a.member_id: a.quantity for a in order.order_line[0].allocation_ids}
        for allocation in order.order_line[1:].allocation_ids:
            filled[allocation.member_id] = filled.get(allocation.member_id, 0) + allocation.quantity
        return [filled.get(member, 0) for member in self.members]

    def test_remaining_quota_is_weight_and_cap(self):
        self._run_plan()
        self._sell([40, 5, 5])
        order = self._order(quantity=60)
        order.share_out("quota")
        self.assertEqual(self._shares(order), [0, 30, 20])
        self._confirm(order)

    def test_one_click_twice_changes_nothing(self):
        self._run_plan()
        order = self._order(quantity=10)
        self.assertTrue(order.has_quota_plan)
        order.action_share_out_by_quota()
        allocations = order.order_line.allocation_ids
        order.action_share_out_by_quota()
        self.assertEqual(order.order_line.allocation_ids, allocations)
        self.assertEqual(self._shares(order), [4, 4, 2])

    def test_two_lines_of_one_product_share_the_quota(self):
        self._run_plan()
        order = self._order(quantity=70, lines=2)
        order.share_out("quota")
        self.assertEqual(self._shares(order), [40, 35, 25])
        self._confirm(order)

    def test_many_lines_are_read_as_one(self):
        self._run_plan()
        counts = []
        for lines in (2, 12):
            order = self._order(quantity=1, lines=lines)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order._get_share_out_terms("quota", order.order_line)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_a_confirmed_order_may_keep_what_it_holds(self):
        plan = self._run_plan()
        order = self._sell([40, 0, 0])
        order.share_out("quota")
        self.assertEqual(self._shares(order), [16, 14, 10])
        self.assertEqual(self._units(plan, field="remaining_units"), [24, 21, 15])

    def test_sharing_again_goes_to_who_has_quota_left(self):
        plan = self._run_plan()
        order = self._sell([40, 30, 0])
        order.order_line.allocation_ids[0].reshare("quota")
        self.assertEqual(self._shares(order), [0, 35, 25])
        self.assertEqual(self._units(plan, field="remaining_units"), [40, 0, 0])

    def test_a_line_in_dozens_gets_whole_dozens_of_the_quota(self):
        self._run_plan()
        order = self._order(quantity=8, product_uom_id=self.dozens.id)
        order.share_out("quota")
        self.assertEqual(self._shares(order), [3, 2, 2])
        self._confirm(order)

    def test_the_wizard_offers_the_basis_and_previews_it(self):
        self._run_plan()
        order = self._order(quantity=110)
        wizard = self.env["business.network.share.out"].create(
            {"sale_order_id": order.id, "basis": "quota"}
        )
        self.assertEqual(wizard.line_ids.mapped("quantity"), [40, 35, 25])
        self.assertEqual(wizard.total_ids.difference, 10)
        wizard.action_apply()
        self.assertEqual(self._shares(order), [40, 35, 25])

    def test_without_a_running_plan_the_remedy_is_named(self):
        self._create_plan()
        order = self._order()
        self.assertFalse(order.has_quota_plan)
        self.assertNotIn("quota", dict(order._get_share_out_bases()))
        with self.assertRaisesRegex(UserError, "Red ABC has no running quota plan of Chompa"):
            order.share_out("quota")

    def test_the_wizard_says_why_a_line_has_no_quota(self):
        self._run_plan()
        self.product = self.env["product.product"].create({"name": "Gorro", "type": "service"})
        wizard = self.env["business.network.share.out"].create(
            {"sale_order_id": self._order().id, "basis": "quota"}
        )
        self.assertIn("no running quota plan of Gorro", wizard.warning)
