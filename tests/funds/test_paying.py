"""Money moves on a day that came, under a treasurer, out of what was there (W7, D9, D10)."""

from lxml.html import fromstring
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form

from tests.fund_case import FundCase


class PayingCase(FundCase):
    def _receive(self, member, date="2026-04-02", amount=None):
        wizard = self.env["business.network.fund.receive"].create(
            {
                "fund_id": self.fund.id,
                "member_id": member.id,
                "journal_id": self.cash_box.id,
                "date": date,
            }
        )
        if amount:
            wizard.write({"amount": amount, "is_advance": True})
        return wizard._receive()

    def _create_approved(self, amount, date):
        expense = self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.fund.id,
                "purpose": "Afiches",
                "amount": amount,
                "date": date,
                "date_paid": date,
                "journal_id": self.cash_box.id,
            }
        )
        expense.action_request()
        expense.action_approve()
        return expense

    def _create_fine(self, date):
        reason = self.env["business.network.fund.fine.reason"].create(
            {"name": "Tardanza", "network_id": self.network.id, "amount": 2}
        )
        return self.env["business.network.fund.fine"].create(
            {
                "fund_id": self.fund.id,
                "member_id": self.member_b.id,
                "reason_id": reason.id,
                "date": date,
            }
        )


class TestTreasurerInOffice(PayingCase):
    def set_up_once(self):
        super().set_up_once()
        self._operate("donation", 100, date="2026-02-01")
        self._ask()
        self.fund.treasurer_ids.write({"date_to": "2026-03-31"})

    def test_nobody_moves_money_while_nobody_is_in_office(self):
        other = self._create_fund("Contingencias", kind="contingency")
        other.treasurer_ids.unlink()
        to_bank = {"to_journal_id": self.fund_bank.id}
        expense = self._create_approved(5, "2026-04-02")
        for label, act in (
            ("receive", lambda: self._receive(self.member_b)),
            ("donation", lambda: self._operate("donation", 5, date="2026-04-02")),
            ("deposit", lambda: self._operate("deposit", 5, date="2026-04-02", **to_bank)),
            ("expense", expense.action_pay),
        ):
            error = "Fondo común.*no treasurer in office on 04/02/2026.*page Treasurers"
            with self.subTest(label), self.assertRaisesRegex(UserError, error):
                act()
        with self.assertRaisesRegex(UserError, "Contingencias.*no treasurer in office"):
            self._operate("transfer", 5, to_fund_id=other.id, **to_bank)
        self.assertEqual(self.fund.cash_amount, 100)

    def test_a_loan_is_not_paid_out(self):
        self.fund.allows_loan = True
        loan = self.env["business.network.fund.loan"].create(
            {
                "fund_id": self.fund.id,
                "member_id": self.member_b.id,
                "purpose": "Máquina",
                "amount": 50,
                "instalment_count": 2,
                "date": "2026-04-02",
                "date_paid": "2026-04-02",
                "journal_id": self.cash_box.id,
            }
        )
        loan.action_request()
        loan.action_approve()
        with self.assertRaisesRegex(UserError, "no treasurer in office"):
            loan.action_pay()

    def test_in_office_they_do_and_dues_are_asked_without(self):
        self._receive(self.member_b, date="2026-03-31")
        self.assertEqual(self._owed(self.member_b), [0])
        self.fund.schedule_ids._ask_until(self._date("2026-04-30"))
        self.assertEqual(self._owed(self.member_b), [10])

    def test_what_the_fund_already_had_needs_nobody(self):
        self._operate("opening", 7, date="2026-04-02")
        self.assertEqual(self.fund.balance, 197)


