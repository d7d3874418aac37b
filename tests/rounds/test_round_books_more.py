"""The books of a round: bills made elsewhere, taxes at cost, margins, and what is undone."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from tests.rounds.buying_case import BuyingCase


class BooksCase(BuyingCase):
    """A round ordered and received: sheets 5, 4, 1 at 20.01, freight 7.00 by quantity."""

    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        self.order = self._quote(self.round, self.supplier, {self.sheet: 20.01}, 7, "quantity")

    def _buy(self):
        self._order(self.round, self.order)
        self._receive(self.round)

    def _next_number(self):
        self.__class__._bill_number = getattr(self, "_bill_number", 0) + 1
        return f"F002-{self._bill_number:08d}"

    def _complete_bill(self, *orders):
        """A bill whose form was completed from orders, with what the form sends to the server."""
        form = Form(self.env["account.move"].with_context(default_move_type="in_invoice"))
        form.partner_id = self.supplier
        form.invoice_date = "2026-03-15"
        for order in orders:
            form.purchase_vendor_bill_id = self.env["purchase.bill.union"].browse(-order.id)
        form.l10n_latam_document_number = self._next_number()
        return form.save()

    def _modify(self, bill):
        """Reverse a posted document and make the draft that replaces it."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create(
                {
                    "date": "2026-03-18",
                    "journal_id": bill.journal_id.id,
                    "reason": "Error",
                    "l10n_latam_document_number": bill.is_purchase_document()
                    and self._next_number(),
                }
            )
        )
        return self.env["account.move"].browse(wizard.modify_moves()["res_id"])

    def _untaxed(self):
        """What invoices less credit notes charge B and C, without tax."""
        invoices = self.round._get_member_invoices()
        return [
            round(
                sum(
                    invoices.filtered(
                        lambda m, member=member: m.network_member_id == member
                    ).mapped("amount_untaxed_signed")
                ),
                2,
            )
            for member in (self.member_b, self.member_c)
        ]


class TestBillsMadeElsewhere(BooksCase):
    def set_up_once(self):
        super().set_up_once()
        self._buy()

    def test_a_bill_completed_in_its_form_is_of_the_round_once_posted(self):
        bill = self._complete_bill(self.order)
        self.assertEqual(bill.network_id, self.network)
        with self.assertRaisesRegex(UserError, "post or delete"):
            self.round.action_distribute()
        bill.action_post()
        self.assertEqual(bill.network_round_id, self.round)
        self.assertTrue(bill.network_charged_apart)
        # 100.05, 80.04, 20.01 and freight of 7.00 by 5, 4, 1 of 10
        self.assertEqual(self._shares(bill), [-103.55, -82.84, -20.71])
        self.round.action_invoice_members()
        self.assertEqual(self._untaxed(), [82.84, 20.71])

    def test_settlements_do_not_deduct_such_a_bill(self):
        self._complete_bill(self.order).action_post()
        self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        self.assertEqual(settlement.line_ids.mapped("amount_expense"), [0, 0, 0])

    def test_the_bill_that_replaces_a_reversed_one_is_of_the_round(self):
        bill = self._bill(self.round)
        bill.button_draft()
        bill.action_post()
        replacement = self._modify(bill)
        self.assertEqual(replacement.network_round_id, self.round)
        self.assertTrue(replacement.network_charged_apart)
        replacement.invoice_date = "2026-03-18"
        replacement.l10n_latam_document_number = self._next_number()
        replacement.action_post()
        self.assertEqual(self._shares(replacement), [-103.55, -82.84, -20.71])
        self.round.action_invoice_members()
        self.assertEqual(self._untaxed(), [82.84, 20.71])

    def test_a_bill_of_two_rounds_is_refused_by_name(self):
        other = self._create_round({self.sheet: (1, 1, 1)})
        order = self._quote(other, self.supplier, {self.sheet: 20})
        self._order(other, order)
        self._receive(other)
        bill = self._complete_bill(self.order, order)
        with self.assertRaisesRegex(UserError, "one bill for each purchase round"):
            bill.action_post()

    def test_a_bill_of_no_network_is_refused_by_name(self):
        bill = self._complete_bill(self.order)
        bill.network_id = False
        with self.assertRaisesRegex(UserError, "which Red ABC buys. Choose that"):
            bill.action_post()


