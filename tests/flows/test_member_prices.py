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

    def _create_export(self, **vals):
        """A position that turns the default tax into 0 %, and a buyer abroad."""
        position = self.env["account.fiscal.position"].create({"name": "Exportación 0 %", **vals})
        free = self.vat_sale.copy(
            {
                "name": "0 % exportación",
                "amount": 0,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.vat_sale.ids)],
            }
        )
        buyer = self.env["res.partner"].create(
            {"name": "Andes Imports LLC", "country_id": self.env.ref("base.us").id}
        )
        with Form(self.network) as form:
            form.sale_fiscal_position_id = position
        return position, free, buyer

    def _type_order(self, buyer, network):
        self.product.taxes_id = self.vat_sale
        with Form(self.env["sale.order"]) as form:
            form.partner_id = buyer
            form.network_id = network
            with form.order_line.new() as line:
                line.product_id = self.product
                line.price_unit = 10
        return form.save()

    def test_a_foreign_buyer_of_a_network_that_exports(self):
        position, free, buyer = self._create_export()
        order = self._type_order(buyer, self.network)
        self.assertEqual(order.fiscal_position_id, position)
        self.assertEqual((order.order_line.tax_ids, order.amount_tax), (free, 0))
        self.assertFalse(order.show_update_fpos)
        self.product.invoice_policy = "order"
        order.action_confirm()
        invoice = self._invoice(order)
        self.assertEqual(invoice.fiscal_position_id, position)
        self.assertEqual((invoice.invoice_line_ids.tax_ids, invoice.amount_tax), (free, 0))
        self.assertEqual(sum(self._shares(invoice)), 10)

    def test_an_invoice_without_an_order_takes_it_too(self):
        position, free, buyer = self._create_export()
        self.product.taxes_id = self.vat_sale
        line = Command.create({"product_id": self.product.id, "price_unit": 10})
        invoice = self._create_document(
            "out_invoice", [], partner_id=buyer.id, invoice_line_ids=[line]
        )
        self.assertEqual(invoice.fiscal_position_id, position)
        self.assertEqual((invoice.invoice_line_ids.tax_ids, invoice.amount_tax), (free, 0))
        bill = self._create_document("in_invoice", [10])
        self.assertNotEqual(bill.fiscal_position_id, position, "what is bought is not exported")
        own = self._create_document("out_invoice", [10], network=self.env["business.network"])
        self.assertNotEqual(own.fiscal_position_id, position)
        with_member = self._create_document(
            "out_invoice", [10], network_member_id=self.member_b.id, partner_id=self.partner_b.id
        )
        self.assertNotEqual(with_member.fiscal_position_id, position)

    def test_a_position_for_a_country_leaves_the_other_buyers_alone(self):
        """Sold at home by the same network, the tax of the country is due."""
        position, _free, buyer = self._create_export(country_id=self.env.ref("base.us").id)
        self.assertEqual(self._type_order(buyer, self.network).fiscal_position_id, position)
        at_home = self._type_order(self.customer, self.network)
        usual = self._type_order(self.customer, self.env["business.network"])
        self.assertEqual(at_home.fiscal_position_id, usual.fiscal_position_id)
        self.assertEqual(at_home.order_line.tax_ids, self.vat_sale)

    def test_the_buyers_own_position_and_the_users_choice_come_first(self):
        _position, _free, buyer = self._create_export()
        special = self.env["account.fiscal.position"].create({"name": "Zona franca"})
        buyer.property_account_position_id = special
        order = self._type_order(buyer, self.network)
        self.assertEqual(order.fiscal_position_id, special)
        buyer.property_account_position_id = False
        other = self._type_order(buyer, self.network)
        other.fiscal_position_id = special
        other.note = "Otra cosa"
        self.assertEqual(other.fiscal_position_id, special)

    def test_a_network_chosen_after_the_lines_offers_to_update_the_taxes(self):
        position, free, buyer = self._create_export()
        order = self._type_order(buyer, self.env["business.network"])
        usual = order.fiscal_position_id
        self.assertNotEqual(usual, position)
        order.network_id = self.network
        self.assertEqual(order.fiscal_position_id, position)
        self.assertTrue(order.show_update_fpos)
        order.action_update_taxes()
        self.assertEqual(order.order_line.tax_ids, free)
        order.network_id = False
        self.assertEqual(order.fiscal_position_id, usual)

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
