"""Who sees and does what: managers their networks, coordinators their companies, nobody rows."""

from odoo import Command
from odoo.exceptions import AccessError, UserError

from tests.common import NetworkCase

MODELS = (
    "business.network",
    "business.network.member",
    "business.network.agreement",
    "business.network.agreement.line",
    "business.network.allocation",
    "business.network.delivery",
    "business.network.distribution",
    "business.network.settlement",
    "business.network.settlement.line",
    "business.network.settlement.item",
    "business.network.redistribution",
    "business.network.redistribution.line",
    "business.network.verification",
)


class AccessCase(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("gestora", "red_empresarial.group_network_manager")
        cls.treasurer = cls._create_user(
            "tesorera", "red_empresarial.group_network_manager", "account.group_account_invoice"
        )
        cls.coordinator = cls._create_user(
            "coordinadora", "red_empresarial.group_network_coordinator"
        )
        cls.biller = cls._create_user("facturadora", "account.group_account_invoice")
        cls.auditor = cls._create_user("auditora", "account.group_account_readonly")
        cls.salesman = cls._create_user("vendedora", "sales_team.group_sale_salesman")
        cls.buyer = cls._create_user("compradora", "purchase.group_purchase_user")
        cls.other_network = cls._create_network("Red de otros", cls.operating_form)
        cls.other_members = cls._create_members(
            cls.other_network, [cls.partner_a, cls.partner_b, cls.partner_c]
        )
        cls._create_agreement(cls.other_network, cls.other_members, (1, 1, 1))
        cls.network.write(
            {"manager_id": cls.manager.id, "user_ids": [Command.set(cls.treasurer.ids)]}
        )
        cls.own_sale = cls._create_document("out_invoice", [1000])
        cls.other_sale = cls._create_document("out_invoice", [300], network=cls.other_network)
        cls._create_member_fine(cls.other_network, cls.other_members[1])
        cls.other_redistribution = cls._correct_shares(cls.other_network)
        cls.other_settlement = cls.env["business.network.settlement"].create(
            {"network_id": cls.other_network.id, "date_to": "2026-03-31"}
        )
        cls.other_settlement.action_compute()
        cls.own_order, cls.other_order = (
            cls._create_delivered_order(members) for members in (cls.members, cls.other_members)
        )

    @classmethod
    def _create_delivered_order(cls, members):
        """An order of 10 units for the members' network, half of it delivered by the first."""
        product = cls.env["product.product"].create({"name": "Chal", "type": "service"})
        order = cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "network_id": members.network_id.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": 10, "price_unit": 5}
                    )
                ],
            }
        )
        order.share_out("equal")
        order.order_line.allocation_ids[0].delivered_quantity = 2
        return order

    @classmethod
    def _create_member_fine(cls, network, member):
        account = network.member_receivable_account_id
        cls.env["account.move"].create(
            {
                "date": "2026-03-20",
                "network_id": network.id,
                "network_member_id": member.id,
                "line_ids": [
                    Command.create(
                        {"account_id": account.id, "partner_id": partner.id, "balance": balance}
                    )
                    for partner, balance in ((member.partner_id, 10), (cls.partner_a, -10))
                ],
            }
        ).action_post()

    @classmethod
    def _correct_shares(cls, network, user=None):
        redistribution = (
            cls.env["business.network.redistribution"]
            .with_user(user or cls.env.user)
            .create(
                {
                    "network_id": network.id,
                    "agreement_id": network.agreement_ids.id,
                    "date": "2026-03-25",
                    "reason": "Pesos mal copiados",
                }
            )
        )
        redistribution.action_prepare_version()
        redistribution.corrected_agreement_id.line_ids[0].revenue_weight = 10
        redistribution.action_apply()
        return redistribution

    @classmethod
    def _create_user(cls, login, *groups, companies=None):
        company = (companies or cls.company)[:1]
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "email": f"{login}@example.com",
                "company_id": company.id,
                "company_ids": [Command.set((companies or cls.company).ids)],
                "group_ids": [
                    Command.set([cls.env.ref(group).id for group in ("base.group_user", *groups)])
                ],
            }
        )

    def _networks_seen(self, user):
        """Networks whose records each model shows to ``user``, ``{model: networks}``."""
        return {
            model: (records if model == "business.network" else records.sudo().network_id).sudo(
                False
            )
            for model in MODELS
            for records in [self.env[model].with_user(user).search([])]
        }