class TestTaxAtCost(BooksCase):
    def set_up_once(self):
        super().set_up_once()
        tax = self.vat_purchase.copy({"name": "IGV no recuperable"})
        tax.repartition_line_ids.account_id = False
        self.order.order_line.tax_ids = tax
        self._buy()

    def test_a_tax_that_is_not_recovered_is_borne_by_who_gets_the_goods(self):
        bill = self._bill(self.round)
        self.assertEqual(self._balance(self.expense_account, moves=bill), 244.38)
        rows = bill.distribution_ids.filtered(lambda row: row.portion_name.endswith("tax"))
        # 37.28 by 103.55, 82.84, 20.71 and not by 40, 35, 25 of the agreement
        self.assertEqual(rows.mapped("amount"), [-18.64, -14.91, -3.73])
        self.assertEqual(set(rows.mapped("basis")), {"allocation"})

    def test_it_is_in_the_price_of_the_goods_that_members_are_invoiced(self):
        self._bill(self.round)
        invoices = self.round.action_invoice_members()
        self.assertEqual(self._untaxed(), [97.75, 24.44])
        self.assertEqual(len(invoices[:1].invoice_line_ids), 2, "sheets and freight")
        self.assertEqual(invoices.invoice_line_ids.round_cost_line_id, self.order.order_line)
        self.assertFalse(self.round.action_invoice_members())

    def test_its_credit_note_gives_it_back_to_the_same_members(self):
        bill = self._bill(self.round)
        refund = self._refund(bill)
        self.assertEqual(self._shares(refund), [-amount for amount in self._shares(bill)])


class TestJointResult(BooksCase):
    def test_what_members_are_invoiced_is_no_joint_sale(self):
        self.round.margin_percent = 5
        self._buy()
        self._bill(self.round)
        invoices = self.round.action_invoice_members()
        for invoice in invoices:
            invoice.write({"invoice_date": "2026-03-16", "date": "2026-03-16"})
        invoices.action_post()
        network = self.network
        self.assertEqual(network.joint_sale_amount, 0)
        self.assertEqual(network.joint_expense_amount, 207.10)
        results = sum(row["result"] for row in network.get_member_results())
        self.assertAlmostEqual(results, network.joint_result_amount, 2)
        ((_month, income, expense),) = network._get_monthly_joint_results()
        self.assertEqual((income, expense), (0, 20710), "what proves the breakeven")


class TestCopies(BooksCase):
    def set_up_once(self):
        super().set_up_once()
        self._buy()
        self._bill(self.round)
        self.invoice = self.round.action_invoice_members()[0]

    def test_the_copy_of_a_members_invoice_is_with_that_member_and_shared_out_to_nobody(self):
        copy = self.invoice.copy()
        self.assertEqual(copy.network_member_id, self.member_b)
        self.assertFalse(copy.network_round_id)
        copy.action_post()
        self.assertFalse(copy.distribution_ids)
        self.assertEqual(self.network.joint_sale_amount, 0)

    def test_a_copy_for_no_network_is_the_companys_own(self):
        copy = self.invoice.copy({"network_id": False})
        self.assertFalse(copy.network_member_id)

    def test_the_invoice_that_replaces_a_members_invoice_is_what_it_was_charged(self):
        self.invoice.action_post()
        replacement = self._modify(self.invoice)
        self.assertEqual(replacement.network_round_id, self.round)
        self.assertEqual(self._untaxed(), [82.84, 20.71])
        self.assertFalse(self.round.action_invoice_members())


class TestCanceledBill(BooksCase):
    def set_up_once(self):
        super().set_up_once()
        self._order(self.round, self.order)

    def _cancel_bill(self):
        """Bill freight alone, invoice the members, and cancel the bill: nothing was received."""
        bill = self._bill(self.round)
        self.round.action_invoice_members().action_post()
        bill.button_draft()
        bill.button_cancel()

    def test_the_members_are_credited(self):
        self._cancel_bill()
        self.assertEqual(self._untaxed(), [2.8, 0.7])
        credits = self.round.action_invoice_members()
        self.assertEqual(credits.mapped("move_type"), ["out_refund"] * 2)
        self.assertEqual(self._untaxed(), [0, 0])
        self.assertFalse(self.round.action_invoice_members())

    def test_the_round_is_not_canceled_while_members_are_charged(self):
        self._cancel_bill()
        names = "still charges its members by .*"
        for action in (self.round.action_cancel, self.round.action_cancel_orders):
            with self.assertRaisesRegex(UserError, names):
                action()
        credits = self.round.action_invoice_members()
        with self.assertRaisesRegex(UserError, names):
            self.round.action_cancel()
        credits.action_post()
        self.round.action_cancel()
        self.assertEqual(self.round.state, "cancel")


