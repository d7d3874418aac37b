"""A purchase round by hand: needs, one order, who bears what, and what each member saved."""

from datetime import timedelta

from odoo import Command, fields

from tests.web.browser import BrowserCase

WORKSHOPS = {
    "Taller Dos (ficticio)": "20600000021",
    "Taller Tres (ficticio)": "20600000030",
}
SUPPLIERS = {
    "Proveedora Uno (ficticia)": "20100000009",
    "Proveedora Dos (ficticia)": "20200000006",
    "Proveedora Tres (ficticia)": "20300000003",
}
PRICES = {  # what each supplier answers, by product
    ("Proveedora Uno", "Sábana"): "25",
    ("Proveedora Uno", "Toalla"): "8",
    ("Proveedora Dos", "Sábana"): "24",
    ("Proveedora Dos", "Toalla"): "9",
    ("Proveedora Tres", "Sábana"): "26",
    ("Proveedora Tres", "Toalla"): "7.90",
}
WRONG_SHEET = "Producto;Taller Dos (ficticio);Taller Tres (ficticio)\nToalla;;treinta\n"
SHEET = "Producto;Taller Dos (ficticio);Taller Tres (ficticio)\nToalla;;30\n"


class TestRoundByHand(BrowserCase):
    """A consortium of three buys sheets by the dozen and towels, and attributes cost and tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.today = fields.Date.context_today(cls.company)
        cls.manager = cls._create_manager()
        cls.workshops = cls._create_partners(WORKSHOPS)
        cls._create_partners(SUPPLIERS)
        cls.network = cls._create_network(cls.company.partner_id | cls.workshops)
        cls.sheet, cls.towel = cls._create_products("Sábana", "Toalla")
        cls._create_reference_prices()

    @classmethod
    def _create_manager(cls):
        groups = (
            "red_empresarial.group_network_manager",
            "purchase.group_purchase_user",
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
                for name, vat in names.items()
            ]
        )

    @classmethod
    def _create_network(cls, partners):
        network = cls.env["business.network"].create(
            {
                "name": "Red de compras de prueba",
                "operating_form_id": cls.env.ref(
                    "red_empresarial.operating_form_consortium_operator"
                ).id,
                "manager_id": cls.manager.id,
                "member_ids": [
                    Command.create(
                        {"partner_id": partner.id, "date_from": "2026-01-01", "sequence": number}
                    )
                    for number, partner in enumerate(partners)
                ],
            }
        )
        cls.env["business.network.agreement"].create(
            {
                "network_id": network.id,
                "date_from": "2026-01-01",
                "filing_date": "2026-01-03",
                "line_ids": [
                    Command.create({"member_id": member.id}) for member in network.member_ids
                ],
            }
        ).action_put_in_force()
        return network

    @classmethod
    def _create_products(cls, *names):
        cls.expense_account = cls.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", cls.company.ids)], limit=1
        )
        return cls.env["product.product"].create(
            [
                {
                    "name": name,
                    "type": "consu",
                    "purchase_method": "receive",
                    "property_account_expense_id": cls.expense_account.id,
                    "supplier_taxes_id": [Command.set(cls.company.account_purchase_tax_id.ids)],
                }
                for name in names
            ]
        )

    @classmethod
    def _create_reference_prices(cls):
        first, second, third = cls.network.member_ids.sorted("sequence")
        cls.env["business.network.reference.price"].create(
            [
                {
                    "network_id": cls.network.id,
                    "member_id": member.id,
                    "product_id": product.id,
                    "price_unit": price,
                    "date": cls.today - timedelta(days=90),
                    "source": "declared",
                }
                for member, product, price in (
                    (first, cls.sheet, 28),
                    (second, cls.sheet, 29),
                    (third, cls.sheet, 30),
                    (first, cls.towel, 9),
                    (third, cls.towel, 9.5),
                )
            ]
        )

    def test_a_round_from_the_members_needs_to_what_each_saved(self):
        self.env.flush_all()
        with self.browser() as page:
            self.log_in(page, "gerenta", "gerenta-de-prueba")
            self._type_round(page)
            self._type_requests(page)
            self._close(page)
            self._ask_suppliers(page)
            self._choose(page)
            self._order_and_receive(page)
            self._bill(page)
            self._see_savings(page)
        self.env.invalidate_all()
        purchase_round = self.env["business.network.purchase.round"].search(
            [("network_id", "=", self.network.id)]
        )
        self._check_round(purchase_round)
        self._check_ledger(purchase_round.move_ids)
        self._check_savings(purchase_round)

    # -- what the manager types and clicks -------------------------------------------------------

    def _type_round(self, page):
        self.open_menu(page, "Compras", "Rondas de compra")
        page.click(".o-kanban-button-new:visible")
        page.wait_for_selector(".o_form_view .o_form_sheet")
        self.settle(page)
        self.assertEqual(page.input_value("[name=network_id] input"), "Red de compras de prueba")
        page.fill("[name=title] input", "Blancos de la temporada")
        self._type_product(page, "Sábana", pack_quantity="12", expected_price="26")
        self._type_product(page, "Toalla", expected_price="9")
        self.press(page, "action_open")

    def _type_product(self, page, name, **cells):
        rows = "[name=product_ids] .o_data_row"
        written = page.locator(rows).count()
        page.click("[name=product_ids] .o_field_x2many_list_row_add a >> nth=0")
        self.see(page, rows, written + 1)  # until then the line before is the one being written
        self.choose(page, "product_id", name, f"{rows}.o_selected_row")
        for field, text in cells.items():
            self.type_cell(page, field, text)

    def _type_requests(self, page):
        """A sheet for one member, with a mistake first; the others on one screen."""
        self.press(page, "action_open_import_wizard")
        self._load(page, WRONG_SHEET)
        self.see(page, ".modal .o_data_row:has-text('treinta')", 1)
        self._load(page, SHEET)
        self.see(page, ".o_data_row:has-text('Taller Tres')", 1)
        self._go_back(page)
        self.press(page, "action_type_requests")
        self.see(page, ".o_data_row", 6)
        self._type_in_row(page, ("Sábana", self.company.name), quantity="10")
        self._type_in_row(page, ("Sábana", "Taller Dos"), quantity="8", maximum_quantity="10")
        self._type_in_row(page, ("Sábana", "Taller Tres"), quantity="5")
        self._type_in_row(page, ("Toalla", self.company.name), quantity="20")
        self._go_back(page)
        self.press(page, "action_send_requests")

    def _load(self, page, text):
        page.set_input_files(
            ".modal [name=file] input[type=file]",
            {"name": "pedidos.csv", "mimeType": "text/csv", "buffer": text.encode()},
        )
        self.settle(page)
        self.press(page, "action_import", ".modal")

    def _type_in_row(self, page, texts, **cells):
        row = ".o_data_row" + "".join(f":has-text('{text}')" for text in texts)
        for field, text in cells.items():
            page.click(f"{row} td[name={field}]")
            page.fill(f"{row}.o_selected_row td[name={field}] input", text)
        page.keyboard.press("Enter")
        self.settle(page)

    def _go_back(self, page):
        page.click(".o_breadcrumb a >> nth=-1")
        page.wait_for_selector(".o_form_view .o_form_sheet")
        self.settle(page)

    def _close(self, page):
        """23 sheets are asked: two dozens are ordered, as one member takes up to 10."""
        self.press(page, "action_close", confirm=True)
        row = "[name=product_ids] .o_data_row:has-text('Sábana')"
        self.assertEqual(page.inner_text(f"{row} td[name=requested_quantity]"), "23.00")
        self.assertEqual(page.inner_text(f"{row} td[name=consolidated_quantity]"), "24.00")

    def _ask_suppliers(self, page):
        page.click("button[name=action_open_quotation_wizard]:visible")
        page.wait_for_selector(".modal .o_form_view")
        for name in SUPPLIERS:
            self.choose(page, "partner_ids", name, ".modal")
        self.press(page, "action_request", ".modal")
        self.see(page, ".o_data_row", 3)
        self._go_back(page)
        page.click("a[name=quotations]")
        for texts, price in PRICES.items():
            self._type_in_row(page, texts, price_unit=price)
        page.click(".o_form_button_save:visible")
        self.settle(page)

    def _choose(self, page):
        """All from the first supplier, though two others together cost less."""
        page.click("a[name=comparison]")
        table = page.inner_text("[name=comparison_html]")
        for text in ("600.00", "576.00", "395.00", "1,000.00", "1,026.00", "1,019.00", "971.00"):
            self.assertIn(text, table)
        self.picture(page, "round_comparison")
        page.click("a[name=orders]")
        page.click(
            "[name=order_ids] .o_data_row:has-text('Proveedora Uno')"
            " button[name=action_choose_for_round]"
        )
        self.settle(page)
        page.click("a[name=quotations]")
        page.fill("[name=choice_reason] textarea", "Una sola entrega, y da treinta días.")
        self.press(page, "action_negotiate")
        self.press(page, "action_order", confirm=True)

    def _order_and_receive(self, page):
        """16 of the 24 sheets come first, and no towels; then the rest."""
        self.press(page, "action_receive")
        self._type_in_row(page, ("Sábana",), quantity="16")
        self._type_in_row(page, ("Toalla",), quantity="0")
        self.press(page, "action_receive", ".modal-footer")
        self.press(page, "action_receive")
        self.see(page, ".modal .o_data_row:has-text('Sábana'):has-text('8.00')", 1)
        self.press(page, "action_receive", ".modal-footer")
        self.see(page, ".o_arrow_button_current:has-text('Recibida')", 1)
        self.picture(page, "round_form")

    def _bill(self, page):
        self.press(page, "action_create_bills")
        page.wait_for_selector(".o_form_view [name=invoice_date]")
        self.type_date(page, "invoice_date", self.today.strftime("%d/%m/%Y"))
        page.fill("[name=l10n_latam_document_number] input", "F001-00000123")
        self.press(page, "action_post")
        self._go_back(page)

    def _see_savings(self, page):
        self.press(page, "action_distribute")
        self.see(page, ".o_arrow_button_current:has-text('Distribuida')", 1)
        self.press(page, "action_open_savings")
        page.wait_for_selector(".o_pivot_cell_value:has-text('156.00')")
        page.click(".o_switch_view.o_graph")
        page.wait_for_selector(".o_graph_renderer canvas")
        self.picture(page, "saving_graph")

    # -- what the ledger says --------------------------------------------------------------------

    def _check_round(self, purchase_round):
        self.assertRecordValues(
            purchase_round,
            [{"state": "distributed", "title": "Blancos de la temporada", "bill_count": 1}],
        )
        order = purchase_round._get_orders()
        self.assertEqual(order.partner_id.name, "Proveedora Uno (ficticia)")
        self.assertEqual(len(purchase_round.order_ids), 3)
        sheets, towels = order.order_line.sorted("id")
        self.assertEqual(sheets.allocation_ids.mapped("delivered_quantity"), [10, 9, 5])
        self.assertEqual(towels.allocation_ids.mapped("delivered_quantity"), [20, 30])
        # 16 of 24 shared by 10, 9 and 5; then the rest of each
        deliveries = sheets.allocation_ids.delivery_ids.sorted("id")
        self.assertEqual(deliveries.mapped("quantity"), [7, 6, 3, 3, 3, 2])

    def _check_ledger(self, bill):
        self.assertRecordValues(
            bill, [{"state": "posted", "amount_untaxed": 1000, "amount_total": 1180}]
        )
        self.assertEqual(bill.l10n_latam_document_type_id.code, "01")
        own, second, third = self.network.member_ids.sorted("sequence")
        rows = {
            (row.kind, row.member_id): round(row.amount, 2)
            for row in bill.distribution_ids.filtered("amount")
        }
        self.assertEqual(
            {key: rows.get(key) for key in rows if key[0] == "expense"},
            {("expense", own): -410, ("expense", second): -225, ("expense", third): -365},
        )
        self.assertEqual(
            {key: rows.get(key) for key in rows if key[0] == "input_tax"},
            {
                ("input_tax", own): -73.8,
                ("input_tax", second): -40.5,
                ("input_tax", third): -65.7,
            },
        )
        entry = bill.attribution_move_ids
        accounts = entry.line_ids.filtered(
            lambda line: line.account_id == self.network.member_receivable_account_id
        )
        self.assertEqual(
            {line.partner_id: line.balance for line in accounts},
            {self.workshops[0]: 265.5, self.workshops[1]: 430.7},
        )
        cost = (bill | entry).line_ids.filtered(
            lambda line: line.account_id == self.expense_account
        )
        self.assertEqual(sum(cost.mapped("balance")), 410)  # only our own part

    def _check_savings(self, purchase_round):
        savings = self.env["business.network.purchase.saving"].search(
            [("round_id", "=", purchase_round.id)]
        )
        by_member = savings.grouped("member_id")
        self.assertEqual(
            {
                member.partner_id: (
                    sum(found.mapped("reference_amount")),
                    sum(found.mapped("joint_amount")),
                    sum(found.mapped("saving")),
                )
                for member, found in by_member.items()
            },
            {
                self.company.partner_id: (460, 410, 50),
                self.workshops[0]: (261, 225, 36),
                self.workshops[1]: (435, 365, 70),
            },
        )
