"""Who sees and signs monthly statements and hand-overs: two networks, two companies."""

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from tests.funds.closing_case import ClosingCase
from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"
MODELS = (
    "business.network.fund.statement",
    "business.network.fund.statement.line",
    "business.network.fund.handover",
    "business.network.fund.handover.box",
    "business.network.fund.handover.count",
    "business.network.fund.handover.item",
)
READ_ONLY = ("business.network.fund.statement.line", "business.network.fund.handover.item")


class TestClosingAccess(ClosingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create_user = QuotaCase._create_user.__func__
        cls.manager = create_user(cls, "gestora_mes", MANAGER)
        cls.stranger = create_user(cls, "ajena_mes", MANAGER)
        cls.coordinator = create_user(
            cls, "coordinadora_mes", "red_empresarial.group_network_coordinator"
        )
        cls.auditor = create_user(cls, "auditora_mes", "account.group_account_readonly")
        cls.clerk = create_user(cls, "empleada_mes")
        company = cls.env["res.company"].create({"name": "Otra empresa del mes"})
        cls.abroad = create_user(
            cls, "lejana_mes", "red_empresarial.group_network_coordinator", company=company
        )
        cls.network.manager_id = cls.manager
        cls._fill(cls.fund)
        cls.neighbour = cls._create_network("Red vecina", cls.operating_form)
        cls._create_members(cls.neighbour, [cls.partner_b])
        cls.other_fund = cls._create_fund("Vecino", network=cls.neighbour)
        cls._fill(cls.other_fund)
        cls.neighbour.manager_id = cls.stranger

    @classmethod
    def _fill(cls, fund):
        """A statement and a hand-over of a fund whose member owes something."""
        schedule = cls._create_schedule(fund_id=fund.id)
        schedule._ask_until(cls._date("2026-01-31"))
        cls.env["business.network.fund.statement"].create(
            {"fund_id": fund.id, "date_to": "2026-01-31"}
        )
        handover = cls.env["business.network.fund.handover"].create(
            {"fund_id": fund.id, "date": "2026-02-15", "entering_id": cls.partner_c.id}
        )
        handover.action_count()
        handover.action_give()

    def _assert_no_access(self, label, function):
        with (
            self.subTest(label),
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
            self.assertRaises(AccessError),
        ):
            function()

    def test_managers_see_their_networks_alone_and_companies_their_books(self):
        def seen(model, user):
            return self.env[model].with_user(user).search([]).sudo().network_id

        both = self.network | self.neighbour
        for model in MODELS:
            with self.subTest(model):
                self.assertEqual(seen(model, self.manager), self.network)
                self.assertEqual(seen(model, self.stranger), self.neighbour)
                self.assertLessEqual(both, seen(model, self.coordinator))
                self.assertLessEqual(both, seen(model, self.auditor))
                self.assertFalse(seen(model, self.abroad))
            records = self.env[model].with_user(self.clerk)
            self._assert_no_access(model, lambda r=records: r.search_count([]))

    def test_auditors_write_nothing_and_managers_no_figures(self):
        for model in MODELS:
            records = self.env[model].with_user(self.auditor).search([], limit=1)
            self._assert_no_access(model, lambda r=records: r.check_access("write"))
        for model in READ_ONLY:
            records = self.env[model].with_user(self.manager).search([], limit=1)
            for operation in ("write", "create", "unlink"):
                self._assert_no_access(model, lambda r=records, o=operation: r.check_access(o))

    def test_strangers_do_not_act(self):
        fund = self.fund.with_user(self.stranger)
        statement = self.fund.statement_ids.with_user(self.stranger)
        handover = self.env["business.network.fund.handover"].search(
            [("fund_id", "=", self.fund.id)]
        )
        handover = handover.with_user(self.stranger)
        for label, action in (
            ("month", fund.action_close_month),
            ("sign", statement.action_sign_treasurer),
            ("second", statement.action_sign_president),
            ("close", statement.action_close),
            ("compute", statement.action_compute),
            ("draft", statement.action_reset_to_draft),
            ("read", lambda: statement.read(["balance_end"])),
            ("receive", handover.action_receive),
            ("back", handover.action_reset_to_draft),
            ("boxes", lambda: handover.box_ids.with_user(self.stranger).read(["journal_id"])),
        ):
            self._assert_no_access(label, action)

    def test_a_statement_is_made_in_ones_own_networks_alone(self):
        statements = self.env["business.network.fund.statement"].with_user(self.stranger)
        self._assert_no_access(
            "create",
            lambda: statements.create({"fund_id": self.fund.id, "date_to": "2026-02-28"}),
        )

    def test_a_draft_does_not_move_to_a_fund_of_others(self):
        handover = self.env["business.network.fund.handover"].create(
            {"fund_id": self.fund.id, "date": "2026-02-15", "entering_id": self.partner_c.id}
        )
        meeting = self._create_meeting()
        for records in (self.fund.statement_ids, handover, meeting):
            own = records.with_user(self.manager)
            self._assert_no_access(
                records._name, lambda own=own: own.write({"fund_id": self.other_fund.id})
            )

    def test_rows_do_not_move_to_records_of_others(self):
        foreign = self._create_meeting(fund=self.other_fund)
        handover = self.env["business.network.fund.handover"].create(
            {"fund_id": self.other_fund.id, "date": "2026-03-15", "entering_id": self.partner_c.id}
        )
        own = self.env["business.network.fund.handover"].create(
            {"fund_id": self.fund.id, "date": "2026-03-15", "entering_id": self.partner_c.id}
        )
        own.action_count()
        box = handover.box_ids.filtered("is_cash")
        line = self._create_meeting().line_ids.filtered(
            lambda line: line.member_id == self.member_a
        )
        for records, vals in (
            (line, {"meeting_id": foreign.id}),
            (own.box_ids.count_ids[:1], {"box_id": box.id}),
            (own.box_ids[:1], {"handover_id": handover.id, "journal_id": self.bank.id}),
        ):
            records = records.with_user(self.manager)
            self._assert_no_access(records._name, lambda r=records, v=vals: r.write(v))
