"""A price lowered above is borne below by who delivered, and nothing of it comes back."""

from tests.sale_tiers_case import SaleTiersCase


class TestRebate(SaleTiersCase):
    def set_up_once(self):
        super().set_up_once()
        self.order = self._sell([60, 40])
        self.own = self._part(self.order, self.network)
        self.far = self._part(self.order, self.north)
        own = self.own.order_line.allocation_ids.grouped("member_id")
        for member, quantity in zip(self.members, (10, 20, 30), strict=True):
            own[member].quantity = quantity  # the first one gives what the last one takes
        (self.own | self.far).action_confirm()
        self._deliver(self.own, [10, 20, 30])
        self._deliver(self.far, [20, 12, 8])
        self.invoice = self._invoice(self.order)

    def _amounts(self, settlement, network):
        return list(self._member_amounts(self._document(settlement, network)).values())

    def test_settled_after_the_sale(self):
        self._settle_union().network_document_ids.action_post()
        self._refund(self.invoice, amount=1, date="2026-04-02")
        settlement = self._settle_union(date_to="2026-04-30", post=False)
        self._post_settlement(settlement)
        settlement.network_document_ids.action_post()
        self.assertEqual(self._amounts(settlement, self.network), [-10, -20, -30])
        self.assertEqual(self._amounts(settlement, self.north), [-20, -12, -8])
        self.assertEqual(self._quantities(self.order, "invoiced_quantity")[:2], [60, 40])
        self.assertEqual(self._quantities(self.own, "invoiced_quantity"), [10, 20, 30])
        self.assertEqual(self._quantities(self.far, "invoiced_quantity"), [20, 12, 8])
        self.assertEqual(self.far.order_line.qty_invoiced, 40)

    def test_settled_with_the_sale(self):
        self._refund(self.invoice, amount=1, date="2026-03-20")
        settlement = self._settle_union()
        settlement.network_document_ids.action_post()
        self.assertEqual(self._amounts(settlement, self.network), [90, 180, 270])
        self.assertEqual(self._amounts(settlement, self.north), [180, 108, 72])
        self.assertEqual(self._quantities(self.own, "invoiced_quantity"), [10, 20, 30])
        self.assertEqual(self.far.order_line.qty_invoiced, 40)
