"""A fund: what it proposes, who keeps it, what it refuses; its entries and their corrections."""

from datetime import timedelta

import psycopg2
from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from tests.fund_case import FundCase


class TestFund(FundCase):
    def test_the_account_belongs_to_the_members_and_follows_the_chart(self):
        account = self.fund.account_id
        self.assertEqual(account.account_type, "liability_current")
        self.assertTrue(account.code.startswith("4699"), account.code)
        self.assertEqual(self.fund.journal_id.code, "FONDO")
        other = self._create_fund("Otro")
        self.assertEqual((other.account_id, other.journal_id), (account, self.fund.journal_id))
        self.assertEqual(self.network.fund_account_id, account)

    def test_the_purpose_follows_the_kind(self):
        uses = {}
        for kind in ("common", "contributions", "cofinancing", "contingency"):
            fund = self._create_fund(kind, kind=kind)
            uses[kind] = [fund.allows_expense, fund.allows_project, fund.allows_share_out]
        self.assertEqual(
            uses,
            {
                "common": [True, True, False],
                "contributions": [False, True, True],
                "cofinancing": [False, True, False],
                "contingency": [True, True, False],
            },
        )

    def test_a_contributions_fund_never_pays_operating_expenses(self):
        fund = self._create_fund("Aportaciones", kind="contributions")
        with self.assertRaisesRegex(UserError, "Aportaciones.*Operating expense"):
            fund._check_accepts("expense")
        with (
            self.assertRaises(psycopg2.errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.cr.savepoint(),
        ):
            fund.allows_expense = True
            fund.flush_recordset()

    def test_one_treasurer_in_office_on_a_day(self):
        successor = self._create_partner("Tesorero Juan", "20600000048")
        self.fund.treasurer_ids = [
            Command.create({"partner_id": successor.id, "date_from": "2026-06-01"})
        ]
        for date, partner in (
            ("2025-12-31", self.env["res.partner"]),
            ("2026-05-31", self.treasurer),
            ("2026-06-01", successor),
        ):
            with self.subTest(date):
                self.assertEqual(self.fund._get_treasurer(self._date(date)), partner)
        with self.assertRaisesRegex(ValidationError, "Tesorera Rosa is the treasurer"):
            self.fund.treasurer_ids = [
                Command.create(
                    {
                        "partner_id": successor.id,
                        "date_from": "2026-02-01",
                        "date_to": "2026-02-10",
                    }
                )
            ]

    def test_a_journal_in_another_currency_is_refused(self):
        dollars = self.env.ref("base.USD")
        dollars.active = True
        journal = self.env["account.journal"].create(
            {"name": "Banco USD", "code": "USDF", "type": "bank", "currency_id": dollars.id}
        )
        with self.assertRaisesRegex(ValidationError, "Banco USD is kept in USD"):
            self.fund.cash_journal_ids = journal

    def test_a_journal_with_the_money_of_another_network_is_refused(self):
        self._create_fund("Otro", journals=self.cash_box)
        other = self._create_network("Red vecina", self.operating_form)
        with self.assertRaisesRegex(ValidationError, "Caja del fondo holds money of Red ABC"):
            self._create_fund("Vecino", network=other, journals=self.cash_box)
        fund = self._create_fund("Propio", network=other)
        with self.assertRaisesRegex(ValidationError, "Red ABC.*only funds of Red vecina use"):
            fund.cash_journal_ids = self.cash_box

    def test_network_and_account_stay_once_there_are_movements(self):
        self._operate("donation", 50)
        account = self.fund.account_id.copy({"code": "4699999"})
        with self.assertRaisesRegex(UserError, "has movements"):
            self.fund.account_id = account
        self.fund.name = "Fondo de todos"


class TestFundEntries(FundCase):
    def test_an_entry_must_balance_within_its_fund(self):
        move = self._create_entry(self.fund, self.env["business.network.fund"])
        with self.assertRaisesRegex(UserError, "do not balance.*50"):
            move.action_post()

    def test_an_item_of_a_fund_needs_a_kind(self):
        move = self._create_entry(self.fund, self.fund, movement=False)
        with self.assertRaisesRegex(UserError, "of no kind"):
            move.action_post()

    def test_an_entry_by_hand_is_of_the_fund_and_not_shared_out(self):
        move = self._create_entry(self.fund, self.fund, network_id=self.network.id)
        move.action_post()
        self.assertEqual(move.fund_id, self.fund)
        self.assertFalse(move.distribution_ids)
        self.assertEqual(self._summary(), [50, 50, 0, 0, 0])

    def _create_entry(self, fund, other_fund, movement="donation", **vals):
        return self.env["account.move"].create(
            {
                "journal_id": self.cash_box.id,
                "date": "2026-03-01",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": amount,
                            "fund_id": item_fund.id,
                            "fund_movement": item_fund and movement,
                        }
                    )
                    for account, amount, item_fund in (
                        (self.cash, 50, fund),
                        (fund.account_id, -50, other_fund),
                    )
                ],
                **vals,
            }
        )

    def test_a_closed_fund_takes_nothing_up_to_that_day(self):
        self.fund.date_closed = "2026-03-31"
        with self.assertRaisesRegex(UserError, "closed up to"):
            self._operate("donation", 50, date="2026-03-31")
        self._operate("donation", 50, date="2026-04-01")
        self.assertEqual(self.fund.balance, 50)

    def test_a_period_closed_in_the_books_is_refused(self):
        self.company.fiscalyear_lock_date = "2026-03-31"
        with self.assertRaisesRegex(UserError, "closed on"):
            self._operate("donation", 50, date="2026-03-15")

    def test_posted_movements_are_not_edited_but_reversed(self):
        move = self._operate("donation", 50, partner_id=self.customer.id)
        other = self._create_fund("Otro")
        for label, change in (
            ("draft", move.button_draft),
            ("fund", lambda: move.line_ids.write({"fund_id": other.id})),
            ("kind", lambda: move.line_ids.write({"fund_movement": "event"})),
            ("partner", lambda: move.line_ids.write({"partner_id": self.supplier.id})),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "Reverse it"):
                change()
        reversal = move._reverse_moves([{"date": "2026-03-02"}], cancel=True)
        self.assertEqual(reversal.fund_id, self.fund)
        self.assertEqual(self._summary(), [0, 0, 0, 0, 0])
        rows = self.env["business.network.fund.movement"].search([("section", "=", "fund")])
        self.assertEqual(sorted(rows.mapped("amount")), [-50, 50])


