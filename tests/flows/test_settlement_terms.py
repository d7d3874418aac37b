"""What the members agreed on settlements: collected basis, tariff, netting, minimum, negatives."""

from odoo import Command
from odoo.exceptions import UserError

from tests.common import NetworkCase


class TermsCase(NetworkCase):
    def _collect(self, invoice, amount, date):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create(
                {
                    "payment_date": date,
                    "journal_id": self.bank.id,
                    "amount": amount,
                    "payment_difference_handling": "open",
                }
            )
            ._create_payments()
        )

    def _settle_until(self, date_to, **vals):
        settlement = self._create_settlement(date_to=date_to, **vals)
        settlement.action_compute()
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = f"E{date_to[5:7]}1-{number:08d}"
        settlement.action_approve()
        settlement.action_post()
        return settlement

    def _dues(self, settlement):
        return settlement.line_ids.sorted("sequence").mapped("amount_due")

    def _create_member_entry(self, member, amount, account=None, date="2026-03-20"):
        """An entry that leaves the member owing ``amount``, such as a fine."""
        account = account or self.network.member_receivable_account_id
        entry = self.env["account.move"].create(
            {
                "date": date,
                "ref": "Multa por tardanza",
                "network_id": self.network.id,
                "network_member_id": member.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": member.partner_id.id,
                            "balance": amount,
                        }
                    ),
                    Command.create(
                        {"account_id": self.company.income_account_id.id, "balance": -amount}
                    ),
                ],
            }
        )
        entry.action_post()
        return entry


