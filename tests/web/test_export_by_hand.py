"""Step (b) of the campaign typed by hand: an export order under the leader's tax id."""

from odoo import Command
from odoo.fields import Date

from tests.web.browser import BrowserCase

RATES = {  # soles per dollar
    "2026-05-28": 3.684,
    "2026-06-15": 3.651,
    "2026-07-13": 3.702,
    "2026-07-15": 3.698,
    "2026-07-17": 3.690,
}
NUMBERS = {  # of the invoices the workshops give
    "Taller Dos (ficticio)": "E001-00000214",
    "Taller Tres (ficticio)": "E001-00000087",
}


class TestExportByHand(BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dollar = cls.env.ref("base.USD")
        cls.dollar.active = True
        cls.env.ref("base.group_user").implied_ids += cls.env.ref("product.group_product_pricelist")
        cls.company = cls.env.company
        cls.manager = cls._create_manager()
        cls.workshops = cls._create_partners(
            zip(NUMBERS, ("20600000021", "20600000030"), strict=True)
        )
        cls._create_rates()
        cls.network = cls._create_network(cls.company.partner_id | cls.workshops)
        cls.bank = cls._create_dollar_bank()
        cls._create_buyer_and_product()

    @classmethod
    def _create_manager(cls):
        groups = (
            "red_empresarial.group_network_manager",
            "sales_team.group_sale_salesman",
            "account.group_account_invoice",
        )
        return cls.env["res.users"].create(
            {
                "name": "Gerenta de la red (ficticia)",
                "login": "gerenta",
                "password": "gerenta-de-prueba",
                "email": "gerenta@example.com",
                "lang": cls.env.ref("base.user_admin").lang,
                "tz": "America/Lima",
                "group_ids": [Command.link(cls.env.ref(group).id) for group in groups],
            }
        )

    @classmethod
    def _create_partners(cls, names):
        return cls.env["res.partner"].create(
            [
                {
                    "name": name,
                    "is_company": True,
                    "vat": vat,
                    "country_id": cls.env.ref("base.pe").id,
                    "l10n_latam_identification_type_id": cls.env.ref("l10n_pe.it_RUC").id,
                }
                for name, vat in names
            ]
        )

    @classmethod
    def _create_rates(cls):
        cls.env["res.currency.rate"].search([("currency_id", "=", cls.dollar.id)]).unlink()
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls.dollar.id,
                    "company_id": cls.company.id,
                    "name": day,
                    "inverse_company_rate": rate,
                }
                for day, rate in RATES.items()
            ]
        )

    @classmethod
    def _create_network(cls, partners):
        network = cls.env["business.network"].create(
            {
                "name": "Red exportadora de prueba",
                "operating_form_id": cls.env.ref("red_empresarial.operating_form_leader").id,
                "manager_id": cls.manager.id,
                "member_ids": [
                    Command.create({"partner_id": partner.id, "date_from": "2026-01-01"})
                    for partner in partners
                ],
            }
        )
        cls.env["business.network.agreement"].create(
            {
                "network_id": network.id,
                "date_from": "2026-01-01",
                "line_ids": [
                    Command.create({"member_id": member.id, "revenue_weight": weight})
                    for member, weight in zip(network.member_ids, (40, 35, 25), strict=True)
                ],
            }
        ).action_put_in_force()
        return network

    @classmethod
    def _create_dollar_bank(cls):
        bank = cls.env["account.journal"].create(
            {
                "name": "Banco en dólares",
                "code": "BNKUS",
                "type": "bank",
                "currency_id": cls.dollar.id,
            }
        )
        methods = bank.inbound_payment_method_line_ids | bank.outbound_payment_method_line_ids
        methods.payment_account_id = bank.default_account_id
        return bank

    @classmethod
    def _create_buyer_and_product(cls):
        pricelist = cls.env["product.pricelist"].create(
            {"name": "Exportación en dólares", "currency_id": cls.dollar.id}
        )
        cls.buyer = cls.env["res.partner"].create(
            {
                "name": "Compradora del exterior (ficticia)",
                "is_company": True,
                "country_id": cls.env.ref("base.cl").id,
                "specific_property_product_pricelist": pricelist.id,
            }
        )
        cls.product = cls.env["product.product"].create(
            {
                "name": "Blusa de prueba",
                "type": "consu",
                "invoice_policy": "delivery",
                "list_price": 50,
                "taxes_id": [Command.clear()],
            }
        )

    def test_an_export_order_from_the_empty_form_to_the_members_payments(self):
        self.env.flush_all()
        with self.browser() as page:
            self.log_in(page, "gerenta", "gerenta-de-prueba")
            self._type_order(page)
            self._invoice(page)
            self._collect(page, "15/06/2026", "9000.00")
            self._collect(page, "13/07/2026")
            self._type_settlement(page)
        self.env.invalidate_all()
        invoice = self._check_order().invoice_ids
        self._check_invoice(invoice)
        self._check_collections(invoice)
        self._check_settlement(self.network.settlement_ids)
        self._check_bank()

    # -- what the manager types and clicks -------------------------------------------------------

    def _type_order(self, page):
        self.open_menu(page, "Ventas", "Órdenes de venta conjuntas")
        self.press_new(page)
        self.choose(page, "partner_id", "Compradora del exterior")
        self.choose(page, "network_id", "Red exportadora")
        page.click("[name=order_line] .o_field_x2many_list_row_add a >> nth=0")
        self.choose(page, "product_template_id", "Blusa de prueba")
        self.type_cell(page, "product_uom_qty", "1001")
        self.type_cell(page, "price_unit", "14.83")
        page.click(".o_form_button_save:visible")
        self.settle(page)
        self.press(page, "action_allocate_by_weights")
        self.press(page, "action_confirm")
        self.press(page, "action_deliver_allocations", confirm=True)

    def _invoice(self, page):
        page.click(".o_statusbar_buttons button:has-text('Crear factura'):visible")
        self.press(page, "create_invoices", ".modal")
        self.type_date(page, "invoice_date", "28/05/2026")
        self.press(page, "action_post")

    def _collect(self, page, date, amount=None):
        """Through the payment wizard; without an amount, what it proposes."""
        page.click("button[name=action_register_payment]:visible")
        page.wait_for_selector(".modal .o_form_view")
        self.choose(page, "journal_id", "Banco en dólares", ".modal")
        if amount:
            page.fill(".modal [name=amount] input", amount)
            page.press(".modal [name=amount] input", "Tab")
            self.settle(page)
        self.type_date(page, "payment_date", date, ".modal")
        self.press(page, "action_create_payments", ".modal")

    def _type_settlement(self, page):
        self.open_menu(page, "Redes")
        page.click(".o_kanban_record:has-text('Red exportadora')")
        page.click("button[name=action_open_settlements]")
        self.press_new(page)
        self.assertEqual(page.input_value("[name=currency_id] input"), "USD")
        self.type_date(page, "date_to", "15/07/2026")
        self.press(page, "action_compute")
        self.press(page, "action_approve")
        for workshop, number in NUMBERS.items():
            self.type_cell(page, "document_number", number, workshop)
        self.press(page, "action_post")
        self.press(page, "action_open_payment_wizard")
        self.choose(page, "journal_id", "Banco en dólares", ".modal")
        self.type_date(page, "date", "17/07/2026", ".modal")
        self.press(page, "action_pay", ".modal")

    # -- what the ledger says --------------------------------------------------------------------

    def _check_order(self):
        order = self.env["sale.order"].search([("network_id", "=", self.network.id)])
        self.assertEqual(order.currency_id, self.dollar)
        self.assertEqual(order.allocation_ids.mapped("quantity"), [401, 350, 250])
        self.assertEqual(order.order_line.qty_delivered, 1001)
        return order

    def _check_invoice(self, invoice):
        self.assertRecordValues(
            invoice,
            [
                {
                    "state": "posted",
                    "invoice_date": Date.to_date("2026-05-28"),
                    "amount_total": 14844.83,
                    "amount_total_signed": 54688.35,
                    "currency_id": self.dollar.id,
                }
            ],
        )
        self.assertEqual(invoice.l10n_latam_document_type_id.code, "01")
        self.assertRecordValues(
            invoice.distribution_ids.sorted(lambda row: row.member_id.id),
            [
                {"amount_currency": 5946.83, "amount": 21908.12},
                {"amount_currency": 5190.50, "amount": 19121.80},
                {"amount_currency": 3707.50, "amount": 13658.43},
            ],
        )

    def _check_collections(self, invoice):
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertRecordValues(
            receivable,
            [{"reconciled": True, "amount_residual": 0, "amount_residual_currency": 0}],
        )
        items = self._posted(
            [
                ("partner_id", "=", self.buyer.id),
                ("account_id", "=", receivable.account_id.id),
            ]
        )
        self.assertEqual(self._balance(items), (0, 0))
        self.assertEqual(
            sorted((item.amount_currency, item.balance) for item in items - receivable),
            [
                (-9000.00, -32859.00),  # at 3.651
                (-5844.83, -21637.56),  # at 3.702
                (0.00, -297.00),  # lost on the exchange
                (0.00, 105.21),  # gained on it
            ],
        )

    def _check_settlement(self, settlement):
        self.assertRecordValues(
            settlement,
            [{"state": "paid", "amount_total": 14844.83, "amount_payable": 8898.00}],
        )
        lines = settlement.line_ids.filtered(lambda line: not line.is_books_company)
        self.assertEqual(lines.partner_id, self.workshops)
        self.assertRecordValues(
            lines,
            [
                {"amount_due": 5190.50, "amount_open": 0, "payment_state": "done"},
                {"amount_due": 3707.50, "amount_open": 0, "payment_state": "done"},
            ],
        )
        self.assertRecordValues(  # with 18 % of sales tax on top
            lines.document_id,
            [
                {"ref": "E001-00000214", "amount_untaxed": 5190.50, "amount_total": 6124.79},
                {"ref": "E001-00000087", "amount_untaxed": 3707.50, "amount_total": 4374.85},
            ],
        )
        self.assertEqual(lines.document_id.mapped("payment_state"), ["paid", "paid"])
        self.assertEqual(
            [
                (payment.partner_id, payment.amount, str(payment.date))
                for payment in settlement.payment_ids.sorted("amount", reverse=True)
            ],
            [
                (self.workshops[0], 6124.79, "2026-07-17"),
                (self.workshops[1], 4374.85, "2026-07-17"),
            ],
        )
        self.assertEqual(self._balance(self._payable_items()), (0, 0))

    def _check_bank(self):
        """What was collected less what the workshops got, in dollars and at each day's rate."""
        items = self._posted([("account_id", "=", self.bank.default_account_id.id)])
        self.assertEqual(self._balance(items), (4345.19, 15752.88))

    def _payable_items(self):
        return self._posted(
            [
                ("partner_id", "in", self.workshops.ids),
                ("account_id.account_type", "=", "liability_payable"),
            ]
        )

    def _posted(self, domain):
        return self.env["account.move.line"].search([*domain, ("parent_state", "=", "posted")])

    def _balance(self, items):
        """Sum in dollars and in soles."""
        return (
            self.dollar.round(sum(items.mapped("amount_currency"))),
            self.company.currency_id.round(sum(items.mapped("balance"))),
        )
