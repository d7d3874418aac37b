"""Two price lists side by side, and what a network proposes on its orders."""

from lxml import etree
from odoo import Command
from odoo.tests import Form

from tests.allocation_case import AllocationCase


class PriceCase(AllocationCase):
    def set_up_once(self):
        super().set_up_once()
        self.product.list_price = 12
        self.pricelist = self.env["product.pricelist"].create(
            {
                "name": "Tarifa de los socios",
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.product.id,
                            "compute_price": "fixed",
                            "fixed_price": price,
                            "min_quantity": minimum,
                        }
                    )
                    for minimum, price in ((0, 8), (100, 7.5))
                ],
            }
        )
        self.network.member_pricelist_id = self.pricelist


class TestMemberPrices(PriceCase):
    def test_member_price_and_margin_of_a_line_and_of_the_order(self):
        order = self._order(quantity=10, price=10, lines=2)
        line = order.order_line[0]
        self.assertEqual(line.member_price_unit, 8)
        self.assertEqual((line.member_price_subtotal, line.network_margin), (80, 20))
        self.assertEqual((order.member_amount_untaxed, order.network_margin_amount), (160, 40))

    def test_both_prices_stand_side_by_side_without_choosing_columns(self):
        arch = self.env["sale.order"].get_view(view_type="form")["arch"]
        (columns,) = etree.fromstring(arch).xpath("//field[@name='order_line']/list")
        names = [field.get("name") for field in columns.iter("field")]
        self.assertEqual(names.index("member_price_unit"), names.index("price_unit") + 1)
        for name in ("member_price_unit", "network_margin"):
            (column,) = columns.xpath(f"field[@name='{name}']")
            self.assertEqual(column.get("optional"), "show", name)
            self.assertEqual(column.get("column_invisible"), "not parent.has_member_prices")

    def test_discounts_lower_the_margin(self):
        order = self._order(quantity=10, price=10, discount=25)
        self.assertEqual(order.network_margin_amount, -5)

    def test_price_breaks_and_units(self):
        self.assertEqual(self._order(quantity=100).order_line.member_price_unit, 7.5)
        dozens = self._order(quantity=2, product_uom_id=self.dozens.id).order_line
        self.assertEqual(dozens.member_price_unit, 96)
        many = self._order(quantity=9, product_uom_id=self.dozens.id).order_line
        self.assertEqual(many.member_price_unit, 90)

    def test_in_the_currency_and_at_the_rate_of_the_order(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        usd.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": usd.id,
                "company_id": self.company.id,
                "name": "2026-01-01",
                "inverse_company_rate": 4,
            }
        )
        order = self._order(quantity=10)
        order.pricelist_id = self.env["product.pricelist"].create(
            {"name": "Dólares", "currency_id": usd.id}
        )
        self.assertEqual(order.order_line.member_price_unit, 2)

    def test_taxes_in_the_price_do_not_count_as_margin(self):
        included = self.vat_sale.copy({"price_include_override": "tax_included", "name": "IGV"})
        self.product.list_price = 11.8
        order = self._order(quantity=10, price=11.8, tax_ids=[Command.set(included.ids)])
        self.pricelist.item_ids.fixed_price = 9.44
        order.order_line.product_uom_qty = 20
        self.assertEqual(order.member_amount_untaxed, 160)
        self.assertEqual(order.network_margin_amount, 40)

    def test_a_new_list_leaves_what_was_quoted_until_prices_are_updated(self):
        order = self._order(quantity=10)
        self.network.member_pricelist_id = self.pricelist.copy()
        self.network.member_pricelist_id.item_ids.fixed_price = 5
        self.assertEqual(order.order_line.member_price_unit, 8)
        order.action_update_prices()
        self.assertEqual(order.order_line.member_price_unit, 5)

    def test_nothing_without_a_network_or_a_list(self):
        order = self._order()
        order.network_id = False
        self.assertEqual(order.order_line.member_price_unit, 0)
        self.assertEqual(order.network_margin_amount, 0)
        self.assertFalse(order.has_member_prices)
        self.network.member_pricelist_id = False
        self.assertEqual(self._order().order_line.network_margin, 0)

    def test_rules_are_searched_once_for_all_lines(self):
        order = self._order(lines=30)
        lines = order.order_line
        for number, line in enumerate(lines):
            line.product_uom_qty = number + 1
        self.env.flush_all()
        lines._compute_member_price_unit()
        with self.assertQueryCount(1):
            lines._compute_member_price_unit()


class TestProposals(PriceCase):
    def test_the_books_company_and_the_journal_of_the_network(self):
        journal = self.env["account.journal"].create(
            {"name": "Ventas de la red", "code": "VRED", "type": "sale"}
        )
        self.network.sale_journal_id = journal
        order = self._order()
        self.assertEqual((order.company_id, order.journal_id), (self.company, journal))
        order.order_line.product_id.invoice_policy = "order"
        order.action_confirm()
        self.assertEqual(order._create_invoices().journal_id, journal)

    def test_another_company_of_the_user(self):
        company = self.env["res.company"].create({"name": "Cooperativa"})
        self.env.user.company_ids |= company
        network = self._create_network("Red coop", self.operating_form, company_id=company.id)
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "network_id": network.id}
        )
        self.assertEqual(order.company_id, company)

    def test_the_terms_of_the_network(self):
        self.network.sale_note = "<p>Entrega en un solo lote.</p>"
        self.assertIn("un solo lote", self._order().note)
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.customer
            form.network_id = self.network
            self.assertIn("un solo lote", form.note)

    def test_the_analytic_account_of_the_network(self):
        account = self.network.analytic_account_id
        order = self._order()
        self.assertEqual(order.order_line.analytic_distribution, {str(account.id): 100})
        other = self._create_network("Otra red", self.operating_form)
        order.network_id = other
        self.assertEqual(
            order.order_line.analytic_distribution, {str(other.analytic_account_id.id): 100}
        )
        order.network_id = False
        self.assertFalse(order.order_line.analytic_distribution)

    def test_other_analytic_accounts_stay(self):
        plan = self.env["account.analytic.plan"].create({"name": "Proyectos"})
        project = self.env["account.analytic.account"].create({"name": "Feria", "plan_id": plan.id})
        order = self._order(analytic_distribution={str(project.id): 50})
        order.network_id = False
        order.network_id = self.network
        ids = f"{project.id},{self.network.analytic_account_id.id}"
        self.assertEqual(order.order_line.analytic_distribution, {ids: 50})
