"""Acceptance cases A1, A2, A3 and the tax due of T2, on posted entries."""

from odoo import Command

from tests.common import NetworkCase


class PostedCase(NetworkCase):
    def _bill(self, amount):
        """A joint bill without tax."""
        line = Command.create({"name": "Costo", "price_unit": amount, "tax_ids": [Command.clear()]})
        return self._create_document("in_invoice", [], invoice_line_ids=[line])

    def _owed(self, partner):
        """What a member owes for joint costs, by the ledger."""
        return self._balance(self.network.member_receivable_account_id, partner)

    def _due(self, partner):
        """What a member is owed of joint sales, by the ledger."""
        return -self._balance(self.network.member_payable_account_id, partner)


class TestFourEqualShares(PostedCase):
    revenue_weights = expense_weights = (1, 1, 1)

    def set_up_once(self):
        super().set_up_once()
        self.partner_d = self._create_partner("Taller D", "20600000030")
        member = self._create_members(self.network, [self.partner_d])
        member.sequence = 9
        self.members |= member
        self.agreement.action_end(self._date("2026-02-28"))
        self._create_agreement(self.network, self.members, (1,) * 4, date_from="2026-03-01")

    def test_A1_four_equal_shares_of_a_sale(self):
        sale = self._create_document("out_invoice", [301.50])
        shares = self._shares(sale)
        self.assertEqual(sorted(shares), [75.37, 75.37, 75.38, 75.38])
        partners = self.partner_b, self.partner_c, self.partner_d
        self.assertEqual([self._due(partner) for partner in partners], shares[1:])
        income = sale.invoice_line_ids.account_id
        self.assertEqual(-self._balance(income), shares[0], "the operator keeps its own share")

    def test_A1_four_equal_shares_of_a_cost(self):
        bill = self._bill(301.50)
        shares = self._shares(bill)
        self.assertEqual(sorted(shares), [-75.38, -75.38, -75.37, -75.37])
        partners = self.partner_b, self.partner_c, self.partner_d
        self.assertEqual([self._owed(partner) for partner in partners], [-s for s in shares[1:]])
        self.assertEqual(round(sum(shares), 2), -301.50)


class TestNinetyEightToTwo(PostedCase):
    revenue_weights = expense_weights = (98, 2, 0)

    def test_A2_base_and_tax_are_each_exact(self):
        bill = self._create_document("in_invoice", [154.45])
        self.assertEqual(
            (bill.amount_untaxed, bill.amount_tax, bill.amount_total), (154.45, 27.80, 182.25)
        )
        self.assertEqual(self._shares(bill, kind="expense"), [-151.36, -3.09, 0])
        self.assertEqual(self._shares(bill, kind="input_tax"), [-27.24, -0.56, 0])
        self.assertEqual(self._owed(self.partner_b), 3.65)
        self.assertEqual(self._balance(bill.invoice_line_ids.account_id), 151.36)
        self.assertEqual(self._tax_balance(self.vat_purchase), 27.24)

    def test_A2_its_credit_note_leaves_nothing(self):
        bill = self._create_document("in_invoice", [154.45])
        self._refund(bill)
        self.assertEqual(self._owed(self.partner_b), 0)
        self.assertEqual(self._balance(bill.invoice_line_ids.account_id), 0)
        self.assertEqual(self._tax_balance(self.vat_purchase), 0)


class TestSixtyThirtyTen(PostedCase):
    revenue_weights = expense_weights = (60, 30, 10)

    def test_A3_costs_paid_by_the_first_are_owed_by_the_others(self):
        bills = self._bill(5000) | self._bill(10000)
        self.assertEqual(self._owed(self.partner_b), 4500)
        self.assertEqual(self._owed(self.partner_c), 1500)
        self.assertEqual(self._balance(bills.invoice_line_ids.account_id), 9000)
        settlement = self._settle()
        self.assertEqual(settlement.line_ids.mapped("amount_net"), [-9000, -4500, -1500])
        self.assertEqual(settlement.amount_receivable, 6000)
        payments = settlement.pay_members(self.bank, self._date("2026-04-02"))
        self.assertEqual(set(payments.mapped("payment_type")), {"inbound"})
        self.assertEqual([self._owed(self.partner_b), self._owed(self.partner_c)], [0, 0])
        self.assertEqual(settlement.state, "paid")


class TestTaxDueOfEachMember(PostedCase):
    operating_form = "red_empresarial.operating_form_consortium_members"

    def test_T2_the_tax_due_of_each_member(self):
        """Output 7,200 / 6,300 / 4,500 less input 4,320 / 3,780 / 2,700."""
        sale = self._create_document("out_invoice", [100000])
        bill = self._create_document("in_invoice", [60000])
        output = self._shares(sale, kind="output_tax")
        used = self._shares(bill, kind="input_tax")
        due = [round(mine + taken, 2) for mine, taken in zip(output, used, strict=True)]
        self.assertEqual(due, [2880, 2520, 1800])
        settlement = self._settle()
        for number, order in enumerate(settlement.invoicing_order_ids, start=1):
            order.declare(f"E001-{number}", "2026-03-31")
        self.assertEqual(
            [self._get_declared_tax(settlement, member) for member in self.members], due
        )
        self.assertEqual(sum(due), sale.amount_tax - bill.amount_tax)

    def _get_declared_tax(self, settlement, member):
        """Output less input tax of a member by the posted memoranda of what it declared."""
        orders = settlement.invoicing_order_ids.filtered(lambda order: order.member_id == member)
        self.assertEqual(set(orders.move_id.mapped("state")), {"posted"})
        items = orders.move_id.line_ids.filtered(
            lambda item: item.network_memorandum_kind in ("output_tax", "input_tax")
        )
        return -sum(items.mapped("balance"))
