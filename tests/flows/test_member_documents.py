"""Policy ``principal``: self-billed drafts, uncovered output tax, netting act, payment runs."""

import base64
import csv
import io
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError

from tests.common import NetworkCase


class DocumentCase(NetworkCase):
    operating_form = "red_empresarial.operating_form_leader_self_billed"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dni = cls.env.ref("l10n_pe.it_DNI")
        for partner, vat in ((cls.partner_b, "40000001"), (cls.partner_c, "40000002")):
            partner.write(
                {"is_company": False, "l10n_latam_identification_type_id": dni.id, "vat": vat}
            )

    def _lines(self, settlement):
        return {line.member_id: line for line in settlement.line_ids}

    def _supply(self, partner, amount, member, post=True):
        """Goods passed on to a member: our invoice, not shared out."""
        return self._create_document(
            "out_invoice",
            [amount],
            post=post,
            partner_id=partner.id,
            network_member_id=member.id,
        )

    def _settle_sale(self):
        self._create_document("out_invoice", [100000])
        return self._settle()


class TestSelfBilled(DocumentCase):
    def test_posting_makes_a_draft_per_member(self):
        settlement = self._settle_sale()
        line = self._lines(settlement)[self.member_b]
        self.assertEqual(line.document_id.state, "draft")
        self.assertEqual(line.document_id.amount_untaxed, 35000)
        self.assertFalse(line.document_id.journal_id.l10n_latam_use_documents)
        self.assertEqual(line.payment_state, "pending")
        self.assertEqual(settlement.pending_document_count, 2)
        self.assertEqual(settlement.state, "posted")
        self.assertFalse(settlement.pay_members(self.bank, self._date("2026-04-05")))

    def test_paid_only_when_every_document_is_posted_and_paid(self):
        settlement = self._settle_sale()
        lines = self._lines(settlement)
        lines[self.member_b].document_id.action_post()
        self.assertEqual(lines[self.member_b].payment_state, "open")
        self.assertTrue(lines[self.member_b].document_id.name.startswith("AUTOF"))
        settlement.pay_members(self.bank, self._date("2026-04-05"))
        self.assertEqual(lines[self.member_b].payment_state, "done")
        self.assertEqual(settlement.state, "posted", "C's document is still a draft")
        lines[self.member_c].document_id.action_post()
        settlement.pay_members(self.bank, self._date("2026-04-05"))
        self.assertEqual(settlement.state, "paid")
        self.assertEqual(sorted(settlement.payment_ids.mapped("amount")), [29500, 41300])

    def test_a_deleted_draft_is_noticed_and_made_again(self):
        settlement = self._settle_sale()
        line = self._lines(settlement)[self.member_b]
        with self.assertRaisesRegex(UserError, "Taller B.*nothing is missing"):
            line.action_make_document()
        line.document_id.unlink()
        self.assertEqual(line.payment_state, "missing")
        self.assertEqual(settlement.state, "posted")
        line.action_make_document()
        self.assertEqual(line.payment_state, "pending")
        line.document_id.button_cancel()
        self.assertEqual(line.payment_state, "missing")
        line.action_make_document()
        line.document_id.action_post()
        self.assertEqual(line.payment_state, "open")

    def test_a_draft_made_for_somebody_else_is_refused(self):
        settlement = self._settle_sale()
        line = self._lines(settlement)[self.member_b]
        line.document_id.partner_id = self.partner_c
        with self.assertRaisesRegex(UserError, "Taller B.*another partner"):
            line.document_id.action_post()

    def test_a_draft_of_another_amount_is_refused_with_both(self):
        settlement = self._settle_sale()
        document = self._lines(settlement)[self.member_b].document_id
        document.invoice_line_ids.price_unit = 34999.99
        with (
            self.assertRaisesRegex(
                UserError, "Taller B states.*34,999.99.*LIQ.*35,000.00.*Make Document Again"
            ),
            self.cr.savepoint(),
        ):
            document.action_post()
        self.assertEqual(document.state, "draft")
        document.invoice_line_ids.price_unit = 35000
        document.action_post()
        self.assertEqual(document.state, "posted")

    def test_a_draft_may_be_split_over_products(self):
        settlement = self._settle_sale()
        line = self._lines(settlement)[self.member_b]
        share = line.document_id.invoice_line_ids
        share.price_unit = 30000
        share.copy({"move_id": line.document_id.id, "name": "Alpaca", "price_unit": 5000})
        line.document_id.action_post()
        self.assertEqual((line.payment_state, line.amount_open), ("open", 41300))

    def test_a_canceled_draft_that_was_replaced_is_not_revived(self):
        settlement = self._settle_sale()
        line = self._lines(settlement)[self.member_b]
        old = line.document_id
        old.button_cancel()
        line.action_make_document()
        old.button_draft()
        with self.assertRaisesRegex(UserError, f"Taller B is no document of {settlement.name}"):
            old.action_post()
        self.assertEqual(old.state, "draft")
        line.document_id.action_post()
        self.assertEqual(self._balance(line.item_ids.account_id, self.partner_b), -41300)

    def test_a_canceled_draft_of_a_reversed_settlement_is_not_revived(self):
        settlement = self._settle_sale()
        document = self._lines(settlement)[self.member_b].document_id
        document.button_cancel()
        settlement.action_reverse()
        document.button_draft()
        with self.assertRaisesRegex(UserError, f"is no document of {settlement.name}"):
            document.action_post()

    def test_a_posted_document_is_undone_by_its_settlement_alone(self):
        settlement = self._settle_sale()
        document = self._lines(settlement)[self.member_b].document_id
        document.action_post()
        with self.assertRaisesRegex(UserError, settlement.name):
            document.button_draft()
        drafts = self._lines(settlement)[self.member_c].document_id
        settlement.action_reverse()
        self.assertFalse(drafts.exists(), "a draft nobody posted goes with its settlement")
        self.assertEqual(document.payment_state, "reversed")
        again = self._create_settlement()
        again.action_compute()
        self.assertEqual(again.line_ids.mapped("amount_due"), [40000, 35000, 25000])

    def test_mixed_kinds_and_tax_regimes(self):
        """B is self-billed without tax, C gives its own invoice with tax."""
        ruc = self.env.ref("l10n_pe.it_RUC")
        self.partner_c.write(
            {
                "vat": "20600000021",
                "l10n_latam_identification_type_id": ruc.id,
                "is_company": True,
            }
        )
        self.member_b.documents_untaxed = True
        self.member_c.write(
            {
                "document_kind": "own_invoice",
                "document_tax_ids": [Command.set(self.vat_purchase.ids)],
            }
        )
        self._create_document("out_invoice", [100000])
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.action_approve()
        with (
            self.assertRaisesRegex(UserError, "Taller C has not given its invoice"),
            self.cr.savepoint(),
        ):
            settlement.action_post()
        lines = self._lines(settlement)
        lines[self.member_c].document_number = "E001-00000007"
        settlement.action_post()
        own = lines[self.member_c].document_id
        self.assertEqual((own.state, own.amount_tax), ("posted", 4500))
        self.assertEqual(own.l10n_latam_document_number, "E001-00000007")
        draft = lines[self.member_b].document_id
        self.assertEqual((draft.state, draft.amount_tax), ("draft", 0))
        draft.action_post()
        self.assertEqual(settlement.mapped("line_ids.payment_state"), ["none", "open", "open"])

    def test_peru_refuses_self_billing_of_a_member_with_ruc(self):
        ruc = self.env.ref("l10n_pe.it_RUC")
        self.partner_b.write({"vat": "20600000013", "l10n_latam_identification_type_id": ruc.id})
        self._create_document("out_invoice", [1000])
        with self.assertRaisesRegex(UserError, "Taller B has a RUC"):
            self._settle()

    def test_a_cooperative_ignores_the_kind_of_a_member(self):
        cooperative = self._create_network(
            "Cooperativa", "red_empresarial.operating_form_cooperative"
        )
        members = self._create_members(cooperative, [self.partner_a, self.partner_b])
        members[1].document_kind = "self_billed"
        self._create_agreement(cooperative, members, (1, 1))
        self._create_document("out_invoice", [1000], network=cooperative)
        act = self._settle(network=cooperative).line_ids.document_id
        self.assertEqual((act.state, act.amount_tax, act.journal_id.code), ("posted", 0, "ACOOP"))

    def test_two_companies_have_a_journal_each(self):
        company = self.env["res.company"].create({"name": "Segunda empresa"})
        first = self.company._get_network_self_billed_journal()
        self.assertEqual(first, self.company._get_network_self_billed_journal())
        self.assertNotEqual(first, company._get_network_self_billed_journal())