class TestFrozenTerms(BooksCase):
    def test_freight_by_weight_as_it_was_ordered(self):
        self.sheet.weight = 0.5
        freight = self.order.order_line.filtered("landed_basis")
        freight.landed_basis = "weight"
        self._buy()
        bill = self._bill(self.round)
        rows = bill.distribution_ids.filtered(lambda row: "landed" in row.portion_name)
        self.assertEqual(rows.mapped("amount"), [-3.5, -2.8, -0.7])
        with self.assertRaisesRegex(UserError, "“Spread By” stays as it is"):
            freight.landed_basis = "value"
        freight.landed_basis = "weight"
        self.assertEqual(self._shares(self._refund(bill)), [-a for a in self._shares(bill)])

    def test_the_rounds_terms_stay_from_ordering_on(self):
        self.round.write({"landed_basis": "weight", "margin_percent": 2})
        self._order(self.round, self.order)
        for vals in ({"landed_basis": "value"}, {"margin_percent": 3}):
            with self.assertRaisesRegex(UserError, "already in state “Ordered”"):
                self.round.write(vals)


class TestMargin(BooksCase):
    def set_up_once(self):
        super().set_up_once()
        self.round.margin_percent = 3.5

    def _charged(self):
        return sum(coins for coins, _quantity in self.round._get_charges().values())

    def test_the_margin_is_exact_on_the_whole_bill(self):
        self._buy()
        self._bill(self.round)
        # 207.10 and 3.5 % of it, 7.2485
        self.assertEqual(self._charged(), 21435)
        self.round.action_invoice_members()
        charges = self.round._get_charges()
        own = sum(coins for (m, _l), (coins, _q) in charges.items() if m == self.member_a) / 100
        self.assertAlmostEqual(sum(self._untaxed()) + own, 214.35, 2)

    def test_a_later_bill_credits_nobody_a_cent(self):
        self._order(self.round, self.order)
        self._receive(self.round, {self.sheet: 3})
        self._bill(self.round)
        self.round.action_invoice_members()
        first = self.round._get_charges()
        for quantity in (1, 2, 1, 3):
            self._receive(self.round, {self.sheet: quantity})
            self._bill(self.round)
            later = self.round._get_charges()
            self.assertFalse([key for key in first if later[key][0] < first[key][0]])
            invoices = self.round.action_invoice_members()
            self.assertNotIn("out_refund", invoices.mapped("move_type"))
            self.assertGreater(min(invoices.invoice_line_ids.mapped("price_unit")), 1)
            first = later

    def test_what_is_credited_in_full_leaves_no_margin(self):
        self._buy()
        bill = self._bill(self.round)
        self.round.action_invoice_members().action_post()
        self._refund(bill)
        self.assertEqual(self._charged(), 0)
        self.round.action_invoice_members().action_post()
        self.assertEqual(self._untaxed(), [0, 0])


class TestIncludedTaxes(BooksCase):
    def test_taxes_included_in_the_price_are_added_to_what_a_member_bears(self):
        included = self.vat_sale.copy(
            {"name": "IGV incluido", "price_include_override": "tax_included"}
        )
        (self.sheet | self.freight).taxes_id = included
        self._buy()
        self._bill(self.round)
        invoices = self.round.action_invoice_members()
        self.assertEqual(self._untaxed(), [82.84, 20.71])
        self.assertEqual(invoices.invoice_line_ids.tax_ids, included)
        self.assertEqual(invoices[0].amount_total, 97.75)
        self.assertFalse(self.round.action_invoice_members())


class TestNetBilled(BooksCase):
    def set_up_once(self):
        super().set_up_once()
        self._buy()
        self.bill = self._bill(self.round)

    def _distribute(self):
        self.round.action_invoice_members().action_post()
        self.round.action_distribute()

    def test_what_is_reversed_is_to_be_billed_again(self):
        replacement = self._modify(self.bill)
        replacement.unlink()
        with self.assertRaisesRegex(UserError, "bill Sábana, Flete of"):
            self.round.action_distribute()
        self._bill(self.round)
        self._distribute()
        self.assertEqual(self.round.state, "distributed")

    def test_a_rebate_leaves_the_goods_billed(self):
        self._refund(self.bill, amount=1)
        self._distribute()
        self.assertEqual(self.round.state, "distributed")


