"""What is chosen is what is bought: comparison, negotiated prices, and orders nobody placed."""

from lxml import html
from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from tests.rounds.buying_case import BuyingCase

MANAGER = "red_empresarial.group_network_manager"


class ChoiceCase(BuyingCase):
    def _create_manager(self):
        """A user who manages the network and buys, with no other right."""
        groups = ("base.group_user", MANAGER, "purchase.group_purchase_user")
        user = self.env["res.users"].create(
            {
                "name": "Gestora",
                "login": "gestora.ronda",
                "group_ids": [Command.set([self.env.ref(name).id for name in groups])],
            }
        )
        self.network.manager_id = user
        return user


class TestComparedQuantity(ChoiceCase):
    """An offer counts by the price of what is needed of it."""

    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (50, 40, 10)})
        self.first = self._quote(self.round, self.supplier, {self.sheet: 1.00})
        self.second = self._quote(self.round, self.supplier_b, {self.sheet: 1.15})

    def test_an_offer_of_more_than_is_needed_is_not_dearer(self):
        self.first.order_line.write({"product_qty": 120})
        self.first.order_line.price_unit = 1.00
        comparison = self.round._get_comparison()
        self.assertEqual([s["total"] for s in comparison["suppliers"]], [100, 115])
        self.assertEqual([s["best"] for s in comparison["suppliers"]], [True, False])
        cell = comparison["products"][0]["cells"][0]
        self.assertEqual(
            (cell["quantity"], cell["price"], cell["landed"], cell["total"]), (120, 1, 1, 100)
        )
        self.round.action_choose_cheapest()
        self.assertEqual(self.first.order_line.round_chosen_quantity, 100)
        self.assertFalse(self.second.order_line.round_chosen_quantity)
        self.round.action_negotiate()
        self.assertEqual(self.round.negotiated_amount, 100)

    def test_the_minimum_holds_for_what_is_chosen(self):
        self.round.product_ids.sudo().expected_price = 2
        self.round.minimum_amount = 150
        self.round.action_choose_cheapest()
        with self.assertRaisesRegex(UserError, "cama comes to .*100.00, below .*150.00"):
            self.round.action_negotiate()
        self.round.minimum_amount = 100
        self.round.action_negotiate()


class TestNegotiated(ChoiceCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        self.first = self._quote(self.round, self.supplier, {self.sheet: 20}, freight=7)
        self.second = self._quote(self.round, self.supplier_b, {self.sheet: 23})
        self.round.action_choose_cheapest()
        self.round.action_negotiate()
        self.line = self.first.order_line.filtered("round_product_id")

    def test_prices_and_quantities_of_a_negotiated_round_stay(self):
        for vals in (
            {"price_unit": 25},
            {"product_qty": 8},
            {"round_chosen_quantity": 8},
            {"discount": 5},
        ):
            with (
                self.subTest(vals=vals),
                self.assertRaisesRegex(UserError, f"{self.first.name} is compared .* Again"),
            ):
                self.line.write(vals)
        self.line.write({"price_unit": 20, "product_qty": 10})

    def test_comparing_again_lets_them_change(self):
        self.round.action_renegotiate()
        self.line.price_unit = 19
        self.round.action_negotiate()
        self.round.action_order()
        self.assertEqual(self.round.negotiated_amount, 197)

    def test_another_total_goes_back_to_comparing(self):
        self.first.order_line.filtered("landed_basis").unlink()
        with self.assertRaisesRegex(UserError, "negotiated at .*207.00 and .* to .*200.00 now"):
            self.round.action_order()
        self.assertEqual(self.round.state, "negotiated")

    def test_a_canceled_choice_is_not_ordered(self):
        self.first.button_cancel()
        with self.assertRaisesRegex(UserError, "No chosen quotation of .*cama is left"):
            self.round.action_order()

    def test_rpc_does_not_write_what_the_round_made(self):
        purchase_round = self.round.with_user(self._create_manager())
        for name, value in (
            ("annex_id", self.agreement.id),
            ("deposit_call_id", False),
            ("parent_request_id", False),
            ("negotiated_amount", 1),
        ):
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "by its buttons"):
                purchase_round.write({name: value})


class TestPlaced(ChoiceCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        self.order = self._quote(self.round, self.supplier, {self.sheet: 20})
        self._order(self.round, self.order)

    def _stray(self, **vals):
        return self.env["purchase.order"].create(
            {
                "partner_id": self.supplier_b.id,
                "network_id": self.network.id,
                "network_round_id": self.round.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.sheet.id, "product_qty": 1, "price_unit": 20}
                    )
                ],
                **vals,
            }
        )

    def test_an_order_that_the_round_did_not_place_is_refused(self):
        stray = self._stray()
        with self.assertRaisesRegex(UserError, f"{stray.name} was not chosen .* cama"):
            stray.button_confirm()
        with self.assertRaisesRegex(UserError, "placed by its button"):
            stray.with_user(self._create_manager()).network_round_placed = True

    def test_an_order_of_another_network_is_refused(self):
        other = self._create_network("Otra Red", "red_empresarial.operating_form_leader")
        with self.assertRaisesRegex(ValidationError, "belongs to the purchase round .*Red ABC"):
            self._stray(network_id=other.id)

    def test_quotations_opened_from_a_bought_round_are_not_of_it(self):
        self.assertNotIn("default_network_round_id", self.round.action_open_quotations()["context"])

    def test_a_canceled_order_confirmed_again_needs_its_members(self):
        self.order.button_cancel()
        self.order.button_draft()
        self.order.button_confirm()
        self.assertEqual(self.order.state, "purchase")
        self.order.button_cancel()
        self.order.button_draft()
        self.order.order_line.allocation_ids.unlink()
        with self.assertRaisesRegex(UserError, "Nobody is allocated .*Sábana"):
            self.order.button_confirm()


