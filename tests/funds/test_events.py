"""Fund-raising events: income, costs, shortages, who worked, the result by the posted items."""

import psycopg2
from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tools import mute_logger

from tests.fund_case import FundCase


class TestEvents(FundCase):
    def _create_event(self, lines=None, held=True, **vals):
        """A raffle: 300 in the cash box, 80 by wallet, 120 of prizes from the cash box."""
        lines = lines or (
            ("income", "Boletos", 300, {"journal_id": self.cash_box.id}),
            ("income", "Boletos por billetera", 80, {"journal_id": self.wallet.id}),
            (
                "cost",
                "Premios",
                120,
                {"journal_id": self.cash_box.id, "partner_id": self.supplier.id},
            ),
        )
        event = self.env["business.network.fund.event"].create(
            {
                "name": "Rifa",
                "fund_id": self.fund.id,
                "date": "2026-03-20",
                "responsible_id": self.member_b.id,
                "line_ids": [
                    Command.create({"kind": kind, "concept": concept, "amount": amount, **more})
                    for kind, concept, amount, more in lines
                ],
                **vals,
            }
        )
        if held:
            event.action_hold()
        return event

    def _short(self, amount=25, **vals):
        return ("shortage", "Boletos no devueltos", amount, {"member_id": self.member_c.id, **vals})

    def test_each_box_has_one_entry_and_the_fund_gains_the_result(self):
        event = self._create_event()
        self.assertEqual(
            [event.amount_income, event.amount_cost, event.amount_result], [380, 120, 260]
        )
        self.assertEqual(event.amount_booked, 0)
        event.action_post()
        self.assertEqual(event.amount_booked, 260)
        self.assertEqual(event.move_ids.journal_id, self.cash_box | self.wallet)
        self.assertEqual(len(event.move_ids), 2)
        in_cash = event.move_ids.filtered(lambda move: move.journal_id == self.cash_box)
        self.assertRecordValues(
            in_cash.line_ids.sorted("balance"),
            [
                {"account_id": self.fund.account_id.id, "balance": -300, "partner_id": False},
                {
                    "account_id": self.cash.id,
                    "balance": -120,
                    "partner_id": self.supplier.id,
                },
                {
                    "account_id": self.fund.account_id.id,
                    "balance": 120,
                    "partner_id": self.supplier.id,
                },
                {"account_id": self.cash.id, "balance": 300, "partner_id": False},
            ],
        )
        self.assertEqual(set(event.move_ids.line_ids.mapped("fund_movement")), {"event"})
        self.assertEqual(self._summary(), [260, 260, 0, 0, 0])
        self.assertEqual(self.fund.get_ties(), [])

    def test_booking_twice_is_refused(self):
        event = self._create_event()
        event.action_post()
        with self.assertRaisesRegex(UserError, "is in state"):
            event.action_post()
        self.assertEqual(self._summary(), [260, 260, 0, 0, 0])

    def test_what_a_member_did_not_bring_back_is_owed_with_its_dues(self):
        event = self._create_event(
            [("income", "Boletos", 100, {"journal_id": self.cash_box.id}), self._short()]
        )
        self.assertFalse(event.line_ids.filtered(lambda line: line.kind == "shortage").journal_id)
        event.action_post()
        self.assertEqual(event.amount_booked, 125)
        self.assertEqual(self._owed(), [0, 0, 25])
        self.assertEqual(self._summary(), [125, 100, 25, 0, 0])
        due = self.env["business.network.fund.due"].search([("fund_id", "=", self.fund.id)])
        self.assertEqual((due.movement, due.amount_open), ("event", 25))
        self._create_meeting(post=True, receive={self.member_c: 25})
        self.assertEqual(self._owed(), [0, 0, 0])
        self.assertEqual(self.fund.get_compliance(), [])

    def test_nobody_contributes_by_an_event(self):
        self._create_event(
            [("income", "Boletos", 9, {"partner_id": self.partner_b.id}), self._short()]
        ).action_post()
        self.assertEqual(self.fund._get_contributions(), {})

    def test_the_result_is_told_by_hours_to_the_cent(self):
        event = self._create_event()
        event.action_load_members()
        event.action_load_members()
        self.assertEqual(event.worker_ids.member_id, self.members)
        event.action_post()
        self.assertEqual(event.worker_ids.mapped("amount_result"), [86.67, 86.67, 86.66])
        for worker, hours in zip(event.worker_ids, (2, 1.5, 0), strict=True):
            worker.hours = hours
        event.worker_ids.invalidate_recordset(["amount_result"])
        self.assertEqual(event.worker_ids.mapped("amount_result"), [148.57, 111.43, 0])

    def test_a_reversed_event_leaves_nothing_and_its_copy_is_booked(self):
        event = self._create_event(
            [("income", "Boletos", 100, {"journal_id": self.cash_box.id}), self._short()]
        )
        event.action_post()
        event.action_reverse()
        self.assertEqual((event.state, event.amount_booked), ("reversed", 0))
        self.assertEqual(self._summary(), [0, 0, 0, 0, 0])
        with self.assertRaisesRegex(UserError, "is in state"):
            event.action_reverse()
        again = event.copy()
        self.assertEqual((again.state, len(again.line_ids)), ("draft", 2))
        again.action_hold()
        again.action_post()
        self.assertEqual(again.amount_booked, 125)

    def test_entries_reversed_by_hand_reverse_the_event_once_all_are(self):
        event = self._create_event()
        event.action_post()
        first, second = event.move_ids
        first._reverse_moves([{"date": "2026-03-21"}], cancel=True)
        self.assertEqual(event.state, "posted")
        second._reverse_moves([{"date": "2026-03-21"}], cancel=True)
        self.assertEqual((event.state, event.amount_booked), ("reversed", 0))

    def test_what_is_booked_is_not_changed_but_receipts_come_later(self):
        event = self._create_event()
        event.action_post()
        line = event.line_ids[0]
        for label, change in (
            ("amount", lambda: line.write({"amount": 1})),
            ("delete", line.unlink),
            ("date", lambda: event.write({"date": "2026-03-01"})),
            ("add", lambda: line.copy({"event_id": event.id})),
            ("event", event.unlink),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "is booked"):
                change()
        receipt = self.env["ir.attachment"].create({"name": "boleta.pdf", "raw": b"%PDF"})
        event.line_ids = [Command.update(line.id, {"receipt_ids": [Command.link(receipt.id)]})]
        self.assertEqual(line.receipt_ids, receipt)

    def test_a_booked_event_takes_no_line_of_another(self):
        event = self._create_event()
        event.action_post()
        other = self._create_event()
        with self.assertRaisesRegex(UserError, "is booked"):
            other.line_ids[0].event_id = event

    def test_receipts_uploaded_before_saving_are_read_by_who_reads_the_line(self):
        receipt, later = self.env["ir.attachment"].create(
            [
                {
                    "name": f"{name}.pdf",
                    "raw": b"%PDF",
                    "res_model": "business.network.fund.event.line",
                    "res_id": 0,
                }
                for name in ("boleta", "factura")
            ]
        )
        vals = {"journal_id": self.cash_box.id, "receipt_ids": [Command.set(receipt.ids)]}
        event = self._create_event([("cost", "Premios", 5, vals)])
        event.line_ids.receipt_ids = [Command.link(later.id)]
        self.assertEqual((receipt | later).mapped("res_id"), [event.line_ids.id] * 2)
        manager = self.env["res.users"].create(
            {
                "name": "gestora_e",
                "login": "gestora_e",
                "group_ids": [
                    Command.set(self.env.ref("red_empresarial.group_network_manager").ids)
                ],
            }
        )
        self.network.manager_id = manager
        self.env.invalidate_all()
        seen = event.line_ids.with_user(manager).receipt_ids
        self.assertEqual(set(seen.mapped("name")), {"boleta.pdf", "factura.pdf"})

    def test_bad_events_are_refused(self):
        foreign = self._create_members(
            self._create_network("Otra red", self.operating_form), [self.partner_b]
        )
        gone = self._create_partner("Taller D", "20600000030")
        left = self._create_members(self.network, [gone])
        left.date_to = "2026-03-01"
        income = ("income", "Boletos", 10, {"journal_id": self.cash_box.id})
        cases = (
            ("nothing", "Write what came in", {"lines": [], "line_ids": []}),
            ("who", "which member owes", {"lines": [self._short(member_id=False)]}),
            ("where", "which cash box", {"lines": [(*income[:3], {"journal_id": False})]}),
            ("box", "does not hold", {"lines": [(*income[:3], {"journal_id": self.bank.id})]}),
            (
                "more than the box has",
                "Caja del fondo holds.*0.00",
                {"lines": [("cost", "Premios", 5, {"journal_id": self.cash_box.id})]},
            ),
            ("foreign", "is no member", {"lines": [income], "responsible_id": foreign.id}),
            (
                "left",
                "Taller D is not a member",
                {"lines": [income, self._short(member_id=left.id)]},
            ),
        )
        for label, error, vals in cases:
            event = self._create_event(**vals)
            if label == "where":
                event.line_ids.journal_id = False
            with self.subTest(label), self.assertRaisesRegex(UserError, error):
                event.action_post()
            self.assertEqual((event.state, event.move_count), ("held", 0))

    def test_a_loss_beyond_what_is_available_is_refused(self):
        self._operate("opening", 100)
        self.fund.minimum_balance = 90
        event = self._create_event(
            [("cost", "Premios", 20, {"journal_id": self.cash_box.id})], name="Kermés"
        )
        with self.assertRaisesRegex(UserError, "Kermés cost.*20.*10.00 available"):
            event.action_post()

    def test_a_loss_is_an_operating_expense(self):
        self._operate("opening", 100)
        lines = [("cost", "Premios", 20, {"journal_id": self.cash_box.id})]
        self.fund.limit_ids = [Command.create({"user_id": self.env.uid, "amount": 19.99})]
        event = self._create_event(lines)
        with self.assertRaisesRegex(UserError, "Rifa lost.*20.00.*up to.*19.99"):
            event.action_post()
        self.fund.limit_ids.amount = 20
        event.action_post()
        self.assertEqual((event.amount_booked, self.fund.balance), (-20, 80))
        fund = self._create_fund("Aportaciones", kind="contributions")
        self._operate("opening", 100, fund=fund)
        with self.assertRaisesRegex(UserError, "Aportaciones.*Operating expense"):
            self._create_event(lines, fund_id=fund.id).action_post()

    def test_what_a_member_owes_hides_no_loss(self):
        self._operate("opening", 100)
        lines = [("cost", "Premios", 20, {"journal_id": self.cash_box.id}), self._short(20)]
        self.fund.limit_ids = [Command.create({"user_id": self.env.uid, "amount": 19.99})]
        with self.assertRaisesRegex(UserError, "Rifa lost.*20.00.*up to.*19.99"):
            self._create_event(lines).action_post()
        fund = self._create_fund("Aportaciones", kind="contributions")
        self._operate("opening", 100, fund=fund)
        with self.assertRaisesRegex(UserError, "Aportaciones.*Operating expense"):
            self._create_event(lines, fund_id=fund.id).action_post()

    def test_a_day_that_is_closed_or_did_not_come_is_refused(self):
        with self.assertRaisesRegex(UserError, "later day"):
            self._create_event(date=fields.Date.add(fields.Date.today(), days=1))
        event = self._create_event()
        self.fund.date_closed = "2026-03-31"
        with self.assertRaisesRegex(UserError, "closed up to"):
            event.action_post()

    def test_amounts_above_zero_and_members_once(self):
        event = self._create_event()
        for label, values in (
            ("amount", {"line_ids": [Command.create({"concept": "x", "amount": -1})]}),
            ("hours", {"worker_ids": [Command.create({"member_id": 0, "hours": -1})]}),
            ("twice", {"worker_ids": [Command.create({"member_id": 0}) for _number in "12"]}),
        ):
            for command in values.get("worker_ids", ()):
                command[2]["member_id"] = self.member_b.id
            with (
                self.subTest(label),
                self.assertRaises(psycopg2.IntegrityError),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                event.write(values)
                self.env.flush_all()
