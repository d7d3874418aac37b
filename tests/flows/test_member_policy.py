"""Policy ``member``: invoicing orders, declarations off the balance, results that prove nothing."""

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form

from tests.common import NetworkCase


class MemberPolicyCase(NetworkCase):
    operating_form = "red_empresarial.operating_form_consortium_members"

    def _create_order(self, model="sale.order", amounts=(100000,), network=None, confirm=True):
        sale = model == "sale.order"
        product = self.env["product.product"].create(
            {"name": "Casaca", "type": "service", "invoice_policy": "order"}
        )
        quantity = "product_uom_qty" if sale else "product_qty"
        tax = self.vat_sale if sale else self.vat_purchase
        order = self.env[model].create(
            {
                "partner_id": (self.customer if sale else self.supplier).id,
                "network_id": (network or self.network).id,
                "date_order": "2026-03-10",
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            quantity: 1,
                            "price_unit": amount,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                    for amount in amounts
                ],
            }
        )
        if confirm:
            (order.action_confirm if sale else order.button_confirm)()
        return order

    def _settle_today(self, **vals):
        return self._settle(date_to=self._today(), **vals)

    def _today(self):
        return fields.Date.today()

    def _orders(self, settlement, side="sale"):
        """Invoicing orders of one side in the order of the members."""
        found = settlement.invoicing_order_ids.filtered(lambda order: order.side == side)
        return found.sorted(lambda order: self.members.ids.index(order.member_id.id))

    def _declare_all(self, settlement, side="sale"):
        for number, order in enumerate(self._orders(settlement, side), start=1):
            order.declare(f"E001-{number}", self._today())

    def _trade(self):
        """T2: the order of the customer and the purchase, shared out off the balance."""
        sale = self._create_order()
        purchase = self._create_order("purchase.order", (60000,))
        sale.action_make_memorandum()
        purchase.action_make_memorandum()
        return sale, purchase


