"""A member leaves: what it gets by the fund's rule, what it owes, one entry, and back again."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError

from tests.funds.test_loans import LoanCase


class TestExit(LoanCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_fund("Propias", kind="contributions", loan_rate=2)

    def _create_exit(self, member=None, compute=True, **vals):
        leaving = self.env["business.network.fund.exit"].create(
            {"member_id": (member or self.member_b).id, "date": "2026-06-30", **vals}
        )
        if compute:
            leaving.action_compute()
        return leaving

    def _amounts(self, leaving, fund=None):
        """Put in, gets, owes, rest of loans, net."""
        line = leaving.line_ids.filtered(lambda line: line.fund_id == (fund or self.own))
        return [line[f"amount_{name}"] for name in ("contribution", "gets", "owed", "loans", "net")]

    def _fill(self):
        """F1: B holds 45 of 900 shares of 5.00, and the fund gained 900.00."""
        self._operate("opening", 225, fund=self.own, partner_id=self.partner_b.id)
        self._operate("opening", 4275, fund=self.own, partner_id=self.partner_c.id)
        self._operate("event", 900, fund=self.own)

    def test_F1_by_parts_of_the_worth_it_gets_its_part_of_the_profit(self):
        self.own.exit_rule = "share"
        self._fill()
        leaving = self._create_exit()
        self.assertEqual(self._amounts(leaving), [225, 270, 0, 0, 270])
        leaving.action_post()
        self.assertRecordValues(
            leaving.move_ids.line_ids.sorted("balance"),
            [
                {
                    "account_id": self.cash.id,
                    "partner_id": self.partner_b.id,
                    "balance": -270,
                    "fund_movement": "share_out",
                },
                {
                    "account_id": self.own.account_id.id,
                    "partner_id": False,
                    "balance": 45,
                    "fund_movement": "share_out",
                },
                {
                    "account_id": self.own.account_id.id,
                    "partner_id": self.partner_b.id,
                    "balance": 225,
                    "fund_movement": "share_out",
                },
            ],
        )
        self.assertEqual(self.member_b.date_to, self._date("2026-06-30"))
        self.assertEqual(self._summary(self.own), [5130, 5130, 0, 0, 0])
        self.assertEqual(self.own._get_contributions(), {self.partner_c: 4275})
        self.assertEqual(self.own.get_ties(), [])

    def test_a_loss_is_borne_by_its_part(self):
        self.own.exit_rule = "share"
        self._operate("opening", 100, fund=self.own, partner_id=self.partner_b.id)
        self._operate("opening", 200, fund=self.own, partner_id=self.partner_c.id)
        project = self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.own.id,
                "kind": "project",
                "purpose": "Telar",
                "amount": 100,
                "journal_id": self.cash_box.id,
                "date_paid": "2026-05-01",
            }
        )
        self._pay_out(project)
        leaving = self._create_exit()
        self.assertEqual(self._amounts(leaving), [100, 66.67, 0, 0, 66.67])
        leaving.action_post()
        self.assertEqual(self.own._get_contributions(), {self.partner_c: 200})
        self.assertEqual(self._summary(self.own), [133.33, 133.33, 0, 0, 0])
        self.assertEqual(self.own.get_ties(), [])

    def test_who_left_with_nothing_has_no_claim_left(self):
        self.own.exit_rule = "nothing"
        self._fill()
        leaving = self._create_exit()
        self.assertEqual(self._amounts(leaving), [225, 0, 0, 0, 0])
        leaving.action_post()
        self.assertEqual(self.own._get_contributions(), {self.partner_c: 4275})
        self.assertEqual(self._summary(self.own), [5400, 5400, 0, 0, 0])
        self.assertEqual(self.own.get_ties(), [])
        leaving.action_reverse()
        self.assertEqual(self.own._get_contributions()[self.partner_b], 225)
        self.assertEqual((leaving.state, self.member_b.date_to), ("reversed", False))

    def test_by_contributions_it_gets_what_it_put_in(self):
        self._fill()
        self.assertEqual(self.own.exit_rule, "contributions")
        self.assertEqual(self._amounts(self._create_exit()), [225, 225, 0, 0, 225])

    def test_what_it_gets_closes_what_it_owes_and_the_rest_is_paid(self):
        self._ask(fund_id=self.own.id, until="2026-03-31", amount=50)
        self.own._receive(
            [(self.member_b, 110, False)], self.cash_box, self._date("2026-04-01"), "Pago"
        )
        self.own.schedule_ids.action_end()
        leaving = self._create_exit()
        self.assertEqual(self._amounts(leaving), [150, 150, 40, 0, 110])
        leaving.action_post()
        entry = leaving.move_ids
        self.assertEqual(self._balance(self.own.account_id, moves=entry), 150)
        self.assertEqual(self._balance(self.receivable, self.partner_b, entry), -40)
        self.assertEqual(self._balance(self.cash, moves=entry), -110)
        self.assertEqual(self._owed(self.member_b, fund=self.own), [0])
        due = self.env["business.network.fund.due"].search(
            [("fund_id", "=", self.own.id), ("partner_id", "=", self.partner_b.id)]
        )
        self.assertEqual(set(due.mapped("age")), {"paid"})
        self.assertEqual(self.own.get_ties(), [])

    def test_loans_end_that_day_and_what_is_above_stays_owed(self):
        self._operate("opening", 225, fund=self.lender, partner_id=self.partner_b.id)
        loan = self._lend()
        leaving = self._create_exit(date="2026-05-10")
        self.assertEqual(self._amounts(leaving, self.lender), [225, 225, 270, 765, -810])
        self.assertEqual([leaving.amount_paid_out, leaving.amount_still_owed], [0, 810])
        leaving.action_post()
        self.assertEqual(self._owed(self.member_b, fund=self.lender), [810])
        self.assertEqual(self._open(loan), [810, 0, 810])
        self.assertEqual(self._summary(self.lender), [3035, 2225, 810, 0, 0])
        self.assertEqual(self.lender.get_ties(), [])
        self._receive(810, date="2026-07-01")
        self.assertEqual(loan.state, "repaid")

    def test_a_loan_asked_in_whole_is_owed_and_not_ended(self):
        self._operate("opening", 2000, fund=self.lender, partner_id=self.partner_b.id)
        loan = self._lend(instalment_count=1)
        leaving = self._create_exit(date="2026-05-10")
        self.assertEqual(self._amounts(leaving, self.lender), [2000, 2000, 1020, 0, 980])
        leaving.action_post()
        self.assertEqual((loan.state, loan.call_move_id.id), ("repaid", False))

    def test_what_was_paid_in_advance_comes_back(self):
        self.fund._receive(
            [(self.member_b, 30, True)], self.cash_box, self._date("2026-04-01"), "Pago"
        )
        leaving = self._create_exit()
        self.assertEqual(self._amounts(leaving, self.fund), [0, 0, -30, 0, 30])
        leaving.action_post()
        self.assertEqual(self._summary(), [0, 0, 0, 0, 0])
        self.assertEqual(set(leaving.move_ids.line_ids.mapped("fund_movement")), {"receipt"})

    def test_a_common_fund_gives_nothing_and_keeps_what_is_owed(self):
        self._ask(until="2026-03-31")
        self.fund.schedule_ids.action_end()
        leaving = self._create_exit()
        self.assertEqual(self._amounts(leaving, self.fund), [30, 0, 30, 0, -30])
        leaving.action_post()
        self.assertEqual(leaving.move_ids.line_ids.account_id, self.fund.account_id)
        self.assertNotIn(self.partner_b, self.fund._get_contributions())
        self.assertEqual(self._summary(), [90, 0, 90, 0, 0])
        self.assertEqual(self._owed(self.member_b), [30])
        self.assertEqual(self.member_b.date_to, self._date("2026-06-30"))
        leaving.action_reverse()
        self.assertEqual((leaving.state, self.member_b.date_to), ("reversed", False))

    def test_dues_up_to_its_last_day_are_asked_first_and_later_ones_not_of_it(self):
        schedule = self._create_schedule(fund_id=self.own.id, date_from="2026-06-30")
        leaving = self._create_exit()
        self.assertEqual(self._amounts(leaving), [10, 10, 10, 0, 0])
        leaving.action_post()
        schedule._ask_until(self._date("2026-07-31"))
        self.assertEqual(self._owed(fund=self.own), [20, 0, 20])

    def test_twice_is_refused(self):
        self._fill()
        leaving = self._create_exit()
        leaving.action_post()
        with self.assertRaisesRegex(UserError, "is in state"):
            leaving.action_post()
        with self.assertRaisesRegex(UserError, f"left by {leaving.name}"):
            self._create_exit()
        with self.assertRaisesRegex(UserError, "is booked"):
            leaving.date = "2026-06-01"
        self.assertEqual(self._balance(self.cash, moves=leaving.move_ids), -225)

    def test_a_reversed_exit_leaves_everything_as_it_was(self):
        self._operate("opening", 225, fund=self.lender, partner_id=self.partner_b.id)
        loan = self._lend()
        before = self._summary(self.lender)
        leaving = self._create_exit(date="2026-04-10")
        leaving.action_post()
        leaving.action_reverse()
        self.assertEqual(leaving.state, "reversed")
        self.assertFalse(self.member_b.date_to)
        self.assertEqual(self._summary(self.lender), before)
        self.assertEqual((loan.state, self._open(loan)), ("disbursed", [0, 1000, 1000]))
        self.assertEqual(self.lender._get_contributions()[self.partner_b], 225)
        again = self._create_exit(date="2026-04-10")
        again.action_post()
        self.assertEqual(again.state, "posted")

    def test_entries_reversed_by_hand_reverse_the_exit(self):
        self._fill()
        leaving = self._create_exit()
        leaving.action_post()
        leaving.move_ids._reverse_moves([{"date": "2026-07-01"}], cancel=True)
        self.assertEqual((leaving.state, self.member_b.date_to), ("reversed", False))

    def test_what_changed_since_it_was_computed_is_looked_at_again(self):
        self._fill()
        leaving = self._create_exit()
        self._operate("opening", 5, fund=self.own, partner_id=self.partner_b.id)
        with self.assertRaisesRegex(UserError, "changed since"):
            leaving.action_post()
        leaving.action_compute()
        leaving.action_post()
        self.assertEqual(self._balance(self.cash, moves=leaving.move_ids), -230)
        with self.assertRaisesRegex(UserError, "is not computed"):
            self._create_exit(self.member_c, compute=False).action_post()

    def test_a_line_that_nobody_computed_pays_nothing(self):
        other = self._create_fund(
            "Ajenas",
            kind="contributions",
            network=self._create_network("Red vecina", self.operating_form),
        )
        self._operate("opening", 500, fund=other)
        leaving = self._create_exit(compute=False)
        amounts = {"exit_id": leaving.id, "amount_contribution": 90, "amount_gets": 90}
        lines = self.env["business.network.fund.exit.line"]
        empty = self._create_fund("Archivada", kind="contributions")
        empty.active = False
        line = lines.create({**amounts, "fund_id": empty.id})
        with self.assertRaisesRegex(UserError, "Archivada.*is not computed"):
            leaving.action_post()
        leaving.action_compute()
        self.assertFalse(line.exists())
        with self.assertRaisesRegex(ValidationError, "Ajenas.*is no fund of Red ABC.*Taller B"):
            lines.create({**amounts, "fund_id": other.id})

    def test_a_booked_exit_takes_no_line_of_another(self):
        self._fill()
        other = self._create_exit(self.member_c)
        leaving = self._create_exit(date="2026-06-29")
        leaving.action_post()
        with self.assertRaisesRegex(UserError, "is booked"):
            other.line_ids.filtered(lambda line: line.fund_id != self.own).exit_id = leaving

    def test_short_money_is_refused(self):
        self._fill()
        self._operate("deposit", 5300, fund=self.own, to_journal_id=self.fund_bank.id)
        leaving = self._create_exit()
        self.assertEqual(leaving.line_ids.journal_id, self.fund_bank)
        leaving.line_ids.journal_id = self.cash_box
        # The box holds 3,000 of the other fund as well: what counts is this fund's.
        with self.assertRaisesRegex(UserError, "Caja del fondo holds.*100"):
            leaving.action_post()
        leaving.line_ids.journal_id = self.fund_bank
        loan = self._create_loan(
            fund_id=self.own.id, member_id=self.member_c.id, amount=5200, date="2026-05-01"
        )
        loan.action_request()
        loan.action_approve()
        with self.assertRaisesRegex(UserError, "gets.*225.*200.00 available"):
            leaving.action_post()
        loan.action_refuse()
        self.own.minimum_balance = 5200
        with self.assertRaisesRegex(UserError, "gets.*225.*200.00 available"):
            leaving.action_post()
        self.own.minimum_balance = 0
        self.own._forget_balances()
        leaving.action_post()
        self.assertEqual(self._balance(self.fund_bank.default_account_id), 5075)

    def test_dues_of_after_its_last_day_are_reversed_first(self):
        _schedule, entries = self._ask(fund_id=self.own.id, until="2026-03-31")
        self.own.schedule_ids.action_end()
        last = entries.sorted("date")[-1:]
        with self.assertRaisesRegex(UserError, "asked dues of.*03/31/2026.*Reverse them"):
            self._create_exit(date="2026-03-30")
        last._reverse_moves([{"date": "2026-03-31"}], cancel=True)
        self.assertEqual(self._amounts(self._create_exit(date="2026-03-30"))[2], 20)

    def test_a_closed_fund_or_one_that_is_not_shared_out_is_refused(self):
        self._fill()
        leaving = self._create_exit()
        self.own.date_closed = "2026-06-30"
        with self.assertRaisesRegex(UserError, "closed up to"):
            leaving.action_post()
        self.own.date_closed = False
        self.own.allows_share_out = False
        with self.assertRaisesRegex(UserError, "Propias.*Share-out"):
            leaving.action_post()
        self.assertFalse(self.member_b.date_to)

    def test_who_cannot_leave_yet_is_told_why(self):
        self._fill()
        loan = self._create_loan(member_id=self.member_c.id, guarantor_ids=[self.member_b.id])
        loan.action_request()
        loan.action_approve()
        with self.assertRaisesRegex(UserError, f"answers for {loan.name} of Taller C"):
            self._create_exit()
        with self.assertRaisesRegex(UserError, "approved and not paid out"):
            self._create_exit(self.member_c)
        loan.action_refuse()
        with self.assertRaisesRegex(UserError, "known on its last day"):
            self._create_exit(date=fields.Date.today() + timedelta(days=1))
        self.own.treasurer_ids = [
            Command.create({"partner_id": self.partner_b.id, "date_from": "2026-06-01"})
        ]
        with self.assertRaisesRegex(UserError, "is the treasurer of Propias"):
            self._create_exit()
        own_term = self.own.treasurer_ids.filtered(lambda t: t.partner_id == self.partner_b)
        own_term.date_from = "2026-07-01"  # elected, and in office after its last day
        with self.assertRaisesRegex(UserError, "is the treasurer of Propias.*on 07/01/2026"):
            self._create_exit()
        own_term.unlink()
        self.member_b.date_to = "2026-06-15"
        with self.assertRaisesRegex(ValidationError, "Taller B is not a member"):
            self._create_exit()

    def test_the_member_opens_its_exit(self):
        action = self.member_b.action_leave()
        self.assertEqual(action["context"], {"default_member_id": self.member_b.id})
        self.assertFalse(action["res_id"])
        leaving = self._create_exit()
        self.assertEqual(self.member_b.action_leave()["res_id"], leaving.id)
