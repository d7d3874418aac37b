"""Who sees and changes quotas: two networks, two companies, two tiers."""

from ast import literal_eval

from lxml import etree
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tests import Form
from odoo.tools import mute_logger

from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"
MODELS = (
    "business.network.quota.plan",
    "business.network.quota",
    "business.network.quota.consumption",
)


class TestQuotaAccess(QuotaCase):
    def set_up_once(self):
        super().set_up_once()
        self.manager = self._create_user("gestora", MANAGER)
        self.stranger = self._create_user("ajena", MANAGER)
        self.coordinator = self._create_user(
            "coordinadora", "red_empresarial.group_network_coordinator"
        )
        self.network.manager_id = self.manager
        self.plan = self._run_plan()
        self.order = self._sell([10, 5, 0])

    def _seen(self, user):
        return [len(self.env[model].with_user(user).search([])) for model in MODELS]

    def _assert_no_access(self, label, function):
        with (
            self.subTest(label),
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
            self.assertRaises(AccessError),
        ):
            function()

    def test_managers_see_their_networks_alone(self):
        company = self.env["res.company"].create({"name": "Otra empresa"})
        abroad = self._create_user(
            "lejana", "red_empresarial.group_network_coordinator", company=company
        )
        clerk = self._create_user("empleada")
        self.assertEqual(self._seen(self.manager), [1, 3, 2])
        self.assertEqual(self._seen(self.stranger), [0, 0, 0])
        self.assertEqual(self._seen(self.coordinator), [1, 3, 2])
        self.assertEqual(self._seen(abroad), [0, 0, 0])
        for model in MODELS:
            records = self.env[model].with_user(clerk)
            self._assert_no_access(model, lambda r=records: r.search_count([]))

    def test_strangers_neither_read_nor_act(self):
        plan = self.plan.with_user(self.stranger)
        quota = self.plan.quota_ids[0].with_user(self.stranger)
        self._assert_no_access("read", lambda: plan.read(["volume"]))
        self._assert_no_access("quota", lambda: quota.read(["units"]))
        self._assert_no_access("close", plan.action_close)
        self._assert_no_access("revise", plan.action_revise)
        self._assert_no_access("explain", plan.explain)

    def test_nobody_writes_results_or_states(self):
        plan, quota = (r.with_user(self.manager) for r in (self.plan, self.plan.quota_ids[0]))
        for vals in ({"units": 99}, {"consumed_quantity": 0}, {"transferred_in": 5}):
            with self.subTest(vals), self.assertRaises(UserError):
                quota.write(vals)
        for vals in ({"state": "closed"}, {"in_revision": True}):
            with self.subTest(vals), self.assertRaises(UserError):
                plan.write(vals)
        row = self.plan.quota_ids.consumption_ids[0].with_user(self.manager)
        self._assert_no_access("consumption", lambda: row.write({"quantity": 1}))
        self._assert_no_access("delete", quota.unlink)

    def test_a_manager_takes_a_plan_through_its_life(self):
        plans = self.env["business.network.quota.plan"].with_user(self.manager)
        form = Form(plans)
        form.network_id = self.network.with_user(self.manager)
        form.product_tmpl_id = self.product.product_tmpl_id
        form.date_from, form.date_to = "2026-07-01", "2026-12-31"
        form.volume = 50
        plan = form.save()
        plan.action_load_members()
        with Form(plan) as form, form.quota_ids.edit(0) as quota:
            quota.cap = 10
        plan.action_propose()
        plan.write({"agreed_on": "2026-06-30", "minute_reference": "Acta 9"})
        plan.action_agree()
        plan.action_run()
        self.assertEqual(sum(plan.quota_ids.mapped("units")), 50)
        self.assertEqual(self._units(plan)[0], 10)
        self.assertEqual(len(plan.explain()), 3)
        plan.revise(volume=60, minute_reference="Acta 10")
        plan.action_close()
        self.assertEqual(plan.state, "closed")

    def test_what_is_computed_of_a_quota_is_not_written(self):
        quota = self.plan.quota_ids[0].with_user(self.manager)
        for name in ("remaining_units", "consumed_units", "network_id", "company_id", "position"):
            with self.subTest(name), self.assertRaisesRegex(UserError, "come from its plan"):
                quota.write({name: quota.sudo()[name] or False})
        seller = self._create_user("vendedora", "sales_team.group_sale_salesman_all_leads")
        allocation = self.order.order_line.allocation_ids[0].with_user(seller)
        with self.assertRaisesRegex(UserError, "Only the actions that make .*Closed Short"):
            allocation.short_quantity = 5
        with self.assertRaisesRegex(UserError, "Only the actions that make .*Released"):
            allocation.released_quantity = 5
        allocation.action_close_short()
        self.assertEqual(allocation.short_quantity, 10)
        allocation.action_undo_close_short()
        self.assertEqual(allocation.short_quantity, 0)

    def test_a_seller_consumes_without_seeing_other_quotas(self):
        seller = self._create_user("vendedora", "sales_team.group_sale_salesman_all_leads")
        order = self._sell([1, 0, 0], confirm=False).with_user(seller)
        self._confirm(order)
        self.assertEqual(self._units(self.plan, field="remaining_units"), [29, 30, 25])

    def test_each_network_sees_its_own_part_of_a_union(self):
        self.order._action_cancel()
        self.plan.action_cancel()
        union, (abc, xy), others = self._union()
        other_manager = self._create_user("otra_gestora", MANAGER)
        others.network_id.manager_id = other_manager
        union.manager_id = self.coordinator
        plan = self._run_plan(network_id=union.id, sub_basis="equal", volume=20)
        quotas = self.env["business.network.quota"]
        domain = [("plan_id", "=", plan.id)]
        seen = quotas.with_user(other_manager).search(domain)
        self.assertEqual(seen.sudo().member_id.sudo(False), xy | others)
        seen.read()
        self._assert_no_access("plan", lambda: plan.with_user(other_manager).read(["volume"]))
        self._assert_no_access("write", lambda: seen.write({"cap": 1}))
        self.assertEqual(len(quotas.with_user(self.coordinator).search(domain)), 7)
        self.assertEqual(
            quotas.with_user(self.manager).search(domain).sudo().member_id.sudo(False),
            abc | self.members,
        )

    def _find_by_default(self, user, xml_id):
        """What a user finds who opens a menu: the action's filters of its search view."""
        action = self.env.ref(f"red_empresarial_quota.{xml_id}")
        model = self.env[action.res_model].with_user(user)
        arch = etree.fromstring(model.get_view(view_type="search")["arch"])
        names = [
            name.removeprefix("search_default_") for name in literal_eval(action.context or "{}")
        ]
        filters = [arch.xpath(f"//filter[@name='{name}']")[0] for name in names]
        domains = [literal_eval(node.get("domain")) for node in filters if node.get("domain")]
        return model.search(Domain.AND(domains))

    def test_the_menu_finds_the_quotas_of_a_network_in_a_plan_of_others(self):
        self.order._action_cancel()
        self.plan.action_cancel()
        union, (_abc, xy), others = self._union()
        other_manager = self._create_user("otra_gestora", MANAGER)
        others.network_id.manager_id = other_manager
        self._run_plan(network_id=union.id, sub_basis="equal", volume=20)
        found = self._find_by_default(other_manager, "business_network_quota_action")
        self.assertEqual(found.sudo().member_id.sudo(False), others)
        fulfilled = self.env["business.network.quota.fulfilment"].with_user(other_manager)
        running = fulfilled.search([("state", "=", "running")])
        self.assertEqual(running.sudo().member_id.sudo(False), xy | others)

    def test_who_runs_the_plan_finds_what_its_own_sales_consumed(self):
        """Members of networks have consumed nothing of it yet: the total would say all is left."""
        self.order._action_cancel()
        self.plan.action_cancel()
        union, networks, _others = self._union()
        plan = self._run_plan(network_id=union.id, sub_basis="equal", volume=20)
        found = self._find_by_default(self.coordinator, "business_network_quota_action")
        self.assertEqual(found.sudo().member_id.sudo(False), networks)
        self.assertEqual(plan.quota_ids.with_user(self.coordinator).filtered("counted_once"), found)

    def test_the_menu_counts_no_unit_twice(self):
        self.order._action_cancel()
        self.plan.action_cancel()
        union, _networks, _others = self._union()
        self._run_plan(network_id=union.id, sub_basis="equal", volume=20)
        found = self._find_by_default(self.coordinator, "business_network_quota_action")
        self.assertEqual(sum(found.mapped("units")), 20)
