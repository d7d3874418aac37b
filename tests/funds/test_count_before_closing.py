"""The cash of meetings is counted before their month is closed, and each difference once (D5)."""

from odoo.exceptions import UserError

from tests.funds.closing_case import ClosingCase


class TestCountBeforeClosing(ClosingCase):
    def _collect(self, date, amount=10, member=None, **vals):
        meeting = self._create_meeting(date=date, receive={member or self.member_b: amount})
        meeting.write(vals)
        meeting.line_ids.filtered("amount_received").is_advance = True
        meeting.action_collect()
        return meeting

    def test_a_meeting_not_counted_holds_up_its_month(self):
        meeting = self._collect("2026-01-31")
        statement = self._statement()
        self.assertIn(meeting.name, statement.obstacles)
        with self.assertRaisesRegex(UserError, f"was not counted: {meeting.name}"):
            statement.action_sign_treasurer()
        self._count_box(meeting, close=True)
        self._sign(statement).action_close()
        self.assertEqual(statement.state, "closed")

    def test_what_was_counted_at_a_later_meeting_holds_up_nothing(self):
        self._collect("2026-01-20")
        second = self._collect("2026-01-31")
        self._count_box(second, close=True)
        self.assertFalse(self._statement().obstacles)

    def test_money_received_in_a_bank_is_not_counted(self):
        self._collect("2026-01-31", journal_id=self.fund_bank.id)
        self.assertNotIn("counted", self._statement().obstacles or "")

    def test_a_difference_of_a_closed_month_is_booked_on_the_first_open_day(self):
        meeting = self._collect("2026-01-31")
        self.fund.date_closed = "2026-01-31"
        self._collect("2026-02-10", member=self.member_c)
        meeting.difference_reason = "Vuelto de más"
        self._count_box(meeting, 9, close=True)
        entry = meeting.move_ids.filtered(lambda move: "Vuelto" in (move.ref or ""))
        self.assertEqual(entry.date, self._date("2026-02-01"))
        self.assertEqual((meeting.amount_difference, self._balance(self.cash)), (-1, 19))

    def test_what_a_later_count_booked_is_not_booked_twice(self):
        first, second = self._collect("2026-01-20"), self._collect("2026-01-31")
        for meeting in (second, first):
            meeting.difference_reason = "Vuelto de más"
            self._count_box(meeting, 19 if meeting == second else 9, close=True)
        self.assertEqual((first.state, len(first.move_ids)), ("closed", 1))
        self.assertEqual(self._balance(self.cash), 19)
        self.assertIn(second.name, first.message_ids[0].body)
