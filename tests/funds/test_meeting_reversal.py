"""A meeting follows its entry: taken back, it is reversed and has no receipts (D6)."""

from odoo.exceptions import UserError

from tests.funds.closing_case import ClosingCase


class TestReversedMeeting(ClosingCase):
    def set_up_once(self):
        super().set_up_once()
        self._ask(until="2026-01-31")
        self.partner_b.email = "b@example.com"
        self.meeting = self._create_meeting(
            date="2026-02-01", post=True, receive={self.member_b: 10, self.member_c: 4}
        )
        self.entry = self.meeting.move_ids

    def _reverse(self, moves=None):
        return (moves or self.entry)._reverse_moves([{"date": "2026-02-03"}], cancel=True)

    def test_it_is_reversed_and_its_dues_are_open_again(self):
        self.assertEqual(self._owed(), [10, 0, 6])
        reversal = self._reverse()
        self.assertEqual(self.meeting.state, "reversed")
        self.assertEqual(self._owed(), [10, 10, 10])
        self.assertEqual(self._summary(), [30, 0, 30, 0, 0])
        self.assertEqual(reversal.fund_meeting_id, self.meeting)
        again = self._create_meeting(date="2026-02-04", receive={self.member_b: 10}, post=True)
        self.assertEqual((again.state, self._owed()), ("posted", [10, 0, 10]))

    def test_its_receipts_are_neither_printed_nor_sent(self):
        line = self._line(self.meeting, self.member_b)
        self.assertEqual(self.meeting.receipts_to_send, 1)
        self._reverse()
        self.meeting.invalidate_recordset()
        self.assertEqual(self.meeting.receipts_to_send, 0)
        report = self.env["ir.actions.report"]
        for label, act in (
            ("print", line.action_print_receipt),
            ("send", line.action_send_receipt),
            ("share", line.action_share_receipt),
            (
                "meeting",
                lambda: report._render_qweb_html(
                    "red_empresarial_fund.report_fund_meeting_receipts", self.meeting.ids
                ),
            ),
            (
                "line",
                lambda: report._render_qweb_html(
                    "red_empresarial_fund.report_fund_receipts", line.ids
                ),
            ),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "was taken back"):
                act()
        with self.assertRaisesRegex(UserError, "is in state"):
            self.meeting.action_send_receipts()
        with self.assertRaisesRegex(UserError, "is in state"):
            self.meeting.action_close()

    def test_receipts_of_a_meeting_not_collected_are_not_printed(self):
        draft = self._create_meeting(date="2026-02-04", receive={self.member_c: 6})
        with self.assertRaisesRegex(UserError, "Press “Collect” first"):
            self.env["ir.actions.report"]._render_qweb_html(
                "red_empresarial_fund.report_fund_meeting_receipts", draft.ids
            )

    def test_a_counted_meeting_is_reversed_by_what_it_collected_alone(self):
        self.meeting.difference_reason = "Vuelto de más"
        self._count_box(self.meeting, 13, close=True)
        difference = self.meeting.move_ids - self.entry
        self._reverse(difference)
        self.assertEqual(self.meeting.state, "closed")
        self._reverse()
        self.assertEqual(self.meeting.state, "reversed")
        with self.assertRaisesRegex(UserError, "counted and closed"):
            self.meeting.count_ids[0].quantity = 1

    def test_a_reversal_is_not_taken_back(self):
        reversal = self._reverse()
        with self.assertRaisesRegex(UserError, "not taken back itself"):
            self._reverse(reversal)

    def test_no_entry_is_put_into_a_meeting_by_hand(self):
        user = self._create_user("contadora_m", "account.group_account_manager")
        move = self.entry.copy().with_user(user)
        with self.assertRaisesRegex(UserError, "meetings say which entries are theirs"):
            move.fund_meeting_id = self.meeting