class TestCollectedBasis(TermsCase):
    revenue_weights = expense_weights = (1, 1, 1)

    def set_up_once(self):
        super().set_up_once()
        self.network.settlement_basis = "collected"

    def test_two_part_collections_with_odd_cents_end_exact(self):
        invoice = self._create_document("out_invoice", [100.01])
        self.assertEqual(invoice.amount_total, 118.01)
        frozen = self._shares(invoice)
        self._collect(invoice, 59, "2026-03-20")
        first = self._settle_until("2026-03-31")
        self.assertEqual(sum(self._dues(first)), 50.0, "59.00 of 118.01 is half less a coin")
        first.pay_members(self.bank, self._date("2026-04-01"))
        self._collect(invoice, 59.01, "2026-04-20")
        second = self._settle_until("2026-04-30")
        second.pay_members(self.bank, self._date("2026-05-02"))
        both = [round(a + b, 2) for a, b in zip(self._dues(first), self._dues(second), strict=True)]
        self.assertEqual(both, frozen)
        for partner in (self.partner_b, self.partner_c):
            self.assertEqual(
                self._balance(self.network.member_payable_account_id, partner), 0, partner.name
            )
        self.assertEqual((first | second).mapped("state"), ["paid", "paid"])
        self.assertTrue(all(invoice.distribution_ids.mapped("settlement_line_id")))

    def test_the_statement_of_a_part_shows_the_whole_it_is_a_part_of(self):
        """Quantity by price makes the whole; the member must see it to redo its part."""
        invoice = self._create_document("out_invoice", [300])
        self._collect(invoice, 177, "2026-03-20")
        part = self._settle_until("2026-03-31")
        self._collect(invoice, 177, "2026-04-20")
        rest = self._settle_until("2026-04-30")
        for settlement in (part, rest):
            for statement in settlement.line_ids._get_statements():
                sections = {section["key"]: section for section in statement["sections"]}
                for key in ("sales", "revenue"):
                    with self.subTest(settlement=settlement.name, section=key):
                        section = sections[key]
                        self.assertEqual(
                            [column["label"] for column in section["columns"]][-2:],
                            ["Your whole part", "Settled here, as collected"],
                        )
                        (line,) = section["lines"]
                        self.assertEqual((line["whole"], line["amount"]), (100, 50))

    def test_the_statement_of_a_whole_shows_one_amount(self):
        self._collect(self._create_document("out_invoice", [300]), 354, "2026-03-20")
        for statement in self._settle_until("2026-03-31").line_ids._get_statements():
            for section in statement["sections"][:2]:
                self.assertEqual(section["columns"][-1]["label"], "Your amount")
                self.assertNotIn("whole", [column["key"] for column in section["columns"]])

    def test_nothing_is_due_before_the_customer_pays(self):
        self._create_document("out_invoice", [300])
        with self.assertRaisesRegex(UserError, "Nothing to settle"):
            self._create_settlement().action_compute()

    def test_a_collection_after_the_period_waits(self):
        invoice = self._create_document("out_invoice", [300])
        self._collect(invoice, 354, "2026-04-02")
        with self.assertRaisesRegex(UserError, "Nothing to settle"):
            self._create_settlement(date_to="2026-03-31").action_compute()
        self.assertEqual(self._dues(self._settle_until("2026-04-30")), [100, 100, 100])

    def test_a_credit_note_lowers_what_is_to_be_collected(self):
        invoice = self._create_document("out_invoice", [300])
        self._refund(invoice, 150)
        self._collect(invoice, 177, "2026-03-25")
        settlement = self._settle_until("2026-03-31")
        self.assertEqual(self._dues(settlement), [50, 50, 50])
        self.assertTrue(all(invoice.distribution_ids.mapped("settlement_line_id")))

    def test_costs_are_settled_when_their_bill_is_posted(self):
        self._create_document("in_invoice", [30])
        settlement = self._settle_until("2026-03-31")
        self.assertEqual(settlement.line_ids.mapped("amount_expense"), [10, 10, 10])

    def test_reversing_the_first_part_lets_it_be_settled_again(self):
        invoice = self._create_document("out_invoice", [300])
        self._collect(invoice, 118, "2026-03-20")
        first = self._settle_until("2026-03-31")
        first.pay_members(self.bank, self._date("2026-04-01"))
        self._collect(invoice, 236, "2026-04-20")
        self._settle_until("2026-04-30")
        first.action_reverse_payments()
        first.action_reverse()
        again = self._settle_until("2026-05-31")
        self.assertEqual(self._dues(first), self._dues(again))
        given = self.env["business.network.distribution.part"].search(
            [("distribution_id", "in", invoice.distribution_ids.ids)]
        )
        self.assertEqual(sum(given.mapped("amount_currency")), 300)

    def test_what_a_later_settlement_netted_is_reversed_there_first(self):
        invoice = self._create_document("out_invoice", [300])
        self._collect(invoice, 118, "2026-03-20")
        first = self._settle_until("2026-03-31")
        self._collect(invoice, 236, "2026-04-20")
        second = self._settle_until("2026-04-30")
        with self.assertRaisesRegex(UserError, f"Reverse {second.name} first"):
            first.action_reverse()

    def test_a_payment_that_bounces_takes_nothing_back(self):
        invoice = self._create_document("out_invoice", [300])
        payment = self._collect(invoice, 177, "2026-03-20")
        first = self._settle_until("2026-03-31")
        self.assertEqual(self._dues(first), [50, 50, 50])
        first.pay_members(self.bank, self._date("2026-04-01"))
        payment.action_draft()
        with self.assertRaisesRegex(UserError, "Nothing to settle"):
            self._create_settlement(date_to="2026-04-30").action_compute()
        self._collect(invoice, 354, "2026-05-10")
        self.assertEqual(self._dues(self._settle_until("2026-05-31")), [50, 50, 50])

    def test_corrected_shares_collected_in_parts_end_exact(self):
        """A coin that no item of the correction carries is taken of the document's others."""
        agreement = self.network.agreement_ids
        agreement.action_reset_to_draft()
        for line, weight in zip(agreement.line_ids.sorted("sequence"), (40, 35, 25), strict=True):
            line.revenue_weight = weight
        agreement.action_put_in_force()
        invoice = self._create_document("out_invoice", [1000.05])
        redistribution = self.env["business.network.redistribution"].create(
            {
                "network_id": self.network.id,
                "agreement_id": agreement.id,
                "date": "2026-03-18",
                "reason": "Pesos mal copiados",
            }
        )
        redistribution.action_prepare_version()
        lines = redistribution.corrected_agreement_id.line_ids.sorted("sequence")
        for line, weight in zip(lines, (50, 25, 25), strict=True):
            line.revenue_weight = weight
        redistribution.action_apply()
        half = round(invoice.amount_total / 2, 2)
        for amount, date_to in (
            (half, "2026-03-31"),
            (invoice.amount_total - half, "2026-04-30"),
        ):
            self._collect(invoice, amount, date_to)
            settlement = self._settle_until(date_to)
            settlement.pay_members(self.bank, self._date(date_to))
        due = self.network.settlement_ids.line_ids.grouped("member_id")
        self.assertEqual(
            [round(sum(due[member].mapped("amount_due")), 2) for member in self.members],
            self._shares(invoice),
        )
        for account in (
            self.network.member_payable_account_id,
            self.network.member_receivable_account_id,
        ):
            self.assertEqual(self._balance(account), 0)

    def test_computing_twice_takes_the_same(self):
        invoice = self._create_document("out_invoice", [300])
        self._collect(invoice, 118, "2026-03-20")
        settlement = self._create_settlement()
        settlement.action_compute()
        first = self._dues(settlement)
        settlement.action_compute()
        self.assertEqual(self._dues(settlement), first)
        self.assertEqual(first, [33.34, 33.33, 33.33])


