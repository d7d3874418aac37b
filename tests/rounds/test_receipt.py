"""What arrives of a round is shared by what each member was allotted, never first come."""

from fractions import Fraction

from odoo.addons.red_empresarial.models import business_network_row_mixin
from odoo.exceptions import UserError

from tests.rounds.buying_case import BuyingCase


class TestReceipt(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (6, 3, 1), self.towel: (2, 2, 2)})
        self.order = self._quote(self.round, self.supplier, {self.sheet: 20, self.towel: 10})
        self._order(self.round, self.order)
        self.sheets, self.towels = self.order.order_line

    def _received(self, line):
        return self._parts(line, "delivered_quantity")

    def test_partial_receipts_add_up_and_stay_the_split_of_their_total(self):
        self._receive(self.round, {self.sheet: 5})
        self.assertEqual(self._received(self.sheets), [3, 2, 0])
        self.assertEqual(self.sheets.qty_received, 5)
        self.assertEqual(self.sheets.qty_to_invoice, 5)
        self.assertEqual(self.round.state, "ordered")
        self._receive(self.round, {self.sheet: 3})
        self.assertEqual(self._received(self.sheets), [5, 2, 1])
        self._receive(self.round)
        self.assertEqual(self._received(self.sheets), [6, 3, 1])
        self.assertEqual(self._received(self.towels), [2, 2, 2])
        self.assertEqual(self.round.state, "received")

    def test_the_wizard_proposes_what_is_pending(self):
        self._receive(self.round, {self.sheet: 4})
        wizard = self.env["business.network.purchase.round.receipt"].create(
            {"round_id": self.round.id, "date": "2026-03-14"}
        )
        self.assertEqual(wizard.line_ids.mapped("quantity"), [6, 6])
        wizard.line_ids[0].write({"quantity": 6, "rejected_quantity": 2, "reason": "Manchadas"})
        wizard.action_receive()
        self.assertEqual(sum(self._received(self.sheets)), 8)
        deliveries = self.sheets.allocation_ids.delivery_ids
        self.assertEqual(sum(deliveries.mapped("rejected_quantity")), 2)
        self.assertEqual(
            set(deliveries.filtered("rejected_quantity").mapped("reason")), {"Manchadas"}
        )
        self.assertEqual(self.round.state, "ordered")

    def test_damaged_goods_are_not_received_and_need_a_reason(self):
        with self.assertRaisesRegex(UserError, "Sábana of .* is rejected. Write the reason"):
            self._receive(self.round, {self.sheet: 10}, rejected=4)
        self._receive(self.round, {self.sheet: 10}, rejected=4, reason="Rotas")
        self.assertEqual(self._received(self.sheets), [3, 2, 1])
        self.assertEqual(self.sheets.qty_received, 6)
        self._receive(self.round, {self.sheet: 4})
        self.assertEqual(self._received(self.sheets), [6, 3, 1])

    def test_more_than_ordered_is_refused_by_name(self):
        with self.assertRaisesRegex(UserError, "11 .*Sábana would be received.* and 10 are"):
            self._receive(self.round, {self.sheet: 11})

    def test_a_large_receipt_is_named_whole(self):
        large = Fraction("1234567.5")
        with self.assertRaisesRegex(UserError, r"1,234,567\.5 .*Sábana would be received.* 10 are"):
            self._receive(self.round, {self.sheet: large})

    def test_a_negative_receipt_is_refused(self):
        with self.assertRaisesRegex(UserError, "is negative"):
            self._receive(self.round, {self.sheet: -1})

    def test_an_empty_receipt_is_refused(self):
        wizard = self.env["business.network.purchase.round.receipt"].create(
            {"round_id": self.round.id}
        )
        wizard.line_ids.quantity = 0
        with self.assertRaisesRegex(UserError, "Write how much arrived"):
            wizard.action_receive()

    def test_a_shortage_is_closed_at_what_came(self):
        self._receive(self.round, {self.sheet: 5, self.towel: 6})
        self.round.action_close_short()
        self.assertEqual(self.round.state, "received")
        self.assertEqual(self._parts(self.sheets), [3, 2, 0])
        self.assertRecordValues(
            self.sheets, [{"product_qty": 5, "qty_received": 5, "price_unit": 20}]
        )

    def test_nothing_received_is_canceled_and_not_closed(self):
        with self.assertRaisesRegex(UserError, "Nothing of .* was received. Cancel its orders"):
            self.round.action_close_short()

    def test_receipts_are_undone(self):
        self._receive(self.round)
        self.assertEqual(self.round.state, "received")
        self.round.action_undo_receipts()
        self.assertEqual(self.round.state, "ordered")
        self.assertEqual(self.sheets.qty_received, 0)
        with self.assertRaisesRegex(UserError, "Nothing of .* was received yet"):
            self.round.action_undo_receipts()

    def test_billed_receipts_are_not_undone(self):
        self._receive(self.round)
        bill = self._bill(self.round)
        with self.assertRaisesRegex(UserError, f"is invoiced in .*{bill.name[-8:]}"):
            self.round.action_undo_receipts()

    def test_goods_that_members_take_themselves_have_no_stock_receipt(self):
        self.assertEqual(set(self.order.order_line.mapped("qty_received_method")), {"allocation"})
        self.assertFalse(self.order.picking_ids)

    def test_dozens_received_of_units_allotted(self):
        dozens = self.env.ref("uom.product_uom_dozen")
        purchase_round = self._create_round({self.sheet: (14, 6, 4)})
        order = self._quote(purchase_round, self.supplier, {self.sheet: 240})
        order.order_line.write({"product_uom_id": dozens.id, "product_qty": 2})
        order.order_line.price_unit = 240
        self._order(purchase_round, order)
        self.assertEqual(self._parts(order.order_line), [14, 6, 4])
        line = order.order_line
        purchase_round._receive([{"line": line, "quantity": Fraction(1)}])
        self.assertEqual(self._received(line), [7, 3, 2])
        self.assertEqual(line.qty_received, 1)


class TestStockReceipt(BuyingCase):
    def test_goods_kept_in_stock_are_received_by_their_moves(self):
        self.sheet.is_storable = True
        purchase_round = self._create_round({self.sheet: (6, 3, 1)})
        order = self._quote(purchase_round, self.supplier, {self.sheet: 20})
        self._order(purchase_round, order)
        self.assertEqual(order.order_line.qty_received_method, "stock_moves")
        with self.assertRaisesRegex(UserError, "5 .* would be received .* and 0 are the most"):
            self._receive(purchase_round, {self.sheet: 5})
        order.picking_ids.move_ids.quantity = 5
        order.picking_ids.move_ids.picked = True
        order.picking_ids._action_done()
        self._receive(purchase_round)
        self.assertEqual(self._parts(order.order_line, "delivered_quantity"), [3, 2, 0])
        self.assertEqual(purchase_round.state, "ordered")


class TestReceiptOfManyRows(TestReceipt):
    """The same, with allocations and deliveries made as a round of thousands makes them."""

    def setUp(self):
        self.patch(business_network_row_mixin, "MANY", 1)
        super().setUp()