class TestCarrier(ChoiceCase):
    """A carrier bills the freight of goods that others sell."""

    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1), self.towel: (10, 5, 5)})
        self.first = self._quote(self.round, self.supplier, {self.sheet: 20, self.towel: 11})
        self.second = self._quote(self.round, self.supplier_b, {self.sheet: 21, self.towel: 10})
        self.carrier = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier_c.id,
                "network_id": self.network.id,
                "network_round_id": self.round.id,
                "date_order": "2026-03-11",
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.freight.id,
                            "product_qty": 1,
                            "price_unit": 30,
                            "landed_basis": "quantity",
                            "tax_ids": [Command.set(self.vat_purchase.ids)],
                        }
                    )
                ],
            }
        )

    def test_its_freight_is_borne_by_all_goods_of_the_round(self):
        self.round.action_choose_cheapest()
        comparison = self.round._get_comparison()
        self.assertEqual(comparison["best"]["total"], 430)
        self.assertEqual(comparison["chosen"]["total"], 430)
        self.round.action_negotiate()
        self.assertEqual(sum(self.round._get_chosen_values().values()), 43000)
        self.round.action_order()
        self.assertEqual(
            set((self.first | self.second | self.carrier).mapped("state")), {"purchase"}
        )
        # 30.00 by 15, 9 and 6 of 30 units
        self.assertEqual(list(self.carrier._get_landed_values().values()), [1500, 900, 600])
        self._receive(self.round)
        self.assertEqual(self.round.state, "received")
        bills = self._bill(self.round)
        bill = bills.filtered(lambda move: move.partner_id == self.supplier_c)
        self.assertEqual(self._shares(bill), [-15, -9, -6])

    def test_the_comparison_has_a_column_for_it(self):
        comparison = self.round._get_comparison()
        self.assertEqual(comparison["carriers"], [{"order": self.carrier, "freight": 30}])
        head, *rows = html.fromstring(self.round.comparison_html).iter("tr")
        self.assertIn("Importadora Sur SAC", head[-1].text_content())
        for row in rows:
            width = sum(int(cell.get("colspan", 1)) for cell in row)
            self.assertEqual(width, len(head), row.text_content())
        freight = next(row for row in rows if "Freight" in row[0].text_content())
        self.assertIn("30.00", freight[-1].text_content())

    def test_there_is_nothing_to_choose_of_it(self):
        self.assertTrue(self.first.has_round_offers)
        self.assertFalse(self.carrier.has_round_offers)

    def test_what_freight_is_spread_by_is_shown_where_there_is_freight(self):
        self.assertTrue(self.carrier.has_landed_costs)
        self.assertFalse(self.first.has_landed_costs)
        with Form(self.first) as form:
            with form.order_line.new() as line:
                line.product_id = self.freight
            self.assertTrue(form.has_landed_costs, "shown as soon as the service is there")

    def test_a_carrier_that_nobody_keeps_is_canceled(self):
        self.carrier.button_cancel()
        orders = self._order(self.round)
        self.assertNotIn(self.carrier, orders)
        self.assertEqual(self.round.negotiated_amount, 400)

    def test_weight_is_needed_of_what_it_carries(self):
        self.carrier.order_line.landed_basis = "weight"
        self.towel.weight = 0
        self.round.action_choose_cheapest()
        with self.assertRaisesRegex(UserError, "Toalla has no weight"):
            self.round.action_negotiate()


class TestStateFollows(ChoiceCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        self.order = self._quote(self.round, self.supplier, {self.sheet: 20})

    def test_receptions_registered_elsewhere_move_the_round(self):
        self._order(self.round, self.order)
        self.order.action_receive_allocations()
        self.assertEqual(self.round.state, "received")
        self.order.order_line.allocation_ids.delivery_ids[0].action_cancel()
        self.assertEqual(self.round.state, "ordered")

    def test_an_order_to_approve_is_still_to_come(self):
        second = self._quote(self.round, self.supplier_b, {self.sheet: 20})
        self.order.action_choose_for_round()
        self.order.order_line.round_chosen_quantity = 6
        second.order_line.round_chosen_quantity = 4
        self.round.action_negotiate()
        self.round.action_order()
        second.state = "to approve"
        self.order.action_receive_allocations()
        self.assertEqual(self.round.state, "ordered")
        second.sudo().button_approve(force=True)
        second.action_receive_allocations()
        self.assertEqual(self.round.state, "received")

    def test_an_approved_order_freezes_what_members_paid_alone(self):
        self.company.po_double_validation = "two_step"
        self.company.po_double_validation_amount = 1
        user = self._create_manager()
        self.order.action_choose_for_round()
        self.round.action_negotiate()
        self.round.with_user(user).action_order()
        self.assertEqual(self.order.state, "to approve")
        self.assertFalse(self.round.reference_ids)
        self.order.button_approve(force=True)
        self.assertEqual(len(self.round.reference_ids), 3)
