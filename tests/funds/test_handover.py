"""Change of treasurer: cash counted, what is pending, both signatures, one term after another."""

import re

from odoo.exceptions import UserError
from odoo.tests import Form

from tests.funds.closing_case import ClosingCase


class TestHandover(ClosingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.next = cls._create_partner("Tesorero Juan", "20600000048")

    def set_up_once(self):
        super().set_up_once()
        self._january()

    def _handover(self, counts=None, **vals):
        handover = self.env["business.network.fund.handover"].create(
            {
                "fund_id": self.fund.id,
                "date": "2026-02-15",
                "entering_id": self.next.id,
                **vals,
            }
        )
        handover.action_count()
        counts = {10: 1, 5: 1} if counts is None else counts
        for count in self._box(handover).count_ids:
            count.quantity = counts.get(count.value, 0)
        return handover

    def _box(self, handover, journal=None):
        return handover.box_ids.filtered(lambda box: box.journal_id == (journal or self.cash_box))

    def test_both_sign_and_one_term_follows_the_other(self):
        handover = self._handover()
        self.assertEqual(handover.leaving_id, self.treasurer)
        self.assertEqual(handover.box_ids.journal_id, self.cash_box | self.fund_bank | self.wallet)
        box = self._box(handover)
        self.assertEqual((box.amount_expected, box.amount_counted), (15, 15))
        handover.action_give()
        self.assertEqual(handover.balance, 30)
        self.assertEqual(self.fund._get_treasurer(self._date("2026-02-16")), self.treasurer)
        handover.action_receive()
        self.assertEqual(handover.state, "done")
        self.assertEqual(self.fund._get_treasurer(self._date("2026-02-15")), self.treasurer)
        self.assertEqual(self.fund._get_treasurer(self._date("2026-02-16")), self.next)
        self.assertFalse(handover.move_ids)
        self.assertTrue(handover.leaving_signed_on and handover.entering_signed_on)

    def test_what_is_pending_is_kept_with_the_act(self):
        self._operate("donation", 50, date="2026-02-01", journal=self.fund_bank)
        expense = self.env["business.network.fund.expense"].create(
            {"fund_id": self.fund.id, "purpose": "Pasajes", "amount": 5, "date": "2026-02-01"}
        )
        expense.action_request()
        expense.action_approve()
        meeting = self._create_meeting(date="2026-02-14", receive={self.member_c: 5})
        handover = self._handover()
        handover.action_give()
        items = {item.name: (item.kind, item.amount) for item in handover.item_ids}
        self.assertEqual(
            items,
            {
                self.partner_a.display_name: ("owed", 10),
                "Taller C": ("owed", 5),
                meeting.name: ("meeting", 5),
                f"{expense.name} · Pasajes": ("expense", 5),
            },
        )
        self.assertEqual(handover.balance, 80)
        self.assertEqual(self._box(handover, self.fund_bank).amount_expected, 50)

    def test_loans_are_pending_one_by_one(self):
        self.fund.allows_loan = True
        self._operate("donation", 100, date="2026-02-01")
        lent, approved = self._create_loans(60, 20)
        lent.action_pay()
        handover = self._handover({100: 0, 50: 1, 5: 1})
        handover.action_give()
        items = handover.item_ids.filtered(lambda item: "loan" in item.kind)
        self.assertEqual(
            {item.name: (item.kind, item.amount) for item in items},
            {
                f"{lent.name} · Taller B": ("loan", 60),
                f"{approved.name} · Taller B": ("approved_loan", 20),
            },
        )

    def _create_loans(self, *amounts):
        loans = self.env["business.network.fund.loan"].create(
            [
                {
                    "fund_id": self.fund.id,
                    "member_id": self.member_b.id,
                    "purpose": "Hilo",
                    "amount": amount,
                    "instalment_count": 4,
                    "date": "2026-02-02",
                    "date_first": "2026-03-31",
                    "journal_id": self.cash_box.id,
                    "date_paid": "2026-02-02",
                }
                for amount in amounts
            ]
        )
        loans.action_request()
        loans.action_approve()
        return loans

    def test_the_day_is_not_before_the_last_entry_of_a_counted_box(self):
        self._operate("donation", 5, date="2026-02-16")
        handover = self._handover()
        with self.assertRaisesRegex(UserError, "Caja del fondo has entries up to 02/16/2026"):
            handover.action_give()
        handover.date = "2026-02-16"
        self._box(handover).count_ids.filtered(lambda count: count.value == 10).quantity = 2
        self._box(handover).count_ids.filtered(lambda count: count.value == 5).quantity = 0
        handover.action_give()
        self._operate("donation", 5, date="2026-02-17")
        handover.action_receive()
        self.assertEqual(handover.state, "done")

    def test_a_difference_needs_a_reason_and_is_booked_when_it_is_received(self):
        handover = self._handover({10: 1, 2: 2})
        with self.assertRaisesRegex(UserError, "14.*Caja del fondo.*15.*reason"):
            handover.action_give()
        self._box(handover).difference_reason = "Pasaje sin boleta"
        handover.action_give()
        self.assertEqual(self._summary()[:2], [30, 15])
        handover.action_receive()
        self.assertEqual(self._summary()[:3], [29, 14, 15])
        (entry,) = handover.move_ids
        self.assertEqual(entry.date, self._date("2026-02-15"))
        self.assertIn("Pasaje sin boleta", entry.ref)
        self.assertEqual(self._balance(self.fund.account_id, moves=entry), 1)
        self.assertEqual(self.fund.get_ties(), [])
        box = self._box(handover)
        self.assertEqual((box.amount_expected, box.amount_counted), (15, 14))
        text = self._print(handover)
        for said in ("by the books: S/ 30.00", "counted: S/ -1.00", "with it: S/ 29.00"):
            self.assertIn(said, text)

    def _print(self, handover):
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("red_empresarial_fund.report_fund_handover", handover.ids)[0]
            .decode()
        )
        text = re.sub(r"<[^>]*>", " ", html).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")
        return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())

    def test_counting_opens_the_box_that_is_not_counted(self):
        handover = self._handover({})
        action = handover.action_count()
        self.assertEqual(
            (action["res_model"], action["res_id"], action["target"]),
            ("business.network.fund.handover.box", self._box(handover).id, "new"),
        )
        self.assertTrue(self._box(handover).count_ids)
        self.fund.cash_journal_ids = self.fund_bank
        handover._load_boxes()
        self.assertIsNone(handover.action_count(), "banks are not counted")

    def test_cash_is_counted(self):
        handover = self._handover()
        self._box(handover).count_ids.unlink()
        with self.assertRaisesRegex(UserError, "Caja del fondo was not counted"):
            handover.action_give()

    def test_only_who_is_in_office_hands_over(self):
        handover = self._handover(leaving_id=self.partner_b.id)
        with self.assertRaisesRegex(UserError, "Taller B is not the treasurer.*Tesorera Rosa is"):
            handover.action_give()
        before = self._handover(date="2025-12-31", leaving_id=self.treasurer.id, counts={})
        with self.assertRaisesRegex(UserError, "is not the treasurer"):
            before.action_give()

    def test_nobody_hands_over_to_itself(self):
        with self.assertRaisesRegex(UserError, "Tesorera Rosa is the treasurer.*already"):
            self._handover(entering_id=self.treasurer.id).action_give()

    def test_nothing_is_handed_over_in_a_closed_month_or_ahead(self):
        handover = self._handover()
        self.fund.date_closed = "2026-02-28"
        with self.assertRaisesRegex(UserError, "closed up to"):
            handover.action_give()
        self.fund.date_closed = False
        with self.assertRaisesRegex(UserError, "on the day on which it is counted"):
            self._handover(date="2090-01-01").action_give()

    def test_what_is_booked_between_the_signatures_is_counted_again(self):
        handover = self._handover()
        handover.action_give()
        self._operate("donation", 5, date="2026-02-15")
        with self.assertRaisesRegex(UserError, "booked in Caja del fondo after Tesorera Rosa"):
            handover.action_receive()
        handover.action_reset_to_draft()
        self.assertFalse(handover.item_ids)
        self._box(handover).count_ids.filtered(lambda count: count.value == 20).quantity = 1
        self._box(handover).count_ids.filtered(lambda count: count.value in (10, 5)).quantity = 0
        handover.action_give()
        handover.action_receive()

    def test_what_is_signed_is_not_changed_and_done_is_done(self):
        handover = self._handover()
        handover.action_give()
        manager = self._create_user("gestora_entrega")
        self.network.manager_id = manager
        own = handover.with_user(manager)
        draft = self._handover().with_user(manager)
        move = {"box_id": self._box(own).id}
        for label, change in (
            ("date", lambda: own.write({"date": "2026-02-16"})),
            ("who", lambda: own.write({"entering_id": self.partner_b.id})),
            ("count", lambda: self._box(own).count_ids[:1].write({"quantity": 9})),
            ("reason", lambda: self._box(own).write({"difference_reason": "x"})),
            ("note", lambda: own.write({"note": "x"})),
            ("box deleted", lambda: own.box_ids[:1].unlink()),
            ("box made", lambda: own.box_ids.create(self._prepare_box(own))),
            ("box moved out", lambda: own.box_ids[:1].write({"handover_id": draft.id})),
            ("box moved in", lambda: draft.box_ids[:1].write({"handover_id": own.id})),
            ("count moved in", lambda: self._box(draft).count_ids[:1].write(move)),
            ("state", lambda: own.write({"state": "done"})),
            ("again", own.action_give),
            ("delete", own.unlink),
        ):
            with self.subTest(label), self.assertRaises(UserError):
                change()
        handover.action_receive()
        for again in (handover.action_receive, handover.action_reset_to_draft):
            with self.assertRaisesRegex(UserError, "is in state"):
                again()

    def _prepare_box(self, handover):
        return {"handover_id": handover.id, "journal_id": self.bank.id}

    def test_who_has_a_user_signs_with_it(self):
        juan = self._create_user("juan_recibe", partner=self.next)
        self.network.user_ids = juan
        handover = self._handover()
        handover.action_give()
        with self.assertRaisesRegex(UserError, "juan_recibe"):
            handover.action_receive()
        handover.with_user(juan).action_receive()
        self.assertEqual(handover.entering_signed_by_id, juan)

    def test_a_treasurer_without_accounting_hands_over_by_the_forms(self):
        manager = self._create_user("gestora_acta")
        self.network.manager_id = manager
        form = Form(
            self.env["business.network.fund.handover"]
            .with_user(manager)
            .with_context(default_fund_id=self.fund.id)
        )
        form.date = "2026-02-15"
        form.entering_id = self.next
        self.assertEqual(form.leaving_id, self.treasurer)
        handover = form.save()
        action = self._box(handover).action_count()
        box = handover.box_ids.browse(action["res_id"])
        with Form(
            box, "red_empresarial_fund.business_network_fund_handover_box_view_form"
        ) as edited:
            rows = [row for row, count in enumerate(box.count_ids) if count.value in (10, 5)]
            for row in rows[:2]:
                with edited.count_ids.edit(row) as count:
                    count.quantity = 1
            self.assertEqual(edited.amount_counted, 15)
        with Form(handover) as edited:
            edited.note = "Llave de la caja"
        handover.action_give()
        handover.action_receive()
        html = (
            self.env["ir.actions.report"]
            .with_user(manager)
            ._render_qweb_html("red_empresarial_fund.report_fund_handover", handover.ids)[0]
        )
        self.assertIn("Llave de la caja", html.decode())
        self.assertEqual(self.fund._get_treasurer(self._date("2026-02-16")), self.next)

    def test_the_act_is_printed(self):
        handover = self._handover({10: 1, 2: 2})
        self._box(handover).difference_reason = "Pasaje sin boleta"
        handover.action_give()
        handover.action_receive()
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("red_empresarial_fund.report_fund_handover", handover.ids)[0]
            .decode()
        )
        for text in (
            handover.name,
            "Tesorera Rosa",
            "Tesorero Juan",
            "Pasaje sin boleta",
            "Taller C",
        ):
            with self.subTest(text):
                self.assertIn(text, html)
