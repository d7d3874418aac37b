"""Sharing out orders on each basis, by lots and by hand, and again when a member drops out."""

import re

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from tests.allocation_case import AllocationCase


class ShareOutCase(AllocationCase):
    def set_up_once(self):
        super().set_up_once()
        self.order = self._order()
        self.line = self.order.order_line

    def _quantities(self, line=None):
        held = {a.member_id: a.quantity for a in (line or self.line).allocation_ids}
        return [held.get(member, 0) for member in self.members]

    def _allocation(self, member, line=None):
        return (line or self.line).allocation_ids.filtered(lambda a: a.member_id == member)

    def _wizard(self, lines=None, **vals):
        action = (lines or self.order).action_open_share_out()
        return self.env["business.network.share.out"].with_context(**action["context"]).create(vals)

    def _refused(self, *names, error=UserError):
        return self.assertRaisesRegex(
            error, "(?s)" + "".join(f"(?=.*{re.escape(name)})" for name in names)
        )


class TestBases(ShareOutCase):
    def test_agreement(self):
        self.order.share_out("agreement")
        self.assertEqual(self._quantities(), [40, 35, 25])

    def test_equal_parts_are_whole_units(self):
        self.assertEqual(
            [row["quantity"] for row in self.order.share_out("equal")], self._quantities()
        )
        self.assertEqual(self._quantities(), [34, 33, 33])

    def test_sharing_out_twice_changes_nothing(self):
        self.order.share_out("equal")
        allocations = self.line.allocation_ids
        self.order.share_out("equal")
        self.assertEqual(self.line.allocation_ids, allocations)
        self.assertEqual(self._quantities(), [34, 33, 33])

    def test_decimals_are_shared_to_the_rounding(self):
        self.line.product_uom_qty = 10.01
        self.order.share_out("equal")
        self.assertEqual(self._quantities(), [3.34, 3.34, 3.33])

    def test_one_click_shares_decimals_too(self):
        self.line.product_uom_qty = 10.5
        self.order.action_allocate_by_weights()
        self.assertEqual(sum(self._quantities()), 10.5)

    def test_capacity_is_weight_and_cap(self):
        for member, capacity in zip(self.members, (60, 30, 0), strict=True):
            member.capacity = capacity
        self.order.share_out("capacity")
        self.assertEqual(self._quantities(), [60, 30, 0])
        self.assertEqual(self.line._get_allocated_quantity(), 90)

    def test_capacity_converts_to_the_unit_of_the_line(self):
        self.member_a.write({"capacity": 5, "capacity_uom_id": self.dozens.id})
        self.member_b.write({"capacity": 60, "capacity_uom_id": self.units.id})
        self.order.share_out("capacity")
        self.assertEqual(self._quantities(), [50, 50, 0])

    def test_capacity_is_one_for_all_lines_of_the_order(self):
        order = self._order(lines=2)
        self.members.write({"capacity": 50})
        order.share_out("capacity")
        totals = [
            sum(self._allocation(member, order.order_line).mapped("quantity"))
            for member in self.members
        ]
        self.assertEqual(totals, [50, 50, 50])

    def test_a_capacity_that_does_not_convert_is_refused(self):
        kilometre = self.env.ref("uom.product_uom_km")
        self.member_b.write({"capacity": 60, "capacity_uom_id": kilometre.id})
        with self._refused("Taller B", kilometre.name, "Chompa"):
            self.order.share_out("capacity")
        self.assertFalse(self.line.allocation_ids)

    def test_no_capacity_at_all_is_refused(self):
        with self._refused(self.network.name, self.order.name):
            self.order.share_out("capacity")

    def test_lots_show_what_makes_none(self):
        self.order.share_out("equal", lot_size=12)
        self.assertEqual(self._quantities(), [36, 36, 24])
        self.assertEqual(self.line._get_allocated_quantity(), 96)

    def test_a_lot_is_in_the_unit_of_the_product(self):
        self.line.write({"product_uom_qty": 10, "product_uom_id": self.dozens.id})
        self.order.share_out("agreement", lot_size=24)
        self.assertEqual(self._quantities(), [4, 4, 2])

    def test_quota_is_hidden_without_quotas(self):
        bases = dict(self.env["business.network.share.out"]._selection_basis())
        self.assertNotIn("quota", bases)
        self.assertEqual(self.line._get_share_out_quota(), {})

    def test_an_unknown_basis_is_refused(self):
        with self._refused("luck"):
            self.order.share_out("luck")

    def test_members_that_left_take_no_part(self):
        self.order.date_order = "2026-06-01"
        self.member_c.date_to = "2026-05-31"
        self.order.share_out("equal")
        self.assertEqual(self._quantities(), [50, 50, 0])


