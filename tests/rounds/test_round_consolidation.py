"""What closing a round finds: packs, tolerances, units, minimums; in a few queries."""

from fractions import Fraction
from importlib import import_module

from odoo import Command
from odoo.exceptions import UserError

from tests.round_case import RoundCase


class TestConsolidation(RoundCase):
    def _close(self, line, quantities, **vals):
        """A closed round of sheets whose catalogue line has the values ``line``."""
        purchase_round = self._create_round({self.sheets: line}, **vals)
        self._create_requests(purchase_round, self.sheets, quantities)
        purchase_round.action_close()
        return purchase_round

    def _found(self, purchase_round):
        product = purchase_round.product_ids
        return (
            product.consolidated_quantity,
            self._allotted(purchase_round, self.sheets),
            product.decision,
        )

    def test_rules_and_packs(self):
        asked = [4, (3, 6), 3]
        for label, line, vals, found in (
            ("no packs", {}, {}, (10, [4, 3, 3], "exact")),
            ("up to 6", {"pack_quantity": 6}, {}, (12, [4, 5, 3], "up_within")),
            ("out of reach", {"pack_quantity": 8}, {}, (8, [3, 3, 2], "down")),
            ("always down", {"pack_quantity": 6}, {"pack_rule": "down"}, (6, [2, 2, 2], "down")),
            ("raised", {"minimum_quantity": 12}, {}, (12, [4, 5, 3], "raised")),
            ("below", {"minimum_quantity": 14}, {}, (0, [0, 0, 0], "below")),
        ):
            with self.subTest(label):
                ordered, parts, decision = self._found(self._close(line, asked, **vals))
                self.assertEqual((ordered, decision), (found[0], found[2]))
                self.assertEqual(sum(parts), ordered)
                self.assertEqual(sorted(parts), sorted(found[1]), "ties take turns")

    def test_always_up_shares_the_rest_by_what_each_asked(self):
        purchase_round = self._close({"pack_quantity": 12}, [5, (5, 6), 2 + 1], pack_rule="up")
        self.assertEqual(self._found(purchase_round)[0], 24)
        parts = self._found(purchase_round)[1]
        self.assertEqual(sum(parts), 24)
        self.assertTrue(all(part >= least for part, least in zip(parts, (5, 6, 3), strict=True)))

    def test_units_that_convert_meet_in_the_unit_of_the_catalogue(self):
        dozen = {"quantity": 1, "maximum_quantity": 2, "product_uom_id": self.dozens.id}
        purchase_round = self._close({"pack_quantity": 10}, [5, dozen])
        self.assertEqual(self._found(purchase_round), (20, [5, 15, 0], "up_within"))
        self.assertEqual(purchase_round.product_ids.requested_quantity, 17)
        self.assertEqual(purchase_round.product_ids.member_count, 2)

    def test_decimals_are_shared_to_the_hundredth(self):
        purchase_round = self._create_round({self.soap: {"pack_quantity": 5}}, pack_rule="up")
        self._create_requests(purchase_round, self.soap, [1.1, 2.2, 3.35])
        purchase_round.action_close()
        parts = self._allotted(purchase_round, self.soap)
        self.assertEqual(round(sum(parts), 2), 10)
        self.assertEqual(purchase_round.product_ids.consolidated_quantity, 10)
        exact = sum(
            part for _member, part in purchase_round._get_allotments()[purchase_round.product_ids]
        )
        self.assertEqual(exact, Fraction(10), "exact, not nearly")

    def test_drafts_and_canceled_requests_do_not_count(self):
        purchase_round = self._create_round({self.sheets: {}})
        first, second, third = self._create_requests(purchase_round, self.sheets, [4, 3, 2])
        second.action_reset_to_draft()
        third.action_cancel()
        purchase_round.action_close()
        self.assertEqual(self._found(purchase_round), (4, [4, 0, 0], "exact"))
        self.assertEqual(
            purchase_round._get_allotments(),
            {purchase_round.product_ids: [(self.member_a, Fraction(4))]},
        )
        self.assertEqual(first.state, "sent")

    def test_nobody_asked(self):
        purchase_round = self._close({}, [])
        self.assertEqual(self._found(purchase_round), (0, [0, 0, 0], "empty"))
        self.assertEqual(purchase_round._get_allotments(), {})

    def test_reopening_forgets_and_closing_again_finds_the_same(self):
        purchase_round = self._close({"pack_quantity": 8}, [4, 3, 3])
        found = self._found(purchase_round)
        purchase_round.action_reopen()
        self.assertEqual(self._found(purchase_round), (0, [0, 0, 0], False))
        self.assertEqual(purchase_round._get_allotments(), {})
        purchase_round.action_close()
        self.assertEqual(self._found(purchase_round), found)

    def test_a_round_with_orders_is_not_reopened(self):
        purchase_round = self._close({}, [4, 3, 3])
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "network_id": purchase_round.network_id.id,
                "network_round_id": purchase_round.id,
            }
        )
        with self.assertRaisesRegex(UserError, f"{order.name}.*Cancel"):
            purchase_round.action_reopen()
        order.button_cancel()
        purchase_round.action_reopen()
        self.assertEqual(purchase_round.state, "open")

    def test_below_its_minimum_a_round_closes_but_does_not_go_on(self):
        purchase_round = self._close({"expected_price": 25}, [4, 3, 3], minimum_amount=250.01)
        self.assertEqual(purchase_round.state, "closed")
        self.assertEqual(purchase_round.amount_expected, 250)
        self.assertTrue(purchase_round.is_below_minimum)
        with self.assertRaises(UserError) as refusal:
            purchase_round.state = "negotiated"
        for fragment in (purchase_round.name, "250.00", "250.01", "lower the minimum"):
            self.assertIn(fragment, str(refusal.exception))
        purchase_round.minimum_amount = 250
        purchase_round.state = "negotiated"
        self.assertEqual(purchase_round.state, "negotiated")

    def test_ties_take_turns_over_products(self):
        products = [self._create_product(f"Producto {number}") for number in range(12)]
        purchase_round = self._create_round({product: {"pack_quantity": 4} for product in products})
        for member in self.members:
            self._create_request(purchase_round, member, dict.fromkeys(products, 3))
        purchase_round.action_close()
        self.assertEqual(purchase_round.product_ids.mapped("consolidated_quantity"), [8] * 12)
        totals = [
            sum(
                purchase_round.request_ids.line_ids.filtered(
                    lambda line, member=member: line.member_id == member
                ).mapped("allotted_quantity")
            )
            for member in self.members
        ]
        self.assertEqual(totals, [32, 32, 32], "8 of 9 each time; nobody always goes short")


