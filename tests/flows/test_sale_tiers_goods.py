"""Goods of a sale over two tiers, with the stock addon installed."""

from tests.sale_tiers_case import SaleTiersCase


class TestSaleTiersGoods(SaleTiersCase):
    def test_goods_are_moved_by_the_upper_order_alone(self):
        self.product.type = "consu"
        order = self._sell([60, 40])
        parts = order.network_child_order_ids
        parts.action_confirm()
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 100)
        self.assertFalse(parts.picking_ids)
        self._deliver(self._part(order, self.network), [24, 0, 0])
        self.assertEqual(order.order_line.qty_delivered, 24)
