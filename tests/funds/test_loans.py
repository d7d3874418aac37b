"""Loans to members: schedule, payment, instalments, repayment, ending early, writing off."""

from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from tests.fund_case import FundCase


class LoanCase(FundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lender = cls._create_fund(
            "Aportaciones", kind="contributions", loan_rate=2, loan_method="principal"
        )
        cls.loans_account = cls.lender.loan_account_id

    def set_up_once(self):
        super().set_up_once()
        self._operate("opening", 3000, fund=self.lender, partner_id=self.partner_c.id)

    def _create_loan(self, member=None, **vals):
        terms = {
            "fund_id": self.lender.id,
            "member_id": (member or self.member_b).id,
            "purpose": "Hilo",
            "amount": 1000,
            "instalment_count": 4,
            "date": "2026-03-31",
            "date_first": "2026-04-30",
            "journal_id": self.cash_box.id,
            "date_paid": "2026-03-31",
            **vals,
        }
        return self.env["business.network.fund.loan"].create(
            {name: value for name, value in terms.items() if value is not None}
        )

    def _pay_out(self, loan):
        loan.action_request()
        loan.action_approve()
        loan.action_pay()
        return loan

    def _lend(self, **vals):
        return self._pay_out(self._create_loan(**vals))

    def _ask_instalments(self, date):
        instalments = self.env["business.network.fund.loan.instalment"]
        due = instalments.search(instalments._get_due_domain(self._date(date)))
        return due._ask_due(self._date(date))

    def _receive(self, amount, member=None, date="2026-05-02", advance=False):
        return self.lender._receive(
            [(member or self.member_b, amount, advance)], self.cash_box, self._date(date), "Pago"
        )

    def _open(self, loan):
        """To pay, principal not due yet, in all."""
        loan._forget_amounts()
        return [loan.amount_due, loan.amount_not_due, loan.amount_open]

    def _plan(self, loan):
        return [
            (one.amount_principal, one.amount_interest, one.amount_left)
            for one in loan.instalment_ids
        ]


class TestSchedule(LoanCase):
    def test_1000_at_2_percent_a_month_in_four_by_each_method(self):
        plans = {
            "principal": [(250, 20, 750), (250, 15, 500), (250, 10, 250), (250, 5, 0)],
            "instalment": [
                (242.62, 20, 757.38),
                (247.47, 15.15, 509.91),
                (252.42, 10.20, 257.49),
                (257.49, 5.15, 0),
            ],
            "flat": [(250, 20, 750), (250, 20, 500), (250, 20, 250), (250, 20, 0)],
        }
        for method, plan in plans.items():
            with self.subTest(method):
                loan = self._create_loan(method=method)
                self.assertEqual(self._plan(loan), plan)
                self.assertEqual(
                    loan.amount_interest, round(sum(interest for _p, interest, _l in plan), 2)
                )
        dates = loan.instalment_ids.mapped("date")
        self.assertEqual(
            dates, [self._date(f"2026-{day}") for day in ("04-30", "05-30", "06-30", "07-30")]
        )

    def test_a_rate_a_year_is_divided_and_grace_pays_interest_alone(self):
        loan = self._create_loan(rate=24, rate_period="year", grace_count=2)
        self.assertEqual(
            self._plan(loan), [(0, 20, 1000), (0, 20, 1000), (500, 20, 500), (500, 10, 0)]
        )

    def test_the_fund_proposes_and_a_draft_follows_its_terms(self):
        loan = self._create_loan(date_first=None, frequency="fortnightly")
        self.assertEqual((loan.rate, loan.rate_period, loan.method), (2, "month", "principal"))
        self.assertEqual(loan.date_first, self._date("2026-04-14"))
        loan.write({"amount": 100, "instalment_count": 3, "rate": 0})
        self.assertEqual([row[0] for row in self._plan(loan)], [33.34, 33.33, 33.33])
        loan.action_request()
        with self.assertRaisesRegex(UserError, "Refuse it"):
            loan.amount = 200

    def test_bad_terms_are_refused(self):
        for label, vals in (
            ("amount", {"amount": 0}),
            ("rate", {"rate": -1}),
            ("no instalment", {"instalment_count": 0}),
            ("grace", {"grace_count": 4}),
        ):
            with (
                self.subTest(label),
                self.assertRaises(psycopg2.errors.CheckViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self._create_loan(**vals).flush_recordset()


class TestLoan(LoanCase):
    def test_the_loans_account_is_an_asset_after_1612_and_no_receivable(self):
        self.assertEqual(self.loans_account.account_type, "asset_current")
        self.assertTrue(self.loans_account.reconcile)
        self.assertTrue(self.loans_account.code.startswith("1612"), self.loans_account.code)
        self.assertFalse(self.fund.loan_account_id)
        again = self._create_fund("Otras", kind="contributions")
        self.assertEqual(again.loan_account_id, self.loans_account)
        with self.assertRaisesRegex(ValidationError, "cannot hold the loans"):
            again.loan_account_id = self.receivable

    def test_paying_out_moves_cash_to_what_is_lent_and_nobody_owes_it_yet(self):
        loan = self._lend()
        self.assertRecordValues(
            loan.move_id.line_ids.sorted("balance"),
            [
                {
                    "account_id": self.cash.id,
                    "partner_id": self.partner_b.id,
                    "balance": -1000,
                    "fund_movement": "loan",
                },
                {
                    "account_id": self.loans_account.id,
                    "partner_id": self.partner_b.id,
                    "balance": 1000,
                    "fund_movement": "loan",
                },
            ],
        )
        self.assertEqual(self._open(loan), [0, 1000, 1000])
        self.assertEqual(self._owed(self.member_b, fund=self.lender), [0])
        self.assertEqual(self._summary(self.lender), [3000, 2000, 0, 1000, 0])
        self.assertEqual(self.lender.get_ties(), [])

    def test_an_instalment_moves_principal_and_earns_interest_on_its_day(self):
        loan = self._lend()
        entry = self._ask_instalments("2026-04-30")
        self.assertRecordValues(
            entry.line_ids.sorted(lambda item: (item.account_id.code, item.balance)),
            sorted(
                [
                    {"account_id": self.receivable.id, "balance": 20, "fund_movement": "interest"},
                    {"account_id": self.receivable.id, "balance": 250, "fund_movement": "loan"},
                    {"account_id": self.loans_account.id, "balance": -250, "fund_movement": "loan"},
                    {
                        "account_id": self.lender.account_id.id,
                        "balance": -20,
                        "fund_movement": "interest",
                    },
                ],
                key=lambda vals: (
                    self.env["account.account"].browse(vals["account_id"]).code,
                    vals["balance"],
                ),
            ),
        )
        self.assertEqual(self._open(loan), [270, 750, 1020])
        self.assertEqual(self._summary(self.lender), [3020, 2000, 270, 750, 0])
        self.assertEqual(loan.instalment_ids.mapped("status")[1:], ["planned"] * 3)
        self.assertEqual(self.lender.get_ties(), [])
        lent = self.env["account.move.line"].search(
            [("account_id", "=", self.loans_account.id), ("move_id", "=", loan.move_id.id)]
        )
        self.assertEqual(lent.amount_residual, 750)

    def test_an_instalment_is_asked_once(self):
        self._lend()
        self._ask_instalments("2026-04-30")
        self.assertFalse(self._ask_instalments("2026-04-30"))
        self.assertEqual(self._owed(self.member_b, fund=self.lender), [270])

    @freeze_time("2026-06-15")
    def test_instalments_are_asked_at_once_with_a_button(self):
        loan, other = self._lend(), self._lend(member=self.member_a, amount=500)
        entries = loan.action_ask_now()
        self.assertEqual(entries.mapped("fund_loan_instalment_id.number"), [1, 2])
        self.assertEqual(self._open(loan), [535, 500, 1035])
        self.assertEqual(self._open(other)[0], 0, "of this loan alone")
        self.assertFalse(loan.action_ask_now(), "twice does nothing")
        self.assertEqual(self._run("2026-06-15"), [(0, 2), (2, 0)], "nor does the daily run")
        self.assertEqual(self._open(loan)[0], 535)
        draft = self._create_loan(amount=10)
        with self.assertRaisesRegex(UserError, f"{draft.name} is in state"):
            draft.action_ask_now()

    def test_the_database_refuses_an_instalment_asked_twice(self):
        self._lend()
        entry = self._ask_instalments("2026-04-30")
        with (
            self.assertRaises(psycopg2.errors.UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            entry.copy(
                {"fund_loan_instalment_id": entry.fund_loan_instalment_id.id}
            ).flush_recordset()

    def _run(self, date, batch_size=50):
        """The daily run, without its commits: ``(done, remaining)`` of each batch."""
        progress = []

        def keep(_cron, processed=0, *, remaining=None, **_kwargs):
            progress.append((processed, remaining))
            return True

        instalments = self.env["business.network.fund.loan.instalment"]
        with freeze_time(date), patch.object(type(self.env["ir.cron"]), "_commit_progress", keep):
            instalments._cron_ask(batch_size=batch_size)
        return progress

    def test_the_daily_run_asks_what_is_due_of_every_loan(self):
        loans = self._lend() | self._lend(member=self.member_a, amount=500)
        self.assertEqual(self._run("2026-06-15", batch_size=3), [(0, 4), (3, 1), (1, 0)])
        self.assertEqual(self._run("2026-06-15"), [(0, 0)])
        self.assertEqual([self._open(loan)[0] for loan in loans], [535, 267.5])
        asked = loans.instalment_ids.filtered("move_ids")
        self.assertEqual(sorted(asked.mapped("number")), [1, 1, 2, 2])

    def test_a_run_killed_within_a_batch_leaves_whole_batches_and_goes_on_from_there(self):
        loans = self._lend() | self._lend(member=self.member_a, amount=500)

        class Killed(BaseException):
            """What no handler catches."""

        def commit(_cron, processed=0, *, remaining=None, **_kwargs):
            self.env.flush_all()
            self.cr.execute("SAVEPOINT committed")
            return True

        instalments = self.registry["business.network.fund.loan.instalment"]
        ask, calls = instalments._use_advances, iter(range(1, 9))

        def die_in_the_second(records, entries):
            ask(records, entries)
            if next(calls) == 2:
                raise Killed

        with (
            patch.object(self.registry["ir.cron"], "_commit_progress", commit),
            patch.object(instalments, "_use_advances", die_in_the_second),
            freeze_time("2026-06-15"),
            suppress(Killed),  # assertRaises would roll back what was committed
        ):
            self.env["business.network.fund.loan.instalment"]._cron_ask(batch_size=3)
            self.fail("the run was not killed")
        self.cr.execute("ROLLBACK TO SAVEPOINT committed")
        self.env.invalidate_all()
        self.assertEqual(len(loans.instalment_ids.filtered("move_ids")), 3)
        self._run("2026-06-15")
        self.assertEqual([self._open(loan)[0] for loan in loans], [535, 267.5])

    def test_one_that_cannot_be_asked_stops_no_other_and_is_told_once(self):
        network = self._create_network("Red vecina", self.operating_form)
        member = self._create_members(network, [self.partner_b])
        fund = self._create_fund("Ajenas", kind="contributions", network=network, loan_rate=2)
        self._operate("opening", 1000, fund=fund)
        bad = self._lend(
            fund_id=fund.id,
            member_id=member.id,
            amount=100,
            journal_id=fund.cash_journal_ids.id,
        )
        good = self._lend()
        network.member_receivable_account_id = False
        for _number in range(2):
            self.assertEqual(self._run("2026-05-01")[-1][1], 0)
        self.assertEqual([self._open(loan)[0] for loan in (good, bad)], [270, 0])
        self.assertEqual(len(fund.activity_ids), 1)
        self.assertRegex(fund.activity_ids.summary, f"{bad.name} · 1/4.*Red vecina lacks")
        self.assertFalse(self.lender.activity_ids)

    def test_the_daily_run_sees_what_a_settlement_repaid(self):
        loan = self._lend(amount=100, instalment_count=1)
        self._ask_instalments("2026-04-30")
        self._create_document("out_invoice", [100000], date="2026-04-30")
        self._settle(date_to="2026-04-30")
        self._run("2026-05-01")
        self.assertEqual(loan.state, "repaid")

    def test_repaid_at_the_meeting_with_dues_oldest_first(self):
        loan = self._lend()
        self._ask(fund_id=self.lender.id, until="2026-01-31")
        self._ask_instalments("2026-05-30")
        meeting = self._create_meeting(date="2026-06-01", fund=self.lender)
        line = self._line(meeting, self.member_b)
        self.assertEqual(line.amount_owed, 10 + 270 + 265)
        line.amount_received = 280
        meeting.action_collect()
        self.assertEqual(loan.instalment_ids.mapped("status")[0], "paid")
        self.assertEqual(self._open(loan), [265, 500, 765])
        self._ask_instalments("2026-07-30")
        self._receive(265 + 260 + 255, date="2026-08-01")
        self.assertEqual(loan.state, "repaid")
        self.assertEqual(self._open(loan), [0, 0, 0])
        # 3,000 and 30 of dues, of which 20 are open, and 50 of interest.
        self.assertEqual(self._summary(self.lender), [3080, 3060, 20, 0, 0])
        self.assertEqual(self.lender.get_ties(), [])

    def test_an_advance_pays_later_instalments(self):
        loan = self._lend()
        self._receive(300, date="2026-04-01", advance=True)
        self._ask_instalments("2026-04-30")
        self.assertEqual(self._open(loan), [0, 750, 750])
        self.assertEqual(self._owed(self.member_b, fund=self.lender), [-30])

    def test_a_reversed_receipt_opens_the_loan_again(self):
        loan = self._lend(instalment_count=1)
        self._ask_instalments("2026-04-30")
        receipt = self._receive(1020)
        self.assertEqual(loan.state, "repaid")
        receipt._reverse_moves([{"date": "2026-05-03"}], cancel=True)
        self.assertEqual(loan.state, "disbursed")
        self.assertEqual(self._open(loan), [1020, 0, 1020])

    def test_what_is_late_shows_in_the_ageing_and_on_the_loan(self):
        today = fields.Date.today()
        loan = self._lend(
            date=today - timedelta(days=60),
            date_paid=today - timedelta(days=60),
            date_first=today - timedelta(days=35),
            frequency="weekly",
            instalment_count=10,
        )
        self._ask_instalments(today - timedelta(days=30))
        self.assertEqual(loan.amount_late, 100 + 4.62)
        late = self.env["business.network.fund.loan"].search([("is_late", "=", True)])
        self.assertIn(loan, late)
        self.assertEqual(loan.instalment_ids[0].status, "late")
        dues = self.env["business.network.fund.due"].search(
            [("fund_id", "=", self.lender.id), ("partner_id", "=", self.partner_b.id)]
        )
        self.assertEqual(set(dues.mapped("movement")), {"loan", "interest"})
        self.assertEqual(set(dues.mapped("age")), {"31"})
        self.assertEqual(self.lender.get_compliance(), [])

    def test_a_settlement_nets_instalments_that_are_due_and_no_more(self):
        loan = self._lend(amount=100)
        self._ask_instalments("2026-04-30")
        self._create_document("out_invoice", [100000], date="2026-04-30")
        settlement = self._settle(date_to="2026-04-30")
        line = settlement.line_ids.filtered(lambda line: line.partner_id == self.partner_b)
        self.assertEqual(sorted(line.item_ids.filtered("fund_id").mapped("balance")), [2, 25])
        self.assertEqual(self._open(loan), [0, 75, 75])
        self.assertEqual(self._summary(self.lender), [3002, 2900, 0, 75, 27])
        self.assertEqual(self.lender.get_ties(), [])

    def test_in_a_closed_month_an_instalment_is_booked_after_it_and_keeps_its_day(self):
        self._lend()
        self.lender.date_closed = "2026-04-30"
        entry = self._ask_instalments("2026-04-30")
        self.assertEqual(entry.date, self._date("2026-05-01"))
        owed = entry.line_ids.filtered(lambda item: item.account_id == self.receivable)
        self.assertEqual(set(owed.mapped("date_maturity")), {self._date("2026-04-30")})

    def test_an_undone_payment_is_approved_and_paid_again_once(self):
        loan = self._lend()
        loan.action_undo_payment()
        self.assertEqual((loan.state, loan.move_id.id), ("approved", False))
        self.assertEqual(self._summary(self.lender), [3000, 3000, 0, 0, 0])
        loan.date_paid = "2026-04-01"
        loan.action_pay()
        self.assertEqual(self._open(loan), [0, 1000, 1000])
        with self.assertRaisesRegex(UserError, "is in state"):
            loan.action_pay()

    def test_what_was_asked_of_is_not_undone(self):
        loan = self._lend()
        entry = self._ask_instalments("2026-04-30")
        with self.assertRaisesRegex(UserError, "was asked already"):
            loan.action_undo_payment()
        with self.assertRaisesRegex(UserError, "was asked already"):
            loan.move_id._reverse_moves([{"date": "2026-05-01"}], cancel=True)
        entry._reverse_moves([{"date": "2026-05-01"}], cancel=True)
        self.assertEqual(self._open(loan), [0, 1000, 1000])
        self.assertEqual(loan.instalment_ids[0].status, "replaced")
        loan.action_undo_payment()
        self.assertEqual(loan.state, "approved")

    def test_an_item_among_the_loans_that_is_of_no_fund_breaks_the_tie(self):
        move = self.env["account.move"].create(
            {
                "journal_id": self.bank.id,
                "date": "2026-04-05",
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount})
                    for account, amount in (
                        (self.loans_account, 7),
                        (self.bank.default_account_id, -7),
                    )
                ],
            }
        )
        move.action_post()
        self.assertEqual(
            [(tie["tie"], tie["move"], tie["amount"]) for tie in self.lender.get_ties()],
            [("fund", move.name, 7)],
        )
        self.assertEqual(self.fund.get_ties(), [])

    def test_a_loan_paid_out_keeps_its_schedule_and_is_asked_once(self):
        loan = self._lend()
        self._ask_instalments("2026-04-30")
        schedule = loan.instalment_ids
        with self.assertRaisesRegex(UserError, "Refuse it"):
            loan.date = "2026-03-01"
        self.env.add_to_compute(loan._fields["instalment_ids"], loan)
        loan.flush_recordset()
        self.assertEqual(loan.instalment_ids, schedule)
        self.assertFalse(self._ask_instalments("2026-04-30"))
        self.assertEqual(self._owed(self.member_b, fund=self.lender), [270])
        with (
            self.assertRaises(psycopg2.IntegrityError),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            schedule[:1].unlink()

    def test_nobody_links_an_entry_to_a_loan_by_hand(self):
        loan = self._lend()
        entry = self._ask_instalments("2026-04-30")
        accountant = self.env["res.users"].create(
            {
                "name": "contadora_p",
                "login": "contadora_p",
                "group_ids": [
                    Command.set(
                        (
                            self.env.ref("account.group_account_manager")
                            | self.env.ref("red_empresarial.group_network_coordinator")
                        ).ids
                    )
                ],
            }
        )
        moves = self.env["account.move"].with_user(accountant)
        for label, change in (
            (
                "instalment",
                lambda: moves.browse(entry.id).write({"fund_loan_instalment_id": False}),
            ),
            ("loan", lambda: moves.browse(entry.id).write({"fund_loan_id": False})),
            ("new", lambda: moves.create({"move_type": "entry", "fund_loan_id": loan.id})),
            (
                "default",
                lambda: moves.with_context(default_fund_loan_id=loan.id).create(
                    {"move_type": "entry"}
                ),
            ),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "which entries are theirs"):
                change()
        moves.browse(entry.id)._reverse_moves([{"date": "2026-05-01"}], cancel=True)
        self.assertEqual(self._open(loan), [0, 1000, 1000])

    def test_a_reversal_is_not_reversed(self):
        loan = self._lend()
        move = loan.move_id
        loan.action_undo_payment()
        with self.assertRaisesRegex(UserError, "is not taken back itself"):
            move.reversal_move_ids._reverse_moves([{"date": "2026-05-01"}], cancel=True)

    def test_a_member_stays_the_partner_that_was_lent(self):
        loan = self._lend()
        with self.assertRaisesRegex(UserError, f"{loan.name} was lent to Taller B"):
            self.member_b.partner_id = self.supplier
        self.member_b.partner_id = self.partner_b
        self.member_c.partner_id = self.supplier

    def test_a_posted_loan_is_not_edited(self):
        loan = self._lend()
        with self.assertRaisesRegex(UserError, "Reverse it"):
            loan.move_id.button_draft()
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            loan.unlink()


class TestEnding(LoanCase):
    def test_ending_early_costs_the_period_that_runs_and_no_other(self):
        loan = self._lend()
        self._ask_instalments("2026-04-30")
        wizard = self.env["business.network.fund.loan.end"].create(
            {"loan_id": loan.id, "date": "2026-05-10"}
        )
        self.assertEqual(
            [wizard.amount_due, wizard.amount_principal, wizard.amount_interest], [270, 750, 15]
        )
        self.assertEqual(wizard.amount_total, 1035)
        action = wizard.action_end()
        self.assertEqual(action["context"]["default_member_id"], self.member_b.id)
        self.assertEqual(self._open(loan), [1035, 0, 1035])
        self.assertFalse(self._ask_instalments("2026-12-31"))
        self.assertEqual(loan.instalment_ids.mapped("status")[1:], ["replaced"] * 3)
        self._receive(1035, date="2026-05-10")
        self.assertEqual(loan.state, "repaid")
        self.assertEqual(self._summary(self.lender), [3035, 3035, 0, 0, 0])

    def test_on_the_day_the_period_starts_nothing_is_added(self):
        loan = self._lend()
        self.assertEqual(loan._get_early_interest(self._date("2026-03-31")), 0)
        self.assertEqual(loan._get_early_interest(self._date("2026-04-01")), 20)
        # The first instalment is due as well by then.
        self.assertEqual(loan._get_early_interest(self._date("2026-05-01")), 35)

    def test_what_is_due_is_asked_before_the_rest(self):
        loan = self._lend()
        loan._call_rest(self._date("2026-05-10"))
        self.assertEqual(len(loan.instalment_ids.move_ids), 1)
        self.assertEqual(self._open(loan), [1035, 0, 1035])

    def test_a_reversed_end_goes_on_as_agreed(self):
        loan = self._lend()
        loan._call_rest(self._date("2026-04-10"))._reverse_moves(
            [{"date": "2026-04-11"}], cancel=True
        )
        self.assertFalse(loan.call_move_id)
        self.assertEqual(self._open(loan), [0, 1000, 1000])
        self._ask_instalments("2026-04-30")
        self.assertEqual(self._open(loan), [270, 750, 1020])

    def test_ending_before_what_was_asked_or_twice_is_refused(self):
        loan = self._lend()
        self._ask_instalments("2026-04-30")
        with self.assertRaisesRegex(UserError, "cannot end on"):
            loan._call_rest(self._date("2026-04-29"))
        with self.assertRaisesRegex(UserError, "did not come yet"):
            loan._call_rest(fields.Date.today() + timedelta(days=1))
        loan._call_rest(self._date("2026-05-10"))
        with self.assertRaisesRegex(UserError, "asked already"):
            loan._call_rest(self._date("2026-05-11"))
        with self.assertRaisesRegex(UserError, "is in state"):
            self._create_loan()._call_rest(self._date("2026-05-11"))

    def test_the_fund_bears_what_is_written_off_with_a_reason(self):
        loan = self._lend()
        self._ask_instalments("2026-04-30")
        self._receive(100)
        with self.assertRaisesRegex(UserError, "Write why"):
            loan.action_write_off()
        loan.write_off_reason = "Falleció, acta 21"
        loan.action_write_off()
        self.assertEqual(loan.state, "written_off")
        self.assertEqual(self._balance(self.lender.account_id, self.partner_b), 900)
        self.assertEqual(self._summary(self.lender), [2100, 2100, 0, 0, 0])
        self.assertEqual(self.lender.get_ties(), [])
        loan.action_undo_write_off()
        self.assertEqual(loan.state, "disbursed")
        self.assertEqual(self._open(loan), [170, 750, 920])

    def test_what_is_written_off_is_within_the_limit_with_its_interest(self):
        loan = self._lend(write_off_reason="Acta 21")
        self._ask_instalments("2026-04-30")
        self.lender.limit_ids = [Command.create({"user_id": self.env.uid, "amount": 1019.99})]
        with self.assertRaisesRegex(UserError, "up to.*1,019.99.*1,020.00"):
            loan.action_write_off()
        self.lender.limit_ids.amount = 1020
        loan.action_write_off()
        self.assertEqual(loan.state, "written_off")


class TestLoanRules(LoanCase):
    def test_a_fund_without_loans_lends_nothing(self):
        self._operate("opening", 2000)
        with self.assertRaisesRegex(UserError, "Fondo común.*Loan"):
            self._create_loan(fund_id=self.fund.id).action_request()

    def test_loans_stay_allowed_until_they_are_repaid(self):
        loan = self._lend()
        with self.assertRaisesRegex(ValidationError, loan.name):
            self.lender.allows_loan = False

    def test_limits_per_member_count_other_loans(self):
        self.lender.loan_maximum = 1200
        self._lend()
        with self.assertRaisesRegex(UserError, "up to.*1,200.*1,000.*201"):
            self._create_loan(amount=201).action_request()
        self._pay_out(self._create_loan(amount=200))
        self._lend(member=self.member_c, amount=1200)

    def test_a_multiple_of_what_was_paid_in(self):
        self.lender.loan_multiple = 2.5
        self._ask(fund_id=self.lender.id, until="2026-02-28", amount=100)
        self._receive(150, date="2026-03-01")
        with self.assertRaisesRegex(UserError, r"375.*2\.5 times its contributions"):
            self._create_loan(amount=375.01).action_request()
        self._create_loan(amount=375).action_request()

    def test_who_is_late_gets_no_other_loan_where_the_rules_say_so(self):
        first = self._lend(amount=100)
        self._ask_instalments("2026-04-30")
        with self.assertRaisesRegex(UserError, f"late with.*27.*{first.name}"):
            self._create_loan(amount=10).action_request()
        self.lender.loan_refuses_late = False
        self._create_loan(amount=10).action_request()

    def test_money_that_is_not_there_or_promised_is_not_lent(self):
        self.lender.minimum_balance = 1500
        loan = self._create_loan()
        loan.action_request()
        loan.action_approve()
        self.assertEqual(self.lender.available_amount, 500)
        second = self._create_loan(member=self.member_c, amount=500.01)
        second.action_request()
        with self.assertRaisesRegex(UserError, "500.00 available"):
            second.action_approve()
        loan.journal_id = self.fund_bank
        with self.assertRaisesRegex(UserError, "Banco del fondo holds"):
            loan.action_pay()

    def test_limits_of_approval_apply(self):
        user = self.env["res.users"].create(
            {
                "name": "gestora_p",
                "login": "gestora_p",
                "group_ids": [
                    Command.set(self.env.ref("red_empresarial.group_network_manager").ids)
                ],
            }
        )
        self.network.manager_id = user
        self.lender.limit_ids = [Command.create({"user_id": user.id, "amount": 500})]
        loan = self._create_loan()
        loan.action_request()
        with self.assertRaisesRegex(UserError, "gestora_p may approve up to.*500"):
            loan.with_user(user).action_approve()

    def test_who_borrows_and_who_answers_are_members_then(self):
        self.member_c.date_to = "2026-03-01"
        for label, error, vals in (
            ("left", "Taller C is not a member", {"member_id": self.member_c.id}),
            (
                "guarantor left",
                "Taller C is not a member",
                {"guarantor_ids": [Command.set(self.member_c.ids)]},
            ),
            (
                "own guarantor",
                "cannot answer for its own",
                {"guarantor_ids": [Command.set(self.member_b.ids)]},
            ),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, error):
                self._create_loan(**vals).action_request()
        other = self._create_network("Otra red", self.operating_form)
        foreign = self._create_members(other, [self.customer])
        loan = self._lend()
        with self.assertRaisesRegex(ValidationError, "is no member of Red ABC"):
            loan.guarantor_ids = foreign

    def test_bad_payments_are_refused(self):
        for label, error, vals in (
            ("first day", "later first instalment", {"date_paid": "2026-04-30"}),
            ("journal", "does not hold", {"journal_id": self.bank.id}),
        ):
            loan = self._create_loan(**vals)
            loan.action_request()
            loan.action_approve()
            with self.subTest(label), self.assertRaisesRegex(UserError, error):
                loan.action_pay()
        loan = self._create_loan()
        loan.action_request()
        loan.action_approve()
        self.lender.date_closed = "2026-03-31"
        with self.assertRaisesRegex(UserError, "closed up to"):
            loan.action_pay()

    def test_a_refused_loan_is_not_paid(self):
        loan = self._create_loan()
        loan.action_request()
        loan.action_refuse()
        with self.assertRaisesRegex(UserError, "is in state"):
            loan.action_pay()
        loan.action_reset_to_draft()
        loan.amount = 10
        self.assertEqual(self._pay_out(loan).state, "disbursed")
