"""Forgiving a member a part or all of what it was asked: booked, closed with it, never an edit."""

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from tests.funds.closing_case import ClosingCase


class ForgivingCase(ClosingCase):
    def _due(self, member, month=1, fund=None):
        """What a member was asked in a month, as the list shows it."""
        self.env["business.network.fund.due"].invalidate_model()  # a view knows no field's change
        rows = self.env["business.network.fund.due"].search(
            [("fund_id", "=", (fund or self.fund).id), ("partner_id", "=", member.partner_id.id)]
        )
        return rows.filtered(lambda due: due.date_due.month == month and due.amount_asked > 0)

    def _forgive(self, dues, amount=None, reason="Enfermedad, acta 12", date="2026-04-02"):
        action = dues.action_forgive()
        wizard = self.env[action["res_model"]].browse(action["res_id"]).with_env(dues.env)
        wizard.write({"date": date, "reason": reason})
        if amount is not None:
            wizard.line_ids.amount = amount
        return wizard.post()

    def _rate(self, member, *period):
        """Asked, paid, in percent, of the dues of a member."""
        (row,) = [
            row
            for row in self.fund.get_compliance(*period)
            if row["partner_id"] == member.partner_id.id
        ]
        return row["asked"], row["paid"], row["rate"]


class TestForgiving(ForgivingCase):
    def set_up_once(self):
        super().set_up_once()
        self._ask()

    def test_what_is_forgiven_is_not_paid(self):
        entry = self._forgive(self._due(self.member_b, 2), amount=4)
        taken_back = self.env["business.network.fund.due"].search([("move_id", "=", entry.id)])
        self.assertRecordValues(
            self._due(self.member_b, 2) | taken_back,
            [
                {"amount_asked": 10, "amount_taken_back": 4, "amount_paid": 0, "amount_open": 6},
                {"amount_asked": -4, "amount_taken_back": -4, "amount_paid": 0, "amount_open": 0},
            ],
        )

    def test_what_is_forgiven_debits_the_fund_and_closes_that_due_alone(self):
        entry = self._forgive(self._due(self.member_b, 2))
        self.assertEqual(self._balance(self.fund.account_id, self.partner_b, entry), 10)
        self.assertEqual(self._balance(self.receivable, self.partner_b, entry), -10)
        self.assertEqual(entry.line_ids.mapped("fund_movement"), ["dues", "dues"])
        self.assertEqual(self._owed(), [30, 20, 30])
        opened = [self._due(self.member_b, month).amount_open for month in (1, 2, 3)]
        self.assertEqual(opened, [10, 0, 10])
        self.assertEqual(self._summary(), [80, 0, 80, 0, 0])
        self.assertEqual(self.fund.get_ties(), [])

    def test_a_part_is_forgiven_and_the_rest_is_paid(self):
        self._create_meeting(date="2026-02-10", post=True, receive={self.member_b: 4})
        due = self._due(self.member_b)
        self.assertEqual(due.amount_open, 6)
        self._forgive(due, 5)
        due.invalidate_recordset()
        self.assertEqual(due.amount_open, 1)
        self.fund._receive(
            [(self.member_b, 21.0, False)], self.cash_box, self._date("2026-04-03"), "Pago"
        )
        self.assertEqual(self._owed(self.member_b), [0])
        self.assertEqual(self._rate(self.member_b), (25, 25, 100))

    def test_forgiven_is_not_asked_in_the_compliance_of_its_month(self):
        self._create_meeting(date="2026-01-31", post=True, receive={self.member_b: 4})
        self._forgive(self._due(self.member_b), 2)
        january = ("2026-01-01", "2026-01-31")
        self.assertEqual(self._rate(self.member_b, *january), (8, 4, 50))
        self._forgive(self._due(self.member_b))
        self.assertEqual(self._rate(self.member_b, *january), (4, 4, 100))
        self._forgive(self._due(self.member_c))
        self.assertEqual(self._rate(self.member_c, *january), (0, 0, None))
        self.assertEqual(self._rate(self.member_c), (20, 0, 0))

    def test_the_member_put_less_into_the_fund(self):
        self._forgive(self._due(self.member_b), 7)
        given = self.fund._get_contributions()
        self.assertEqual([given[self.partner_b], given[self.partner_c]], [23, 30])

    def test_why_and_by_whom_stays(self):
        user = self._create_user("tesorera_perdona")
        self.network.manager_id = user
        entry = self._forgive(self._due(self.member_b).with_user(user))
        self.assertEqual(entry.create_uid, user)
        self.assertEqual(entry.fund_correction_reason, "Enfermedad, acta 12")
        message = self.fund.message_ids[:1]
        self.assertEqual(message.author_id, user.partner_id)
        for text in (entry.name, "Enfermedad, acta 12", "10.00", "Taller B", "01/31/2026"):
            with self.subTest(text):
                self.assertIn(text, message.body)
        row = self.env["business.network.fund.due"].search(
            [("amount_asked", "<", 0), ("partner_id", "=", self.partner_b.id)]
        )
        self.assertEqual((row.amount_asked, row.date_due), (-10, self._date("2026-01-31")))
        self.assertIn("Forgiven: Enfermedad", row.label)

    def test_the_reason_is_not_rewritten(self):
        entry = self._forgive(self._due(self.member_b))
        accountant = self._create_user("contadora", "account.group_account_manager")
        for vals in ({"fund_correction_reason": "Otra"}, {"fund_forgiven_item_id": False}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "Leave that out"):
                entry.with_user(accountant).write(vals)

    def test_several_of_a_selection_each_by_its_own_entry(self):
        dues = self._due(self.member_b) | self._due(self.member_b, 3) | self._due(self.member_c)
        action = dues.action_forgive()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with Form(wizard) as form:
            form.reason = "Helada"
            form.date = "2026-04-02"
            with form.line_ids.edit(0) as line:
                self.assertEqual(line.amount, 10)
                line.amount = 2.5
        entries = wizard.post()
        self.assertEqual(sorted(entries.mapped("amount_total")), [2.5, 10, 10])
        self.assertEqual(sum(self._owed()), 90 - 22.5)
        self.assertEqual(len(entries.fund_forgiven_item_id), 3)

    def test_no_more_than_is_open_nothing_without_a_reason_and_nothing_before(self):
        due = self._due(self.member_b)
        for label, words, pattern in (
            ("more", {"amount": 10.01}, "10.00 is open of.*Taller B"),
            ("nothing", {"amount": 0}, "above zero"),
            ("reason", {"reason": "  "}, "Write why Taller B"),
            ("before", {"date": "2026-01-30"}, "was asked of Taller B on 01/31/2026"),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, pattern):
                self._forgive(due, **words)
        self._create_meeting(post=True, receive={self.member_b: 30})
        due.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "Nothing of that is open"):
            due.action_forgive()
        self.assertEqual(self._summary(), [90, 30, 60, 0, 0])

    def test_what_was_paid_meanwhile_is_not_forgiven_too(self):
        action = self._due(self.member_b).action_forgive()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"date": "2026-04-02", "reason": "x"})
        self._create_meeting(post=True, receive={self.member_b: 30})
        with self.assertRaisesRegex(UserError, "0.00 is open"):
            wizard.post()

    def test_a_closed_month_is_forgiven_later(self):
        self.fund.date_closed = "2026-03-31"
        due = self._due(self.member_b)
        with self.assertRaisesRegex(UserError, "closed up to"):
            self._forgive(due, date="2026-03-31")
        self.assertEqual(self._forgive(due).date, self._date("2026-04-02"))
        self.company.fiscalyear_lock_date = "2026-04-30"
        with self.assertRaisesRegex(UserError, "The books of.*are closed"):
            self._forgive(self._due(self.member_c))

    def test_the_statement_of_the_month_says_not_asked_instead_of_paid(self):
        self._forgive(self._due(self.member_b, 3), 6, date="2026-03-31")
        self._forgive(self._due(self.member_c, 1), date="2026-04-01")
        march = self._lines(self._statement("2026-03-31"), "members")
        self.assertEqual(march["Taller B"], [0, 24, 0, 24])
        self.fund.date_closed = "2026-03-31"
        april = self._lines(self._statement("2026-04-30"), "members")
        self.assertEqual(april["Taller C"], [30, -10, 0, 20])

    def test_the_member_reads_that_it_was_forgiven(self):
        self._forgive(self._due(self.member_b), 6)
        (statement,) = self.env["business.network.statement"]._get_period_statements(
            self.member_b,
            self.company.currency_id,
            self._date("2026-04-01"),
            self._date("2026-04-30"),
        )
        section = next(one for one in statement["sections"] if one["key"] == f"fund_{self.fund.id}")
        line = section["lines"][-1]
        self.assertEqual(
            (line["concept"], line["asked"], line["paid"], line["balance"]),
            ("Forgiven: Enfermedad, acta 12", -6, 0, 24),
        )


