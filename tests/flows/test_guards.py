"""What a posted joint document and its attribution entry allow, refuse and undo."""

from datetime import timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from tests.common import NetworkCase


class GuardCase(NetworkCase):
    def _companion(self, move):
        return move.attribution_move_ids.filtered(lambda entry: entry.state == "posted")

    def _counts(self):
        """What posting writes: entries, rows and open items; for "nothing half-written"."""
        return (
            self.env["account.move"].search_count([("state", "=", "posted")]),
            self.env["account.move"].search_count([("attribution_origin_id", "!=", False)]),
            self.env["business.network.distribution"].search_count([]),
        )

    def _lock(self, field, date):
        self.company[field] = date


class TestReset(GuardCase):
    def test_reset_removes_rows_and_companion(self):
        before = self._counts()
        sale = self._create_document("out_invoice", [1000])
        companion = sale.attribution_move_ids
        sale.button_draft()
        self.assertFalse(sale.distribution_ids)
        self.assertFalse(companion.exists())
        self.assertEqual(self._counts(), before)

    def test_posting_again_recreates_them_once(self):
        sale = self._create_document("out_invoice", [1000])
        sale.button_draft()
        sale.action_post()
        self.assertEqual(len(sale.distribution_ids), 3)
        self.assertEqual(len(sale.attribution_move_ids), 1)
        self.assertEqual(self._shares(sale), [400, 350, 250])

    def test_posting_again_follows_the_corrected_amount(self):
        sale = self._create_document("out_invoice", [1000])
        sale.button_draft()
        sale.invoice_line_ids.price_unit = 2000
        sale.action_post()
        self.assertEqual(self._shares(sale), [800, 700, 500])
        self.assertEqual(
            self._balance(self.network.member_payable_account_id, self.partner_b), -700
        )

    def test_cancel_removes_rows_and_companion(self):
        before = self._counts()
        sale = self._create_document("out_invoice", [1000])
        sale.button_cancel()
        self.assertEqual(sale.state, "cancel")
        self.assertEqual(self._counts(), before)

    def test_several_documents_reset_at_once(self):
        before = self._counts()
        moves = self._create_document("out_invoice", [1000]) | self._create_document(
            "in_invoice", [600]
        )
        moves.button_draft()
        self.assertEqual(self._counts(), before)

    def test_reset_of_a_settled_document_names_the_settlement(self):
        sale = self._create_document("out_invoice", [1000])
        settlement = self._create_settlement()
        settlement.action_compute()
        with self.assertRaisesRegex(UserError, settlement.name):
            sale.button_draft()
        self.assertEqual(sale.state, "posted")
        settlement.action_reset_to_draft()
        sale.button_draft()
        self.assertEqual(sale.state, "draft")

    def test_cancel_of_a_settled_document_names_the_settlement(self):
        sale = self._create_document("out_invoice", [1000])
        settlement = self._settle()
        with self.assertRaisesRegex(UserError, settlement.name):
            sale.button_cancel()

    def test_reset_with_a_reconciled_member_line_names_the_member(self):
        sale = self._create_document("out_invoice", [1000])
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.partner_b.id,
                "amount": 100,
                "journal_id": self.bank.id,
                "destination_account_id": self.network.member_payable_account_id.id,
            }
        )
        payment.outstanding_account_id = self.bank.default_account_id
        payment.action_post()
        item = self._companion(sale).line_ids.filtered(lambda i: i.partner_id == self.partner_b)
        (
            item | payment.move_id.line_ids.filtered(lambda i: i.account_id == item.account_id)
        ).reconcile()
        with self.assertRaisesRegex(UserError, self.partner_b.name):
            sale.button_draft()
        self.assertEqual(len(sale.distribution_ids), 3)

    def test_copy_takes_neither_rows_nor_links(self):
        sale = self._create_document("out_invoice", [1000])
        copy = sale.copy()
        self.assertEqual(copy.network_id, self.network)
        self.assertFalse(copy.distribution_ids)
        self.assertFalse(copy.attribution_move_ids)
        self.assertFalse(copy.attribution_origin_id)
        self.assertFalse(copy.network_settlement_id)


