"""Cash calls: what members are asked, what they paid and what their costs drew down."""

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError

from tests.common import NetworkCase


class CashCallCase(NetworkCase):
    def _create_call(self, amount=100, call=True, **vals):
        record = self.env["business.network.cash.call"].create(
            {
                "network_id": self.network.id,
                "purpose": "Máquinas de coser",
                "amount": amount,
                "date": "2026-03-01",
                "date_due": "2026-03-15",
                **vals,
            }
        )
        if call:
            record.action_call()
        return record

    def _collect(self, call, amounts=None, date="2026-03-05"):
        lines = call.line_ids.filtered(lambda line: line.amount_open)
        amounts = amounts or lines.mapped("amount_open")
        return call.collect(dict(zip(lines, amounts, strict=True)), self.bank, self._date(date))

    def _settle_until(self, date_to, **vals):
        settlement = self._create_settlement(date_to=date_to, **vals)
        settlement.action_compute()
        for number, line in enumerate(settlement.line_ids, start=1):
            line.document_number = f"E{date_to[5:7]}1-{number:08d}"
        settlement.action_approve()
        settlement.action_post()
        return settlement

    def _reread(self, call):
        call.invalidate_recordset()
        call.line_ids.invalidate_recordset()
        return call


class TestCalling(CashCallCase):
    revenue_weights = (40, 35, 25)
    expense_weights = (1, 1, 1)

    def test_the_amount_is_split_to_the_cent_by_expense_weights(self):
        call = self._create_call(100)
        self.assertEqual(call.line_ids.mapped("amount_asked"), [33.34, 33.33, 33.33])
        self.assertEqual(call.state, "called")
        self.assertEqual(call.amount_asked, 66.66, "what the operator puts in is in its books")
        self.assertTrue(call.name.startswith("LLAM/2026/"))

    def test_equally_or_by_hand(self):
        self.assertEqual(
            self._create_call(10, split="equal").line_ids.mapped("amount_asked"), [3.34, 3.33, 3.33]
        )
        call = self._create_call(60, split="manual", call=False)
        call.action_split()
        self.assertEqual(call.line_ids.mapped("amount_asked"), [0, 0, 0])
        with self.assertRaisesRegex(UserError, "asked.*0.00.*60.00"):
            call.action_call()
        call.line_ids[1].amount_asked = 50
        call.line_ids[2].amount_asked = 10
        call.action_call()
        self.assertEqual(call.amount_asked, 60)

    def test_refusals_name_the_call(self):
        with self.assertRaisesRegex(UserError, "LLAM.*asks for nothing"):
            self._create_call(0, split="equal", line_ids=[Command.create(self._line_vals())])
        with self.assertRaisesRegex(UserError, "no agreement in force"):
            self._create_call(10, date="2025-12-01")
        self.member_b.date_to = "2026-02-01"
        with self.assertRaisesRegex(ValidationError, "Taller B is not a member"):
            self._create_call(10)
        self.network.member_payable_account_id = False
        with self.assertRaisesRegex(UserError, "Red ABC lacks Payable to Members"):
            self._create_call(10, split="equal")

    def _line_vals(self):
        return {"member_id": self.member_b.id, "amount_asked": 0}

    def test_a_called_one_does_not_change(self):
        call = self._create_call(100)
        with self.assertRaisesRegex(UserError, "was called"):
            call.amount = 50
        with self.assertRaisesRegex(UserError, "needs “Draft”"):
            call.line_ids[1].amount_asked = 1
        with self.assertRaisesRegex(UserError, "Cancel it"):
            call.unlink()
        call.action_cancel()
        self.assertEqual(call.state, "cancelled")

    def test_a_member_of_another_network_is_not_asked(self):
        other = self._create_network("Red vecina", self.operating_form)
        member = self._create_members(other, [self.partner_b])
        with self.assertRaisesRegex(UserError, "Taller B is a member of Red vecina"):
            self._create_call(
                10,
                call=False,
                line_ids=[Command.create({"member_id": member.id, "amount_asked": 10})],
            )


