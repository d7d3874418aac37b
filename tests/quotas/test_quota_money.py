"""Quotas in money: typed, imported, shown, printed and summed as amounts of currency, not coins."""

import base64
import io
from ast import literal_eval

from lxml import etree
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form
from openpyxl import load_workbook

from tests.quotas.test_quota_act import QuotaActCase


class TestQuotaMoney(QuotaActCase):
    def set_up_once(self):
        super().set_up_once()
        vals = {"kind": "amount", "product_tmpl_id": False, "volume": 1000, "basis": "equal"}
        self.plan = self._create_plan(**vals)
        self.plan.action_load_members()

    def _type(self, **limits):
        with Form(self.plan) as form, form.quota_ids.edit(0) as row:
            for name, amount in limits.items():
                row[name] = amount

    def _import(self, text):
        wizard = self.env["business.network.quota.limit.import"].create(
            {
                "plan_id": self.plan.id,
                "file": base64.b64encode(text.encode()),
                "filename": "cuotas.csv",
            }
        )
        wizard.action_import()
        return wizard

    def _propose(self):
        self.plan.action_propose()
        return self._units(self.plan, field="planned_amount")

    # -- limits --------------------------------------------------------------------------------

    def test_the_most_that_is_typed_is_an_amount(self):
        self._type(cap_amount=100, floor_amount=20.5)
        quota = self.plan.quota_ids[0]
        self.assertEqual((quota.cap, quota.floor), (10000, 2050), "the coins are kept")
        self.assertEqual(self._propose(), [100, 450, 450])
        self.assertEqual(quota.applied_cap_text, "100.00")
        with self.assertRaisesRegex(UserError, "part of what was proposed"):
            quota.cap_amount = 50

    def test_limits_that_cannot_be_are_named_in_money(self):
        for quota in self.plan.quota_ids:
            quota.floor_amount = 400
        currency = self.plan.currency_id.name
        message = f"add up to {currency} 1,200.00, more than the 1,000.00 there are"
        with self.assertRaisesRegex(UserError, message):
            self._propose()
        self.plan.quota_ids[0].cap_amount = 300
        self.plan.volume = 2000
        message = f"at least {currency} 400.00 in .*, and 300.00 at most"
        with self.assertRaisesRegex(UserError, message):
            self._propose()

    def test_a_quota_in_quantities_takes_no_amounts(self):
        plan = self._create_plan()
        plan.action_load_members()
        self.assertEqual(plan.quota_ids.mapped("cap_amount"), [0, 0, 0])
        with self.assertRaisesRegex(UserError, "is in quantities. Write whole quota units"):
            plan.quota_ids[0].cap_amount = 5

    def test_a_sheet_of_limits_is_in_money_and_comes_back(self):
        self.assertFalse(self._import("Member,Least,Most\nTaller B,20.50,100\n").problem_ids)
        quota = self._quota(self.plan, self.member_b)
        self.assertEqual((quota.floor, quota.cap), (2050, 10000))
        wizard = self.env["business.network.quota.limit.import"].create({"plan_id": self.plan.id})
        sheet = load_workbook(io.BytesIO(base64.b64decode(wizard.template))).worksheets[0]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
        self.assertEqual(rows[1][1:4], ["Taller B", 20.5, 100])
        problems = self._import("Member,Least,Most\nTaller B,200,100.555\n").problem_ids
        self.assertIn("“100.555” is no number", problems[0].problem)
        problems = self._import("Member,Least,Most\nTaller B,200,100\n").problem_ids
        self.assertIn("at least 200.00 and at most 100.00", problems.problem)
        self.assertEqual((quota.floor, quota.cap), (2050, 10000), "nothing is half-written")

    def test_what_is_too_large_has_a_remedy_of_money(self):
        name = self.plan.currency_id.name
        message = f"share {name} 30,000,000.00; .* {name} 21,474,836.46. Plan a shorter period"
        with self.assertRaisesRegex(ValidationError, message):
            self.plan.volume = 30_000_000
        with self.assertRaisesRegex(ValidationError, "above .* 21,474,836.46"):
            self.plan.quota_ids[0].cap_amount = 30_000_000
        self.plan.volume = 21_000_000
        self.assertEqual(sum(self._propose()), 21_000_000)

    # -- figures -------------------------------------------------------------------------------

    def _run(self):
        self.plan.action_propose()
        self.plan.action_agree()
        self.plan.action_run()

    def test_what_is_consumed_and_left_is_money(self):
        self._run()
        self._sell([10, 5, 0])
        for name, amounts in (
            ("planned_amount", [333.34, 333.33, 333.33]),
            ("consumed_amount", [100, 50, 0]),
            ("remaining_amount", [233.34, 283.33, 333.33]),
            ("fair_share_amount", [333.3333] * 3),
            ("difference_amount", [0.0067, -0.0033, -0.0033]),
        ):
            with self.subTest(name):
                self.assertEqual(self._units(self.plan, field=name), amounts)

    def test_amounts_add_up_in_lists_graphs_and_pivots(self):
        self._run()
        self._sell([10, 5, 0])
        self._create_plan(volume=77).action_propose()
        quotas = self.env["business.network.quota"]
        names = ("planned_amount", "consumed_amount", "remaining_amount")
        sums = [f"{name}:sum" for name in names]
        ((planned, consumed, left),) = quotas._read_group([], [], sums)
        self.assertEqual((planned, consumed, left), (1000, 150, 850), "pieces are no money")
        described = quotas.fields_get(names, ["aggregator"])
        self.assertEqual({described[name]["aggregator"] for name in names}, {"sum"})

    def test_quotas_in_money_have_a_list_of_their_own(self):
        self._run()
        action = self.plan.action_open_quotas()
        own = self.env.ref("red_empresarial_quota.business_network_quota_money_action")
        self.assertEqual(action["id"], own.id)
        pieces = self._create_plan(volume=77)
        pieces.action_propose()
        other = self.env.ref("red_empresarial_quota.business_network_quota_action")
        self.assertEqual(pieces.action_open_quotas()["id"], other.id)
        quotas = self.env["business.network.quota"]
        for action, plan in ((own, self.plan), (other, pieces)):
            domain = self.env["ir.actions.act_window"]._for_xml_id(action.xml_id)["domain"]
            self.assertEqual(quotas.search(literal_eval(domain)).plan_id, plan)
        for view in own.view_ids.view_id:
            arch = etree.fromstring(quotas.get_view(view.id, view.type)["arch"])
            shown = [node.get("name") for node in arch.iter("field") if not hidden(node)]
            self.assertIn("planned_amount", shown)
            self.assertNotIn("units", shown)

    # -- transfers -----------------------------------------------------------------------------

    def _propose_transfer(self, plan, **typed):
        with Form(self.env["business.network.quota.transfer"]) as form:
            form.from_quota_id = self._quota(plan, self.member_b)
            form.to_quota_id = self._quota(plan, self.member_c)
            for name, value in typed.items():
                form[name] = value
        return form.save()

    def test_a_transfer_is_typed_booked_and_refused_in_money(self):
        self._run()
        transfer = self._propose_transfer(self.plan, moved_amount=33.33, amount=5)
        self.assertEqual(transfer.units, 3333, "the coins are kept")
        with Form(transfer) as form:
            form.moved_amount = 333.34
        self.assertEqual(transfer.units, 33334)
        transfer.consent_reference = "Acta 3"
        currency = self.plan.currency_id.name
        message = f"has {currency} 333.33 of its quota .* moves {currency} 333.34"
        with self.assertRaisesRegex(UserError, message):
            transfer.action_consent_giver()
        transfer.moved_amount = 33.33
        transfer.action_consent_giver()
        with self.assertRaisesRegex(UserError, "Consent was given"):
            transfer.moved_amount = 100
        transfer.action_consent_receiver()
        transfer.action_carry_out()
        self.assertEqual(self._units(self.plan, field="remaining_amount"), [333.34, 300, 366.66])
        self.assertIn(f"{currency} 33.33 of", transfer.move_ids.line_ids[0].name)

    def test_a_transfer_of_quantities_takes_no_amount(self):
        plan = self._create_plan(volume=30)
        for action in ("propose", "agree", "run"):
            getattr(plan, f"action_{action}")()
        transfer = self._propose_transfer(plan, units=2)
        self.assertEqual((transfer.units, transfer.moved_amount), (2, 0))
        with self.assertRaisesRegex(UserError, "is in quantities. Write whole quota units"):
            transfer.moved_amount = 5

    # -- screens and paper ----------------------------------------------------------------------

    def test_the_form_shows_amounts_and_no_coins(self):
        arch = etree.fromstring(self.plan.get_view(view_type="form")["arch"])
        columns = {
            node.get("name"): node.get("column_invisible") or ""
            for node in arch.xpath("//field[@name='quota_ids']/list/field")
        }
        for name in ("cap", "floor", "units", "fair_share", "consumed_units", "remaining_units"):
            self.assertIn("parent.kind == 'amount'", columns[name])
        for name in ("cap_amount", "planned_amount", "consumed_amount", "remaining_amount"):
            self.assertIn("parent.kind != 'amount'", columns[name])
        self.assertIn("Fulfilment is measured in", etree.tostring(arch, encoding="unicode"))

    def test_the_act_and_the_sheet_are_in_money(self):
        self.plan.quota_ids[2].cap_amount = 100
        self.plan.action_propose()
        text = self._print(self.plan)
        self.assertIn("Taller B 1 450.0000 450.00 0.0000", text)
        self.assertIn("Taller C 1 100.00 100.0000 100.00 0.0000", text)
        self.assertIn("Allotted 1,000.00", text)
        self.assertNotIn("45000", text)
        rows = self._read_sheet()
        header = next(row for row in rows if row[0] == "Network")
        row = next(row for row in rows if row[1] == "Taller C")
        found = dict(zip(header, row, strict=True))
        self.assertEqual(
            [found[name] for name in ("Most", "Fair share", "Amount", "Difference", "Remaining")],
            [100, 100, 100, 0, 100],
        )
        self.assertNotIn("Units", header)

    def _read_sheet(self):
        book = load_workbook(io.BytesIO(base64.b64decode(self.plan.sheet_file)))
        return list(book.active.iter_rows(values_only=True))

    def test_the_what_if_is_in_money(self):
        self._propose()
        wizard = self.env["business.network.quota.what.if"].create(
            {"plan_id": self.plan.id, "volume": 1300}
        )
        text = " ".join(etree.fromstring(str(wizard.table_html)).itertext()).split()
        for shown in ("433.34", "333.34", "+100.00", "1,300.00"):
            self.assertIn(shown, text)
        self.assertNotIn("43334", text)


def hidden(node):
    return node.get("invisible") == "1" or node.get("column_invisible") == "True"
