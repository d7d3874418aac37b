"""Dues of so much for each share that a member holds, as savings groups ask them."""

import psycopg2
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from tests.funds.closing_case import ClosingCase


class TestShares(ClosingCase):
    def _hold(self, shares, date="2026-01-01", fund=None):
        return self.env["business.network.fund.member.share"].create(
            [
                {
                    "fund_id": (fund or self.fund).id,
                    "member_id": member.id,
                    "date_from": date,
                    "shares": number,
                }
                for member, number in shares.items()
            ]
        )

    def _asked(self, entries):
        return [
            self._balance(self.receivable, member.partner_id, entries) for member in self.members
        ]

    def test_each_owes_the_amount_of_one_for_each_share_to_the_cent(self):
        self._hold({self.member_b: 45, self.member_c: 855})
        _schedule, entries = self._ask(basis="share", amount=5, until="2026-01-31")
        self.assertEqual(self._asked(entries), [0, 225, 4275])
        self.assertEqual(self._balance(self.fund.account_id, moves=entries), -4500)
        self.assertEqual(self.fund._get_contributions()[self.partner_b], 225)
        self.assertEqual(self.fund.get_ties(), [])

    def test_the_amount_of_a_share_grows_by_steps(self):
        self._hold({self.member_b: 3})
        _schedule, entries = self._ask(
            basis="share",
            amount=0.35,
            until="2026-02-28",
            step_ids=[Command.create({"date_from": "2026-02-01", "amount": 0.5})],
        )
        self.assertEqual([self._asked(entry)[1] for entry in entries], [1.05, 1.5])

    def test_shares_change_from_a_day_and_leave_what_was_asked(self):
        self._hold({self.member_b: 2, self.member_c: 1})
        schedule, entries = self._ask(basis="share", amount=5, until="2026-01-31")
        self._hold({self.member_b: 4, self.member_c: 0}, date="2026-02-15")
        later = schedule._ask_until(self._date("2026-02-28"))
        self.assertEqual((self._asked(entries), self._asked(later)), ([0, 10, 5], [0, 20, 0]))
        with self.assertRaisesRegex(UserError, "asked up to.*from a later day"):
            self._hold({self.members[0]: 1}, date="2026-02-28")
        with self.assertRaisesRegex(UserError, "Taller B.*stay"):
            self.fund.share_ids.filtered(lambda s: s.member_id == self.member_b)[:1].shares = 9

    def test_who_is_exempt_or_left_owes_nothing(self):
        self._hold(dict.fromkeys(self.members, 2))
        self.member_c.date_to = "2026-01-15"
        schedule = self._create_schedule(amount=5, basis="share")
        schedule.exemption_ids = [
            Command.create(
                {"member_id": self.member_b.id, "date_from": "2026-01-01", "reason": "Acta 3"}
            )
        ]
        self.assertEqual(self._asked(schedule._ask_until(self._date("2026-01-31"))), [10, 0, 0])

    def test_without_shares_nothing_is_asked_and_told(self):
        with self.assertRaisesRegex(UserError, "page Shares"):
            self._create_schedule(basis="share")
        self._hold({self.member_b: 1}, date="2026-02-01")
        schedule = self._create_schedule(basis="share")
        with self.assertRaisesRegex(UserError, "nobody holds shares of Fondo común"):
            schedule._ask_until(self._date("2026-01-31"))
        self.assertFalse(schedule.date_done)

    def test_bad_shares_are_refused(self):
        other = self._create_members(
            self._create_network("Red Ajena", self.operating_form), self.partner_b
        )
        with self.assertRaisesRegex(ValidationError, "no shares of Fondo"):
            self._hold({other: 1})
        self._hold({self.member_b: 1})
        for vals in ({self.member_b: 2}, {self.member_c: -1}):
            with (
                self.subTest(vals),
                self.assertRaises(psycopg2.IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self._hold(vals).flush_recordset()

    def test_two_networks_see_and_write_their_own_only(self):
        share = self._hold({self.member_b: 1})
        manager = self._create_user("gestora_a")
        self.assertFalse(share.with_user(manager).search([]))
        with self.assertRaises(AccessError):
            share.with_user(manager).shares = 5
        self.network.manager_id = manager
        self.env.invalidate_all()
        share.with_user(manager).shares = 5
        self.assertEqual(share.shares, 5)

    def test_the_forms_take_them(self):
        with Form(self.fund) as form, form.share_ids.new() as line:
            line.member_id = self.member_b
            line.shares = 7
        self.assertEqual(self.fund.share_ids.shares, 7)
        with Form(self.env["business.network.fund.schedule"]) as form:
            form.fund_id = self.fund
            form.basis = "share"
            form.amount = 5
        self.assertEqual(form.record.basis, "share")
