"""Collecting at the meeting: owed, received, advances, receipts, the cash count."""

from odoo import Command
from odoo.exceptions import UserError

from tests.fund_case import FundCase


class TestMeeting(FundCase):
    def test_one_key_receives_the_whole_of_who_is_present_in_one_entry(self):
        _schedule, entries = self._ask()
        meeting = self._create_meeting()
        self._line(meeting, self.member_c).is_present = False
        self.assertEqual(meeting.line_ids.mapped("amount_owed"), [30, 30, 30])
        meeting.action_receive_all()
        meeting.action_collect()
        self.assertEqual(meeting.amount_received, 60)
        (entry,) = meeting.move_ids
        self.assertEqual(entry.journal_id, self.cash_box)
        self.assertEqual(self._balance(self.cash, moves=entry), 60)
        self.assertEqual(self._owed(), [0, 0, 30])
        paid = entries.line_ids.filtered(
            lambda line: line.account_id == self.receivable and line.partner_id == self.partner_b
        )
        self.assertTrue(all(paid.mapped("reconciled")))
        self.assertEqual(meeting.line_ids.mapped("amount_owed"), [30, 30, 30])
        self.assertEqual(meeting.line_ids.mapped("amount_left"), [0, 0, 30])

    def test_the_oldest_dues_are_paid_first(self):
        _schedule, entries = self._ask()
        self._create_meeting(post=True, receive={self.member_b: 15})
        left = [
            entry.line_ids.filtered(
                lambda line: (
                    line.account_id == self.receivable and line.partner_id == self.partner_b
                )
            ).amount_residual
            for entry in entries
        ]
        self.assertEqual(left, [0, 5, 10])

    def test_more_than_is_owed_is_asked_first_and_becomes_an_advance(self):
        self._ask(until="2026-01-31")
        meeting = self._create_meeting(receive={self.member_b: 25})
        with self.assertRaisesRegex(UserError, "Taller B pays.*25.*owes.*10"):
            meeting.action_collect()
        self.assertEqual(meeting.state, "draft")
        self._line(meeting, self.member_b).is_advance = True
        meeting.action_collect()
        self.assertEqual(self._owed(), [10, -15, 10])
        self.assertEqual(self._summary(), [30, 25, 5, 0, 0])

    def test_the_same_due_is_not_paid_twice(self):
        self._ask(until="2026-01-31")
        first = self._create_meeting(receive={self.member_b: 10})
        second = self._create_meeting(receive={self.member_b: 10})
        first.action_collect()
        with self.assertRaisesRegex(UserError, "received before"):
            second.action_collect()
        with self.assertRaisesRegex(UserError, "is in state"):
            first.action_collect()
        self.assertEqual(self.fund.cash_amount, 10)

    def test_who_is_absent_or_nobody_pays_nothing(self):
        self._ask(until="2026-01-31")
        meeting = self._create_meeting()
        with self.assertRaisesRegex(UserError, "Nothing was received"):
            meeting.action_collect()
        meeting.line_ids.is_present = False
        with self.assertRaisesRegex(UserError, "Nobody is marked as present"):
            meeting.action_receive_all()
        self._line(meeting, self.member_b).write({"amount_received": 5, "is_present": False})
        with self.assertRaisesRegex(UserError, "Taller B.*not marked as present"):
            meeting.action_collect()

    def test_only_the_treasurer_in_office_collects(self):
        self._ask(until="2026-01-31")
        meeting = self._create_meeting(receive={self.member_b: 10})
        meeting.treasurer_id = self.partner_c
        with self.assertRaisesRegex(UserError, "Taller C is not the treasurer.*Tesorera Rosa is"):
            meeting.action_collect()

    def test_a_journal_of_others_is_refused(self):
        self._ask(until="2026-01-31")
        meeting = self._create_meeting(receive={self.member_b: 10})
        meeting.journal_id = self.bank
        with self.assertRaisesRegex(UserError, "does not hold the money"):
            meeting.action_collect()

    def test_a_collected_meeting_is_not_changed(self):
        self._ask(until="2026-01-31")
        meeting = self._create_meeting(post=True, receive={self.member_b: 10})
        manager = self._with_manager(meeting)
        for label, change in (
            ("date", lambda: manager.write({"date": "2026-04-02"})),
            ("line", lambda: manager.line_ids[0].write({"amount_received": 1})),
            ("new", lambda: manager.write({"line_ids": [Command.clear()]})),
            ("state", lambda: manager.write({"state": "draft"})),
            ("delete", manager.unlink),
        ):
            with self.subTest(label), self.assertRaises(UserError):
                change()

    def test_nothing_is_moved_into_a_collected_meeting(self):
        self._ask(until="2026-01-31")
        posted = self._create_meeting(post=True, receive={self.member_b: 10})
        self._line(posted, self.member_c).sudo().unlink()
        draft = self._create_meeting(date="2026-04-02")
        manager = self._with_manager(draft)
        line = self._line(manager, self.member_c)
        with self.assertRaisesRegex(UserError, f"{posted.name} is collected"):
            line.write({"meeting_id": posted.id})

    def test_no_count_is_moved_into_a_closed_cash(self):
        self._ask(until="2026-01-31")
        meetings = [
            self._create_meeting(date=date, post=True, receive={member: 10})
            for date, member in (("2026-04-01", self.member_b), ("2026-04-02", self.member_c))
        ]
        for meeting in meetings:
            meeting.action_load_denominations()
        closed, counted = meetings
        closed.count_ids.filtered(lambda count: count.value == 20).unlink()
        closed.count_ids.filtered(lambda count: count.value == 10).quantity = 1
        closed.action_close()
        count = counted.count_ids.filtered(lambda count: count.value == 20)
        with self.assertRaisesRegex(UserError, f"{closed.name} is counted and closed"):
            count.write({"meeting_id": closed.id})

    def _with_manager(self, records):
        user = self.env["res.users"].create(
            {
                "name": "Gestora",
                "login": "gestora_fondo",
                "group_ids": [
                    Command.set(
                        [
                            self.env.ref("base.group_user").id,
                            self.env.ref("red_empresarial.group_network_manager").id,
                        ]
                    )
                ],
            }
        )
        self.network.manager_id = user
        return records.with_user(user)

    def test_receipts_are_printed_of_what_was_collected(self):
        self._ask(until="2026-01-31")
        meeting = self._create_meeting(receive={self.member_b: 10})
        line = self._line(meeting, self.member_b)
        with self.assertRaisesRegex(UserError, "Press “Collect” first"):
            line.action_print_receipt()
        meeting.action_collect()
        report = self.env["ir.actions.report"]
        html = report._render_qweb_html(
            "red_empresarial_fund.report_fund_meeting_receipts", meeting.ids
        )[0].decode()
        self.assertIn("Taller B", html)
        self.assertNotIn("Taller C", html)
        self.assertIn(meeting.name, html)
        own = report._render_qweb_html("red_empresarial_fund.report_fund_receipts", line.ids)[0]
        self.assertIn("Tesorera Rosa", own.decode())


