"""What attribution is tested for elsewhere, where the leader sells and where members do.

Losses and discounts, canceling, resetting, an agreement that changes in mid-period, and two
currencies in one period.
"""

from odoo.exceptions import UserError

from tests.allocation_case import AllocationCase
from tests.common import NetworkCase
from tests.flows.test_member_policy import MemberPolicyCase
from tests.flows.test_write_off import WriteOffCase


def number_lines(settlement):
    """Give every member's invoice a number, as its members would."""
    for line in settlement.line_ids:
        line.document_number = f"E001-{line.id:08d}"


class TestLossesOfALeader(WriteOffCase, AllocationCase):
    def test_an_early_discount_is_borne_as_the_sale_was_earned(self):
        invoice = self._create_document(
            "out_invoice", [1000], invoice_payment_term_id=self.discount_term.id
        )
        payment = self._pay(invoice, "2026-03-18")
        self.assertEqual(payment.amount, 1156.4)
        self.assertEqual(self._shares(payment.move_id), [-8, -7, -5])
        self.assertFalse(payment.move_id.attribution_move_ids)
        self.assertEqual(self._balance(self.loss), 20, "no member's account has it yet")
        self.assertEqual(self._due(), [392, 343, 245])

    def test_a_bad_debt_with_its_tax_and_without(self):
        self._create_document("out_invoice", [10000])
        invoice = self._create_document("out_invoice", [1000])
        other = self._create_document("out_invoice", [1000])
        entry = self._write_off(invoice, date="2026-03-31")
        self.assertEqual(self._shares(entry), [-472, -413, -295])
        corrected = self._write_off(other, date="2026-03-31", corrects_tax=True)
        self.assertEqual(self._shares(corrected), [-400, -350, -250])
        self.assertEqual((invoice | other).mapped("amount_residual"), [0, 0])
        self.assertEqual(self._tax_balance(self.vat_sale), -1800 - 180)
        self.assertEqual(self._due(), [4800 - 872, 4200 - 763, 3000 - 545])

    def test_what_one_member_delivered_is_its_loss_alone(self):
        order = self._order()
        allocation = self._allocate(order.order_line, (0, 100, 0))
        order.action_confirm()
        allocation.action_deliver_all()
        invoice = self._invoice(order)
        entry = self._write_off(invoice, date="2026-03-31", corrects_tax=True)
        self.assertEqual(self._shares(entry), [0, -1000, 0])

    def test_reversing_a_loss_gives_it_back(self):
        invoice = self._create_document("out_invoice", [1000])
        entry = self._write_off(invoice, date="2026-03-31")
        reversal = entry._reverse_moves([{"date": self._date("2026-03-31")}], cancel=True)
        self.assertEqual(self._shares(reversal), [472, 413, 295])
        self.assertEqual(invoice.amount_residual, 1180)

    def _due(self):
        settlement = self._create_settlement()
        settlement.action_compute()
        return settlement.line_ids.mapped("amount_due")


class TestCancelOfALeader(AllocationCase):
    def test_a_canceled_invoice_gives_back_rows_and_quantities(self):
        order = self._order()
        allocations = self._allocate(order.order_line, (50, 30, 20))
        order.action_confirm()
        allocations.action_deliver_all()
        before = self._ledger()
        invoice = self._invoice(order)
        self.assertEqual(allocations.mapped("invoiced_quantity"), [50, 30, 20])
        invoice.button_draft()
        invoice.button_cancel()
        self.assertFalse(invoice.distribution_ids)
        self.assertEqual(allocations.mapped("invoiced_quantity"), [0, 0, 0])
        self.assertEqual(self._ledger(), before)
        self.assertEqual(order.order_line.qty_to_invoice, 100)
        self.assertEqual(self._shares(self._invoice(order)), [500, 300, 200])

    def test_a_settled_one_is_not_canceled(self):
        invoice = self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        with self.assertRaisesRegex(UserError, settlement.name), self.cr.savepoint():
            invoice.button_draft()
        settlement.action_reset_to_draft()
        invoice.button_draft()
        invoice.button_cancel()
        with self.assertRaisesRegex(UserError, "Nothing to settle"):
            settlement.action_compute()