class TestUncoveredOutputTax(DocumentCase):
    def test_the_tax_no_member_invoiced_yet(self):
        self._create_document("out_invoice", [100000])
        self._create_document("in_invoice", [60000])
        self._create_document("out_invoice", [500], date="2026-04-20")
        settlement = self._settle()
        self.assertTrue(settlement.shows_output_tax)
        self.assertEqual(settlement.uncovered_output_tax, 18000 - 10800)
        self.assertEqual(self.network.uncovered_output_tax, 18000 - 10800 + 90)
        settlement.line_ids.document_id.action_post()
        self.env.invalidate_all()
        self.assertEqual(settlement.uncovered_output_tax, 7200 - 2520 - 1800)
        self.assertEqual(self.network.uncovered_output_tax, 2880 + 90)

    def test_other_networks_and_supplies_do_not_count(self):
        other = self._create_network("Otra", self.operating_form)
        members = self._create_members(other, self.members.partner_id)
        self._create_agreement(other, members, (1, 1, 1))
        self._create_document("out_invoice", [900], network=other)
        self._supply(self.partner_b, 500, self.member_b)
        self.assertEqual(self.network.uncovered_output_tax, 0)
        self.assertEqual(other.uncovered_output_tax, 162)

    def test_shown_only_where_the_company_has_such_taxes(self):
        self.assertTrue(self.network.shows_output_tax)
        company = self.env["res.company"].create({"name": "Sin impuestos"})
        network = self._create_network("Red sin", self.operating_form, company_id=company.id)
        self.assertFalse(network.shows_output_tax)
        consortium = self._create_network(
            "Consorcio", "red_empresarial.operating_form_consortium_operator"
        )
        self.assertFalse(consortium.shows_output_tax)