class TestAttributionEntry(GuardCase):
    def set_up_once(self):
        super().set_up_once()
        self.sale = self._create_document("out_invoice", [1000])
        self.entry = self.sale.attribution_move_ids

    def test_direct_reset_is_refused_naming_the_document(self):
        with self.assertRaisesRegex(UserError, self.sale.name):
            self.entry.button_draft()

    def test_direct_cancel_is_refused(self):
        with self.assertRaisesRegex(UserError, self.sale.name):
            self.entry.button_cancel()

    def test_direct_reversal_is_refused(self):
        with self.assertRaisesRegex(UserError, self.sale.name):
            self.entry._reverse_moves(cancel=True)
        with self.assertRaisesRegex(UserError, self.sale.name):
            self.entry._reverse_moves()

    def test_direct_deletion_is_refused(self):
        with self.assertRaises(UserError):
            self.entry.unlink()
        with self.assertRaisesRegex(UserError, self.sale.name):
            self.entry.with_context(force_delete=True).unlink()

    def test_reset_with_the_source_in_one_selection(self):
        """Both selected in a list: the entry goes with its document, never by itself."""
        with self.assertRaisesRegex(UserError, self.sale.name):
            (self.sale | self.entry).button_draft()

    def test_a_copy_of_the_entry_is_no_joint_document(self):
        copy = self.entry.copy({"date": "2026-03-15"})
        copy.action_post()
        self.assertFalse(copy.distribution_ids)
        self.assertFalse(copy.attribution_move_ids)
        self.assertEqual(self.network.joint_sale_amount, 1000)

    def test_two_posted_entries_for_one_document_are_impossible(self):
        double = self.entry.copy({"attribution_origin_id": self.sale.id})
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            double._post(soft=False)
            self.env.flush_all()

    def test_distributing_twice_is_impossible(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            self.sale._distribute()
            self.env.flush_all()

    def test_no_analytic_distribution(self):
        self.assertFalse(any(self.entry.line_ids.mapped("analytic_distribution")))
        self.assertTrue(all(self.sale.invoice_line_ids.mapped("analytic_distribution")))


class TestFrozen(GuardCase):
    def set_up_once(self):
        super().set_up_once()
        self.bill = self._create_document("in_invoice", [1000])
        self.entry = self.bill.attribution_move_ids

    def test_network_of_a_posted_document_cannot_change(self):
        other = self._create_network("Otra", self.operating_form)
        for network in (other.id, False):
            with self.assertRaisesRegex(UserError, "network"):
                self.bill.network_id = network

    def test_network_of_a_posted_own_document_cannot_be_set(self):
        own = self._create_document("out_invoice", [10], network=self.env["business.network"])
        self.assertFalse(own.distribution_ids)
        with self.assertRaisesRegex(UserError, "network"):
            own.network_id = self.network

    def test_same_network_may_be_written(self):
        self.bill.network_id = self.network
        self.assertEqual(len(self.bill.distribution_ids), 6)

    def test_items_of_the_document_are_frozen(self):
        account = self.bill.invoice_line_ids.account_id.copy({"code": "659998"})
        with self.assertRaisesRegex(UserError, "frozen"):
            self.bill.invoice_line_ids.account_id = account
        for field in ("price_unit", "quantity", "discount"):
            with self.assertRaisesRegex(UserError, "frozen"):
                self.bill.invoice_line_ids[field] = 7

    def test_items_of_the_entry_are_frozen(self):
        item = self.entry.line_ids.filtered(lambda i: i.partner_id == self.partner_b)
        for vals in (
            {"account_id": self.bill.invoice_line_ids.account_id.id},
            {"balance": 1.0},
            {"debit": 1.0},
            {"amount_currency": 1.0},
            {"partner_id": self.partner_c.id},
        ):
            with self.assertRaisesRegex(UserError, "frozen|posted"):
                item.write(vals)

    def test_items_cannot_be_added_or_removed(self):
        item = self.entry.line_ids[:1]
        with self.assertRaises(UserError):
            item.unlink()
        with self.assertRaises(UserError):
            self.entry.with_context(skip_readonly_check=True).write(
                {
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": item.account_id.id,
                                "balance": balance,
                                "partner_id": self.partner_c.id,
                            }
                        )
                        for balance in (1.0, -1.0)
                    ]
                }
            )

    def test_date_of_a_shared_out_document_cannot_change(self):
        with self.assertRaises(UserError):
            self.bill.date = "2026-04-15"
        with self.assertRaises(UserError):
            self.entry.date = "2026-04-15"

    def test_rows_cannot_be_written(self):
        row = self.bill.distribution_ids[:1]
        for vals in ({"amount": 1}, {"member_id": self.member_c.id}, {"weight": "1"}):
            with self.assertRaisesRegex(UserError, "frozen"):
                row.write(vals)

    def test_own_trade_is_not_frozen(self):
        own = self._create_document("out_invoice", [10], network=self.env["business.network"])
        own.line_ids.filtered(lambda i: i.display_type == "payment_term").name = "x"
        own.button_draft()
        self.assertEqual(own.state, "draft")


