"""A count is compared with the box of its meeting, whenever it is typed (D4)."""

from odoo.exceptions import UserError

from tests.fund_case import FundCase


class TestCountOfADay(FundCase):
    def set_up_once(self):
        super().set_up_once()
        self._ask()
        self.meeting = self._collect(self.member_b, 55)

    def _collect(self, member, amount, date="2026-04-01"):
        meeting = self._create_meeting(date=date, receive={member: amount})
        self._line(meeting, member).is_advance = True
        meeting.action_collect()
        return meeting

    def _deposit(self, date, amount=50):
        return self._operate("deposit", amount, date=date, to_journal_id=self.fund_bank.id)

    def _expected(self, meeting=None):
        meeting = meeting or self.meeting
        meeting.invalidate_recordset()
        return meeting.amount_expected, meeting.amount_difference

    def _close(self, amount):
        self._count_box(self.meeting, amount, close=True)
        return self.meeting.move_ids.filtered(
            lambda move: "difference" in move.line_ids.mapped("fund_movement")
        )

    def test_what_later_days_took_out_is_not_missing(self):
        self._deposit("2026-04-02")
        self._collect(self.member_c, 30, date="2026-04-03")
        self.assertEqual(self._expected(), (55, -55))
        self.assertFalse(self._close(55))
        self.assertEqual((self.meeting.state, self.meeting.amount_expected), ("closed", 55))
        self.assertEqual(self._balance(self.cash), 35)

    def test_a_difference_is_that_of_the_day(self):
        self._deposit("2026-04-02")
        self._count_box(self.meeting, 54)
        with self.assertRaisesRegex(UserError, "54.*55.*reason"):
            self.meeting.action_close()
        self.meeting.difference_reason = "Vuelto de más"
        entry = self._close(54)
        self.assertEqual(self._balance(self.cash, moves=entry), -1)
        self.assertEqual(entry.date, self._date("2026-04-01"))

    def test_what_came_later_that_day_counts_if_it_was_in_the_box(self):
        deposit = self._deposit("2026-04-01")
        self.assertEqual(self.meeting.later_entries, deposit.name)
        self._count_box(self.meeting, 5)
        self.assertEqual(self._expected(), (5, 0))
        self._count_box(self.meeting, 55)
        self.assertEqual(self._expected(), (55, 0))
        self._count_box(self.meeting, 54)
        self.assertEqual(self._expected(), (55, -1))
        self._count_box(self.meeting, 4)
        self.assertEqual(self._expected(), (5, -1))

    def test_what_was_booked_that_day_before_the_meeting_was_in_the_box(self):
        later = self._collect(self.member_c, 30)
        self._count_box(later, 85)
        self.assertEqual(self._expected(later), (85, 0))
        self.assertFalse(later.later_entries)

    def test_a_closed_count_keeps_what_it_was_compared_with(self):
        self._close(55)
        self._deposit("2026-04-01")
        self.assertEqual(self._expected(), (55, 0))
        self.assertFalse(self.meeting.later_entries)