class TestNettingAct(DocumentCase):
    def test_an_act_of_what_is_not_posted_is_refused(self):
        self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        with self.assertRaisesRegex(UserError, f"{settlement.name} is not posted"):
            settlement.action_print_netting_act()
        with self.assertRaisesRegex(UserError, "not posted"):
            self.env["ir.actions.report"]._render_qweb_html(
                "red_empresarial.report_netting_act", settlement.ids
            )

    def test_posted_documents_are_compensated_and_listed(self):
        supply = self._supply(self.partner_b, 1000, self.member_b)
        draft = self._supply(self.partner_b, 700, self.member_b, post=False)
        settlement = self._settle_sale()
        line = self._lines(settlement)[self.member_b]
        self.assertEqual(line.amount_netted, -1180, "a draft supply is not netted")
        self.assertEqual(line._get_netting_act()["documents"], [], "nothing before its document")
        self.assertEqual(supply.amount_residual, 1180)
        line.document_id.action_post()
        act = line._get_netting_act()
        self.assertEqual(
            [(row["name"], row["amount"]) for row in act["documents"]],
            [(supply.name, -1180), (line.document_id.name, 1180)],
        )
        self.assertEqual(act["remaining"], 41300 - 1180)
        self.assertEqual(supply.amount_residual, 0)
        self.assertFalse(draft.line_ids.matched_credit_ids, "a draft is not compensated")
        self.assertEqual(draft.state, "draft")
        settlement.pay_members(self.bank, self._date("2026-04-05"))
        self.assertEqual(line._get_netting_act()["remaining"], 41300 - 1180)
        html = self._render(settlement)
        self.assertIn(supply.name, html)
        self.assertNotIn(draft.name or "no name", html)

    def _render(self, settlement):
        return str(
            self.env["ir.actions.report"]._render_qweb_html(
                "red_empresarial.report_netting_act", settlement.ids
            )[0]
        )

    def test_a_waiting_supply_is_not_netted_twice(self):
        self._supply(self.partner_b, 1000, self.member_b)
        self._settle_sale()
        self._create_document("out_invoice", [2000], date="2026-04-15")
        second = self._settle(date_to="2026-04-30")
        self.assertEqual(self._lines(second)[self.member_b].amount_netted, 0)

    def test_a_supply_paid_meanwhile_is_named_when_the_draft_is_posted(self):
        supply = self._supply(self.partner_b, 1000, self.member_b)
        settlement = self._settle_sale()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=supply.ids
        ).create({"journal_id": self.bank.id}).action_create_payments()
        with self.assertRaisesRegex(UserError, "reconciled meanwhile"):
            self._lines(settlement)[self.member_b].document_id.action_post()

    def test_attribution_lists_the_joint_documents(self):
        network = self._create_network(
            "Consorcio", "red_empresarial.operating_form_consortium_operator"
        )
        members = self._create_members(network, self.members.partner_id)
        self._create_agreement(network, members, (40, 35, 25))
        sale = self._create_document("out_invoice", [100000], network=network)
        bill = self._create_document("in_invoice", [60000], network=network)
        act = self._settle(network=network).line_ids[1]._get_netting_act()
        self.assertEqual(
            {row["name"]: row["amount"] for row in act["documents"]},
            {sale.name: 24780, bill.name: -24780},
        )
        self.assertEqual(act["remaining"], 10220)