class TestDaysToCome(PayingCase):
    def test_nothing_is_booked_on_them(self):
        tomorrow = fields.Date.add(fields.Date.today(), days=2)
        self._operate("donation", 100)
        meeting = self._create_meeting(date=tomorrow, receive={self.member_b: 5})
        self._line(meeting, self.member_b).is_advance = True
        expense = self._create_approved(5, tomorrow)
        for label, act in (
            ("meeting", meeting.action_collect),
            ("receive", lambda: self._receive(self.member_b, date=tomorrow, amount=5)),
            ("donation", lambda: self._operate("donation", 5, date=tomorrow)),
            (
                "deposit",
                lambda: self._operate("deposit", 5, date=tomorrow, to_journal_id=self.fund_bank.id),
            ),
            ("expense", expense.action_pay),
            ("fine", self._create_fine(tomorrow).action_post),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "did not come yet"):
                act()
        self.assertEqual(self.fund.balance, 100)


class TestMoneyThatWasThere(PayingCase):
    def test_nothing_is_paid_before_the_money_came(self):
        self._operate("donation", 100, date="2026-03-01")
        error = "Caja del fondo held only.*0.00.*on 02/28/2026, less than.*40"
        with self.assertRaisesRegex(UserError, error):
            self._create_approved(40, "2026-02-28").action_pay()
        with self.assertRaisesRegex(UserError, error):
            self._operate("deposit", 40, date="2026-02-28", to_journal_id=self.fund_bank.id)
        self._create_approved(40, "2026-03-01").action_pay()
        self.assertEqual(self.fund.cash_amount, 60)

    def test_nor_out_of_what_was_spent_before_more_came(self):
        self._operate("donation", 100, date="2026-03-01")
        self._create_approved(100, "2026-03-10").action_pay()
        self._operate("donation", 50, date="2026-03-20")
        with self.assertRaisesRegex(UserError, "held only.*0.00.*on 03/10/2026"):
            self._create_approved(40, "2026-03-05").action_pay()

    def test_a_receipt_says_what_was_left_on_its_day(self):
        self._ask(until="2026-02-28")
        entry = self._receive(self.member_b, date="2026-02-28", amount=15)
        report = "red_empresarial_fund.report_fund_entry_receipt"
        render = self.env["ir.actions.report"]._render_qweb_html
        self.assertIn("5.00", self._get_text(render(report, entry.ids)[0]))
        self.fund.schedule_ids._ask_until(self._date("2026-03-31"))
        self._receive(self.member_b, date="2026-04-05", amount=2)
        (receipt,) = entry._get_fund_receipts()
        self.assertEqual((receipt["left"], receipt["owed"]), (5, 13))
        text = self._get_text(render(report, entry.ids)[0])
        self.assertIn("Left on 02/28/2026", text)
        self.assertNotIn("13.00", text)

    def test_what_was_taken_back_has_no_receipt(self):
        self._ask(until="2026-02-28")
        entry = self._receive(self.member_b, date="2026-03-01")
        entry._reverse_moves([{"date": "2026-03-02"}], cancel=True)
        with self.assertRaisesRegex(UserError, f"{entry.name} was taken back"):
            entry._get_fund_receipts()

    def _get_text(self, html):
        return " ".join(fromstring(html).text_content().split())


class TestProposedBox(PayingCase):
    def _propose(self, fund):
        form = Form(self.env["business.network.fund.expense"])
        form.fund_id = fund
        return form.journal_id

    def test_the_only_box_of_a_fund_is_proposed_and_one_of_several_is_not(self):
        alone = self._create_fund("Solo caja", kind="contingency", journals=self.wallet)
        self.assertEqual(self._propose(alone), self.wallet)
        self.assertGreater(len(self.fund.cash_journal_ids), 1)
        self.assertFalse(self._propose(self.fund))

    def test_a_box_that_was_chosen_stays_and_one_of_another_fund_does_not(self):
        alone = self._create_fund("Solo caja", kind="contingency", journals=self.wallet)
        expense = self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.fund.id,
                "purpose": "Afiches",
                "amount": 5,
                "journal_id": self.cash_box.id,
            }
        )
        self.assertEqual(expense.journal_id, self.cash_box)
        expense.fund_id = alone
        self.assertEqual(expense.journal_id, self.wallet)
