"""Dues: asked once on each due date, of whom and how much; advances, steps, exemptions."""

from datetime import timedelta

import psycopg2
from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from tests.flows.test_query_counts import QueryCase
from tests.fund_case import FundCase


class TestDues(FundCase):
    def test_each_due_date_has_one_posted_entry_on_the_members_accounts(self):
        schedule, entries = self._ask()
        self.assertEqual(
            entries.mapped("fund_due_date"),
            [self._date(day) for day in ("2026-01-31", "2026-02-28", "2026-03-31")],
        )
        self.assertEqual(set(entries.mapped("state")), {"posted"})
        self.assertEqual(entries.mapped("date"), entries.mapped("fund_due_date"))
        self.assertEqual(self._balance(self.receivable, self.partner_b, entries), 30)
        self.assertEqual(self._balance(self.fund.account_id, self.partner_b, entries), -30)
        self.assertEqual(self._owed(), [30, 30, 30])
        self.assertEqual(self._summary(), [90, 0, 90, 0, 0])
        self.assertFalse(entries.distribution_ids)
        self.assertEqual(schedule.date_next, self._date("2026-04-30"))

    def test_asking_twice_does_nothing(self):
        schedule, _entries = self._ask()
        self.assertFalse(schedule._ask_until(self._date("2026-03-31")))
        self.assertEqual(schedule.move_count, 3)
        self.assertEqual(self._owed(), [30, 30, 30])

    def test_the_database_refuses_a_due_date_asked_twice(self):
        schedule, entries = self._ask(until="2026-01-31")
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            entries.copy(
                {"fund_schedule_id": schedule.id, "fund_due_date": entries.fund_due_date}
            ).flush_recordset()

    def test_amounts_grow_by_steps(self):
        _schedule, entries = self._ask(
            step_ids=[
                Command.create({"date_from": "2026-02-01", "amount": 12.5}),
                Command.create({"date_from": "2026-03-31", "amount": 20}),
            ]
        )
        asked = [self._balance(self.receivable, self.partner_b, entry) for entry in entries]
        self.assertEqual(asked, [10, 12.5, 20])

    def test_a_total_is_split_by_the_weights_to_the_cent(self):
        _schedule, entries = self._ask(amount=100.01, basis="weight", until="2026-01-31")
        parts = [self._balance(self.receivable, partner, entries) for partner in self._partners()]
        self.assertEqual(parts, [40.01, 35, 25])
        self.assertEqual(self.fund.balance, 100.01)

    def _partners(self):
        return self.members.mapped("partner_id")

    def test_an_exempt_member_owes_nothing_and_nobody_owes_more(self):
        schedule = self._create_schedule(amount=100, basis="weight")
        schedule.exemption_ids = [
            Command.create(
                {
                    "member_id": self.member_b.id,
                    "date_from": "2026-02-01",
                    "date_to": "2026-02-28",
                    "reason": "Enfermedad, acta 12",
                }
            )
        ]
        entries = schedule._ask_until(self._date("2026-03-31"))
        self.assertEqual(
            [self._balance(self.receivable, self.partner_b, entry) for entry in entries],
            [35, 0, 35],
        )
        self.assertEqual(
            [self._balance(self.receivable, self.partner_a, entry) for entry in entries],
            [40, 40, 40],
        )

    def test_who_joins_later_or_left_is_not_asked(self):
        late = self._create_members(
            self.network, [self._create_partner("Taller D")], date_from="2026-02-15"
        )
        self.member_c.date_to = "2026-02-15"
        self._ask()
        self.assertEqual(self._owed(self.member_b, self.member_c, late), [30, 10, 20])

    def test_a_date_on_which_nobody_owes_makes_no_entry_and_is_not_asked_again(self):
        schedule = self._create_schedule(date_from="2025-11-30")
        entries = schedule._ask_until(self._date("2026-01-31"))
        self.assertEqual(
            entries.mapped("fund_due_date"), [self._date("2026-01-30")]
        )  # members joined on the first of January
        self.assertFalse(schedule._ask_until(self._date("2026-01-31")))

    def test_terms_are_fixed_once_asked(self):
        schedule, _entries = self._ask()
        for vals in ({"amount": 20}, {"frequency": "weekly"}, {"date_from": "2026-02-01"}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "Add a step"):
                schedule.write(vals)
        schedule.write({"amount": 10, "date_from": "2026-01-31", "name": "Cuota"})
        with self.assertRaisesRegex(UserError, "Choose a later day"):
            schedule.step_ids = [Command.create({"date_from": "2026-03-31", "amount": 1})]
        with self.assertRaisesRegex(UserError, "Choose a later day"):
            schedule.exemption_ids = [
                Command.create(
                    {"member_id": self.member_b.id, "date_from": "2026-03-01", "reason": "x"}
                )
            ]
        with self.assertRaisesRegex(ValidationError, "was asked on"):
            schedule.date_to = "2026-03-30"
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            schedule.unlink()

    def test_an_exemption_ends_after_what_was_asked(self):
        schedule = self._create_schedule()
        schedule.exemption_ids = [
            Command.create(
                {"member_id": self.member_b.id, "date_from": "2026-01-01", "reason": "Viaje"}
            )
        ]
        schedule._ask_until(self._date("2026-02-28"))
        with self.assertRaisesRegex(UserError, "Choose a later day"):
            schedule.exemption_ids.date_to = "2026-02-15"
        schedule.exemption_ids.date_to = "2026-02-28"
        schedule._ask_until(self._date("2026-03-31"))
        self.assertEqual(self._owed(), [30, 10, 30])

    def test_an_exemption_moves_to_no_schedule_that_was_asked(self):
        unasked = self._create_schedule()
        unasked.exemption_ids = [
            Command.create(
                {"member_id": self.member_b.id, "date_from": "2026-01-01", "reason": "Viaje"}
            )
        ]
        asked, _entries = self._ask()
        with self.assertRaisesRegex(UserError, "Choose a later day"):
            unasked.exemption_ids.schedule_id = asked

    def test_what_was_paid_in_advance_closes_the_dues_that_come(self):
        schedule = self._create_schedule()
        self.fund._receive(
            [(self.member_b, 25.0, True)], self.fund_bank, self._date("2026-01-05"), "Adelanto"
        )
        self.assertEqual(self._owed(), [0, -25, 0])
        schedule._ask_until(self._date("2026-03-31"))
        self.assertEqual(self._owed(), [30, 5, 30])
        dues = self.env["business.network.fund.due"].search(
            [("partner_id", "=", self.partner_b.id)]
        )
        opened = {due.date_due.month: due.amount_open for due in dues}
        self.assertEqual(opened, {1: 0, 2: 0, 3: 5})

    def test_an_end_and_a_new_start_ask_what_lies_between(self):
        schedule, _entries = self._ask(until="2026-01-31")
        schedule.action_end()
        self.assertFalse(schedule.date_next)
        schedule.action_start()
        self.assertEqual(schedule.date_next, self._date("2026-02-28"))

    def test_reversed_dues_are_not_asked_again(self):
        schedule, entries = self._ask(until="2026-01-31")
        entries._reverse_moves([{"date": "2026-02-01"}], cancel=True)
        self.assertEqual(self._owed(), [0, 0, 0])
        self.assertFalse(schedule._ask_until(self._date("2026-01-31")))
        (line,) = [
            line for line in self.fund.get_compliance() if line["partner_id"] == self.partner_b.id
        ]
        self.assertEqual((line["asked"], line["paid"], line["rate"]), (0, 0, None))

    def test_dues_of_a_closed_period_are_booked_on_the_first_open_day(self):
        self.company.fiscalyear_lock_date = "2026-01-31"
        _schedule, entries = self._ask(until="2026-01-31")
        self.assertGreater(entries.date, self._date("2026-01-31"))
        self.assertEqual(entries.fund_due_date, self._date("2026-01-31"))


