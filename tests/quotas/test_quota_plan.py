"""Plans: whole units, caps and floors, two tiers, money, revision, explanation and refusals."""

import base64
import io
import re
from fractions import Fraction
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from openpyxl import load_workbook

from tests.quota_case import QuotaCase


class TestQuotaPlan(QuotaCase):
    def test_units_follow_the_agreement_and_add_up_to_the_volume(self):
        plan = self._create_plan(volume=101)
        plan.action_propose()
        self.assertEqual(self._units(plan), [41, 35, 25])
        self.assertEqual(plan.allotted_units, 101)
        self.assertEqual(plan.unallocated_volume, 0)
        self.assertRegex(plan.name, r"^CUOTA/2026/\d+$")

    def test_packages_are_whole_and_what_makes_none_is_shown(self):
        plan = self._create_plan(volume=110, unit_size=24)
        plan.action_propose()
        self.assertEqual((plan.volume_units, self._units(plan)), (4, [2, 1, 1]))
        self.assertEqual(self._units(plan, field="planned_quantity"), [48, 24, 24])
        self.assertEqual(plan.unallocated_volume, 14)

    def test_caps_and_floors_bind_and_the_rest_stays_unallocated(self):
        limits = {
            self.member_a: {"cap": 10},
            self.member_b: {"cap": 20},
            self.member_c: {"cap": 30, "floor": 5},
        }
        plan = self._create_plan(limits=limits)
        plan.action_propose()
        self.assertEqual(self._units(plan), [10, 20, 30])
        self.assertEqual(plan.unallocated_volume, 40)

    def test_a_network_that_left_and_joined_again(self):
        union, (abc, _xy), _others = self._union()
        plan = self._create_plan(network_id=union.id, sub_basis="equal", volume=20, basis="equal")
        plan.action_propose()
        plan.action_reset_to_draft()
        within = [self._quota(plan, member) for member in self.members]
        abc.date_to = "2026-02-28"
        abc.flush_recordset()
        again = abc.create(
            {
                "network_id": union.id,
                "sub_network_id": self.network.id,
                "date_from": "2026-03-01",
            }
        )
        with self.assertRaisesRegex(
            UserError, "Red ABC is a member of Red de redes twice .* 02/28/2026, 03/01/2026 – …"
        ):
            plan.action_propose()
        for name in ("action_load_members", "action_propose"):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                plan.date_from = "2026-03-01"
                getattr(plan, name)()
                quota = self._quota(plan, again)
                self.assertEqual([q.parent_id for q in within], [quota] * 3)
                self.assertFalse(self._quota(plan, abc))
                plan.action_propose()
                self.assertEqual(sum(q.units for q in within), quota.units)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_a_copy_is_of_the_period_that_follows(self):
        plan = self._run_plan()
        copy = plan.copy()
        self.assertEqual(
            (copy.state, copy.date_from, copy.date_to),
            ("draft", self._date("2026-07-01"), self._date("2026-12-31")),
        )
        self.assertFalse(copy.quota_ids)

    def test_who_is_left_out_keeps_its_floor(self):
        limits = {self.member_a: {"excluded": True, "floor": 7}}
        plan = self._create_plan(limits=limits, basis="equal")
        plan.action_propose()
        self.assertEqual(self._units(plan)[0], 7)
        self.assertEqual(sum(self._units(plan)), 100)

    def test_manual_weights_that_are_thirds(self):
        plan = self._create_plan(
            basis="manual", limits={m: {"manual_weight": 1} for m in self.members}
        )
        plan.action_propose()
        self.assertEqual(self._units(plan, field="fair_share"), ["100/3"] * 3)
        self.assertEqual(sorted(self._units(plan)), [33, 33, 34])

    def test_capacity_is_weight_and_cap_of_the_months_of_the_period(self):
        self.members.write({"capacity": 2, "capacity_uom_id": self.units.id})
        self.member_a.capacity = 4
        plan = self._create_plan(basis="capacity")
        plan.action_propose()
        self.assertEqual(self._units(plan), [24, 12, 12])
        self.assertEqual(self._units(plan, field="applied_cap"), ["24", "12", "12"])
        self.assertEqual(plan.unallocated_volume, 52)

    def test_history_weighs_what_was_accepted_before(self):
        order = self._sell([10, 30, 0])
        order.action_deliver_allocations()
        today = order.order_line.allocation_ids.delivery_ids[0].date
        plan = self._create_plan(basis="history", history_from=today, history_to=today)
        plan.action_propose()
        self.assertEqual(self._units(plan), [25, 75, 0])

    def test_money_is_split_to_the_cent(self):
        plan = self._create_plan(kind="amount", product_tmpl_id=False, volume=100, basis="equal")
        plan.action_propose()
        self.assertEqual(self._units(plan), [3334, 3333, 3333])
        self.assertEqual(self._units(plan, field="planned_quantity"), [33.34, 33.33, 33.33])

    def test_two_tiers_each_on_its_own_basis(self):
        union, (abc, xy), others = self._union()
        plan = self._create_plan(network_id=union.id, sub_basis="agreement", volume=20)
        plan.action_propose()
        self.assertEqual(self._units(plan, [abc, xy]), [12, 8])
        self.assertEqual(self._units(plan, self.members), [5, 4, 3])
        self.assertEqual(self._units(plan, others), [4, 4])
        self.assertEqual(self._quota(plan, others[0]).parent_id, self._quota(plan, xy))
        self.assertEqual(plan.allotted_units, 20)
        self.assertEqual(
            [gain["member"] for gain in plan.explain_one_more()["gains"]],
            ["Red ABC", self.member_b.display_name],
        )

    def test_a_member_cap_limits_its_network(self):
        union, (abc, xy), others = self._union()
        limits = {others[0]: {"cap": 1}, others[1]: {"cap": 2}}
        plan = self._create_plan(limits=limits, network_id=union.id, sub_basis="equal", volume=20)
        plan.action_propose()
        self.assertEqual(self._units(plan, [abc, xy]), [17, 3])
        self.assertEqual(self._units(plan, others), [1, 2])

    def test_explanation_sets_units_beside_the_exact_fair_share(self):
        plan = self._create_plan(volume=10, limits={self.member_a: {"cap": 3}})
        plan.action_propose()
        rows = {row["member"]: row for row in plan.explain()}
        row = rows[self.member_b.display_name]
        self.assertEqual((row["weight"], row["fair_share"], row["units"]), ("35", "49/12", 4))
        self.assertEqual(Fraction(row["difference"]), Fraction(-1, 12))
        self.assertEqual(rows[self.member_a.display_name]["cap"], 3)
        self.assertEqual(sum(row["units"] for row in rows.values()), 10)

    def test_one_unit_more_that_nobody_can_take_is_said(self):
        plan = self._create_plan(limits={m: {"cap": 5} for m in self.members})
        plan.action_propose()
        self.assertEqual(plan.explain_one_more(), {"gains": [], "losses": [], "unallocated": 86})

    def test_proposing_twice_changes_nothing(self):
        plan = self._create_plan()
        plan.action_propose()
        before = plan.quota_ids.read()
        plan.action_propose()
        plan.action_reset_to_draft()
        plan.action_propose()
        self.assertEqual(plan.quota_ids.read(), [{**row, "state": "proposed"} for row in before])

    def test_a_revision_keeps_what_is_consumed(self):
        plan = self._run_plan()
        self._sell([40, 10, 0])
        plan.revise(volume=60, minute_reference="Acta 8")
        self.assertEqual(self._units(plan), [40, 12, 8])
        self.assertEqual(self._units(plan, field="remaining_units"), [0, 2, 8])
        self.assertIn("Acta 8", plan.message_ids[0].body)
        self.assertEqual(plan.state, "running")

    def test_the_message_of_a_revision_names_the_first_alone(self):
        plan = self._run_plan()
        life = "odoo.addons.red_empresarial_quota.models.business_network_quota_plan_life"
        with patch(f"{life}.SHOWN_CHANGES", 1):
            plan.revise(volume=200, minute_reference="Acta 8")
        body = plan.message_ids[0].body
        self.assertIn("and 2 more", body)
        self.assertNotIn("Taller C", body)

    def test_the_spreadsheet_has_every_network_before_its_members(self):
        union, _networks, _others = self._union()
        plan = self._create_plan(network_id=union.id, sub_basis="equal", volume=20)
        plan.action_propose()
        self.assertIn("sheet_file", plan.action_download_sheet()["url"])
        book = load_workbook(io.BytesIO(base64.b64decode(plan.sheet_file)))
        rows = [row for row in book.active.iter_rows(min_row=6, values_only=True) if row[1]]
        self.assertEqual(rows[0][:3], ("Network", "Member", "Weight"))
        self.assertEqual([row[1] for row in rows[1:]][:2], ["Red ABC", self.member_a.display_name])
        self.assertEqual([row[6] for row in rows[1:]], [12, 4, 4, 4, 8, 4, 4])

    def test_the_act_shows_the_proof_and_what_is_not_allocated(self):
        plan = self._create_plan(volume=110, unit_size=24, limits={self.member_a: {"cap": 1}})
        plan.action_propose()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial_quota.report_quota_act", plan.ids
        )
        text = " ".join(re.sub(r"<[^>]*>", " ", html.decode()).split())
        for shown in (
            "Red ABC",
            "Acta 7",
            "Taller B 35 7/4 2 1/4 48",
            "14 Units are not allocated: they make no whole quota unit.",
        ):
            self.assertIn(shown, text)

    def test_the_act_writes_large_volumes_whole(self):
        plan = self._create_plan(volume=1_234_567.5, unit_size=100_000)
        plan.action_propose()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial_quota.report_quota_act", plan.ids
        )
        text = " ".join(re.sub(r"<[^>]*>", " ", html.decode()).split())
        for shown in ("1,234,567.5 Units in quota units of 100,000 ", " 500,000 ", " 34,567.5 "):
            self.assertIn(shown, text)

    # -- refusals ------------------------------------------------------------------------------

    def test_floors_above_the_volume(self):
        limits = {self.member_a: {"floor": 60}, self.member_b: {"floor": 50}}
        plan = self._create_plan(limits=limits)
        with self.assertRaisesRegex(UserError, "add up to 110 units, more than the 100"):
            plan.action_propose()

    def test_floors_of_members_above_the_cap_of_their_network(self):
        union, (_abc, xy), others = self._union()
        limits = {xy: {"cap": 3}, others[0]: {"floor": 4}}
        plan = self._create_plan(limits=limits, network_id=union.id, sub_basis="equal")
        with self.assertRaisesRegex(UserError, "Red XY is to get at least 4 .* and 3 at most"):
            plan.action_propose()

    def test_a_floor_above_its_cap(self):
        plan = self._create_plan(limits={self.member_b: {"floor": 5, "cap": 4}})
        with self.assertRaisesRegex(UserError, "Taller B is to get at least 5 .* 4 at most"):
            plan.action_propose()

    def test_a_capacity_without_unit(self):
        self.member_b.capacity = 9
        with self.assertRaisesRegex(UserError, "capacity of Taller B, 9 a month, is in no unit"):
            self._create_plan(basis="capacity").action_propose()

    def test_nobody_with_a_weight(self):
        plan = self._create_plan()
        for basis, remedy in (("history", "days of other"), ("capacity", "Declare and approve")):
            plan.basis = basis
            message = f"Nobody in Red ABC has a weight .* {remedy}"
            with self.subTest(basis), self.assertRaisesRegex(UserError, message):
                plan.action_propose()

    def test_a_unit_that_no_quantity_can_hold(self):
        with self.assertRaisesRegex(ValidationError, "0.333 .* is no multiple of 0.01"):
            self._create_plan(unit_size=0.333)

    def test_a_unit_larger_than_the_volume(self):
        with self.assertRaisesRegex(ValidationError, "make 0 units"):
            self._create_plan(volume=10, unit_size=24)

    def test_a_unit_of_measure_that_does_not_convert(self):
        with self.assertRaisesRegex(ValidationError, "does not convert to"):
            plan = self._create_plan()
            plan.product_uom_id = self.env.ref("uom.product_uom_kgm")

    def test_another_plan_for_the_same_product_and_days(self):
        first = self._create_plan()
        self._create_plan(date_from="2026-07-01", date_to="2026-12-31")
        self._create_plan(kind="amount", product_tmpl_id=False)
        first.action_cancel()
        second = self._create_plan()
        with self.assertRaisesRegex(ValidationError, f"for the same sales in {second.name}"):
            first.action_reset_to_draft()
        with self.assertRaisesRegex(ValidationError, f"for the same sales in {second.name}"):
            self._create_plan(date_from="2026-06-30", date_to="2026-06-30")

    def test_a_plan_of_a_variant_beside_one_of_all_variants(self):
        self._create_plan()
        with self.assertRaisesRegex(ValidationError, "same sales"):
            self._create_plan(product_id=self.product.id)

    def test_members_with_quotas_in_a_plan_of_their_own_network(self):
        union, _networks, _others = self._union()
        own = self._create_plan()
        plan = self._create_plan(network_id=union.id, sub_basis="equal")
        with self.assertRaisesRegex(ValidationError, f"Red ABC has quotas .* {own.name}"):
            plan.action_propose()

    def test_a_volume_below_what_is_consumed(self):
        plan = self._run_plan()
        self._sell([40, 10, 0])
        plan.action_revise()
        plan.volume = 49  # kept until it is applied, so that it can be discarded
        plan.minute_reference = "Acta 9"
        with self.assertRaisesRegex(ValidationError, "50 Units .* cannot be 49"):
            plan.action_apply_revision()
        plan.action_discard_revision()
        self.assertEqual((plan.volume, plan.in_revision), (100, False))
        self.assertEqual(self._units(plan), [40, 35, 25])

    def test_what_was_proposed_is_not_edited(self):
        plan = self._create_plan()
        plan.action_propose()
        with self.assertRaisesRegex(UserError, "part of what was proposed"):
            plan.volume = 90
        with self.assertRaisesRegex(UserError, "part of what was proposed"):
            plan.quota_ids[0].cap = 3

    def test_agreeing_needs_the_minutes(self):
        plan = self._create_plan(minute_reference=" ")
        plan.action_propose()
        with self.assertRaisesRegex(UserError, "date and the number of the minutes"):
            plan.action_agree()
