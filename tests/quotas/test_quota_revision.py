"""Revisions given up, minutes that agree one thing only, and who joins while a plan runs."""

from odoo import Command
from odoo.exceptions import UserError

from tests.quota_case import QuotaCase


class TestDiscardRevision(QuotaCase):
    def _said(self, plan):
        """All that a plan and its quotas say."""
        self.env.flush_all()
        self.env.invalidate_all()
        names = [
            n for n, f in plan._fields.items() if f.store and not n.startswith(("write_", "me"))
        ]
        quotas = [n for n, field in plan.quota_ids._fields.items() if field.store]
        return plan.read(sorted(names)), plan.quota_ids.sorted("id").read(sorted(quotas))

    def test_everything_is_as_when_revise_was_pressed(self):
        plan = self._run_plan(limits={self.member_a: {"cap": 60}}, shortfall_returns=False)
        self._sell([40, 10, 0])
        before = self._said(plan)
        plan.action_revise()
        plan.write(
            {
                "volume": 160,
                "basis": "equal",
                "shortfall_returns": True,
                "capped_by_capacity": True,
                "history_from": "2025-01-01",
                "agreed_on": "2026-02-01",
                "minute_reference": "Acta 8",
            }
        )
        self._quota(plan, self.member_a).write({"cap": 0, "excluded": True})
        self._quota(plan, self.member_b).write({"floor": 7, "manual_weight": 2.5})
        plan.action_discard_revision()
        body = plan.message_ids[0].body
        self.assertEqual(self._said(plan), before)
        for shown in ("Volume: 160 → 100", "Most: – → 60", "Taller B, Least: 7 → –", "Acta 8"):
            self.assertIn(shown, body)
        plan.action_discard_revision()
        self.assertEqual(self._said(plan), before, "twice does nothing")
        plan.action_close()

    def test_nothing_changed_needs_no_minutes_to_get_out(self):
        plan = self._run_plan()
        plan.action_revise()
        with self.assertRaisesRegex(UserError, "Apply the revision or discard it first"):
            plan.action_close()
        plan.action_discard_revision()
        self.assertIn("Nothing had been changed", plan.message_ids[0].body)
        plan.action_close()

    def test_the_volume_that_was_tried_is_given_up(self):
        plan = self._run_plan()
        plan.use_volume(130)
        self.assertEqual((plan.volume, plan.in_revision), (130, True))
        plan.action_discard_revision()
        self.assertEqual((plan.volume, plan.in_revision), (100, False))
        self.assertEqual(self._units(plan), [40, 35, 25])

    def test_the_volume_taken_of_orders_and_their_choice_are_given_up(self):
        first, second = self._order(quantity=50), self._order(quantity=30)
        source = {"volume_source": "orders", "volume": 50}
        plan = self._run_plan(order_ids=[Command.set(first.ids)], **source)
        first.order_line.product_uom_qty = 60
        plan.action_take_source_volume()
        plan.order_ids = second
        self.assertEqual(plan.volume, 30)
        plan.action_discard_revision()
        self.assertEqual((plan.volume, plan.order_ids), (50, first))
        self.assertTrue(plan.source_differs, "and may be taken over again")
        plan.action_take_source_volume()
        plan.write({"volume_source": "target", "volume": 45})
        plan.action_discard_revision()
        self.assertEqual((plan.volume_source, plan.volume, plan.order_ids), ("orders", 50, first))

    def test_sales_and_transfers_made_meanwhile_stay(self):
        plan = self._run_plan()
        plan.use_volume(130)
        self._sell([10, 0, 0])
        plan.action_discard_revision()
        self.assertEqual(self._units(plan, field="remaining_units"), [30, 35, 25])

    def test_a_shortfall_counts_by_what_was_agreed_until_the_revision_is_applied(self):
        plan = self._run_plan()
        order = self._sell([40, 0, 0])
        plan.action_revise()
        plan.shortfall_returns = False
        order.order_line.allocation_ids.action_close_short()
        self.assertEqual(self._units(plan, field="remaining_units"), [40, 35, 25])
        plan.minute_reference = "Acta 8"
        plan.action_apply_revision()
        self.assertEqual(self._units(plan, field="remaining_units"), [0, 35, 25])

    def test_a_manager_discards_what_she_began(self):
        manager = self._create_user("gestora", "red_empresarial.group_network_manager")
        self.network.manager_id = manager
        plan = self._run_plan().with_user(manager)
        plan.action_revise()
        plan.volume = 120
        plan.action_discard_revision()
        self.assertEqual((plan.volume, plan.in_revision), (100, False))


