"""Declared facts and formulas over them: who declares, what counts on the first day, refusals."""

from fractions import Fraction

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"
COORDINATOR = "red_empresarial.group_network_coordinator"


class FactCase(QuotaCase):
    def setUp(self):
        super().setUp()
        self.machines, self.operators, self.area = (
            self._kind(code) for code in ("machines", "operators", "area")
        )

    def _kind(self, code, **vals):
        return self.env["business.network.fact.kind"].create(
            {"name": code.capitalize(), "code": code, "unit": code, **vals}
        )

    def _fact(self, member, kind, value, approve=True, **vals):
        fact = self.env["business.network.fact"].create(
            {
                "member_id": member.id,
                "kind_id": kind.id,
                "value": value,
                "date_from": "2026-01-01",
                **vals,
            }
        )
        fact.action_declare()
        if approve:
            fact.action_approve()
        return fact

    def _facts(self, kind, values, members=None):
        for member, value in zip(members or self.members, values, strict=True):
            self._fact(member, kind, value)

    def _formula_plan(self, formula, **vals):
        return self._create_plan(basis="formula", formula=formula, **vals)


class TestQuotaFacts(FactCase):
    # -- life of a fact ------------------------------------------------------------------------

    def test_what_lasts_is_ended_by_what_follows_it(self):
        first = self._fact(self.member_b, self.machines, 4)
        second = self._fact(self.member_b, self.machines, 6, approve=False, date_from="2026-05-01")
        self.assertFalse(first.date_to, "until it is approved")
        second.action_approve()
        self.assertEqual((first.state, first.date_to), ("approved", self._date("2026-04-30")))
        self.assertEqual(second.state, "approved")

    def test_what_is_declared_anew_for_the_same_days_supersedes(self):
        first = self._fact(self.member_b, self.machines, 4)
        second = self._fact(self.member_b, self.machines, 5)
        self.assertEqual((first.state, first.superseded_by_id), ("superseded", second))
        with self.assertRaisesRegex(UserError, "in state “Superseded”"):
            first.action_approve()

    def test_a_fact_of_some_days_within_one_that_lasts_is_refused(self):
        self._fact(self.member_b, self.machines, 4)
        within = self._fact(
            self.member_b,
            self.machines,
            9,
            approve=False,
            date_from="2026-02-01",
            date_to="2026-02-28",
        )
        with self.assertRaisesRegex(ValidationError, "Taller B .*, 4 machines, is approved"):
            within.action_approve()

    def test_the_database_refuses_two_approved_for_a_day(self):
        self._fact(self.member_b, self.machines, 4)
        other = self._fact(self.member_b, self.machines, 9, approve=False, date_from="2026-03-01")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env.cr.execute(
                "UPDATE business_network_fact SET state = 'approved' WHERE id = %s", other.ids
            )

    def test_what_was_declared_is_not_changed_and_refusing_needs_a_reason(self):
        fact = self._fact(self.member_b, self.machines, 4, approve=False)
        for vals in ({"value": 5}, {"kind_id": self.area.id}, {"date_from": "2026-02-01"}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "was declared. Reset it"):
                fact.write(vals)
        with self.assertRaisesRegex(UserError, "Write why Taller B .* is refused"):
            fact.action_refuse()
        fact.refusal_reason = "No se contaron bien"
        fact.action_refuse()
        fact.action_reset_to_draft()
        fact.value = 5
        fact.action_declare()
        fact.action_approve()
        self.assertEqual(
            (fact.state, fact.value, fact.decided_by_id), ("approved", 5, self.env.user)
        )

    def test_bad_facts(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._fact(self.member_b, self.machines, -1)
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "value_exact"),
            self.cr.savepoint(),
        ):
            self._fact(self.member_b, self.machines, 1e13)
        self.member_b.date_to = "2026-03-31"
        with self.assertRaisesRegex(ValidationError, "Taller B is no member of Red ABC between"):
            self._fact(self.member_b, self.machines, 1, date_from="2026-04-01")
        other = self._create_network("Red XY", self.operating_form)
        looms = self._kind("looms", network_id=other.id)
        with self.assertRaisesRegex(ValidationError, "do not declare Looms, which is of Red XY"):
            self._fact(self.member_c, looms, 1)

    # -- kinds ---------------------------------------------------------------------------------

    def test_codes_that_formulas_cannot_read(self):
        for code in ("min", "2machines", "Máquinas", "a b", "machines*", "_"):
            with self.subTest(code), self.assertRaisesRegex(ValidationError, "cannot be the code"):
                self._kind(code)
        with self.assertRaisesRegex(ValidationError, "“” cannot be the code of Machines"):
            self.machines.code = False

    def test_a_code_in_the_formula_of_an_open_plan_is_not_given_away(self):
        self._facts(self.machines, (4, 3, 2))
        plan = self._formula_plan("machines + 1")
        with self.assertRaisesRegex(
            ValidationError, f"“machines” is in the formula of {plan.name}"
        ):
            self.machines.code = "looms"
        self.machines.write({"code": "machines", "name": "Máquinas"})
        self.area.code = "hectares"
        plan.action_cancel()
        self.machines.code = "looms"

    def test_a_code_means_one_kind_wherever_it_is_known(self):
        other = self._create_network("Red XY", self.operating_form)
        looms = self._kind("looms", network_id=self.network.id)
        self.assertEqual(looms.company_id, self.network.company_id)
        self._kind("looms", network_id=other.id)
        for label, vals in (
            ("of all networks", {}),
            ("of all companies", {"company_id": False}),
        ):
            with (
                self.subTest(label),
                self.assertRaisesRegex(ValidationError, "“looms” is the code of Looms already"),
            ):
                self._kind("looms", **vals)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._kind("looms", network_id=self.network.id)
        with self.assertRaisesRegex(ValidationError, "Machines already, of all networks of"):
            self._kind("machines", network_id=other.id)
        elsewhere = self.env["res.company"].create({"name": "Otra empresa"})
        self._kind("machines", company_id=elsewhere.id)

    # -- formulas ------------------------------------------------------------------------------

    def test_weights_are_what_the_formula_makes_exact(self):
        self._facts(self.machines, (4, 2, 0))
        self._facts(self.operators, (7, 3, 1))
        self._facts(self.area, (12.5, 80, 10))
        plan = self._formula_plan("machines * 2 + operators / 3 + min(area, 50)")
        plan.action_propose()
        self.assertEqual(self._units(plan, field="weight"), ["137/6", "55", "31/3"])
        self.assertEqual(sum(self._units(plan)), 100)
        row = plan.explain()[0]
        self.assertEqual(row["facts"], "area = 12.5, machines = 4, operators = 7")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial_quota.report_quota_act", plan.ids
        )
        self.assertIn("machines * 2 + operators / 3", html.decode())
        self.assertIn("area = 12.5, machines = 4", html.decode())

    def test_only_facts_approved_for_the_first_day_count(self):
        self._facts(self.machines, (4, 4, 4))
        self._fact(self.member_a, self.machines, 9, date_from="2026-01-02")
        self._fact(self.member_b, self.machines, 9, approve=False)
        plan = self._formula_plan("machines")
        plan.action_propose()
        self.assertEqual(self._units(plan, field="weight"), ["4", "4", "4"])
        plan.action_reset_to_draft()
        plan.date_from = "2026-02-01"
        plan.action_propose()
        self.assertEqual(self._units(plan, field="weight"), ["9", "4", "4"])

    def test_missing_facts_are_named_with_their_members(self):
        self._facts(self.machines, (4, 4, 4))
        self._fact(self.member_a, self.operators, 1)
        plan = self._formula_plan("machines + operators", limits={self.member_c: {}})
        with self.assertRaisesRegex(
            UserError,
            "approved for 01/01/2026, and these are missing: operators: Taller B, Taller C",
        ):
            plan.action_propose()
        self._quota(plan, self.member_c).excluded = True
        self._fact(self.member_b, self.operators, 0)
        plan.action_propose()
        self.assertEqual(self._units(plan, field="weight"), ["5", "4", "0"])

    def test_a_formula_that_is_not_understood_is_refused_when_written(self):
        plan = self._create_plan()
        for formula, message in (
            ("machines +", "ends where a number or a fact is missing"),
            ("machines ** 2", r"“\*” cannot stand at position 11"),
            ("__import__('os')", r"“\(” cannot stand at position 11"),
            ("machines + looms", "“looms” .* is no fact. Known are: area, machines, operators"),
            ("1+" * 300 + "1", "is too long"),
        ):
            with self.subTest(formula[:20]), self.assertRaisesRegex(ValidationError, message):
                plan.formula = formula

    def test_what_a_formula_cannot_make_is_refused_by_name(self):
        self._facts(self.machines, (4, 0, 2))
        for formula, message in (
            ("1 / machines", r"divides by zero for Taller B \(machines = 0\)"),
            ("machines - 1", r"makes -1 for Taller B \(machines = 0\), and no weight is below"),
            ("machines - machines", "Nobody in Red ABC has a weight .* makes zero for everyone"),
            ("2 + " + "*".join(["99999999"] * 15), "too large to share by"),
        ):
            plan = self._formula_plan(formula)
            with self.subTest(formula[:20]), self.assertRaisesRegex(UserError, message):
                plan.action_propose()
            plan.unlink()
        plan = self._create_plan(basis="formula")
        with self.assertRaisesRegex(UserError, "shares by a formula and has none"):
            plan.action_propose()

    def test_a_network_has_its_own_facts_or_the_sum_of_its_members(self):
        union, (abc, xy), others = self._union()
        self._facts(self.machines, (4, 3, 2))
        self._facts(self.machines, (5, 1), others)
        plan = self._formula_plan(
            "min(machines, 20)",
            network_id=union.id,
            sub_basis="formula",
            sub_formula="machines * machines",
            volume=30,
        )
        plan.action_propose()
        self.assertEqual(self._units(plan, [abc, xy], "weight"), ["9", "6"])
        self.assertEqual(self._units(plan, self.members, "weight"), ["16", "9", "4"])
        self.assertEqual(self._units(plan, [abc, xy]), [18, 12])
        plan.action_reset_to_draft()
        self._fact(xy, self.machines, 21)
        plan.action_propose()
        self.assertEqual(self._units(plan, [abc, xy], "weight"), ["9", "20"])

    def test_who_is_silent_within_a_network_is_named(self):
        union, _networks, others = self._union()
        self._facts(self.machines, (4, 3, 2))
        self._fact(others[0], self.machines, 5)
        plan = self._formula_plan("machines", network_id=union.id)
        with self.assertRaisesRegex(UserError, r"machines: Red XY \(Taller C\)"):
            plan.action_propose()

    def test_a_union_reads_its_own_kinds_from_the_members_of_its_networks(self):
        union, (abc, xy), others = self._union()
        looms = self._kind("looms", network_id=union.id)
        self._facts(looms, (4, 3, 2))
        self._facts(looms, (5, 1), others)
        plan = self._formula_plan("looms", network_id=union.id)
        self.assertEqual(plan.fact_codes, "area, looms, machines, operators")
        plan.action_propose()
        self.assertEqual(self._units(plan, [abc, xy], "weight"), ["9", "6"])

    def test_proposing_twice_writes_nothing(self):
        self._facts(self.machines, (4, 3, 2))
        plan = self._formula_plan("machines / 7")
        plan.action_propose()
        before = plan.quota_ids.read()
        plan.action_reset_to_draft()
        plan.action_propose()
        self.assertEqual(plan.quota_ids.read(), before)
        self.assertEqual(sum(Fraction(q.weight) for q in plan.quota_ids), Fraction(9, 7))

    def test_queries_do_not_grow_with_the_members(self):
        large = self._create_network("Red grande", self.operating_form)
        members = self._create_members(
            large, [self._create_partner(f"Taller {number}") for number in range(40)]
        )
        self._facts(self.machines, (4, 3, 2))
        self._facts(self.machines, range(1, 41), members)
        counts = []
        for network in (self.network, large):
            plan = self._formula_plan("machines", network_id=network.id)
            plan.action_propose()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            plan.what_if(50)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    # -- who -----------------------------------------------------------------------------------

    def test_managers_declare_and_approve_for_their_networks_alone(self):
        manager, stranger = (self._create_user(login, MANAGER) for login in ("gestora", "ajena"))
        self.network.manager_id = manager
        form = Form(self.env["business.network.fact"].with_user(manager))
        form.member_id = self.member_b.with_user(manager)
        form.kind_id = self.machines.with_user(manager)
        form.value = 12
        fact = form.save()
        with self.assertRaisesRegex(UserError, "changed by its buttons"):
            fact.state = "approved"
        fact.action_declare()
        fact.action_approve()
        self.assertEqual((fact.state, fact.decided_by_id), ("approved", manager))
        self.assertEqual(self.member_b.with_user(manager).declared_fact_count, 1)
        for label, action in (
            ("read", lambda: fact.with_user(stranger).read(["value"])),
            ("reset", fact.with_user(stranger).action_reset_to_draft),
            ("create", lambda: fact.with_user(stranger).copy()),
        ):
            with (
                self.subTest(label),
                mute_logger("odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
            ):
                action()

    def test_a_fact_is_not_moved_to_a_member_of_another_network(self):
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        other = self._create_network("Red XY", self.operating_form)
        abroad = self._create_members(other, [self.partner_b])
        fact = self.env["business.network.fact"].create(
            {"member_id": self.member_b.id, "kind_id": self.machines.id, "value": 4}
        )
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            fact.with_user(manager).member_id = abroad

    def test_kinds_are_changed_by_their_network_and_seen_where_they_are_declared(self):
        manager, stranger = (self._create_user(login, MANAGER) for login in ("gestora", "ajena"))
        union, _networks, others = self._union()
        self.network.manager_id = manager
        others.network_id.manager_id = stranger
        Kind = self.env["business.network.fact.kind"]
        looms = Kind.with_user(manager).create(
            {"name": "Telares", "code": "looms", "network_id": self.network.id}
        )
        dyes = self._kind("dyes", network_id=union.id)
        self.assertIn(looms, Kind.with_user(manager).search([]))
        seen = Kind.with_user(stranger).search([])
        self.assertNotIn(looms, seen)
        self.assertLessEqual(dyes | self.machines, seen)
        for label, action in (
            ("general", lambda: self.machines.with_user(manager).write({"name": "Otro"})),
            ("of the union", lambda: dyes.with_user(stranger).write({"name": "Otro"})),
            ("for all", lambda: Kind.with_user(manager).create({"name": "X", "code": "x"})),
            ("made for all", lambda: looms.write({"network_id": False})),
            ("given to another", lambda: looms.write({"network_id": others.network_id.id})),
        ):
            with (
                self.subTest(label),
                mute_logger("odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
                self.cr.savepoint(),
            ):
                action()
        self._create_user("coordinadora", COORDINATOR)
        self.machines.with_user(self.env.ref("base.user_admin")).name = "Máquinas"

    def test_books_of_another_company_are_not_seen(self):
        self._fact(self.member_b, self.machines, 4)
        company = self.env["res.company"].create({"name": "Otra empresa"})
        abroad = self._create_user("lejana", COORDINATOR, company=company)
        here = self._create_user("coordinadora", COORDINATOR)
        facts = self.env["business.network.fact"]
        self.assertEqual(len(facts.with_user(here).search([])), 1)
        self.assertFalse(facts.with_user(abroad).search([]))
        kinds = self.env["business.network.fact.kind"].with_user(abroad).search([])
        self.assertNotIn(self.machines, kinds)

    def test_the_screens_of_a_plan_with_a_formula(self):
        self._facts(self.machines, (4, 3, 2))
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        form = Form(self.env["business.network.quota.plan"].with_user(manager))
        form.network_id = self.network.with_user(manager)
        form.product_tmpl_id = self.product.product_tmpl_id
        form.date_from = "2026-02-10"
        self.assertEqual(str(form.date_to), "2026-02-28", "the month of its start")
        form.volume = 90
        form.basis = "formula"
        form.formula = "machines"
        self.assertIn("machines", form.fact_codes)
        plan = form.save()
        plan.action_propose()
        self.assertEqual(self._units(plan), [40, 30, 20])
        action = plan.action_open_facts()
        found = self.env[action["res_model"]].with_user(manager).search(action["domain"])
        self.assertEqual(len(found), 3)

    def test_a_member_is_shown_with_its_network_where_asked(self):
        shown = self.member_b.with_context(show_member_network=True)
        self.assertEqual(shown.display_name, f"{self.member_b.display_name} · Red ABC")
        self.assertEqual(self.member_b.display_name, "Taller B")