class TestCollectedByLeader(TermsCase):
    operating_form = "red_empresarial.operating_form_leader"
    revenue_weights = expense_weights = (1, 1, 1)

    def test_each_collection_is_a_bill_of_its_own(self):
        self.network.settlement_basis = "collected"
        invoice = self._create_document("out_invoice", [300])
        for amount, date_to in ((118, "2026-03-31"), (236, "2026-04-30")):
            self._collect(invoice, amount, date_to)
            settlement = self._settle_until(date_to)
            settlement.pay_members(self.bank, self._date(date_to))
            self.assertEqual(settlement.state, "paid")
        bills = self.network.settlement_ids.line_ids.document_id
        self.assertEqual(sum(bills.mapped("amount_untaxed")), 200)
        self.assertEqual(sum(bills.mapped("amount_residual")), 0)


class TestTariff(TermsCase):
    def set_up_once(self):
        super().set_up_once()
        self.fund = self.env["account.account"].create(
            {
                "name": "Fondo común de la red",
                "code": "4690001",
                "account_type": "liability_current",
            }
        )
        self.network.write({"tariff_rate": 5, "fund_account_id": self.fund.id})

    def test_the_tariff_goes_from_each_member_to_the_fund(self):
        self._create_document("out_invoice", [100000])
        settlement = self._settle_until("2026-03-31")
        self.assertEqual(settlement.line_ids.mapped("amount_tariff"), [2000, 1750, 1250])
        self.assertEqual(
            [self._balance(self.fund, partner) for partner in settlement.line_ids.partner_id],
            [-2000, -1750, -1250],
        )
        payments = settlement.pay_members(self.bank, self._date("2026-04-05"))
        self.assertEqual(sorted(payments.mapped("amount")), [23750, 33250])
        self.assertEqual(self._balance(self.network.member_payable_account_id), 0)

    def test_a_full_refund_gives_the_tariff_back(self):
        invoice = self._create_document("out_invoice", [100.01])
        self.network.tariff_rate = 7  # later; the credit note follows the original rate
        refund = self._refund(invoice)
        self.assertEqual(sum(invoice.distribution_ids.mapped("tariff")), 5)
        for member in self.members:
            rows = (invoice | refund).distribution_ids.filtered(
                lambda row, member=member: row.member_id == member
            )
            self.assertEqual(sum(rows.mapped("tariff")), 0, member.display_name)

    def test_without_a_fund_account_posting_says_what_is_missing(self):
        self._create_document("out_invoice", [100])
        self.network.fund_account_id = False
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.action_approve()
        with self.assertRaisesRegex(UserError, "fund account.*Accounting"):
            settlement.action_post()

    def test_an_order_brings_its_tariff_to_the_invoice(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "network_id": self.network.id}
        )
        self.assertEqual(order.network_tariff_rate, 5)
        order.network_tariff_rate = 3
        self.assertEqual(order._prepare_invoice()["network_tariff_rate"], 3)

    def test_a_posted_document_keeps_its_tariff(self):
        invoice = self._create_document("out_invoice", [100])
        with self.assertRaisesRegex(UserError, "Reset it to draft"):
            invoice.network_tariff_rate = 8


