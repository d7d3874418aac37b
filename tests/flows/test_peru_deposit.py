"""Peru: deposits of what was kept back, with their certificates."""

import re

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from tests.deduction_case import DeductionCase


class TestDepositOnScreen(DeductionCase):
    def test_a_document_whose_deposit_was_shown_can_change_its_date(self):
        """As the form does: it reads what is shown, then confirming sets the invoice date."""
        invoice = self._create_document("out_invoice", [100], post=False, invoice_date=False)
        self.assertFalse(invoice.l10n_pe_bill_deposit_date)
        self.assertFalse(invoice.line_ids.mapped("l10n_pe_deposit_date")[0])
        invoice.action_post()
        self.assertEqual(invoice.invoice_date, fields.Date.context_today(invoice))


class TestDeposit(DeductionCase):
    def setUp(self):
        super().setUp()
        self.network.l10n_pe_detraction_type_id = self.sewing
        self.settlement = self._post_share(1000)
        self.bill = self._line(self.settlement).document_id
        self.other_bill = self._line(self.settlement, self.member_c).document_id
        self._pay(self.settlement)
        self.item = self._kept_items(self.bill)
        self.other_item = self._kept_items(self.other_bill)

    def _states(self):
        self.env.invalidate_all()
        return [bill.l10n_pe_detraction_state for bill in (self.bill, self.other_bill)]

    def test_the_list_shows_what_waits(self):
        action = self.env.ref("l10n_pe_red_empresarial.detraction_action")
        domain = safe_eval(action.domain)
        Item = self.env["account.move.line"]
        self.assertEqual(Item.search(domain), self.item | self.other_item)
        self._give_account(self.partner_b)
        self._deposit(self.item, "1001")
        self.assertEqual(Item.search([*domain, ("reconciled", "=", False)]), self.other_item)
        self.assertEqual(self.item.l10n_pe_deposit_number, "1001")
        self.assertEqual(self.item.l10n_pe_detraction_state, "deposited")

    def test_two_deposits_clear_what_was_kept_back(self):
        accounts = self._give_account(self.partner_b), self._give_account(self.partner_c, "00-2")
        deposits = self._deposit(self.item | self.other_item, "1001", " 1002 ")
        self.assertRecordValues(
            deposits,
            [
                {
                    "state": "posted",
                    "l10n_pe_deposit_number": number,
                    "l10n_pe_deposit_bank_id": account.id,
                    "date": fields.Date.to_date("2026-04-10"),
                    "network_id": False,
                }
                for number, account in zip(("1001", "1002"), accounts, strict=True)
            ],
        )
        self.assertRecordValues(
            deposits[0].line_ids.sorted("balance"),
            [
                {"account_id": self.bank.default_account_id.id, "balance": -118},
                {"account_id": self.kept_account.id, "balance": 118},
            ],
        )
        self.assertEqual(self._states(), ["deposited", "deposited"])
        self.assertEqual(self._balance(self.kept_account), 0)
        self.assertRecordValues(
            self.bill,
            [
                {
                    "l10n_pe_bill_deposit_number": "1001",
                    "l10n_pe_bill_deposit_date": fields.Date.to_date("2026-04-10"),
                    "l10n_pe_deposit_id": deposits[0].id,
                }
            ],
        )

    def test_the_window_lists_what_was_chosen(self):
        account = self._give_account(self.partner_b)
        context = {"active_model": "account.move.line", "active_ids": self.item.ids}
        wizard = Form(self.env["l10n_pe.detraction.deposit"].with_context(**context))
        with wizard.line_ids.edit(0) as line:
            self.assertEqual((line.amount, line.partner_bank_id), (118, account))
            line.number = "1001"
        wizard.date = "2026-04-10"
        wizard.save().action_record()
        self.assertEqual(self._states()[0], "deposited")

    def test_the_receipt_says_what_was_kept_back(self):
        html = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_payment_receipt", self.item.move_id.origin_payment_id.ids
        )[0]
        self.assertIn(f"Detraction of {self.bill.name}", str(html))

    def test_a_second_deposit_is_refused_by_the_first_ones_number(self):
        self._give_account(self.partner_b)
        self._deposit(self.item, "1001")
        with self.assertRaisesRegex(UserError, "Taller B is deposited already.*1001"):
            self._deposit(self.item, "1003")
        self.assertEqual(len(self._kept_items(self.bill, "deposit")), 1)

    def test_a_deposit_that_was_unreconciled_still_counts(self):
        self._give_account(self.partner_b)
        deposit = self._deposit(self.item, "1001")
        self.item.remove_move_reconcile()
        with self.assertRaisesRegex(UserError, "Taller B is deposited already.*1001"):
            self._deposit(self.item, "1003")
        with self.assertRaisesRegex(UserError, f"1001. Reverse the deposit {deposit.name}"):
            self.settlement.action_reverse_payments()
        self.assertEqual(self._balance(self.kept_account, self.partner_b), 0)

    def test_a_list_with_a_detraction_twice_or_of_another_company_is_refused(self):
        self._give_account(self.partner_b)
        other = self._create_company("Otra líder SAC", "20600000048")
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", other.id)], limit=1
        )
        for label, company, journal, numbers in (
            ("twice", self.company, self.bank, ("1", "2")),
            ("another company", other, bank, ("3",)),
        ):
            deposit = self.env["l10n_pe.detraction.deposit"].create(
                {
                    "company_id": company.id,
                    "journal_id": journal.id,
                    "date": "2026-04-10",
                    "line_ids": [
                        Command.create({"item_id": self.item.id, "number": number})
                        for number in numbers
                    ],
                }
            )
            with (
                self.subTest(label),
                self.assertRaisesRegex(
                    UserError, f"Taller B is in the list.*{re.escape(company.name)}"
                ),
            ):
                deposit.record_deposits()
        self.assertEqual(self._balance(self.kept_account, self.partner_b), -118)

    def test_what_is_missing_is_named(self):
        with self.assertRaisesRegex(UserError, "known of Taller B.*Banco de la Nación"):
            self._deposit(self.item, "1001")
        self._give_account(self.partner_b)
        self._give_account(self.partner_c, "00-2")
        with self.assertRaisesRegex(UserError, f"number of the deposit.*{self.bill.name}"):
            self._deposit(self.item, "  ")
        with self.assertRaisesRegex(UserError, "certificate 5 is written more than once"):
            self._deposit(self.item | self.other_item, "5", "5")
        self._deposit(self.item, "6")
        with self.assertRaisesRegex(UserError, "certificate 6 is written more than once"):
            self._deposit(self.other_item, "6")
        dollars = self.env["account.journal"].create(
            {
                "name": "Dólares",
                "code": "BUSD",
                "type": "bank",
                "currency_id": self.env.ref("base.USD").id,
            }
        )
        with self.assertRaisesRegex(UserError, "Dólares cannot pay detractions"):
            self._deposit(self.other_item, "7", journal_id=dollars.id)
        with self.assertRaisesRegex(UserError, "no detraction that a posted payment kept back"):
            self._deposit(self.bill.line_ids[:1], "8")

    def test_reversing_the_deposit_opens_it_again(self):
        self._give_account(self.partner_b)
        deposit = self._deposit(self.item, "1001")
        self._reverse(deposit)
        self.assertEqual(self._states()[0], "kept")
        self.assertFalse(self.bill.l10n_pe_deposit_id)
        self.assertFalse(self.item.reconciled)
        self.assertEqual(self._balance(self.kept_account, self.partner_b), -118)
        again = self._deposit(self.item, "1001")
        self.assertEqual(self._states()[0], "deposited")
        again.button_draft()
        self.assertEqual(self._states()[0], "kept")

    def _reverse(self, entry):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=entry.ids)
            .create({"date": "2026-04-11", "journal_id": entry.journal_id.id, "reason": "Error"})
        )
        wizard.refund_moves()

    def test_a_payment_whose_detraction_is_deposited_is_not_undone(self):
        self._give_account(self.partner_b)
        deposit = self._deposit(self.item, "1001")
        with self.assertRaisesRegex(UserError, f"1001. Reverse the deposit {deposit.name}"):
            self.settlement.action_reverse_payments()
        with (
            self.assertRaisesRegex(UserError, "1001. Reverse the deposit"),
            self.cr.savepoint(),
        ):
            self.item.move_id.origin_payment_id.action_draft()
        self._reverse(deposit)
        self.settlement.action_reverse_payments()
        self.assertEqual(self._states(), ["pending", "pending"])
        with self.assertRaisesRegex(UserError, "Taller B is not kept back any more"):
            self._deposit(self.item, "1002")

    def test_a_bill_that_is_paid_is_not_undone_alone(self):
        with self.assertRaisesRegex(UserError, "LIQ|Reverse"):
            self.bill.button_draft()

    def test_bills_are_found_by_what_the_books_say(self):
        Move = self.env["account.move"]
        mine = [("id", "in", (self.bill | self.other_bill).ids)]
        self._give_account(self.partner_b)
        self._deposit(self.item, "1001")
        for states, expected in (
            (["pending", "kept"], self.other_bill),
            (["kept"], self.other_bill),
            (["deposited"], self.bill),
            (["pending"], Move),
            ([False], Move),
        ):
            with self.subTest(states):
                domain = [*mine, ("l10n_pe_detraction_state", "in", states)]
                self.assertEqual(Move.search(domain), expected)
        self.settlement_two = self._post_share(3000, "2026-04-30")
        waiting = self._line(self.settlement_two).document_id
        found = Move.search([("l10n_pe_detraction_state", "=", "pending")])
        self.assertIn(waiting, found)
        self.assertNotIn(self.bill, found)
