"""Base class of tests in which two transactions meet, or one is killed, on committed records."""

from contextlib import contextmanager
from threading import Thread
from time import sleep
from unittest.mock import patch

import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "standard")
class AtOnceCase(TransactionCase):
    """Works in its own cursors: the class's transaction sees nothing and holds no lock."""

    def setUp(self):
        super().setUp()
        self.made = []
        self.addCleanup(self._remove)
        with self._transaction() as env:
            self._make(env)

    def _make(self, env):
        """Make what the transactions meet on; all of it is noted, to be removed at the end."""
        raise NotImplementedError

    @contextmanager
    def _transaction(self):
        """A transaction of its own, committed at the end, that waits for no lock for ever."""
        with self.registry.cursor() as cr:
            yield self._get_env(cr)

    def _get_env(self, cr):
        cr.execute("SET LOCAL lock_timeout = '20s'")
        return api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})

    def _create_network(self, env, name, **vals):
        # No defaults: they would stay behind in the company of the test database.
        with patch.object(
            self.registry["res.company"], "_get_network_defaults", lambda company: {}
        ):
            network = env["business.network"].create({"name": name, **vals})
        self._note(network.analytic_account_id)
        self._note(network)
        return network

    # -- what is left behind -----------------------------------------------------------------------

    def _note(self, records):
        """Delete these at the end, before what was noted until now."""
        self.made.append((records._name, records.ids))

    def _remove(self):
        with self._transaction() as env:
            self._release(env)
            for model, ids in reversed(self.made):
                self._unlink(env[model].browse(ids).exists())

    def _release(self, env):
        """Take away, before the rest, what would keep it from being deleted."""

    def _unlink(self, records):
        records.unlink()

    # -- two at once -------------------------------------------------------------------------------

    def _do_in_thread(self, work):
        """Begin ``work(cr)`` in a second transaction.

        :return: the thread, and a list that gets what ``work`` returns, or ``"retry"``
        """
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
        """Whether somebody in this database came to wait for a lock, asked for ten seconds."""
        with self.registry.cursor() as cr:
            for _number in range(200):
                cr.execute(
                    """
                    SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock'
                    """
                )
                if cr.fetchone()[0]:
                    return True
                cr.rollback()  # within a transaction the view stays as first read
                sleep(0.05)
        return False

    def _meet(self, first, second, gives_up=False):
        """The second begins before the first commits, or gives up, and waits for it.

        :param first: function of a cursor; so is ``second``
        :return: what became of the second: what it returns, or ``"retry"``
        """
        with self.registry.cursor() as cr:
            first(cr)
            thread, outcome = self._do_in_thread(second)
            self.assertTrue(self._wait_until_blocked(), "the second waits for the first")
            if gives_up:
                cr.rollback()
            else:
                cr.commit()
        thread.join(30)
        self.assertEqual(len(outcome), 1, "the second came to its end")
        return outcome[0]

    def _assert_retried(self, first, second):
        self.assertEqual(self._meet(first, second), "retry")
