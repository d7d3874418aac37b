"""Thousands of rows at once are what Odoo's own create makes of them, one by one."""

from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user
from odoo.tools import mute_logger
from psycopg2 import errors

from tests.allocation_case import AllocationCase

MANY = "odoo.addons.red_empresarial.models.business_network_row_mixin.MANY"
THEIR_OWN = {"id", "name", "sale_line_id", "allocation_id", "create_date", "write_date"}


class TestCreateRows(AllocationCase):
    def set_up_once(self):
        super().set_up_once()
        self.rows = self.env["business.network.allocation"]

    def _prepare(self, quantities=(5, 4, 2.5)):
        order = self._order()
        return [
            {"sale_line_id": order.order_line.id, "member_id": member.id, "quantity": quantity}
            | {"product_uom_id": self.units.id}
            for member, quantity in zip(self.members, quantities, strict=True)
        ]

    def _create_fast(self, vals_list, model="business.network.allocation"):
        with patch(MANY, 1):
            return self.env[model]._create_rows(vals_list)

    def _read_stored(self, records):
        records.env.flush_all()
        records.env.invalidate_all()
        names = [name for name, field in records._fields.items() if field.store]
        order = records[:1]._fields.get("sale_line_id") and records.sale_line_id.order_id
        found = records.read(sorted(set(names) - THEIR_OWN), load=None)
        for row in found:
            del row["id"]
            if row.get("order_reference") in (order or records).mapped("display_name"):
                row["order_reference"] = "its order"
        return found

    def test_columns_defaults_and_computed_fields_are_the_same(self):
        slow = self.rows.create(self._prepare())
        fast = self._create_fast(self._prepare())
        self.assertEqual(fast.mapped("quantity"), [5, 4, 2.5])
        self.assertEqual(self._read_stored(fast), self._read_stored(slow))
        self.assertEqual(fast.sale_line_id.allocation_ids, fast)

    def test_deliveries_reach_allocation_and_line(self):
        slow = self.rows.create(self._prepare())
        fast = self._create_fast(self._prepare())
        vals = [{"quantity": 4, "rejected_quantity": 1, "reason": "Rota", "state": "done"}] * 2
        deliveries = {}
        for allocations, create in (
            (slow, self.env["business.network.delivery"].create),
            (fast, lambda rows: self._create_fast(rows, "business.network.delivery")),
        ):
            pairs = zip(allocations, vals, strict=False)
            deliveries[allocations] = create(
                [{**row, "allocation_id": allocation.id} for allocation, row in pairs]
            )
            self.assertEqual(allocations.mapped("delivered_quantity"), [3, 3, 0])
            self.assertEqual(allocations.sale_line_id.qty_delivered, 6)
        names = deliveries[fast].mapped("name")
        self.assertEqual(names, [f"ENT/{delivery.id:06d}" for delivery in deliveries[fast]])
        self.assertEqual(self._read_stored(deliveries[fast]), self._read_stored(deliveries[slow]))

    def test_lists_already_in_memory_show_the_new_rows(self):
        vals_list = self._prepare()
        line = self.env["sale.order.line"].browse(vals_list[0]["sale_line_id"])
        self.assertFalse(line.allocation_ids)
        created = self._create_fast(vals_list)
        self.assertEqual(line.allocation_ids, created)

    def test_constraints_refuse_and_nothing_is_written(self):
        before = self.rows.search_count([])
        vals_list = self._prepare()
        vals_list[2]["member_id"] = self._create_members(
            self._create_network("Otra red", self.operating_form),
            [self._create_partner("Ajena SAC")],
        ).id
        with self.assertRaisesRegex(ValidationError, "Ajena SAC"), self.env.cr.savepoint():
            self._create_fast(vals_list)
        with (
            self.assertRaises(errors.CheckViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self._create_fast(self._prepare(quantities=(5, -4, 2)))
        self.assertEqual(self.rows.search_count([]), before)

    def test_who_may_not_create_is_refused(self):
        user = new_test_user(self.env, "mirona", groups="base.group_user")
        vals_list = self._prepare()
        with self.assertRaises(AccessError), patch(MANY, 1):
            self.rows.with_user(user)._create_rows(vals_list)

    def test_rows_that_differ_in_their_columns_are_refused(self):
        vals_list = self._prepare()
        for wrong in ({"locked": True}, {"delivery_ids": []}):
            with self.assertRaisesRegex(ValueError, "different keys"):
                self._create_fast([*vals_list, {**vals_list[0], **wrong}])

    def test_queries_do_not_grow_with_the_rows(self):
        def count(quantity):
            vals_list = []
            for _number in range(quantity):
                vals_list += self._prepare()
            self.env.flush_all()
            self.env.invalidate_all()
            started = self.env.cr.sql_log_count
            self._create_fast(vals_list)
            return self.env.cr.sql_log_count - started

        few, many = count(2), count(12)
        self.assertLessEqual(many, few + 2)
