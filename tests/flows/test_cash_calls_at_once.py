"""Two users at once collect the same cash call, on committed records: it is collected once."""

from threading import Thread
from unittest.mock import patch

import psycopg2
from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "standard")
class TestCollectingAtOnce(TransactionCase):
    """Works in its own cursors: the class's transaction sees nothing and holds no lock."""

    def setUp(self):
        super().setUp()
        self.made = []
        self.addCleanup(self._remove)
        with self.registry.cursor() as cr:
            self._make(self._get_env(cr))

    def _make(self, env):
        """A network of one member that is asked for 90; all of it is noted, to be removed."""
        accounts = env["account.account"]
        own = ("company_ids", "in", env.company.ids)
        # No defaults: they would stay behind in the company of the test database.
        with patch.object(
            self.registry["res.company"], "_get_network_defaults", lambda company: {}
        ):
            network = env["business.network"].create(
                {
                    "name": "Red a la vez",
                    "member_payable_account_id": accounts.search(
                        [own, ("account_type", "=", "liability_payable")], limit=1
                    ).id,
                }
            )
        self._note(network.analytic_account_id)
        self._note(network)
        partner = env["res.partner"].create({"name": "Taller a la vez"})
        self._note(partner)
        network.member_ids = [Command.create({"partner_id": partner.id, "date_from": "2026-01-01"})]
        self._note(network.member_ids)
        call = env["business.network.cash.call"].create(
            {
                "network_id": network.id,
                "purpose": "Hilo",
                "amount": 90,
                "split": "equal",
                "date": "2026-03-01",
                "date_due": "2026-03-20",
            }
        )
        call.action_call()
        self._note(call)
        self.call_id = call.id
        self.bank_id = (
            env["account.journal"]
            .search([("company_id", "=", env.company.id), ("type", "=", "bank")], limit=1)
            .id
        )

    def _get_env(self, cr):
        cr.execute("SET LOCAL lock_timeout = '20s'")
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _note(self, records):
        self.made.append((records._name, records.ids))

    def _remove(self):
        with self.registry.cursor() as cr:
            env = self._get_env(cr)
            for model, ids in reversed(self.made):
                records = env[model].browse(ids).exists()
                if model == "business.network.cash.call":
                    records.action_reset_to_draft()
                records.unlink()

    def _collect(self, cr):
        """Collect all that is asked of the member; the caller takes it back."""
        env = self._get_env(cr)
        call = env["business.network.cash.call"].browse(self.call_id)
        journal = env["account.journal"].browse(self.bank_id)
        payment = call.collect({call.line_ids: 90}, journal, call.date)
        env.flush_all()
        return payment.amount

    def _collect_in_thread(self):
        outcome = []

        def run():
            with mute_logger("odoo.sql_db"), self.registry.cursor() as cr:
                try:
                    outcome.append(self._collect(cr))
                except psycopg2.errors.SerializationFailure:
                    outcome.append("retry")
                finally:
                    cr.rollback()

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

    def test_the_second_waits_for_the_first_and_collects_if_it_gives_up(self):
        with self.registry.cursor() as cr:
            self.assertEqual(self._collect(cr), 90)
            thread, outcome = self._collect_in_thread()
            self.assertTrue(self._wait_until_blocked(), "the second waits for the first")
            cr.rollback()
        thread.join(30)
        self.assertEqual(outcome, [90])

    def test_the_second_is_retried_when_the_first_commits_and_is_refused_then(self):
        with self.registry.cursor() as cr:
            self._get_env(cr)["business.network.cash.call"].browse(self.call_id)._lock()
            thread, outcome = self._collect_in_thread()
            self.assertTrue(self._wait_until_blocked(), "the second waits for the first")
            cr.commit()
        thread.join(30)
        self.assertEqual(outcome, ["retry"])
        with self.registry.cursor() as cr:
            self._collect(cr)
            with self.assertRaisesRegex(UserError, "is still asked"):
                self._collect(cr)
            cr.rollback()
