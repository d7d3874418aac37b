"""Peru: what is kept back of members' bills, detractions and VAT, and the deposits."""

import re

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from tests.common import NetworkCase


class DeductionCase(NetworkCase):
    """A leader with the books; B and C give it their own invoices for a quarter each."""

    operating_form = "red_empresarial.operating_form_leader"
    revenue_weights = (2, 1, 1)
    expense_weights = (2, 1, 1)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company._ensure_deduction_accounts()
        cls.kept_account = cls.company.l10n_pe_detraction_account_id
        cls.vat_account = cls.company.l10n_pe_withholding_account_id
        cls.sewing = cls.env.ref("l10n_pe_red_empresarial.deduction_type_025")
        cls._numbers = 0

    def _post_share(self, base, date_to="2026-03-31", post=True, **vals):
        """A settlement in which B and C bill ``base`` plus VAT each."""
        self._create_document("out_invoice", [4 * base], date=f"{date_to[:8]}15", **vals)
        settlement = self._create_settlement(date_to=date_to, **self._currency_of(vals))
        settlement.action_compute()
        self._number_documents(settlement)
        settlement.action_approve()
        if post:
            settlement.action_post()
        return settlement

    @staticmethod
    def _currency_of(vals):
        return {"currency_id": vals["currency_id"]} if "currency_id" in vals else {}

    def _number_documents(self, settlement):
        for line in settlement.line_ids:
            self.__class__._numbers += 1
            line.document_number = f"E001-{self._numbers:08d}"

    def _line(self, settlement, member=None):
        member = member or self.member_b
        return settlement.line_ids.filtered(lambda line: line.member_id == member)

    def _pay(self, settlement, member=None, date="2026-04-05"):
        """Pay everybody; the payment of one member."""
        payments = settlement.pay_members(self.bank, self._date(date))
        partner = (member or self.member_b).partner_id
        return payments.filtered(lambda payment: payment.partner_id == partner)

    def _pay_by_hand(self, bill, amount=None, **vals):
        values = {"journal_id": self.bank.id, "payment_date": "2026-04-05", **vals}
        if amount is not None:
            values["amount"] = amount
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create(values)
        )
        return wizard._create_payments()

    def _assert_posted(self, payment, *items):
        """The items of a payment: account, amount in the books."""
        self.assertRecordValues(
            payment.move_id.line_ids.sorted("balance"),
            [{"account_id": account.id, "balance": balance} for account, balance in items],
        )

    def _kept_items(self, bill, kind="detraction"):
        return self.env["account.move.line"].search(
            [
                ("l10n_pe_deducted_bill_id", "=", bill.id),
                ("l10n_pe_deduction", "=", kind),
                ("parent_state", "=", "posted"),
            ]
        )

    def _give_account(self, partner, number="00-741-000001", **vals):
        return self.env["res.partner.bank"].create(
            {
                "partner_id": partner.id,
                "acc_number": number,
                "allow_out_payment": True,
                "l10n_pe_is_detraction_account": True,
                **vals,
            }
        )

    def _deposit(self, items, *numbers, **vals):
        wizard = (
            items.env["l10n_pe.detraction.deposit"]
            .with_context(active_model="account.move.line", active_ids=items.ids)
            .create({"journal_id": self.bank.id, "date": "2026-04-10", **vals})
        )
        for line, number in zip(wizard.line_ids, numbers, strict=True):
            line.number = number
        return wizard.record_deposits()


class TestDepositOnScreen(DeductionCase):
    def test_a_document_whose_deposit_was_shown_can_change_its_date(self):
        """As the form does: it reads what is shown, then confirming sets the invoice date."""
        invoice = self._create_document("out_invoice", [100], post=False, invoice_date=False)
        self.assertFalse(invoice.l10n_pe_bill_deposit_date)
        self.assertFalse(invoice.line_ids.mapped("l10n_pe_deposit_date")[0])
        invoice.action_post()
        self.assertEqual(invoice.invoice_date, fields.Date.context_today(invoice))


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
