"""Customer contracts: what is ordered and remains, quotations of the rest, who sees them."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from tests.quotas.test_quota_volume import MANAGER, SELLER, VolumeCase

COORDINATOR = "red_empresarial.group_network_coordinator"


class TestCustomerContract(VolumeCase):
    def _figures(self, contract):
        contract.invalidate_recordset()
        contract.line_ids.invalidate_recordset()
        names = ("ordered_quantity", "quoted_quantity", "remaining_quantity")
        return [tuple(line[name] for name in names) for line in contract.line_ids]

    def test_a_quotation_is_of_what_remains_and_a_second_of_nothing(self):
        contract = self._contract(quantity=100)
        self.assertRegex(contract.name, r"^CONTR/2026/\d+$")
        order = self.env["sale.order"].browse(contract.action_make_quotation()["res_id"])
        self.assertEqual(order.order_line.product_uom_qty, 100)
        self.assertEqual((order.network_id, order.partner_id), (self.network, self.customer))
        self.assertEqual(order.client_order_ref, "LIC-7")
        self.assertEqual(self._figures(contract), [(0, 100, 0)])
        with self.assertRaisesRegex(UserError, "LIC-7 is ordered or quoted already"):
            contract.action_make_quotation()
        order.order_line.product_uom_qty = 30
        self._allocate(order.order_line, (10, 10, 10))
        self._confirm(order)
        self.assertEqual(self._figures(contract), [(30, 0, 70)])
        self.assertEqual(contract.ordered_percent, 30)
        again = self.env["sale.order"].browse(contract.action_make_quotation()["res_id"])
        self.assertEqual(again.order_line.product_uom_qty, 70)
        again._action_cancel()
        self.assertEqual(self._figures(contract), [(30, 0, 70)])
        self.assertEqual(contract.order_count, 1)
        found = self.env["sale.order"].search(contract.action_open_orders()["domain"])
        self.assertEqual(found, order | again)

    def test_units_convert_and_prices_are_those_of_the_contract(self):
        lines = [
            {
                "product_id": self.product.id,
                "quantity": 10,
                "product_uom_id": self.dozens.id,
                "price_unit": 120.5,
            }
        ]
        contract = self._contract(lines=lines)
        order = self._order(quantity=30)
        order.customer_contract_id = contract
        self.assertEqual(self._figures(contract), [(0, 2.5, 7.5)])
        quotation = self.env["sale.order"].browse(contract.action_make_quotation()["res_id"])
        line = quotation.order_line
        self.assertEqual((line.product_uom_qty, line.price_unit), (7.5, 120.5))
        self.assertEqual(line.product_uom_id, self.dozens)

    def test_prices_of_another_currency_are_refused(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "USD", "currency_id": usd.id}
        )
        lines = [{"product_id": self.product.id, "quantity": 3, "price_unit": 9}]
        contract = self._contract(lines=lines)
        with self.assertRaisesRegex(
            UserError, "LIC-7 are in PEN, and orders of .* are made in USD"
        ):
            contract.action_make_quotation()

    def test_another_quantity_or_a_price_list_leaves_the_price_of_the_contract(self):
        self.env.user.group_ids += self.env.ref("sale.group_discount_per_so_line")
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {
                "name": "10 % menos",
                "currency_id": self.env.company.currency_id.id,
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 10})],
            }
        )
        lines = [{"product_id": self.product.id, "quantity": 10, "price_unit": 7.77}]
        contract = self._contract(lines=lines)
        order = self.env["sale.order"].browse(contract.action_make_quotation()["res_id"])
        self.assertEqual(order.amount_untaxed, 77.7)
        order.order_line.product_uom_qty = 4
        self.assertEqual(order.order_line.price_unit, 7.77)

    def test_a_quotation_is_in_the_books_of_the_contract(self):
        contract = self._contract()
        company = self.env["res.company"].create({"name": "Otra empresa"})
        self.env.user.company_ids += company
        companies = [company.id, contract.company_id.id]
        action = contract.with_context(allowed_company_ids=companies).action_make_quotation()
        order = self.env["sale.order"].browse(action["res_id"])
        self.assertEqual(order.company_id, contract.company_id)

    def test_nothing_is_ordered_from_a_contract_that_is_not_agreed(self):
        contract = self._contract(agree=False)
        order = self._order()
        with self._refused(f"LIC-7 is in state “Draft”, so {order.name} cannot"):
            order.customer_contract_id = contract
        contract.action_agree()
        order = self.env["sale.order"].browse(contract.action_make_quotation()["res_id"])
        self._allocate(order.order_line, (50, 25, 25))
        contract.action_close()
        with self._refused(f"LIC-7 is in state “Closed”, so {order.name} cannot"):
            self._confirm(order)
        order.customer_contract_id = False
        self._confirm(order)
        self.assertEqual(order.state, "sale")

    def test_a_contract_is_not_moved_away_from_its_orders_and_plans(self):
        contract = self._contract()
        plan = self._plan_of_contract(contract)
        order = self.env["sale.order"].browse(contract.action_make_quotation()["res_id"])
        contract.action_reset_to_draft()
        other = self._create_network("Red XY", self.operating_form)
        with self._refused(f"{order.name}, {plan.name} are part of .* and of another network"):
            contract.network_id = other
        with self._refused(f"{order.name} are part of .* or buyer. Take them out"):
            contract.partner_id = self.supplier

    def test_states_twice_do_nothing_and_what_was_agreed_is_not_changed(self):
        contract = self._contract()
        contract.action_agree()
        other = self.env["product.product"].create({"name": "Gorro", "type": "service"})
        for label, change in (
            ("buyer", lambda: contract.write({"partner_id": self.supplier.id})),
            ("quantity", lambda: contract.line_ids.write({"quantity": 1})),
            ("product", contract.line_ids.unlink),
            (
                "another",
                lambda: contract.line_ids.create(
                    {
                        "contract_id": contract.id,
                        "product_id": other.id,
                        "quantity": 1,
                    }
                ),
            ),
        ):
            with (
                self.subTest(label),
                self.assertRaisesRegex(UserError, "was agreed with the buyer"),
            ):
                change()
        contract.action_close()
        contract.action_close()
        with self.assertRaisesRegex(UserError, "in state “Closed”"):
            contract.action_make_quotation()
        with self.assertRaisesRegex(UserError, "in state “Closed”"):
            contract.unlink()
        with self.assertRaisesRegex(UserError, "has no product. Write what the buyer takes"):
            empty = self._contract(agree=False)
            empty.line_ids.unlink()
            empty.action_agree()

    def test_a_contract_in_use_is_not_canceled(self):
        contract = self._contract()
        plan = self._plan_of_contract(contract)
        order = self.env["sale.order"].browse(contract.action_make_quotation()["res_id"])
        with self.assertRaisesRegex(UserError, f"is in {order.name}, {plan.name}. Cancel them"):
            contract.action_cancel()
        order._action_cancel()
        plan.action_cancel()
        contract.action_cancel()
        self.assertEqual(contract.state, "cancel")
        contract.action_reset_to_draft()
        self.assertEqual(contract.state, "draft")

    def test_orders_of_another_network_or_buyer(self):
        contract = self._contract()
        for label, vals in (
            ("network", {"network_id": False}),
            ("buyer", {"partner_id": self.supplier.id}),
        ):
            order = self._order()
            order.write(vals)
            message = "is between Red ABC and Gran Comprador SAC, and"
            with self.subTest(label), self.assertRaisesRegex(ValidationError, message):
                order.customer_contract_id = contract

    def test_bad_contracts(self):
        twice = [{"product_id": self.product.id, "quantity": 1}] * 2
        for label, vals in (
            ("days", {"date_to": "2025-12-31"}),
            ("quantity", {"quantity": 0}),
            ("twice", {"lines": twice}),
        ):
            with (
                self.subTest(label),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                self._contract(agree=False, **vals)
                self.env.flush_all()
        kilos = self.env.ref("uom.product_uom_kgm").id
        with self.assertRaisesRegex(ValidationError, "Chompa is in kg in .* does not convert"):
            self._contract(
                lines=[{"product_id": self.product.id, "quantity": 1, "product_uom_id": kilos}]
            )

    def test_figures_of_many_contracts_take_the_same_queries(self):
        for _number in range(3):
            self._contract()
        contracts = self.env["business.network.customer.contract"].search([])
        counts = []
        for some in (contracts[:1], contracts):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.line_ids.mapped("remaining_quantity")
            some.mapped("order_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    # -- who -----------------------------------------------------------------------------------

    def test_managers_see_the_contracts_of_their_networks_alone(self):
        manager, stranger = (self._create_user(login, MANAGER) for login in ("gestora", "ajena"))
        self.network.manager_id = manager
        form = Form(self.env["business.network.customer.contract"].with_user(manager))
        form.network_id = self.network.with_user(manager)
        form.partner_id = self.customer
        form.date_to = "2030-12-31"
        with form.line_ids.new() as line:
            line.product_id = self.product
            line.quantity = 40
        contract = form.save()
        contract.action_agree()
        self.assertEqual(contract.line_ids.remaining_quantity, 40)
        for label, action in (
            ("read", lambda: contract.with_user(stranger).read(["reference"])),
            ("lines", lambda: contract.line_ids.with_user(stranger).read(["quantity"])),
            ("close", contract.with_user(stranger).action_close),
        ):
            with (
                self.subTest(label),
                mute_logger("odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
            ):
                action()
        with self.assertRaisesRegex(UserError, "changed by its buttons"):
            contract.state = "closed"

    def test_managers_put_no_contract_or_line_into_other_networks(self):
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        other = self._create_network("Red XY", self.operating_form)
        contract = self._contract(agree=False)
        abroad = self._contract(agree=False, network_id=other.id)
        abroad.line_ids.unlink()
        plan = self._create_plan()
        for label, record, vals in (
            ("contract", contract, {"network_id": other.id}),
            ("line", contract.line_ids, {"contract_id": abroad.id}),
            ("plan", plan, {"network_id": other.id}),
        ):
            with (
                self.subTest(label),
                mute_logger("odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
                self.cr.savepoint(),
            ):
                record.with_user(manager).write(vals)

    def test_the_form_of_a_plan_tells_nothing_of_contracts_of_others(self):
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        other = self._create_network("Red XY", self.operating_form)
        abroad, own = self._contract(quantity=77, network_id=other.id), self._contract(quantity=40)
        plan = self._create_plan().with_user(manager)
        self.env.flush_all()
        self.env.invalidate_all()
        for contract, said in ((abroad, 0), (own, 40)):
            values = {"volume_source": "contract", "contract_id": contract.id}
            shown = plan.onchange(values, list(values), {"volume": {}, "source_volume": {}})
            figures = shown["value"]["volume"], shown["value"].get("source_volume", 0)
            self.assertEqual(figures, (said, said))

    def test_a_seller_quotes_and_changes_nothing_of_the_contract(self):
        seller = self._create_user("vendedora", SELLER)
        contract = self._contract().with_user(seller)
        order = self.env["sale.order"].browse(contract.action_make_quotation()["res_id"])
        self.assertEqual(order.order_line.product_uom_qty, 100)
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            contract.reference = "Otra"

    def test_books_of_another_company_are_not_seen(self):
        self._contract()
        company = self.env["res.company"].create({"name": "Otra empresa"})
        abroad = self._create_user("lejana", COORDINATOR, company=company)
        here = self._create_user("coordinadora", COORDINATOR)
        for model in (
            "business.network.customer.contract",
            "business.network.customer.contract.line",
        ):
            records = self.env[model]
            self.assertEqual(len(records.with_user(here).search([])), 1)
            self.assertFalse(records.with_user(abroad).search([]))
