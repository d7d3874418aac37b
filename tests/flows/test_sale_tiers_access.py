"""Who sees and does what of a sale over two tiers: two networks, two companies."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from tests.sale_tiers_case import SaleTiersCase

MANAGER = ("red_empresarial.group_network_manager", "sales_team.group_sale_salesman")
COORDINATOR = (
    "red_empresarial.group_network_coordinator",
    "sales_team.group_sale_salesman_all_leads",
)


class TestSaleTiersAccess(SaleTiersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_manager = cls._create_user("gestora", *MANAGER)
        cls.north_manager = cls._create_user("norteña", *MANAGER, company=cls.second)
        cls.coordinator = cls._create_user("coordinadora", *COORDINATOR)
        cls.coordinator.company_ids = [Command.link(cls.second.id)]
        cls.network.manager_id = cls.own_manager
        cls.north.manager_id = cls.north_manager

    def set_up_once(self):
        super().set_up_once()
        self.order = self._sell([60, 40])
        self.own, self.far = (self._part(self.order, n) for n in (self.network, self.north))

    @classmethod
    def _create_user(cls, login, *groups, company=None):
        company = company or cls.env.company
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.set([cls.env.ref(group).id for group in ("base.group_user", *groups)])
                ],
            }
        )

    def _seen(self, user, model, domain):
        companies = {"allowed_company_ids": user.company_ids.ids}
        return self.env[model].with_user(user).with_context(**companies).search(domain).sudo(False)

    def _seen_orders(self, user):
        ids = (self.order | self.own | self.far).ids
        return self._seen(user, "sale.order", [("id", "in", ids)])

    def test_each_manager_sees_its_own_part_and_the_coordinator_all(self):
        self.assertEqual(self._seen_orders(self.own_manager), self.own)
        self.assertEqual(self._seen_orders(self.north_manager), self.far)
        self.assertEqual(len(self._seen_orders(self.coordinator)), 3)
        for user, seen in (
            (self.own_manager, self.own),
            (self.north_manager, self.far),
        ):
            allocations = self._seen(user, "business.network.allocation", [])
            self.assertEqual(allocations, seen.order_line.allocation_ids)

    def test_a_manager_takes_its_part_to_delivery_without_rights_above(self):
        far = self.far.with_user(self.north_manager)
        far.action_confirm()
        far.order_line.allocation_ids[0].action_deliver_all()
        self.assertEqual(self.order.order_line.qty_delivered, 20)
        deliveries = self._seen(self.north_manager, "business.network.delivery", [])
        self.assertEqual(deliveries.network_id, self.north)
        far.read(["network_parent_name", "network_child_order_count"])

    def test_a_manager_neither_reads_nor_changes_other_parts(self):
        upper = self.order.with_user(self.own_manager)
        far = self.far.with_user(self.own_manager)
        for label, function in (
            ("upper", lambda: upper.read(["name"])),
            ("far", lambda: far.read(["name"])),
            ("cancel", far._action_cancel),
        ):
            with (
                self.subTest(label),
                mute_logger("odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
            ):
                function()

    def test_the_coordinator_leads_parts_in_books_she_does_not_see(self):
        self.coordinator.company_ids = self.company
        order = self.order.with_user(self.coordinator)
        order.order_line.allocation_ids[1].quantity = 30
        self.assertEqual(self.far.order_line.product_uom_qty, 30)
        self.assertEqual(self._seen_orders(self.coordinator), self.order | self.own)

    def test_documents_are_drafted_in_books_the_coordinator_does_not_see(self):
        (self.own | self.far).action_confirm()
        self._deliver(self.own, [24, 21, 15])
        self._deliver(self.far, [20, 12, 8])
        self._invoice(self.order)
        self.coordinator.company_ids = self.company
        settlement = self._create_settlement(network=self.union).with_user(self.coordinator)
        settlement.action_compute()
        settlement.action_approve()
        self.assertEqual(settlement.network_document_count, 2)
        document = self._document(settlement.sudo(), self.north)
        self.assertEqual((document.company_id, document.state), (self.second, "draft"))

    def test_links_of_parts_are_not_written_by_hand(self):
        far = self.far.with_user(self.north_manager)
        allocation = far.order_line.allocation_ids[0]
        own_order = far.create({"partner_id": self.customer.id, "network_id": self.north.id})
        link = {"network_source_line_id": self.order.order_line.id}
        row = {"product_id": self.product.id, "order_id": own_order.id}
        parent, member = self.far.network_parent_order_id.id, self.union_members[0].id
        source = {"source_delivery_id": self._deliver(self.own, [1, 0, 0]).id}
        delivery = {"allocation_id": allocation.id, "quantity": 1, "state": "draft"}
        for label, function in (
            ("parent", lambda: own_order.write({"network_parent_order_id": parent})),
            ("no parent", lambda: far.write({"network_parent_order_id": False})),
            ("member", lambda: own_order.write({"network_parent_member_id": member})),
            ("new order", lambda: own_order.copy({"network_parent_member_id": member})),
            ("line", lambda: far.order_line.write({"network_source_line_id": False})),
            ("new line", lambda: far.order_line.create(row | link)),
            ("delivery", lambda: allocation.delivery_ids.create(delivery | source)),
        ):
            with self.subTest(label):
                self._assert_refused("Only the actions that make", function)
        context = {"default_network_source_line_id": self.order.order_line.id}
        line = far.order_line.with_context(**context).create(row)
        self.assertFalse(line.network_source_line_id)

    def test_a_line_linked_to_another_order_counts_nowhere(self):
        own_order = self.far.copy({"order_line": False, "network_parent_member_id": False})
        own_order.network_parent_member_id = self.union_members[0]
        line = self.far.order_line.copy({"order_id": own_order.id})
        line.network_source_line_id = self.order.order_line
        own_order.share_out()
        own_order = own_order.with_user(self.north_manager)
        with self.assertRaisesRegex(UserError, "is no part of"), self.env.cr.savepoint():
            own_order.order_line.allocation_ids[0].action_deliver_all()
        self.assertEqual(self.order.order_line.qty_delivered, 0)