class TestKept(ShareOutCase):
    def test_locked_allocations_stay(self):
        self._allocate(self.line, (0, 0, 70))
        self._allocation(self.member_c).action_lock()
        self.order.share_out("equal")
        self.assertEqual(self._quantities(), [15, 15, 70])

    def test_what_was_delivered_is_the_least(self):
        self.order.share_out("agreement")
        self.order.action_confirm()
        self._allocation(self.member_a).delivered_quantity = 40
        for member, capacity in zip(self.members, (10, 30, 70), strict=True):
            member.capacity = capacity
        self.order.share_out("capacity")
        self.assertEqual(self._quantities(), [40, 18, 42])

    def test_more_delivered_than_there_is_to_share(self):
        self.order.share_out("agreement")
        self._allocation(self.member_a).delivered_quantity = 40
        with self._refused("Chompa", self.order.name):
            self.order.share_out("agreement", lot_size=110)
        self.assertEqual(self._quantities(), [40, 35, 25])

    def test_an_accepted_quantity_that_is_raised_is_asked_again(self):
        self._allocate(self.line, (50, 50, 0))
        self.line.allocation_ids.action_accept()
        self.order.share_out("agreement")
        self.assertEqual(self._allocation(self.member_a).state, "accepted")
        self._allocation(self.member_a).quantity = 41
        self.assertEqual(self._allocation(self.member_a).state, "proposed")


