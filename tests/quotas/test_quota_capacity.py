"""Declared capacity: approved by the network, kept as history, read by plans day by day."""

from fractions import Fraction

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"


class TestQuotaCapacity(QuotaCase):
    def _declare(self, member, quantity, approve=True, **vals):
        capacity = self.env["business.network.capacity"].create(
            {
                "member_id": member.id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "quantity": quantity,
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
                **vals,
            }
        )
        capacity.action_declare()
        if approve:
            capacity.action_approve()
        return capacity

    def _capacities(self, **vals):
        plan = self._create_plan(basis="capacity", **vals)
        members = plan._get_members(plan.network_id)
        capacities = plan._get_capacities(members)
        plan.unlink()
        return [capacities[member] for member in members]

    # -- its life ------------------------------------------------------------------------------

    def test_who_approved_and_when_is_kept(self):
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        capacity = self._declare(self.member_b, 30, approve=False).with_user(manager)
        self.assertFalse(capacity.decided_by_id)
        capacity.action_approve()
        self.assertEqual((capacity.state, capacity.decided_by_id), ("approved", manager))
        before = capacity.decided_on
        capacity.action_approve()
        self.assertEqual(capacity.decided_on, before, "twice does nothing")

    def test_refusing_needs_a_reason_and_can_be_declared_again(self):
        capacity = self._declare(self.member_b, 30, approve=False)
        with self.assertRaisesRegex(UserError, "Write why Taller B .* is refused"):
            capacity.action_refuse()
        capacity.refusal_reason = "Dos máquinas paradas"
        capacity.action_refuse()
        self.assertEqual(capacity.state, "refused")
        self.assertEqual(self._capacities(), [None, None, None])
        capacity.action_reset_to_draft()
        capacity.quantity = 20
        capacity.action_declare()
        capacity.action_approve()
        self.assertEqual(self._capacities(), [None, 20, None])

    def test_what_is_declared_anew_supersedes_and_history_stays(self):
        first = self._declare(self.member_b, 30)
        second = self._declare(self.member_b, 45, approve=False)
        self.assertEqual(self._capacities(), [None, 30, None], "until it is approved")
        second.action_approve()
        self.assertEqual((first.state, first.superseded_by_id), ("superseded", second))
        self.assertEqual(self._capacities(), [None, 45, None])
        with self.assertRaisesRegex(UserError, "in state “Superseded”"):
            first.action_approve()

    def test_two_approved_never_share_a_day(self):
        self._declare(self.member_b, 30)
        later = self._declare(
            self.member_b, 9, approve=False, date_from="2026-06-30", date_to="2026-12-31"
        )
        with self.assertRaisesRegex(ValidationError, "Taller B .* 30 Units, is approved already"):
            later.action_approve()
        self._declare(self.member_c, 9, date_from="2026-06-30", date_to="2026-12-31")
        variant = self._declare(self.member_b, 9, approve=False, product_id=self.product.id)
        with self.assertRaisesRegex(ValidationError, "is approved already and shares days"):
            variant.action_approve()

    def test_many_are_approved_together_and_the_last_of_the_same_counts(self):
        first, second = (self._declare(self.member_b, n, approve=False) for n in (30, 45))
        other = self._declare(self.member_c, 9, approve=False)
        (first | second | other).action_approve()
        self.assertEqual(first.superseded_by_id, second)
        self.assertEqual(self._capacities(), [None, 45, 9])
        late = self._declare(self.member_c, 5, approve=False, date_to="2026-07-31")
        again = self._declare(self.member_b, 5, approve=False)
        with self.assertRaisesRegex(ValidationError, "Taller C .* 9 Units, is approved already"):
            (again | late).action_approve()

    def test_the_plan_shows_what_was_declared_for_it(self):
        plan = self._create_plan()
        self._declare(self.member_b, 30, approve=False)
        self._declare(self.member_b, 30, date_from="2026-07-01", date_to="2026-12-31")
        action = plan.action_open_declared_capacities()
        found = self.env["business.network.capacity"].search(action["domain"])
        self.assertEqual((len(found), plan.declared_capacity_count), (1, 1))

    def test_the_database_refuses_two_approved_for_a_day(self):
        self._declare(self.member_b, 30)
        later = self._declare(self.member_b, 9, approve=False, date_to="2026-02-01")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env.cr.execute(
                "UPDATE business_network_capacity SET state = 'approved' WHERE id = %s", later.ids
            )

    def test_what_was_declared_is_not_changed(self):
        capacity = self._declare(self.member_b, 30)
        with self.assertRaisesRegex(UserError, "was declared. Reset it to draft"):
            capacity.quantity = 31
        with self.assertRaisesRegex(UserError, "this needs “Draft”"):
            capacity.unlink()

    def test_a_network_known_in_part_is_not_limited_by_that_part(self):
        union, _networks, others = self._union()
        self._declare(others[0], 5)
        for member in self.members:
            self._declare(member, 30)
        plan = self._create_plan(network_id=union.id, capped_by_capacity=True)
        with self.assertRaisesRegex(UserError, "nobody knows that of Red XY"):
            plan.action_propose()
        self._declare(others[1], 7)
        plan.action_propose()
        self.assertEqual(plan.quota_ids.mapped("units"), [88, 12])

    def test_who_declared_is_not_deleted_with_its_history(self):
        late = self._create_members(self.network, [self._create_partner("Taller D")])
        self._declare(late, 30)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            late.unlink()
            self.env.flush_all()

    def test_bad_declarations(self):
        with self.assertRaisesRegex(ValidationError, "Taller B, 30 of Chompa, is in no unit"):
            self._declare(self.member_b, 30, product_uom_id=False)
        with self.assertRaisesRegex(ValidationError, "does not convert to Units"):
            self._declare(self.member_b, 30, product_uom_id=self.env.ref("uom.product_uom_kgm").id)
        self.member_b.date_to = "2026-03-31"
        with self.assertRaisesRegex(ValidationError, "Taller B is no member of Red ABC between"):
            self._declare(self.member_b, 30, date_from="2026-04-01")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._declare(self.member_c, -1)

    # -- read by plans -------------------------------------------------------------------------

    def test_declarations_count_by_the_days_they_share_with_the_plan(self):
        self._declare(self.member_a, 10, date_to="2026-03-31")
        self._declare(self.member_a, 8, date_from="2026-04-01")
        self._declare(self.member_b, 365, date_to="2026-12-31")
        self._declare(self.member_c, 62, date_from="2026-06-01", date_to="2026-08-01")
        self.assertEqual(self._capacities(), [18, 181, 30])
        self.assertEqual(self._capacities(date_to="2026-01-31"), [Fraction(10 * 31, 90), 31, None])

    def test_dozens_and_variants(self):
        self._declare(self.member_a, 2, product_uom_id=self.dozens.id)
        self._declare(self.member_b, 7, product_id=self.product.id)
        self.assertEqual(self._capacities(), [24, 7, None])
        self.assertEqual(self._capacities(product_id=self.product.id), [24, 7, None])
        declared = self.member_a.declared_capacity_ids
        self.assertEqual(declared.product_quantity, 24, "in the unit of the product")

    def test_what_is_declared_goes_before_the_capacity_a_month(self):
        self.members.write({"capacity": 2, "capacity_uom_id": self.units.id})
        self._declare(self.member_a, 50)
        self._declare(self.member_b, 0)
        self.assertEqual(self._capacities(), [50, 0, 12])
        plan = self._create_plan(basis="capacity")
        plan.action_propose()
        self.assertEqual(self._units(plan), [50, 0, 12])
        self.assertEqual(self._units(plan, field="applied_cap"), ["50", "0", "12"])

    def test_a_network_has_its_own_or_that_of_its_members(self):
        union, (abc, xy), others = self._union()
        self._declare(self.member_a, 10)
        self._declare(self.member_b, 5)
        self._declare(others[0], 3)
        self.assertEqual(self._capacities(network_id=union.id), [15, 3])
        self._declare(xy, 40)
        self.assertEqual(self._capacities(network_id=union.id), [15, 40])
        plan = self._create_plan(network_id=union.id, sub_basis="capacity", basis="capacity")
        plan.action_propose()
        self.assertEqual(self._units(plan, [abc, xy]), [15, 3], "no more than its members can")

    def test_capacity_as_a_limit_on_another_basis(self):
        for member, quantity in zip(self.members, (30, 29.9, 100), strict=True):
            self._declare(member, quantity)
        plan = self._create_plan(basis="equal", capped_by_capacity=True, volume=110, unit_size=5)
        plan.action_propose()
        self.assertEqual(self._units(plan, field="applied_cap"), ["6", "5", "20"])
        self.assertEqual(self._units(plan), [6, 5, 11])

    def test_a_limit_nobody_knows_is_refused_by_name(self):
        self._declare(self.member_a, 30)
        plan = self._create_plan(
            basis="equal", capped_by_capacity=True, limits={self.member_c: {"excluded": True}}
        )
        with self.assertRaisesRegex(UserError, "nobody knows that of Taller B. Declare"):
            plan.action_propose()
        self._declare(self.member_b, 0)
        plan.action_propose()
        self.assertEqual(self._units(plan), [30, 0, 0])

    def test_money_has_no_capacity(self):
        with self.assertRaisesRegex(ValidationError, "is in money, and capacities are quantities"):
            self._create_plan(kind="amount", product_tmpl_id=False, capped_by_capacity=True)

    # -- who -----------------------------------------------------------------------------------

    def test_managers_declare_and_approve_for_their_networks_alone(self):
        manager, stranger = (self._create_user(login, MANAGER) for login in ("gestora", "ajena"))
        self.network.manager_id = manager
        form = Form(self.env["business.network.capacity"].with_user(manager))
        form.member_id = self.member_b.with_user(manager)
        form.product_tmpl_id = self.product.product_tmpl_id
        form.quantity, form.date_from, form.date_to = 12, "2026-01-01", "2026-12-31"
        capacity = form.save()
        with self.assertRaisesRegex(UserError, "changed by its buttons"):
            capacity.state = "approved"
        capacity.action_declare()
        capacity.action_approve()
        self.assertEqual(capacity.state, "approved")
        for label, action in (
            ("read", lambda: capacity.with_user(stranger).read(["quantity"])),
            ("approve", capacity.with_user(stranger).action_reset_to_draft),
            ("create", lambda: capacity.with_user(stranger).copy()),
        ):
            with (
                self.subTest(label),
                mute_logger("odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
            ):
                action()

    def test_books_of_another_company_are_not_seen(self):
        self._declare(self.member_b, 30)
        company = self.env["res.company"].create({"name": "Otra empresa"})
        abroad = self._create_user(
            "lejana", "red_empresarial.group_network_coordinator", company=company
        )
        here = self._create_user("coordinadora", "red_empresarial.group_network_coordinator")
        capacities = self.env["business.network.capacity"]
        self.assertEqual(len(capacities.with_user(here).search([])), 1)
        self.assertFalse(capacities.with_user(abroad).search([]))
        self.assertEqual(self.member_b.with_user(here).declared_capacity_count, 1)

    # -- networks left out ---------------------------------------------------------------------

    def _plan_of_the_union(self, **vals):
        """Red ABC declared 50 of A, 30 of B and 20 of C; nobody of Red XY said anything."""
        union, self.networks, self.others = self._union()
        for member, quantity in zip(self.members, (50, 30, 20), strict=True):
            self._declare(member, quantity)
        return self._create_plan(
            **{"network_id": union.id, "basis": "equal", "sub_basis": "capacity", **vals}
        )

    def test_a_network_left_out_is_asked_for_no_capacity(self):
        plan = self._plan_of_the_union()
        plan.action_load_members()
        with self.assertRaisesRegex(UserError, "Nobody in Red XY .* leave the network out"):
            plan.action_propose()
        self._quota(plan, self.networks[1]).excluded = True
        self.assertEqual(
            plan.quota_ids.sorted("position").mapped("left_out"), [False] * 4 + [True] * 3
        )
        plan.action_propose()
        self.assertEqual(self._units(plan, self.networks), [100, 0])
        self.assertEqual(self._units(plan, self.members | self.others), [50, 30, 20, 0, 0])

    def test_a_limit_by_capacity_asks_nothing_of_a_network_left_out(self):
        plan = self._plan_of_the_union(sub_basis="equal", capped_by_capacity=True)
        plan.action_load_members()
        with self.assertRaisesRegex(UserError, "nobody knows that of"):
            plan.action_propose()
        self._quota(plan, self.networks[1]).excluded = True
        plan.action_propose()
        self.assertEqual(self._units(plan, self.members | self.others), [50, 30, 20, 0, 0])

    def test_a_network_that_declared_zero_gets_nothing_and_holds_nobody_up(self):
        plan = self._plan_of_the_union()
        for member in self.others:
            self._declare(member, 0)
        plan.action_propose()
        self.assertEqual(self._units(plan, self.networks), [100, 0])
        self.assertEqual(self._units(plan, self.members | self.others), [50, 30, 20, 0, 0])

    def test_where_nobody_of_the_plan_delivers_anything_there_is_nothing_to_propose(self):
        for member in self.members:
            self._declare(member, 0)
        with self.assertRaisesRegex(UserError, "Nobody in Red ABC has a weight"):
            self._create_plan(basis="capacity").action_propose()

    def test_declarations_below_are_counted_before_the_members_are_listed(self):
        plan = self._plan_of_the_union()
        self.assertFalse(plan.quota_ids)
        self.assertEqual(plan.declared_capacity_count, 3)
        plan.action_load_members()
        self.assertEqual(plan.declared_capacity_count, 3)