class TestTakingForgivenBack(ForgivingCase):
    def set_up_once(self):
        super().set_up_once()
        self._ask(until="2026-01-31")

    @freeze_time("2026-05-05")
    def test_it_is_taken_back_by_reversal_and_owed_again(self):
        entry = self._forgive(self._due(self.member_b), 6)
        row = self.env["business.network.fund.due"].search([("move_id", "=", entry.id)])
        self.assertTrue(row.can_reverse)
        action = row.action_reverse()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((wizard.amount, wizard.date), (6, self._date("2026-05-05")))
        wizard.reason = "No fue acordado"
        reversal = wizard.post()
        self.assertEqual(reversal.fund_correction_reason, "No fue acordado")
        self.assertEqual(reversal.date, self._date("2026-05-05"))
        self.assertEqual(self._owed(), [10, 10, 10])
        asked = self._due(self.member_b).filtered(lambda due: due.label.startswith("Cuota"))
        self.assertEqual(asked.amount_open, 10)
        january = ("2026-01-01", "2026-01-31")
        self.assertEqual(self._rate(self.member_b, *january), (10, 0, 0))
        self.assertIn("No fue acordado", self.fund.message_ids[:1].body)
        row.invalidate_recordset()
        self.assertFalse(row.can_reverse)
        with self.assertRaisesRegex(UserError, "taken back already"):
            wizard.post()

    def test_a_due_that_is_forgiven_is_not_reversed_below_it(self):
        forgiving = self._forgive(self._due(self.member_b), 6)
        asked = self.fund.schedule_ids.move_ids
        with self.assertRaisesRegex(UserError, f"Taller B was forgiven.*{forgiving.name}"):
            asked._reverse_moves([{"date": self._date("2026-04-05")}], cancel=True)
        forgiving._reverse_moves([{"date": self._date("2026-04-05")}], cancel=True)
        asked._reverse_moves([{"date": self._date("2026-04-05")}], cancel=True)
        self.assertEqual(self._owed(), [0, 0, 0])

    def _fine(self, amount=8):
        reason = self.env["business.network.fund.fine.reason"].create(
            {"name": "Tardanza", "network_id": self.network.id, "amount": amount}
        )
        fine = self.env["business.network.fund.fine"].create(
            {
                "fund_id": self.fund.id,
                "member_id": self.member_b.id,
                "reason_id": reason.id,
                "date": "2026-03-10",
            }
        )
        fine.action_post()
        return fine

    def test_a_fine_of_which_all_is_forgiven_is_forgiven(self):
        fine = self._fine()
        self._forgive(self._due(self.member_b, 3), 3)
        self.assertEqual(fine.state, "posted")
        rest = self._forgive(self._due(self.member_b, 3))
        self.assertEqual((fine.state, self._owed(self.member_b)), ("forgiven", [10]))
        rest._reverse_moves([{"date": self._date("2026-04-05")}], cancel=True)
        self.assertEqual((fine.state, self._owed(self.member_b)), ("posted", [15]))

    def test_a_fine_of_which_a_part_is_forgiven_leaves_no_advance_when_the_rest_is(self):
        fine = self._fine()
        self._forgive(self._due(self.member_b, 3), 3)
        fine.action_forgive()
        self.assertEqual((fine.state, self._owed(self.member_b)), ("forgiven", [10]))
        self.assertEqual(self._summary()[0], 30)

    def test_instalments_of_loans_are_not_forgiven_here(self):
        self._operate("donation", 100)
        self.fund.write({"allows_loan": True})
        loan = self.env["business.network.fund.loan"].create(
            {
                "fund_id": self.fund.id,
                "member_id": self.member_b.id,
                "purpose": "Hilo",
                "amount": 50,
                "instalment_count": 1,
                "date": "2026-03-31",
                "date_first": "2026-04-30",
                "journal_id": self.cash_box.id,
                "date_paid": "2026-03-31",
            }
        )
        loan.action_request()
        loan.action_approve()
        loan.action_pay()
        loan.instalment_ids._ask_due(self._date("2026-04-30"))
        with self.assertRaisesRegex(UserError, "Write a loan off"):
            self._forgive(self._due(self.member_b, 4)[:1], date="2026-05-02")

    def test_only_who_runs_the_fund_forgives(self):
        owner, stranger = self._create_user("duena"), self._create_user("ajena")
        self.network.manager_id = owner
        due = self._due(self.member_b)
        auditor = self._create_user("auditora", "account.group_account_readonly")
        for user in (stranger, auditor):
            with (
                self.subTest(user.login),
                mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
                self.assertRaises(AccessError),
            ):
                self._forgive(due.with_user(user))
        with (
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
            self.assertRaises(AccessError),
        ):
            self.env["business.network.fund.forgive"].with_user(stranger).create(
                {
                    "reason": "x",
                    "date": "2026-04-02",
                    "line_ids": [(0, 0, {"due_id": due.id, "amount": 1})],
                }
            ).post()
        self._forgive(due.with_user(owner))
        self.assertEqual(self._owed(self.member_b), [0])
