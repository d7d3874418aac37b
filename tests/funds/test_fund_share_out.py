"""Sharing a fund out again and again: what each put in ends with what it gets, to the cent."""

from odoo.exceptions import UserError
from odoo.tests import Form

from tests.fund_case import FundCase


class ShareOutCase(FundCase):
    def set_up_once(self):
        super().set_up_once()
        self.own = self._create_fund("Aportaciones", kind="contributions")

    def _put_in(self, amounts):
        for partner, amount in amounts.items():
            self._operate("opening", amount, fund=self.own, partner_id=partner.id)

    def _collect_dues(self, amount=10, date="2026-07-31"):
        """A cycle's dues of A, B and C, asked and paid in cash."""
        schedule = self._create_schedule(
            amount, fund_id=self.own.id, name=f"Cuota {date}", date_from=date, frequency="once"
        )
        schedule._ask_until(self._date(date))
        meeting = self._create_meeting(date=date, fund=self.own)
        meeting.action_receive_all()
        meeting.action_collect()

    def _spend(self, amount, date="2026-08-01"):
        project = self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.own.id,
                "kind": "project",
                "purpose": "Telar",
                "amount": amount,
                "journal_id": self.cash_box.id,
                "date_paid": date,
            }
        )
        project.action_request()
        project.action_approve()
        project.action_pay()

    def _wizard(self, **vals):
        return self.env["business.network.fund.share.out"].create(
            {"fund_id": self.own.id, "journal_id": self.cash_box.id, "date": "2026-10-31", **vals}
        )

    def _share_out(self, **vals):
        wizard = self._wizard(**vals)
        wizard.action_compute()
        return wizard.post()

    def _items(self, entry):
        """``{(side, partner): amount}`` of a posted entry, debits above zero."""
        items = {}
        for item in entry.line_ids:
            side = "fund" if item.account_id == self.own.account_id else "cash"
            self.assertEqual(item.account_id, self.own.account_id if side == "fund" else self.cash)
            self.assertEqual((item.fund_id, item.fund_movement), (self.own, "share_out"))
            key = side, item.partner_id.name or "all"
            items[key] = round(items.get(key, 0.0) + item.balance, 2)
        return items

    def _given(self):
        return {partner.name: amount for partner, amount in self.own._get_contributions().items()}

    def _told(self, member):
        """What the member's own statement says that it put into the fund."""
        (statement,) = self.env["business.network.statement"]._get_period_statements(
            member, self.company.currency_id, self._date("2026-01-01"), self._date("2026-12-31")
        )
        (section,) = [one for one in statement["sections"] if one["key"] == "funds"]
        (line,) = [one for one in section["lines"] if one["concept"] == self.own.name]
        return line["given"]


