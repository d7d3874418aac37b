"""Policy ``principal``: members document their share to the books' company and are paid."""

from odoo.exceptions import UserError

from tests.common import NetworkCase


class TestLeaderSettlement(NetworkCase):
    operating_form = "red_empresarial.operating_form_leader"

    def set_up_once(self):
        super().set_up_once()
        self._create_document("out_invoice", [100000])
        self._create_document("in_invoice", [60000])

    def _number_lines(self, settlement):
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = f"E001-{number:08d}"

    def _settle_with_numbers(self):
        settlement = self._create_settlement()
        settlement.action_compute()
        self._number_lines(settlement)
        settlement.action_approve()
        settlement.action_post()
        return settlement

    def test_posting_makes_rows_and_no_attribution_entry(self):
        move = self._create_document("out_invoice", [300])
        self.assertEqual(self._shares(move), [120, 105, 75])
        self.assertFalse(move.attribution_move_ids)

    def test_what_is_said_of_payments_ends_with_their_reversal(self):
        settlement = self._settle_with_numbers()
        self.assertFalse(settlement.has_payments)
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        self.assertTrue(settlement.has_payments)
        settlement.action_reverse_payments()
        self.assertEqual((settlement.state, settlement.has_payments), ("posted", False))
        self.assertEqual(settlement.payment_count, 2, "they stay to be looked at")

    def test_settlement_books_each_other_members_invoice(self):
        settlement = self._settle_with_numbers()
        self.assertRecordValues(
            settlement.line_ids,
            [
                {"amount_due": 16000, "payment_state": "none", "document_id": False},
                {
                    "amount_due": 14000,
                    "payment_state": "open",
                    "document_id": settlement.line_ids[1].document_id.id,
                },
                {
                    "amount_due": 10000,
                    "payment_state": "open",
                    "document_id": settlement.line_ids[2].document_id.id,
                },
            ],
        )
        bills = settlement.line_ids.document_id
        self.assertRecordValues(
            bills.sorted("amount_untaxed", reverse=True),
            [
                {
                    "partner_id": self.partner_b.id,
                    "state": "posted",
                    "amount_untaxed": 14000,
                    "amount_tax": 2520,
                    "l10n_latam_document_number": "E001-00000002",
                },
                {
                    "partner_id": self.partner_c.id,
                    "state": "posted",
                    "amount_untaxed": 10000,
                    "amount_tax": 1800,
                    "l10n_latam_document_number": "E001-00000003",
                },
            ],
        )
        self.assertFalse(bills.distribution_ids, "a member's document is not shared out again")

    def test_settlement_pays_the_members(self):
        settlement = self._settle_with_numbers()
        payments = settlement.pay_members(self.bank, self._date("2026-04-05"))
        self.assertEqual(sorted(payments.mapped("amount")), [11800, 16520])
        self.assertEqual(settlement.state, "paid")
        self.assertEqual(settlement.line_ids.document_id.mapped("payment_state"), ["paid", "paid"])

    def test_a_journal_that_cannot_pay_is_refused_by_name(self):
        settlement = self._settle_with_numbers()
        company = self.env["res.company"].create({"name": "Segunda empresa"})
        foreign = self.env["account.journal"].create(
            {"name": "Banco ajeno", "type": "bank", "code": "AJENO", "company_id": company.id}
        )
        for journal, name in (
            (foreign, "Banco ajeno of Segunda empresa"),
            (self.network.settlement_journal_id, "bank or cash journal"),
        ):
            with self.assertRaisesRegex(UserError, name):
                settlement.pay_members(journal, self._date("2026-04-05"))
        self.assertFalse(settlement.payment_ids)

    def test_the_network_shows_what_its_members_wait_for(self):
        settlement = self._settle_with_numbers()
        self.assertEqual(self.network.member_payable_amount, 28320)
        settlement.pay_members(self.bank, self._date("2026-04-05"))
        self.network.invalidate_recordset()
        self.assertEqual(self.network.member_payable_amount, 0)

    def test_member_documents_leave_the_joint_result_alone(self):
        self._settle_with_numbers()
        self.assertEqual(self.network.joint_sale_amount, 100000)
        self.assertEqual(self.network.joint_expense_amount, 60000)

    def test_invoice_number_is_asked_naming_the_member(self):
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.action_approve()
        with self.assertRaisesRegex(UserError, "Taller B"):
            settlement.action_post()

    def test_reversal_asks_the_credit_notes_and_frees_the_rows(self):
        settlement = self._settle_with_numbers()
        with self.assertRaisesRegex(UserError, "Taller B.*credit note"):
            settlement.action_reverse()
        for number, line in enumerate(settlement.line_ids, start=1):
            line.reversal_number = f"E001-{number:08d}"
        bills = settlement.line_ids.document_id
        settlement.action_reverse()
        self.assertEqual(settlement.state, "reversed")
        self.assertEqual(bills.mapped("payment_state"), ["reversed", "reversed"])
        self.assertEqual(self._balance(bills.invoice_line_ids.account_id, self.partner_b), 0)
        again = self._create_settlement()
        again.action_compute()
        self.assertEqual(again.line_ids.mapped("amount_due"), [16000, 14000, 10000])

    def test_members_whose_costs_exceed_their_revenue_are_carried_forward(self):
        self._create_document("in_invoice", [70000])
        settlement = self._create_settlement()
        settlement.action_compute()
        self.assertEqual(settlement.line_ids.member_id, self.member_a)
        waiting = self.env["business.network.distribution"].search(
            [("network_id", "=", self.network.id), ("settlement_line_id", "=", False)]
        )
        self.assertEqual(waiting.member_id, self.member_b | self.member_c)


