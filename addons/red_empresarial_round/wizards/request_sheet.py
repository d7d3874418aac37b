"""What a sheet says members ask: a row per product, a column per member, every mistake named."""

from fractions import Fraction

from odoo.addons.red_empresarial.tools.languages import in_each_language
from odoo.addons.red_empresarial.tools.quantities import exact_factor
from odoo.addons.red_empresarial.tools.sheet_reader import SheetReader, by_name, in_all_languages
from odoo.addons.red_empresarial.tools.sheets import read_amount


class RequestSheet(SheetReader):
    """Reads a table against the catalogue and participants of a round; writes nothing.

    :ivar quantities: ``{member: {round product: (quantity, up to, unit)}}``, exact
    """

    def __init__(self, purchase_round, table):
        super().__init__(purchase_round.env, table)
        self.round = purchase_round
        self.quantities = {}

    def read_rows(self):
        """Fill ``problems`` and ``quantities``."""
        self.units_column = 1 if self._title(1).casefold() in get_words(self.env, "unit") else None
        self.columns = self._read_columns()
        self.quantities = {member: {} for member, is_limit in self.columns.values() if not is_limit}
        products, seen = by_name(self._get_product_names()), {}
        if not self.rows:
            self._note(
                2,
                0,
                self.env._("there are no rows"),
                self.env._("Write a row for each product, or download the template."),
            )
        for number, row in self.rows:
            product = self._read_product(number, row, products, seen)
            unit = product and self._read_unit(number, row, product)
            if unit:
                self._read_cells(number, row, product, unit)
        self._check_drafts()
        return self

    # -- titles ------------------------------------------------------------------------------------

    def _read_columns(self):
        """Columns of the members, ``{position: (member, whether it says up to how much)}``."""
        members = by_name(self._get_member_names())
        endings = get_words(self.env, "limit")
        columns, seen = {}, {}
        for position, title in enumerate(self.titles):
            if not title or position in (0, self.units_column):
                continue
            name, is_limit = split_title(title, endings)
            found = members.get(name.casefold(), [])
            if len(found) != 1:
                self._note(1, position, *self._explain_member(name, found))
            elif (found[0], is_limit) in seen:
                self._note(
                    1,
                    position,
                    self.env._("%s has two such columns", found[0].display_name),
                    self.env._("Keep one of them."),
                )
            else:
                seen[found[0], is_limit] = position
                columns[position] = (found[0], is_limit)
        self._check_pairs(seen, columns)
        return columns

    def _check_pairs(self, seen, columns):
        for member, is_limit in [pair for pair in seen if (pair[0], False) not in seen]:
            position = seen[member, is_limit]
            del columns[position]
            self._note(
                1,
                position,
                self.env._("%s has no column with what it asks", member.display_name),
                self.env._("Add a column with its name alone."),
            )

    def _explain_member(self, name, found):
        if found:
            return (
                self.env._("%s is the name of several members", name),
                self.env._("Write their tax IDs instead."),
            )
        return (
            self.env._(
                "“%(name)s” takes no part in %(round)s", name=name, round=self.round.display_name
            ),
            self.env._("Write the name or tax ID of a participant, as in the template."),
        )

    def _get_member_names(self):
        for member in self.round._get_participants():
            yield member, (member.display_name, member.partner_id.name, member.partner_id.vat)

    def _get_product_names(self):
        for env in in_each_language(self.env):
            for line in self.round.product_ids:
                product = line.product_id.with_env(env)
                yield (
                    line,
                    (product.default_code, product.name, product.display_name, product.barcode),
                )

    # -- rows --------------------------------------------------------------------------------------

    def _read_product(self, number, row, products, seen):
        """Product of the catalogue a row is about, or None."""
        found = products.get(row[0].casefold(), [])
        if len(found) != 1:
            self._note(
                number,
                0,
                self.env._(
                    "“%(name)s” is not one product of %(round)s",
                    name=row[0],
                    round=self.round.display_name,
                ),
                self.env._("Write its reference or name as in the catalogue of the round."),
            )
            return None
        if found[0] in seen:
            self._note(
                number,
                0,
                self.env._(
                    "%(product)s already stands on line %(line)s",
                    product=row[0],
                    line=seen[found[0]],
                ),
                self.env._("Keep one row for each product."),
            )
            return None
        seen[found[0]] = number
        return found[0]

    def _read_unit(self, number, row, product):
        """Unit the row is in: the catalogue's where nothing else is said; None if it is wrong."""
        name = self._cell(row, self.units_column) if self.units_column else ""
        if not name:
            return product.product_uom_id
        if unit := self._find_unit(name, product.product_uom_id):
            return unit
        self._note(
            number,
            self.units_column,
            self.env._(
                "“%(name)s” is no unit that converts to %(unit)s",
                name=name,
                unit=product.product_uom_id.name,
            ),
            self.env._("Write a unit of the same kind, or leave the cell empty."),
        )
        return None

    def _read_cells(self, number, row, product, unit):
        cells = {}
        for position, (member, is_limit) in self.columns.items():
            value = self._read_quantity(number, row, position, product, unit)
            if value is not None:
                cells[member, is_limit] = (value, position)
        for member, is_limit in cells:
            if is_limit:
                continue
            quantity, _position = cells[member, False]
            limit, position = cells.get((member, True), (0, None))
            if limit and limit < quantity:
                self._note(
                    number,
                    position,
                    self.env._(
                        "%(limit)s is less than the %(quantity)s asked",
                        limit=limit,
                        quantity=quantity,
                    ),
                    self.env._("Write the most the member takes, or leave the cell empty."),
                )
            self.quantities[member][product] = (quantity, limit, unit)

    def _read_quantity(self, number, row, position, product, unit):
        """The quantity of a cell, exact; zero for an empty one, None for a wrong one."""
        text = self._cell(row, position)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        value = read_amount(text, digits)
        if value is None:
            self._note(
                number,
                position,
                self.env._("“%s” is no quantity", text),
                self.env._(
                    "Write a number that is not negative, with %s decimals at most and without "
                    "thousands separators.",
                    digits,
                ),
            )
            return None
        return value if self._is_kept(number, position, value, product, unit) else None

    def _is_kept(self, number, position, value, product, unit):
        """Whether the quantity is exact in the unit of the catalogue."""
        exact = exact_factor(unit) / exact_factor(product.product_uom_id) * Fraction(value)
        if (exact / self.round._get_finest_step()).denominator == 1:
            return True
        self._note(
            number,
            position,
            self.env._(
                "%(quantity)s %(unit)s cannot be kept exactly in %(other)s",
                quantity=value,
                unit=unit.name,
                other=product.product_uom_id.name,
            ),
            self.env._("Write the quantity in %s.", product.product_uom_id.name),
        )
        return False

    def _check_drafts(self):
        """Who sent its request already, or canceled it, is not overwritten."""
        positions = {
            member: position for position, (member, limit) in self.columns.items() if not limit
        }
        for request in self.round.request_ids.filtered(lambda request: request.state != "draft"):
            cells = self.quantities.get(request.member_id, {})
            if any(quantity for quantity, _limit, _unit in cells.values()):
                self._note(
                    1,
                    positions[request.member_id],
                    self.env._("the request of %s is no draft", request.member_id.display_name),
                    self.env._("Reset it to draft first, or empty this column."),
                )


def get_words(env, word):
    """A title of the template, in each language in which it may have been written."""
    if word == "unit":
        return in_all_languages(env, lambda translated: translated._("Unit"))
    return in_all_languages(env, lambda translated: translated._("%s (up to)", ""))


def split_title(title, endings):
    """Name of a member and whether the column says up to how much it takes."""
    for ending in endings:
        if title.casefold().endswith(ending):
            return title[: -len(ending)].strip(), True
    return title, False
