"""What quotas say beside the books: credit notes, cents, plans that follow each other."""

from odoo import Command
from odoo.exceptions import UserError

from tests.quota_case import QuotaCase


class CreditCase(QuotaCase):
    def _credit(self, invoice, post=True, **vals):
        """A credit note of an invoice of one line, with other values on that line."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"date": "2026-03-20", "journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        refund.invoice_line_ids.write(vals)
        if post:
            refund.action_post()
        return refund

    def _invoiced(self, quantities=(10, 5, 0), **vals):
        """A posted invoice of all of a joint sale that was delivered, and its order."""
        order = self._sell(quantities, **vals)
        order.action_deliver_allocations()
        return self._invoice(order), order

    def _left(self, plan, field="remaining_units"):
        return self._units(plan, field=field)

    def _delivered(self, plan):
        self.env.flush_all()
        rows = self.env["business.network.quota.fulfilment"].search([("plan_id", "=", plan.id)])
        rows.invalidate_recordset()
        by_member = {row.member_id: row for row in rows}
        return [(by_member[m].delivered, by_member[m].score) for m in self.members]


class TestQuotaCreditNotes(CreditCase):
    def test_a_lower_price_gives_back_no_piece_and_lowers_no_score(self):
        plan = self._run_plan()
        invoice, _order = self._invoiced((40, 35, 0), price=100)
        before = self._delivered(plan)
        self.assertEqual(before[0], (40, 1))
        refund = self._credit(invoice, price_unit=20)
        self.assertEqual(self._left(plan), [0, 0, 25])
        self.assertEqual(self._delivered(plan), before)
        with self.assertRaisesRegex(UserError, "has 0 Units left"):
            self._sell([1, 0, 0])
        refund.button_draft()
        self.assertEqual(self._left(plan), [0, 0, 25])

    def test_a_discount_written_as_one_piece_gives_back_no_piece(self):
        plan = self._run_plan()
        invoice, _order = self._invoiced(price=100)
        self._credit(invoice, quantity=1, price_unit=300)
        self.assertEqual(self._left(plan), [30, 30, 25])

    def test_all_of_it_and_a_number_of_pieces_give_back(self):
        plan = self._run_plan()
        invoice, _order = self._invoiced(price=100)
        self._credit(invoice, quantity=3)
        self.assertEqual(self._left(plan), [32, 31, 25])
        self._credit(invoice, quantity=12)
        self.assertEqual(self._left(plan), [40, 35, 25])

    def test_pieces_taken_back_after_their_price_was_lowered(self):
        plan = self._run_plan()
        invoice, _order = self._invoiced(price=100)
        self._credit(invoice, price_unit=20)
        self._credit(invoice, quantity=3, price_unit=80)
        self.assertEqual(self._left(plan), [32, 31, 25])
        self._credit(invoice, quantity=12, price_unit=80)
        self.assertEqual(self._left(plan), [40, 35, 25])

    def test_a_discount_of_the_order_is_part_of_its_price(self):
        plan = self._run_plan()
        invoice, _order = self._invoiced(price=100, discount=25)
        self._credit(invoice, quantity=3)
        self.assertEqual(self._left(plan), [32, 31, 25])
        self._credit(invoice, quantity=12, discount=90)
        self.assertEqual(self._left(plan), [32, 31, 25])

    def test_dozens_are_taken_back_by_the_dozen(self):
        plan = self._run_plan()
        order = self._order(quantity=2, price=120, product_uom_id=self.dozens.id)
        self._allocate(order.order_line, [1, 1, 0])
        self._confirm(order)
        order.action_deliver_allocations()
        invoice = self._invoice(order)
        self.assertEqual(self._left(plan), [28, 23, 25])
        self._credit(invoice, price_unit=12)
        self.assertEqual(self._left(plan), [28, 23, 25])
        self._credit(invoice, quantity=1, price_unit=108)
        self.assertEqual(self._left(plan), [34, 29, 25])


class TestIncomeQuotas(CreditCase):
    def _run_income(self, **vals):
        return self._run_plan(
            **{"kind": "amount", "product_tmpl_id": False, "volume": 10_000, **vals}
        )

    def _consumed(self, plan):
        return self._left(plan, "consumed_quantity")

    def test_income_gets_back_what_was_credited_alone(self):
        plan = self._run_income()
        invoice, _order = self._invoiced(price=100)
        self.assertEqual(self._consumed(plan), [1000, 500, 0])
        refund = self._credit(invoice, price_unit=20)
        self.assertEqual(self._consumed(plan), [800, 400, 0])
        refund.button_draft()
        self.assertEqual(self._consumed(plan), [1000, 500, 0])
        refund.action_post()
        self._credit(invoice, quantity=3, price_unit=80)
        self.assertEqual(self._consumed(plan), [640, 320, 0])
        self._credit(invoice, quantity=12, price_unit=80)
        self.assertEqual(self._consumed(plan), [0, 0, 0])

    def test_all_of_it_credited_gives_all_back(self):
        plan = self._run_income()
        invoice, _order = self._invoiced(price=100)
        self._credit(invoice)
        self.assertEqual(self._consumed(plan), [0, 0, 0])

    def test_in_the_currency_of_the_order(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2026-01-01", "inverse_company_rate": 3.75}
        )
        plan = self._run_income()
        pricelist = self.env["product.pricelist"].create(
            {"name": "Dólares", "currency_id": dollar.id}
        )
        order = self._order(quantity=15, price=100)
        order.pricelist_id = pricelist
        order.order_line.price_unit = 100
        self._allocate(order.order_line, [10, 5, 0])
        self._confirm(order)
        order.action_deliver_allocations()
        self.assertEqual(self._consumed(plan), [3750, 1875, 0])
        invoice = self._invoice(order)
        self.assertEqual(invoice.currency_id, dollar)
        self._credit(invoice, price_unit=20)
        self.assertEqual(self._consumed(plan), [3000, 1500, 0])

    def _assert_line_adds_up(self, plan, order, message):
        """The rows of a line say what splitting it now would: no cent is of two, or of none."""
        rows = plan.quota_ids.consumption_ids
        held = {row.allocation_id: round(row.quantity, 2) for row in rows}
        split = rows._split_line(plan.currency_id, order.order_line)
        self.assertEqual(held, {a: float(amount) for a, amount in split.items() if amount}, message)

    def test_no_cent_drifts_when_one_allocation_changes(self):
        plan = self._run_income()
        order = self._sell([1, 1, 1], price=33.33 + 0.01 / 3)
        first, second, third = order.order_line.allocation_ids
        self._assert_line_adds_up(plan, order, "at first")
        for allocation, quantity in ((first, 0.5), (second, 0.7), (third, 0.9), (first, 1.0)):
            allocation.quantity = quantity
            self._assert_line_adds_up(plan, order, f"{allocation.id} to {quantity}")
        second.unlink()
        self._assert_line_adds_up(plan, order, "one removed")


class TestPlansInSuccession(CreditCase):
    def test_what_a_closed_plan_holds_is_not_counted_again(self):
        for kind in ("quantity", "amount"):
            with self.subTest(kind), self.env.cr.savepoint() as savepoint:
                vals = {"kind": kind, "volume": 100 if kind == "quantity" else 1000}
                closed = self._run_plan(**vals)
                self._sell([10, 5, 0])
                held = self._left(closed, "consumed_units")
                closed.action_close()
                plan = self._run_plan(**vals)
                self.assertEqual(self._left(plan, "consumed_units"), [0, 0, 0])
                self.assertEqual(self._left(closed, "consumed_units"), held)
                self._sell([3, 0, 0])
                factor = 1 if kind == "quantity" else 1000
                self.assertEqual(self._left(plan, "consumed_units"), [3 * factor, 0, 0])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_is_sold_more_of_the_same_order_counts_in_the_new_plan(self):
        closed = self._run_plan()
        order = self._sell([10, 5, 0])
        closed.action_close()
        plan = self._run_plan()
        order.order_line.product_uom_qty = 17
        order.order_line.allocation_ids[0].quantity = 12
        self.assertEqual(self._left(plan), [38, 35, 25])
        self.assertEqual(self._left(closed), [30, 30, 25])
        order._action_cancel()
        self.assertEqual(self._left(plan), [40, 35, 25])
        self.assertEqual(self._left(closed), [40, 35, 25])

    def test_another_variant_consumes_nothing(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Talla", "value_ids": [Command.create({"name": name}) for name in "SM"]}
        )
        template = self.env["product.template"].create({"name": "Chompa", "type": "service"})
        template.attribute_line_ids = [
            Command.create(
                {"attribute_id": attribute.id, "value_ids": [Command.set(attribute.value_ids.ids)]}
            )
        ]
        small, medium = template.product_variant_ids
        plan = self._run_plan(product_tmpl_id=template.id, product_id=small.id)
        for product, left in ((medium, [40, 35, 25]), (small, [30, 30, 25])):
            self.product = product
            self._sell([10, 5, 0])
            self.assertEqual(self._left(plan), left, product.display_name)


class TestIncomeHistory(CreditCase):
    def _deliver(self, quantities, **vals):
        order = self._sell(quantities, **vals)
        order.action_deliver_allocations()
        return order.order_line.allocation_ids.delivery_ids[:1].date

    def _propose(self, day, **vals):
        plan = self._create_plan(
            basis="history", history_from=day, history_to=day, volume=1000, **vals
        )
        plan.action_propose()
        return plan

    def test_money_weighs_what_was_delivered_by_what_it_was_sold_for(self):
        self._deliver([0, 1, 0], price=300)
        self.product = self.env["product.product"].create({"name": "Botón", "type": "service"})
        day = self._deliver([1000, 0, 0], price=0.1)
        plan = self._propose(day, kind="amount", product_tmpl_id=False)
        self.assertEqual(self._units(plan, field="planned_quantity"), [250, 750, 0])

    def test_pieces_weigh_pieces_at_whatever_price(self):
        self._deliver([0, 30, 0], price=300)
        day = self._deliver([10, 0, 0], price=1)
        self.assertEqual(self._units(self._propose(day)), [250, 750, 0])

    def test_of_what_was_rejected_nothing_weighs(self):
        order = self._sell([10, 10, 0], price=5)
        allocations = order.order_line.allocation_ids
        self.env["business.network.delivery"].create(
            [
                {
                    "allocation_id": allocation.id,
                    "quantity": 10,
                    "rejected_quantity": bad,
                    "reason": bad and "Costura",
                    "date": "2026-03-12",
                    "state": "done",
                }
                for allocation, bad in zip(allocations, (5, 0), strict=True)
            ]
        )
        plan = self._propose("2026-03-12", kind="amount", volume_source="target")
        self.assertEqual(self._units(plan), [33333, 66667, 0])
