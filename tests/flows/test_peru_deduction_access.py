"""Peru: who changes rates, pays and deposits, and what each company sees."""

from odoo import Command
from odoo.exceptions import AccessError, UserError

from tests.deduction_case import DeductionCase


class TestDeductionAccess(DeductionCase):
    def setUp(self):
        super().setUp()
        self.network.l10n_pe_detraction_type_id = self.sewing
        self.settlement = self._post_share(1000)
        self.bill = self._line(self.settlement).document_id

    def _create_user(self, login, *groups, company=None):
        company = company or self.company
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.set(
                        [self.env.ref(xml_id).id for xml_id in ("base.group_user", *groups)]
                    )
                ],
            }
        )

    def test_who_changes_rates(self):
        rate = self.sewing.rate_ids
        manager = self._create_user("gestora", "red_empresarial.group_network_manager")
        accountant = self._create_user("contadora", "account.group_account_manager")
        self.assertEqual(rate.with_user(manager).rate, 10)
        with self.assertRaises(AccessError):
            rate.with_user(manager).rate = 5
        rate.with_user(accountant).rate = 5
        self.env.invalidate_all()
        self.assertEqual(self.bill.l10n_pe_detraction_amount, 59)

    def test_a_manager_without_accounting_pays_and_sees_what_was_kept_back(self):
        manager = self._create_user("gestora", "red_empresarial.group_network_manager")
        self.network.manager_id = manager
        settlement = self.settlement.with_user(manager)
        self.env.invalidate_all()
        self.assertEqual(self._line(settlement).l10n_pe_to_keep_back, 118)
        payments = settlement.pay_members(self.bank.sudo(), self._date("2026-04-05"))
        self.assertEqual(sum(payments.sudo().mapped("amount")), 2 * 1062)
        self.env.invalidate_all()
        line = self._line(settlement)
        self.assertEqual(line.l10n_pe_kept_back, 118)
        with self.assertRaises(AccessError):
            self.env["l10n_pe.detraction.deposit"].with_user(manager).create(
                {"company_id": self.company.id}
            )

    def test_a_biller_deposits(self):
        biller = self._create_user("facturadora", "account.group_account_invoice")
        self._give_account(self.partner_b)
        self._pay(self.settlement)
        items = self._kept_items(self.bill).with_user(biller)
        deposit = self._deposit(items, "1001")
        self.assertEqual(deposit.create_uid, biller)
        self.assertEqual(deposit.state, "posted")

    def test_each_company_keeps_its_own(self):
        other = self._create_company("Otra líder SAC", "20600000048")
        self.assertFalse(other.l10n_pe_detraction_account_id)
        other._ensure_deduction_accounts()
        self.assertNotEqual(other.l10n_pe_detraction_account_id, self.kept_account)
        self._pay(self.settlement)
        stranger = self._create_user("ajena", "account.group_account_invoice", company=other)
        items = self._kept_items(self.bill)
        self.assertFalse(
            self.env["account.move.line"].with_user(stranger).search([("id", "in", items.ids)])
        )
        with self.assertRaises(AccessError):
            self._deposit(items.with_user(stranger), "1001")
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", other.id)], limit=1
        )
        self._give_account(self.partner_b, "00-3")
        with self.assertRaises(UserError):
            self._deposit(items, "1001", journal_id=bank.id)