class TestMinutesAgain(QuotaCase):
    def _agree_again(self, **vals):
        plan = self._create_plan()
        plan.action_propose()
        plan.action_agree()
        plan.action_reset_to_draft()
        plan.write(vals)
        return plan

    def test_the_same_minutes_do_not_agree_a_changed_plan(self):
        cases = ({"volume": 120}, {"shortfall_returns": False}, {"date_to": "2026-05-31"})
        for number, vals in enumerate(cases):
            with self.subTest(vals), self.env.cr.savepoint() as savepoint:
                plan = self._agree_again(**vals)
                plan.action_propose()
                with self.assertRaisesRegex(UserError, "Acta 7 of 01/10/2026 and changed since"):
                    plan.action_agree()
                plan.minute_reference = f"Acta 8{number}"
                plan.action_agree()
                self.assertEqual(plan.state, "agreed")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_nor_other_limits_or_units(self):
        plan = self._agree_again()
        self._quota(plan, self.member_a).cap = 50
        plan.action_propose()
        self.assertEqual(self._units(plan), [40, 35, 25])
        with self.assertRaisesRegex(UserError, "and changed since"):
            plan.action_agree()

    def test_what_is_as_it_was_is_agreed_by_them(self):
        plan = self._agree_again()
        plan.action_propose()
        plan.action_agree()
        plan.action_run()
        plan.action_cancel()
        plan.action_reset_to_draft()
        plan.action_propose()
        plan.action_agree()
        self.assertEqual(plan.state, "agreed")


class TestJoiningWhileItRuns(QuotaCase):
    def _join(self, plan):
        """Taller D joins, and is listed in a revision."""
        late = self._create_members(self.network, [self._create_partner("Taller D")])
        plan.action_revise()
        plan.action_load_members()
        return late

    def test_limits_of_who_joined_are_written_in_the_revision(self):
        plan = self._run_plan(basis="equal")
        self._sell([10, 10, 10])
        late = self._join(plan)
        quota = self._quota(plan, late)
        self.assertEqual((len(plan.quota_ids), quota.units), (4, 0))
        quota.cap = 5
        plan.action_load_members()
        plan.minute_reference = "Acta 8"
        plan.action_apply_revision()
        self.assertEqual(quota.units, 5)
        self.assertEqual(sum(self._units(plan)), 95)

    def test_who_is_only_listed_has_no_quota_yet_and_is_forgotten(self):
        plan = self._run_plan()
        late = self._join(plan)
        order = self._order(quantity=2)
        self.env["business.network.allocation"].create(
            {"sale_line_id": order.order_line.id, "member_id": late.id, "quantity": 2}
        )
        with self.assertRaisesRegex(UserError, "Taller D has no quota of Chompa"):
            self._confirm(order)
        plan.action_discard_revision()
        self.assertFalse(self._quota(plan, late))
        self.assertEqual(self._units(plan), [40, 35, 25])

    def test_who_left_stays_until_the_revision_is_applied(self):
        plan = self._run_plan()
        self.member_c.write({"date_from": "2026-07-01"})
        self._join(plan)
        self.assertEqual(self._quota(plan, self.member_c).units, 25)
        plan.action_discard_revision()
        self.assertEqual(self._units(plan), [40, 35, 25])

    def test_a_network_that_joins_sells_freely_until_the_revision_is_applied(self):
        union, _networks, _others = self._union()
        plan = self._run_plan(network_id=union.id, basis="equal", sub_basis="equal", volume=20)
        third = self._create_network(
            "Red Z", self.operating_form, leader_id=self._create_partner("Líder Z").id
        )
        inner = self._create_members(third, [self._create_partner("Taller Z")])
        self.env["business.network.member"].create(
            {"network_id": union.id, "sub_network_id": third.id, "date_from": "2026-01-01"}
        )
        plan.action_revise()
        plan.action_load_members()
        quota = self._quota(plan, inner)
        self.assertEqual(quota.parent_id.member_id.sub_network_id, third)
        quota.cap = 2
        network, members = self.network, self.members
        self.network, self.members = third, inner
        self._sell([3])
        self.network, self.members = network, members
        plan.minute_reference = "Acta 8"
        with (
            self.assertRaisesRegex(UserError, "Taller Z has 2 Units left"),
            self.env.cr.savepoint(),
        ):
            plan.action_apply_revision()
        quota.cap = 3
        plan.action_apply_revision()
        self.assertEqual((quota.units, quota.remaining_units), (3, 0))

    def test_only_a_draft_or_a_revision_lists_members(self):
        with self.assertRaisesRegex(UserError, "this needs “Draft”"):
            self._run_plan().action_load_members()
