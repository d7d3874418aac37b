"""Redeployment leaves workshops what draft parts of confirmed upper orders wait for."""

from odoo import Command
from odoo.exceptions import UserError

from tests.sale_tiers_case import SaleTiersCase


class TestQuotaWaiting(SaleTiersCase):
    def _run_plan(self, **vals):
        plan = self.env["business.network.quota.plan"].create(
            {
                "network_id": self.union.id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
                "volume": 200,
                "sub_basis": "agreement",
                "agreed_on": "2026-01-10",
                "minute_reference": "Acta 7",
                **vals,
            }
        )
        plan.action_propose()
        plan.action_agree()
        plan.action_run()
        return plan

    def _offered(self, plan):
        """Units that each member of Red Norte, and Red ABC in all, is asked to give back."""
        plan.action_redeploy()
        waiting = plan.transfer_ids.filtered(lambda t: t.state == "proposed")
        units = {
            member: sum(waiting.filtered(lambda t, m=member: t.giver_id == m).mapped("units"))
            for member in self.north_members
        }
        own = waiting.filtered(lambda t: t.giver_id in self.members)
        return [*units.values(), sum(own.mapped("units"))]

    def test_what_draft_parts_wait_for_is_not_offered(self):
        plan = self._run_plan()
        order = self._sell([60, 40])
        north = self._part(order, self.north)
        self.assertEqual((north.state, self._quantities(north)), ("draft", [20, 12, 8]))
        self.assertEqual(self._offered(plan), [20, 12, 8, 60], "the other halves alone")
        north.action_confirm()
        before = plan.transfer_ids
        self.assertEqual(self._offered(plan), [20, 12, 8, 60], "and no more once confirmed")
        self.assertEqual(plan.transfer_ids, before)

    def test_of_all_that_is_sold_above_nothing_is_offered(self):
        plan = self._run_plan()
        order = self._sell([120, 80])
        self.assertEqual(self._offered(plan), [0, 0, 0, 0])
        self._part(order, self.north).action_confirm()
        self.assertFalse(plan.transfer_ids)

    def test_what_no_member_of_a_part_has_yet_stays_in_its_network(self):
        plan = self._run_plan()
        order = self._sell([60, 40])
        self._part(order, self.north).order_line.allocation_ids.unlink()
        north, own = self._offered(plan)[:3], self._offered(plan)[3]
        self.assertEqual((sum(north), own), (40, 60))

    def test_a_part_of_an_upper_order_that_is_not_confirmed_waits_for_nothing(self):
        plan = self._run_plan()
        order = self._sell([60, 40])
        self.assertEqual(self._offered(plan), [20, 12, 8, 60])
        plan.transfer_ids.action_cancel()
        order._action_cancel()
        self.assertEqual(self._offered(plan), [40, 24, 16, 120])

    def test_what_was_offered_before_it_was_sold_above_is_offered_no_more(self):
        plan = self._run_plan()
        self.assertEqual(self._offered(plan), [40, 24, 16, 120])
        self._sell([60, 40])
        self.assertEqual(self._offered(plan), [20, 12, 8, 60])

    def test_income_waits_in_money(self):
        plan = self._run_plan(kind="amount", volume=2000)
        self._sell([60, 40])
        self.assertEqual(self._offered(plan), [20000, 12000, 8000, 60000])

    def test_nothing_is_offered_while_the_plan_is_in_revision(self):
        plan = self._run_plan(redeploy_on="2026-04-01")
        plan.action_revise()
        with self.assertRaisesRegex(UserError, "is in revision"):
            plan.action_redeploy()

    def test_canceling_the_upper_order_empties_both_levels(self):
        plan = self._run_plan()
        order = self._sell([60, 40])
        parts = self._part(order, self.north) | self._part(order, self.network)
        parts.action_confirm()
        levels = [plan.quota_ids.filtered(lambda q, n=n: q.level == n) for n in (1, 2)]
        consumed = [sum(level.mapped("consumed_units")) for level in levels]
        self.assertEqual(consumed, [100, 100])
        order._action_cancel()
        self.assertEqual(set(parts.mapped("state")), {"cancel"})
        for number, level in enumerate(levels, start=1):
            self.assertEqual(set(level.mapped("consumed_quantity")), {0}, f"level {number}")
            self.assertFalse(level.consumption_ids)

    def test_drafts_that_others_may_not_see_count(self):
        plan = self._run_plan()
        self._sell([60, 40])
        coordinator = self.env["res.users"].create(
            {
                "name": "coordinadora",
                "login": "coordinadora",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [
                    Command.link(self.env.ref("red_empresarial.group_network_coordinator").id)
                ],
            }
        )
        self.assertEqual(self._offered(plan.with_user(coordinator)), [20, 12, 8, 60])
