"""Opening of a fund that already exists: what it has, and what members put in and owe."""

from freezegun import freeze_time
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from tests.fund_case import FundCase


class OpeningCase(FundCase):
    def _open(self, rows=(), boxes=(), fund=None, date="2026-03-31", user=None):
        """``rows`` are dicts by member, ``boxes`` amounts by journal."""
        wizard = self.env["business.network.fund.opening"].with_user(user or self.env.user)
        return wizard.create(
            {
                "fund_id": (fund or self.fund).id,
                "date": date,
                "box_ids": [
                    Command.create({"journal_id": journal.id, "amount": amount})
                    for journal, amount in boxes
                ],
                "line_ids": [
                    Command.create({"member_id": member.id, **vals}) for member, vals in rows
                ],
            }
        )

    def _open_all(self, **vals):
        """Cash 300, bank 200; A put in 180, B 120 and owes 20 since January, C advanced 15."""
        return self._open(
            rows=[
                (self.members[0], {"amount_given": 180}),
                (
                    self.member_b,
                    {"amount_given": 120, "amount_owed": 20, "date_due": "2026-01-31"},
                ),
                (self.member_c, {"amount_given": 100, "amount_advance": 15}),
            ],
            boxes=[(self.cash_box, 300), (self.fund_bank, 200)],
            **vals,
        )


