"""What another volume would mean: computed by the engine, written by nobody until it is used."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"


class TestQuotaWhatIf(QuotaCase):
    def _column(self, plan, volume, name="then"):
        return [row[name] for row in plan.what_if(volume)["rows"]]

    def test_a_draft_shows_what_everyone_would_get(self):
        plan = self._create_plan()
        self.assertEqual(self._column(plan, 200), [80, 70, 50])
        self.assertEqual(self._column(plan, 200, "now"), [0, 0, 0])
        self.assertFalse(plan.quota_ids)

    def test_a_running_plan_shows_the_difference_and_stays_as_it_is(self):
        plan = self._run_plan()
        self._sell([30, 0, 0])
        self.env.flush_all()
        found = plan.what_if(50)
        self.assertEqual([row["then"] for row in found["rows"]], [30, 12, 8])
        self.assertEqual([row["difference"] for row in found["rows"]], [-10, -23, -17])
        self.assertEqual(self._units(plan), [40, 35, 25])
        self.assertEqual(plan.volume, 100)

    def test_what_makes_no_unit_is_told(self):
        plan = self._create_plan(unit_size=12)
        found = plan.what_if(130)
        self.assertEqual((found["units"], found["unallocated"]), (10, 10))

    def test_nothing_or_less_is_no_volume_to_share(self):
        plan = self._create_plan()
        for volume, shown in ((0, "0 Units"), (-5, "-5 Units")):
            with self.subTest(volume), self.assertRaisesRegex(UserError, f"{shown} is no volume"):
                plan.what_if(volume)

    def test_less_than_is_consumed_is_a_problem_with_the_numbers(self):
        plan = self._run_plan()
        self._sell([30, 20, 0])
        with self.assertRaisesRegex(UserError, "add up to 50 units, more than the 40"):
            plan.what_if(40)
        wizard = self.env["business.network.quota.what.if"].create(
            {"plan_id": plan.id, "volume": 40}
        )
        self.assertIn("more than the 40", wizard.problem)
        self.assertFalse(wizard.table_html)

    def test_the_screen_computes_while_the_volume_moves(self):
        plan = self._run_plan()
        wizards = self.env["business.network.quota.what.if"].with_context(default_plan_id=plan.id)
        with Form(wizards) as form:
            self.assertEqual(form.volume, 100)
            form.volume = 200
            self.assertIn("+40", form.table_html)
            self.assertEqual((form.minimum, form.maximum, form.step), (1, 200, 1))
        self.assertEqual(self._units(plan), [40, 35, 25])

    def test_using_it_opens_a_revision_and_twice_does_nothing(self):
        plan = self._run_plan()
        wizard = self.env["business.network.quota.what.if"].create(
            {"plan_id": plan.id, "volume": 200}
        )
        wizard.action_use()
        wizard.action_use()
        self.assertTrue(plan.in_revision)
        self.assertEqual((plan.volume, self._units(plan)), (200, [40, 35, 25]))
        plan.minute_reference = "Acta 8"
        plan.action_apply_revision()
        self.assertEqual(self._units(plan), [80, 70, 50])

    def test_a_draft_takes_the_volume_and_a_proposed_plan_does_not(self):
        plan = self._create_plan()
        plan.use_volume(80)
        self.assertEqual((plan.volume, plan.state), (80, "draft"))
        plan.action_propose()
        with self.assertRaisesRegex(UserError, "is part of what was proposed"):
            plan.use_volume(90)

    def test_two_tiers_show_each_network_before_its_members(self):
        union, _networks, _members = self._union()
        plan = self._create_plan(network_id=union.id, sub_basis="equal", volume=20)
        found = plan.what_if(20)
        self.assertEqual(
            [(row["level"], row["then"]) for row in found["rows"]],
            [(1, 12), (2, 4), (2, 4), (2, 4), (1, 8), (2, 4), (2, 4)],
        )
        plan.action_propose()
        self.assertEqual([q.level for q in plan.quota_ids.sorted()], [1, 2, 2, 2, 1, 2, 2])

    def test_strangers_ask_nothing(self):
        plan = self._run_plan()
        stranger = self._create_user("ajena", MANAGER)
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            plan.with_user(stranger).what_if(50)

    # -- speed ----------------------------------------------------------------------------------

    def _count_queries(self, function, plan):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(plan)
        return self.env.cr.sql_log_count - before

    def test_totals_and_what_if_ask_the_database_the_same_for_three_and_for_sixty(self):
        small = self._run_plan()
        large = self._create_network("Red grande", self.operating_form)
        members = self._create_members(
            large, [self._create_partner(f"Taller {number}") for number in range(60)]
        )
        self._create_agreement(large, members, [1] * 60)
        big = self._run_plan(network_id=large.id, volume=600)
        names = ("quota_count", "allotted_units", "consumed_units", "unallocated_volume")
        for label, function in (
            ("totals", lambda plan: plan.read(names)),
            ("what if", lambda plan: plan.what_if(120)),
        ):
            with self.subTest(label):
                counts = [self._count_queries(function, plan) for plan in (small, big)]
                self.assertEqual(*counts)
