"""A cooperative's bank: a fee is an expense of its own, and a donation its income."""

from odoo.exceptions import UserError

from tests.fund_bank_case import FundBankCase


class TestBankOfALegalPerson(FundBankCase):
    operating_form = "red_empresarial.operating_form_cooperative"

    def test_a_line_is_its_income_or_expense(self):
        income, expense = (
            self.env["account.account"].search([("account_type", "=", kind)], limit=1)
            for kind in ("income", "expense")
        )
        gift = self._state_line(80, "Donación")
        self._book(gift, income, "donation")
        fee = self._state_line(-3.5, "Comisión", date="2026-04-03")
        with self.assertRaisesRegex(UserError, "is of no kind yet"):
            self._book(fee, expense)
        fee.clean_reconcile()
        self._book(fee, expense, "expense")
        self.assertEqual(
            [(account, balance, kind) for account, _p, balance, kind in self._items(fee.move_id)],
            [(expense, 3.5, "expense"), (self.bank_account, -3.5, "expense")],
        )
        self.assertEqual(fee.move_id.line_ids.fund_id, self.fund)
        self.assertEqual(self._summary(), [76.5, 76.5, 0, 0, 0])
        self._check_ties()
        fee.unreconcile_bank_line()
        self.assertEqual(self._summary(), [80, 76.5, 0, 3.5, 0])
        self._check_ties()


class TestBankOfMembers(FundBankCase):
    def test_a_line_is_no_tax_of_the_company(self):
        account = self.vat_purchase.invoice_repartition_line_ids.account_id[:1]
        line = self._state_line(-18, "IGV")
        self._operate("donation", 100)
        with self.assertRaisesRegex(UserError, "income, expense or tax of the company"):
            self._book(line, account, "expense")
