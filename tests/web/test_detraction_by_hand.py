"""A detraction by hand: the members are paid less, the deposit is recorded with its certificate."""

from tests.deduction_case import DeductionCase
from tests.web.browser import BrowserCase


class TestDetractionByHand(BrowserCase, DeductionCase):
    """B and C sew for S/ 1,180.00 each: 118.00 of either is kept back for its account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        admin = cls.env.ref("base.user_admin")
        cls.env = cls.env(context=dict(cls.env.context, lang=admin.lang))
        cls.network.write(
            {
                "name": "Red Textil del Sur (ficticia)",
                "manager_id": admin.id,
                "l10n_pe_detraction_type_id": cls.sewing.id,
            }
        )

    def set_up_once(self):
        super().set_up_once()
        self.settlement = self._post_share(1000)
        for number, partner in enumerate((self.partner_b, self.partner_c), start=1):
            self._give_account(partner, f"00-741-00000{number}")
        self.env.flush_all()

    def test_from_paying_the_members_to_the_certificate(self):
        with self.browser() as page:
            self.log_in(page)
            self._pay_members(page)
            self._record_deposit(page)
            self.open_record(page, self._line(self.settlement).document_id)
            self.picture(page, "detraction_bill")
        self._check_books()

    def _pay_members(self, page):
        self.open_record(page, self.settlement)
        page.click(".o_statusbar_buttons button:has-text('Pagar a los socios')")
        page.wait_for_selector(".modal .o_form_view")
        self.settle(page)
        self.picture(page, "detraction_pay")
        page.click(".modal-footer button.btn-primary:visible")
        self.see(page, ".modal", 0)

    def _record_deposit(self, page):
        self.open_menu(page, "Liquidaciones", "Detracciones")
        self.see(page, ".o_data_row", 2)
        self.picture(page, "detractions")
        page.click("thead .o_list_record_selector input")
        page.click("button:has-text('Registrar el depósito'):visible")
        page.wait_for_selector(".modal [name=line_ids] .o_data_row")
        for place, number in enumerate(("102938475", "102938476")):
            self.type_in_row(page, ".modal [name=line_ids] .o_data_row", place, "number", number)
        self.picture(page, "detraction_deposit")
        self.press(page, "action_record", ".modal-footer")
        self.open_menu(page, "Liquidaciones", "Detracciones")
        page.wait_for_selector(".o_view_nocontent_smiling_face")

    def _check_books(self):
        self.env.invalidate_all()
        for member in (self.member_b, self.member_c):
            bill = self._line(self.settlement, member).document_id
            self.assertEqual(bill.amount_residual, 0)
            self.assertEqual(bill.l10n_pe_detraction_state, "deposited")
            self.assertEqual(bill.l10n_pe_deposit_id.line_ids.filtered("debit").debit, 118)
        self.assertEqual(self._balance(self.kept_account), 0)