class TestSupplierAdvance(BooksCase):
    def set_up_once(self):
        super().set_up_once()
        self._order(self.round, self.order)
        bill = self._create_document(
            "in_invoice",
            [100],
            post=False,
            invoice_line_ids=[
                Command.create(
                    {
                        "name": "Anticipo",
                        "quantity": 1,
                        "price_unit": 100,
                        "account_id": self.expense_account.id,
                        "tax_ids": [Command.set(self.vat_purchase.ids)],
                    }
                )
            ],
        )
        line = self.order._create_downpayments(
            [
                {
                    "name": "Anticipo",
                    "product_qty": 0.0,
                    "is_downpayment": True,
                    "price_unit": 100,
                    "tax_ids": self.vat_purchase.ids,
                    "order_id": self.order.id,
                }
            ]
        )
        bill.invoice_line_ids.purchase_line_id = line
        bill.action_post()
        self.advance = bill

    def test_an_advance_is_borne_by_the_order_and_not_by_the_agreement(self):
        self.assertEqual(self.advance.network_round_id, self.round)
        # 100.00 by 103.55, 82.84 and 20.71
        self.assertEqual(self._shares(self.advance), [-50, -40, -10])

    def test_its_deduction_gives_it_back_to_the_same_members(self):
        self.round.action_invoice_members().action_post()
        self.assertEqual(self._untaxed(), [40, 10])
        self._receive(self.round)
        bill = self._bill(self.round)
        self.assertEqual(self._balance(self.expense_account, moves=bill | self.advance), 207.10)
        rows = bill.distribution_ids.filtered(lambda row: "advance" in row.portion_name)
        self.assertEqual(rows.mapped("amount"), [50, 40, 10])
        self.round.action_invoice_members().action_post()
        self.assertEqual(self._untaxed(), [82.84, 20.71])
        self.round.action_distribute()


class TestDayOfTheOrder(BooksCase):
    operating_form = "red_empresarial.operating_form_consortium_operator"

    def set_up_once(self):
        super().set_up_once()
        self.round = self.round.with_context(tz="America/Lima")
        self.order = self.order.with_context(tz="America/Lima")
        self.order.date_order = "2026-03-12 01:30:00"  # the evening of the 11th in Lima

    def test_the_annex_is_of_the_day_on_which_it_is_ordered_where_the_user_is(self):
        self._order(self.round, self.order)
        self.assertEqual(self.round.annex_id.date_from, self._date("2026-03-11"))

    def test_members_are_in_force_on_that_day(self):
        self.member_c.date_to = "2026-03-11"
        self._order(self.round, self.order)
        self.assertEqual(self.round.state, "ordered")

    def test_prices_of_another_currency_count_at_the_rate_of_that_day(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", dollar.id)]).unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "name": "2026-03-12",
                "inverse_company_rate": 3.7,
                "company_id": self.company.id,
            }
        )
        self.order.currency_id = dollar
        with self.assertRaisesRegex(UserError, "no rate on 03/11/2026"):
            self.order._check_rates()


class TestReferenceWithoutRate(BooksCase):
    def _rate(self, date):
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.dollar.id,
                "name": date,
                "inverse_company_rate": 4,
                "company_id": self.company.id,
            }
        )

    def test_a_missing_rate_stops_no_order_and_is_said_on_the_round(self):
        self.dollar = self.env.ref("base.USD")
        self.dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", self.dollar.id)]).unlink()
        self._rate("2026-03-01")
        self.env["business.network.reference.price"].create(
            {
                "network_id": self.network.id,
                "product_id": self.sheet.id,
                "price_unit": 24,
                "date": "2026-01-15",
                "source": "declared",
            }
        )
        self.order.currency_id = self.dollar
        self._buy()
        self._bill(self.round)
        rows = self.round.reference_ids
        self.assertEqual((len(rows), set(rows.mapped("exact_price"))), (3, {False}))
        notes = self.round.message_ids.filtered(lambda m: "What was saved on Sábana" in m.body)
        self.assertEqual(len(notes), 1)
        self._rate("2026-01-10")
        self.round.action_take_references()
        self.assertEqual(set(rows.mapped("exact_price")), {"6"})