class TestLockDates(GuardCase):
    def test_source_and_companion_move_together(self):
        self._lock("fiscalyear_lock_date", "2026-03-31")
        for move_type in ("out_invoice", "in_invoice"):
            move = self._create_document(move_type, [1000], date="2026-03-15")
            self.assertGreater(move.date, self._date("2026-03-31"))
            self.assertEqual(move.attribution_move_ids.date, move.date)
            self.assertEqual(set(move.distribution_ids.mapped("date")), {move.date})

    def test_sale_and_tax_locks_move_both(self):
        for field in ("sale_lock_date", "tax_lock_date"):
            self._lock(field, "2026-03-31")
            move = self._create_document("out_invoice", [1000], date="2026-03-15")
            self.assertGreater(move.date, self._date("2026-03-31"))
            self.assertEqual(move.attribution_move_ids.date, move.date)

    def test_moved_document_follows_the_agreement_of_its_new_date(self):
        self.agreement.action_end(self._date("2026-03-31"))
        self._create_agreement(self.network, self.members, (0, 0, 1), date_from="2026-04-01")
        self._lock("fiscalyear_lock_date", "2026-03-31")
        move = self._create_document("out_invoice", [1000], date="2026-03-15")
        self.assertEqual(self._shares(move), [0, 0, 1000])

    def test_reset_in_a_locked_period_is_refused(self):
        move = self._create_document("out_invoice", [1000])
        self._lock("fiscalyear_lock_date", "2026-03-31")
        before = self._counts()
        with self.assertRaises(UserError), self.cr.savepoint():
            move.button_draft()
        self.env.invalidate_all()
        self.assertEqual(self._counts(), before)
        self.assertEqual(move.state, "posted")


class TestHashedJournals(GuardCase):
    def _hash(self, journal):
        journal.restrict_mode_hash_table = True

    def test_hashed_source_is_not_reset(self):
        sale = self._create_document("out_invoice", [1000])
        self._hash(sale.journal_id)
        sale.button_hash()
        self.assertTrue(sale.inalterable_hash)
        with self.assertRaises(UserError), self.cr.savepoint():
            sale.button_draft()
        self.assertEqual(len(sale.distribution_ids), 3)
        self.assertEqual(self._companion(sale).state, "posted")

    def test_hashed_companion_of_an_open_source_refuses_the_reset_by_name(self):
        self._hash(self.network.attribution_journal_id)
        sale = self._create_document("out_invoice", [1000])
        companion = self._companion(sale)
        self.assertTrue(companion.inalterable_hash)
        with self.assertRaisesRegex(UserError, companion.name), self.cr.savepoint():
            sale.button_draft()
        self.assertEqual(sale.state, "posted")

    def test_hashed_source_is_corrected_by_a_credit_note(self):
        self._hash(self.network.attribution_journal_id)
        sale = self._create_document("out_invoice", [1000])
        refund = self._refund(sale)
        self.assertEqual(self._shares(refund), [-400, -350, -250])
        self.assertEqual(self._balance(self.network.member_payable_account_id), 0)