class TestWizard(ShareOutCase):
    def test_preview_writes_nothing_until_applied(self):
        wizard = self._wizard(basis="equal", lot_size=12)
        self.assertEqual(wizard.line_ids.mapped("quantity"), [36, 36, 24])
        self.assertEqual(wizard.total_ids.mapped("difference"), [4])
        self.assertFalse(self.line.allocation_ids)
        wizard.action_apply()
        self.assertEqual(self._quantities(), [36, 36, 24])

    def test_on_the_screen(self):
        context = self.order.action_open_share_out()["context"]
        with Form(self.env["business.network.share.out"].with_context(**context)) as form:
            shares = [share["quantity"] for share in form.line_ids._records]
            self.assertEqual(shares, [40, 35, 25])
            form.basis = "equal"
            self.assertEqual([s["quantity"] for s in form.line_ids._records], [34, 33, 33])
            with form.total_ids.edit(0) as total:
                total.lot_size = 12
            self.assertEqual([s["quantity"] for s in form.line_ids._records], [36, 36, 24])
            self.assertEqual(form.total_ids._records[0]["difference"], 4)
            form.basis = "manual"
            with form.line_ids.edit(2) as share:
                share.quantity = 20
            self.assertEqual(form.total_ids._records[0]["allocated_quantity"], 92)
        form.record.action_apply()
        self.assertEqual(self._quantities(), [36, 36, 20])

    def test_changing_the_basis_changes_the_preview(self):
        wizard = self._wizard()
        self.assertEqual(wizard.line_ids.mapped("quantity"), [40, 35, 25])
        wizard.basis = "equal"
        self.assertEqual(wizard.line_ids.mapped("quantity"), [34, 33, 33])
        wizard.write({"total_ids": [Command.update(wizard.total_ids.id, {"lot_size": 50})]})
        self.assertEqual(wizard.line_ids.mapped("quantity"), [50, 50, 0])

    def test_by_hand_with_live_totals(self):
        wizard = self._wizard()
        wizard.basis = "manual"
        self.assertEqual(wizard.line_ids.mapped("quantity"), [40, 35, 25])
        wizard.line_ids[2].quantity = 15
        self.assertEqual(wizard.total_ids.allocated_quantity, 90)
        self.assertEqual(wizard.total_ids.difference, 10)
        wizard.action_apply()
        self.assertEqual(self._quantities(), [40, 35, 15])

    def test_by_hand_through_rpc_starts_from_what_is_allocated(self):
        self._allocate(self.line, (10, 0, 0))
        wizard = self._wizard(basis="manual")
        self.assertEqual(wizard.line_ids.mapped("quantity"), [10, 0, 0])

    def test_by_hand_more_than_ordered_is_refused(self):
        wizard = self._wizard()
        wizard.basis = "manual"
        wizard.line_ids[0].quantity = 41
        with self._refused("101", "Chompa", self.order.name):
            wizard.action_apply()
        self.assertFalse(self.line.allocation_ids)

    def test_by_hand_less_than_delivered_is_refused(self):
        self.order.share_out()
        self._allocation(self.member_b).delivered_quantity = 20
        wizard = self._wizard(basis="manual")
        wizard.line_ids[1].quantity = 19
        self.assertTrue(wizard.line_ids[1].is_short)
        with self._refused("Taller B", "20", "Chompa"):
            wizard.action_apply()
        wizard.line_ids[1].quantity = -1
        with self._refused("Taller B"):
            wizard.action_apply()

    def test_one_line_of_many(self):
        order = self._order(lines=2)
        self._wizard(order.order_line[0], basis="equal").action_apply()
        self.assertEqual(self._quantities(order.order_line[0]), [34, 33, 33])
        self.assertFalse(order.order_line[1].allocation_ids)

    def test_why_there_is_no_preview_is_shown(self):
        wizard = self._wizard(basis="capacity")
        self.assertIn(self.network.name, wizard.warning)
        with self._refused(self.network.name):
            wizard.action_apply()

    def test_nothing_to_share_is_refused(self):
        wizard = self._wizard(basis="manual")
        with self._refused(self.order.name):
            wizard.action_apply()

    def test_a_purchase_is_shared_out_alike(self):
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.supplier.id,
                "network_id": self.network.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_qty": 10, "price_unit": 3}
                    )
                ],
            }
        )
        self._wizard(order, basis="equal").action_apply()
        self.assertEqual(self._quantities(order.order_line), [4, 3, 3])


class TestReshare(ShareOutCase):
    def set_up_once(self):
        super().set_up_once()
        self.order.share_out()
        self.order.action_confirm()
        self.a, self.b, self.c = (self._allocation(member) for member in self.members)

    def test_the_rest_goes_to_the_others_and_what_was_delivered_stays(self):
        self.a.delivered_quantity = 10
        self.assertEqual(self.a.reshare("equal"), {"moved": 30, "leftover": 0})
        self.assertEqual(self._quantities(), [10, 50, 40])
        self.assertEqual(self.a.delivered_quantity, 10)
        self.assertIn("Taller B", self.order.message_ids[0].body)

    def test_by_the_weights_of_the_others(self):
        self.c.reshare("agreement")
        self.assertEqual(self._quantities(), [53, 47, 0])

    def test_within_the_capacity_of_the_others(self):
        self.member_a.capacity = self.member_b.capacity = 50
        self.assertEqual(self.c.reshare("capacity"), {"moved": 25, "leftover": 0})
        self.member_a.capacity = 51
        self.a.reshare("equal")
        self.assertEqual(sum(self._quantities()), 100)

    def test_what_no_capacity_takes_stays_released(self):
        self.member_a.capacity = 45
        self.assertEqual(self.c.reshare("capacity"), {"moved": 5, "leftover": 20})
        self.assertEqual(self._quantities(), [45, 35, 0])
        self.assertEqual(self.c.released_quantity, 20)
        self.assertEqual(self.c.reshare("equal"), {"moved": 20, "leftover": 0})
        self.assertEqual(self._quantities(), [55, 45, 0])

    def test_nothing_left_is_refused(self):
        self.a.action_deliver_all()
        with self._refused(self.a.member_id.display_name, "Chompa", self.order.name):
            self.a.reshare()

    def test_nobody_else_is_refused_and_nothing_written(self):
        (self.b | self.c).action_lock()
        with self._refused("Chompa", self.order.name):
            self.a.reshare("equal")
        self.assertEqual(self._quantities(), [40, 35, 25])

    def test_wizard_previews_and_moves(self):
        action = self.a.action_open_reshare()
        wizard = (
            self.env["business.network.reshare"]
            .with_context(**action["context"])
            .create({"basis": "equal"})
        )
        self.assertIn("Taller B: +20", wizard.preview)
        wizard.action_reshare()
        self.assertEqual(self._quantities(), [0, 55, 45])


