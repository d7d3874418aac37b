"""Savings: what each member would have paid alone, less its part of posted bills."""

from fractions import Fraction

from engine.saving import saving
from odoo import Command, fields

from tests.rounds.saving_case import SavingCase


class TestReport(SavingCase):
    def test_each_member_sees_alone_together_and_saved(self):
        self._bill(self._order([(self.rice, 3.6, (100, 50, 10))]))
        self.assertEqual(self._sums("quantity"), [100, 50, 10])
        self.assertEqual(self._sums("reference_amount"), [400, 250, 45])
        self.assertEqual(self._sums("joint_amount"), [360, 180, 36])
        self.assertEqual(self._sums("saving"), [40, 70, 9])

    def test_only_posted_bills_count(self):
        order = self._order([(self.rice, 3.6, (100, 50, 10))])
        bill = self._bill(order, post=False)
        self.assertFalse(self._savings())
        bill.action_post()
        self.assertEqual(len(self._savings()), 3)
        bill.button_draft()
        self.assertFalse(self._savings())

    def test_a_member_and_document_add_up_to_what_it_was_charged(self):
        order = self._order([(self.rice, 3.33, (7, 3, 1)), (self.oil, 1.07, (1, 1, 1))], freight=10)
        bill = self._bill(order)
        self.assertEqual(self._sums("joint_amount"), self._charged(bill))
        self.assertAlmostEqual(sum(self._charged(bill)), bill.amount_untaxed)

    def test_partial_bills_add_up(self):
        self.rice.purchase_method = "receive"
        order = self._order([(self.rice, 3.33, (7, 3, 1))])
        bills = self.env["account.move"]
        for received in ((5, 1, 0), (2, 2, 1)):
            for allocation, quantity in zip(order.order_line.allocation_ids, received, strict=True):
                allocation.delivered_quantity += quantity
            order.order_line.qty_received = sum(
                order.order_line.allocation_ids.mapped("delivered_quantity")
            )
            bills |= self._bill(order)
        self.assertEqual(self._sums("quantity"), [7, 3, 1])
        self.assertEqual(self._sums("joint_amount"), self._charged(bills))

    def test_a_returned_good_takes_quantity_and_cost_back(self):
        bill = self._bill(self._order([(self.rice, 3.6, (100, 50, 10))]))
        refund = self._refund(bill)
        self.assertEqual(self._sums("saving", ("move_id", "=", refund.id)), [-40, -70, -9])
        self.assertEqual(self._sums("saving"), [0, 0, 0])
        self.assertEqual(self._sums("quantity"), [0, 0, 0])

    def test_a_rebate_lowers_the_cost_and_returns_nothing(self):
        bill = self._bill(self._order([(self.rice, 3.6, (100, 50, 10))]))
        self._refund(bill, amount=0.1)
        self.assertEqual(self._sums("quantity"), [100, 50, 10])
        self.assertEqual(self._sums("joint_amount"), [350, 175, 35])
        self.assertEqual(self._sums("saving"), [50, 75, 10])

    def test_freight_is_spread_over_the_products_by_the_basis_of_the_round(self):
        shares = {}
        for basis in ("value", "quantity", "weight"):
            purchase_round = self._create_round(self.rice, self.oil, landed_basis=basis)
            order = self._order(
                [(self.rice, 2, (10, 0, 0)), (self.oil, 8, (10, 0, 0))],
                freight=50,
                purchase_round=purchase_round,
            )
            self._bill(order)
            own = self._savings(("round_id", "=", purchase_round.id))
            shares[basis] = [
                sum(row.joint_amount for row in own if row.product_id == product)
                for product in (self.rice, self.oil)
            ]
            self.assertEqual(sum(shares[basis]), 150)
        self.assertLess(shares["value"][0], shares["quantity"][0])
        self.assertLess(shares["quantity"][0], shares["weight"][0])

    def test_the_basis_of_a_freight_line_counts_before_that_of_the_round(self):
        """5 sacks at 2.00 and 5 bottles at 8.00: by quantity half of the freight each."""
        order = self._order([(self.rice, 2, (5, 0, 0)), (self.oil, 8, (5, 0, 0))], freight=50)
        self.assertEqual(self.round.landed_basis, "value")
        order.order_line[-1].landed_basis = "quantity"
        self._bill(order)
        savings = self._savings().grouped("product_id")
        joint = [sum(savings[product].mapped("joint_amount")) for product in (self.rice, self.oil)]
        self.assertEqual(joint, [10 + 25, 40 + 25])

    def test_the_rows_are_the_same_whatever_is_searched(self):
        """Only the documents that a search asks for are computed; ids and amounts are the same."""
        for number in range(3):
            purchase_round = self._create_round(self.rice, self.oil)
            order = self._order(
                [(self.rice, 3.337, (7, 13, 29)), (self.oil, 0.99, (3, number, 11))],
                freight=10 + number,
                purchase_round=purchase_round,
            )
            self._bill(order)
        every = self._savings().read()
        for name in ("round_id", "move_id", "network_id"):
            for record in {values[name] for values in every}:
                found = self._savings((name, "=", record[0]))
                expected = [values for values in every if values[name] == record]
                self.assertEqual(found.read(), expected, f"rows of {record}")
        self.env.invalidate_all()
        some = self._savings()[3:5]
        self.assertEqual(some.read(), every[3:5])
        other = ["|", ("round_id", "=", purchase_round.id), ("network_id", "=", self.network.id)]
        self.assertEqual(len(self._savings(*other)), len(every))

    def test_freight_of_another_carrier_counts_with_the_order(self):
        order = self._order([(self.rice, 3.6, (100, 50, 10))], freight=16)
        goods, freight = order.order_line
        freight.qty_received = 0
        freight.product_id.purchase_method = "receive"
        self._bill(order)
        before = self._sums("joint_amount")
        freight.qty_received = 1
        bill = self._bill(order)
        self.assertEqual(bill.amount_untaxed, 16)
        self.assertEqual(sum(self._sums("joint_amount")) - sum(before), 16)
        self.assertEqual(self._sums("quantity"), [100, 50, 10])

    def test_what_a_bill_adds_by_hand_counts(self):
        bill = self._bill(self._order([(self.rice, 3.6, (100, 50, 10))]), post=False)
        bill.invoice_line_ids = [
            (0, 0, {"name": "Seguro", "price_unit": 32, "tax_ids": [(6, 0, self.vat_purchase.ids)]})
        ]
        bill.action_post()
        self.assertEqual(self._sums("joint_amount"), self._charged(bill))
        self.assertEqual(sum(self._sums("joint_amount")), 576 + 32)

    def test_other_orders_in_one_bill_do_not_count(self):
        other = self._order([(self.oil, 5, (10, 10, 10))])
        other.network_round_id = False
        order = self._order([(self.rice, 3.6, (100, 50, 10))])
        bill = self._bill(order, post=False)
        bill.invoice_line_ids = [Command.create(other.order_line._prepare_account_move_line(bill))]
        bill.action_post()
        self.assertEqual(bill.amount_untaxed, 576 + 150)
        self.assertEqual(self._sums("joint_amount"), [360, 180, 36])

    def test_units_and_thirds_are_exact(self):
        """A dozen at 10.00 bought by units, with a price alone per dozen."""
        self._create_prices((self.member_a, 12), date="2026-02-01", product_uom_id=self.dozens.id)
        self.round.product_ids[0].product_uom_id = self.units
        self._bill(self._order([(self.rice, 0.9, (7, 3, 2))]))
        row = self._savings(("member_id", "=", self.member_a.id))
        self.assertEqual((row.reference_amount, row.joint_amount, row.saving), (7, 6.3, 0.7))

    def test_the_report_says_what_the_engine_says(self):
        order = self._order([(self.rice, 3.337, (7, 13, 29)), (self.oil, 0.99, (3, 0, 11))])
        self._create_prices((self.member_a, 1.13), product_id=self.oil.id)
        self.round.action_take_references()
        self._bill(order)
        rows = self._savings()
        self.assertEqual(len(rows), 5)
        for row in rows.filtered("reference_id.exact_price"):
            price = Fraction(row.reference_id.exact_price)
            joint = round(row.joint_amount * 100)
            exact = saving(price, Fraction(f"{row.quantity:.6f}"), joint)
            self.assertEqual(round(row.reference_amount * 100), exact.reference_amount)
            self.assertEqual(round(row.saving * 100), exact.amount)


