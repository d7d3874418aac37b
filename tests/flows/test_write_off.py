"""Losses on joint receivables are shared out as the documents were, net of corrected tax."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form

from tests.common import NetworkCase


class WriteOffCase(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.loss = cls.env["account.account"].create(
            {"name": "Cobranza dudosa", "code": "6841099", "account_type": "expense"}
        )
        cls.company.account_journal_early_pay_discount_loss_account_id = cls.loss
        cls.discount_term = cls.env["account.payment.term"].create(
            {
                "name": "2 % a 10 días",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "included",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )

    def _pay(self, invoices, date, **vals):
        return (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create({"payment_date": date, "journal_id": self.bank.id, **vals})
            ._create_payments()
        )

    def _write_off(self, invoice, **vals):
        action = (
            self.env["business.network.write.off"]
            .create(
                {
                    "move_id": invoice.id,
                    "date": "2026-06-30",
                    "account_id": self.loss.id,
                    "reason": "Insolvencia del comprador",
                    **vals,
                }
            )
            .action_write_off()
        )
        return self.env["account.move"].browse(action["res_id"])


class TestEarlyPayment(WriteOffCase):
    def test_a_discount_is_shared_out_net_of_its_tax(self):
        invoice = self._create_document(
            "out_invoice", [1000], invoice_payment_term_id=self.discount_term.id
        )
        payment = self._pay(invoice, "2026-03-18")
        self.assertEqual(payment.amount, 1156.4)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self._shares(payment.move_id), [-8, -7, -5])
        self.assertEqual(set(payment.move_id.distribution_ids.mapped("basis")), {"original"})
        self.assertEqual(self._balance(self.loss), 8, "the operator keeps its own part")
        self.assertEqual(self._tax_balance(self.vat_sale), -176.4)
        self.assertEqual(
            self._balance(self.network.member_receivable_account_id, self.partner_b), 7
        )

    def test_the_attribution_leaves_the_taxed_base_with_the_operator(self):
        invoice = self._create_document(
            "out_invoice", [1000], invoice_payment_term_id=self.discount_term.id
        )
        payment = self._pay(invoice, "2026-03-18")
        base = self._tax_base_balance(self.vat_sale)
        self.assertEqual(base, -980)
        self.assertFalse(payment.move_id.attribution_move_ids.line_ids.tax_ids)

    def test_undoing_the_payment_undoes_the_shares(self):
        invoice = self._create_document(
            "out_invoice", [1000], invoice_payment_term_id=self.discount_term.id
        )
        payment = self._pay(invoice, "2026-03-18")
        payment.action_draft()
        self.assertFalse(payment.move_id.distribution_ids)
        self.assertEqual(self._balance(self.network.member_receivable_account_id), 0)

    def test_a_payment_in_full_shares_nothing_out(self):
        invoice = self._create_document("out_invoice", [1000])
        payment = self._pay(invoice, "2026-03-18")
        self.assertFalse(payment.move_id.network_id)
        self.assertFalse(payment.move_id.distribution_ids)

    def test_of_several_documents_paid_at_once_who_earned_the_discount_bears_it(self):
        """X is all of A and earns 2 %, Y is all of B and earns nothing; annexes of other scales."""
        earning, other = self._create_two_documents(self.discount_term)
        payment = self._pay(earning | other, "2026-03-18", group_payment=True)
        self.assertEqual(payment.amount, 1180 * 2 - 23.6)
        self.assertEqual(self._shares(payment.move_id), [-20, 0, 0])
        self.assertEqual((earning | other).mapped("payment_state"), ["paid", "paid"])

    def test_documents_of_one_discount_bear_it_by_their_amounts(self):
        documents = self._create_two_documents(self.discount_term, self.discount_term)
        payment = self._pay(documents, "2026-03-18", group_payment=True)
        self.assertEqual(self._shares(payment.move_id), [-20, -20, 0])

    def test_different_discounts_in_one_payment_are_refused(self):
        five = self.discount_term.copy({"name": "5 %", "discount_percentage": 5})
        documents = self._create_two_documents(self.discount_term, five)
        with self.assertRaisesRegex(UserError, "different early payment discounts.*apart"):
            self._pay(documents, "2026-03-18", group_payment=True)
        self.assertEqual(documents.mapped("payment_state"), ["not_paid", "not_paid"])

    def test_a_document_of_the_company_beside_it_earns_nothing_and_shares_nothing(self):
        earning = self._create_document(
            "out_invoice", [1000], invoice_payment_term_id=self.discount_term.id
        )
        own = self._create_document("out_invoice", [1000], network=self.env["business.network"])
        payment = self._pay(earning | own, "2026-03-18", group_payment=True)
        self.assertEqual(self._shares(payment.move_id), [-8, -7, -5])

    def _create_two_documents(self, *terms):
        """One of A alone and one of B alone, each with its term if there is one."""
        documents = self.env["account.move"]
        for number, weights in enumerate(((1, 0, 0), (0, 100, 0))):
            annex = self._create_agreement(
                self.network, self.members, weights, parent_id=self.agreement.id, name=f"{number}"
            )
            term = terms[number].id if number < len(terms) else False
            documents |= self._create_document(
                "out_invoice", [1000], network_annex_id=annex.id, invoice_payment_term_id=term
            )
        return documents

    def test_a_difference_over_two_networks_is_refused_by_name(self):
        other = self._create_network("Otra red", self.operating_form)
        members = self._create_members(other, [self.partner_a, self.partner_b])
        self._create_agreement(other, members, (1, 1))
        invoices = self._create_document("out_invoice", [100])
        invoices += self._create_document("out_invoice", [100], network=other)
        with self.assertRaisesRegex(UserError, f"{invoices[0].name}.*apart"):
            self._pay(
                invoices,
                "2026-03-18",
                group_payment=True,
                amount=230,
                payment_difference_handling="reconcile",
                writeoff_account_id=self.loss.id,
            )


class TestBadDebt(WriteOffCase):
    def test_the_loss_with_its_tax(self):
        invoice = self._create_document("out_invoice", [1000])
        entry = self._write_off(invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self._shares(entry), [-472, -413, -295])
        self.assertEqual(self._balance(self.loss), 472)

    def test_the_loss_net_of_the_tax_the_law_gives_back(self):
        invoice = self._create_document("out_invoice", [1000])
        self._pay(invoice, "2026-04-01", amount=590, payment_difference_handling="open")
        entry = self._write_off(invoice, corrects_tax=True)
        self.assertEqual(self._shares(entry), [-200, -175, -125])
        self.assertEqual(self._tax_balance(self.vat_sale), -90)
        self.assertEqual(invoice.amount_residual, 0)

    def test_a_changed_agreement_does_not_change_who_bears_it(self):
        invoice = self._create_document("out_invoice", [1000])
        self._create_agreement(
            self.network, self.members, (1, 0, 0), date_from="2026-04-01", filing_date=False
        )
        self.assertEqual(self._shares(self._write_off(invoice)), [-472, -413, -295])

    def test_a_settlement_deducts_it(self):
        invoice = self._create_document("out_invoice", [1000])
        self._write_off(invoice)
        settlement = self._settle(date_to="2026-06-30")
        self.assertEqual(settlement.line_ids.mapped("amount_net"), [-72, -63, -45])

    def test_on_the_collected_basis_a_loss_counts_as_collected(self):
        self.network.settlement_basis = "collected"
        invoice = self._create_document("out_invoice", [1000])
        self._pay(invoice, "2026-04-01", amount=590, payment_difference_handling="open")
        self._write_off(invoice, corrects_tax=True)
        settlement = self._settle(date_to="2026-06-30")
        self.assertEqual(settlement.line_ids.mapped("amount_revenue"), [400, 350, 250])
        self.assertEqual(settlement.line_ids.mapped("amount_expense"), [200, 175, 125])
        self.assertEqual(settlement.line_ids.mapped("amount_net"), [200, 175, 125])

    def _open_wizard(self, invoice):
        return Form(self.env["business.network.write.off"].with_context(default_move_id=invoice.id))

    def test_the_account_of_doubtful_receivables_of_the_chart_is_proposed(self):
        invoice = self._create_document("out_invoice", [1000])
        form = self._open_wizard(invoice)
        self.assertTrue(form.account_id.code.startswith("68711"), form.account_id.code)
        form.reason = "Insolvencia del comprador"
        proposed = form.account_id
        form.save().action_write_off()
        self.assertEqual(self._balance(proposed), 472, "the operator keeps its own part")

    def test_another_account_may_be_chosen(self):
        form = self._open_wizard(self._create_document("out_invoice", [1000]))
        form.account_id = self.loss
        form.reason = "Insolvencia del comprador"
        self.assertEqual(form.save().account_id, self.loss)

    def test_a_chart_without_such_an_account_proposes_none(self):
        self.company.chart_template = "generic_coa"
        form = self._open_wizard(self._create_document("out_invoice", [1000]))
        self.assertFalse(form.account_id)

    def test_twice_is_refused(self):
        invoice = self._create_document("out_invoice", [1000])
        self._write_off(invoice)
        with self.assertRaisesRegex(UserError, "nothing of it is open"):
            self._write_off(invoice)

    def test_only_posted_joint_invoices(self):
        plain = self._create_document("out_invoice", [100], network=self.env["business.network"])
        with self.assertRaisesRegex(UserError, "not a posted joint invoice"):
            self._write_off(plain)