class TestPaymentRuns(DocumentCase):
    def set_up_once(self):
        super().set_up_once()
        self.settlement = self._settle_sale()
        self.lines = self._lines(self.settlement)

    def _pay(self, *members):
        for member in members:
            self.lines[member].document_id.action_post()
        return self.settlement.pay_members(self.bank, self._date("2026-04-05"))

    def _give_account(self, partner, number):
        self.env["res.partner.bank"].create(
            {"partner_id": partner.id, "acc_number": number, "allow_out_payment": True}
        )

    def _read_bank_file(self):
        action = self.settlement.action_bank_file()
        attachment = self.env["ir.attachment"].browse(
            int(action["url"].split("/")[3].partition("?")[0])
        )
        text = base64.b64decode(attachment.datas).decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text)))

    def test_each_run_has_one_reference(self):
        name = self.settlement.name
        first = self._pay(self.member_b)
        self.assertEqual(first.mapped("network_batch_reference"), [f"{name}-1"])
        second = self._pay(self.member_c)
        self.assertEqual(second.mapped("network_batch_reference"), [f"{name}-2"])

    def test_receipts_are_printed_at_once(self):
        with self.assertRaisesRegex(UserError, "no payments yet"):
            self.settlement.action_print_receipts()
        payments = self._pay(self.member_b, self.member_c)
        action = self.settlement.action_print_receipts()
        self.assertEqual(action["report_name"], "account.report_payment_receipt")
        self.assertEqual(set(action["context"]["active_ids"]), set(payments.ids))

    def test_bank_file_of_the_last_run(self):
        self._give_account(self.partner_b, "191-1")
        self._give_account(self.partner_c, "191-2")
        self._pay(self.member_b)
        self._pay(self.member_c)
        rows = self._read_bank_file()
        self.assertEqual(len(rows), 2, "the first run was sent before")
        self.assertEqual(
            rows[1],
            ["Taller C", "40000002", "", "191-2", "PEN", "29500.00", f"{self.settlement.name}-2"],
        )

    def test_members_without_a_bank_account_are_all_named(self):
        self._pay(self.member_b, self.member_c)
        with self.assertRaisesRegex(UserError, "Taller B, Taller C"):
            self.settlement.action_bank_file()

    def test_deductions_are_kept_back(self):
        account = self.env["account.account"].search(
            [("code", "=like", "4%"), ("account_type", "=", "liability_current")], limit=1
        )
        deductions = patch.object(
            type(self.settlement),
            "_get_payment_deductions",
            lambda settlement, line: [(account, 1300.0, "Retención")],
        )
        with deductions:
            payment = self._pay(self.member_b)
        self.assertEqual(payment.amount, 40000)
        self.assertEqual(self._balance(account, moves=payment.move_id), -1300)
        self.assertEqual(self.lines[self.member_b].payment_state, "done")
        self.assertEqual(self._balance(payment.destination_account_id, self.partner_b), 0)

    def test_too_high_deductions_name_the_member(self):
        account = self.company.account_sale_tax_id.invoice_repartition_line_ids.account_id[:1]
        deductions = patch.object(
            type(self.settlement),
            "_get_payment_deductions",
            lambda settlement, line: [(account, 99999.0, "Retención")],
        )
        with deductions, self.assertRaisesRegex(UserError, "Taller B"):
            self._pay(self.member_b)