class TestSight(AccessCase):
    def test_a_manager_sees_only_its_own_networks(self):
        for user in (self.manager, self.treasurer):
            for model, networks in self._networks_seen(user).items():
                self.assertLessEqual(set(networks.ids), set(self.network.ids), model)
            seen = self._networks_seen(user)
            self.assertEqual(seen["business.network"].ids, self.network.ids)
            self.assertEqual(seen["business.network.distribution"].ids, self.network.ids)

    def test_a_manager_cannot_read_another_network_by_id(self):
        for record in (
            self.other_network,
            self.other_members[0],
            self.other_sale.distribution_ids[0],
            self.other_settlement,
            self.other_settlement.line_ids[0],
            self.other_settlement.netted_item_ids[0],
            self.other_redistribution,
            self.other_redistribution.line_ids[0],
            self.other_order.order_line.allocation_ids[0],
            self.other_order.order_line.allocation_ids.delivery_ids,
        ):
            with self.assertRaises(AccessError):
                record.with_user(self.manager).read(["display_name"])

    def test_a_manager_cannot_settle_another_network(self):
        settlement = self.other_settlement.with_user(self.manager)
        for action in (
            settlement.action_compute,
            settlement.action_approve,
            settlement.action_post,
            settlement.action_reset_to_draft,
            settlement.action_reverse,
            settlement.action_reverse_payments,
            lambda: settlement.pay_members(self.bank, self._date("2026-03-31")),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                action()
        with self.assertRaises(AccessError):
            self.env["business.network.settlement"].with_user(self.manager).create(
                {"network_id": self.other_network.id, "date_to": "2026-03-31"}
            )

    def test_a_manager_cannot_take_over_another_network(self):
        with self.assertRaises(AccessError):
            self.other_network.with_user(self.manager).manager_id = self.manager

    def test_a_manager_cannot_move_its_records_to_another_network(self):
        draft = self._create_agreement(
            self.network, self.members, (1, 1, 1), in_force=False, date_from="2025-01-01"
        )
        for record in (self._create_settlement(), draft, self.member_b):
            with self.assertRaises(AccessError), self.cr.savepoint():
                record.with_user(self.manager).network_id = self.other_network

    def test_a_coordinator_sees_all_networks_of_its_company(self):
        for model, networks in self._networks_seen(self.coordinator).items():
            self.assertIn(self.other_network, networks.with_env(self.env), model)

    def test_a_user_of_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Segunda empresa"})
        user = self._create_user(
            "ajena",
            "red_empresarial.group_network_coordinator",
            "account.group_account_manager",
            companies=company,
        )
        for model in MODELS:
            self.assertFalse(self.env[model].with_user(user).search([]), model)
        with self.assertRaises(AccessError):
            self.network.with_user(user).read(["joint_sale_amount"])
        self.assertEqual(self.network.with_user(user).sudo(False).get_member_results(), [])

    def test_two_companies_show_both(self):
        company = self.env["res.company"].create({"name": "Segunda empresa"})
        network = self._create_network("Red segunda", self.operating_form, company_id=company.id)
        user = self._create_user(
            "de_dos",
            "red_empresarial.group_network_coordinator",
            companies=self.company | company,
        )
        seen = (
            self.env["business.network"]
            .with_user(user)
            .with_context(allowed_company_ids=(self.company | company).ids)
        )
        self.assertLessEqual({self.network.id, network.id}, set(seen.search([]).ids))


class TestDeliveries(AccessCase):
    def test_a_manager_decides_delivers_and_shares_again_in_its_network_only(self):
        own, other = (
            order.order_line.allocation_ids.with_user(self.manager)
            for order in (self.own_order, self.other_order)
        )
        own[1].action_accept()
        own[2].decline("Sin tela")
        own[2].reshare("equal")
        own[1].delivered_quantity = 1
        own[1].delivery_ids.action_cancel()
        self.assertEqual(own[1].sudo().state, "proposed")
        for action in (
            other[1].action_accept,
            lambda: other[1].decline("Sin tela"),
            lambda: other[1].reshare("equal"),
            other[1].action_close_short,
            other[1].action_deliver_all,
            other.delivery_ids.action_cancel,
            lambda: other[1].write({"delivered_quantity": 1}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                action()
                self.env.flush_all()

    def test_a_reader_changes_no_delivery(self):
        delivery = self.own_order.order_line.allocation_ids.delivery_ids
        for user in (self.biller, self.auditor):
            mine = delivery.with_user(user)
            self.assertEqual(mine.accepted_quantity, 2)
            for action in (mine.action_cancel, mine.unlink, mine.allocation_id.action_accept):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    action()

    def test_grades_of_another_network_are_hidden(self):
        Grade = self.env["business.network.grade"]
        common, own, other = Grade.create(
            [
                {"name": "Primera"},
                {"name": "Propia", "network_id": self.network.id},
                {"name": "Ajena", "network_id": self.other_network.id},
            ]
        )
        grades = common | own | other
        for user, seen in (
            (self.manager, common | own),
            (self.salesman, grades),
            (self.coordinator, grades),
        ):
            found = Grade.with_user(user).search([("id", "in", grades.ids)])
            self.assertEqual(set(found.ids), set(seen.ids))
        with self.assertRaises(AccessError):
            other.with_user(self.manager).price_factor = 2

    def test_a_salesman_shares_out_in_the_wizard(self):
        self.own_order.user_id = self.salesman
        order = self.own_order.with_user(self.salesman)
        wizard = (
            self.env["business.network.share.out"]
            .with_user(self.salesman)
            .with_context(**order.action_open_share_out()["context"])
            .create({"basis": "agreement"})
        )
        wizard.action_apply()
        self.assertEqual(sorted(order.order_line.allocation_ids.mapped("quantity")), [2, 4, 4])


class TestRows(AccessCase):
    def test_nobody_creates_writes_or_deletes_rows(self):
        row = self.own_sale.distribution_ids[:1]
        vals = row.copy_data()[0]
        for user in (
            self.manager,
            self.treasurer,
            self.coordinator,
            self.biller,
            self.env.ref("base.user_admin"),
        ):
            mine = row.with_user(user)
            with self.assertRaises(AccessError):
                mine.create(vals)
            with self.assertRaises(AccessError):
                mine.write({"settlement_line_id": False})
            with self.assertRaises(AccessError):
                mine.unlink()
            invoiced = self.env["business.network.allocation.invoiced"].with_user(user)
            self.assertFalse(invoiced.has_access("create"))

    def test_a_reader_cannot_pay_or_reverse(self):
        settlement = self._create_settlement()
        settlement.action_compute()
        settlement.action_approve()
        settlement.action_post()
        payments = self.env["account.payment"].search_count([])
        for user in (self.biller, self.auditor):
            mine = settlement.with_user(user)
            self.assertTrue(mine.has_access("read"))
            for action in (
                lambda mine=mine: mine.pay_members(self.bank, self._date("2026-03-31")),
                mine.action_reverse,
                mine.action_reverse_payments,
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    action()
        self.assertEqual(self.env["account.payment"].search_count([]), payments)
        self.assertEqual(settlement.state, "posted")

    def test_a_manager_does_not_write_what_a_settlement_says(self):
        settlement = self._create_settlement().with_user(self.manager)
        settlement.action_compute()
        line = settlement.line_ids[1]
        foreign = self.other_sale.attribution_move_ids.line_ids.filtered(
            lambda item: item.partner_id == self.partner_b
        )
        for vals in (
            {"amount_revenue": 1_000_000},
            {"member_id": self.member_c.id},
            {"item_ids": [Command.set(foreign.ids)]},
            {"document_id": self.other_sale.id},
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                line.write(vals)
        with self.assertRaises(UserError), self.cr.savepoint():
            line.create({"settlement_id": settlement.id, "member_id": self.member_c.id})
        with self.assertRaises(UserError), self.cr.savepoint():
            line.unlink()
        line.document_number = "E001-00000001"

    def test_a_manager_does_not_point_a_correction_at_another_document(self):
        line = self.other_redistribution.line_ids.with_user(self.coordinator)
        with self.assertRaises(AccessError):
            line.write({"move_id": self.own_sale.id, "state": "proposed"})

    def test_a_manager_does_not_read_another_network_through_the_share_wizard(self):
        line = self.other_settlement.line_ids[1]
        with self.assertRaises(AccessError):
            self.env["business.network.statement.share"].with_user(self.manager).create(
                {"line_id": line.id}
            )

    def test_nobody_writes_a_state_that_its_action_did_not_reach(self):
        settlement = self._create_settlement().with_user(self.coordinator)
        agreement = self.agreement.with_user(self.coordinator)
        for record, state in ((settlement, "posted"), (agreement, "draft")):
            with self.assertRaisesRegex(UserError, "changed by its buttons"):
                record.write({"state": state})
        with self.assertRaisesRegex(UserError, "changed by its buttons"):
            settlement.create({"network_id": self.network.id, "state": "approved"})


class TestWork(AccessCase):
    def test_a_manager_corrects_the_shares_of_its_network(self):
        redistribution = self._correct_shares(self.network, self.manager)
        self.assertEqual(redistribution.line_ids.sudo().move_id, self.own_sale)
        self.assertEqual(sum(self._shares(self.own_sale)), 1000)

    def test_a_manager_settles_end_to_end_without_accounting_rights(self):
        self._create_document("in_invoice", [600])
        settlement = (
            self.env["business.network.settlement"]
            .with_user(self.manager)
            .create({"network_id": self.network.id, "date_to": "2026-03-31"})
        )
        settlement.action_compute()
        settlement.action_approve()
        settlement.action_post()
        wizard = (
            self.env["business.network.settlement.payment"]
            .with_user(self.treasurer)
            .with_context(default_settlement_id=settlement.id)
            .create({"date": "2026-03-31"})
        )
        wizard.action_pay()
        self.assertEqual(settlement.state, "paid")
        settlement.action_reverse_payments()
        settlement.action_reverse()
        self.assertEqual(settlement.state, "reversed")

    def test_a_biller_posts_resets_and_refunds_a_joint_invoice(self):
        sale = self._create_document("out_invoice", [1000], post=False).with_user(self.biller)
        sale.action_post()
        self.assertEqual(self._shares(sale.sudo()), [400, 350, 250])
        self.assertTrue(sale.attribution_move_ids)
        sale.button_draft()
        self.assertFalse(sale.sudo().attribution_move_ids)
        sale.action_post()
        self.env = self.env(user=self.biller)
        refund = self._refund(sale)
        self.assertEqual(self._shares(refund.sudo()), [-400, -350, -250])

    def test_a_biller_that_does_not_see_the_network_leaves_nothing_behind(self):
        """A treasurer of one network resets the invoice of another, whose rows it cannot see."""
        document = self._create_document("out_invoice", [300], network=self.other_network)
        self.other_settlement.action_compute()
        self.env.invalidate_all()
        sale = document.with_user(self.treasurer)
        self.assertFalse(sale.distribution_ids)
        with self.assertRaisesRegex(UserError, self.other_settlement.name):
            sale.button_draft()
        self.other_settlement.action_reset_to_draft()
        sale.button_draft()
        self.assertFalse(document.sudo().distribution_ids)
        self.assertFalse(document.sudo().attribution_move_ids)
        sale.action_post()
        self.assertEqual(len(document.sudo().distribution_ids), 3)

    def test_a_salesman_makes_an_order_for_a_network(self):
        product = self.env["product.product"].create({"name": "Chompa", "type": "service"})
        order = (
            self.env["sale.order"]
            .with_user(self.salesman)
            .create(
                {
                    "partner_id": self.customer.id,
                    "network_id": self.network.id,
                    "order_line": [
                        Command.create(
                            {"product_id": product.id, "product_uom_qty": 10, "price_unit": 5}
                        )
                    ],
                }
            )
        )
        order.action_allocate_by_weights()
        self.assertEqual(order.order_line.allocation_ids.mapped("quantity"), [4, 4, 2])
        order.action_confirm()
        order.action_deliver_allocations()
        self.assertEqual(order.order_line.qty_delivered, 10)

    def test_a_document_shows_its_number_of_rows_to_whoever_may_read_it(self):
        bill = self._create_document("in_invoice", [100])
        for user in (self.buyer, self.biller, self.auditor, self.treasurer):
            mine = bill.with_user(user)
            mine.invalidate_recordset()
            values = mine.read(["network_id", "network_policy", "distribution_count"])[0]
            self.assertEqual(values["distribution_count"], 6)

    def test_a_manager_starts_a_network_of_its_own(self):
        network = (
            self.env["business.network"]
            .with_user(self.manager)
            .create(
                {
                    "name": "Red nueva",
                    "operating_form_id": self.env.ref(self.operating_form).id,
                }
            )
        )
        self.assertTrue(network.analytic_account_id)
        self.assertTrue(network.attribution_journal_id)
        members = self.env["business.network.member"].with_user(self.manager)
        member = members.create({"network_id": network.id, "partner_id": self.partner_a.id})
        agreement = (
            self.env["business.network.agreement"]
            .with_user(self.manager)
            .create(
                {
                    "network_id": network.id,
                    "line_ids": [Command.create({"member_id": member.id})],
                }
            )
        )
        agreement.action_put_in_force()
        self.assertEqual(agreement.state, "in_force")
        self.assertEqual(network.joint_sale_amount, 0)

    def test_a_manager_does_not_prove_by_hand_what_the_books_prove(self):
        breakeven = self.network.verification_ids.filtered(lambda v: v.proof == "breakeven")
        with self.assertRaises(UserError):
            breakeven.with_user(self.manager).action_verify()
