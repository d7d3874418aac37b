"""Peru: three percent of VAT withheld of members' bills."""

from odoo import Command
from odoo.exceptions import UserError

from tests.deduction_case import DeductionCase


class TestWithholding(DeductionCase):
    def setUp(self):
        super().setUp()
        self.company.l10n_pe_withholds_vat = True

    def test_three_percent_is_kept_back(self):
        settlement = self._post_share(1000)
        bill = self._line(settlement).document_id
        payment = self._pay(settlement)
        self._assert_posted(
            payment,
            (self.bank.default_account_id, -1144.60),
            (self.vat_account, -35.40),
            (bill.line_ids.filtered(lambda i: i.display_type == "payment_term").account_id, 1180),
        )
        self.assertEqual(bill.amount_residual, 0)
        self.assertFalse(bill.l10n_pe_detraction_state)
        self.assertEqual(self._line(settlement).l10n_pe_kept_back, 35.40)

    def test_whom_nothing_is_withheld_from(self):
        for label, base, spoil in (
            ("no agent", 1000, lambda: self.company.write({"l10n_pe_withholds_vat": False})),
            (
                "an agent or good taxpayer itself",
                1000,
                lambda: self.partner_b.write({"l10n_pe_vat_not_withheld": True}),
            ),
            ("no VAT", 1000, lambda: self.member_b.write({"documents_untaxed": True})),
            ("the threshold", 593.22, lambda: None),
        ):
            with self.subTest(label), self.cr.savepoint() as savepoint:
                spoil()
                settlement = self._post_share(base)
                bill = self._line(settlement).document_id
                self.assertEqual(self._pay(settlement).amount, bill.amount_total)
                self.assertEqual(self._balance(self.vat_account, self.partner_b), 0)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_bill_with_a_detraction_bears_no_withholding(self):
        self.network.l10n_pe_detraction_type_id = self.sewing
        payment = self._pay(self._post_share(1000))
        self.assertEqual(payment.amount, 1062)
        self.assertEqual(self._balance(self.vat_account), 0)

    def test_parts_of_odd_cents_add_up(self):
        bill = self._line(self._post_share(1000.01)).document_id
        self.assertEqual(bill.amount_total, 1180.01)
        kept = [self._pay_by_hand(bill, part).l10n_pe_kept_back for part in (500.50, 333.17)]
        kept.append(self._pay_by_hand(bill).l10n_pe_kept_back)
        self.assertEqual(kept, [15.02, 9.99, 10.39])
        self.assertEqual(self._balance(self.vat_account, self.partner_b), -35.40)
        self.assertEqual(bill.amount_residual, 0)
        self.assertFalse(self._kept_items(bill))

    def test_an_installment_bears_its_own_part(self):
        half = {"value": "percent", "value_amount": 50}
        term = self.env["account.payment.term"].create(
            {
                "name": "Dos cuotas",
                "line_ids": [
                    Command.create({**half, "nb_days": 0}),
                    Command.create({**half, "nb_days": 60}),
                ],
            }
        )
        vals = self._prepare_document("in_invoice", [1000], invoice_payment_term_id=term.id)
        members = self.member_b | self.member_c
        bills = self.env["account.move"].create(
            [
                {**vals, "partner_id": member.partner_id.id, "network_member_id": member.id}
                for member in members
            ]
        )
        bills.action_post()
        date = bills[:1].date
        first = self._pay_by_hand(bills, payment_date=date)
        self.assertEqual(first.mapped("l10n_pe_kept_back"), [17.70, 17.70])
        self.assertEqual(bills.mapped("amount_residual"), [590, 590])
        second = self._pay_by_hand(bills, payment_date=date)
        self.assertEqual(second.mapped("l10n_pe_kept_back"), [17.70, 17.70])
        self.assertEqual(bills.mapped("amount_residual"), [0, 0])

    def test_a_run_keeps_back_what_a_part_by_hand_left(self):
        settlement = self._post_share(1000)
        bill = self._line(settlement).document_id
        part = self._pay_by_hand(bill, 180)
        self.assertEqual((part.amount, part.l10n_pe_kept_back), (174.60, 5.40))
        payment = self._pay(settlement)
        self.assertEqual((payment.amount, payment.l10n_pe_kept_back), (970, 30))

    def test_reversing_takes_it_back(self):
        settlement = self._post_share(1000)
        before = self._ledger()
        self._pay(settlement)
        settlement.action_reverse_payments()
        self.assertEqual(self._ledger(), before)
        self.assertEqual(self._pay(settlement).amount, 1144.60)

    def test_no_account_is_refused(self):
        self.company.l10n_pe_withholding_account_id = False
        with self.assertRaisesRegex(UserError, "VAT Withholdings Payable"):
            self._pay(self._post_share(1000))