class TestFrozen(SavingCase):
    def test_a_price_written_later_changes_no_saving(self):
        self._bill(self._order([(self.rice, 3.6, (100, 50, 10))]))
        before = self._sums("saving")
        self._create_prices((self.member_a, 9), date="2026-02-20")
        self.prices[1].price_unit = 99
        self.prices[2].unlink()
        self.assertEqual(self._sums("saving"), before)

    def test_no_price_at_the_order_stays_no_price(self):
        order = self._order([(self.oil, 5, (10, 10, 0))])
        self._create_prices((self.member_a, 6), product_id=self.oil.id)
        self._bill(order)
        self.assertEqual(self._sums("saving"), [0, 0, 0])
        self.assertEqual(self._sums("unmeasured_amount"), [50, 50, 0])
        self.assertFalse(self.round.saving_text)

    def test_the_round_takes_its_prices_again_and_says_what_changed(self):
        order = self._order([(self.oil, 5, (10, 10, 0))])
        self._bill(order)
        self._create_prices((self.member_a, 6), product_id=self.oil.id)
        messages = len(self.round.message_ids)
        self.round.action_take_references()
        self.assertEqual(self._sums("saving"), [10, 0, 0])
        self.assertEqual(len(self.round.message_ids), messages + 1)
        self.assertIn("Aceite", self.round.message_ids[0].body)
        self.round.action_take_references()
        self.assertEqual(len(self.round.message_ids), messages + 1)

    def test_prices_after_the_order_do_not_count(self):
        tomorrow = fields.Date.add(fields.Date.today(), days=1)
        self._create_prices((self.member_a, 9), date=tomorrow)
        self._bill(self._order([(self.rice, 3.6, (100, 50, 10))]))
        self.assertEqual(self._sums("saving")[0], 40)

    def test_a_member_allocated_after_the_order_is_frozen_by_the_bill(self):
        order = self._order([(self.rice, 3.6, (100, 0, 0))])
        order.order_line.product_qty = 150
        self.env["business.network.allocation"].create(
            {
                "purchase_line_id": order.order_line.id,
                "member_id": self.member_b.id,
                "quantity": 50,
            }
        )
        self._bill(order)
        self.assertEqual(self._sums("saving"), [40, 70, 0])

    def test_confirming_asks_a_number_of_queries_that_does_not_grow(self):
        counts = []
        for size in (2, 12):
            products = self.env["product.product"]
            for number in range(size):
                products |= self._create_product(f"P{number}")
            purchase_round = self._create_round(*products)
            order = self._order(
                [(product, 1, (1, 1, 1)) for product in products],
                purchase_round=purchase_round,
                confirm=False,
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            order._freeze_references()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2, f"queries of 2 and 12 products: {counts}")