class TestInvoicingOrders(MemberPolicyCase):
    def test_T2_each_member_is_told_what_it_invoices(self):
        self._trade()
        settlement = self._settle_today()
        self.assertEqual(settlement.state, "posted")
        sales, purchases = (self._orders(settlement, side) for side in ("sale", "purchase"))
        self.assertEqual(sales.mapped("amount_base"), [40000, 35000, 25000])
        self.assertEqual(sales.mapped("amount_tax"), [7200, 6300, 4500])
        self.assertEqual(sales.mapped("amount_total"), [47200, 41300, 29500])
        self.assertEqual(purchases.mapped("amount_base"), [24000, 21000, 15000])
        self.assertEqual(purchases.mapped("amount_tax"), [4320, 3780, 2700])
        self.assertEqual(sales.counterpart_id, self.customer)
        self.assertEqual(purchases.counterpart_id, self.supplier)

    def test_T2_nothing_passes_through_the_books(self):
        before = self._ledger()
        self._trade()
        settlement = self._settle_today()
        self._declare_all(settlement)
        settlement.action_reverse()
        moves = self.env["account.move"].search([("network_id", "=", self.network.id)])
        self.assertTrue(moves)
        self.assertEqual(set(moves.line_ids.account_id.mapped("account_type")), {"off_balance"})
        self.assertFalse(moves.line_ids.filtered("tax_line_id"))
        off = self.network.memorandum_account_id | self.network.memorandum_contra_account_id
        self.assertEqual(
            {
                key: value
                for key, value in self._ledger().items()
                if key[0] not in off.mapped("code")
            },
            before,
        )
        self.assertEqual(off.mapped("code"), ["0128000", "0129000"])

    def test_invoiced_joint_documents_are_ordered_too(self):
        sale = self._create_document("out_invoice", [100000])
        refund = self._refund(sale, 10000)
        settlement = self._settle()
        by_document = self._orders(settlement).grouped("source_move_id")
        self.assertEqual(by_document[sale].mapped("amount_tax"), [7200, 6300, 4500])
        self.assertEqual(by_document[refund].mapped("amount_total"), [-4720, -4130, -2950])

    def test_rows_of_a_memorandum_add_up_to_its_account(self):
        sale, purchase = self._trade()
        for order, kinds in ((sale, (-100000, -18000)), (purchase, (60000, 10800))):
            entry = order.network_memorandum_id
            for kind_balance, line in zip(
                kinds, entry.line_ids.filtered("network_memorandum_kind"), strict=True
            ):
                rows = entry.distribution_ids.filtered(
                    lambda row, line=line: row.kind == line.network_memorandum_kind
                )
                self.assertEqual(line.balance, kind_balance)
                self.assertEqual(sum(rows.mapped("amount")), -kind_balance)
                self.assertEqual(rows.tax_id, line.network_memorandum_tax_id)

    def test_an_order_is_shared_out_once(self):
        order = self._create_order(confirm=False)
        with self.assertRaisesRegex(UserError, f"Confirm {order.name}"):
            order.action_make_memorandum()
        order.action_confirm()
        entry = order.action_make_memorandum()
        with self.assertRaisesRegex(UserError, f"{order.name} is shared out already by"):
            order.action_make_memorandum()
        entry._reverse_moves([{"date": entry.date}], cancel=True)
        order.invalidate_recordset(["network_memorandum_id"])
        order.action_make_memorandum()
        self.assertEqual(order.network_declared_state, "none")

    def test_an_order_shared_out_is_not_invoiced_too(self):
        order = self._create_order()
        entry = order.action_make_memorandum()
        invoice = order._create_invoices()
        with self.assertRaisesRegex(UserError, f"{order.name}.*{entry.name}"):
            invoice.action_post()

    def test_taxes_add_up_to_the_order(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        order = self._create_order(amounts=(0.27, 0.27, 0.27))
        entry = order.action_make_memorandum()
        self.assertEqual(sum(entry.line_ids.mapped("debit")), order.amount_total)

    def test_a_network_that_invoices_itself_has_no_memorandum(self):
        leader = self._create_network("Líder", "red_empresarial.operating_form_leader")
        members = self._create_members(leader, self.members.partner_id)
        self._create_agreement(leader, members, (1, 1, 1))
        with self.assertRaisesRegex(UserError, "Invoice it as always"):
            self._create_order(network=leader).action_make_memorandum()

    def test_the_orders_print(self):
        sale, _purchase = self._trade()
        settlement = self._settle_today()
        reports = self.env["ir.actions.report"]
        html = str(
            reports._render_qweb_html("red_empresarial.report_invoicing_orders", settlement.ids)[0]
        )
        self.assertIn(sale.name, html)
        self.assertEqual(html.count("Invoicing order</h2>"), 3)
        one = reports._render_qweb_html(
            "red_empresarial.report_invoicing_order", settlement.line_ids[:1].ids
        )
        self.assertIn("7,200.00", str(one[0]))


class TestDeclaration(MemberPolicyCase):
    def set_up_once(self):
        super().set_up_once()
        self.sale, self.purchase = self._trade()
        self.settlement = self._settle_today()
        self.orders = self._orders(self.settlement)
        self.order_b = self.orders[1]

    def test_a_declaration_is_a_memorandum_entry_of_the_member(self):
        entry = self.env["account.move"].browse(self.order_b.declare("e001-7", self._today()))
        self.assertEqual(entry.state, "posted")
        self.assertEqual(entry.journal_id.type, "general")
        self.assertEqual(entry.network_settlement_id, self.settlement)
        self.assertEqual(entry.line_ids.partner_id, self.partner_b)
        self.assertEqual(
            entry.line_ids.mapped(lambda i: (i.network_memorandum_kind, i.balance)),
            [("revenue", -35000), ("output_tax", -6300), (False, 41300)],
        )
        self.assertFalse(entry.distribution_ids, "a declaration is not shared out again")
        self.assertEqual(self.order_b.document_number, "E001-7")
        self.assertEqual(self.settlement.declaration_state, "partly")

    def test_the_state_of_the_customers_order_follows(self):
        self.assertEqual(self.sale.network_declared_state, "none")
        self.order_b.declare("E001-7", self._today())
        self.sale.invalidate_recordset()
        self.assertEqual(self.sale.network_declared_state, "partly")
        self.assertEqual(self.sale.network_declared_amount, 41300)
        (self.orders - self.order_b)[0].declare("E001-1", self._today())
        (self.orders - self.order_b)[1].declare("E001-1", self._today())
        self.sale.invalidate_recordset()
        self.assertEqual(self.sale.network_declared_state, "declared")
        self.assertEqual(self.sale.network_declared_amount, 118000)
        self.assertEqual(self.sale.invoice_status, "invoiced", "by its members")
        self.assertEqual(self.settlement.line_ids[1].declaration_state, "partly")
        self._declare_all(self.settlement, "purchase")
        self.assertEqual(self.settlement.declaration_state, "declared")
        self.assertEqual(self.settlement.state, "posted", "nothing was paid")

    def test_the_network_has_nothing_to_invoice(self):
        """Confirmed, shared out, declared in part and in full, undone: never one to invoice."""
        order = self._create_order(amounts=(500,))
        waiting = self.env["sale.order"].search([("invoice_status", "=", "to invoice")])
        self.assertFalse(waiting & (order | self.sale))
        self.assertEqual((order | self.sale).mapped("invoice_status"), ["no", "no"])
        self.order_b.declare("E001-7", self._today())
        self.assertEqual(self.sale.invoice_status, "no", "two of three are missing")
        others = self.orders - self.order_b
        others[0].declare("E001-1", self._today())
        others[1].declare("E001-1", self._today())
        self.assertEqual(self.sale.invoice_status, "invoiced")
        self.assertFalse(waiting.search([("id", "=", self.sale.id), ("invoice_status", "=", "no")]))
        self.order_b.action_undo_declaration()
        self.assertEqual(self.sale.invoice_status, "no")
        self.order_b.declare("E001-7", self._today())
        self.settlement.action_reverse()
        self.assertEqual(self.sale.invoice_status, "no", "what was declared is canceled")

    def test_an_order_the_company_invoiced_is_as_its_invoices_say(self):
        order = self._create_order(amounts=(500,))
        invoice = order._create_invoices()
        self.assertEqual(order.invoice_status, "invoiced")
        invoice.button_cancel()
        self.assertEqual(order.invoice_status, "no")

    def test_undoing_reverses_the_entry(self):
        self.order_b.declare("E001-7", self._today())
        entry = self.order_b.move_id
        with self.assertRaisesRegex(UserError, self.settlement.name):
            entry.button_draft()
        self.order_b.action_undo_declaration()
        self.assertEqual(self.order_b.state, "open")
        self.assertFalse(self.order_b.document_number)
        self.assertEqual(self._balance(self.network.memorandum_account_id, self.partner_b), 0)
        with self.assertRaisesRegex(UserError, "declared nothing"):
            self.order_b.action_undo_declaration()
        self.order_b.declare("E001-7", self._today())
        self.settlement.action_reverse()
        self.assertEqual(self.settlement.state, "reversed")
        self.assertEqual(self._balance(self.network.memorandum_account_id, self.partner_b), 0)
        self.assertEqual(set(self.settlement.invoicing_order_ids.mapped("state")), {"canceled"})
        again = self._create_settlement(date_to=self._today())
        again.action_compute()
        self.assertEqual(len(again.line_ids), 3)

    def test_the_same_number_twice_names_both(self):
        self.order_b.declare("E001-7", self._today())
        with self.assertRaisesRegex(UserError, "Taller B has nothing to declare"):
            self.order_b.declare("E001-8", self._today())
        other = self._create_order(amounts=(500,))
        other.action_make_memorandum()
        second = self._orders(self._settle_today())[1]
        with self.assertRaisesRegex(UserError, f"E001-7 of Taller B.*{self.sale.name}"):
            second.declare(" e001-7 ", self._today())
        with self.assertRaisesRegex(UserError, "Write the number"):
            second.declare("  ", self._today())
        second.declare("E001-8", self._today())

    def test_a_difference_is_shown_confirmed_and_recorded(self):
        with self.assertRaisesRegex(UserError, "Taller B.*41,200.*41,300"):
            self.order_b.declare("E001-7", self._today(), base=34900, tax=6300)
        wizard = Form(
            self.env["business.network.declaration"].with_context(default_order_id=self.order_b.id)
        )
        wizard.document_number = "E001-7"
        wizard.declared_base = 34900
        self.assertTrue(wizard.differs)
        self.assertEqual(wizard.difference, -100)
        with self.assertRaisesRegex(UserError, "confirm the difference"):
            wizard.save().action_declare()
        wizard.difference_confirmed = True
        wizard.difference_reason = "Descuento del socio"
        wizard.save().action_declare()
        self.assertEqual(self.order_b.difference, -100)
        self.assertEqual(self.order_b.difference_reason, "Descuento del socio")
        self.assertEqual(self.order_b.move_id.line_ids[0].balance, -34900)

    def test_a_coin_is_no_difference(self):
        self.order_b.declare("E001-7", self._today(), base=35000.01, tax=6299.99)
        self.assertEqual(self.order_b.state, "declared")

    def test_a_date_before_membership_names_member_and_dates(self):
        with self.assertRaisesRegex(ValidationError, "Taller B is not a member of Red ABC"):
            self.order_b.declare("E001-7", "2025-12-31")

    def test_a_locked_period_names_the_remedy(self):
        self.company.fiscalyear_lock_date = "2026-02-28"
        with self.assertRaisesRegex(UserError, "Taller B.*locked.*Choose a later"):
            self.order_b.declare("E001-7", "2026-02-10", accounting_date="2026-02-10")
        self.order_b.declare("E001-7", "2026-02-10")
        self.assertGreater(self.order_b.move_id.date, self._date("2026-02-28"))


class TestDeclaredResults(MemberPolicyCase):
    def _breakeven(self):
        return self.network.verification_ids.filtered(lambda v: v.proof == "breakeven")

    def test_declared_figures_prove_no_milestone_alone(self):
        self._trade()
        settlement = self._settle_today()
        self._declare_all(settlement)
        self._create_document("out_invoice", [500])
        self._create_document("in_invoice", [100])
        breakeven = self._breakeven()
        breakeven.action_prove()
        self.env["business.network.verification"]._cron_prove_milestones()
        self.assertEqual(breakeven.state, "pending")
        with self.assertRaisesRegex(UserError, "evidence"):
            breakeven.action_verify()
        breakeven.source = "Facturas y depósitos de los tres socios"
        breakeven.action_verify()
        self.assertEqual(breakeven.state, "verified")
        self.assertFalse(breakeven.is_stale)

    def test_a_network_with_common_books_is_proved_as_before(self):
        leader = self._create_network("Líder", "red_empresarial.operating_form_leader")
        members = self._create_members(leader, self.members.partner_id)
        self._create_agreement(leader, members, (1, 1, 1))
        self._create_document("out_invoice", [500], network=leader)
        self._create_document("in_invoice", [100], network=leader)
        proof = leader.verification_ids.filtered(lambda v: v.proof == "breakeven")
        proof.action_prove()
        self.assertEqual(proof.state, "verified")

    def test_results_say_whose_figures_they_are(self):
        self._trade()
        self.assertTrue(self.network.declared_by_members)
        self.assertEqual(self.network.joint_sale_amount, 100000)
        self.assertEqual(self.network.joint_expense_amount, 60000)
        self.assertEqual(self.network.joint_result_amount, 40000)
        shown = self.network.with_context(show_declared_by_members=True)
        self.assertEqual(shown.display_name, "Red ABC (declared by members)")
        self.assertEqual(self.network.display_name, "Red ABC")
        self.assertIn("declared by members", self.network.action_open_distributions()["name"])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial.business_network_member_result_action"
        )
        self.assertIn("show_declared_by_members", str(action["context"]))