class TestCooperativeSettlement(NetworkCase):
    operating_form = "red_empresarial.operating_form_cooperative"

    def test_cooperative_acts_carry_no_tax_and_number_themselves(self):
        self._create_document("out_invoice", [1000])
        settlement = self._settle()
        acts = settlement.line_ids.document_id
        self.assertEqual(sorted(acts.mapped("amount_total")), [250, 350])
        self.assertFalse(acts.mapped("amount_tax")[0] or acts.mapped("amount_tax")[1])
        self.assertEqual(acts.journal_id.code, "ACOOP")
        self.assertFalse(acts.journal_id.l10n_latam_use_documents)
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        settlement.action_reverse_payments()
        settlement.action_reverse()
        self.assertEqual(acts.mapped("payment_state"), ["reversed", "reversed"])


class TestMemberPolicy(NetworkCase):
    operating_form = "red_empresarial.operating_form_consortium_members"

    def test_T2_each_member_is_shown_its_base_and_tax(self):
        sale = self._create_document("out_invoice", [100000])
        purchase = self._create_document("in_invoice", [60000])
        self.assertEqual(self._shares(sale, kind="output_tax"), [7200, 6300, 4500])
        self.assertEqual(self._shares(purchase, kind="input_tax"), [-4320, -3780, -2700])


class TestWaitingBelowZero(NetworkCase):
    operating_form = "red_empresarial.operating_form_leader"
    expense_weights = (0, 60, 40)

    def test_who_is_carried_forward_is_named_with_what_would_charge_it(self):
        """“Revise the period” is no help where a refund waits for revenue to net it."""
        self._create_document("in_invoice", [300])
        settlement = self._create_settlement()
        with self.assertRaisesRegex(
            UserError,
            rf"Nothing to settle now in {settlement.name}: Taller B \(.*-.*180.00\), "
            r"Taller C \(.*-.*120.00\) wait .* unless Red ABC has “Charge it to the member by an "
            "invoice” in “Negative Result”",
        ):
            settlement.action_compute()
        self.network.negative_result = "charge"
        settlement.action_compute()
        self.assertEqual(settlement.line_ids.mapped("amount_due"), [-180, -120])


class TestTariffOnTheStatement(NetworkCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_the_tariff_is_no_second_deduction_and_taxes_are_named(self):
        """730.25 paid of 762.56: the reader finds what was taken off, and the tax in between."""
        fund = self.company.income_account_id.copy({"name": "Fondo", "code": "469999"})
        self.network.write({"tariff_rate": 5, "fund_account_id": fund.id})
        self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = f"E001-{number:08d}"
        settlement.action_approve()
        settlement.action_post()
        line = settlement.line_ids[1]
        (statement,) = line._get_statements()
        figures = {figure["key"]: figure for figure in statement["figures"]}
        amounts = [figures[key]["amount"] for key in ("due", "document_tax", "document")]
        self.assertEqual(amounts, [332.5, 63, 413])
        self.assertEqual(figures["netted"]["label"], "Network tariff, taken off your document")
        self.assertEqual(figures["netted"]["amount"], -17.5)
        self.assertEqual(figures["open"]["amount"], 395.5, "332.50 and 63.00")
