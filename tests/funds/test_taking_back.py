"""Taking back what was booked in a fund: receipts, gifts, transfers, meetings, by who runs it."""

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from tests.funds.closing_case import ClosingCase


@freeze_time("2026-04-15")
class TestTakingBack(ClosingCase):
    def set_up_once(self):
        super().set_up_once()
        self.runner = self._create_user("tesorera_corrige")
        self.network.manager_id = self.runner
        self._ask()

    def _rows(self, move):
        rows = self.env["business.network.fund.movement"].with_user(self.runner)
        rows.invalidate_model()
        return rows.search([("move_id", "=", move.id)])

    def _wizard(self, record):
        action = record.action_reverse()
        return self.env[action["res_model"]].with_user(self.runner).browse(action["res_id"])

    def _take_back(self, record, reason="Recibido dos veces"):
        wizard = self._wizard(record)
        wizard.reason = reason
        return wizard.post()

    def _receive(self, amount=15.0, date="2026-04-01"):
        return self.fund._receive(
            [(self.member_b, amount, True)], self.cash_box, self._date(date), "Recibo 7"
        )

    def test_who_runs_the_fund_takes_a_receipt_back_without_rights_on_entries(self):
        self.assertFalse(self.env["account.move"].with_user(self.runner).has_access("write"))
        entry = self._receive()
        rows = self._rows(entry)
        self.assertEqual(rows.mapped("can_reverse"), [True, True])
        wizard = self._wizard(rows[:1])
        self.assertEqual((wizard.amount, wizard.date), (15, self._date("2026-04-15")))
        self.assertIn("Recibo 7", wizard.concept)
        reversal = self._take_back(rows[:1])
        self.assertEqual(reversal.reversed_entry_id, entry)
        self.assertEqual(reversal.create_uid, self.runner)
        self.assertEqual(self._owed(), [30, 30, 30])
        self.assertEqual(self._summary(), [90, 0, 90, 0, 0])
        self.assertEqual(self.fund.get_ties(), [])
        message = self.fund.message_ids[:1]
        self.assertEqual(message.author_id, self.runner.partner_id)
        self.assertIn("Recibido dos veces", message.body)

    def test_once_and_no_reversal_of_it(self):
        entry = self._receive()
        wizard = self._wizard(self._rows(entry)[:1])
        wizard.reason = "x"
        reversal = self._take_back(self._rows(entry)[:1])
        self.assertFalse(any(self._rows(entry | reversal[:0]).mapped("can_reverse")))
        self.assertFalse(any(self._rows(reversal).mapped("can_reverse")))
        with self.assertRaisesRegex(UserError, "taken back already"):
            wizard.post()
        with self.assertRaisesRegex(UserError, "Write why"):
            self._take_back(self._rows(self._receive())[:1], reason=" ")

    def test_what_was_paid_besides_closes_what_is_owed_again(self):
        first = self._receive(30.0)
        self._receive(30.0, date="2026-04-02")
        self._take_back(self._rows(first)[:1])
        opened = self.env["business.network.fund.due"].search(
            [("partner_id", "=", self.partner_b.id), ("amount_open", "!=", 0)]
        )
        self.assertFalse(opened)
        self.assertEqual(self._owed(self.member_b), [0])

    def test_operations_are_taken_back_and_the_other_fund_of_a_transfer_too(self):
        other = self._create_fund("Contingencias", kind="contingency")
        donation = self._operate("donation", 100)
        deposit = self._operate("deposit", 40, to_journal_id=self.fund_bank.id)
        transfer = self._operate("transfer", 20, to_fund_id=other.id, to_journal_id=self.wallet.id)
        opening = self._operate("opening", 5, partner_id=self.partner_c.id)
        other.date_closed = "2026-04-30"
        with freeze_time("2026-05-01"):
            reversal = self._take_back(self._rows(transfer)[:1])
        self.assertEqual(reversal.date, self._date("2026-05-01"))
        for entry in (opening, deposit, donation):
            self.assertEqual(self._take_back(self._rows(entry)[:1]).date, self._date("2026-04-15"))
        self.assertEqual(self._summary(), [90, 0, 90, 0, 0])
        self.assertEqual(self._summary(other), [0, 0, 0, 0, 0])

    def test_a_closed_month_is_corrected_after_it_and_closed_books_are_not(self):
        entry = self._receive(date="2026-04-01")
        self.fund.date_closed = "2026-04-30"
        self.assertEqual(self._wizard(self._rows(entry)[:1]).date, self._date("2026-05-01"))
        self.company.hard_lock_date = "2026-05-31"
        with (
            freeze_time("2026-05-01"),
            self.assertRaisesRegex(UserError, "The books of.*are closed"),
        ):
            self._take_back(self._rows(entry)[:1])
        self.assertEqual(self._owed(self.member_b), [15])

    def test_a_meeting_is_taken_back_with_its_cash_difference(self):
        meeting = self._create_meeting(post=True, receive={self.member_b: 10, self.member_c: 20})
        meeting.action_load_denominations()
        meeting.count_ids.filtered(lambda count: count.value == 20).quantity = 1
        meeting.difference_reason = "Vuelto"
        meeting.action_close()
        self.assertEqual(self._summary(), [80, 20, 60, 0, 0])
        own = meeting.with_user(self.runner)
        self.assertTrue(own.can_reverse)
        self.assertEqual(len(self._take_back(own)), 2)
        self.assertEqual(self._summary(), [90, 0, 90, 0, 0])
        self.assertEqual(self._owed(), [30, 30, 30])
        own.invalidate_recordset()
        self.assertFalse(own.can_reverse)
        with self.assertRaisesRegex(UserError, f"Nothing booked at {meeting.name}"):
            own.action_reverse()

    def test_what_has_a_document_of_its_own_is_taken_back_there(self):
        dues = self.fund.schedule_ids.move_ids[:1]
        reason = self.env["business.network.fund.fine.reason"].create(
            {"name": "Tardanza", "network_id": self.network.id, "amount": 2}
        )
        fine = self.env["business.network.fund.fine"].create(
            {"fund_id": self.fund.id, "member_id": self.member_b.id, "reason_id": reason.id}
        )
        fine.action_post()
        for entry in (dues, fine.move_id):
            with self.subTest(entry.ref):
                self.assertFalse(any(self._rows(entry).mapped("can_reverse")))
                with self.assertRaisesRegex(UserError, "is not taken back by itself"):
                    self._take_back(self._rows(entry)[:1])

    def test_who_runs_another_network_sees_and_takes_back_nothing(self):
        entry = self._receive()
        stranger = self._create_user("ajena_corrige")
        wizard = self.env["business.network.fund.reverse"].with_user(stranger)
        wizard = wizard.create({"move_id": entry.id, "reason": "x"})
        self.assertFalse(wizard.concept or wizard.amount or wizard.fund_id)
        with self.assertRaisesRegex(UserError, "Nothing is left"):
            wizard.post()
        with (
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
            self.assertRaises(AccessError),
        ):
            self.fund.with_user(stranger)._take_back(entry, "x")
        self.assertEqual(self._owed(self.member_b), [15])

    def test_a_receipt_that_is_taken_back_is_not_asked_on_the_statement(self):
        self._take_back(self._rows(self._receive())[:1])
        self.fund.date_closed = "2026-03-31"
        lines = self._lines(self._statement("2026-04-30"), "members")
        self.assertEqual(lines["Taller B"], [30, 0, 0, 30])
