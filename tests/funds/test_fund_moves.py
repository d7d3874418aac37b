"""Records of funds enter only what their user may write, and stay in their network."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from tests.fund_case import FundCase
from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"
PREFIX = "business.network.fund."
# By which field each follows its fund.
LINKS = {
    "treasurer": "fund_id",
    "limit": "fund_id",
    "schedule": "fund_id",
    "schedule.step": "schedule_id",
    "schedule.exemption": "schedule_id",
    "meeting": "fund_id",
    "meeting.line": "meeting_id",
    "meeting.count": "meeting_id",
    "fine": "fund_id",
    "fine.reason": "network_id",
    "expense": "fund_id",
    "loan": "fund_id",
    "event": "fund_id",
    "event.line": "event_id",
    "event.worker": "event_id",
    "exit": "member_id",
    "exit.line": "exit_id",
    "statement": "fund_id",
    "handover": "fund_id",
    "handover.count": "box_id",
    "handover.box": "handover_id",
}
# Of these the neighbour has one alike, which would be refused as the second of its kind.
ONCE = (
    "treasurer",
    "schedule.step",
    "meeting.line",
    "meeting.count",
    "event.worker",
    "exit.line",
    "statement",
    "handover.count",
    "handover.box",
)


class TestFundMoves(FundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        create_user = QuotaCase._create_user.__func__
        cls.manager = create_user(cls, "gestora_una", MANAGER)
        cls.both = create_user(cls, "gestora_dos", MANAGER)
        cls.neighbour = cls._create_network("Red vecina", cls.operating_form)
        cls._create_members(cls.neighbour, [cls.partner_b])
        cls.other_fund = cls._create_fund("Vecino", network=cls.neighbour)
        cls.network.manager_id = cls.manager
        cls.network.user_ids = [Command.link(cls.both.id)]
        cls.neighbour.user_ids = [Command.link(cls.both.id)]
        cls.own = cls._make_drafts(cls.fund)
        cls.others = cls._make_drafts(cls.other_fund)

    @classmethod
    def _make_drafts(cls, fund):
        """``{model: record}``: a draft of every model of a fund that a manager writes."""
        member = fund.network_id.member_ids[-1:]
        made = {"treasurer": fund.treasurer_ids}
        fund.limit_ids = [Command.create({"user_id": cls.both.id, "amount": 50})]
        made["limit"] = fund.limit_ids
        made["schedule"] = schedule = cls._create_schedule(
            start=False,
            fund_id=fund.id,
            step_ids=[Command.create({"date_from": "2027-01-01", "amount": 20})],
            exemption_ids=[
                Command.create(
                    {"member_id": member.id, "date_from": "2027-01-01", "reason": "Viaje"}
                )
            ],
        )
        made |= {"schedule.step": schedule.step_ids, "schedule.exemption": schedule.exemption_ids}
        made |= cls._make_meetings(fund)
        made["fine.reason"] = cls.env["business.network.fund.fine.reason"].create(
            {"name": "Falta", "network_id": fund.network_id.id, "amount": 3}
        )
        for model, vals in (
            ("fine", {"member_id": member.id, "reason_id": made["fine.reason"].id}),
            ("expense", {"purpose": "Pasajes", "amount": 5}),
            ("loan", {"member_id": member.id, "purpose": "Hilo", "amount": 5}),
            ("statement", {"date_to": "2026-01-31"}),
        ):
            made[model] = cls.env[PREFIX + model].create({"fund_id": fund.id, **vals})
        made["event"] = event = cls.env["business.network.fund.event"].create(
            {
                "fund_id": fund.id,
                "name": "Rifa",
                "line_ids": [Command.create({"concept": "Boletos", "amount": 5})],
                "worker_ids": [Command.create({"member_id": member.id, "hours": 2})],
            }
        )
        made |= {"event.line": event.line_ids, "event.worker": event.worker_ids}
        made["exit"] = leaving = cls.env["business.network.fund.exit"].create(
            {"member_id": member.id, "line_ids": [Command.create({"fund_id": fund.id})]}
        )
        return {**made, "exit.line": leaving.line_ids}

    @classmethod
    def _make_meetings(cls, fund):
        meeting = cls.env["business.network.fund.meeting"].create(
            {"fund_id": fund.id, "date": "2026-02-01"}
        )
        meeting.action_load_members()
        meeting._load_denominations()
        handover = cls.env["business.network.fund.handover"].create(
            {"fund_id": fund.id, "date": "2026-02-15", "entering_id": cls.partner_c.id}
        )
        box = handover.box_ids.filtered("is_cash")
        box._load_denominations()
        return {
            "meeting": meeting,
            "meeting.line": meeting.line_ids[-1:],
            "meeting.count": meeting.count_ids[-1:],
            "handover": handover,
            "handover.box": box,
            "handover.count": box.count_ids[-1:],
        }

    def _move(self, model, user):
        """Write into a record of Red ABC what says that it is of the neighbour."""
        name, target = LINKS[model], self._get_target(model)
        self.own[model].with_user(user).write({name: target.id})

    def _get_target(self, model):
        """What a record of the neighbour is of; the one that would be its twin is taken away."""
        target = self.others[model][LINKS[model]]
        if model in ONCE:
            self.others[model].unlink()
        return target

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nothing_enters_a_fund_of_others(self):
        for model in LINKS:
            with self.subTest(model), self.assertRaises(AccessError):
                self._move(model, self.manager)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nothing_is_made_in_a_fund_of_others(self):
        for model, name in LINKS.items():
            vals = self.others[model].copy_data()[0]
            vals = {key: vals[key] for key in vals if not key.endswith("_ids")}
            vals[name] = self._get_target(model).id
            with self.subTest(model), self.assertRaises(AccessError):
                self.own[model].browse().with_user(self.manager).create(vals)

    def test_who_runs_two_networks_moves_nothing_between_them(self):
        """Members, boxes and numbers would be of the one, and the money of the other."""
        for model in LINKS:
            if model != "limit":  # those are the coordinators'
                with self.subTest(model), self.assertRaises(UserError):
                    self._move(model, self.both)
        with self.assertRaisesRegex(UserError, "does not move to Red vecina. Delete it"):
            self._move("expense", self.both)

    def test_within_a_network_a_draft_moves(self):
        fund = self._create_fund("Otro fondo")
        for model in ("expense", "schedule", "meeting", "event", "fine", "handover", "treasurer"):
            with self.subTest(model):
                record = self.own[model].with_user(self.both)
                if model == "treasurer":
                    fund.treasurer_ids.unlink()
                record.write({"fund_id": fund.id})
                self.assertEqual(record.network_id, self.network)

    def test_the_network_of_a_record_is_that_of_its_fund(self):
        for model, record in self.own.items():
            for name in {"network_id", "company_id", "fund_id", "partner_id"} & {
                name for name, field in record._fields.items() if field.related and field.store
            }:
                with self.subTest(f"{model} {name}"), self.assertRaises(UserError):
                    record.with_user(self.both).write({name: self.others[model][name].id})

    def test_a_member_of_another_network_pays_nothing_into_a_fund(self):
        """Its account would be of a network that knows nothing of the money."""
        stranger = self.neighbour.member_ids
        meeting = self.own["meeting"].with_user(self.both)
        meeting.line_ids = [
            Command.create({"member_id": stranger.id, "is_present": True, "amount_received": 5})
        ]
        meeting.line_ids[-1:].is_advance = True
        with self.assertRaisesRegex(UserError, "Choose a member of the fund's network"):
            meeting.action_collect()
        wizard = self.env["business.network.fund.receive"].with_user(self.both)
        receive = wizard.create(
            {"fund_id": self.fund.id, "member_id": stranger.id, "amount": 5, "is_advance": True}
        )
        with self.assertRaisesRegex(UserError, "Choose a member of the fund's network"):
            receive.action_receive()