class TestMembersInvoice(MemberPolicyCase):
    """Cancel, reset, post again and a changed agreement where members document their own part."""

    def test_a_reset_memorandum_is_posted_again_with_the_same_shares(self):
        order = self._create_order()
        order.action_make_memorandum()
        entry = order.network_memorandum_id
        before = self._ledger()
        entry.button_draft()
        self.assertFalse(entry.distribution_ids)
        order.invalidate_recordset()
        self.assertFalse(order.network_memorandum_id)
        entry.action_post()
        order.invalidate_recordset()
        self.assertEqual(order.network_memorandum_id, entry)
        self.assertEqual(self._shares(entry, kind="revenue"), [40000, 35000, 25000])
        self.assertEqual(self._shares(entry, kind="output_tax"), [7200, 6300, 4500])
        self.assertEqual(self._ledger(), before)

    def test_a_canceled_memorandum_leaves_nothing_and_the_order_is_shared_out_again(self):
        before = self._ledger()
        order = self._create_order()
        order.action_make_memorandum()
        entry = order.network_memorandum_id
        entry.button_draft()
        entry.button_cancel()
        self.assertEqual(self._ledger(), before)
        self.assertFalse(entry.distribution_ids)
        with self.assertRaisesRegex(UserError, "Nothing to settle"), self.cr.savepoint():
            self._settle_today()
        order.invalidate_recordset()
        order.action_make_memorandum()
        self.assertNotEqual(order.network_memorandum_id, entry)
        self.assertEqual(self._orders(self._settle_today()).mapped("amount_total")[0], 47200)

    def test_what_a_settlement_took_is_neither_reset_nor_canceled(self):
        order = self._create_order()
        order.action_make_memorandum()
        settlement = self._settle_today()
        entry = order.network_memorandum_id
        with self.assertRaisesRegex(UserError, settlement.name), self.cr.savepoint():
            entry.button_draft()
        settlement.action_reverse()
        entry.button_draft()
        entry.button_cancel()
        self.assertFalse(entry.distribution_ids)

    def test_a_reset_joint_document_comes_back_with_its_own_shares(self):
        invoice = self._create_document("out_invoice", [100000])
        rows = self._shares(invoice, kind="revenue"), self._shares(invoice, kind="output_tax")
        invoice.button_draft()
        self.assertFalse(invoice.distribution_ids)
        invoice.action_post()
        self.assertEqual(self._shares(invoice, kind="revenue"), rows[0])
        self.assertEqual(self._shares(invoice, kind="output_tax"), rows[1])
        invoice.button_draft()
        invoice.button_cancel()
        self.assertFalse(invoice.distribution_ids)

    def test_an_agreement_that_changes_in_mid_period(self):
        """Each document by the version of its day, its credit note by the original's."""
        first = self._create_document("out_invoice", [100000], date="2026-03-10")
        self.agreement.action_new_version()
        version = self.network.agreement_ids.filtered(lambda a: a.state == "draft")
        version.date_from = "2026-03-16"
        for line, weight in zip(version.line_ids, (50, 30, 20), strict=True):
            line.write({"revenue_weight": weight, "expense_weight": weight})
        version.action_put_in_force()
        second = self._create_document("out_invoice", [100000], date="2026-03-20")
        refund = self._refund(first, 10000, date="2026-03-25")
        settlement = self._settle()
        by_document = self._orders(settlement).grouped("source_move_id")
        self.assertEqual(by_document[first].mapped("amount_base"), [40000, 35000, 25000])
        self.assertEqual(by_document[second].mapped("amount_base"), [50000, 30000, 20000])
        self.assertEqual(by_document[refund].mapped("amount_base"), [-4000, -3500, -2500])
        self.assertEqual(by_document[second].mapped("amount_tax"), [9000, 5400, 3600])


class TwoCurrencies:
    """Documents in soles and dollars in one month: two settlements, both paid."""

    def set_up_once(self):
        super().set_up_once()
        self.usd = self.env.ref("base.USD")
        self.usd.active = True
        self.usd.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.usd.id,
                "company_id": self.company.id,
                "name": "2026-03-01",
                "inverse_company_rate": 3.8,
            }
        )
        self.soles = self._create_document("out_invoice", [1000])
        self._create_document("in_invoice", [300])
        self.dollars = self._create_document("out_invoice", [500.01], currency_id=self.usd.id)
        self._create_document("in_invoice", [100.01], currency_id=self.usd.id)

    def _settle_in(self, currency):
        settlement = self._create_settlement(currency_id=currency.id)
        settlement.action_compute()
        number_lines(settlement)
        settlement.action_approve()
        settlement.action_post()
        return settlement

    def test_each_currency_is_settled_and_paid_by_itself(self):
        in_soles, in_dollars = map(self._settle_in, (self.company.currency_id, self.usd))
        self.assertEqual(
            [round(sum(s.line_ids.mapped("amount_revenue")), 2) for s in (in_soles, in_dollars)],
            [1000, 500.01],
        )
        self.assertEqual(in_soles.line_ids.distribution_ids.currency_id, self.company.currency_id)
        self.assertEqual(in_dollars.line_ids.distribution_ids.currency_id, self.usd)
        for settlement in (in_soles, in_dollars):
            payments = settlement.pay_members(self.bank, self._date("2026-04-02"))
            self.assertEqual(payments.currency_id, settlement.currency_id)
            self.assertEqual(settlement.state, "paid")
            self.assertFalse(settlement.pay_members(self.bank, self._date("2026-04-02")))
            for line in settlement.line_ids.filtered("item_ids"):
                self.assertEqual(line.amount_open, 0)
        self._assert_nothing_left()

    def test_undoing_one_leaves_the_other(self):
        in_soles, in_dollars = map(self._settle_in, (self.company.currency_id, self.usd))
        in_soles.pay_members(self.bank, self._date("2026-04-02"))
        for line in in_dollars.line_ids:
            line.reversal_number = f"E007-{line.id:08d}"
        in_dollars.action_reverse()
        self.assertEqual((in_soles.state, in_dollars.state), ("paid", "reversed"))
        again = self._settle_in(self.usd)
        again.pay_members(self.bank, self._date("2026-04-03"))
        self.assertEqual(again.state, "paid")
        self._assert_nothing_left()

    def _assert_nothing_left(self):
        accounts = (
            self.network.member_payable_account_id | self.network.member_receivable_account_id
        )
        for partner in (self.partner_b, self.partner_c):
            self.assertEqual(self._balance(accounts, partner), 0)
            self.assertEqual(self._balance(partner.property_account_payable_id, partner), 0)
        for currency in (self.company.currency_id, self.usd):
            with self.assertRaisesRegex(UserError, "Nothing to settle"), self.cr.savepoint():
                self._create_settlement(currency_id=currency.id).action_compute()


class TestTwoCurrenciesOfAConsortium(TwoCurrencies, NetworkCase):
    pass


class TestTwoCurrenciesOfALeader(TwoCurrencies, NetworkCase):
    operating_form = "red_empresarial.operating_form_leader"
