"""Runs that are killed or meet, on committed records: no due is asked twice, none is forgotten."""

from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields

from tests.funds.committed_case import CommittedFundCase

SCHEDULES, BATCH, TODAY = 6, 2, "2026-04-15"
DUES = SCHEDULES * 3  # at the end of January, February and March


class Killed(BaseException):
    """What no handler catches, as when the process is killed."""


class TestRestart(CommittedFundCase):
    def _make(self, env):
        fund = super()._make(env)
        schedules = env["business.network.fund.schedule"].create(
            [
                {
                    "name": f"Cuota {number}",
                    "fund_id": fund.id,
                    "amount": 10,
                    "frequency": "monthly",
                    "date_from": "2026-01-31",
                }
                for number in range(SCHEDULES)
            ]
        )
        schedules.action_start()
        self.schedule_ids = schedules.ids
        self._note(schedules)
        return fund

    def _release(self, env):
        super()._release(env)
        env.cr.execute(
            "UPDATE business_network_fund_schedule SET date_done = NULL WHERE fund_id = %s",
            [self.fund_id],
        )

    @freeze_time(TODAY)
    def _run(self, cr):
        schedules = self._get_env(cr)["business.network.fund.schedule"]
        # Of the database, the run asks what this test made.
        with patch.object(
            type(schedules),
            "_get_due_domain",
            lambda records, date: [
                ("id", "in", self.schedule_ids),
                ("state", "=", "running"),
                ("date_next", "<=", date),
            ],
        ):
            schedules._cron_ask(batch_size=BATCH)

    def _run_killed(self, owner, method, calls):
        """Run until ``method`` was called so often; it does its work before the run is killed."""
        original, count = getattr(owner, method), iter(range(1, 100))

        def work_and_die(records, *args, **kwargs):
            result = original(records, *args, **kwargs)
            if next(count) == calls:
                raise Killed
            return result

        with self.registry.cursor() as cr, patch.object(owner, method, work_and_die):
            with self.assertRaises(Killed):
                self._run(cr)
            cr.rollback()

    def _asked(self):
        """Entries, and how many due dates of how many schedules they are of."""
        with self.registry.cursor() as cr:
            cr.execute(
                """
                SELECT COUNT(*), COUNT(DISTINCT (fund_schedule_id, fund_due_date)),
                       COUNT(*) FILTER (WHERE state = 'posted')
                  FROM account_move WHERE fund_id = %s
                """,
                [self.fund_id],
            )
            return cr.fetchone()

    def _assert_complete(self):
        with self.registry.cursor() as cr:
            self._run(cr)
        self.assertEqual(self._asked(), (DUES, DUES, DUES))
        with self.registry.cursor() as cr:
            self._run(cr)
            owed = self._get_env(cr)["business.network.fund"].browse(self.fund_id)._get_owed()
        self.assertEqual(self._asked(), (DUES, DUES, DUES))
        self.assertEqual(sorted(owed.values()), [10.0 * DUES] * 2)

    def test_killed_after_a_batch_the_next_run_goes_on_from_there(self):
        # The first call says what there is to do, the second commits the first batch.
        self._run_killed(self.registry["ir.cron"], "_commit_progress", 2)
        self.assertEqual(self._asked(), (BATCH,) * 3)
        self._assert_complete()

    def test_killed_within_a_batch_nothing_of_it_is_left(self):
        self._run_killed(self.registry["business.network.fund.schedule"], "_use_advances", 2)
        self.assertEqual(self._asked(), (BATCH,) * 3)
        self._assert_complete()

    def _ask(self, cr):
        env = self._get_env(cr)
        schedules = env["business.network.fund.schedule"].browse(self.schedule_ids)
        entries = schedules._ask_until(fields.Date.to_date(TODAY))
        env.flush_all()
        return len(entries)

    def _ask_all(self, cr):
        self.assertEqual(self._ask(cr), DUES)

    def _close(self, cr):
        """What closing does of the month that the dues are dated in."""
        env = self._get_env(cr)
        fund = env["business.network.fund"].browse(self.fund_id)
        fund._lock_receipts()
        fund.date_closed = TODAY
        env.flush_all()

    def test_of_two_runs_at_once_the_second_is_retried_and_finds_nothing(self):
        self._assert_retried(self._ask_all, self._ask)
        with self.registry.cursor() as cr:
            self.assertEqual(self._ask(cr), 0)
        self.assertEqual(self._asked(), (DUES, DUES, DUES))

    def test_what_is_posted_while_a_month_is_closed_is_retried(self):
        self._assert_retried(self._close, self._ask)

    def test_a_month_that_is_closed_while_something_is_posted_is_retried(self):
        self._assert_retried(self._ask, self._close)
