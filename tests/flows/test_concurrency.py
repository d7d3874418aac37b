"""Two transactions at once, on committed records: rows are settled once."""

from threading import Thread
from unittest.mock import patch

import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "standard")
class TestConcurrentSettlements(TransactionCase):
    """Works in its own cursors: the class's transaction sees nothing and holds no lock."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove)
        self.made = []
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            # No defaults: they would stay behind in the company of the test database.
            with patch.object(
                self.registry["res.company"], "_get_network_defaults", lambda company: {}
            ):
                network = env["business.network"].create({"name": "Red a la vez"})
            self._note(network.analytic_account_id)
            self._note(network)
            member = env["business.network.member"].create(
                {
                    "network_id": network.id,
                    "partner_id": env.company.partner_id.id,
                    "date_from": "2026-01-01",
                }
            )
            self._note(member)
            move = env["account.move"].create(
                {"move_type": "entry", "date": "2026-03-15", "network_id": network.id}
            )
            self._note(move)
            rows = env["business.network.distribution"].create(
                [self._prepare_row(network, member, move, amount) for amount in (100, 200)]
            )
            self._note(rows)
            settlements = env["business.network.settlement"].create(
                [{"network_id": network.id, "date_to": "2026-03-31"} for _number in range(2)]
            )
            self._note(settlements)
            self.row_ids, self.settlement_ids = rows.ids, settlements.ids

    def _prepare_row(self, network, member, move, amount):
        return {
            "network_id": network.id,
            "company_id": network.company_id.id,
            "move_id": move.id,
            "date": "2026-03-15",
            "member_id": member.id,
            "partner_id": member.partner_id.id,
            "kind": "revenue",
            "account_id": network.env["account.account"].search([], limit=1).id,
            "currency_id": network.currency_id.id,
            "company_currency_id": network.currency_id.id,
            "amount_currency": amount,
            "amount": amount,
            "basis": "revenue_weights",
            "weight": "1",
            "weight_total": "1",
        }

    def _note(self, records):
        self.made.append((records._name, records.ids))

    def _remove(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            for model, ids in reversed(self.made):
                records = env[model].browse(ids).exists()
                if model == "business.network.settlement":
                    records.filtered(lambda s: s.state != "draft").action_reset_to_draft()
                records.unlink()

    def _compute(self, cr, settlement_id):
        cr.execute("SET LOCAL lock_timeout = '20s'")
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["business.network.settlement"].browse(settlement_id).action_compute()
        env.flush_all()

    def _compute_in_thread(self, settlement_id):
        """Compute in a second transaction that began before the first one commits."""
        outcome = []

        def run():
            with mute_logger("odoo.sql_db"), self.registry.cursor() as cr:
                try:
                    self._compute(cr, settlement_id)
                    outcome.append("computed")
                except psycopg2.errors.SerializationFailure:
                    cr.rollback()
                    outcome.append("retry")

        thread = Thread(target=run)
        thread.start()
        return thread, outcome

    def _wait_until_blocked(self):
        with self.registry.cursor() as cr:
            for _number in range(200):
                cr.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cr.fetchone()[0]:
                    return True
                cr.execute("SELECT pg_sleep(0.05)")
        return False

    def _settlements_of_rows(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            rows = env["business.network.distribution"].browse(self.row_ids)
            return rows.settlement_line_id.settlement_id.ids

    def test_the_second_waits_is_refused_and_finds_nothing_when_retried(self):
        first, second = self.settlement_ids
        with self.registry.cursor() as cr:
            self._compute(cr, first)
            thread, outcome = self._compute_in_thread(second)
            self.assertTrue(self._wait_until_blocked())
            cr.commit()
        thread.join(30)
        self.assertEqual(outcome, ["retry"])
        self.assertEqual(self._settlements_of_rows(), [first])
        with self.registry.cursor() as cr, self.assertRaisesRegex(UserError, "Red a la vez"):
            self._compute(cr, second)

    def test_parts_of_the_same_rows_are_taken_once(self):
        first, second = self.settlement_ids
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["business.network.settlement"].browse(self.settlement_ids).basis = "collected"
        with self.registry.cursor() as cr:
            self._compute(cr, first)
            thread, outcome = self._compute_in_thread(second)
            self.assertTrue(self._wait_until_blocked())
            cr.commit()
        thread.join(30)
        self.assertEqual(outcome, ["retry"])
        with self.registry.cursor() as cr, self.assertRaisesRegex(UserError, "Red a la vez"):
            self._compute(cr, second)
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            parts = env["business.network.distribution.part"].search(
                [("distribution_id", "in", self.row_ids)]
            )
            self.assertEqual(sum(parts.mapped("amount_currency")), 300)

    def test_the_second_takes_them_when_the_first_gives_up(self):
        first, second = self.settlement_ids
        with self.registry.cursor() as cr:
            self._compute(cr, first)
            thread, outcome = self._compute_in_thread(second)
            self.assertTrue(self._wait_until_blocked())
            cr.rollback()
        thread.join(30)
        self.assertEqual(outcome, ["computed"])
        self.assertEqual(self._settlements_of_rows(), [second])
