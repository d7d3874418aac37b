"""Ordering a round: allocations, the annex, deposits and canceling."""

from odoo.exceptions import UserError

from tests.rounds.buying_case import BuyingCase


class TestOrdering(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1), self.towel: (10, 5, 5)})
        self.first = self._quote(self.round, self.supplier, {self.sheet: 20, self.towel: 10})
        self.second = self._quote(self.round, self.supplier_b, {self.sheet: 21, self.towel: 9})

    def test_the_cheapest_split_makes_two_orders_with_allocations(self):
        orders = self._order(self.round)
        self.assertEqual(orders, self.first | self.second)
        self.assertEqual(self.round.state, "ordered")
        self.assertEqual(self.first.order_line.product_id, self.sheet)
        self.assertEqual(self.second.order_line.product_id, self.towel)
        self.assertEqual(self._parts(self.first.order_line), [5, 4, 1])
        self.assertEqual(self._parts(self.second.order_line), [10, 5, 5])
        self.assertFalse(self.first.network_annex_id)
        self.assertIn("Toalla", "".join(self.first.message_ids.mapped("body")))

    def test_the_losing_quotations_are_canceled_without_a_question(self):
        self.round.choice_reason = "Un solo flete"
        self._order(self.round, self.first)
        self.assertEqual(self.first.state, "purchase")
        self.assertEqual(self.second.state, "cancel")

    def test_one_product_over_two_suppliers_holds_every_total(self):
        self.first.action_choose_for_round()
        self.first.order_line[1].round_chosen_quantity = 7
        self.second.order_line[1].round_chosen_quantity = 13
        self.round.choice_reason = "Capacidad de cada proveedor"
        self.round.action_negotiate()
        self.round.action_order()
        first, second = self.first.order_line[1], self.second.order_line
        self.assertEqual(sum(self._parts(first)), 7)
        self.assertEqual(sum(self._parts(second)), 13)
        self.assertEqual(self._parts(first | second), [10, 5, 5])

    def test_less_than_needed_is_shared_by_what_each_was_allotted(self):
        self.first.order_line[1].product_qty = 10
        self.second.button_cancel()
        self.first.action_choose_for_round()
        self.round.action_negotiate()
        self.round.action_order()
        self.assertEqual(self._parts(self.first.order_line[1]), [5, 3, 2])
        self.assertEqual(self._parts(self.first.order_line[0]), [5, 4, 1])

    def test_decimals_are_shared_to_the_finest_lot(self):
        kilo = self._create_round({self.sheet: (2.5, 1.25, 0.5)})
        order = self._quote(kilo, self.supplier, {self.sheet: 20})
        self._order(kilo, order)
        self.assertEqual(self._parts(order.order_line), [2.5, 1.25, 0.5])

    def test_a_member_out_of_force_is_refused_by_name(self):
        self.member_c.date_to = "2026-03-05"
        self.first.action_choose_for_round()
        self.round.choice_reason = "Calidad"
        self.round.action_negotiate()
        with self.assertRaisesRegex(UserError, "Taller C is not a member of Red ABC on 03/11"):
            self.round.action_order()

    def test_ordering_takes_a_fixed_choice(self):
        with self.assertRaisesRegex(UserError, "Closed.*needs .*Negotiated"):
            self.round.action_order()

    def test_queries_do_not_grow_with_the_members(self):
        counts = []
        for members in (10, 40):
            partners = self.env["res.partner"].create(
                [{"name": f"Socio {number}"} for number in range(members)]
            )
            self.members = self._create_members(self.network, partners)
            purchase_round = self._create_round({self.sheet: (3,) * members})
            order = self._quote(purchase_round, self.supplier, {self.sheet: 20})
            order.action_choose_for_round()
            purchase_round.action_negotiate()
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            purchase_round.action_order()
            self.env.flush_all()
            middle = self.cr.sql_log_count
            self.env.invalidate_all()
            self._receive(purchase_round, {self.sheet: members})
            self.env.flush_all()
            counts.append((middle - start, self.cr.sql_log_count - middle))
        self.assertLessEqual(counts[1][0], counts[0][0] + 10)
        self.assertLessEqual(counts[1][1], counts[0][1] + 10)


