"""The screens of advances, cash calls, deliveries and closing, as a new user opens them."""

from tests.web.browser import BrowserCase
from tests.web.season_case import SeasonCase

PHONE = {"width": 390, "height": 844}
ACTION = "red_empresarial.business_network"
WIDER_THAN_THE_PAGE = """() => [...document.querySelectorAll(
    "html, body, .o_action_manager, .o_content, .o_form_sheet, .o_control_panel"
)].filter(element => element.scrollWidth > element.clientWidth + 1)
  .map(element => `${element.tagName}.${element.className}`)"""
CUT_HEADS = """() => [...document.querySelectorAll("th[data-name] span.text-truncate")]
    .filter(element => element.offsetParent && element.scrollWidth > element.clientWidth + 1)
    .map(element => element.textContent)"""

LISTS = {
    "network-advances": (
        "Adelantos por liquidar",
        "Socio",
        "Saldo pendiente",
        "Confecciones Rosales",
    ),
    "network-payments": ("Pagos con socios", "Hilo para el pedido de marzo"),
    "network-cash-calls": ("Llamadas de fondos", "Número", "Vence el", "Cobrada en parte"),
    "network-invoicing-orders": ("Órdenes de facturación", "Operación", "Por declarar"),
    "network-redistributions": ("Redistribuciones", "Acuerdo equivocado", "REDIS/"),
    "network-deliveries": ("Entregas", "Entregado", "Rechazado", "Casaca"),
    "network-receptions": ("Recibido", "Rechazado", "Tela de algodón"),
    "network-settlements": ("Liquidaciones", "Le corresponde", "LIQ/"),
}


