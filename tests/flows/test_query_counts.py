"""Queries of posting and settling are bounded and do not grow with lines or documents."""

from odoo import Command

from tests.common import NetworkCase


class QueryCase(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.none = cls.env["business.network"]
        for network in (cls.network, cls.none):  # warm what the first posting loads once
            cls._create_document("out_invoice", [10, 20], network=network)

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _count_post(self, documents=1, lines=5, network=None):
        moves = self.env["account.move"].create(
            [
                self._prepare_document("out_invoice", [100.01] * lines, network=network)
                for _number in range(documents)
            ]
        )
        # Plain invoices carry an analytic account too: Odoo asks once per line that has one.
        analytic = {str(self.network.analytic_account_id.id): 100}
        moves.invoice_line_ids.analytic_distribution = analytic
        return self._count(moves.action_post)


class TestPosting(QueryCase):
    def test_a_joint_invoice_asks_a_bounded_number_more(self):
        plain = self._count_post(network=self.none)
        joint = self._count_post()
        self.assertLessEqual(joint - plain, 90, f"plain {plain}, joint {joint}")

    def test_queries_do_not_grow_with_lines(self):
        extra = [
            self._count_post(lines=lines) - self._count_post(lines=lines, network=self.none)
            for lines in (2, 20)
        ]
        self.assertLessEqual(extra[1] - extra[0], 5, f"extra queries of 2 and 20 lines: {extra}")

    def test_a_batch_shares_its_queries(self):
        one, ten = (
            self._count_post(documents=number, lines=2)
            - self._count_post(documents=number, lines=2, network=self.none)
            for number in (1, 10)
        )
        self.assertLessEqual(ten, one * 3, f"extra queries of 1 and 10: {one}, {ten}")

    def _log_of(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as log:
            function()
            self.env.flush_all()
        return log.output

    def test_a_plain_invoice_does_not_ask_which_settlement_its_items_close(self):
        vals = self._prepare_document("out_invoice", [100] * 3, network=self.none)
        moves = self.env["account.move"]
        queries = self._log_of(lambda: moves.create(vals).action_post())
        self.assertTrue(any('INSERT INTO "account_move_line"' in query for query in queries))
        for query in queries:
            self.assertNotIn("settlement_line_item_rel", query)

    def test_items_of_the_attribution_entry_are_written_complete(self):
        move = self._create_document("in_invoice", [100, 200], post=False)
        queries = self._log_of(move.action_post)
        (insert,) = [
            number
            for number, query in enumerate(queries)
            if 'INSERT INTO "account_move_line"' in query
        ]
        later = [query for query in queries[insert:] if 'UPDATE "account_move_line"' in query]
        self.assertTrue(move.attribution_move_ids.line_ids)
        for query in later:
            for name in ("amount_residual", "reconciled", "date", "ref", "debit", "tax_line_id"):
                self.assertNotIn(f'SET "{name}"', query)
                self.assertNotIn(f', "{name}" = ', query)


class TestSettling(QueryCase):
    def _count_compute(self, documents, name):
        network = self._create_network(name, self.operating_form)
        members = self._create_members(network, [self.partner_a, self.partner_b, self.partner_c])
        self._create_agreement(network, members, (40, 35, 25))
        self.env["account.move"].create(
            [
                self._prepare_document("out_invoice", [100], network=network)
                for _number in range(documents)
            ]
        ).action_post()
        settlement = self._create_settlement(network)
        queries = self._count(settlement.action_compute)
        self.assertEqual(sum(settlement.line_ids.mapped("amount_revenue")), 100 * documents)
        return queries

    def test_computing_takes_the_same_queries_for_3_and_30_documents(self):
        self._count_compute(1, "Calentamiento")
        three, thirty = self._count_compute(3, "Tres"), self._count_compute(30, "Treinta")
        self.assertLessEqual(thirty, three + 2)


class TestNettingManyMembers(QueryCase):
    def _settle_crowd(self, size):
        """Queries of finding the items of ``size`` members in the entries of five documents."""
        network = self._create_network(f"Red de {size}", self.operating_form)
        partners = [self._create_partner(f"Socio {size}-{number}") for number in range(size)]
        members = self._create_members(network, [self.partner_a, *partners])
        self._create_agreement(network, members, [1] * (size + 1))
        self.env["account.move"].create(
            [
                self._prepare_document("out_invoice", [100 * (size + 1)], network=network)
                for _number in range(5)
            ]
        ).action_post()
        settlement = self._create_settlement(network)
        settlement.action_compute()
        lines = settlement.sudo().line_ids.filtered(lambda line: not line.is_books_company)
        found = {}
        queries = self._count(lambda: found.update(lines._get_attribution_items()))
        self.assertEqual(len(found), size)
        for line, items in found.items():
            self.assertEqual(items.partner_id, line.partner_id)
            self.assertEqual(items.mapped("amount_currency"), [-100] * 5)
        return queries

    def test_finding_what_members_are_owed_takes_the_same_queries_for_3_and_24(self):
        self._settle_crowd(2)
        few, many = self._settle_crowd(3), self._settle_crowd(24)
        self.assertLessEqual(many, few + 2, f"queries for 3 and 24 members: {few}, {many}")


class TestSharingOut(QueryCase):
    """An order of 50 lines shared out among 12 members: 600 allocations."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.crowd = cls._create_network("Red de doce", "red_empresarial.operating_form_leader")
        partners = [cls._create_partner(f"Taller {number}") for number in range(12)]
        members = cls._create_members(cls.crowd, partners)
        members.capacity = 10_000
        cls._create_agreement(cls.crowd, members, range(1, 13))
        cls.product = cls.env["product.product"].create({"name": "Polo", "type": "service"})

    def _order_of_lines(self, lines):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "network_id": self.crowd.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1000 + number,
                            "price_unit": 10,
                        }
                    )
                    for number in range(lines)
                ],
            }
        )
        return order

    def _count_steps(self, lines):
        order = self._order_of_lines(lines)
        counts = {
            basis: self._count(lambda basis=basis: order.share_out(basis))
            for basis in ("agreement", "equal", "capacity")
        }
        allocations = order.order_line.allocation_ids
        self.assertEqual(len(allocations), 12 * lines)
        counts["accept"] = self._count(lambda: allocations.browse(allocations.ids).action_accept())
        counts["deliver"] = self._count(order.action_deliver_allocations)
        return counts

    def test_queries_of_fifty_lines_are_bounded(self):
        self._count_steps(2)
        few, many = self._count_steps(5), self._count_steps(50)
        for step, count in many.items():
            self.assertLessEqual(count, 60, f"{step}: {few} of 5 lines, {many} of 50")
            self.assertLessEqual(count, few[step] + 15, f"{few} of 5 lines, {many} of 50")