@freeze_time("2026-04-15")
class TestCron(FundCase):
    def setUp(self):
        super().setUp()
        self.commits = []
        self.patch(
            self.registry["ir.cron"],
            "_commit_progress",
            lambda cron, processed=0, *, remaining=None, deactivate=False: (
                self.commits.append((processed, remaining)) or 100
            ),
        )

    def _run(self, **options):
        self.env["business.network.fund.schedule"]._cron_ask(**options)

    def test_the_daily_run_asks_everything_in_batches_and_says_how_far_it_is(self):
        schedules = [
            self._create_schedule(name=f"Cuota {number}", date_from="2026-04-01")
            for number in range(5)
        ]
        other = self._create_schedule(name="Más tarde", date_from="2026-05-01")
        self._run(batch_size=2)
        self.assertEqual(self.commits, [(0, 5), (2, 3), (2, 1), (1, 0)])
        self.assertEqual([schedule.move_count for schedule in schedules], [1] * 5)
        self.assertFalse(other.move_count)
        self._run()
        self.assertEqual(self._owed(), [50, 50, 50])

    def test_dates_that_were_left_out_are_asked_one_batch_after_the_other(self):
        schedule = self._create_schedule(date_from="2026-01-31")
        self._run()
        self.assertEqual(self.commits, [(0, 1), (1, 1), (1, 1), (1, 0)])
        self.assertEqual(schedule.move_count, 3)
        self.assertEqual(schedule.date_next, self._date("2026-04-30"))

    def test_a_schedule_that_cannot_be_asked_stops_no_other_and_is_told_once(self):
        bad = self._create_fund("Sin acuerdo")
        bad_schedule = self._create_schedule(fund_id=bad.id, basis="weight", date_from="2025-12-31")
        good = self._create_schedule(date_from="2026-04-01")
        for _number in range(2):
            self._run()
        self.assertEqual((bad_schedule.move_count, good.move_count), (0, 1))
        self.assertEqual(len(bad.activity_ids), 1)
        self.assertRegex(bad.activity_ids.summary, "Red ABC has no agreement in force")
        self.assertFalse(self.fund.activity_ids)

    def test_what_cannot_be_asked_does_not_keep_the_run_going(self):
        """The scheduler runs again at once for as long as something is said to remain."""
        bad = self._create_fund("Sin acuerdo")
        for number in range(3):
            self._create_schedule(
                name=f"Total {number}", fund_id=bad.id, basis="weight", date_from="2025-12-31"
            )
        self._create_schedule(date_from="2026-04-01")
        self._run(batch_size=2)
        self.assertEqual([remaining for _done, remaining in self.commits], [4, 2, 0])


class TestDueQueries(FundCase, QueryCase):
    def _count_dues(self, count, name):
        network = self._create_network(name, self.operating_form)
        partners = self.env["res.partner"].create(
            [{"name": f"{name} {number}"} for number in range(count)]
        )
        self._create_members(network, partners)
        fund = self._create_fund("Fondo", network=network)
        schedule = self._create_schedule(fund_id=fund.id)
        queries = self._count(lambda: schedule._ask_until(self._date("2026-01-31")))
        self.assertEqual(len(fund._get_owed()), count)
        return queries

    def test_queries_do_not_grow_with_members(self):
        self._count_dues(2, "Calentamiento")
        few, many = self._count_dues(5, "Cinco"), self._count_dues(50, "Cincuenta")
        self.assertLessEqual(many, few + 5)

    def test_queries_grow_little_with_due_dates(self):
        today = fields.Date.today()
        counts = [
            self._count(
                lambda weeks=weeks: self._create_schedule(
                    frequency="weekly", date_from=today - timedelta(weeks=weeks)
                )._ask_until(today)
            )
            for weeks in (1, 2, 12)
        ]
        self.assertLessEqual(counts[2] - counts[1], 10 * 12)
