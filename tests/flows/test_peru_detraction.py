"""Peru: detractions kept back of members' bills, by each way of paying them."""

import re

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from tests.deduction_case import DeductionCase


class TestDetraction(DeductionCase):
    def setUp(self):
        super().setUp()
        self.network.l10n_pe_detraction_type_id = self.sewing

    def test_ten_percent_of_the_total_is_kept_back_and_the_rest_is_paid(self):
        settlement = self._post_share(1000)
        line = self._line(settlement)
        bill = line.document_id
        self.assertEqual((bill.amount_total, bill.l10n_pe_detraction_amount), (1180, 118))
        self.assertEqual(bill.l10n_pe_detraction_state, "pending")
        self.assertEqual((line.l10n_pe_kept_back, line.l10n_pe_to_keep_back), (0, 118))
        payment = self._pay(settlement)
        self.assertEqual((payment.amount, payment.l10n_pe_kept_back), (1062, 118))
        self._assert_posted(
            payment,
            (self.bank.default_account_id, -1062),
            (self.kept_account, -118),
            (bill.line_ids.filtered(lambda i: i.display_type == "payment_term").account_id, 1180),
        )
        self.env.invalidate_all()
        self.assertEqual((line.payment_state, line.l10n_pe_kept_back), ("done", 118))
        self.assertEqual(line.l10n_pe_to_keep_back, 0)
        self.assertEqual(bill.amount_residual, 0)
        self.assertEqual(bill.l10n_pe_detraction_state, "kept")
        self.assertEqual(self._balance(self.kept_account, self.partner_b), -118)

    def test_threshold_and_whole_soles(self):
        for label, base, total, detraction in (
            ("exactly the threshold", 593.22, 700.00, 0),
            ("a cent more", 593.23, 700.01, 70),
            ("rounded down", 1046.24, 1234.56, 123),
            ("the half goes up", 1046.61, 1235.00, 124),
            ("small", 100, 118, 0),
        ):
            with self.subTest(label), self.cr.savepoint() as savepoint:
                settlement = self._post_share(base)
                bill = self._line(settlement).document_id
                self.assertEqual(
                    (bill.amount_total, bill.l10n_pe_detraction_amount), (total, detraction)
                )
                payment = self._pay(settlement)
                self.assertAlmostEqual(payment.amount, total - detraction, 2)
                self.assertEqual(self._balance(self.kept_account, self.partner_b), -detraction)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_the_rate_of_the_bills_day_counts(self):
        self.sewing.rate_ids = [
            Command.create({"date_from": "2026-04-01", "rate": 12, "threshold": 1500})
        ]
        march = self._line(self._post_share(1000)).document_id
        april = self._line(self._post_share(2000, "2026-04-30")).document_id
        small = self._line(self._post_share(1000, "2026-05-31")).document_id
        self.assertEqual(
            [bill.l10n_pe_detraction_amount for bill in (march, april, small)], [118, 283, 0]
        )

    def test_the_member_and_the_products_say_otherwise(self):
        transport = self.env["l10n_pe.deduction.type"].create(
            {
                "code": "T27",
                "name": "Transporte",
                "rate_ids": [
                    Command.create({"date_from": "2020-01-01", "rate": 4, "threshold": 400})
                ],
            }
        )
        self.member_c.l10n_pe_detraction_type_id = transport
        settlement = self._post_share(1000)
        self.assertEqual(self._line(settlement).document_id.l10n_pe_detraction_amount, 118)
        other = self._line(settlement, self.member_c).document_id
        self.assertEqual(other.l10n_pe_detraction_amount, 47, "4 % of 1,180 is 47.20")
        products = self.env["product.product"].create(
            [
                {"name": name, "l10n_pe_detraction_type_id": deduction.id}
                for name, deduction in (("Flete", transport), ("Costura", self.sewing))
            ]
        )
        bill = self._create_member_bill([500, 500], products)
        self.assertEqual(bill.l10n_pe_detraction_type_id, self.sewing, "the highest rate")
        self.assertEqual(bill.l10n_pe_detraction_amount, 118, "of the whole bill")

    def _create_member_bill(self, amounts, products):
        vals = self._prepare_document(
            "in_invoice",
            amounts,
            partner_id=self.partner_b.id,
            network_member_id=self.member_b.id,
        )
        for command, product in zip(vals["invoice_line_ids"], products, strict=True):
            command[2]["product_id"] = product.id
        return self.env["account.move"].create(vals)

    def test_what_bears_none(self):
        for label, spoil in (
            ("no VAT", lambda: self.member_b.write({"documents_untaxed": True})),
            ("no type", lambda: self.network.write({"l10n_pe_detraction_type_id": False})),
            ("no rate yet", lambda: self.sewing.rate_ids.write({"date_from": "2026-12-01"})),
        ):
            with self.subTest(label), self.cr.savepoint() as savepoint:
                spoil()
                settlement = self._post_share(1000)
                bill = self._line(settlement).document_id
                self.assertEqual(bill.l10n_pe_detraction_state, False)
                self.assertEqual(self._pay(settlement).amount, bill.amount_total)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_cooperative_act_and_a_liquidacion_de_compra_bear_none(self):
        self.company.l10n_pe_withholds_vat = True
        dni = self.env.ref("l10n_pe.it_DNI")
        for partner, vat in ((self.partner_b, "40000001"), (self.partner_c, "40000002")):
            partner.write(
                {"is_company": False, "l10n_latam_identification_type_id": dni.id, "vat": vat}
            )
        for form in ("operating_form_leader_self_billed", "operating_form_cooperative"):
            with self.subTest(form):
                network = self._create_network(
                    form,
                    f"red_empresarial.{form}",
                    l10n_pe_detraction_type_id=self.sewing.id,
                )
                members = self._create_members(network, self.members.partner_id)
                self._create_agreement(network, members, (2, 1, 1))
                self._create_document("out_invoice", [8000], network=network)
                settlement = self._settle(network=network)
                drafts = settlement.line_ids.document_id.filtered(lambda m: m.state == "draft")
                drafts.action_post()
                bills = settlement.line_ids.document_id
                self.assertEqual(len(bills), 2)
                self.assertFalse(any(bills.mapped("l10n_pe_detraction_amount")))
                payments = settlement.pay_members(self.bank, self._date("2026-04-05"))
                self.assertEqual(sum(payments.mapped("amount")), sum(bills.mapped("amount_total")))

    def test_without_an_account_the_payment_is_refused_with_the_remedy(self):
        self.company.l10n_pe_detraction_account_id = False
        settlement = self._post_share(1000)
        with self.assertRaisesRegex(
            UserError, f"{re.escape(self.company.name)} lacks.*Detractions to Deposit.*Settings"
        ):
            self._pay(settlement)

    def test_accounts_are_found_or_made_once(self):
        self.assertTrue(self.vat_account.code.startswith("40114"))
        self.assertTrue(self.kept_account.code.startswith("4212"))
        self.assertEqual(
            (self.kept_account.account_type, self.kept_account.reconcile),
            ("liability_current", True),
        )
        self.company._ensure_deduction_accounts()
        self.assertEqual(self.company.l10n_pe_detraction_account_id, self.kept_account)

    def test_reversing_the_payment_takes_it_back_and_paying_again_keeps_it_again(self):
        settlement = self._post_share(1000)
        bill = self._line(settlement).document_id
        before = self._ledger()
        self._pay(settlement)
        settlement.action_reverse_payments()
        self.env.invalidate_all()
        self.assertEqual(self._ledger(), before)
        self.assertEqual(bill.l10n_pe_detraction_state, "pending")
        self._pay(settlement)
        self.env.invalidate_all()
        self.assertEqual(bill.l10n_pe_detraction_state, "kept")
        self.assertEqual(self._balance(self.kept_account, self.partner_b), -118)
        self.assertFalse(settlement.pay_members(self.bank, self._date("2026-04-06")))

    def test_a_bill_that_was_reversed_bears_none_any_more(self):
        settlement = self._post_share(1000)
        bill = self._line(settlement).document_id
        for number, line in enumerate(settlement.line_ids, start=1):
            line.reversal_number = f"E002-{number:08d}"
        settlement.action_reverse()
        self.env.invalidate_all()
        self.assertEqual(bill.payment_state, "reversed")
        self.assertFalse(bill.l10n_pe_detraction_state)
        waiting = [("id", "=", bill.id), ("l10n_pe_detraction_state", "=", "pending")]
        self.assertFalse(self.env["account.move"].search(waiting))

    def test_netting_does_not_change_it(self):
        self._create_document(
            "out_invoice",
            [200],
            partner_id=self.partner_b.id,
            network_member_id=self.member_b.id,
        )
        settlement = self._post_share(1000)
        payment = self._pay(settlement)
        self.assertEqual(payment.amount, 1180 - 236 - 118)
        self.assertEqual(self._balance(self.kept_account, self.partner_b), -118)

    def test_netting_that_leaves_the_detraction_alone_pays_nothing_to_the_bank(self):
        self._create_document(
            "out_invoice",
            [900],
            partner_id=self.partner_b.id,
            network_member_id=self.member_b.id,
        )
        settlement = self._post_share(1000)
        payment = self._pay(settlement)
        self.assertEqual((payment.amount, payment.l10n_pe_kept_back), (0, 118))
        self.assertEqual(self._line(settlement).payment_state, "done")
        self.assertEqual(self._balance(self.kept_account, self.partner_b), -118)
        settlement.action_reverse_payments()
        self.assertEqual(self._balance(self.kept_account, self.partner_b), 0)

    def test_netting_that_leaves_too_little_is_refused_before_anything_is_booked(self):
        self._create_document(
            "out_invoice",
            [950],
            partner_id=self.partner_b.id,
            network_member_id=self.member_b.id,
        )
        settlement = self._post_share(1000, post=False)
        with (
            self.assertRaisesRegex(UserError, "118.00.*Taller B.*59.00 to pay.*leave out"),
            self.cr.savepoint(),
        ):
            settlement.action_post()
        settlement.action_reset_to_draft()
        settlement.action_compute()
        self._number_documents(settlement)
        self._line(settlement).netted_item_ids.action_leave_out()
        settlement.action_approve()
        settlement.action_post()
        self.assertEqual(self._pay(settlement).amount, 1062)

    def test_a_bill_an_earlier_settlement_left_open_is_deducted_once(self):
        first = self._post_share(1000)
        second = self._post_share(2000, "2026-04-30")
        self.assertIn(self._line(first).document_id, self._line(second)._get_deducted_bills())
        payment = self._pay(second, date="2026-05-02")
        self.assertEqual(payment.amount, 1180 + 2360 - 118 - 236)
        for bill in self._line(second)._get_deducted_bills():
            self.assertEqual(bill._get_due_deductions(), [])

    def test_on_the_collected_basis_each_bill_bears_its_own(self):
        self.network.settlement_basis = "collected"
        sale = self._create_document("out_invoice", [8000])
        for number, (part, detraction) in enumerate(((4720, 118), (2000, 0), (2720, 0)), start=3):
            self._pay_by_hand(sale, part, payment_date=f"2026-0{number}-20")
            settlement = self._create_settlement(date_to=f"2026-0{number}-28")
            settlement.action_compute()
            self._number_documents(settlement)
            settlement.action_approve()
            settlement.action_post()
            bill = self._line(settlement).document_id
            payment = self._pay(settlement, date=f"2026-0{number}-28")
            self.assertEqual(
                (bill.l10n_pe_detraction_amount, payment.amount),
                (detraction, bill.amount_total - detraction),
                f"collected {part}",
            )

    def test_foreign_currency_keeps_back_soles_of_the_bills_day(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        dollar.rate_ids.unlink()
        for day, soles in (("2026-03-01", 3.8), ("2026-04-01", 3.7)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": dollar.id,
                    "company_id": self.company.id,
                    "name": day,
                    "inverse_company_rate": soles,
                }
            )
        settlement = self._post_share(339, currency_id=dollar.id)
        settlement_line = self._line(settlement)
        bill = settlement_line.document_id
        self.assertEqual((bill.amount_total, bill.currency_id), (400.02, dollar))
        soles = abs(bill.amount_total_signed)
        self.assertEqual(bill.l10n_pe_detraction_amount, round(soles / 10))
        payment = self._pay(settlement)
        item = self._kept_items(bill)
        self.assertEqual(item.balance, -bill.l10n_pe_detraction_amount)
        kept = dollar.round(bill.l10n_pe_detraction_amount * 400.02 / soles)
        self.assertEqual(item.amount_currency, -kept)
        self.assertAlmostEqual(payment.amount, 400.02 - kept, 2)
        self.assertEqual(settlement_line.payment_state, "done")
        self.assertEqual(self._balance(payment.destination_account_id, self.partner_b), 0)
        self._give_account(self.partner_b)
        self._deposit(item, "777")
        self.assertEqual(self._balance(self.kept_account), -self._kept_of_others(bill))
        self.assertTrue(item.reconciled)

    def _kept_of_others(self, bill):
        items = self.env["account.move.line"].search(
            [("l10n_pe_deduction", "=", "detraction"), ("l10n_pe_deducted_bill_id", "!=", bill.id)]
        )
        return -sum(items.mapped("balance"))

    def test_a_down_payment_is_paid_less_its_detraction(self):
        wizard = self.env["business.network.advance"].create(
            {
                "member_id": self.member_b.id,
                "amount": 1000,
                "journal_id": self.bank.id,
                "date": "2026-03-10",
                "document_number": "E001-00009001",
            }
        )
        payment = wizard.pay()
        self.assertEqual((payment.amount, payment.l10n_pe_kept_back), (1062, 118))
        bill = payment.reconciled_bill_ids
        self.assertEqual((bill.payment_state, bill.l10n_pe_detraction_state), ("paid", "kept"))
        settlement = self._post_share(2000)
        last = self._line(settlement).document_id
        self.assertEqual((last.amount_total, last.l10n_pe_detraction_amount), (1180, 118))
        self.assertEqual(self._pay(settlement).amount, 1062, "that of the down payment is kept")
        html = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial.report_network_receipt", payment.ids
        )[0]
        self.assertIn(f"Detraction of {bill.name}", str(html))

    def test_by_hand_the_first_payment_keeps_all_of_it_back(self):
        bill = self._line(self._post_share(1000)).document_id
        with self.assertRaisesRegex(UserError, "118.00.*Taller B.*100.00 is paid.*at least"):
            self._pay_by_hand(bill, 100)
        first = self._pay_by_hand(bill, 500)
        self.assertEqual((first.amount, first.l10n_pe_kept_back), (382, 118))
        self.assertEqual(bill.amount_residual, 680)
        second = self._pay_by_hand(bill)
        self.assertEqual((second.amount, second.l10n_pe_kept_back), (680, 0))
        self.assertEqual(bill.amount_residual, 0)

    def test_by_hand_the_window_shows_it_and_wants_the_currency_of_the_bill(self):
        bill = self._line(self._post_share(1000)).document_id
        context = {"active_model": "account.move", "active_ids": bill.ids}
        with Form(self.env["account.payment.register"].with_context(**context)) as wizard:
            self.assertEqual(wizard.l10n_pe_kept_back, 118)
        dollar = self.env.ref("base.USD")
        dollar.active = True
        with self.assertRaisesRegex(UserError, f"{bill.name}.*PEN"):
            self._pay_by_hand(bill, 300, currency_id=dollar.id)

    def test_a_part_of_several_bills_is_refused_and_all_of_them_are_paid(self):
        bills = self._line(self._post_share(1000)).document_id
        bills |= self._line(self._post_share(2000, "2026-04-30")).document_id
        with self.assertRaisesRegex(UserError, "each bill by itself"):
            self._pay_by_hand(bills, 1000, group_payment=True)
        payment = self._pay_by_hand(bills, group_payment=True)
        self.assertEqual((payment.amount, payment.l10n_pe_kept_back), (3540 - 354, 354))
        self.assertEqual(bills.mapped("amount_residual"), [0, 0])

    def test_the_detractions_account_is_not_where_the_rest_is_paid(self):
        self._give_account(self.partner_b, sequence=1)
        plain = self.env["res.partner.bank"].create(
            {"partner_id": self.partner_b.id, "acc_number": "191-1", "sequence": 9}
        )
        settlement = self._post_share(1000)
        self.assertEqual(self._line(settlement).document_id.partner_bank_id, plain)
        payment = self._pay(settlement)
        self.assertEqual(payment.partner_bank_id, plain)

    def test_the_type_of_a_bill_stays_once_it_is_kept_back(self):
        settlement = self._post_share(1000)
        bill = self._line(settlement).document_id
        bill.l10n_pe_detraction_type_id = False
        self.assertEqual(bill.l10n_pe_detraction_amount, 0)
        bill.l10n_pe_detraction_type_id = self.sewing
        self._pay(settlement)
        with self.assertRaisesRegex(UserError, "118.00.*Taller B.*Reverse that payment"):
            bill.l10n_pe_detraction_type_id = False
        with self.assertRaisesRegex(UserError, "does not change once it is posted"):
            self._kept_items(bill).l10n_pe_deduction = False

    def test_a_rate_corrected_later_changes_nothing_that_is_kept_back(self):
        settlement = self._post_share(1000)
        bill = self._line(settlement).document_id
        other = self._line(settlement, self.member_c).document_id
        self._pay_by_hand(bill, 500)
        self.sewing.rate_ids.rate = 12
        self.assertEqual((bill | other).mapped("l10n_pe_detraction_amount"), [118, 142])
        self.assertEqual(self._pay_by_hand(bill).l10n_pe_kept_back, 0)

    def test_a_draft_payment_that_keeps_back_is_not_rewritten(self):
        settlement = self._post_share(1000)
        bill = self._line(settlement).document_id
        payment = self._pay(settlement)
        payment.action_draft()
        with self.assertRaisesRegex(UserError, f"{bill.name}.*Cancel it and pay again"):
            payment.date = self._date("2026-04-06")
        payment.action_post()
        self.env.invalidate_all()
        self.assertEqual(bill.l10n_pe_detraction_state, "kept")
        self.assertEqual(self._kept_items(bill).balance, -118)

    def test_a_draft_bill_is_confirmed_before_something_is_kept_back(self):
        bill = self._create_member_bill([1000], [self.env["product.product"]])
        self.assertEqual(bill.l10n_pe_detraction_amount, 118)
        with self.assertRaisesRegex(UserError, "Confirm it before you pay it"):
            self._pay_by_hand(bill)

    def test_many_lines_are_read_at_once(self):
        settlements = self._post_share(1000) | self._post_share(2000, "2026-04-30")
        settlements |= self._post_share(3000, "2026-05-31")
        lines = settlements.line_ids.filtered("document_id")
        self.assertEqual(len(lines), 6)
        for kind, names in (
            ("detraction", ("l10n_pe_to_keep_back", "l10n_pe_kept_back")),
            ("withholding", ("l10n_pe_to_keep_back",)),
        ):
            if kind == "withholding":
                self.company.l10n_pe_withholds_vat = True
                lines.document_id.l10n_pe_detraction_type_id = False
            for name in names:
                with self.subTest(f"{kind}, {name}"):
                    few = self._count_queries(lines[:2], name)
                    self.assertLessEqual(self._count_queries(lines, name), few + 1)

    def _count_queries(self, records, name):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        records.mapped(name)
        return self.cr.sql_log_count - before

    def test_ordinary_invoices_ask_nothing_of_the_law(self):
        vals = {"partner_id": self.partner_b.id, "network_id": False}
        moves = self.env["account.move"].create(
            [self._prepare_document("out_invoice", [100], **vals) for _number in range(5)]
        )
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            moves.action_post()
            self.env.flush_all()
        self.assertTrue(log.output)
        for text in log.output:
            self.assertNotIn("l10n_pe_deduction_rate", text)
            self.assertFalse("GROUP BY" in text and "l10n_pe_deducted_bill_id" in text, text)