class TestOpening(OpeningCase):
    def test_one_posted_entry_balances_against_the_fund(self):
        entry = self._open_all().post()
        self.assertEqual((entry.state, len(entry)), ("posted", 1))
        self.assertEqual(self._balance(self.cash, moves=entry), 300)
        self.assertEqual(self._balance(self.fund_bank.default_account_id, moves=entry), 200)
        given = [
            -self._balance(self.fund.account_id, member.partner_id, entry)
            for member in self.members
        ]
        self.assertEqual(given, [180, 140, 100])
        self.assertEqual(self._owed(), [0, 20, -15])
        # 500 in cash, 20 owed, 15 in advance: 420 of the members, 85 of all in common
        self.assertEqual(self._summary(), [505, 500, 5, 0, 0])
        self.assertEqual(self.fund.get_ties(), [])
        self.assertFalse(entry.line_ids.filtered(lambda item: not item.fund_id))

    def test_the_screen_says_what_the_fund_has_and_what_is_of_all(self):
        wizard = self.env["business.network.fund.opening"]
        with Form(wizard.with_context(default_fund_id=self.fund.id)) as form:
            form.date = "2026-03-31"
            self.assertEqual((len(form.line_ids), len(form.box_ids)), (3, 3))
            with form.line_ids.edit(1) as line:
                line.amount_given = 120
                line.amount_owed = 20
                line.date_due = "2026-01-31"
            with form.box_ids.edit(0) as box:
                box.amount = 130
            self.assertEqual((form.amount_fund, form.amount_common), (150, 10))
        entry = form.record.post()
        self.assertEqual(self._owed(), [0, 20, 0])
        self.assertEqual(self._balance(self.fund.account_id, moves=entry), -150)

    def test_the_dues_list_the_meeting_and_the_dues_that_come_see_it(self):
        self._open_all().post()
        with freeze_time("2026-04-10"):
            due = self.env["business.network.fund.due"].search([("fund_id", "=", self.fund.id)])
            self.assertEqual(
                (due.partner_id, due.amount_open, due.date_due, due.age),
                (self.partner_b, 20, self._date("2026-01-31"), "61"),
            )
        meeting = self._create_meeting(date="2026-04-10")
        owed = [self._line(meeting, member).amount_owed for member in self.members]
        self.assertEqual(owed, [0, 20, -15])
        self._line(meeting, self.member_b).amount_received = 20
        meeting.action_collect()
        schedule = self._create_schedule(date_from="2026-04-30")
        schedule._ask_until(self._date("2026-04-30"))
        self.assertEqual(self._owed(), [10, 10, -5])
        self.assertEqual(self.fund.get_ties(), [])

    def test_the_members_statement_shows_it(self):
        self._open_all().post()
        statements = self.env["business.network.statement"]
        (statement,) = statements._get_period_statements(
            self.member_b,
            self.company.currency_id,
            self._date("2026-03-01"),
            self._date("2026-03-31"),
        )
        sections = {section["key"]: section for section in statement["sections"]}
        own = sections[f"fund_{self.fund.id}"]
        self.assertEqual(own["totals"]["balance"], 20)
        self.assertEqual(sections["funds"]["lines"][0]["given"], 140)

    def test_share_out_and_exit_count_what_was_put_in(self):
        fund = self._create_fund("Aportaciones", kind="contributions")
        self._open(
            rows=[
                (self.member_b, {"amount_given": 225}),
                (self.member_c, {"amount_given": 4275}),
            ],
            boxes=[(self.cash_box, 5400)],
            fund=fund,
        ).post()
        wizard = self.env["business.network.fund.share.out"].create(
            {"fund_id": fund.id, "journal_id": self.cash_box.id, "date": "2026-06-30"}
        )
        shares = wizard._get_shares()
        self.assertEqual(
            [shares[partner] for partner in (self.partner_b, self.partner_c)],
            [(225, 270, 225), (4275, 5130, 4275)],
        )
        self.assertEqual(fund._get_paid_in(self.partner_b), 225)

    def test_what_is_owed_counts_as_put_in_once_it_is_paid(self):
        self._open_all().post()
        self.assertEqual(self.fund._get_paid_in(self.partner_b), 120)
        self._create_meeting(date="2026-04-10", post=True, receive={self.member_b: 20})
        self.assertEqual(self.fund._get_paid_in(self.partner_b), 140)

    def test_a_fund_is_opened_once_and_again_after_a_reversal(self):
        entry = self._open_all().post()
        self.assertTrue(self.fund.is_opened)
        with self.assertRaisesRegex(UserError, f"opened by {entry.name}.* already"):
            self._open_all().post()
        entry._reverse_moves([{"date": "2026-03-31"}], cancel=True)
        self.fund.invalidate_recordset()
        self.assertFalse(self.fund.is_opened)
        self._open_all().post()
        self.assertEqual(self._summary(), [505, 500, 5, 0, 0])

    def test_cash_that_was_opened_before_becomes_of_who_put_it_in(self):
        self._operate("opening", 220, date="2026-03-01")
        self._open(rows=[(self.member_b, {"amount_given": 120})]).post()
        self.assertEqual(self._summary(), [220, 220, 0, 0, 0])
        self.assertEqual(self.fund._get_contributions(), {self.partner_b: 120})

    def test_nothing_else_comes_before_it(self):
        move = self._operate("donation", 5, date="2026-03-31")
        with self.assertRaisesRegex(UserError, f"{move.name}.*before its first movement"):
            self._open_all().post()
        self.assertEqual(self._open_all(date="2026-03-30").post().state, "posted")

    def test_bad_input_is_refused(self):
        self.member_c.date_to = "2026-02-28"
        own = self.env["account.journal"].create(
            {"name": "Caja ajena", "code": "AJENA", "type": "cash"}
        )
        b, c = self.member_b, self.member_c
        for label, error, rows, boxes in (
            ("nothing", "Write what", [], []),
            ("twice", "Taller B.* twice", [(b, {"amount_given": 1}), (b, {})], []),
            ("negative", "zero or above", [(b, {"amount_given": -1})], []),
            ("advance", "zero or above", [(b, {"amount_advance": -1})], [(self.cash_box, 5)]),
            ("both", "cannot owe", [(b, {"amount_owed": 1, "amount_advance": 2})], []),
            ("no day", "since when Taller B", [(b, {"amount_owed": 1})], []),
            (
                "day to come",
                "since when Taller B",
                [(b, {"amount_owed": 1, "date_due": "2026-04-01"})],
                [],
            ),
            ("no member", "Taller C is not a member", [(c, {"amount_given": 1})], []),
            ("box twice", "Caja del fondo.*twice", [], [(self.cash_box, 1), (self.cash_box, 2)]),
            ("box negative", "zero or above", [], [(self.cash_box, -1), (self.wallet, 5)]),
            ("box of others", "does not hold", [], [(own, 5)]),
        ):
            with (
                self.subTest(label),
                self.assertRaisesRegex((UserError, ValidationError), f"(?s){error}"),
            ):
                self._open(rows, boxes).post()
        self.assertFalse(self.fund._get_first_date())

    def test_a_closed_month_and_members_of_another_network_are_refused(self):
        network = self._create_network("Red Ajena", self.operating_form)
        other = self._create_members(network, self.partner_b)
        with self.assertRaisesRegex(UserError, "of the fund's network"):
            self._open([(other, {"amount_given": 1})]).post()
        self.fund.sudo().date_closed = "2026-03-31"
        with self.assertRaisesRegex(UserError, "closed up to"):
            self._open_all().post()

    def test_who_may_not_write_the_fund_opens_nothing(self):
        user = self.env["res.users"].create(
            {
                "name": "Otra gestora",
                "login": "otra_gestora_o",
                "group_ids": [
                    Command.set(self.env.ref("red_empresarial.group_network_manager").ids)
                ],
            }
        )
        with self.assertRaises(AccessError):
            self._open_all(user=user).post()
        self.network.manager_id = user
        self.env.invalidate_all()
        self.assertEqual(self._open_all(user=user).post().state, "posted")