class TestAnnex(BuyingCase):
    operating_form = "red_empresarial.operating_form_consortium_operator"

    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1), self.towel: (10, 5, 5)})
        self.first = self._quote(
            self.round, self.supplier, {self.sheet: 20, self.towel: 10}, 30, "quantity"
        )

    def test_one_annex_fixes_the_proportions_with_freight(self):
        self._order(self.round, self.first)
        annex = self.round.annex_id
        # goods 200, 130, 70; the freight of 30.00 by units 15, 9, 6 of 30
        self.assertRecordValues(
            annex.line_ids,
            [
                {"member_id": self.member_a.id, "expense_weight": 21500, "revenue_weight": 40},
                {"member_id": self.member_b.id, "expense_weight": 13900, "revenue_weight": 35},
                {"member_id": self.member_c.id, "expense_weight": 7600, "revenue_weight": 25},
            ],
        )
        self.assertRecordValues(
            annex,
            [
                {
                    "state": "in_force",
                    "parent_id": self.agreement.id,
                    "date_from": self._date("2026-03-11"),
                    "filing_date": False,
                }
            ],
        )
        self.assertEqual(self.first.network_annex_id, annex)
        self.assertTrue(self.round.annex_needs_filing)

    def test_a_filed_annex_gives_no_warning(self):
        self.round.annex_filing_date = "2026-03-12"
        self._order(self.round, self.first)
        self.assertEqual(self.round.annex_id.filing_date, self._date("2026-03-12"))
        self.assertFalse(self.round.annex_needs_filing)

    def test_two_orders_share_the_annex(self):
        second = self._quote(self.round, self.supplier_b, {self.towel: 1})
        orders = self._order(self.round)
        self.assertEqual(orders, self.first | second)
        self.assertEqual(orders.network_annex_id, self.round.annex_id)
        self.assertEqual(len(self.round.annex_id), 1)

    def test_canceling_takes_the_annex_back(self):
        self._order(self.round, self.first)
        annex = self.round.annex_id
        self.round.action_cancel_orders()
        self.assertFalse(annex.exists())
        self.assertEqual(self.round.state, "closed")
        self.assertEqual(self.first.state, "cancel")
        self.assertFalse(self.first.order_line.allocation_ids)
        again = self._quote(self.round, self.supplier, {self.sheet: 20, self.towel: 10})
        self.assertNotEqual(again, self.first)
        self._order(self.round, again)
        self.assertEqual(self._parts(again.order_line), [15, 9, 6])


class TestCancel(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        self.first = self._quote(self.round, self.supplier, {self.sheet: 20})

    def test_quotations_are_canceled(self):
        self.round._cancel_orders()
        self.assertEqual(self.first.state, "cancel")

    def test_received_goods_are_named(self):
        self._order(self.round, self.first)
        self._receive(self.round, {self.sheet: 3})
        with self.assertRaisesRegex(UserError, "of .*Ropa de cama were received already"):
            self.round._cancel_orders()
        self.round.action_undo_receipts()
        self.round._cancel_orders()
        self.assertEqual(self.first.state, "cancel")

    def test_bills_are_named(self):
        self._order(self.round, self.first)
        self._receive(self.round)
        bill = self._bill(self.round)
        with self.assertRaisesRegex(UserError, f"{bill.name[-5:]}.* belong to .*Ropa de cama"):
            self.round._cancel_orders()


class TestDeposit(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round(
            {self.sheet: (5, 4, 1)}, deposit_percent=33.33, deposit_rule="require"
        )
        self.first = self._quote(self.round, self.supplier, {self.sheet: 20.01}, freight=7)
        self.first.action_choose_for_round()
        self.round.action_negotiate()

    def test_each_member_is_asked_its_part_to_the_cent(self):
        self.round.action_ask_deposit()
        call = self.round.deposit_call_id
        # 207.10 at 33.33 % is 69.03, over 103.55 : 82.84 : 20.71
        self.assertEqual(call.line_ids.mapped("amount_asked"), [34.52, 27.61, 6.9])
        self.assertEqual(call.amount, 69.03)
        self.assertEqual(call.stage, "called")
        self.round.action_ask_deposit()
        self.assertEqual(self.round.deposit_call_id, call)

    def test_no_order_before_it_is_collected(self):
        with self.assertRaisesRegex(UserError, "deposit of .*Ropa de cama is not collected"):
            self.round.action_order()
        self.round.action_ask_deposit()
        call = self.round.deposit_call_id
        others = call.line_ids.filtered(lambda line: not line.is_books_company)
        call.collect(
            {line: line.amount_open for line in others}, self.bank, self._date("2026-03-12")
        )
        self.round.action_order()
        self.assertEqual(self.round.state, "ordered")
        with self.assertRaisesRegex(UserError, "already paid the deposit"):
            self.round._cancel_orders()

    def test_a_warning_lets_it_be_ordered_and_leaves_a_note(self):
        self.round.deposit_rule = "warn"
        self.round.action_order()
        self.assertIn("without the whole deposit", str(self.round.message_ids.mapped("body")))

    def test_comparing_again_takes_the_call_back(self):
        self.round.action_ask_deposit()
        call = self.round.deposit_call_id
        self.round.action_renegotiate()
        self.assertEqual(call.stage, "cancelled")
        self.assertFalse(self.round.deposit_call_id)