class TestCurrency(SavingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dollar = cls.env.ref("base.USD")
        cls.dollar.active = True
        cls.dollar.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            [
                {"currency_id": cls.dollar.id, "name": date, "inverse_company_rate": rate}
                for date, rate in (("2026-01-01", 4.0), ("2026-03-01", 3.5))
            ]
        )

    def test_a_price_in_dollars_counts_at_the_rate_of_its_own_day(self):
        self._create_prices((self.member_a, 1.2), date="2026-02-01", currency_id=self.dollar.id)
        self._bill(self._order([(self.rice, 3.6, (100, 0, 0))]))
        self.assertEqual(self._sums("reference_amount"), [480, 0, 0])

    def test_a_bill_in_dollars_is_measured_in_dollars(self):
        bill = self._bill(self._order([(self.rice, 0.9, (100, 0, 0))], currency_id=self.dollar.id))
        row = self._savings()
        self.assertEqual((row.currency_id, bill.currency_id), (self.dollar, self.dollar))
        self.assertEqual((row.reference_amount, row.joint_amount, row.saving), (100, 90, 10))

    def test_savings_of_two_currencies_are_never_added(self):
        self._bill(self._order([(self.rice, 0.9, (100, 0, 0))], currency_id=self.dollar.id))
        self._bill(self._order([(self.rice, 3.6, (100, 0, 0))]))
        savings = {line["currency"]: line["saving"] for line in self.network.get_savings()}
        self.assertEqual(savings, {"USD": 10, "PEN": 40})
        self.assertEqual(self.network.saving_text.count("10.0 %"), 2)