class TestQueries(RoundCase):
    def _count_close(self, products, members):
        network = self._create_network(f"Red de {members}", self.operating_form)
        partners = [self._create_partner(f"Socio {number}") for number in range(members)]
        all_members = self._create_members(network, partners)
        self._create_agreement(network, all_members, [1] * members)
        goods = [self._create_product(f"Bien {number}") for number in range(products)]
        purchase_round = self._create_round(
            {product: {"pack_quantity": 5} for product in goods}, network=network
        )
        requests = self.env["business.network.purchase.request"].create(
            [
                {
                    "round_id": purchase_round.id,
                    "member_id": member.id,
                    "line_ids": [
                        Command.create(
                            {
                                "round_product_id": line.id,
                                "quantity": 1 + number % 4,
                                "maximum_quantity": 5,
                            }
                        )
                        for line in purchase_round.product_ids
                    ],
                }
                for number, member in enumerate(all_members)
            ]
        )
        counts = {"send": self._count(requests.action_send)}
        counts["close"] = self._count(purchase_round.action_close)
        counts["allotments"] = self._count(purchase_round._get_allotments)
        self.assertEqual(len(purchase_round._get_allotments()), products)
        counts["reopen"] = self._count(purchase_round.action_reopen)
        return counts

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def test_queries_grow_neither_with_products_nor_with_members(self):
        self._count_close(2, 2)
        few, many = self._count_close(4, 4), self._count_close(20, 30)
        for step, count in many.items():
            self.assertLessEqual(count, few[step] + 6, f"{step}: {few} of 16, {many} of 600")
            self.assertLessEqual(count, 70, f"{step}: {few} of 16, {many} of 600")


class TestBenchmark(RoundCase):
    def test_the_measured_round_is_right(self):
        """The benchmark's own check of its figures, on a small round."""
        bench = import_module("benchmarks.round")
        times = bench.measure(self.env, members=4, products=5)
        self.assertEqual(times["requests"], 20)
        self.assertGreater(times["close"], 0)
