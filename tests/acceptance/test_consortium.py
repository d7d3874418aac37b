"""Acceptance cases T1, T3, T5 of the consortium with operator, on the posted ledger."""

from tests.common import NetworkCase


class TestConsortium(NetworkCase):
    def set_up_once(self):
        super().set_up_once()
        self.payable = self.network.member_payable_account_id
        self.receivable = self.network.member_receivable_account_id

    def _trade(self):
        sale = self._create_document("out_invoice", [100000])
        purchase = self._create_document("in_invoice", [60000])
        return sale, purchase

    def test_T1_sale_leaves_the_operator_its_share_of_revenue(self):
        sale, _purchase = self._trade()
        revenue = sale.invoice_line_ids.account_id
        customer = sale.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual(customer.balance, 118000)
        self.assertEqual(self._balance(revenue), -40000)
        self.assertEqual(self._tax_balance(self.vat_sale), -18000)
        self.assertEqual(self._balance(self.payable, self.partner_b), -35000)
        self.assertEqual(self._balance(self.payable, self.partner_c), -25000)
        self.assertEqual(self._balance(self.payable), -60000)

    def test_T1_purchase_leaves_the_operator_its_share_of_cost_and_tax(self):
        _sale, purchase = self._trade()
        expense = purchase.invoice_line_ids.account_id
        supplier = purchase.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual(supplier.balance, -70800)
        self.assertEqual(self._balance(expense), 24000)
        self.assertEqual(self._tax_balance(self.vat_purchase), 4320)
        self.assertEqual(self._tax_base_balance(self.vat_purchase), 24000)
        self.assertEqual(self._balance(self.receivable, self.partner_b), 24780)
        self.assertEqual(self._balance(self.receivable, self.partner_c), 17700)
        self.assertEqual(
            self._tax_balance(self.vat_sale) + self._tax_balance(self.vat_purchase), -13680
        )

    def test_T1_settlement_nets_and_pays(self):
        self._trade()
        cash_before = self._balance(self.bank.default_account_id)
        settlement = self._settle()
        self.assertRecordValues(
            settlement.line_ids,
            [
                {"amount_revenue": 40000, "amount_expense": 24000, "amount_due": 11680},
                {"amount_revenue": 35000, "amount_expense": 21000, "amount_due": 10220},
                {"amount_revenue": 25000, "amount_expense": 15000, "amount_due": 7300},
            ],
        )
        self.assertEqual(settlement.state, "posted")
        self.assertEqual(settlement.line_ids.mapped("amount_open"), [0, 10220, 7300])
        payments = settlement.pay_members(self.bank, self._date("2026-03-31"))
        self.assertEqual(payments.mapped("amount"), [10220, 7300])
        self.assertEqual(settlement.state, "paid")
        paid = self._balance(self.bank.default_account_id) - cash_before
        self.assertEqual(paid, -17520)
        for account in (self.payable, self.receivable):
            self.assertEqual(self._balance(account), 0)
            self.assertFalse(
                self.env["account.move.line"].search(
                    [
                        ("account_id", "=", account.id),
                        ("parent_state", "=", "posted"),
                        ("reconciled", "=", False),
                    ]
                )
            )

    def test_T1_results_of_the_members(self):
        self._trade()
        results = self.network.get_member_results()
        self.assertEqual([row["result"] for row in results], [16000, 14000, 10000])

    def test_T1_paying_twice_pays_once(self):
        self._trade()
        settlement = self._settle()
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        self.assertFalse(settlement.pay_members(self.bank, self._date("2026-03-31")))
        self.assertEqual(settlement.payment_count, 2)

    def test_T1_reversal_of_documents_is_zero_per_account_and_member(self):
        before = self._ledger()
        sale, purchase = self._trade()
        self._refund(sale)
        self._refund(purchase)
        self.assertEqual(self._ledger(), before)
        self.assertEqual(self._shares(sale), [40000, 35000, 25000])

    def test_T1_reversal_of_the_settlement_is_zero_per_account_and_member(self):
        self._trade()
        before = self._ledger()
        settlement = self._settle()
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        settlement.action_reverse_payments()
        self.assertEqual(settlement.state, "posted")
        settlement.action_reverse()
        self.assertEqual(settlement.state, "reversed")
        self.assertEqual(self._ledger(), before)
        again = self._settle()
        self.assertEqual(again.line_ids.mapped("amount_due"), [11680, 10220, 7300])


class TestConsortiumMemberWithoutTaxCredit(NetworkCase):
    def test_T3_member_that_cannot_use_input_tax(self):
        self.member_b.recovers_input_tax = False
        self._create_document("out_invoice", [100000])
        self._create_document("in_invoice", [60000])
        results = self.network.get_member_results()
        self.assertEqual([row["result"] for row in results], [16000, 10220, 10000])
        self.assertEqual([row["lost_input_tax"] for row in results], [0, 3780, 0])

    def test_T3_reversal_is_zero_per_account_and_member(self):
        self.member_b.recovers_input_tax = False
        before = self._ledger()
        sale = self._create_document("out_invoice", [100000])
        purchase = self._create_document("in_invoice", [60000])
        self.assertNotEqual(self._ledger(), before)
        self._refund(sale)
        self._refund(purchase)
        self.assertEqual(self._ledger(), before)
        results = self.network.get_member_results()
        self.assertEqual([row["result"] for row in results], [0, 0, 0])
        self.assertEqual([row["lost_input_tax"] for row in results], [0, 0, 0])


class TestConsortiumExpenseShares(NetworkCase):
    expense_weights = (50, 30, 20)

    def test_T5_purchase_follows_the_expense_weights(self):
        purchase = self._create_document("in_invoice", [60000])
        self.assertEqual(self._shares(purchase, kind="expense"), [-30000, -18000, -12000])
        self.assertEqual(self._shares(purchase, kind="input_tax"), [-5400, -3240, -2160])
        self.assertEqual(self._balance(purchase.invoice_line_ids.account_id), 30000)
        self.assertEqual(self._tax_balance(self.vat_purchase), 5400)
        receivable = self.network.member_receivable_account_id
        self.assertEqual(self._balance(receivable, self.partner_b), 21240)
        self.assertEqual(self._balance(receivable, self.partner_c), 14160)

    def test_T5_reversal_is_zero_per_account_and_member(self):
        before = self._ledger()
        purchase = self._create_document("in_invoice", [60000])
        self.assertNotEqual(self._ledger(), before)
        refund = self._refund(purchase)
        self.assertEqual(self._ledger(), before)
        self.assertEqual(self._shares(refund, kind="expense"), [30000, 18000, 12000])
        self.assertEqual(self._shares(refund, kind="input_tax"), [5400, 3240, 2160])