class TestCollecting(CashCallCase):
    def test_part_by_part_until_it_is_collected(self):
        call = self._create_call(100)
        payments = self._collect(call, [35, 5])
        self.assertEqual(payments.mapped("payment_type"), ["inbound", "inbound"])
        self.assertEqual(payments.move_id.network_member_id, self.member_b | self.member_c)
        self.assertFalse(payments.move_id.distribution_ids)
        payable = self.network.member_payable_account_id
        self.assertEqual(self._balance(payable, self.partner_b), -35)
        self.assertEqual(self._balance(payable, self.partner_c), -5)
        self.assertEqual(self._balance(self.bank.default_account_id, moves=payments.move_id), 40)
        self._reread(call)
        self.assertEqual(call.state, "partly")
        self.assertEqual(call.line_ids.mapped("amount_open"), [0, 0, 20])
        self._collect(call, date="2026-03-06")
        self.assertEqual(self._reread(call).state, "collected")
        self.assertEqual((call.amount_collected, call.amount_held), (60, 60))
        found = call.search([("state", "in", ["collected"]), ("network_id", "=", self.network.id)])
        self.assertEqual(found, call)

    def test_the_wizard_proposes_what_is_open(self):
        call = self._create_call(100)
        wizard = self.env["business.network.cash.call.collection"].create(
            {"call_id": call.id, "journal_id": self.bank.id, "date": "2026-03-05"}
        )
        self.assertEqual(wizard.line_ids.mapped("amount"), [35, 25])
        wizard.line_ids[1].amount = 0
        wizard.action_collect()
        self.assertEqual(self._reread(call).amount_collected, 35)
        wizard.line_ids.amount = 0
        with self.assertRaisesRegex(UserError, "nothing to collect"):
            wizard.action_collect()

    def test_refusals(self):
        call = self._create_call(100)
        line = call.line_ids[1]
        date = self._date("2026-03-05")
        for amount in (0, -1, 35.01):
            with self.assertRaisesRegex(UserError, "Taller B for LLAM.*35.00.*still asked"):
                call.collect({line: amount}, self.bank, date)
        with self.assertRaisesRegex(UserError, "bank or cash journal"):
            call.collect({line: 5}, self.network.settlement_journal_id, date)
        self.company.sudo().fiscalyear_lock_date = self._date("2026-03-31")
        with self.assertRaisesRegex(UserError, "closed on"):
            call.collect({line: 5}, self.bank, date)
        call.action_close()
        with self.assertRaisesRegex(UserError, "needs “Called”"):
            call.collect({line: 5}, self.bank, self._date("2026-04-02"))

    def test_reversing_a_payment_opens_the_line_again(self):
        call = self._create_call(100)
        payments = self._collect(call)
        payments[0].action_reverse_network_payment()
        self._reread(call)
        self.assertEqual(call.line_ids.mapped("amount_open"), [0, 35, 0])
        self.assertEqual(call.amount_drawn, 0)
        self.assertEqual(call.state, "partly")
        with self.assertRaisesRegex(UserError, "already paid.*25.00"):
            call.action_cancel()
        payments[1].action_reverse_network_payment()
        self._reread(call).action_cancel()

    def test_a_payment_reversed_in_accounting_opens_the_line_too(self):
        call = self._create_call(100)
        payments = self._collect(call)
        payments[0].move_id._reverse_moves([{"date": "2026-03-06"}], cancel=True)
        self._reread(call)
        self.assertEqual(call.line_ids.mapped("amount_open"), [0, 35, 0])

    def test_a_receipt_is_printed(self):
        call = self._create_call(100)
        with self.assertRaisesRegex(UserError, "Nobody has paid"):
            call.action_print_receipts()
        payments = self._collect(call)
        action = call.action_print_receipts()
        self.assertEqual(action["report_name"], "red_empresarial.report_network_receipt")
        html = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial.report_network_receipt", payments.ids
        )[0]
        for text in ("Taller B", "Taller C", call.name, "Red ABC"):
            self.assertIn(text, html.decode())


