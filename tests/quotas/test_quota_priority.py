"""First units of new and of small members: whose rules, who has them, how they are shown."""

import re

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from tests.quotas.test_quota_facts import MANAGER, FactCase


class TestQuotaPriority(FactCase):
    def setUp(self):
        super().setUp()
        self.member_c.date_from = "2026-03-01"
        self.new = {"new_member_months": 6, "new_member_units": 30}

    def _plan(self, **vals):
        return self._create_plan(**{"date_from": "2026-04-01", **vals})

    def _old(self, *members):
        for member in members or self.members[:2]:
            member.date_from = "2020-01-01"

    def test_new_members_get_their_first_units(self):
        self._old()
        plan = self._plan(**self.new)
        plan.action_propose()
        self.assertEqual(self._units(plan), [37, 33, 30])
        quota = self._quota(plan, self.member_c)
        self.assertEqual(quota.priority_text, "new member since 2026-03, first 30 units")
        self.assertEqual((quota.priority_units, quota.priority_granted), (30, 30))
        self.assertFalse(self._quota(plan, self.member_b).priority)
        self.assertEqual([row["priority"] for row in plan.explain()], ["", "", quota.priority_text])
        self.assertEqual(plan.priority_count, 1)

    def test_new_is_less_than_so_many_months_to_the_day(self):
        self._old()
        for day, expected in (("2025-10-01", False), ("2025-10-02", "new")):
            self.member_c.date_from = day
            plan = self._plan(**self.new)
            plan.action_propose()
            self.assertEqual(self._quota(plan, self.member_c).priority, expected, day)
            plan.action_cancel()

    def test_who_comes_back_is_not_new(self):
        self._old()
        self.member_c.write({"date_from": "2024-01-01", "date_to": "2025-12-31"})
        self.member_c.flush_recordset()
        back = self._create_members(self.network, [self.partner_c], date_from="2026-03-01")
        plan = self._plan(basis="equal", **self.new)
        plan.action_propose()
        self.assertFalse(self._quota(plan, back).priority)

    def test_without_rules_nothing_changes(self):
        plain = self._plan()
        plain.action_propose()
        self.assertEqual(self._units(plain), [40, 35, 25])
        self.assertEqual(self._units(plain, field="priority"), [False] * 3)
        self.assertFalse(plain.priority_count)

    def test_guarantees_that_do_not_fit_are_cut_evenly_and_said(self):
        plan = self._plan(limits={self.member_a: {"floor": 60}}, **self.new)
        plan.action_propose()
        self.assertEqual(self._units(plan), [60, 20, 20])
        self.assertEqual(
            self._quota(plan, self.member_c).priority_text,
            "new member since 2026-03, first 30 units, cut to 20 units by its cap or the volume",
        )

    def test_a_cap_bounds_a_guarantee_and_who_is_left_out_has_none(self):
        self._old(self.member_a)
        limits = {self.member_b: {"excluded": True}, self.member_c: {"cap": 10}}
        plan = self._plan(limits=limits, **self.new)
        plan.action_propose()
        self.assertEqual(self._units(plan), [90, 0, 10])
        self.assertEqual(self._units(plan, field="priority"), [False, False, "new"])

    def test_a_newcomer_without_history_gets_its_first_units(self):
        self._old()
        order = self._sell([10, 30, 0])
        order.action_deliver_allocations()
        today = order.order_line.allocation_ids.delivery_ids[0].date
        plan = self._plan(basis="history", history_from=today, history_to=today, **self.new)
        plan.action_propose()
        self.assertEqual(self._units(plan), [18, 52, 30])

    def test_small_members_by_a_fact(self):
        self._old(*self.members)
        for member, value in zip(self.members, (8, 2, 3), strict=True):
            self._fact(member, self.machines, value)
        plan = self._plan(
            small_member_measure="fact",
            small_member_kind_id=self.machines.id,
            small_member_limit=3,
            small_member_units=50,
        )
        plan.action_propose()
        self.assertEqual(self._units(plan, field="priority"), [False, "small", False])
        self.assertEqual(self._units(plan)[1], 50)
        self.assertEqual(
            self._quota(plan, self.member_b).priority_text, "small member (2), first 50 units"
        )

    def test_small_members_by_their_capacity_and_the_unknown_are_not_small(self):
        self._old(*self.members)
        self.member_b.write({"capacity": 2, "capacity_uom_id": self.units.id})
        plan = self._plan(
            small_member_measure="capacity", small_member_limit=7, small_member_units=50
        )
        plan.action_propose()
        self.assertEqual(self._units(plan, field="priority"), [False, "small", False])

    def test_of_two_reasons_the_one_for_more_units(self):
        self._old()
        self._fact(self.member_c, self.machines, 1)
        rules = {
            "small_member_measure": "fact",
            "small_member_kind_id": self.machines.id,
            "small_member_limit": 5,
        }
        for units, reason in ((31, "small"), (30, "new")):
            plan = self._plan(**rules, **self.new, small_member_units=units)
            plan.action_propose()
            self.assertEqual(self._quota(plan, self.member_c).priority, reason)
            plan.action_cancel()

    def test_money_guarantees_an_amount(self):
        self._old()
        plan = self._plan(kind="amount", product_tmpl_id=False, volume=100, **self.new)
        plan.action_propose()
        self.assertEqual(self._units(plan)[2], 3000)
        quota = self._quota(plan, self.member_c)
        self.assertEqual(quota.priority_text, "new member since 2026-03, first PEN 30.00")
        self.assertEqual(sum(self._units(plan)), 10000)

    def test_a_guarantee_in_money_is_bounded_by_what_a_plan_can_hold(self):
        plan = self._plan(kind="amount", new_member_months=6, new_member_units=2**31 - 1)
        plan.action_propose()
        self.assertEqual(sum(self._units(plan)), 10000)
        quota = self._quota(plan, self.member_c)
        self.assertEqual((quota.priority_units, quota.units), (2**31 - 2, 3333))

    def test_months_that_reach_before_the_calendar_are_refused(self):
        for label, rules in (("network", self.network), ("plan", self._plan())):
            with (
                self.subTest(label),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(IntegrityError, "new_member_months_bounded"),
                self.cr.savepoint(),
            ):
                rules.new_member_months = 100000
                rules.flush_recordset()

    def test_a_plan_starts_with_the_rules_of_its_network(self):
        self.network.write(self.new)
        plan = self._plan()
        self.assertEqual((plan.new_member_months, plan.new_member_units), (6, 30))
        plan.new_member_units = 5
        self.network.new_member_units = 9
        self.assertEqual(plan.new_member_units, 5)
        plan.action_propose()
        with self.assertRaisesRegex(UserError, "part of what was proposed"):
            plan.new_member_units = 8

    def test_each_network_has_its_own_rules_for_its_members(self):
        union, (abc, xy), others = self._union()
        self._old(*self.members, others[0], abc, xy)
        others[1].date_from = "2026-03-01"
        others.network_id.write({"new_member_months": 6, "new_member_units": 7})
        plan = self._plan(network_id=union.id, sub_basis="equal", volume=20)
        plan.action_propose()
        self.assertEqual(self._units(plan, [abc, xy]), [12, 8], "takes nothing from a network")
        self.assertEqual(self._units(plan, others), [1, 7])
        plan.action_reset_to_draft()
        xy.date_from = "2026-03-01"
        plan.write({"new_member_months": 6, "new_member_units": 11})
        plan.action_propose()
        self.assertEqual(self._units(plan, [abc, xy]), [9, 11])
        self.assertEqual(self._units(plan, others), [4, 7])
        self.assertEqual(
            [quota.priority for quota in plan._get_ordered_quotas()],
            [False, False, False, False, "new", False, "new"],
        )

    def test_a_revision_keeps_what_is_consumed_before_guarantees(self):
        self._old()
        plan = self._run_plan(date_from="2026-04-01", **self.new)
        self._sell([30, 30, 0], date="2026-04-10 12:00:00")
        plan.revise(volume=70, minute_reference="Acta 8")
        self.assertEqual(self._units(plan), [30, 30, 10])
        self.assertIn("cut to 10", self._quota(plan, self.member_c).priority_text)

    def test_what_if_and_one_more_know_the_guarantees(self):
        self._old()
        plan = self._plan(**self.new)
        plan.action_propose()
        self.assertEqual([row["then"] for row in plan.what_if(40)["rows"]], [5, 5, 30])
        before = {row["member"]: row["units"] for row in plan.explain()}
        (gain,) = plan.explain_one_more()["gains"]
        self.assertEqual(gain["units"], before[gain["member"]] + 1)
        plan.action_reset_to_draft()
        plan.volume = 101
        plan.action_propose()
        after = {row["member"]: row["units"] for row in plan.explain()}
        self.assertEqual(after[gain["member"]], gain["units"])

    def test_the_act_and_the_spreadsheet_say_who_had_priority(self):
        self._old()
        plan = self._plan(**self.new)
        plan.action_propose()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial_quota.report_quota_act", plan.ids
        )
        text = " ".join(re.sub(r"<[^>]*>", " ", html.decode()).split())
        self.assertIn("Priority: new member since 2026-03, first 30 units", text)
        labels = [label for label, _type, _value in self._get_columns()]
        self.assertIn("Priority", labels)

    def _get_columns(self):
        return self.env["business.network.sheet"]._get_quota_columns()

    def test_proposing_twice_writes_nothing(self):
        plan = self._plan(**self.new)
        plan.action_propose()
        before = plan.quota_ids.read()
        plan.action_reset_to_draft()
        plan.action_propose()
        self.assertEqual(plan.quota_ids.read(), before)

    # -- refusals ------------------------------------------------------------------------------

    def test_rules_that_do_not_say_for_whom(self):
        for vals, message in (
            ({"new_member_units": 5}, "Red ABC guarantees units to new members. Write for how"),
            ({"small_member_units": 5}, "Red ABC .* small members. Choose whether their capacity"),
            (
                {"small_member_units": 5, "small_member_measure": "fact"},
                "Choose whether their capacity or which fact",
            ),
            (
                {"small_member_units": 5, "small_member_measure": "capacity"},
                "Write below what a member is small",
            ),
        ):
            with (
                self.subTest(vals),
                self.assertRaisesRegex(ValidationError, message),
                self.cr.savepoint(),
            ):
                self.network.write(vals)
        for record in (self.network, self._plan()):
            with (
                self.subTest(record._name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.cr.savepoint(),
            ):
                record.new_member_months = -1
                record.flush_recordset()
            self.env.invalidate_all()

    def test_rules_with_a_fact_of_another_network_or_a_capacity_in_money(self):
        other = self._create_network("Red XY", self.operating_form)
        looms = self._kind("looms", network_id=other.id)
        message = "do not declare Looms, which is of Red XY"
        with self.assertRaisesRegex(ValidationError, message), self.cr.savepoint():
            self.network.small_member_kind_id = looms
        with self.assertRaisesRegex(ValidationError, "is in money, and capacities are quantities"):
            self._plan(
                kind="amount",
                product_tmpl_id=False,
                small_member_measure="capacity",
                small_member_limit=7,
                small_member_units=5,
            )

    # -- screens -------------------------------------------------------------------------------

    def test_a_manager_writes_the_rules_and_the_plan_shows_them(self):
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        with Form(self.network.with_user(manager)) as form:
            form.new_member_months = 6
            form.new_member_units = 30
            form.small_member_measure = "fact"
            form.small_member_kind_id = self.machines.with_user(manager)
            form.small_member_limit = 3
            form.small_member_units = 4
        form = Form(self.env["business.network.quota.plan"].with_user(manager))
        form.network_id = self.network.with_user(manager)
        self.assertEqual((form.new_member_units, form.small_member_units), (30, 4))
        form.product_tmpl_id = self.product.product_tmpl_id
        form.volume = 50
        form.new_member_units = 2
        self.assertEqual(form.save().new_member_units, 2)