class TestNetting(TermsCase):
    def test_an_earlier_settlement_left_open_is_paid_with_the_next(self):
        self._create_document("out_invoice", [100])
        first = self._settle_until("2026-03-31")
        self._create_document("out_invoice", [200], date="2026-04-10")
        second = self._settle_until("2026-04-30")
        self.assertEqual(second.line_ids.mapped("amount_netted"), [0, 35, 25])
        self.assertEqual(second.line_ids.netted_item_ids.mapped("kind"), ["balance", "balance"])
        payments = second.pay_members(self.bank, self._date("2026-05-02"))
        self.assertEqual(sorted(payments.mapped("amount")), [75, 105])
        self.assertEqual((first | second).mapped("state"), ["paid", "paid"])

    def test_a_fine_lowers_the_payment_and_is_closed(self):
        fine = self._create_member_entry(self.member_b, 10)
        self._create_document("out_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        self.assertEqual(settlement.line_ids.mapped("amount_net"), [40, 25, 25])
        self.assertTrue(fine.line_ids[:1].reconciled)
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(payments.mapped("amount"), [25, 25])
        self.assertEqual(self._balance(self.network.member_receivable_account_id), 0)

    def test_a_member_that_owes_more_than_its_share_has_a_receivable(self):
        self._create_member_entry(self.member_b, 100)
        self._create_document("out_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        self.assertEqual(settlement.amount_receivable, 65)
        self.assertEqual(
            self._balance(self.network.member_receivable_account_id, self.partner_b), 65
        )
        self.assertEqual(self._balance(self.network.member_payable_account_id, self.partner_b), 0)
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(
            sorted(zip(payments.mapped("payment_type"), payments.mapped("amount"), strict=True)),
            [("inbound", 65), ("outbound", 25)],
        )
        self.assertEqual(settlement.state, "paid")

    def test_a_fine_left_out_stays_open(self):
        fine = self._create_member_entry(self.member_b, 10)
        self._create_document("out_invoice", [100])
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.netted_item_ids.action_leave_out()
        settlement.action_approve()
        settlement.action_post()
        self.assertEqual(settlement.line_ids.mapped("amount_net"), [40, 35, 25])
        self.assertEqual(fine.line_ids[:1].amount_residual, 10)

    def test_an_item_paid_meanwhile_is_refused_by_name(self):
        fine = self._create_member_entry(self.member_b, 10)
        self._create_document("out_invoice", [100])
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.action_approve()
        fine.button_draft()
        fine.line_ids = [
            Command.update(item.id, {"balance": item.balance * 1.2}) for item in fine.line_ids
        ]
        fine.action_post()
        with self.assertRaisesRegex(UserError, f"{fine.name}.*compute it again"):
            settlement.action_post()

    def test_reversing_opens_what_was_netted(self):
        fine = self._create_member_entry(self.member_b, 10)
        self._create_document("out_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        settlement.action_reverse()
        self.assertEqual(fine.line_ids[:1].amount_residual, 10)
        again = self._settle_until("2026-03-31")
        self.assertEqual(again.line_ids.mapped("amount_net"), [40, 25, 25])

    def test_less_than_the_minimum_waits_for_the_next(self):
        self.network.minimum_payout = 30
        self._create_document("out_invoice", [100])
        first = self._settle_until("2026-03-31")
        self.assertEqual(first.line_ids.partner_id, self.partner_a | self.partner_b)
        self._create_document("out_invoice", [100], date="2026-04-10")
        second = self._settle_until("2026-04-30")
        self.assertEqual(self._dues(second), [40, 35, 50])

    def test_a_preview_takes_nothing(self):
        invoice = self._create_document("out_invoice", [100])
        action = self._create_settlement().action_preview()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(rows, invoice.distribution_ids)
        self.assertFalse(any(rows.mapped("settlement_line_id")))


class TestNettingByLeader(TermsCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_inputs_passed_on_are_netted_with_the_members_bill(self):
        self._create_document("out_invoice", [1000])
        supply = self._create_document(
            "out_invoice",
            [100],
            partner_id=self.partner_b.id,
            network_member_id=self.member_b.id,
        )
        self.assertFalse(supply.distribution_ids, "not a joint sale")
        settlement = self._settle_until("2026-03-31")
        line = settlement.line_ids.filtered(lambda line: line.member_id == self.member_b)
        self.assertEqual(line.netted_item_ids.kind, "supply")
        self.assertEqual(supply.payment_state, "paid")
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(payments.mapped("amount"), [413 - 118, 295])
        self.assertEqual(settlement.state, "paid")
        settlement.action_reverse_payments()
        settlement.line_ids.reversal_number = "FC01-00000001"
        settlement.line_ids[1].reversal_number = "FC01-00000002"
        settlement.action_reverse()
        self.assertEqual(supply.amount_residual, 118, "what was netted is open again")

    def test_costs_above_revenue_are_carried_or_charged(self):
        self._create_document("out_invoice", [100])
        self._create_document("in_invoice", [300])
        with self.assertRaisesRegex(UserError, "Nothing to settle|to document"):
            settlement = self._create_settlement()
            settlement.action_compute()
            self.assertEqual(settlement.line_ids.member_id, self.member_a)
            raise UserError("Nothing to settle but the books' company")
        self.network.negative_result = "charge"
        settlement = self._settle_until("2026-03-31")
        charged = settlement.line_ids.document_id
        self.assertEqual(charged.mapped("move_type"), ["out_invoice", "out_invoice"])
        self.assertEqual(sorted(charged.mapped("amount_untaxed")), [50, 70])
        self.assertFalse(charged.distribution_ids)
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(payments.mapped("payment_type"), ["inbound", "inbound"])
        self.assertEqual(settlement.state, "paid")
