"""Quotations of a round, their comparison and the choice."""

from odoo.exceptions import UserError, ValidationError

from tests.rounds.buying_case import BuyingCase


class TestQuotations(BuyingCase):
    def test_one_request_per_supplier_as_alternatives_with_prices_by_volume(self):
        self._price(self.supplier, self.sheet, 20)
        self._price(self.supplier, self.sheet, 18, least=10)
        self._price(self.supplier, self.sheet, 17, least=100)
        self._price(self.supplier_b, self.towel, 9)
        purchase_round = self._create_round({self.sheet: (5, 4, 3), self.towel: (1, 1, 1)})
        wizard = self.env["business.network.purchase.round.quotation"].create(
            {"round_id": purchase_round.id}
        )
        self.assertEqual(wizard.partner_ids, self.supplier | self.supplier_b)
        wizard.action_request()
        orders = purchase_round.order_ids.sorted("partner_id")
        self.assertEqual(len(orders), 2)
        self.assertEqual(orders.network_id, self.network)
        self.assertEqual(len(orders.purchase_group_id), 1)
        first = orders.filtered(lambda o: o.partner_id == self.supplier)
        self.assertRecordValues(
            first.order_line,
            [
                {"product_id": self.sheet.id, "product_qty": 12, "price_unit": 18},
                {"product_id": self.towel.id, "product_qty": 3, "price_unit": 0},
            ],
        )
        self.assertEqual(first.order_line.round_product_id, purchase_round.product_ids)
        self.assertEqual(first.order_line.tax_ids, self.vat_purchase)

    def test_asking_again_adds_only_new_suppliers_to_the_group(self):
        purchase_round = self._create_round({self.sheet: (5, 4, 3)})
        first = purchase_round.action_request_quotations(self.supplier)
        more = purchase_round.action_request_quotations(self.supplier | self.supplier_b)
        self.assertEqual(more.partner_id, self.supplier_b)
        third = purchase_round.action_request_quotations(self.supplier_c)
        self.assertEqual(first.alternative_po_ids, first | more | third)
        self.assertFalse(purchase_round.action_request_quotations(self.supplier_c))

    def test_price_list_in_a_currency_without_rate_is_refused_by_name_and_date(self):
        currency = self.env["res.currency"].create({"name": "XQA", "symbol": "Q", "rounding": 0.01})
        self._price(self.supplier, self.sheet, 20, currency_id=currency.id)
        purchase_round = self._create_round({self.sheet: (5, 4, 3)})
        refusal = self.assertRaisesRegex(UserError, "Hilados del Sur.*XQA.*no rate.*Add the rate")
        with refusal, self.cr.savepoint():
            purchase_round.action_request_quotations(self.supplier)
        self.env["res.currency.rate"].create(
            {
                "currency_id": currency.id,
                "name": "2020-01-01",
                "rate": 0.25,
                "company_id": self.company.id,
            }
        )
        order = purchase_round.action_request_quotations(self.supplier)
        self.assertEqual(order.currency_id, currency)
        self.assertEqual(order.order_line.price_unit, 20)

    def test_quotations_are_asked_for_closed_rounds_only(self):
        purchase_round = self._create_round({self.sheet: (5, 4, 3)}, state="open")
        with self.assertRaisesRegex(UserError, "Ropa de cama.*Open.*Closed"):
            purchase_round.action_request_quotations(self.supplier)

    def test_nothing_to_order_is_refused(self):
        purchase_round = self._create_round({self.sheet: (0, 0, 0)})
        with self.assertRaisesRegex(UserError, "Nothing is to be ordered in"):
            purchase_round.action_request_quotations(self.supplier)


