"""A fund over a year by hand: a raffle, a loan and its instalment, a new treasurer, an exit."""

from dateutil.relativedelta import relativedelta
from odoo import fields

from tests.fund_case import FundCase
from tests.web.browser import BrowserCase


class TestFundLifeByHand(BrowserCase, FundCase):
    """Two members put in 300 and 200; a raffle brings 80, a loan of 100 is half repaid with 2 %."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        admin = cls.env.ref("base.user_admin")
        cls.env = cls.env(context=dict(cls.env.context, lang=admin.lang))
        cls.network.write({"name": "Red Textil del Sur (ficticia)", "manager_id": admin.id})
        cls.today = fields.Date.context_today(cls.company)
        cls.fund.unlink()
        cls.fund = cls._create_fund(
            "Fondo de aportaciones", kind="contributions", loan_rate=2, loan_method="principal"
        )
        cls.successor = cls._create_partner("Tesorero Juan", "20600000048")
        cls._put_in(cls.partner_b, 300)
        cls._put_in(cls.partner_c, 200)
        cls.env.flush_all()

    @classmethod
    def _put_in(cls, partner, amount):
        cls.env["business.network.fund.operation"].create(
            {
                "fund_id": cls.fund.id,
                "operation": "opening",
                "amount": amount,
                "date": cls._day(-70),
                "concept": "Saldo de apertura",
                "partner_id": partner.id,
                "journal_id": cls.cash_box.id,
            }
        ).post()

    @classmethod
    def _day(cls, days):
        return cls.today + relativedelta(days=days)

    def _written(self, days):
        return self._day(days).strftime("%d/%m/%Y")

    def test_a_year_of_the_fund(self):
        with self.browser() as page:
            self.log_in(page)
            self._raffle(page)
            self._lend(page)
            self._collect_instalment(page)
            self._hand_over(page)
            self._leave(page)
        self._check_books()

    # -- what the treasurer types and clicks -------------------------------------------------------

    def _raffle(self, page):
        self.open_menu(page, "Fondo", "Actividades para recaudar")
        self.press_new(page)
        page.fill("[name=name] :is(input, textarea)", "Rifa del Día de la Madre")
        self.choose(page, "fund_id", "aportaciones")
        self.type_date(page, "date", self._written(-60))
        self.choose(page, "responsible_id", "Taller B")
        self._type_event_line(page, "Ingreso", "Boletos vendidos", "120")
        self._type_event_line(page, "Costo", "Canasta de premios", "40")
        self.picture(page, "fund_event")
        self.press(page, "action_hold")
        self.press(page, "action_post")
        self.see(page, ".o_statusbar_status .o_arrow_button_current[data-value=posted]", 1)

    def _type_event_line(self, page, kind, concept, amount):
        page.click("[name=line_ids] .o_field_x2many_list_row_add a >> nth=0")
        page.wait_for_selector("[name=line_ids] .o_selected_row")
        self.select(page, "kind", kind, "[name=line_ids] .o_selected_row")
        page.fill("[name=line_ids] .o_selected_row td[name=concept] input", concept)
        page.fill("[name=line_ids] .o_selected_row td[name=amount] input", amount)
        self.choose(page, "journal_id", "Caja del fondo", "[name=line_ids] .o_selected_row")

    def _lend(self, page):
        self.open_menu(page, "Fondo", "Préstamos a socios")
        self.press_new(page)
        self.choose(page, "fund_id", "aportaciones")
        self.choose(page, "member_id", "Taller C")
        page.fill("[name=purpose] input", "Hilo para el pedido de invierno")
        page.fill("[name=amount] input", "100")
        page.fill("[name=instalment_count] input", "2")
        self.type_date(page, "date_first", self._written(-10))
        self.type_date(page, "date", self._written(-40))
        self.press(page, "action_request")
        self.press(page, "action_approve")
        self.choose(page, "journal_id", "Caja del fondo")
        self.type_date(page, "date_paid", self._written(-40))
        self.press(page, "action_pay")
        self.see(page, "[name=instalment_ids] .o_data_row", 2)
        self.picture(page, "fund_loan")

    def _collect_instalment(self, page):
        """The night's work asks for what is due; the treasurer receives it from the loan."""
        self.env.invalidate_all()
        loan = self.env["business.network.fund.loan"].search([("fund_id", "=", self.fund.id)])
        instalments = self.env["business.network.fund.loan.instalment"]
        instalments.search(instalments._get_due_domain(self.today))._ask_due(self.today)
        self.env.flush_all()
        self.open_record(page, loan)
        page.click(".o_statusbar_buttons button:has-text('Recibir')")
        page.wait_for_selector(".modal .o_form_view")
        self.settle(page)
        self.picture(page, "fund_receive")
        self.press(page, "action_receive", ".modal-footer")
        self.open_record(page, loan)
        self.see(page, "[name=instalment_ids] .o_data_row td[name=status]:has-text('Pagado')", 1)

    def _hand_over(self, page):
        self.open_menu(page, "Fondo", "Cambios de tesorero")
        self.press_new(page)
        self.choose(page, "fund_id", "aportaciones")
        self.choose(page, "entering_id", "Tesorero Juan")
        page.click(".o_form_button_save")
        self.settle(page)
        page.click("[name=box_ids] .o_data_row:has-text('Caja') button[name=action_count]")
        page.wait_for_selector(".modal [name=count_ids] .o_data_row")
        for place, quantity in ((0, "2"), (1, "1"), (4, "3"), (6, "1")):  # 2 of 200, 1 of 100, …
            self.type_in_row(
                page, ".modal [name=count_ids] .o_data_row", place, "quantity", quantity
            )
        self.picture(page, "fund_handover_count")
        page.click(".modal-footer button.btn-primary")
        self.see(page, ".modal", 0)
        self.press(page, "action_give")
        self.picture(page, "fund_handover")
        self.press(page, "action_receive", confirm=True)
        self.see(page, ".o_statusbar_status .o_arrow_button_current[data-value=done]", 1)

    def _leave(self, page):
        self.open_menu(page, "Fondo", "Socios que se retiran")
        self.press_new(page)
        self.choose(page, "member_id", "Taller C")
        page.fill("[name=reason] input", "Se muda a Arequipa")
        self.press(page, "action_compute")
        self.see(page, "[name=line_ids] .o_data_row", 1)
        self.picture(page, "fund_exit")
        self.press(page, "action_post", confirm=True)
        self.see(page, ".o_statusbar_status .o_arrow_button_current[data-value=posted]", 1)

    def _check_books(self):
        """500 put in, 80 of the raffle, 3 of interest (1 of this month), less 200 for C."""
        self.env.invalidate_all()
        self.assertEqual(self._summary(), [383, 383, 0, 0, 0])
        self.assertEqual(self.fund.get_ties(), [])
        self.assertEqual(self.member_c.date_to, self.today)
        self.assertEqual(self.fund._get_treasurer(self._day(1)), self.successor)
        act = self.env["business.network.fund.handover"].search([("fund_id", "=", self.fund.id)])
        page, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial_fund.report_fund_handover", act.ids
        )
        self.assertIn("Tesorero Juan", page.decode())
