from odoo import api, fields, models
from odoo.models import LOG_ACCESS_COLUMNS
from psycopg2 import sql

MANY = 1_000  # rows; below, nobody would notice the difference
ROWS_PER_STATEMENT = 2_000


class BusinessNetworkRowMixin(models.AbstractModel):
    """Rows of which one action makes thousands: allocations, deliveries, quotas.

    Odoo prepares, caches and marks each record of a batch by itself; a few thousand of them are
    inserted by a few statements instead. What follows from new rows belongs into
    :meth:`_after_create`, which both ways call, and not into an override of ``create``.
    """

    _name = "business.network.row.mixin"
    _description = "Rows Created by the Thousand"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._after_create()
        return records

    def _after_create(self):
        """Hook: what other records learn of these new ones."""

    @api.model
    def _create_rows(self, vals_list):
        """Create what :meth:`create` would, the faster way when there are many.

        Defaults, computed fields, constraints and access rules hold as they do there; inverse
        methods of fields are not run, so ``vals_list`` names columns only.

        :param vals_list: dicts of values, all with the same keys, each the name of a column
        :return: the records, in the order of ``vals_list``
        :raise ValueError: the dicts differ in their keys, or name what is no column
        """
        if len(vals_list) < MANY or self._get_needed_first(vals_list[0]):
            return self.create(vals_list)
        names = self._get_row_names(vals_list)
        rows = self.browse()
        rows.check_access("create")
        rows.env.flush_all()
        records = rows._insert_rows(vals_list, names)
        records._forget_inverses()
        given = [self._fields[name] for name in names if self._fields[name].compute]
        with rows.env.protecting(given, records):
            records.modified(self._fields, create=True)
            rows.flush_model()
        records._validate_fields(names)
        if rows._check_company_auto:
            records._check_company()
        records.check_access("create")
        records._after_create()
        return records

    def _get_needed_first(self, vals):
        """Computed fields that a row cannot be without, and that are not given."""
        return [
            name
            for name, field in self._fields.items()
            if field.required and field.compute and name not in vals
        ]

    def _get_row_names(self, vals_list):
        names = list(vals_list[0])
        wrong = [name for name in names if not self._is_column(name)]
        if wrong or any(vals.keys() != vals_list[0].keys() for vals in vals_list):
            raise ValueError(f"Rows of {self._name} with different keys, or no columns: {wrong}")
        return names

    def _is_column(self, name):
        field = self._fields.get(name)
        return bool(field and field.store and field.column_type)

    def _insert_rows(self, vals_list, names):
        common = self._get_common_values(names)
        columns = [*names, *common]
        to_column = [self._fields[name].convert_to_column_insert for name in names]
        constants = tuple(
            self._fields[name].convert_to_column_insert(value, self, common)
            for name, value in common.items()
        )
        query = sql.SQL("INSERT INTO {} ({}) VALUES %s RETURNING id").format(
            sql.Identifier(self._table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        pairs = list(zip(names, to_column, strict=True))
        values = (
            (*(convert(vals[name], self, vals) for name, convert in pairs), *constants)
            for vals in vals_list
        )
        found = self.env.cr.execute_values(query, values, page_size=ROWS_PER_STATEMENT, fetch=True)
        return self.browse(row[0] for row in found)

    def _get_common_values(self, names):
        """What all rows have that no key says: defaults, who made them and when."""
        missing = [
            name
            for name, field in self._fields.items()
            if name not in names
            and name not in LOG_ACCESS_COLUMNS
            and self._is_column(name)
            and not field.compute
            and name != "id"
        ]
        defaults = self.default_get(missing)
        common = {name: value for name, value in defaults.items() if name in missing}
        if self._log_access:
            now = fields.Datetime.now()
            common.update(create_uid=self.env.uid, write_uid=self.env.uid)
            common.update(create_date=now, write_date=now)
        return common

    def _forget_inverses(self):
        """Lists of these rows that other records hold in memory are read again."""
        for field in self._fields.values():
            for inverse in self.pool.field_inverses[field]:
                self.env[inverse.model_name].invalidate_model([inverse.name], flush=False)