class TestDecisions(ShareOutCase):
    def set_up_once(self):
        super().set_up_once()
        self.order.share_out()
        self.order.action_confirm()
        self.a, self.b, self.c = (self._allocation(member) for member in self.members)

    def test_accept_says_who_and_when(self):
        (self.a | self.b).action_accept()
        self.assertEqual(self.a.state, "accepted")
        self.assertEqual(self.a.decided_by_id, self.env.user)
        self.assertTrue(self.a.decided_on)
        self.assertIn("Taller B", self.order.message_ids[0].body)
        messages = len(self.order.message_ids)
        self.a.action_accept()
        self.assertEqual(len(self.order.message_ids), messages)

    def test_declining_releases_the_quantity_and_warns(self):
        action = self.b.action_open_decline()
        self.env["business.network.allocation.decline"].with_context(**action["context"]).create(
            {"reason": "Máquinas en reparación"}
        ).action_decline()
        self.assertEqual((self.b.state, self.b.quantity), ("declined", 0))
        self.assertEqual(self.b.released_quantity, 35)
        self.assertEqual(self.order.released_count, 1)
        self.assertIn("Máquinas en reparación", self.order.message_ids[0].body)
        self.b.reshare("equal")
        self.assertEqual(self._quantities(), [58, 0, 42])
        self.assertEqual(self.order.released_count, 0)

    def test_a_reason_is_required(self):
        for reason in ("", "  ", None):
            with self._refused("Taller B", "Chompa", error=ValidationError), self.cr.savepoint():
                self.b.decline(reason)
        self.assertEqual((self.b.state, self.b.quantity), ("proposed", 35))

    def test_a_declined_allocation_cannot_be_delivered(self):
        self.b.decline("Sin tela")
        with self._refused("Taller B", "Chompa", error=ValidationError), self.cr.savepoint():
            self.b.delivered_quantity = 1
        with self._refused("Taller B", error=ValidationError), self.cr.savepoint():
            self.b.quantity = 5
        self.order.action_deliver_allocations()
        self.assertEqual(self.order.order_line.qty_delivered, 65)

    def test_what_was_delivered_cannot_be_declined(self):
        self.b.delivered_quantity = 1
        with self._refused("Taller B", "Chompa"):
            self.b.decline("Sin tela")

    def test_a_locked_allocation_cannot_be_declined(self):
        self.b.action_lock()
        with self._refused("Taller B", "Chompa"):
            self.b.decline("Sin tela")

    def test_declined_is_proposed_again_before_it_is_accepted(self):
        self.b.decline("Sin tela")
        with self._refused("Taller B"):
            self.b.action_accept()
        self.b.action_propose()
        self.assertEqual((self.b.state, self.b.quantity), ("proposed", 35))
        self.assertFalse(self.b.decline_reason)

    def test_a_declined_member_is_left_out_of_the_next_share_out(self):
        self.b.decline("Sin tela")
        self.order.share_out("equal")
        self.assertEqual(self._quantities(), [50, 0, 50])

    def test_close_short_returns_the_rest(self):
        self.a.delivered_quantity = 30
        self.a.action_close_short()
        self.assertEqual((self.a.quantity, self.a.released_quantity), (30, 10))
        self.assertEqual(self.order.released_count, 1)
        self.a.reshare("equal")
        self.assertEqual(self._quantities(), [30, 40, 30])
        with self._refused("Chompa"):
            self.a.action_close_short()
