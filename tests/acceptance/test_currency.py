"""Acceptance case X1: a joint sale in dollars; exchange differences reach each member once."""

from odoo import Command

from tests.common import NetworkCase


class TestForeignCurrency(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.usd = cls.env.ref("base.USD")
        cls.usd.active = True
        cls.usd.rate_ids.unlink()
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": cls.usd.id,
                    "company_id": cls.company.id,
                    "name": date,
                    "inverse_company_rate": rate,
                }
                for date, rate in (("2026-03-01", 3.80), ("2026-03-25", 3.70))
            ]
        )

    def test_X1_exchange_differences_are_distributed_once(self):
        sale = self._create_document(
            "out_invoice",
            [1000.01],
            currency_id=self.usd.id,
        )
        self.assertEqual(sale.amount_total, 1180.01)
        self.assertEqual(self._shares(sale, "amount_currency"), [400.01, 350.00, 250.00])
        self.assertEqual(self._shares(sale), [1520.02, 1330.01, 950.01])
        self._collect(sale, "2026-03-25")
        settlement = self._settle(currency_id=self.usd.id)
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        self.assertEqual(settlement.state, "paid")
        loss = self._balance(self.company.expense_currency_exchange_account_id)
        gain = self._balance(self.company.income_currency_exchange_account_id)
        self.assertEqual(loss, 118.01)
        self.assertEqual(gain, -60.02)
        self.assertEqual(round(loss + gain, 2), 57.99)
        self.assertEqual(self._balance(self.network.member_payable_account_id), 0)
        self.assertEqual(
            len(sale.distribution_ids), 3, "the exchange difference makes no row of its own"
        )

    def test_X1_reversal_is_zero_in_both_currencies(self):
        sale = self._create_document("out_invoice", [1000.01], currency_id=self.usd.id)
        refund = self._refund(sale, date="2026-03-20")
        for field in ("amount_currency", "amount"):
            self.assertEqual(
                [
                    round(given + back, 2)
                    for given, back in zip(
                        self._shares(sale, field), self._shares(refund, field), strict=True
                    )
                ],
                [0, 0, 0],
            )

    def _collect(self, move, date):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"payment_date": date, "journal_id": self.bank.id})._create_payments()


class TestCents(NetworkCase):
    """Cases A1–A5 on posted documents."""

    revenue_weights = (1, 1, 1)

    def test_A4_thirds_and_their_reversal(self):
        sale = self._create_document("out_invoice", [100])
        self.assertEqual(sorted(self._shares(sale)), [33.33, 33.33, 33.34])
        refund = self._refund(sale)
        self.assertEqual(self._shares(refund), [-share for share in self._shares(sale)])

    def test_A5_two_partial_credit_notes_give_back_what_was_given(self):
        sale = self._create_document("out_invoice", [100])
        first = self._refund(sale, amount=50)
        second = self._refund(sale, amount=50)
        self.assertEqual(sum(self._shares(first)), -50)
        self.assertEqual(
            [
                round(sum(shares), 2)
                for shares in zip(
                    self._shares(sale), self._shares(first), self._shares(second), strict=True
                )
            ],
            [0, 0, 0],
        )

    def test_A2_base_and_tax_are_split_separately_and_exactly(self):
        agreement = self.agreement
        agreement.action_end(self._date("2026-02-28"))
        self._create_agreement(
            self.network, self.members, (98, 2, 0), (98, 2, 0), date_from="2026-03-01"
        )
        bill = self._create_document("in_invoice", [182.25])
        self.assertEqual(sum(self._shares(bill, kind="expense")), -182.25)
        tax = bill.line_ids.filtered("tax_line_id").balance
        self.assertEqual(round(sum(self._shares(bill, kind="input_tax")), 2), -tax)

    def test_A5_many_invoices_favour_nobody(self):
        sales = self.env["account.move"].create(
            [self._prepare_document("out_invoice", [100]) for _number in range(60)]
        )
        sales.action_post()
        totals = [
            round(sum(shares), 2)
            for shares in zip(*(self._shares(sale) for sale in sales), strict=True)
        ]
        self.assertEqual(round(sum(totals), 2), 6000)
        self.assertLessEqual(max(totals) - min(totals), 1)

    def test_one_portion_per_account_and_tax(self):
        sale = self._create_document("out_invoice", [10.01, 20.02, 30.03])
        self.assertEqual(len(sale.distribution_ids), 3)
        sale = self._create_document(
            "out_invoice",
            [10.01],
            invoice_line_ids=[
                Command.create(
                    {
                        "name": "con IGV",
                        "price_unit": 10.01,
                        "tax_ids": [Command.set(self.vat_sale.ids)],
                    }
                ),
                Command.create(
                    {"name": "sin IGV", "price_unit": 10.01, "tax_ids": [Command.clear()]}
                ),
            ],
        )
        self.assertEqual(len(sale.distribution_ids), 6)