class TestPolicies(SavingCase):
    operating_form = "red_empresarial.operating_form_consortium_operator"

    def _annexed(self, order):
        wizard = self.env["business.network.purchase.annex"].create(
            {"order_id": order.id, "date_from": "2026-03-01", "filing_date": "2026-03-01"}
        )
        wizard.action_make_annex()

    def test_under_attribution_the_cost_is_what_the_annex_charged(self):
        order = self._order([(self.rice, 3.6, (100, 50, 10)), (self.oil, 7, (0, 5, 5))])
        self._annexed(order)
        bill = self._bill(order)
        self.assertEqual(self._sums("joint_amount"), self._charged(bill))
        self.assertEqual(self._sums("joint_amount"), [360, 215, 71])
        self.assertEqual(self._sums("saving"), [40, 70, 9])

    def test_a_partial_bill_of_an_annex_is_made_good_by_the_next(self):
        self.rice.purchase_method = self.oil.purchase_method = "receive"
        order = self._order([(self.rice, 4, (100, 0, 0)), (self.oil, 4, (0, 100, 0))])
        self._annexed(order)
        bills = self.env["account.move"]
        for line in order.order_line:
            line.allocation_ids.action_deliver_all()
            line.qty_received = line.product_qty
            bills |= self._bill(order)
            self.assertEqual(self._sums("joint_amount"), self._charged(bills))
        self.assertEqual(self._sums("joint_amount"), [400, 400, 0])
        self.assertEqual(self._sums("quantity"), [100, 100, 0])

    def test_a_correction_of_the_shares_is_followed(self):
        order = self._order([(self.rice, 3.6, (40, 35, 25))])
        self._annexed(order)
        bill = self._bill(order)
        redistribution = self.env["business.network.redistribution"].create(
            {
                "network_id": self.network.id,
                "agreement_id": order.network_annex_id.id,
                "date": "2026-03-25",
                "reason": "Pesos mal copiados",
            }
        )
        redistribution.action_prepare_version()
        redistribution.corrected_agreement_id.line_ids[0].expense_weight *= 2
        redistribution.action_apply()
        charged = self._charged(bill)
        self.assertNotEqual(charged, [144, 126, 90])
        self.assertEqual(self._sums("joint_amount"), charged)


class TestMemberPolicy(SavingCase):
    operating_form = "red_empresarial.operating_form_consortium_members"

    def test_a_memorandum_tells_what_each_member_was_billed(self):
        order = self._order([(self.rice, 3.6, (40, 35, 25))])
        entry = order.action_make_memorandum()
        self.assertEqual(self._sums("quantity"), [40, 35, 25])
        self.assertEqual(self._sums("joint_amount"), self._charged(entry))
        self.assertEqual(self._sums("saving"), [16, 49, 22.5])