class TestCycles(ShareOutCase):
    def _second_cycle(self):
        """Dues of 10 each: everybody put in the same, whatever was shared out before."""
        self._collect_dues()
        self.assertEqual(self._given(), dict.fromkeys(self.members.partner_id.mapped("name"), 10))
        for member in self.members:
            self.assertEqual(self._told(member), 10)
            self.assertEqual(self.own._get_paid_in(member.partner_id), 10)

    def test_after_a_profit_the_next_cycle_starts_from_nothing(self):
        self._put_in({self.partner_b: 225, self.partner_c: 4275})
        self._operate("event", 900, fund=self.own)
        entry = self._share_out(date="2026-06-30")
        self.assertEqual(
            self._items(entry),
            {
                ("fund", "Taller B"): 225,
                ("fund", "Taller C"): 4275,
                ("fund", "all"): 900,
                ("cash", "Taller B"): -270,
                ("cash", "Taller C"): -5130,
            },
        )
        self.assertEqual((self._given(), self._told(self.member_b)), ({}, 0))
        self.assertEqual(self._summary(self.own), [0, 0, 0, 0, 0])
        self._second_cycle()
        entry = self._share_out()
        self.assertEqual(
            self._items(entry),
            {
                (side, member.partner_id.name): sign * 10
                for member in self.members
                for side, sign in (("fund", 1), ("cash", -1))
            },
        )
        self.assertEqual((self._given(), self.own.get_ties()), ({}, []))
        self.assertEqual(self._summary(self.own), [0, 0, 0, 0, 0])

    def test_after_a_loss_what_was_lost_does_not_count_again(self):
        self._put_in({self.partner_b: 100, self.partner_c: 200})
        self._spend(100, "2026-05-01")
        entry = self._share_out(date="2026-06-30")
        self.assertEqual(
            self._items(entry),
            {
                ("fund", "Taller B"): 100,
                ("fund", "Taller C"): 200,
                ("fund", "all"): -100,
                ("cash", "Taller B"): -66.67,
                ("cash", "Taller C"): -133.33,
            },
        )
        self.assertEqual((self._given(), self._told(self.member_c)), ({}, 0))
        self._second_cycle()
        self._operate("event", 0.05, fund=self.own, date="2026-09-01")
        paid = self._items(self._share_out())
        self.assertEqual(
            sorted(paid["cash", name] for name in self.members.partner_id.mapped("name")),
            [-10.02, -10.02, -10.01],
        )
        self.assertEqual(paid["fund", "all"], 0.05)
        self.assertEqual(self._summary(self.own), [0, 0, 0, 0, 0])
        self.assertEqual((self._given(), self.own.get_ties()), ({}, []))

    def test_of_a_part_each_gets_contributions_back_and_keeps_the_rest(self):
        self._put_in({self.partner_b: 225, self.partner_c: 4275})
        self._operate("event", 900, fund=self.own)
        part = self._items(self._share_out(amount=900, date="2026-06-30"))
        self.assertEqual((part["fund", "Taller B"], part["fund", "Taller C"]), (45, 855))
        self.assertNotIn(("fund", "all"), part)
        self.assertEqual(self._given(), {"Taller B": 180, "Taller C": 3420})
        rest = self._items(self._share_out())
        self.assertEqual((rest["cash", "Taller B"], rest["cash", "Taller C"]), (-225, -4275))
        self.assertEqual(rest["fund", "all"], 900)
        self.assertEqual((self._given(), self.own.balance), ({}, 0))

    def test_of_a_part_of_what_is_left_after_a_loss_nobody_lets_go_of_more(self):
        self._put_in({self.partner_b: 100, self.partner_c: 200})
        self._spend(100, "2026-05-01")
        self._share_out(amount=60, date="2026-06-30")
        self.assertEqual(self._given(), {"Taller B": 80, "Taller C": 160})
        rest = self._items(self._share_out())
        self.assertEqual((rest["cash", "Taller B"], rest["cash", "Taller C"]), (-46.67, -93.33))
        self.assertEqual((self._given(), self.own.balance), ({}, 0))

    def test_profit_that_stays_is_of_those_who_put_in_next(self):
        self._put_in({self.partner_b: 225, self.partner_c: 4275})
        self._operate("event", 900, fund=self.own)
        self._share_out(amount=5000, date="2026-06-30")
        self.assertEqual((self._given(), self.own.balance), ({}, 400))
        with self.assertRaisesRegex(UserError, "No member put anything"):
            self._share_out(amount=400, date="2026-06-30")
        self._collect_dues()
        shares = self._wizard()._get_shares()
        self.assertEqual(sum(gets for _own, gets, _claim in shares.values()), 430)

    def test_a_reversed_share_out_gives_the_claims_back(self):
        self._put_in({self.partner_b: 100, self.partner_c: 200})
        self._spend(100, "2026-05-01")
        entry = self._share_out(date="2026-06-30")
        entry._reverse_moves([{"date": "2026-07-01"}], cancel=True)
        self.assertEqual(self._given(), {"Taller B": 100, "Taller C": 200})
        self.assertEqual(self._summary(self.own), [200, 200, 0, 0, 0])

    def test_loans_and_exits_follow_the_cycle_that_runs(self):
        self.own.write({"allows_loan": True, "loan_rate": 2, "loan_multiple": 3})
        self._put_in({self.partner_b: 225, self.partner_c: 4275})
        self._operate("event", 900, fund=self.own)
        self._share_out(date="2026-06-30")
        self.assertEqual(self.own._get_loan_limits(self.member_b)[0][0], 0)
        self._second_cycle()
        self.assertEqual(self.own._get_loan_limits(self.member_b)[0][0], 30)
        self.own.exit_rule = "share"
        self.assertEqual(self.own._get_exit_amount(self.partner_b), (10, 10))


class TestShareOutSteps(ShareOutCase):
    def test_what_was_computed_is_what_is_paid(self):
        self._put_in({self.partner_b: 100, self.partner_c: 200})
        wizard = self._wizard()
        with self.assertRaisesRegex(UserError, "Press “Compute”"):
            wizard.post()
        wizard.action_compute()
        for label, change in (
            ("amount", lambda: wizard.write({"amount": 150})),
            ("ledger", lambda: self._put_in({self.partner_b: 5})),
        ):
            with self.subTest(label), self.cr.savepoint() as savepoint:
                change()
                with self.assertRaisesRegex(UserError, "Press “Compute”.*look at it again"):
                    wizard.post()
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(self._items(wizard.post())["cash", "Taller B"], -100)

    def test_the_amount_stays_on_the_form_once_it_is_computed(self):
        self._put_in({self.partner_b: 100})
        wizard = self._wizard()
        with Form(wizard) as form:
            form.amount = 60
        wizard.action_compute()
        with Form(wizard) as form, self.assertRaisesRegex(AssertionError, "readonly"):
            form.amount = 100
        wizard.action_change()
        self.assertFalse(wizard.line_ids)
        with Form(wizard) as form:
            form.amount = 100
        wizard.action_compute()
        self.assertEqual(wizard.line_ids.mapped("amount"), [100])