class TestDrawingDown(CashCallCase):
    def test_costs_draw_it_down_and_the_rest_waits(self):
        call = self._create_call(200)  # B 70, C 50
        self._collect(call)
        self._create_document("in_invoice", [100])  # B 41.30, C 29.50 with the tax
        settlement = self._settle_until("2026-03-31")
        self._reread(call)
        self.assertEqual(call.line_ids.mapped("amount_drawn"), [0, 41.30, 29.50])
        self.assertEqual(call.amount_held, 49.20)
        self.assertEqual(settlement.state, "paid", "nothing is left to pay")
        payable = self.network.member_payable_account_id
        self.assertEqual(self._balance(payable, self.partner_b), -28.70)
        self.assertEqual(
            self._balance(self.network.member_receivable_account_id, self.partner_b), 0
        )
        self._create_document("in_invoice", [200], date="2026-04-10")
        second = self._settle_until("2026-04-30")
        self.assertEqual(self._reread(call).state, "drawn")
        self.assertEqual(self._balance(payable), 0)
        self.assertEqual(second.amount_receivable, 92.40)  # 141.60 - 49.20

    def test_revenue_is_paid_whole_while_the_call_is_open(self):
        call = self._create_call(200)
        self._collect(call)
        self._create_document("in_invoice", [100])
        self._create_document("out_invoice", [1000])
        settlement = self._settle_until("2026-03-31")
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(sorted(payments.mapped("amount")), [250, 350])
        self.assertEqual(settlement.state, "paid")
        self.assertEqual(self._reread(call).amount_held, 49.20)
        settlement.action_reverse_payments()
        settlement.action_reverse()
        self.assertEqual(self._reread(call).amount_drawn, 0)

    def test_closing_gives_back_what_was_not_spent(self):
        call = self._create_call(200)
        self._collect(call)
        self._create_document("out_invoice", [1000])
        call.action_close()
        settlement = self._settle_until("2026-03-31")
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(sorted(payments.mapped("amount")), [300, 420])
        self.assertEqual(self._balance(self.network.member_payable_account_id), 0)

    def test_a_netted_payment_is_not_reversed(self):
        call = self._create_call(200)
        payments = self._collect(call)
        self._create_document("in_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        with self.assertRaisesRegex(UserError, settlement.name):
            payments.action_reverse_network_payment()

    def test_collected_basis_draws_it_down_too(self):
        self.network.settlement_basis = "collected"
        call = self._create_call(200)
        self._collect(call)
        self._create_document("in_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        self.assertEqual(self._reread(call).line_ids.mapped("amount_drawn"), [0, 41.30, 29.50])
        self.assertEqual(settlement.state, "paid")


class TestPrincipalDrawDown(CashCallCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_the_members_document_is_paid_with_the_call(self):
        call = self._create_call(200)
        self._collect(call)
        self._create_document("out_invoice", [1000])
        self._create_document("in_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        self.assertEqual(self._reread(call).line_ids.mapped("amount_drawn"), [0, 35, 25])
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(sorted(payments.mapped("amount")), [225 * 1.18 + 25, 315 * 1.18 + 35])
        self.assertEqual(settlement.state, "paid")


class TestCashCallQueries(CashCallCase):
    def test_collecting_from_12_members_takes_a_bounded_number_of_queries(self):
        partners = [self._create_partner(f"Socio {number:02}") for number in range(12)]
        network = self._create_network("Red de doce", self.operating_form)
        self._create_members(network, partners)
        counts = []
        for size in (2, 12):
            call = self._create_call(120, network_id=network.id, split="equal")
            lines = call.line_ids[:size]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            call.collect(
                {line: line.amount_open for line in lines}, self.bank, self._date("2026-03-05")
            )
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        per_payment = (counts[1] - counts[0]) / 10
        self.assertLessEqual(per_payment, 15, f"queries for 2 and 12 members: {counts}")
        call.invalidate_recordset()
        before = self.cr.sql_log_count
        self.assertEqual(call.line_ids.mapped("amount_open"), [0] * 12)
        self.assertLessEqual(self.cr.sql_log_count - before, 12)


class TestCashCallAccess(CashCallCase):
    def _create_user(self, login, *groups, company=None):
        company = company or self.company
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.set([self.env.ref(group).id for group in ("base.group_user", *groups)])
                ],
            }
        )

    def test_two_networks_and_two_companies(self):
        manager = self._create_user(
            "gestora", "red_empresarial.group_network_manager", "account.group_account_invoice"
        )
        company = self.env["res.company"].create({"name": "Segunda empresa"})
        stranger = self._create_user(
            "ajena", "red_empresarial.group_network_coordinator", company=company
        )
        coordinator = self._create_user("coordinadora", "red_empresarial.group_network_coordinator")
        biller = self._create_user("facturadora", "account.group_account_invoice")
        other = self._create_network("Red de otros", self.operating_form)
        self._create_members(other, [self.partner_b, self.partner_c])
        self.network.manager_id = manager
        own = self._create_call(100)
        foreign = self._create_call(100, network_id=other.id, split="equal")
        calls = self.env["business.network.cash.call"]
        domain = [("id", "in", (own | foreign).ids)]
        self.assertEqual(calls.with_user(manager).search(domain).ids, own.ids)
        self.assertEqual(
            calls.with_user(manager).line_ids.search([("call_id", "in", (own | foreign).ids)]).ids,
            own.line_ids.ids,
        )
        self.assertEqual(len(calls.with_user(coordinator).search(domain)), 2)
        self.assertFalse(calls.with_user(stranger).search(domain))
        with self.assertRaises(AccessError):
            foreign.with_user(manager).collect(
                {foreign.line_ids[0].with_user(manager): 5}, self.bank, self._date("2026-03-05")
            )
        with self.assertRaises(AccessError), self.cr.savepoint():
            own.with_user(biller).collect(
                {own.line_ids[1].with_user(biller): 5}, self.bank, self._date("2026-03-05")
            )
        mine = own.with_user(manager)
        mine.collect({mine.line_ids[1]: 5}, self.bank, self._date("2026-03-05"))
        with self.assertRaises(AccessError):
            calls.with_user(manager).create(
                {
                    "network_id": other.id,
                    "purpose": "x",
                    "date": "2026-03-01",
                    "date_due": "2026-03-02",
                }
            )
