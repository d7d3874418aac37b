"""What a sheet says of the members of a plan: claims, floors, weights and capacities."""

from fractions import Fraction

from odoo.addons.red_empresarial.tools.sheet_reader import SheetReader, by_name, in_all_languages
from odoo.addons.red_empresarial.tools.sheets import read_amount

from ..models.business_network_quota_plan import MAXIMUM_UNITS

DECIMALS = 6


class QuotaLimitSheet(SheetReader):
    """Reads a table against the quotas of a plan; writes nothing.

    A row is a member; columns stand in any order and may be left out but for the member's. An
    empty cell leaves what is there.

    :ivar limits: ``{quota: {field: value}}`` of what the sheet says
    :ivar capacities: ``{member: (quantity, unit)}``, exact
    """

    def __init__(self, plan, table):
        super().__init__(plan.env, table)
        self.plan = plan
        self.limits = {}
        self.capacities = {}

    def read_rows(self):
        """Fill ``problems``, ``limits`` and ``capacities``."""
        self.columns = self._read_columns()
        if "member" not in self.columns:
            self._note(
                1,
                0,
                self.env._("no column has the members"),
                self.env._("Download the template and fill it in."),
            )
            return self
        if not self.rows:
            self._note(
                2,
                0,
                self.env._("there are no rows"),
                self.env._("Write a row for each member, or download the template."),
            )
        quotas, seen = by_name(self._get_quota_names()), {}
        for number, row in self.rows:
            if quota := self._read_quota(number, row, quotas, seen):
                self._read_limits(number, row, quota)
                self._read_capacity(number, row, quota)
        return self

    # -- titles --------------------------------------------------------------------------------

    def _read_columns(self):
        """``{key: position}`` of the columns the sheet has."""
        words = {key: in_all_languages(self.env, get_text) for key, get_text in TITLES.items()}
        columns = {}
        for position, title in enumerate(self.titles):
            key = next((key for key in words if title.casefold() in words[key]), None)
            if title and (key is None or key in columns):
                self._note(
                    1,
                    position,
                    self.env._("“%s” is no column of the template, or stands twice", title),
                    self.env._("Remove it, or write its title as in the template."),
                )
            elif title:
                columns[key] = position
        return columns

    def _get_quota_names(self):
        for quota in self.plan.quota_ids.sudo():
            member = quota.member_id
            yield quota, (member.display_name, member.partner_id.name, member.partner_id.vat)

    def _value(self, row, key):
        return self._cell(row, self.columns.get(key))

    # -- rows ----------------------------------------------------------------------------------

    def _read_quota(self, number, row, quotas, seen):
        """The quota a row is about, or None."""
        name, network = self._value(row, "member"), self._value(row, "network")
        found = quotas.get(name.casefold(), [])
        if network:
            found = [q for q in found if q.network_id.name.casefold() == network.casefold()]
        if len(found) != 1:
            self._note(number, self.columns["member"], *self._explain_member(name, network, found))
            return None
        if found[0] in seen:
            self._note(
                number,
                self.columns["member"],
                self.env._(
                    "%(member)s already stands on line %(line)s", member=name, line=seen[found[0]]
                ),
                self.env._("Keep one row for each member."),
            )
            return None
        seen[found[0]] = number
        return found[0]

    def _explain_member(self, name, network, found):
        if found:
            return (
                self.env._("%s is the name of several members", name),
                self.env._("Write the network beside it, or its tax ID."),
            )
        label = f"{network} · {name}" if network else name
        return (
            self.env._(
                "“%(name)s” has no quota in %(plan)s", name=label, plan=self.plan.display_name
            ),
            self.env._("Write its name or tax ID as in the template, or list the members again."),
        )

    def _read_limits(self, number, row, quota):
        limits = {}
        for field, key in (("floor", "least"), ("cap", "most")):
            units = self._read_units(number, row, key) if self._value(row, key) else None
            if units is not None:
                limits[field] = units
        if self._value(row, "weight"):
            weight = self._read_number(number, row, "weight", DECIMALS)
            if weight is not None:
                limits["manual_weight"] = float(weight)
        least, most = (limits.get(name, quota[name]) for name in ("floor", "cap"))
        if most and least > most and {"floor", "cap"} & limits.keys():
            self._note(
                number,
                self.columns["least" if "floor" in limits else "most"],
                self.env._(
                    "at least %(least)s and at most %(most)s",
                    least=self.plan._show_units(least),
                    most=self.plan._show_units(most),
                ),
                self.env._("Lower the floor or raise the cap; zero is no cap."),
            )
        self.limits[quota] = limits

    def _read_units(self, number, row, key):
        """Quota units of a limit, or None for a wrong one; of a plan in money the cell is money."""
        if self.plan.kind == "quantity":
            value = self._read_number(number, row, key, 0)
            return None if value is None else int(value)
        coin = self.plan._get_unit_size()
        decimals = self.plan.currency_id.decimal_places
        value = self._read_number(number, row, key, decimals, MAXIMUM_UNITS * coin)
        return None if value is None else round(Fraction(value) / coin)

    def _read_number(self, number, row, key, decimals, maximum=MAXIMUM_UNITS):
        """The number of a cell, exact, or None for a wrong one."""
        text = self._value(row, key)
        value = read_amount(text, decimals)
        if value is None or value > maximum:
            self._note(
                number,
                self.columns[key],
                self.env._("“%s” is no number of this column", text),
                self.env._(
                    "Write a number that is not negative, with %s decimals at most and without "
                    "thousands separators.",
                    decimals,
                ),
            )
            return None
        return value

    def _read_capacity(self, number, row, quota):
        """What the member can deliver in the period of the plan, and in which unit."""
        if not self._value(row, "capacity"):
            return
        if self.plan.kind == "amount":
            self._note(
                number,
                self.columns["capacity"],
                self.env._("%s is in money", self.plan.display_name),
                self.env._("Leave the capacities out."),
            )
            return
        value = self._read_number(number, row, "capacity", DECIMALS)
        unit = self._read_unit(number, row)
        if value is not None and unit:
            self.capacities[quota.member_id] = (value, unit)

    def _read_unit(self, number, row):
        """The unit of a capacity; None, with a note, where it is none or does not convert."""
        name, uom = self._value(row, "unit"), self.plan.product_uom_id
        unit = self._find_unit(name, uom) if name else None
        if not unit:
            self._note(
                number,
                self.columns.get("unit", self.columns["capacity"]),
                self.env._("the capacity has no unit that converts to %s", uom.name),
                self.env._("Write the unit beside it, as %s.", uom.name),
            )
        return unit


# Titles of the template by key, in its order; each is asked in every language.
TITLES = {
    "network": lambda env: env._("Network"),
    "member": lambda env: env._("Member"),
    "least": lambda env: env._("Least"),
    "most": lambda env: env._("Most"),
    "weight": lambda env: env._("Weight"),
    "capacity": lambda env: env._("Capacity"),
    "unit": lambda env: env._("Unit"),
}