class TestReceive(FundCase):
    def _receive(self, member, **vals):
        return self.env["business.network.fund.receive"].create(
            {
                "fund_id": self.fund.id,
                "member_id": member.id,
                "journal_id": self.fund_bank.id,
                "date": "2026-04-02",
                **vals,
            }
        )

    def test_one_member_pays_by_bank_what_it_owes(self):
        self._ask()
        wizard = self._receive(self.member_b, reference="OP-1")
        self.assertEqual((wizard.amount_owed, wizard.amount), (30, 30))
        entry = self.env["account.move"].browse(wizard.action_receive()["res_id"])
        self.assertIn("OP-1", entry.ref)
        self.assertEqual(self._owed(), [30, 0, 30])
        again = self._receive(self.member_b, amount=30)
        self.assertTrue(again.is_above_debt)
        with self.assertRaisesRegex(UserError, "received before"):
            again.action_receive()
        again.is_advance = True
        again.action_receive()
        self.assertEqual(self._owed(), [30, -30, 30])

    def test_nothing_and_less_are_refused(self):
        self._ask()
        for amount in (0, -5):
            with self.subTest(amount), self.assertRaisesRegex(UserError, "above zero"):
                self._receive(self.member_b, amount=amount).action_receive()

    def test_an_outstanding_account_of_the_journal_is_used(self):
        self._ask()
        outstanding = self.fund_bank.default_account_id.copy({"code": "1041099"})
        self.fund_bank.inbound_payment_method_line_ids[:1].payment_account_id = outstanding
        self._receive(self.member_b).action_receive()
        self.assertEqual(self._balance(outstanding), 30)
        self.assertEqual(self.fund.cash_amount, 30)


