"""Who sees and changes funds: two networks, two companies, every model."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from tests.fund_case import FundCase
from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"
MODELS = (
    "business.network.fund",
    "business.network.fund.treasurer",
    "business.network.fund.limit",
    "business.network.fund.schedule",
    "business.network.fund.schedule.step",
    "business.network.fund.schedule.exemption",
    "business.network.fund.meeting",
    "business.network.fund.meeting.line",
    "business.network.fund.meeting.count",
    "business.network.fund.fine",
    "business.network.fund.fine.reason",
    "business.network.fund.expense",
    "business.network.fund.loan",
    "business.network.fund.loan.instalment",
    "business.network.fund.event",
    "business.network.fund.event.line",
    "business.network.fund.event.worker",
    "business.network.fund.exit",
    "business.network.fund.exit.line",
    "business.network.fund.movement",
    "business.network.fund.due",
    "business.network.fund.compliance",
)


class TestFundAccess(FundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create_user = QuotaCase._create_user.__func__
        cls.manager = create_user(cls, "gestora_fondo", MANAGER)
        cls.stranger = create_user(cls, "ajena_fondo", MANAGER)
        cls.coordinator = create_user(
            cls, "coordinadora_fondo", "red_empresarial.group_network_coordinator"
        )
        cls.auditor = create_user(cls, "auditora_fondo", "account.group_account_readonly")
        cls.clerk = create_user(cls, "empleada_fondo")
        company = cls.env["res.company"].create({"name": "Otra empresa del fondo"})
        cls.abroad = create_user(
            cls, "lejana_fondo", "red_empresarial.group_network_coordinator", company=company
        )
        cls.network.manager_id = cls.manager
        cls._fill(cls.fund)
        neighbour = cls._create_network("Red vecina", cls.operating_form)
        cls._create_members(neighbour, [cls.partner_b])
        cls.other_fund = cls._create_fund("Vecino", network=neighbour)
        cls._fill(cls.other_fund)
        neighbour.manager_id = cls.stranger
        cls.neighbour = neighbour

    @classmethod
    def _fill(cls, fund):
        """A record of every model in a fund."""
        member = fund.network_id.member_ids[-1:]
        fund.limit_ids = [Command.create({"user_id": cls.manager.id, "amount": 50})]
        schedule = cls._create_schedule(
            fund_id=fund.id,
            step_ids=[Command.create({"date_from": "2027-01-01", "amount": 20})],
            exemption_ids=[
                Command.create(
                    {"member_id": member.id, "date_from": "2027-01-01", "reason": "Viaje"}
                )
            ],
        )
        schedule._ask_until(cls._date("2026-01-31"))
        meeting = cls.env["business.network.fund.meeting"].create(
            {"fund_id": fund.id, "date": "2026-02-01"}
        )
        meeting.action_load_members()
        meeting.line_ids.is_present = True
        meeting.action_receive_all()
        meeting.action_collect()
        meeting.action_load_denominations()
        reason = cls.env["business.network.fund.fine.reason"].create(
            {"name": "Falta", "network_id": fund.network_id.id, "amount": 3}
        )
        cls.env["business.network.fund.fine"].create(
            {"fund_id": fund.id, "member_id": member.id, "reason_id": reason.id}
        )
        cls.env["business.network.fund.expense"].create(
            {"fund_id": fund.id, "purpose": "Pasajes", "amount": 5}
        )
        cls.env["business.network.fund.loan"].create(
            {"fund_id": fund.id, "member_id": member.id, "purpose": "Hilo", "amount": 5}
        )
        cls.env["business.network.fund.event"].create(
            {
                "fund_id": fund.id,
                "name": "Rifa",
                "line_ids": [Command.create({"concept": "Boletos", "amount": 5})],
                "worker_ids": [Command.create({"member_id": member.id, "hours": 2})],
            }
        )
        cls.env["business.network.fund.exit"].create(
            {"member_id": member.id, "line_ids": [Command.create({"fund_id": fund.id})]}
        )

    def _assert_no_access(self, label, function):
        with (
            self.subTest(label),
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
            self.assertRaises(AccessError),
        ):
            function()

    def _seen(self, model, user):
        return self.env[model].with_user(user).search([]).sudo().network_id

    def test_managers_see_their_networks_alone_and_companies_their_books(self):
        none = self.env["business.network"]
        for model in MODELS:
            with self.subTest(model):
                self.assertEqual(self._seen(model, self.manager), self.network)
                self.assertEqual(self._seen(model, self.stranger), self.neighbour)
                both = self.network | self.neighbour
                self.assertLessEqual(both, self._seen(model, self.coordinator))
                self.assertLessEqual(both, self._seen(model, self.auditor))
                self.assertEqual(self._seen(model, self.abroad), none)
            records = self.env[model].with_user(self.clerk)
            self._assert_no_access(model, lambda r=records: r.search_count([]))

    def test_auditors_write_nothing(self):
        for model in MODELS:
            records = self.env[model].with_user(self.auditor).search([], limit=1)
            self.assertTrue(records)
            self._assert_no_access(model, lambda r=records: r.check_access("write"))

    def test_strangers_do_not_act(self):
        fund = self.fund.with_user(self.stranger)
        meeting = self.env["business.network.fund.meeting"].search([("fund_id", "=", self.fund.id)])
        expense = self.env["business.network.fund.expense"].search([("fund_id", "=", self.fund.id)])
        schedule = self.fund.schedule_ids
        member, date = self.member_b, self._date("2026-05-01")
        for label, action in (
            ("read", lambda: fund.read(["balance"])),
            ("summary", fund.get_summary),
            ("ties", fund.get_ties),
            ("compliance", fund.get_compliance),
            (
                "receive",
                lambda: fund._receive(
                    [(member, 5.0, True)], self.cash_box, self._date("2026-02-01"), "x"
                ),
            ),
            ("close", meeting.with_user(self.stranger).action_close),
            ("approve", expense.with_user(self.stranger).action_request),
            ("ask", schedule.with_user(self.stranger).action_ask_now),
            ("lend", self.fund.loan_ids.with_user(self.stranger).action_request),
            ("end", lambda: self._call_as_stranger("loan", "_call_rest", date)),
            ("ask instalments", lambda: self._call_as_stranger("loan", "action_ask_now")),
            ("write off", lambda: self._call_as_stranger("loan", "action_write_off")),
            ("event", lambda: self._call_as_stranger("event", "action_post")),
            ("exit", lambda: self._call_as_stranger("exit", "action_post")),
        ):
            self._assert_no_access(label, action)

    def _call_as_stranger(self, model, method, *args):
        records = self.env[f"business.network.fund.{model}"].search(
            [("network_id", "=", self.network.id)]
        )
        self.assertTrue(records)
        return getattr(records.with_user(self.stranger), method)(*args)

    def test_a_manager_without_accounting_lends_raises_and_lets_go(self):
        fund = self._create_fund("Aportaciones", kind="contributions", loan_rate=2)
        self._operate("opening", 500, fund=fund, partner_id=self.partner_c.id)
        env = self.env(user=self.manager)
        form = Form(env["business.network.fund.loan"])
        form.fund_id = fund.with_env(env)
        form.member_id = self.member_b.with_env(env)
        form.purpose = "Hilo"
        form.amount = 100
        form.instalment_count = 2
        form.date = "2026-03-01"
        self.assertEqual(len(form.instalment_ids), 2)
        loan = form.save()
        loan.action_request()
        loan.action_approve()
        with Form(loan) as edited:
            edited.journal_id = self.cash_box.with_env(env)
            edited.date_paid = "2026-03-01"
        loan.action_pay()
        end = Form(env["business.network.fund.loan.end"].with_context(default_loan_id=loan.id))
        end.date = "2026-03-10"
        self.assertEqual(end.amount_total, 102)
        receive = end.save().action_end()
        wizard = Form(env[receive["res_model"]].with_context(**receive["context"]))
        wizard.journal_id = self.cash_box.with_env(env)
        wizard.save().action_receive()
        loan.invalidate_recordset()
        self.assertEqual((loan.state, loan.amount_open), ("repaid", 0))
        event_form = Form(env["business.network.fund.event"])
        event_form.name = "Rifa"
        event_form.fund_id = fund.with_env(env)
        event_form.date = "2026-03-12"
        with event_form.line_ids.new() as line:
            line.concept = "Boletos"
            line.amount = 30
            line.journal_id = self.cash_box.with_env(env)
        with event_form.worker_ids.new() as worker:
            worker.member_id = self.member_b.with_env(env)
            worker.hours = 3
        event = event_form.save()
        event.action_hold()
        event.action_post()
        self.assertEqual(event.worker_ids.amount_result, 30)
        exit_form = Form(
            env["business.network.fund.exit"].with_context(default_member_id=self.member_c.id)
        )
        exit_form.date = "2026-03-31"
        leaving = exit_form.save()
        leaving.action_compute()
        leaving.action_post()
        self.assertEqual(self._summary(fund)[:2], [32, 32])
        leaving.action_reverse()
        self.assertEqual(self._summary(fund)[:2], [532, 532])
        self.assertEqual(fund.get_ties(), [])

    def test_a_fund_does_not_move_to_a_network_of_others(self):
        fund = self._create_fund("Nuevo").with_user(self.manager)
        self._assert_no_access("move", lambda: fund.write({"network_id": self.neighbour.id}))

    def test_a_manager_does_not_raise_its_own_limit(self):
        limits, own = self.fund.limit_ids, self.fund.with_user(self.manager)
        for label, change in (
            ("write", lambda: own.limit_ids.write({"amount": 5000})),
            ("delete", lambda: own.limit_ids.unlink()),
            ("form", lambda: own.write({"limit_ids": [Command.clear()]})),
        ):
            self._assert_no_access(label, change)
        self.assertEqual(own.limit_ids, limits)
        limits.with_user(self.coordinator).amount = 60
        self.assertEqual(self.fund._get_approval_limit(self.manager), 60)

    def test_nobody_writes_states_and_results(self):
        manager = self.manager
        for model, vals in (
            ("schedule", {"state": "ended"}),
            ("schedule", {"date_done": False}),
            ("meeting", {"state": "draft"}),
            ("meeting", {"amount_expected_then": 1}),
            ("fine", {"state": "posted"}),
            ("fine", {"move_id": False}),
            ("expense", {"state": "paid"}),
            ("expense", {"approved_by_id": manager.id}),
            ("loan", {"state": "disbursed"}),
            ("loan", {"write_off_move_id": False}),
            ("event", {"state": "posted"}),
            ("exit", {"state": "posted"}),
            ("exit", {"member_date_to": "2026-01-01"}),
            ("fine", {"network_id": self.neighbour.id}),
            ("event", {"network_id": self.neighbour.id}),
            ("expense", {"company_id": self.abroad.company_id.id}),
            ("loan", {"partner_id": self.partner_a.id}),
            ("loan", {"network_id": self.neighbour.id}),
            ("exit", {"partner_id": self.partner_a.id}),
            ("exit", {"network_id": self.neighbour.id}),
            ("exit", {"company_id": self.abroad.company_id.id}),
        ):
            records = self.env[f"business.network.fund.{model}"].with_user(manager).search([])
            if model == "fine" and "move_id" in vals:
                vals = {"move_id": records.env["account.move"].sudo().search([], limit=1).id}
            with self.subTest(f"{model} {vals}"), self.assertRaises(UserError):
                records.write(vals)

    def test_a_manager_without_accounting_runs_the_fund(self):
        env = self.env(user=self.manager)
        form = Form(env["business.network.fund.schedule"])
        form.name = "Cuota extraordinaria"
        form.fund_id = self.fund.with_env(env)
        form.amount = 5
        form.frequency = "once"
        form.date_from = "2026-02-05"
        schedule = form.save()
        schedule.action_start()
        schedule.action_ask_now()
        meeting_form = Form(env["business.network.fund.meeting"])
        meeting_form.fund_id = self.fund.with_env(env)
        meeting_form.date = "2026-02-10"
        meeting = meeting_form.save()
        self.assertEqual(meeting.treasurer_id, self.treasurer)
        self.assertEqual(meeting.journal_id, self.cash_box)
        meeting.action_load_members()
        with Form(meeting) as edited:
            for number in range(3):
                with edited.line_ids.edit(number) as line:
                    line.amount_received = 5
                    self.assertTrue(line.is_present)
        meeting.action_collect()
        self.assertEqual(self._owed(), [0, 0, 0])
        meeting.action_load_denominations()
        meeting.count_ids.filtered(lambda c: c.value == 5).quantity = 9
        meeting.action_close()
        expense = env["business.network.fund.expense"].create(
            {"fund_id": self.fund.id, "purpose": "Pasajes", "amount": 5}
        )
        expense.action_request()
        expense.action_approve()
        expense.journal_id = self.cash_box
        expense.action_pay()
        wizard = Form(
            env["business.network.fund.receive"].with_context(default_fund_id=self.fund.id)
        )
        wizard.member_id = self.member_b.with_env(env)
        wizard.amount = 3
        wizard.is_advance = True
        wizard.save().action_receive()
        operation = Form(
            env["business.network.fund.operation"].with_context(default_fund_id=self.fund.id)
        )
        operation.concept = "Rifa"
        operation.operation = "event"
        operation.amount = 20
        operation.save().action_post()
        with Form(self.fund.with_env(env)) as edited:
            edited.minimum_balance = 10
        self.assertEqual(self._summary()[:2], [60, 63])
        self.assertEqual(self.fund.get_ties(), [])

    def test_a_manager_without_accounting_reads_movements_and_dues(self):
        env = self.env(user=self.manager)
        for model in ("movement", "due"):
            rows = env[f"business.network.fund.{model}"]
            shown = rows.web_search_read(
                [],
                {
                    name: {"fields": {"display_name": {}}} if field.type == "many2one" else {}
                    for name, field in rows._fields.items()
                    if name not in ("move_line_id", "display_name")
                },
            )
            self.assertTrue(shown["records"])
            self.assertTrue(shown["records"][0]["move_id"]["display_name"])
            action = rows.search([], limit=1).action_open_entry()
            self.assertEqual(action["type"], "ir.actions.act_window_close")
        auditor = rows.with_user(self.auditor).search([], limit=1)
        self.assertEqual(auditor.action_open_entry()["res_model"], "account.move")

    def test_a_manager_opens_a_fund_by_its_form(self):
        self.env.flush_all()
        form = Form(self.env(user=self.manager)["business.network.fund"])
        form.name = "Contingencias"
        form.kind = "contingency"
        form.network_id = self.network.with_user(self.manager)
        fund = form.save()
        self.assertEqual(fund.account_id, self.fund.account_id)
        self.assertTrue(fund.allows_expense)