class TestMovements(FundCase):
    def test_movements_are_the_posted_items_and_add_up_to_the_fund(self):
        self._ask()
        self._operate("donation", 50, restriction="Solo telares", partner_id=self.customer.id)
        self._create_meeting(post=True, receive={self.member_b: 20})
        draft = self.env["account.move"].create(
            self.fund._prepare_entry(
                self.fund.journal_id,
                self._date("2026-03-01"),
                "Borrador",
                [
                    self.fund._prepare_item(self.cash, 5, "event"),
                    self.fund._prepare_item(self.fund.account_id, -5, "event"),
                ],
            )
        )
        movements = self.env["business.network.fund.movement"]
        groups = movements._read_group(
            [("fund_id", "=", self.fund.id)], ["section", "movement"], ["amount:sum"]
        )
        self.assertEqual(
            {(section, movement): amount for section, movement, amount in groups},
            {
                ("fund", "dues"): 90,
                ("fund", "donation"): 50,
                ("cash", "donation"): 50,
                ("cash", "receipt"): 20,
                ("members", "dues"): 90,
                ("members", "receipt"): -20,
            },
        )
        self.assertEqual(self._summary(), [140, 70, 70, 0, 0])
        self.assertEqual(-self._balance(self.fund.account_id), self.fund.balance)
        self.assertFalse(movements.search([("move_id", "=", draft.id)]))
        (donation,) = movements.search([("movement", "=", "donation"), ("section", "=", "fund")])
        self.assertEqual(donation.move_id.fund_restriction, "Solo telares")
        self.assertEqual(donation.network_id, self.network)

    def test_the_summary_is_plain_values(self):
        self._operate("event", 30)
        (summary,) = self.fund.get_summary()
        self.assertEqual((summary["balance"], summary["cash"], summary["owed"]), (30, 30, 0))

    def test_a_month_end_does_not_wait_for_entries_of_the_fund(self):
        self._ask()
        self._operate("donation", 100)
        checklist = self.env["business.network.month.end"].create(
            {"network_id": self.network.id, "date": "2026-03-31"}
        )
        counts = {line["key"]: line["count"] for line in checklist.get_checklist()}
        self.assertEqual((counts["draft_documents"], counts["not_distributed"]), (0, 0))

    def test_nothing_passes_through_income_or_expense(self):
        self._ask()
        self._operate("cofinancing", 100)
        self._create_meeting(post=True, receive={self.member_b: 20})
        items = self.env["account.move.line"].search([("fund_id", "=", self.fund.id)])
        self.assertNotIn("income", items.account_id.mapped("internal_group"))
        self.assertNotIn("expense", items.account_id.mapped("internal_group"))
        self.assertFalse(items.tax_ids | items.tax_line_id)
        self.assertFalse(any(items.mapped("analytic_distribution")))
        self.assertEqual(self.network.joint_result_amount, 0)

    def test_ages_follow_the_due_date(self):
        today = fields.Date.today()
        self._create_schedule(date_from=today - timedelta(days=40), frequency="once")._ask_until(
            today
        )
        self._create_meeting(date=today, post=True, receive={self.member_b: 10})
        dues = self.env["business.network.fund.due"].search([("fund_id", "=", self.fund.id)])
        ages = {due.partner_id: due.age for due in dues}
        self.assertEqual(ages, {self.partner_a: "31", self.partner_b: "paid", self.partner_c: "31"})

    def test_compliance_is_paid_of_asked(self):
        self._ask()
        self._create_meeting(date="2026-02-10", post=True, receive={self.member_b: 30})
        self._create_meeting(post=True, receive={self.member_c: 15})
        rates = {line["partner_id"]: line for line in self.fund.get_compliance()}
        self.assertEqual(
            [rates[partner.id]["rate"] for partner in (self.partner_a, self.partner_b)], [0, 100]
        )
        self.assertEqual(rates[self.partner_c.id]["rate"], 50)
        self.assertEqual(rates[self.partner_b.id]["on_time"], 20)
        (january,) = [
            line
            for line in self.fund.get_compliance("2026-01-01", "2026-01-31")
            if line["partner_id"] == self.partner_c.id
        ]
        self.assertEqual((january["asked"], january["paid"]), (10, 10))