class TestCashCount(FundCase):
    def _count(self, meeting, counts):
        meeting.action_load_denominations()
        for count in meeting.count_ids:
            count.quantity = counts.get(count.value, 0)

    def _collect(self):
        self._ask()
        return self._create_meeting(post=True, receive={self.member_b: 30, self.member_c: 25})

    def test_the_count_closes_the_cash_when_it_is_right(self):
        meeting = self._collect()
        self._count(meeting, {50: 1, 2: 2, 0.5: 2})
        self.assertEqual((meeting.amount_counted, meeting.amount_difference), (55, 0))
        meeting.action_close()
        self.assertEqual(meeting.state, "closed")
        self.assertEqual(len(meeting.move_ids), 1)
        with self.assertRaisesRegex(UserError, "counted and closed"):
            meeting.count_ids[0].quantity = 9

    def test_a_difference_needs_a_reason_and_is_booked_on_the_fund(self):
        meeting = self._collect()
        self._count(meeting, {50: 1, 2: 2})
        with self.assertRaisesRegex(UserError, "54.*55.*reason"):
            meeting.action_close()
        meeting.difference_reason = "Vuelto de más"
        meeting.action_close()
        entry = meeting.move_ids.filtered(lambda move: "Vuelto" in (move.ref or ""))
        self.assertEqual(self._balance(self.cash, moves=entry), -1)
        self.assertEqual(self._balance(self.fund.account_id, moves=entry), 1)
        self.assertEqual(self._summary(), [89, 54, 35, 0, 0])
        self.assertEqual((meeting.amount_expected, meeting.amount_counted), (55, 54))

    def test_a_difference_goes_to_the_account_that_is_named(self):
        account = self.env["account.account"].create(
            {"name": "Diferencias", "code": "1689900", "account_type": "asset_current"}
        )
        self.fund.difference_account_id = account
        meeting = self._collect()
        self._count(meeting, {50: 1, 2: 3})
        meeting.difference_reason = "Sobró"
        meeting.action_close()
        self.assertEqual(self._balance(account), -1)
        self.assertEqual(self._summary(), [90, 56, 35, -1, 0])

    def test_what_others_have_on_a_shared_outstanding_account_is_not_counted(self):
        shared = self.cash.copy({"code": "1019099"})
        for journal in (self.cash_box, self.bank):
            journal.inbound_payment_method_line_ids[:1].payment_account_id = shared
        entry = self.env["account.move"].create(
            {
                "journal_id": self.bank.id,
                "date": "2026-03-01",
                "line_ids": [
                    Command.create({"account_id": shared.id, "balance": 7}),
                    Command.create({"account_id": self.bank.default_account_id.id, "balance": -7}),
                ],
            }
        )
        entry.action_post()
        meeting = self._collect()
        self.assertEqual(self._balance(shared), 62)
        self.assertEqual(meeting.amount_expected, 55)

    def test_cash_that_was_not_counted_is_not_closed(self):
        meeting = self._collect()
        with self.assertRaisesRegex(UserError, "was not counted"):
            meeting.action_close()