class TestComparison(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1), self.towel: (10, 5, 5)})
        self.first = self._quote(self.round, self.supplier, {self.sheet: 20, self.towel: 10})
        self.second = self._quote(
            self.round, self.supplier_b, {self.sheet: 19, self.towel: 9}, freight=35
        )

    def test_totals_and_landed_prices(self):
        comparison = self.round._get_comparison()
        self.assertEqual(
            [
                (s["order"], s["goods"], s["freight"], s["total"], s["complete"], s["best"])
                for s in comparison["suppliers"]
            ],
            [
                (self.first, 400, 0, 400, True, True),
                (self.second, 370, 35, 405, True, False),
            ],
        )
        sheet = comparison["products"][0]
        self.assertEqual([cell["price"] for cell in sheet["cells"]], [20, 19])
        # 35.00 by value: 190 of 370 is 17.97
        self.assertAlmostEqual(sheet["cells"][1]["landed"], 20.797, 6)
        self.assertEqual([cell["best"] for cell in sheet["cells"]], [True, False])

    def test_cheapest_split_counts_the_freight_once(self):
        self.round.action_choose_cheapest()
        self.assertEqual(self.first.order_line.mapped("round_chosen_quantity"), [10, 20])
        self.assertEqual(self.round._get_comparison()["best"]["total"], 400)
        self.second.order_line.filtered("landed_basis").price_unit = 12
        self.round.action_choose_cheapest()
        self.assertEqual(self.first.order_line.mapped("round_chosen_quantity"), [0, 0])
        self.assertEqual(self.second._get_offer_lines().mapped("round_chosen_quantity"), [10, 20])

    def test_the_table_shows_both_suppliers(self):
        self.round.action_choose_cheapest()
        html = str(self.round.comparison_html)
        for text in ("Hilados del Sur", "Textil Norte", "Sábana", "table-success", "Chosen"):
            self.assertIn(text, html)

    def test_choosing_a_line_lets_go_of_the_others(self):
        self.first.action_choose_for_round()
        line = self.second.order_line.filtered(lambda li: li.product_id == self.towel)
        line.action_choose_for_round()
        self.assertEqual(self.first.order_line.mapped("round_chosen_quantity"), [10, 0])
        self.assertEqual(line.round_chosen_quantity, 20)

    def test_a_dearer_choice_needs_a_reason(self):
        self.second.action_choose_for_round()
        with self.assertRaisesRegex(UserError, "405.00.*400.00.*Write the reason"):
            self.round.action_negotiate()
        self.assertEqual(self.round.state, "closed")
        self.round.choice_reason = "Entrega en dos días"
        self.round.action_negotiate()
        self.assertEqual(self.round.state, "negotiated")
        self.assertIn("Textil Norte", self.round.message_ids[:1].body)

    def test_a_product_without_choice_is_refused_by_name(self):
        self.first.order_line[0].action_choose_for_round()
        with self.assertRaisesRegex(UserError, "No offer is chosen for .*Toalla"):
            self.round.action_negotiate()

    def test_more_than_the_members_need_is_refused(self):
        self.first.action_choose_for_round()
        self.second._get_offer_lines()[0].round_chosen_quantity = 1
        with self.assertRaisesRegex(UserError, "11 .* of .*Sábana are chosen.*need 10"):
            self.round.action_negotiate()

    def test_more_than_is_offered_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "offers 10 .*Sábana, so 11"):
            self.first.order_line[0].round_chosen_quantity = 11

    def test_less_than_offered_needs_a_reason(self):
        self.first.action_choose_for_round()
        self.first.order_line[0].round_chosen_quantity = 9
        with self.assertRaisesRegex(UserError, "Write the reason"):
            self.round.action_negotiate()

    def test_going_back_asks_for_what_was_offered(self):
        self.first.action_choose_for_round()
        self.first.order_line[0].round_chosen_quantity = 6
        self.second._get_offer_lines()[0].round_chosen_quantity = 4
        self.round.choice_reason = "Dos proveedores"
        self.round.action_negotiate()
        self.assertEqual(self.first.order_line[0].product_qty, 6)
        self.assertEqual(self.first.order_line[0].price_unit, 20)
        self.round.action_renegotiate()
        self.assertEqual(self.round.state, "closed")
        self.assertEqual(self.first.order_line[0].product_qty, 10)

    def test_freight_by_weight_needs_weights(self):
        self.second.order_line.filtered("landed_basis").landed_basis = "weight"
        self.sheet.weight = 0
        self.second.action_choose_for_round()
        self.round.choice_reason = "Calidad"
        with self.assertRaisesRegex(UserError, "Sábana has no weight"):
            self.round.action_negotiate()

    def test_goods_nobody_asked_for_are_refused(self):
        extra = self._create_products("Cortina")
        self.first.order_line = [
            (0, 0, {"product_id": extra.id, "product_qty": 1, "price_unit": 5})
        ]
        self.first.action_choose_for_round()
        with self.assertRaisesRegex(UserError, "Cortina in .* is no product of the purchase"):
            self.round.action_negotiate()

    def test_an_offer_without_price_cannot_be_chosen(self):
        third = self._quote(self.round, self.supplier_c, {self.sheet: 18})
        with self.assertRaisesRegex(UserError, "Importadora Sur SAC has no price for .*Toalla"):
            third.order_line[1].action_choose_for_round()
        self.assertFalse(self.round._get_comparison()["suppliers"][-1]["complete"])

    def test_a_quotation_is_not_confirmed_past_the_round(self):
        with self.assertRaisesRegex(UserError, "quotation of the purchase round"):
            self.first.button_confirm()

    def test_foreign_offers_are_compared_in_the_company_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", dollar.id)]).unlink()
        third = self._quote(
            self.round,
            self.supplier_c,
            {self.sheet: 5, self.towel: 2.5},
            currency_id=dollar.id,
        )
        self.first.action_choose_for_round()
        with self.assertRaisesRegex(UserError, "USD.*no rate on 03/11/2026"):
            self.round.action_choose_cheapest()
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "name": "2026-03-01",
                "inverse_company_rate": 3.8,
                "company_id": self.company.id,
            }
        )
        total = self.round._get_comparison()["suppliers"][-1]["total"]
        self.assertEqual(third.currency_id, dollar)
        self.assertEqual(total, 380)
