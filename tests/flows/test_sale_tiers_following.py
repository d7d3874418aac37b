"""What changes in a sale of two tiers reaches the parts, and no more than that."""

from odoo.fields import Datetime

from tests.sale_tiers_case import SaleTiersCase


class TestSaleTiersFollowing(SaleTiersCase):
    def test_parts_confirmed_together_keep_their_days(self):
        days = [Datetime.to_datetime(f"2026-03-{day} 12:00:00") for day in (30, 31)]
        orders = [self._sell([60, 40], confirm=False) for _day in days]
        for order, day in zip(orders, days, strict=True):
            order.action_confirm()
            order.date_order = day
        plain = self._order()
        self._allocate(plain.order_line, [50, 30, 20])
        parts = self._part(orders[0], self.network) | self._part(orders[1], self.network)
        (parts | plain).action_confirm()
        self.assertEqual(parts.mapped("date_order"), days)
        self.assertEqual(set((parts | plain).mapped("state")), {"sale"})
        self.assertNotIn(plain.date_order, days)

    def test_the_day_and_the_price_above_change_those_of_the_parts(self):
        order = self._sell([60, 40])
        own, far = self._part(order, self.network), self._part(order, self.north)
        far.action_confirm()
        order.write({"date_order": "2026-03-11 12:00:00"})
        order.order_line.price_unit = 12.35
        order.order_line.write({"price_unit": 11, "discount": 50})
        self.assertEqual((own | far).mapped("date_order"), [order.date_order] * 2)
        self.assertEqual((own.amount_untaxed, far.amount_untaxed), (330, 220))

    def test_the_price_of_what_is_invoiced_above_stays_below(self):
        order = self._sell([60, 40])
        far = self._part(order, self.north)
        self._deliver(far, [10, 0, 0])
        self._invoice(order)
        order.order_line.price_unit = 11
        self.assertEqual(far.order_line.price_unit, 10)

    def _sell_two_lines(self):
        """``(order, part of Red ABC)``; each line is 60 to Red ABC and 40 to Red Norte."""
        order = self._order(lines=2)
        order.write({"network_id": self.union.id, "date_order": self.day})
        order.share_out()
        self._confirm(order)
        return order, self._part(order, self.network)

    def _quantities_of_lines(self, order):
        return [line.allocation_ids.mapped("quantity") for line in order.order_line]

    def test_a_change_above_leaves_what_is_decided_below_on_other_lines(self):
        order, own = self._sell_two_lines()
        first, second = own.order_line
        by_hand = dict(zip(self.members, (40, 20, 0), strict=True))
        own._apply_share_out({first: by_hand})
        order.order_line[1].allocation_ids[0].quantity = 50
        self.assertEqual(self._quantities_of_lines(own), [[40, 20], [20, 18, 12]])
        order.order_line[1].allocation_ids[0].quantity = 0
        self.assertEqual(self._quantities_of_lines(own), [[40, 20], []])
        self.assertEqual(second.product_uom_qty, 0)
        own.action_confirm()

    def test_sharing_out_above_leads_the_parts_once(self):
        order, own = self._sell_two_lines()
        led = []
        lead = type(order)._lead_network_orders
        self.patch(
            type(order),
            "_lead_network_orders",
            lambda orders: (led.append(orders), lead(orders))[1],
        )
        order.share_out("equal")
        self.assertEqual(own.order_line.mapped("product_uom_qty"), [50, 50])
        self.assertEqual([len(orders) for orders in led if orders == order], [1])
        allocation = order.order_line[0].allocation_ids[0]
        allocation.with_context(network_leads=True).quantity = 45
        self.assertEqual(own.order_line.mapped("product_uom_qty"), [45, 50])
