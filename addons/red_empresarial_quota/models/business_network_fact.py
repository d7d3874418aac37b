from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import format_exact
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class BusinessNetworkFact(models.Model):
    """A number a member declares of itself, and its network approves: it has four machines.

    Quota plans with a formula read the approved facts of their first day. A fact without an end
    holds until another one is approved, which ends it the day before; one of the same days is
    superseded. Both stay as history.

    Invariant: of one member and kind no two approved facts share a day.
    """

    _name = "business.network.fact"
    _description = "Declared Fact"
    _inherit = ["business.network.declaration.mixin"]
    _order = "date_from desc, member_id, kind_id, id desc"
    _rec_name = "member_id"
    _check_company_auto = True

    kind_id = fields.Many2one(
        "business.network.fact.kind",
        string="Fact",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    unit = fields.Char(related="kind_id.unit")
    value = fields.Float(
        digits=(20, 6),
        aggregator=None,
        tracking=True,
        help="Zero says that the member has none; saying nothing leaves it unknown.",
    )
    date_from = fields.Date(default=fields.Date.context_today)
    date_to = fields.Date(help="Empty while it lasts.")
    superseded_by_id = fields.Many2one(
        "business.network.fact", copy=False, readonly=True, ondelete="restrict"
    )
    note = fields.Text(help="How it was counted, and by whom.")

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)", "A fact cannot end before it starts."
    )
    _value_not_negative = models.Constraint("CHECK(value >= 0)", "A fact cannot be negative.")
    # A float holds six decimals of no larger number.
    _value_exact = models.Constraint(
        "CHECK(value < 9000000000)",
        "A fact is less than 9,000,000,000. Count it in a larger unit.",
    )
    # A range without an end overlaps whatever starts later.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(member_id, member_id, '[]') WITH &&, "
        "int4range(kind_id, kind_id, '[]') WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&) WHERE (state = 'approved')",
        "The member has another approved fact of this kind for these days.",
    )

    @api.depends("member_id", "kind_id", "date_from", "date_to")
    def _compute_display_name(self):
        for fact in self:
            days = [format_date(self.env, fact.date_from)] if fact.date_from else []
            days.append(format_date(self.env, fact.date_to) if fact.date_to else "…")
            parts = fact.member_id.display_name, fact.kind_id.name, " – ".join(days)
            fact.display_name = " · ".join(filter(None, parts))

    @api.constrains("member_id", "kind_id")
    def _check_kind(self):
        for fact in self:
            if not fact.kind_id._applies_to(fact.member_id.network_id):
                raise ValidationError(
                    self.env._(
                        "Members of %(network)s do not declare %(kind)s, which is %(where)s. "
                        "Choose another fact.",
                        network=fact.member_id.network_id.name,
                        kind=fact.kind_id.name,
                        where=fact.kind_id.sudo()._describe_scope(),
                    )
                )

    # -- as a declaration ----------------------------------------------------------------------

    @api.model
    def _get_declared_fields(self):
        return super()._get_declared_fields() | {"kind_id", "value"}

    def _get_approved_domain(self):
        return [*super()._get_approved_domain(), ("kind_id", "in", self.kind_id.ids)]

    def _overlaps(self, other):
        return (
            (self.member_id, self.kind_id) == (other.member_id, other.kind_id)
            and (not other.date_to or self.date_from <= other.date_to)
            and (not self.date_to or other.date_from <= self.date_to)
        )

    def _replaces(self, other):
        """Whether ``other`` holds on no day but those of this one."""
        ends_within = not self.date_to or (other.date_to and other.date_to <= self.date_to)
        return self.date_from <= other.date_from and bool(ends_within)

    def _take_the_place_of(self, other):
        """One that lasts ends an earlier one that lasts."""
        if not self.date_to and not other.date_to and other.date_from < self.date_from:
            other.date_to = self.date_from - timedelta(days=1)
            other.flush_recordset()
            return other.browse()
        return super()._take_the_place_of(other)

    def _check_not_declared(self, vals):
        """What lasts may be given its end by what follows it."""
        if self.env.su and vals.keys() == {"date_to"} and vals["date_to"]:
            self = self.filtered("date_to")
        return super()._check_not_declared(vals)

    def _raise_overlap(self, other):
        raise ValidationError(
            self.env._(
                "%(other)s, %(value)s %(unit)s, is approved already and shares days with %(fact)s. "
                "Leave the end empty to replace it from the first day on, declare the same period "
                "to correct it, or one that shares no day.",
                other=other.display_name,
                value=format_exact(self.env, other.value),
                unit=other.unit or "",
                fact=self.display_name,
            )
        )
