"""What is not delivered goes to others, where the plan says so; who receives it decides."""

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError

from tests.quotas.test_quota_transfer import MANAGER, TransferCase


class OfferCase(TransferCase):
    def _moves(self, plan, state="proposed"):
        transfers = plan.transfer_ids.filtered(lambda t: t.state == state).sorted("id")
        return [(t.giver_id.display_name, t.receiver_id.display_name, t.units) for t in transfers]

    def _close_short(self, order, place, delivered):
        allocation = order.order_line.allocation_ids[place]
        allocation.delivered_quantity = delivered
        allocation.action_close_short()
        return allocation


class TestShortfallOffer(OfferCase):
    def set_up_once(self):
        super().set_up_once()
        self.plan = self._run_plan(shortfall_offered=True)
        self.order = self._sell([40, 35, 10])

    def _left(self):
        return self._units(self.plan, field="remaining_units")

    def test_what_came_short_is_offered_to_who_used_its_quota(self):
        allocation = self._close_short(self.order, 1, 20)
        self.assertEqual(self._moves(self.plan), [("Taller B", self.member_a.display_name, 15)])
        transfer = self.plan.transfer_ids
        self.assertTrue(transfer.is_automatic and transfer.agreed_in_plan)
        self.assertIn(self.order.name, transfer.reason)
        self.assertEqual(self._left(), [0, 15, 15], "nothing moved before who receives it agrees")
        allocation._offer_short()
        self.plan.action_redeploy()
        short = self.plan.transfer_ids.filtered("agreed_in_plan")
        self.assertEqual(short, transfer, "twice offers it once")

    def test_who_receives_it_decides_alone(self):
        self._close_short(self.order, 1, 20)
        transfer = self.plan.transfer_ids
        transfer.action_consent_giver()
        self.assertEqual((transfer.state, transfer.giver_user_id.id), ("proposed", False))
        transfer.action_consent_receiver()
        transfer.action_carry_out()
        self.assertEqual(self._left(), [15, 0, 15])
        self._sell([15, 0, 0])
        self._assert_balanced(self.plan)

    def test_who_did_not_deliver_sells_it_no_more_while_it_is_offered(self):
        self._close_short(self.order, 1, 20)
        transfer = self.plan.transfer_ids
        with self.assertRaisesRegex(
            UserError,
            f"Taller B did not deliver what .* {transfer.name}, so it has 0 Units to sell",
        ):
            self._sell([0, 1, 0])
        later = self._sell([0, 0, 9], confirm=False)
        later.share_out("quota")
        shares = {a.member_id: a.quantity for a in later.order_line.allocation_ids}
        self.assertEqual(shares, {self.member_c: 9})
        giver, receiver = (self._quota(self.plan, m) for m in (self.member_b, self.member_c))
        with self.assertRaisesRegex(UserError, "Taller B has 0 units"):
            self._transfer(giver, receiver, 1)

    def test_refused_it_is_its_own_again(self):
        self._close_short(self.order, 1, 20)
        self.plan.transfer_ids.action_refuse()
        self.plan.action_redeploy()
        givers = [giver for giver, _receiver, _units in self._moves(self.plan)]
        self.assertEqual(givers, ["Taller C"], "who refused is not asked again for Taller B's")
        self._sell([0, 15, 0])
        self.assertEqual(self._left(), [0, 0, 15])

    def test_what_nobody_could_take_is_offered_once_somebody_can(self):
        other = self._sell([0, 0, 5])
        allocation = self._close_short(self.order, 0, 30)
        self.plan.transfer_ids.action_refuse()
        self.assertEqual(allocation.short_quantity, 10)
        self._sell([0, 0, 10])
        self.plan.action_redeploy()
        short = self.plan.transfer_ids.filtered("agreed_in_plan")
        self.assertEqual(
            self._moves(self.plan), [(self.member_a.display_name, "Taller C", 10)], other.name
        )
        self.assertEqual(short.filtered(lambda t: t.state == "proposed").units, 10)

    def test_undoing_takes_back_the_offer_and_misses_what_others_took(self):
        allocation = self._close_short(self.order, 1, 20)
        transfer = self.plan.transfer_ids
        allocation.action_undo_close_short()
        allocation.action_undo_close_short()
        self.assertEqual((transfer.state, self._left()), ("cancel", [0, 0, 15]))
        allocation.action_close_short()
        offered = self.plan.transfer_ids - transfer
        offered.action_consent_receiver()
        offered.action_carry_out()
        with self.assertRaisesRegex(UserError, "Taller B has 0 Units left .* 15 more"):
            allocation.action_undo_close_short()

    def test_whole_packages_alone(self):
        plan = self._run_plan(
            shortfall_offered=True, unit_size=10, date_from="2026-07-01", date_to="2026-12-31"
        )
        order = self._sell([40, 40, 0], date="2026-07-10 12:00:00")
        self._close_short(order, 1, 15)
        self.assertEqual([move[2] for move in self._moves(plan)], [2])

    def test_where_the_plan_does_not_say_so_nothing_is_offered(self):
        self.plan.action_revise()
        self.plan.shortfall_offered = False
        self.plan.minute_reference = "Acta 8"
        self.plan.action_apply_revision()
        self._close_short(self.order, 1, 20)
        self.assertFalse(self.plan.transfer_ids)
        self._sell([0, 15, 0])

    def test_closing_what_is_overdue_offers_it(self):
        self.order.order_line.allocation_ids[0].delivered_quantity = 40
        self.order.order_line.allocation_ids[2].delivered_quantity = 10
        self.order.commitment_date = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        self.plan.action_close_overdue()
        self.assertEqual(self._moves(self.plan), [("Taller B", self.member_a.display_name, 35)])


class TestShortfallOfferTiers(OfferCase):
    def set_up_once(self):
        super().set_up_once()
        self.union, (self.abc, self.xy), self.others = self._union()
        self.plan = self._run_plan(
            network_id=self.union.id, sub_basis="equal", volume=20, shortfall_offered=True
        )

    def test_siblings_first_then_the_pool_of_the_network_then_the_other_network(self):
        order = self._sell([4, 2, 0])
        self._close_short(order, 0, 0)
        name = self.member_a.display_name
        self.assertEqual(self._moves(self.plan), [(name, "Red ABC", 4)], "nobody used theirs")
        transfer = self.plan.transfer_ids
        stranger = self._create_user("ajena", MANAGER)
        self.others.network_id.manager_id = stranger
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        transfer.with_user(manager).action_consent_receiver()
        transfer.with_user(manager).action_carry_out()
        quota = self._quota(self.plan, self.abc)
        self.assertEqual((quota.pool_units, self._left(self.members)), (4, [0, 2, 4]))
        with freeze_time("2026-03-11"):
            self._sell_of_others([4, 4])
            self.plan.action_redeploy()
        moves = self._moves(self.plan)
        self.assertIn(("Red ABC", "Red XY", 4), moves, "and on to the parent network")
        self._assert_balanced(self.plan)

    def test_a_sibling_that_used_its_own_is_asked_before(self):
        order = self._sell([4, 4, 0])
        self._close_short(order, 0, 1)
        name = self.member_a.display_name
        self.assertEqual(self._moves(self.plan), [(name, "Taller B", 3)])

    def _left(self, members):
        return self._units(self.plan, members, "remaining_units")

    def _sell_of_others(self, quantities):
        own = self.network, self.members
        self.network, self.members = self.others.network_id, self.others
        self._sell(quantities)
        self.network, self.members = own