class TestDeclarationAccess(MemberPolicyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_network("Otra red", cls.operating_form)
        members = cls._create_members(cls.other, cls.members.partner_id)
        cls._create_agreement(cls.other, members, (1, 1, 1))
        cls.second = cls.env["res.company"].create({"name": "Segunda empresa"})
        cls.manager = cls._create_user("gestora", "red_empresarial.group_network_manager")
        cls.biller = cls._create_user("facturadora", "account.group_account_invoice")
        cls.foreign = cls._create_user(
            "ajena", "red_empresarial.group_network_coordinator", company=cls.second
        )
        cls.network.manager_id = cls.manager

    @classmethod
    def _create_user(cls, login, group, company=None):
        company = company or cls.company
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set([cls.env.ref(g).id for g in ("base.group_user", group)])],
            }
        )

    def set_up_once(self):
        super().set_up_once()
        self._create_document("out_invoice", [1000])
        self._create_document("out_invoice", [3000], network=self.other)
        self.own = self._settle().invoicing_order_ids
        self.others = self._settle(network=self.other).invoicing_order_ids

    def test_a_manager_declares_for_its_own_network_only(self):
        model = self.env["business.network.invoicing.order"].with_user(self.manager)
        self.assertEqual(model.search([]), self.own)
        self.own[0].with_user(self.manager).declare("E001-1", "2026-03-31")
        self.assertEqual(self.own[0].state, "declared")
        self.own[0].with_user(self.manager).action_undo_declaration()
        for call in (
            lambda: self.others[0].with_user(self.manager).declare("E001-1", "2026-03-31"),
            lambda: self.others[0].with_user(self.manager).action_undo_declaration(),
            lambda: self.others[0].with_user(self.manager).read(["amount_base"]),
            lambda: self.own[0].with_user(self.manager).write({"amount_base": 1}),
            lambda: model.create({"settlement_line_id": self.own[0].settlement_line_id.id}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                call()

    def test_another_company_sees_nothing(self):
        model = self.env["business.network.invoicing.order"].with_user(self.foreign)
        self.assertFalse(model.search([]))
        with self.assertRaises(AccessError):
            self.own[0].with_user(self.foreign).declare("E001-1", "2026-03-31")

    def test_a_biller_reads_but_does_not_declare(self):
        self.own[0].with_user(self.biller).read(["amount_base"])
        with self.assertRaises(AccessError):
            self.own[0].with_user(self.biller).declare("E001-1", "2026-03-31")

    def test_accounts_of_two_companies_stay_apart(self):
        network = self._create_network(
            "Red segunda", self.operating_form, company_id=self.second.id
        )
        with self.assertRaisesRegex(UserError, "Red segunda needs"):
            network._check_memorandum_accounts()
        self.assertEqual(self.network.memorandum_account_id.company_ids, self.company)
