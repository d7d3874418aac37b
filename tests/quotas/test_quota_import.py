"""Limits and capacities from a sheet: every mistake is named, all of it is loaded or nothing."""

import base64
import io

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger
from openpyxl import load_workbook

from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"


class TestQuotaImport(QuotaCase):
    def set_up_once(self):
        super().set_up_once()
        self.dozens.active = True
        self.plan = self._create_plan(basis="manual")
        self.plan.action_open_limit_import()

    def _wizard(self, content, plan=None, **vals):
        return self.env["business.network.quota.limit.import"].create(
            {
                "plan_id": (plan or self.plan).id,
                "file": base64.b64encode(content),
                "filename": "cuotas.csv",
                **vals,
            }
        )

    def _import(self, text, **vals):
        wizard = self._wizard(text.encode(), **vals)
        wizard.action_import()
        return wizard

    def _limits(self, plan=None):
        quotas = (plan or self.plan).quota_ids
        return {
            quota.member_id.display_name: (quota.floor, quota.cap, quota.manual_weight)
            for quota in quotas
            if (quota.floor, quota.cap, quota.manual_weight) != (0, 0, 1)
        }

    def _capacities(self, *states):
        return {
            (c.member_id.display_name, c.quantity, c.product_uom_id.name)
            for c in self.env["business.network.capacity"].search(
                [("state", "in", states or ("draft", "declared", "approved"))]
            )
        }

    def _assert_problems(self, text, *expected, **vals):
        """Each problem as line, column and fragments; nothing is written."""
        before = self._limits(), self._capacities()
        wizard = self._import(text, **vals)
        problems = [
            (problem.line, problem.column, f"{problem.problem} {problem.remedy}")
            for problem in wizard.problem_ids
        ]
        self.assertEqual([p[:2] for p in problems], [e[:2] for e in expected], problems)
        for (_line, _column, found), (_l, _c, *fragments) in zip(problems, expected, strict=True):
            for fragment in fragments:
                self.assertIn(fragment, found)
        self.assertEqual((self._limits(), self._capacities()), before, "nothing is half-written")

    def test_claims_floors_weights_and_capacities(self):
        text = (
            "Member;Least;Most;Weight;Capacity;Unit\n"
            "Taller B;5;30;2,5;40;Units\n"
            "20600000021;;20;;3;Dozens\n"
        )
        for number in ("once", "twice"):
            self.assertFalse(self._import(text).problem_ids.mapped("problem"), number)
            self.assertEqual(
                self._limits(), {"Taller B": (5, 30, 2.5), "Taller C": (0, 20, 1)}, number
            )
            self.assertEqual(
                self._capacities("declared"),
                {("Taller B", 40, "Units"), ("Taller C", 3, "Dozens")},
                number,
            )
        capacity = self.env["business.network.capacity"].search([], limit=1)
        self.assertEqual(
            (capacity.date_from, capacity.date_to), (self.plan.date_from, self.plan.date_to)
        )

    def test_what_waits_is_replaced_and_what_was_approved_stays_as_history(self):
        self._import("Member,Capacity,Unit\nTaller B,40,Units\n")
        self._import("Member,Capacity,Unit\nTaller B,36,Units\n", approve=True)
        self.assertEqual(self._capacities(), {("Taller B", 36, "Units")})
        same = self._import("Member,Capacity,Unit\nTaller B,3,Dozens\n", approve=True)
        self.assertFalse(same.problem_ids)
        self.assertEqual(
            self._capacities("approved"), {("Taller B", 36, "Units")}, "it is the same"
        )
        self._import("Member,Capacity,Unit\nTaller B,0,Units\n", approve=True)
        self.assertEqual(self._capacities("approved"), {("Taller B", 0, "Units")})
        self.assertEqual(self._capacities("superseded"), {("Taller B", 36, "Units")})

    def test_an_empty_cell_leaves_and_a_zero_takes_away(self):
        self._import("Member,Least,Most\nTaller B,5,30\n")
        self._import("Member,Least,Most\nTaller B,,0\n")
        self.assertEqual(self._limits(), {"Taller B": (5, 0, 1)})

    def test_the_template_comes_back_in_any_language(self):
        self.env["res.lang"]._activate_lang("es_PE")
        self._import("Member,Least,Most,Capacity,Unit\nTaller B,5,30,40,Units\n")
        before = self._limits(), self._capacities()
        for lang in ("en_US", "es_PE"):
            with self.subTest(lang):
                content = base64.b64decode(self._wizard(b"").with_context(lang=lang).template)
                sheet = load_workbook(io.BytesIO(content)).worksheets[0]
                rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
                self.assertEqual(rows[1][:6], ["Red ABC", "Taller B", 5, 30, 1, 40])
                wizard = self._wizard(content)
                wizard.action_import()
                self.assertFalse(wizard.problem_ids.mapped("problem"))
                self.assertEqual((self._limits(), self._capacities()), before)

    def test_every_mistake_is_named(self):
        self._assert_problems(
            "Member,Least,Most,Weight,Capacity,Unit\n"
            "Taller Z,1,,,,\n"
            "Taller B,9,4,,,\n"
            "Taller C,1.5,-1,x,40,\n"
            "Taller B,1,,,,\n"
            f"{self.partner_a.name},,,,40,kg\n",
            (2, "Member", "“Taller Z” has no quota in", "list the members again"),
            (3, "Least", "at least 9 and at most 4", "Lower the floor"),
            (4, "Least", "“1.5” is no number"),
            (4, "Most", "“-1” is no number"),
            (4, "Weight", "“x” is no number", "6 decimals"),
            (4, "Unit", "the capacity has no unit that converts to Units"),
            (5, "Member", "already stands on line 3"),
            (6, "Unit", "no unit that converts to Units", "as Units"),
        )

    def test_titles_that_are_wrong(self):
        self._assert_problems(
            "Member,Least,Minimum,Least\nTaller B,1,2,3\n",
            (1, "Minimum", "is no column of the template"),
            (1, "Least", "or stands twice"),
        )
        self._assert_problems("Least,Most\n1,2\n", (1, "Least", "no column has the members"))
        self._assert_problems("Member,Most\n", (2, "Member", "there are no rows"))
        for content in (b"", b"PK\x03\x04 no book"):
            with self.subTest(content), self.assertRaises(UserError):
                self._wizard(content).action_import()

    def test_members_of_the_same_name_in_two_networks(self):
        union, (abc, xy), others = self._union()
        plan = self._create_plan(
            network_id=union.id, sub_basis="equal", date_from="2026-07-01", date_to="2026-12-31"
        )
        plan.action_load_members()
        self._assert_problems(
            "Member,Most\nTaller B,4\n",
            (2, "Member", "Taller B is the name of several members", "Write the network beside"),
            plan=plan,
        )
        self._import("Network,Member,Most\nRed XY,Taller B,4\nRed de redes,Red ABC,9\n", plan=plan)
        self.assertEqual(self._quota(plan, others[0]).cap, 4)
        self.assertEqual(self._quota(plan, abc).cap, 9)
        self.assertEqual(self._quota(plan, self.member_b).cap, 0)

    def test_a_proposed_plan_takes_none_and_a_revision_does(self):
        self.plan.action_propose()
        with self.assertRaisesRegex(UserError, "are part of what was proposed"):
            self._import("Member,Most\nTaller B,4\n")
        self.plan.action_agree()
        self.plan.action_run()
        self.plan.action_revise()
        self._import("Member,Most\nTaller B,4\n")
        self.assertEqual(self._quota(self.plan, self.member_b).cap, 4)

    def test_money_has_no_capacities(self):
        plan = self._create_plan(kind="amount", product_tmpl_id=False)
        plan.action_load_members()
        self._assert_problems(
            "Member,Capacity,Unit\nTaller B,4,Units\n", (2, "Capacity", "is in money"), plan=plan
        )

    def test_a_manager_loads_and_a_stranger_does_not(self):
        manager, stranger = (self._create_user(login, MANAGER) for login in ("gestora", "ajena"))
        self.network.manager_id = manager
        text = b"Member,Most,Capacity,Unit\nTaller B,4,9,Units\n"
        wizards = self.env["business.network.quota.limit.import"]
        vals = {"plan_id": self.plan.id, "file": base64.b64encode(text), "approve": True}
        wizards.with_user(manager).create(vals).action_import()
        self.assertEqual(self._limits(), {"Taller B": (0, 4, 1)})
        self.assertEqual(self._capacities("approved"), {("Taller B", 9, "Units")})
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertRaises(AccessError),
        ):
            wizards.with_user(stranger).create(vals).action_import()

    def test_above_declares_for_members_below_who_approve(self):
        above = self._create_user("arriba", MANAGER)
        union, (abc, xy), others = self._union()
        union.manager_id = above
        plan = self._create_plan(
            network_id=union.id, sub_basis="equal", date_from="2026-07-01", date_to="2026-12-31"
        )
        plan.action_load_members()
        text = b"Network,Member,Capacity,Unit\nRed XY,Taller B,4,Units\n"
        vals = {"plan_id": plan.id, "file": base64.b64encode(text)}
        wizard = self.env["business.network.quota.limit.import"].with_user(above).create(vals)
        wizard.action_import()
        self.assertEqual(self._capacities("declared"), {("Taller B", 4, "Units")})
        wizard.approve = True
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertRaises(AccessError),
        ):
            wizard.action_import()
