"""What one unit more changes, and where two levels are not one flat split: form, act and sheet."""

import base64
import io
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import Form
from openpyxl import load_workbook

from tests.quotas.test_quota_act import QuotaActCase

EXPLANATION = "odoo.addons.red_empresarial_quota.models.business_network_quota_plan_explanation"


class TestQuotaExplained(QuotaActCase):
    def _create_named(self, name, members, weights):
        leader = self._create_partner(f"Líder de {name}")
        network = self._create_network(name, self.operating_form, leader_id=leader.id)
        partners = [self._create_partner(member) for member in members]
        self._create_agreement(network, self._create_members(network, partners), weights)
        return network

    def _north_and_south(self, **vals):
        """The example of ``allot_tree``: 15 units are 5, 4, 3, 3 by levels and 4, 4, 3, 4 flat."""
        networks = self._create_named("Norte", ("a", "b"), (5, 5))
        networks |= self._create_named("Sur", ("c", "d"), (3, 4))
        union = self._create_network("Norte y Sur", self.operating_form, tier="second")
        members = self.env["business.network.member"].create(
            [
                {
                    "network_id": union.id,
                    "sub_network_id": network.id,
                    "date_from": "2026-01-01",
                    "sequence": number,
                }
                for number, network in enumerate(networks)
            ]
        )
        self._create_agreement(union, members, (10, 7))
        vals = {"network_id": union.id, "sub_basis": "agreement", "volume": 15, **vals}
        plan = self._create_plan(**vals)
        plan.action_propose()
        return plan

    def _read_sheet(self, plan):
        book = load_workbook(io.BytesIO(base64.b64decode(plan.sheet_file)))
        return list(book.active.iter_rows(values_only=True))

    # -- one unit more -------------------------------------------------------------------------

    def test_one_unit_more_is_on_the_form_the_act_and_the_sheet(self):
        plan = self._north_and_south()
        said = "One quota unit more (1 Units) would go to Sur → d."
        self.assertEqual([row["flat"] for row in plan.explain_flat_split()], [4, 4])
        self.assertEqual(Form(plan).one_more_text, said)
        self.assertIn(said, self._print(plan))
        self.assertIn(said, [row[0] for row in self._read_sheet(plan)])
        plan.action_reset_to_draft()
        plan.volume = 16
        plan.action_propose()
        self.assertEqual(sum(quota.units for quota in plan.quota_ids if quota.level == 2), 16)
        got = {q.member_id.display_name: q.units for q in plan.quota_ids}
        self.assertEqual((got["Sur"], got["d"]), (7, 4), "what was said comes true")

    def test_a_package_more_says_its_size(self):
        plan = self._create_plan(volume=110, unit_size=24)
        plan.action_propose()
        self.assertRegex(plan.one_more_text, r"One quota unit more \(24 Units\) would go to Taller")

    def test_where_every_cap_binds_nobody_gets_it(self):
        plan = self._create_plan(limits={member: {"cap": 5} for member in self.members})
        plan.action_propose()
        said = "One quota unit more (1 Units) would go to nobody: every cap binds."
        self.assertEqual(plan.one_more_text, said)
        self.assertIn(said, self._print(plan))

    def test_a_name_with_its_own_full_stop_ends_the_sentence_once(self):
        self.members.partner_id.name = "Textil Sur E.I.R.L."
        plan = self._create_plan(volume=101)
        plan.action_propose()
        self.assertRegex(plan.one_more_text, r"Textil Sur E\.I\.R\.L\.$")

    def test_in_money_what_grows_is_a_coin_even_where_every_cap_binds(self):
        limits = {member: {"cap_amount": 5} for member in self.members}
        plan = self._create_plan(limits=limits, kind="amount", product_tmpl_id=False)
        plan.action_propose()
        currency = plan.currency_id.name
        self.assertEqual(
            plan.one_more_text,
            f"One coin more (0.01 {currency}) would go to nobody: every cap binds.",
        )
        self.assertEqual(
            plan.unallocated_text,
            f"{currency} 85.00 are not allocated: they exceed every cap.",
        )

    def test_what_is_not_allocated_is_said_with_its_unit_and_its_reason(self):
        capped = {member: {"cap": 1} for member in self.members}
        for volume, unit_size, limits, said in (
            (100, 1, {}, False),
            (110, 24, {}, "14 Units are not allocated: they make no whole quota unit."),
            (96, 24, capped, "24 Units are not allocated: they exceed every cap."),
            (
                110,
                24,
                capped,
                "38 Units are not allocated: 24 Units exceed every cap, and 14 Units make no "
                "whole quota unit.",
            ),
        ):
            with self.subTest(volume=volume, unit_size=unit_size, capped=bool(limits)):
                plan = self._create_plan(volume=volume, unit_size=unit_size, limits=limits)
                plan.action_propose()
                self.assertEqual(plan.unallocated_text, said)
                self.assertEqual("not allocated" in self._print(plan), bool(said))
                if said:
                    self.assertIn(said, self._print(plan))
                plan.action_cancel()

    # -- which columns -------------------------------------------------------------------------

    def test_columns_that_say_nothing_take_no_room(self):
        """A cap that counted and what was transferred explain 31 consumed of 27 planned."""
        plain, limited = self._create_plan(), self._north_and_south()
        limited.action_reset_to_draft()
        limited.quota_ids.filtered(lambda quota: quota.level == 1)[0].write({"cap": 9, "floor": 2})
        (plain | limited).action_propose()
        names = ["has_floors", "has_caps", "has_transfers"]
        self.assertEqual([plain[name] for name in names], [False] * 3)
        self.assertEqual([limited[name] for name in names], [True, True, False])
        quota = plain.quota_ids[0]
        quota.sudo().write({"transferred_in": 1})
        self.assertTrue(plain.has_transfers)

    def test_a_coin_more_follows_the_split_of_money(self):
        """Of 0.10 by 6, 6 and 2 the coin more takes one from who has the smallest weight."""
        limits = {
            member: {"manual_weight": weight}
            for member, weight in zip(self.members, (6, 6, 2), strict=True)
        }
        plan = self._create_plan(
            limits=limits, kind="amount", product_tmpl_id=False, volume=0.10, basis="manual"
        )
        plan.action_propose()
        self.assertEqual(self._units(plan), [4, 4, 2])
        found = plan.explain_one_more()
        names = {key: [row["member"] for row in found[key]] for key in ("gains", "losses")}
        a, b, c = self.members.mapped("display_name")
        self.assertEqual(names, {"gains": [a, b], "losses": [c]})
        self.assertEqual(found["unallocated"], 0)
        currency = plan.currency_id.name
        self.assertEqual(
            plan.one_more_text,
            f"One coin more (0.01 {currency}) would go to {a}, {b}. "
            f"It would take one from {c}, as coins are rounded anew.",
        )
        plan.action_reset_to_draft()
        plan.volume = 0.11
        plan.action_propose()
        self.assertEqual(self._units(plan), [5, 5, 1], "what was said comes true")

    def test_drafts_and_revisions_have_nothing_to_explain(self):
        """A revision may have a volume below the floors of before: no error of the engine."""
        plan = self._run_plan(limits={self.member_a: {"floor": 60}})
        plan.action_revise()
        plan.volume = 50
        for name in ("explain_one_more", "explain_flat_split"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "is in revision"):
                getattr(plan, name)()
        self.assertFalse(plan.one_more_text)
        self.assertNotIn("One quota unit more", self._print(plan))
        self._read_sheet(plan)
        draft = self._create_plan(date_from="2026-07-01", date_to="2026-07-31")
        draft.action_load_members()
        with self.assertRaisesRegex(UserError, "Propose it first"):
            draft.explain_one_more()
        self.assertFalse(draft.one_more_text or draft.flat_split_text)

    # -- one flat split ------------------------------------------------------------------------

    def test_one_flat_split_is_said_where_it_differs(self):
        plan = self._north_and_south()
        rows = [(row["member"], row["units"], row["flat"]) for row in plan.explain_flat_split()]
        self.assertEqual(rows, [("a", 5, 4), ("d", 3, 4)])
        self.assertEqual(
            Form(plan).flat_split_text,
            "Each network shares its own quota by itself, within its own limits. One split over "
            "everybody, without networks and what limits them as a whole, would give "
            "a (Norte) 4 instead of 5, d (Sur) 4 instead of 3.",
        )
        text = self._print(plan)
        self.assertIn("In this plan In one split Norte a 5 4 Sur d 3 4", text)
        header = next(row for row in self._read_sheet(plan) if row[0] == "Network")
        column = header.index("In one split over everybody")
        sheet = {row[1]: row[column] for row in self._read_sheet(plan) if row[1]}
        self.assertEqual((sheet["a"], sheet["b"], sheet["d"]), (4, None, 4))

    def test_one_flat_split_is_not_mentioned_where_it_is_the_same(self):
        plans = [self._north_and_south(volume=17), self._create_plan(volume=101)]
        plans[1].action_propose()
        for plan in plans:
            with self.subTest(plan.network_id.name):
                self.assertEqual(plan.explain_flat_split(), [])
                self.assertFalse(plan.flat_split_text)
                self.assertNotIn("One split", self._print(plan))
                header = next(row for row in self._read_sheet(plan) if row[0] == "Network")
                self.assertNotIn("In one split over everybody", header)

    def test_a_large_plan_says_it_in_the_act_alone(self):
        plan = self._north_and_south()
        with patch(f"{EXPLANATION}.EXPLAINED_ON_FORM", 5):
            plan.invalidate_recordset()
            self.assertTrue(plan.explained_elsewhere)
            self.assertFalse(plan.one_more_text or plan.flat_split_text)
            self.assertIn("would go to Sur → d", self._print(plan))
        with patch(f"{EXPLANATION}.SHOWN_MEMBERS", 1):
            plan.invalidate_recordset()
            self.assertRegex(plan.flat_split_text, r"a \(Norte\) 4 instead of 5, and 1 more\.$")
