"""The package of a quota plan is the lot of a share-out, whether typed or with one click."""

from odoo.tests import Form

from tests.quota_case import QuotaCase


class TestPackages(QuotaCase):
    def _shares(self, order):
        filled = {a.member_id: a.quantity for a in order.order_line.allocation_ids}
        return [filled.get(member, 0) for member in self.members]

    def _run_boxes(self, **vals):
        """A plan of 400 in boxes of 20: 8, 7 and 5 boxes."""
        plan = self._run_plan(volume=400, unit_size=20, **vals)
        self.assertEqual(self._units(plan), [8, 7, 5])
        return plan

    def test_one_click_by_quota_gives_whole_boxes(self):
        self._run_boxes()
        order = self._order(quantity=100)
        self.assertEqual(order.order_line._get_default_lot(), 20)
        order.action_share_out_by_quota()
        self.assertEqual(self._shares(order), [40, 40, 20])
        self._confirm(order)
        order.action_share_out_by_quota()
        self.assertEqual(self._shares(order), [40, 40, 20])

    def test_one_click_by_quota_says_what_nobody_got(self):
        """Ten pieces are no box; of 500, the quotas hold 400."""
        self._run_boxes()
        order = self._order(quantity=110)
        notice = order.action_share_out_by_quota()["params"]
        self.assertEqual(notice["type"], "warning")
        product = self.product.display_name
        self.assertIn(f"nobody: 10 of 110 Units of {product}. ", notice["message"])
        order.order_line.product_uom_qty = 500
        notice = order.action_share_out_by_quota()["params"]
        self.assertIn(f"nobody: 100 of 500 Units of {product}. ", notice["message"])
        order.order_line.product_uom_qty = 100
        self.assertIsNone(order.action_share_out_by_quota())

    def test_one_click_by_weights_gives_whole_boxes(self):
        self._run_boxes()
        order = self._order(quantity=110)
        order.action_allocate_by_weights()
        self.assertEqual(self._shares(order), [40, 40, 20])
        order.action_allocate_by_weights()
        self.assertEqual(self._shares(order), [40, 40, 20], "ten pieces are no box")

    def test_less_than_a_box_goes_in_pieces(self):
        self._run_boxes()
        order = self._order(quantity=15)
        order.action_share_out_by_quota()
        self.assertEqual(sum(self._shares(order)), 15)

    def test_the_wizard_shows_the_box_and_lets_it_be_changed(self):
        self._run_boxes()
        order = self._order(quantity=110)
        with Form(
            self.env["business.network.share.out"].with_context(default_sale_order_id=order.id)
        ) as form:
            form.basis = "quota"
            with form.total_ids.edit(0) as total:
                self.assertEqual(total.lot_size, 20)
                self.assertEqual(total.difference, 10)
                total.lot_size = 0
            self.assertEqual(sum(share["quantity"] for share in form.line_ids._records), 110)
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual(sum(self._shares(order)), 110)

    def test_a_lot_by_hand_goes_before_the_box(self):
        self._run_boxes()
        order = self._order(quantity=100)
        order.share_out("quota", lot_size=50)
        self.assertEqual(self._shares(order), [50, 50, 0])

    def test_a_plan_in_dozens_and_an_order_in_units(self):
        plan = self._run_plan(volume=40, unit_size=2, product_uom_id=self.dozens.id)
        self.assertEqual(self._units(plan), [8, 7, 5])
        order = self._order(quantity=120)
        self.assertEqual(order.order_line._get_default_lot(), 24)
        order.action_share_out_by_quota()
        self.assertEqual(self._shares(order), [48, 48, 24])
        in_dozens = self._order(quantity=10, product_uom_id=self.dozens.id)
        in_dozens.action_share_out_by_quota()
        self.assertEqual(self._shares(in_dozens), [4, 4, 2])

    def test_a_box_the_unit_of_the_line_cannot_hold_goes_in_whole_units(self):
        """Twenty pieces are 1.66… dozens."""
        self._run_boxes()
        order = self._order(quantity=8, product_uom_id=self.dozens.id)
        order.action_share_out_by_quota()
        self.assertEqual(self._shares(order), [3, 3, 2])

    def test_what_was_delivered_in_pieces_stays_in_pieces(self):
        self._run_boxes()
        order = self._order(quantity=20)
        self._allocate(order.order_line, (5, 10, 5))
        self._confirm(order)
        order.action_deliver_allocations()
        order.action_share_out_by_quota()
        self.assertEqual(self._shares(order), [5, 10, 5])

    def test_a_product_without_a_plan_or_a_package_has_no_lot(self):
        order = self._order(quantity=10)
        self.assertFalse(order.order_line._get_default_lot())
        self._run_plan()
        self.assertFalse(order.order_line._get_default_lot())

    def test_many_lines_ask_for_their_lots_once(self):
        self._run_boxes()
        counts = []
        for lines in (2, 12):
            order = self._order(quantity=20, lines=lines)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            order.order_line._get_default_lots()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])
