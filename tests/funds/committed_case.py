"""Base class of tests that kill runs or let two meet: a fund on committed records."""

from threading import Thread
from unittest.mock import patch

import psycopg2
from odoo import SUPERUSER_ID, Command, api
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "standard")
class CommittedFundCase(TransactionCase):
    """Works in its own cursors: what a transaction committed is there for the others."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove)
        with self.registry.cursor() as cr:
            self._make(api.Environment(cr, SUPERUSER_ID, {}))

    def _make(self, env):
        """A network of two members with a fund; what is made is remembered in ``self.made``."""
        # No defaults: they would stay behind in the company of the test database.
        with patch.object(
            self.registry["res.company"], "_get_network_defaults", lambda company: {}
        ):
            network = env["business.network"].create(
                {
                    "name": "Red interrumpida",
                    "member_receivable_account_id": self._account(env, "asset_receivable").id,
                    "fund_account_id": self._account(env, "liability_current").id,
                }
            )
        partners = env["res.partner"].create([{"name": f"Socia {n}"} for n in range(2)])
        network.member_ids = [
            Command.create({"partner_id": partner.id, "date_from": "2026-01-01"})
            for partner in partners
        ]
        fund = env["business.network.fund"].create(
            {
                "name": "Fondo",
                "network_id": network.id,
                "account_id": network.fund_account_id.id,
                "journal_id": self._journal(env, "general").id,
            }
        )
        self.fund_id = fund.id
        self._remember(fund, network, network.analytic_account_id, partners)
        return fund

    def _account(self, env, kind):
        own = ("company_ids", "in", env.company.ids)
        accounts = env["account.account"].search([own, ("account_type", "=", kind)])
        return (accounts - accounts._get_tax_accounts())[:1]

    def _journal(self, env, kind):
        own = ("company_id", "=", env.company.id)
        return env["account.journal"].search([own, ("type", "=", kind)], limit=1)

    def _remember(self, *made):
        """Delete these at the end, in this order, before what was remembered until now."""
        known = getattr(self, "made", [])
        self.made = [*((records._name, records.ids) for records in made), *known]

    def _remove(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            self._forget_booked(cr)
            for model, ids in self.made:
                env[model].browse(ids).exists().unlink()

    def _forget_booked(self, cr):
        cr.execute("DELETE FROM account_move WHERE fund_id = %s", [self.fund_id])

    # -- two at once -------------------------------------------------------------------------------

    def _do_in_thread(self, work):
        outcome = []

        def run():
            with mute_logger("odoo.sql_db"), self.registry.cursor() as cr:
                try:
                    outcome.append(work(cr))
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

    def _assert_retried(self, first, second):
        with self.registry.cursor() as cr:
            first(cr)
            thread, outcome = self._do_in_thread(second)
            self.assertTrue(self._wait_until_blocked())
            cr.commit()
        thread.join(30)
        self.assertEqual(outcome, ["retry"])
