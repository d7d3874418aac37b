"""Redeployment: what is not used is offered to who used theirs, then to the network; once."""

from unittest.mock import patch

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError

from tests.quotas.test_quota_transfer import TransferCase

MANAGER = "red_empresarial.group_network_manager"


class TestQuotaRedeployment(TransferCase):
    def _moves(self, plan, *states):
        """``[(giver, receiver, units)]`` of the plan's transfers, in the order of their numbers."""
        transfers = plan.transfer_ids.sorted("id")
        if states:
            transfers = transfers.filtered(lambda transfer: transfer.state in states)
        return [(t.giver_id.display_name, t.receiver_id.display_name, t.units) for t in transfers]

    def _cron(self, day):
        with (
            freeze_time(day if " " in day else f"{day} 12:00:00"),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args: 1),
        ):
            self.env["business.network.quota.plan"]._cron_redeploy()

    def test_unused_units_are_offered_to_who_used_theirs(self):
        plan = self._run_plan(redeploy_on="2026-04-01")
        self._sell([40, 10, 5])
        self._cron("2026-03-31")
        self.assertFalse(plan.transfer_ids, "not before its day")
        for day in ("2026-04-01", "2026-04-01", "2026-04-02"):
            self._cron(day)
            name = self.member_a.display_name
            self.assertEqual(
                self._moves(plan), [("Taller B", name, 25), ("Taller C", name, 20)], day
            )
        self.assertEqual(set(plan.transfer_ids.mapped("state")), {"proposed"}, "people decide")
        self.assertTrue(all(plan.transfer_ids.mapped("is_automatic")))
        self.assertEqual(self._units(plan, field="transferred_out"), [0, 0, 0])

    def test_the_cron_speaks_and_dates_as_the_responsible_does(self):
        self.env["res.lang"]._activate_lang("es_PE")
        self.company.partner_id.tz = "America/Lima"
        plan = self._run_plan(redeploy_on="2026-04-01")
        user = plan.user_id = self._create_user("gestora", MANAGER)
        user.write({"lang": "es_PE", "tz": "America/Lima"})
        self._sell([40, 10, 5])
        self._cron("2026-04-01 04:00:00")
        self.assertFalse(plan.transfer_ids, "the last of March in Lima")
        self._cron("2026-04-02 04:00:00")
        self.assertEqual(set(plan.transfer_ids.mapped("reason")), {"No usado al 01/04/2026"})
        self.assertIn("Transferencias propuestas", plan.activity_ids.note)

    def test_a_plan_that_cannot_stops_no_other(self):
        first = self._run_plan(redeploy_on="2026-04-01")
        self.product = self.env["product.product"].create({"name": "Gorro", "type": "service"})
        second = self._run_plan(redeploy_on="2026-04-01")
        self._sell([40, 10, 5])
        plans = type(first)
        redeploy = plans._redeploy

        def fail_first(plan):
            if plan == first:
                raise UserError("Falta algo")
            return redeploy(plan)

        with patch.object(plans, "_redeploy", fail_first):
            self._cron("2026-04-01 12:00:00")
        self.assertEqual(len(second.transfer_ids), 2)
        self.assertIn("Falta algo", first.message_ids[0].body)

    def test_one_activity_for_the_responsible(self):
        plan = self._run_plan(redeploy_on="2026-04-01")
        user = plan.user_id = self._create_user("gestora", MANAGER)
        self._sell([40, 10, 5])
        for day in ("2026-04-01", "2026-04-02"):
            self._cron(day)
            activity = plan.activity_ids
            self.assertEqual((len(activity), activity.user_id), (1, user), day)
            self.assertIn("2", activity.note)

    def test_not_after_its_end_nor_when_it_does_not_run(self):
        plan = self._run_plan(redeploy_on="2026-04-01")
        self._sell([40, 10, 5])
        self._cron("2026-07-01")
        plan.action_close()
        self._cron("2026-05-01")
        self.assertFalse(plan.transfer_ids)
        with self.assertRaisesRegex(UserError, "this needs “Running”"):
            plan.action_redeploy()

    def test_what_was_carried_out_is_not_offered_on(self):
        plan = self._run_plan()
        self._sell([40, 10, 25])
        plan.action_redeploy()
        self.assertEqual(
            self._moves(plan),
            [("Taller B", self.member_a.display_name, 15), ("Taller B", "Taller C", 10)],
        )
        self._carry_out(plan.transfer_ids)
        plan.action_redeploy()
        self.assertEqual(len(plan.transfer_ids), 2, "neither on nor back")
        self._assert_balanced(plan)

    def test_who_refused_is_not_asked_again_and_others_are(self):
        plan = self._run_plan()
        self._sell([40, 25, 25])
        plan.action_redeploy()
        to_a, to_c = plan.transfer_ids.sorted("units", reverse=True)
        self.assertEqual((to_a.units, to_c.units), (6, 4))
        to_a.action_refuse()
        plan.action_redeploy()
        self.assertEqual(
            self._moves(plan, "proposed"),
            [("Taller B", "Taller C", 4), ("Taller B", "Taller C", 6)],
        )
        plan.transfer_ids.filtered(lambda t: t.state == "proposed").action_refuse()
        plan.action_redeploy()
        self.assertFalse(self._moves(plan, "proposed"), "everybody was asked")

    def test_what_became_too_much_is_offered_again_as_it_is_left(self):
        plan = self._run_plan()
        self._sell([40, 10, 25])
        plan.action_redeploy()
        name = self.member_a.display_name
        self.assertEqual(self._moves(plan), [("Taller B", name, 15), ("Taller B", "Taller C", 10)])
        agreed = plan.transfer_ids.filtered(lambda t: t.units == 15)
        agreed.consent_reference = "Acta 3"
        agreed.action_consent_giver()
        self._sell([0, 20, 0])
        for number in ("once", "twice"):
            plan.action_redeploy()
            self.assertEqual(self._moves(plan, "proposed"), [("Taller B", name, 15)], number)
        agreed.action_consent_receiver()
        with self.assertRaisesRegex(UserError, "Propose less"):
            agreed.action_carry_out()
        agreed.action_cancel()
        plan.action_redeploy()
        self.assertEqual(
            self._moves(plan, "proposed"),
            [("Taller B", name, 3), ("Taller B", "Taller C", 2)],
        )

    def test_a_cap_leaves_room_for_no_more(self):
        plan = self._run_plan(limits={self.member_a: {"cap": 40}, self.member_c: {"cap": 28}})
        self.assertEqual(self._units(plan), [40, 35, 25])
        self._sell([40, 10, 25])
        plan.action_redeploy()
        self.assertEqual(self._moves(plan), [("Taller B", "Taller C", 3)])

    def test_who_is_left_out_or_gave_away_takes_nothing(self):
        plan = self._run_plan(limits={self.member_a: {"excluded": True, "floor": 10}})
        self._sell([10, 5, 5])
        plan.action_redeploy()
        self.assertFalse(plan.transfer_ids, "nobody with a weight used theirs")

    def test_whole_packages_alone_are_offered(self):
        plan = self._run_plan(unit_size=10)
        self.assertEqual(self._units(plan), [4, 4, 2])
        self._sell([40, 21, 20])
        plan.action_redeploy()
        self.assertEqual(sum(plan.transfer_ids.mapped("units")), 1)

    def test_a_day_outside_the_period(self):
        with self.assertRaisesRegex(ValidationError, "which is not in its period"):
            self._create_plan(redeploy_on="2026-07-01")

    def test_the_button_opens_what_waits(self):
        plan = self._run_plan()
        self._sell([40, 10, 5])
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        action = plan.with_user(manager).action_redeploy()
        found = self.env[action["res_model"]].with_user(manager).search(action["domain"])
        self.assertEqual(len(found), 2)
        self.assertEqual(plan.open_transfer_count, 2)

    # -- two tiers -----------------------------------------------------------------------------

    def _sell_within(self, network, members, quantities):
        own = self.network, self.members
        self.network, self.members = network, members
        order = self._sell(quantities)
        self.network, self.members = own
        return order

    def test_siblings_first_then_the_network_then_other_networks(self):
        union, (abc, xy), others = self._union()
        plan = self._run_plan(network_id=union.id, sub_basis="equal", volume=20)
        name = self.member_a.display_name
        self.assertEqual(self._units(plan, [abc, xy]), [12, 8])
        self._sell_within(others.network_id, others, [4, 4])
        plan.action_redeploy()
        self.assertEqual(
            self._moves(plan),
            [(name, "Red ABC", 4), ("Taller B", "Red ABC", 4), ("Taller C", "Red ABC", 4)],
            "nobody in Red ABC used theirs, so it goes back",
        )
        first, second, _third = plan.transfer_ids.sorted("id")
        self._carry_out(first | second)
        plan.action_redeploy()
        self.assertEqual(
            self._moves(plan, "proposed"),
            [("Taller C", "Red ABC", 4), ("Red ABC", "Red XY", 8)],
            "what the network got back is offered to the other, whose members used theirs",
        )
        self._carry_out(plan.transfer_ids.filtered(lambda t: t.receiver_id == xy))
        plan.action_redeploy()
        offered = self._moves(plan, "proposed")[1:]
        self.assertEqual([(giver, units) for giver, _to, units in offered], [("Red XY", 4)] * 2)
        plan.action_redeploy()
        self.assertEqual(self._moves(plan, "proposed")[1:], offered, "twice proposes nothing new")
        self._carry_out(plan.transfer_ids.filtered(lambda t: t.giver_id == xy))
        self.assertEqual(self._units(plan, others, "remaining_units"), [4, 4])
        self._sell_within(others.network_id, others, [4, 4])
        self._assert_balanced(plan)

    def test_a_sibling_that_used_its_own_comes_before_the_network(self):
        union, (abc, _xy), _others = self._union()
        plan = self._run_plan(network_id=union.id, sub_basis="equal", volume=20)
        self._sell_within(self.network, self.members, [4, 1, 4])
        plan.action_redeploy()
        self.assertEqual(
            [move for move in self._moves(plan) if move[1] != "Red XY"],
            [("Taller B", self.member_a.display_name, 2), ("Taller B", "Taller C", 1)],
        )
        self.assertEqual(self._quota(plan, abc).pool_units, 0)
