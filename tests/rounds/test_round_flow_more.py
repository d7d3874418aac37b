"""Receipts of a round at the edges: other units, what nobody is allotted, and twice the same."""

from fractions import Fraction

from odoo import Command
from odoo.exceptions import UserError

from tests.rounds.buying_case import BuyingCase


class TestUnits(BuyingCase):
    """Twelve units are one dozen, whoever gets them."""

    def set_up_once(self):
        super().set_up_once()
        self.dozens = self.env.ref("uom.product_uom_dozen")

    def _order_dozens(self, needs, dozens=1):
        purchase_round = self._create_round({self.sheet: needs})
        order = self._quote(purchase_round, self.supplier, {self.sheet: 240})
        order.order_line.write({"product_uom_id": self.dozens.id, "product_qty": dozens})
        order.order_line.price_unit = 240
        self._order(purchase_round, order)
        return purchase_round, order.order_line

    def test_a_dozen_is_ordered_and_received_whole_however_it_is_split(self):
        for needs in ((5, 5, 2), (4, 4, 4), (7, 4, 1)):
            with self.subTest(needs=needs):
                purchase_round, line = self._order_dozens(needs)
                self.assertEqual(self._parts(line), list(needs))
                self.assertEqual(line._get_allocated_quantity(), 1)
                self._receive(purchase_round)
                self.assertEqual(line.qty_received, 1)
                self.assertEqual(purchase_round.state, "received")
                self._bill(purchase_round)
                purchase_round.action_invoice_members().action_post()
                purchase_round.action_distribute()

    def test_the_rest_that_the_wizard_shows_rounded_is_all_of_it(self):
        purchase_round, line = self._order_dozens((5, 5, 2))
        purchase_round._receive([{"line": line, "quantity": Fraction(5, 12)}])
        self.assertEqual(line.qty_received, 0.42)
        wizard = self.env["business.network.purchase.round.receipt"].create(
            {"round_id": purchase_round.id, "date": "2026-03-14"}
        )
        self.assertEqual(wizard.line_ids.quantity, 0.58)
        wizard.action_receive()
        self.assertEqual(self._parts(line, "delivered_quantity"), [5, 5, 2])
        self.assertEqual(line.qty_received, 1)
        self.assertEqual(purchase_round.state, "received")

    def test_units_received_of_dozens_allotted_end_at_what_was_allotted(self):
        purchase_round = self._create_round({self.sheet: (1, 1, 1)})
        product = purchase_round.product_ids
        self.env.cr.execute(
            "UPDATE business_network_purchase_round_product SET product_uom_id = %s WHERE id = %s",
            (self.dozens.id, product.id),
        )
        product.invalidate_recordset(["product_uom_id"])
        order = self._quote(purchase_round, self.supplier, {self.sheet: 20})
        units = self.env.ref("uom.product_uom_unit")
        order.order_line.write({"product_uom_id": units.id, "product_qty": 36})
        order.order_line.price_unit = 20
        self._order(purchase_round, order)
        line = order.order_line
        purchase_round._receive([{"line": line, "quantity": Fraction(5)}])
        purchase_round._receive([{"line": line, "quantity": Fraction(31)}])
        self.assertEqual(self._parts(line, "delivered_quantity"), [1, 1, 1])
        self.assertEqual(line.qty_received, 36)
        self.assertEqual(purchase_round.state, "received")

    def test_a_sale_of_a_dozen_is_delivered_whole(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "network_id": self.network.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.sheet.id,
                            "product_uom_id": self.dozens.id,
                            "product_uom_qty": 1,
                        }
                    )
                ],
            }
        )
        line = order.order_line
        self.env["business.network.allocation"].create(
            [
                {
                    "sale_line_id": line.id,
                    "member_id": member.id,
                    "quantity": quantity,
                    "product_uom_id": self.env.ref("uom.product_uom_unit").id,
                }
                for member, quantity in zip(self.members, (5, 5, 2), strict=True)
            ]
        )
        order.action_confirm()
        line.allocation_ids.action_deliver_all()
        self.assertEqual(line.qty_delivered, 1)


class TestReceiptEdges(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (6, 3, 1), self.towel: (2, 2, 2)})
        self.order = self._quote(self.round, self.supplier, {self.sheet: 20, self.towel: 10})
        self._order(self.round, self.order)
        self.sheets, self.towels = self.order.order_line

    def _received(self, line):
        return self._parts(line, "delivered_quantity")

    def test_everything_is_rejected_even_beyond_the_order(self):
        self._receive(self.round, {self.sheet: 12}, rejected=12, reason="Rotas")
        deliveries = self.sheets.allocation_ids.delivery_ids
        self.assertEqual(sum(deliveries.mapped("rejected_quantity")), 12)
        self.assertEqual(self.sheets.qty_received, 0)
        self._receive(self.round)
        self.assertEqual(self._received(self.sheets), [6, 3, 1])

    def test_what_was_declined_is_received_once_it_is_shared_again(self):
        declined = self.sheets.allocation_ids[1]
        declined.decline("No la necesita")
        with self.assertRaisesRegex(UserError, "members are allotted 7. Share what was declined"):
            self._receive(self.round, {self.sheet: 10})
        self._receive(self.round, {self.sheet: 7})
        self.assertEqual(self._received(self.sheets), [6, 0, 1])

    def test_what_was_closed_short_is_not_received(self):
        self._receive(self.round, {self.sheet: 5})
        self.sheets.allocation_ids[0].action_close_short()
        with self.assertRaisesRegex(UserError, "Sábana .*members are allotted 7"):
            self._receive(self.round, {self.sheet: 5})
        self._receive(self.round, {self.sheet: 2})
        self.assertEqual(self._received(self.sheets), [3, 3, 1])

    def test_nobody_allotted_anything_receives_nothing(self):
        self.sheets.allocation_ids.decline("Nadie la quiere")
        with self.assertRaisesRegex(UserError, "members are allotted 0"):
            self._receive(self.round, {self.sheet: 3}, rejected=3, reason="Rotas")

    def test_who_took_more_by_hand_within_the_tolerance_keeps_it(self):
        self.network.over_delivery_tolerance = 50
        self.sheets.allocation_ids[1].delivered_quantity = 4
        self._receive(self.round)
        self.assertEqual(self._received(self.sheets), [5, 4, 1])
        self.assertEqual(self.round.state, "received")

    def test_a_wizard_receives_once(self):
        wizard = self.env["business.network.purchase.round.receipt"].create(
            {"round_id": self.round.id, "date": "2026-03-14"}
        )
        wizard.line_ids.quantity = 2
        wizard.action_receive()
        wizard.action_receive()
        self.assertEqual(sum(self._received(self.sheets)), 2)

    def test_a_line_of_another_round_is_refused_by_name(self):
        other = self._create_round({self.sheet: (1, 1, 1)}, title="Otra")
        order = self._quote(other, self.supplier, {self.sheet: 20})
        self._order(other, order)
        with self.assertRaisesRegex(UserError, f"Sábana of {order.name} is not bought in .*cama"):
            self.round._receive([{"line": order.order_line, "quantity": Fraction(1)}])