class TestSeasonScreens(SeasonCase):
    def _assert_shows(self, page, *texts):
        shown = page.inner_text("body")
        self.assertEqual([text for text in texts if text not in shown], [], page.url)

    def _pop_up(self, page, record, button, *texts):
        """Open a wizard from a record's form and read it."""
        self.open_record(page, record)
        self.settle(page)
        page.click(f"{button} >> visible=true >> nth=0")
        page.wait_for_selector(".modal .o_form_view")
        self.settle(page)
        self._assert_shows(page, *texts)

    def test_lists_say_in_spanish_what_they_hold(self):
        cut = {}
        with self.browser() as page:
            self.log_in(page)
            for path, texts in LISTS.items():
                self.open_action(page, path, ".o_data_row, .o_group_header")
                self._assert_shows(page, *texts)
                cut[path] = page.evaluate(CUT_HEADS)
                if path in ("network-cash-calls", "network-deliveries"):
                    self.picture(page, path.removeprefix("network-").replace("-", "_"))
            self.open_action(page, "network-deliveries")
            page.click(".o_switch_view.o_kanban")
            self.see(page, ".o_kanban_record:has-text('ENT/')", 3)
        del cut["network-payments"]  # the list of core
        self.assertEqual({path: heads for path, heads in cut.items() if heads}, {})

    def test_wizards_open_filled_in(self):
        with self.browser() as page:
            self.log_in(page)
            self._pop_up(
                page,
                self.network,
                "button:has-text('Pagar un adelanto')",
                "Tope de adelantos",
                "su próxima liquidación lo compensa",
            )
            self.assertEqual(page.input_value(".modal [name=network_id] input"), self.network.name)
            self.assertTrue(page.input_value(".modal [name=journal_id] input"))
            self.picture(page, "advance_wizard")
            self._pop_up(
                page,
                self.call,
                "button[name=action_open_collection_wizard]",
                "Cobrar a los socios",
                "Llamada de fondos",
                "Paga ahora",
                "450.00",
            )
            self._pop_up(
                page,
                self.invoice,
                "button:has-text('Castigar')",
                "Castigar factura conjunta",
                "Cuenta de pérdida",
                "11,800.00",
            )
            self.assertTrue(page.input_value(".modal [name=account_id] input"))
            self._pop_up(
                page,
                self.settlement,
                "button[name=action_open_payment_wizard]",
                "Pagar a los socios",
                "Le corresponde",
            )
            self._pop_up(
                page,
                self.sale_order,
                "button:has-text('Repartir…')",
                "Pesos del acuerdo",
                "Capacidad de cada socio",
                "Sin asignar",
            )
            self.picture(page, "share_out")

    def test_opening_balances_take_all_members(self):
        with self.browser() as page:
            self.log_in(page)
            self.open_action(page, f"{ACTION}_opening_action", ".modal .o_form_view")
            self.choose(page, "network_id", "Red Textil", ".modal")
            page.click(".modal button[name=action_add_members]")
            self.see(page, ".modal [name=line_ids] .o_data_row", 2)
            self._assert_shows(page, "Se le debe al socio", "Debe el socio", "Cuenta de apertura")
            self.assertEqual(page.evaluate(CUT_HEADS), [])

    def test_the_month_is_checked(self):
        with self.browser() as page:
            self.log_in(page)
            self.open_action(page, "network-month-end")
            self.choose(page, "network_id", "Red Textil")
            self.type_date(page, "date", "30/04/2026")
            self.press(page, "action_check")
            self._assert_shows(
                page,
                "por atender antes de cerrar el mes",
                "Documentos conjuntos en borrador",
                "Llamadas de fondos vencidas",
                "Qué hacer",
            )
            self.see(page, "[name=remedy]:text-is('0')", 0)
            self.picture(page, "month_end")

    def test_the_statement_waits_for_a_network_and_shows_advances(self):
        with self.browser() as page:
            self.log_in(page)
            self.open_action(page, f"{ACTION}_member_statement_action")
            self.assertNotIn("business.network", page.inner_text(".o_form_sheet"))
            self.see(page, "button[name=action_print]:visible", 0)
            self.choose(page, "network_id", "Red Textil")
            page.click("[name=date_from] :is(input, button) >> nth=0")
            page.fill("[name=date_from] input >> nth=0", "01/03/2026")
            page.keyboard.press("Tab")
            self.settle(page)
            page.keyboard.press("Escape")
            page.wait_for_selector(".o_network_statement :text('Pasajes a la feria')")
            self._assert_shows(page, "Estado de cuenta del socio", "Confecciones Rosales")

    def test_the_netting_act_names_what_it_compensates(self):
        act = self.settlement.line_ids[1]._get_netting_act()
        labels = [document["label"] for document in act["documents"]]
        self.assertEqual(
            labels[:3],
            ["Saldo de apertura", "Pagado por llamada de fondos", "Adelanto o pago a cuenta"],
        )

    def test_the_settlement_shows_what_it_nets(self):
        with self.browser() as page:
            self.log_in(page)
            self.open_record(page, self.settlement)
            self.settle(page)
            self._assert_shows(page, "Base de liquidación", "Acta de compensación")
            self.assertEqual(page.evaluate(CUT_HEADS), [])
            page.click("a[name=netted_items]")
            self.see(page, "[name=netted_item_ids] .o_data_row", 5)
            self._assert_shows(page, "Saldo de apertura", "Pagado por llamada de fondos")
            self.picture(page, "settlement_netted")

    def test_members_documents_are_declared_one_by_one(self):
        with self.browser() as page:
            self.log_in(page)
            self.open_record(page, self.apart_settlement)
            page.click("a[name=invoicing_orders]")
            self.see(page, "[name=invoicing_order_ids] .o_data_row", 3)
            self.assertEqual(page.evaluate(CUT_HEADS), [])
            self.picture(page, "invoicing_orders")
            page.click("[name=invoicing_order_ids] button[name=action_open_declaration] >> nth=0")
            page.wait_for_selector(".modal .o_form_view")
            self._assert_shows(page, "Número del documento", "Cliente o proveedor", "3,540.00")

    def test_receptions_are_opened_from_the_purchase(self):
        with self.browser() as page:
            self.log_in(page)
            self.open_record(page, self.purchase_order)
            page.click("button[name=action_open_receptions] >> visible=true")
            self.see(page, ".o_data_row", 2)
            page.click(".o_data_row .o_data_cell >> nth=0")
            page.wait_for_selector(".o_form_view .o_form_sheet")
            self.settle(page)
            self._assert_shows(page, "Recibido", "Tela de algodón")
            self.assertNotIn("Nota de entrega", page.inner_text(".o_form_view"))

    def test_on_a_phone(self):
        records = {
            "sale_order": self.sale_order,
            "call": self.call,
            "settlement": self.settlement,
            "apart": self.apart_settlement,
            "redistribution": self.redistribution,
        }
        wide = {}
        with self.browser() as page:
            page.set_viewport_size(PHONE)
            self.log_in(page)
            self.open_action(page, "business-networks", ".o_kanban_record")
            card = page.locator(".o_kanban_record:has-text('Red Textil')").bounding_box()
            self.assertLess(card["x"] + card["width"], PHONE["width"] + 1)
            self.assertLess(card["y"] + card["height"], PHONE["height"])
            self.picture(page, "network_kanban_phone")
            for path in ("network-month-end", *LISTS):
                self.open_action(page, path)
                wide[path] = page.evaluate(WIDER_THAN_THE_PAGE)
            for name, record in records.items():
                self.open_record(page, record)
                wide[name] = page.evaluate(WIDER_THAN_THE_PAGE)
                if name == "sale_order":
                    self.picture(page, "sale_order_phone")
        self.assertEqual({name: found for name, found in wide.items() if found}, {})


class TestEmptyScreens(BrowserCase):
    """A user who has nothing yet reads what the screen is for, in Spanish."""

    def test_empty_lists_explain_themselves(self):
        expected = {
            "network-advances": "Ningún socio tiene adelantos",
            "network-payments": "Aún no hay pagos a cuenta con socios",
            "network-cash-calls": "Pida aportes a los socios",
            "network-invoicing-orders": "Ningún socio tiene nada que facturar",
            "network-redistributions": "No se han corregido participaciones",
            "network-deliveries": "Todavía no hay entregas",
        }
        self.assertFalse(self.env["business.network"].search_count([]), "a database of its own")
        with self.browser() as page:
            self.log_in(page)
            for path, text in expected.items():
                self.open_action(page, path, f".o_view_nocontent:has-text('{text}')")
