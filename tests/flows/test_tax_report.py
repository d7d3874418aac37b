"""What the books' company declares after attribution: its own part, tax by tax and tag by tag."""

from odoo import Command

from tests.common import NetworkCase


class TaxCase(NetworkCase):
    def _line(self, amount, taxes, **vals):
        return Command.create(
            {
                "name": f"{amount}",
                "price_unit": amount,
                "tax_ids": [Command.set(taxes.ids)],
                **vals,
            }
        )

    def _bill(self, lines, **vals):
        return self._create_document("in_invoice", [], invoice_line_ids=lines, **vals)

    def _second_tax(self, amount=2.0, **vals):
        """A tax on the same base, not on the other tax."""
        name = f"Otro impuesto {amount}"
        return self.vat_purchase.copy(
            {"name": name, "amount": amount, "is_base_affected": False, **vals}
        )

    def _entries(self, moves):
        return moves | moves.attribution_move_ids

    def _tags(self, moves):
        """Sum of the balances per tax tag."""
        sums = {}
        for line in self._entries(moves).line_ids:
            for tag in line.tax_tag_ids:
                sums[tag] = round(sums.get(tag, 0.0) + line.balance, 2)
        return sums

    def _taxes(self, moves):
        """Tax and base balance per tax."""
        sums = {}
        for line in self._entries(moves).line_ids:
            for tax, part in [(line.tax_line_id, "tax"), *((t, "base") for t in line.tax_ids)]:
                if tax:
                    sums[tax, part] = round(sums.get((tax, part), 0.0) + line.balance, 2)
        return sums

    def _ledger(self, moves):
        sums = {}
        for line in self._entries(moves).line_ids:
            for key in ((line.account_id, line.partner_id), (line.tax_line_id, "tax")):
                sums[key] = round(sums.get(key, 0.0) + line.balance, 2)
        return {key: balance for key, balance in sums.items() if balance}


class TestOwnPart(TaxCase):
    def test_T1_purchase_shows_4320_on_24000(self):
        bill = self._create_document("in_invoice", [60000])
        self.assertEqual(
            self._taxes(bill),
            {(self.vat_purchase, "tax"): 4320, (self.vat_purchase, "base"): 24000},
        )

    def test_joint_purchase_declares_like_an_own_purchase_of_its_part(self):
        joint = self._create_document("in_invoice", [60000])
        own = self._create_document("in_invoice", [24000], network=self.env["business.network"])
        self.assertEqual(self._taxes(joint), self._taxes(own))
        self.assertEqual(self._tags(joint), self._tags(own))

    def test_joint_sale_declares_the_whole_output_tax(self):
        joint = self._create_document("out_invoice", [100000])
        own = self._create_document("out_invoice", [100000], network=self.env["business.network"])
        self.assertEqual(self._taxes(joint), self._taxes(own))
        self.assertEqual(self._tags(joint), self._tags(own))

    def test_credit_note_of_a_purchase_declares_zero(self):
        bill = self._create_document("in_invoice", [60000])
        refund = self._refund(bill)
        self.assertFalse(any(self._taxes(bill | refund).values()))
        self.assertFalse(self._ledger(bill | refund))


class TestSeveralTaxes(TaxCase):
    def test_line_with_two_taxes(self):
        other = self._second_tax()
        bill = self._bill([self._line(1000, self.vat_purchase | other)])
        self.assertEqual(
            self._taxes(bill),
            {
                (self.vat_purchase, "tax"): 72,
                (self.vat_purchase, "base"): 400,
                (other, "tax"): 8,
                (other, "base"): 400,
            },
        )

    def test_mixed_taxes_in_one_bill(self):
        other = self._second_tax()
        none = self.env["account.tax"]
        bill = self._bill(
            [
                self._line(1000, self.vat_purchase),
                self._line(500, other),
                self._line(100, none),
                self._line(200, self.vat_purchase | other),
            ]
        )
        self.assertEqual(
            self._taxes(bill),
            {
                (self.vat_purchase, "tax"): 86.4,
                (self.vat_purchase, "base"): 480,
                (other, "tax"): 5.6,
                (other, "base"): 280,
            },
        )
        self.assertEqual(self._shares(bill, kind="expense"), [-720, -630, -450])

    def test_mixed_taxes_with_odd_cents_add_up_and_reverse_to_zero(self):
        other = self._second_tax()
        lines = [
            self._line(33.33, self.vat_purchase),
            self._line(0.05, other),
            self._line(0.01, self.env["account.tax"]),
            self._line(77.77, self.vat_purchase | other),
            self._line(13.07, self.vat_purchase),
        ]
        bill = self._bill(lines)
        expected = -sum(
            line.balance for line in bill.line_ids if line.display_type in ("product", "tax")
        )
        self.assertEqual(round(sum(bill.distribution_ids.mapped("amount")), 2), round(expected, 2))
        for entry in bill.attribution_move_ids:
            self.assertEqual(round(sum(entry.line_ids.mapped("balance")), 2), 0)
        refund = self._refund(bill)
        self.assertFalse(self._ledger(bill | refund))

    def test_cents_of_tax_and_base_are_each_within_a_cent(self):
        bill = self._bill(
            [self._line(0.07, self.vat_purchase), self._line(10.01, self.vat_purchase)]
        )
        for kind, total in (("expense", -10.08), ("input_tax", -bill.amount_tax)):
            shares = self._shares(bill, kind=kind)
            self.assertEqual(round(sum(shares), 2), round(total, 2))
            for share, weight in zip(shares, (40, 35, 25), strict=True):
                self.assertLess(abs(share - total * weight / 100), 0.01)


class TestTaxAtCost(TaxCase):
    """A tax without account is not recoverable: it is part of the cost."""

    def _tax_at_cost(self):
        tax = self._second_tax(18.0)
        (tax.invoice_repartition_line_ids | tax.refund_repartition_line_ids).account_id = False
        return tax

    def test_attribution_moves_the_others_part_of_it(self):
        bill = self._bill([self._line(1000, self._tax_at_cost())])
        account = bill.invoice_line_ids.account_id
        self.assertEqual(self._balance(account, moves=self._entries(bill)), 472)
        self.assertEqual(self._shares(bill), [-472, -413, -295])
        refund = self._refund(bill)
        self.assertFalse(self._ledger(bill | refund))


class TestTaxAtCostOfALeader(TestTaxAtCost):
    operating_form = "red_empresarial.operating_form_leader"

    def test_attribution_moves_the_others_part_of_it(self):
        """Under ``principal`` nothing moves, but the rows hold the whole cost."""
        bill = self._bill([self._line(1000, self._tax_at_cost())])
        self.assertEqual(self._shares(bill, kind="expense"), [-472, -413, -295])
        self.assertEqual(self.network.joint_expense_amount, 1180)
        refund = self._refund(bill)
        self.assertEqual(self._shares(refund), [472, 413, 295])

    def test_recoverable_tax_stays_with_the_leader(self):
        bill = self._bill([self._line(1000, self.vat_purchase)])
        self.assertEqual(self._shares(bill), [-400, -350, -250])