class TestAuditTrail(GuardCase):
    def set_up_once(self):
        super().set_up_once()
        self.company.restrictive_audit_trail = True

    def test_reset_cancels_the_companion_and_posting_again_makes_another(self):
        sale = self._create_document("out_invoice", [1000])
        first = sale.attribution_move_ids
        sale.button_draft()
        self.assertEqual(first.state, "cancel")
        self.assertFalse(sale.distribution_ids)
        sale.action_post()
        self.assertEqual(len(sale.attribution_move_ids), 2)
        self.assertEqual(len(self._companion(sale)), 1)
        self.assertEqual(
            self._balance(self.network.member_payable_account_id, self.partner_b), -350
        )
        sale.button_draft()
        sale.action_post()
        self.assertEqual(len(self._companion(sale)), 1)

    def test_a_canceled_companion_cannot_come_back(self):
        sale = self._create_document("out_invoice", [1000])
        first = sale.attribution_move_ids
        sale.button_draft()
        sale.action_post()
        with self.assertRaisesRegex(UserError, sale.name):
            first.button_draft()


class TestFutureDocuments(GuardCase):
    def test_future_document_is_distributed_when_the_cron_posts_it(self):
        tomorrow = fields.Date.today() + timedelta(days=1)
        move = self._create_document("out_invoice", [1000], post=False, date=tomorrow)
        move._post(soft=True)
        self.assertEqual(move.state, "draft")
        self.assertFalse(move.distribution_ids)
        with (
            freeze_time(tomorrow + timedelta(days=1)),
            patch.object(self.env.registry["ir.cron"], "_commit_progress"),
        ):
            self.env["account.move"]._autopost_draft_entries()
        self.assertEqual(move.state, "posted")
        self.assertEqual(self._shares(move), [400, 350, 250])
        self.assertEqual(move.attribution_move_ids.date, move.date)


class TestSettlementEntries(GuardCase):
    """Entries that a settlement made are undone by reversing the settlement, not one by one."""

    def test_direct_reset_of_the_netting_is_refused_naming_the_settlement(self):
        self._create_document("out_invoice", [1000])
        self._create_document("in_invoice", [600])
        settlement = self._settle()
        entry = settlement.move_ids
        self.assertEqual(len(entry), 1)
        for undo in (entry.button_draft, entry.button_cancel, entry._reverse_moves):
            with self.assertRaisesRegex(UserError, settlement.name):
                undo()

    def test_reversing_the_settlement_undoes_its_entries(self):
        self._create_document("out_invoice", [1000])
        self._create_document("in_invoice", [600])
        settlement = self._settle()
        settlement.action_reverse()
        self.assertEqual(settlement.state, "reversed")
        self.assertEqual(len(settlement.move_ids), 2)


class TestMemberDocuments(GuardCase):
    operating_form = "red_empresarial.operating_form_cooperative"

    def set_up_once(self):
        super().set_up_once()
        self._create_document("out_invoice", [1000])
        self.settlement = self._settle()
        self.document = self.settlement.line_ids.document_id[:1]

    def test_direct_reset_or_credit_note_is_refused_naming_the_settlement(self):
        for undo in (
            self.document.button_draft,
            self.document.button_cancel,
            self.document._reverse_moves,
        ):
            with self.assertRaisesRegex(UserError, self.settlement.name):
                undo()

    def test_a_copy_is_no_joint_document(self):
        copy = self.document.copy({"invoice_date": "2026-03-20", "date": "2026-03-20"})
        copy.action_post()
        self.assertFalse(copy.distribution_ids)
