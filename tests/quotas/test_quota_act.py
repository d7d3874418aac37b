"""The act of a plan: who can print it, and what it proves to the members."""

import re

from odoo.exceptions import AccessError
from odoo.tests import Form
from odoo.tools import mute_logger

from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"
COORDINATOR = "red_empresarial.group_network_coordinator"
ACT = "red_empresarial_quota.report_quota_act"


class QuotaActCase(QuotaCase):
    def _print(self, records, user=None, report=ACT, **context):
        """The text of a report, rendered with the rights of ``user`` as the server does."""
        user = user or self.env.user
        reports = self.env["ir.actions.report"].with_user(user).with_context(**context)
        self.env.invalidate_all()
        html, _kind = reports._render_qweb_html(report, records.ids)
        return " ".join(re.sub(r"<[^>]*>", " ", html.decode()).split())

    def _print_pdf(self, records, user, report=ACT, **context):
        self.env.invalidate_all()
        content, kind = (
            self.env["ir.actions.report"]
            .with_user(user)
            .with_context(force_report_rendering=True, **context)
            ._render_qweb_pdf(report, records.ids)
        )
        return kind, content[:4]


class TestQuotaActAccess(QuotaActCase):
    def set_up_once(self):
        super().set_up_once()
        self.union, (self.abc, self.xy), self.others = self._union()
        self.above = self._create_user("de_la_central", MANAGER)
        self.union.manager_id = self.above

    def _propose(self, **vals):
        plan = self._create_plan(network_id=self.union.id, sub_basis="equal", volume=20, **vals)
        plan.action_propose()
        return plan

    def _assert_all_named(self, text):
        for name in ("Red ABC", "Red XY", "Taller B", "Taller C", "Acta 7"):
            self.assertIn(name, text)

    def test_the_manager_of_a_union_prints_without_managing_its_networks(self):
        plan = self._propose()
        self._assert_all_named(self._print(plan, self.above))
        self.assertEqual(self._print_pdf(plan, self.above), ("pdf", b"%PDF"))

    def test_a_coordinator_prints_with_the_company_of_the_union_alone(self):
        """A member network keeps its books in another company, which is not ticked."""
        other = self.env["res.company"].create(
            {"name": "Otros libros", "currency_id": self.env.company.currency_id.id}
        )
        far = self._create_network(
            "Red lejana",
            self.operating_form,
            company_id=other.id,
            leader_id=self._create_partner("Líder lejano").id,
        )
        far_members = self._create_members(far, [self.partner_b])
        self._create_agreement(far, far_members, (1,))
        self.xy.sub_network_id = far
        coordinator = self._create_user("coordinadora", COORDINATOR)
        coordinator.company_ids += other
        plan = self._propose(basis="equal")
        context = {"allowed_company_ids": self.env.company.ids}
        text = self._print(plan, coordinator, **context)
        for name in ("Red ABC", "Red lejana", "Taller B"):
            self.assertIn(name, text)
        self.assertEqual(self._print_pdf(plan, coordinator, **context), ("pdf", b"%PDF"))

    def test_a_stranger_prints_nothing(self):
        plan = self._propose()
        stranger = self._create_user("ajena", MANAGER)
        with (
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_qweb"),
            self.assertRaises(AccessError),
        ):
            self._print(plan, stranger)


class TestQuotaPart(QuotaActCase):
    """A member network reads and prints its own part of the union's plan, and no other's."""

    PART = "red_empresarial_quota.report_quota_part"

    def set_up_once(self):
        super().set_up_once()
        self.union, (self.abc, self.xy), self.others = self._union()
        self.manager = self._create_user("otra_gestora", MANAGER)
        self.xy.sub_network_id.manager_id = self.manager
        self.plan = self._create_plan(
            network_id=self.union.id,
            sub_basis="agreement",
            volume=500,
            unit_size=25,
            limits={self.others[0]: {"cap": 3}},
        )
        self.plan.action_propose()
        self.quota = self._quota(self.plan, self.xy)

    def test_the_manager_of_a_network_prints_its_part(self):
        for quotas in (self.quota, self._quota(self.plan, self.others[1]), self.quota.child_ids):
            text = self._print(quotas, self.manager, self.PART)
            for shown in (
                "Quota act of Red XY",
                "quota units of 25 Units",
                "Acta 7",
                "Shared by: Weights of the agreement · within networks: Weights of the agreement",
                "Red XY 40 8 8 0 200",
                "Taller B 1 3 3 3 0 75",
                "Taller C 1 5 5 0 125",
            ):
                self.assertIn(shown, text)
            for other in ("Red ABC", "Taller A", "500"):
                self.assertNotIn(other, text)
        self.assertEqual(self._print_pdf(self.quota, self.manager, self.PART), ("pdf", b"%PDF"))

    def test_the_manager_of_a_network_reads_its_part_and_changes_nothing(self):
        self.env.invalidate_all()
        own = self._quota(self.plan, self.others[1]).with_user(self.manager)
        action = own.action_open_part()
        part = own.browse(action["res_id"])
        self.assertEqual(part, self.quota)
        self.env.invalidate_all()
        form = Form(part, view=action["views"][0][0])
        self.assertEqual((form.plan_unit_size, form.plan_basis), (25, "agreement"))
        self.assertEqual((form.plan_minute_reference, form.units), ("Acta 7", 8))
        self.assertEqual(len(part.child_ids), 2)
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            part.write({"cap": 1})

    def test_the_part_of_another_network_is_neither_read_nor_printed(self):
        other = self._quota(self.plan, self.abc)
        for name, act in (
            ("print", lambda: self._print(other, self.manager, self.PART)),
            ("both", lambda: self._print(other | self.quota, self.manager, self.PART)),
            ("open", lambda: other.with_user(self.manager).action_open_part()),
        ):
            with (
                self.subTest(name),
                mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_qweb"),
                self.assertRaises(AccessError),
            ):
                act()
