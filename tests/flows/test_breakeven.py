"""The milestone of phase 6, proved by the posted entries of the whole joint business."""

from odoo import fields
from odoo.exceptions import UserError

from tests.common import NetworkCase


class TestBreakeven(NetworkCase):
    def set_up_once(self):
        super().set_up_once()
        self.milestone = self.network.verification_ids.filtered(lambda v: v.proof == "breakeven")

    def _trade(self, month, income, expense):
        if income:
            self._create_document("out_invoice", [income], date=f"2026-{month:02d}-10")
        if expense:
            self._create_document("in_invoice", [expense], date=f"2026-{month:02d}-12")

    def _prove(self):
        self.env["business.network.verification"]._cron_prove_milestones()

    def test_pending_while_expenses_exceed_income(self):
        self._trade(2, 100, 250)
        self._prove()
        self.assertEqual(self.milestone.state, "pending")

    def test_income_without_expenses_proves_nothing(self):
        self._trade(2, 100, 0)
        self._prove()
        self.assertEqual(self.milestone.state, "pending")

    def test_verified_by_itself_with_date_and_evidence(self):
        self._trade(2, 100, 250)
        self._trade(3, 150, 0)
        self._trade(4, 80, 10)
        self._prove()
        self.assertRecordValues(
            self.milestone,
            [
                {
                    "state": "verified",
                    "reached_date": fields.Date.to_date("2026-03-31"),
                    "evidence_income": 250,
                    "evidence_expense": 250,
                    "evidence_count": 3,
                    "is_stale": False,
                }
            ],
        )

    def test_attribution_entries_do_not_count(self):
        """The operator's own accounts show 40 % of it; the joint business is the whole."""
        self._trade(2, 100, 100)
        self._prove()
        self.assertEqual(self.milestone.evidence_income, 100)
        cited = self.milestone.evidence_move_ids
        self.assertFalse(cited.filtered("attribution_origin_id"))

    def test_proving_twice_changes_nothing(self):
        self._trade(2, 100, 50)
        self._prove()
        messages = len(self.milestone.message_ids)
        self._trade(3, 100, 500)
        self._prove()
        self.assertEqual(len(self.milestone.message_ids), messages)
        self.assertEqual(self.milestone.evidence_income, 100)

    def test_evidence_turns_stale_when_a_cited_entry_changes(self):
        self._trade(2, 100, 50)
        self._prove()
        self.assertFalse(self.milestone.is_stale)
        self.milestone.evidence_move_ids.filtered(
            lambda move: move.move_type == "in_invoice"
        ).button_draft()
        self.milestone.invalidate_recordset(["is_stale"])
        self.assertTrue(self.milestone.is_stale)
        self.milestone.action_reset()
        self._prove()
        self.assertEqual(self.milestone.state, "pending")

    def test_a_person_cannot_state_what_the_books_prove(self):
        with self.assertRaisesRegex(UserError, "proved by the books"):
            self.milestone.action_verify()

    def test_a_person_names_the_evidence(self):
        charter = self.network.verification_ids.filtered(
            lambda v: v.milestone_id.code == "self_selection"
        )
        with self.assertRaisesRegex(UserError, "evidence"):
            charter.action_verify()
        charter.source = "Acta de constitución"
        charter.action_verify()
        self.assertEqual(charter.verified_by_id, self.env.user)

    def test_nobody_writes_the_state_by_hand(self):
        with self.assertRaisesRegex(UserError, "looking at the books"):
            self.milestone.with_user(self.env.ref("base.user_admin")).write({"state": "verified"})
