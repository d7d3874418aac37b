from collections import defaultdict
from datetime import timedelta
from math import floor

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.apportion import exact_weight
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    exact_factor,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date
from odoo.tools.date_utils import end_of

STATES = [
    ("draft", "Draft"),
    ("proposed", "Proposed"),
    ("agreed", "Agreed"),
    ("running", "Running"),
    ("closed", "Closed"),
    ("cancel", "Canceled"),
]
BASES = [
    ("agreement", "Weights of the agreement"),
    ("equal", "Equal parts"),
    ("capacity", "Capacity of each member"),
    ("history", "What each delivered before"),
    ("manual", "Weights by hand"),
]
MAXIMUM_UNITS = 2**31 - 2  # what a column of whole numbers holds, and one more to explain
DEFINITION = {
    "kind",
    "network_id",
    "product_tmpl_id",
    "product_id",
    "date_from",
    "date_to",
    "unit_size",
    "product_uom_id",
}
TERMS = {
    "volume",
    "volume_source",
    "order_ids",
    "contract_id",
    "basis",
    "sub_basis",
    "formula",
    "sub_formula",
    "new_member_months",
    "new_member_units",
    "small_member_measure",
    "small_member_kind_id",
    "small_member_limit",
    "small_member_units",
    "capped_by_capacity",
    "history_from",
    "history_to",
    "agreed_on",
    "minute_reference",
    "shortfall_returns",
    "shortfall_offered",
}


class BusinessNetworkQuotaPlan(models.Model):
    """A volume of a product, or an amount of sales, split over networks and members for a period.

    Split in whole *quota units* (the network's package; the cent where the plan is in money), each
    level on its own basis. What makes no whole unit or exceeds every cap stays unallocated and is
    shown. Quotas are consumed by the allocations of confirmed joint sales while the plan runs.

    Invariants: two plans of a network never cover the same product on the same day; the units of
    the members of a network add up to the network's; a revision takes nothing that is consumed.
    """

    _name = "business.network.quota.plan"
    _description = "Quota Plan"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "business.network.auto.number.mixin",
        "business.network.action.state.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True
    _sequence_date_field = "date_from"

    name = fields.Char(string="Number", index="trigram")
    kind = fields.Selection(
        [("quantity", "Quantity of a product"), ("amount", "Amount of sales")],
        required=True,
        default="quantity",
        help="A quota in money counts what the members' allocations are sold for, net of tax.",
    )
    network_id = fields.Many2one(
        "business.network", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_tier = fields.Selection(related="network_id.tier")
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="network_id.currency_id")
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Product",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        compute="_compute_product_tmpl_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="With all its variants, unless one is chosen. An amount may leave it empty: all "
        "sales.",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Variant",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('product_tmpl_id', '=', product_tmpl_id)]",
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    date_to = fields.Date(
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    volume = fields.Float(
        digits=(20, 6),
        required=True,
        tracking=True,
        aggregator=None,
        help="What there is to share: a contract, an order or a target, in the unit of the plan.",
    )
    unit_size = fields.Float(
        string="Quota Unit",
        digits=(16, 6),
        required=True,
        default=1.0,
        aggregator=None,
        help="Size of a package: quotas are whole packages. 24 means that members get 24, 48, 72…",
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        ondelete="restrict",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    basis = fields.Selection(BASES, required=True, default="agreement", tracking=True)
    sub_basis = fields.Selection(
        BASES,
        string="Basis Within Networks",
        tracking=True,
        help="In a network of networks: how each member network shares its quota among its own "
        "members. Empty leaves the quotas at the networks.",
    )
    history_from = fields.Date(help="First day of the deliveries that count as weights.")
    history_to = fields.Date()
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    in_revision = fields.Boolean(
        copy=False,
        readonly=True,
        tracking=True,
        help="Volume, bases, caps and floors may change; quotas count as they are until applied.",
    )
    agreed_on = fields.Date(copy=False, tracking=True)
    minute_reference = fields.Char(
        string="Minutes", copy=False, tracking=True, help="Number of the minutes that agreed it."
    )
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, tracking=True
    )
    note = fields.Html()
    quota_ids = fields.One2many("business.network.quota", "plan_id", string="Quotas")
    quota_count = fields.Integer(compute="_compute_totals")
    volume_units = fields.Integer(string="Units to Share", compute="_compute_volume_units")
    allotted_units = fields.Integer(compute="_compute_totals")
    consumed_units = fields.Float(digits=(16, 6), compute="_compute_totals")
    consumed_percent = fields.Float(string="Consumed", compute="_compute_totals")
    unallocated_volume = fields.Float(
        string="Not Allocated",
        digits=(20, 6),
        compute="_compute_totals",
        help="What makes no whole unit, or exceeds every cap.",
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_to >= date_from)", "A plan cannot end before it starts."
    )
    # What orders or a contract say is refused by name, where it is nothing.
    _sizes_positive = models.Constraint(
        "CHECK(unit_size > 0 AND (volume > 0 OR volume_source != 'target'))",
        "The volume and the quota unit of a plan must be above zero.",
    )
    _product_required = models.Constraint(
        "CHECK(kind = 'amount' OR (product_tmpl_id IS NOT NULL AND product_uom_id IS NOT NULL))",
        "A plan in quantities needs its product and unit.",
    )
    # A range without bounds, of a plan for all variants or all products, overlaps every other.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(network_id, network_id, '[]') WITH &&, "
        "int4range(length(kind), length(kind), '[]') WITH &&, "
        "int4range(product_tmpl_id, product_tmpl_id, '[]') WITH &&, "
        "int4range(product_id, product_id, '[]') WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (state IN ('proposed', 'agreed', 'running'))",
        "The network has another quota plan for this product and period.",
    )

    # -- computed fields -----------------------------------------------------------------------

    @api.depends("date_from")
    def _compute_date_to(self):
        """The month of the start, unless another end is written."""
        given = "default_date_to" in self.env.context
        for plan in self.filtered("date_from"):
            follows = not plan._origin and not given  # a new one, while its start is chosen
            if not plan.date_to or plan.date_to < plan.date_from or follows:
                plan.date_to = end_of(plan.date_from, "month")

    @api.depends("product_id")
    def _compute_product_tmpl_id(self):
        for plan in self.filtered("product_id"):
            plan.product_tmpl_id = plan.product_id.product_tmpl_id

    @api.depends("product_tmpl_id", "kind")
    def _compute_product_uom_id(self):
        for plan in self:
            uom = plan.product_tmpl_id.uom_id
            if plan.kind == "amount":
                plan.product_uom_id = False
            elif not plan.product_uom_id or not plan.product_uom_id._has_common_reference(uom):
                plan.product_uom_id = uom

    @api.depends("volume", "unit_size", "kind", "network_id")
    def _compute_volume_units(self):
        for plan in self:
            size = plan._get_unit_size()
            plan.volume_units = min(floor(plan._get_volume() / size), MAXIMUM_UNITS) if size else 0

    @api.depends(
        "volume", "unit_size", "quota_ids.units", "quota_ids.consumed_units", "quota_ids.level"
    )
    def _compute_totals(self):
        groups = self.env["business.network.quota"]._read_group(
            [("plan_id", "in", self.ids)],
            ["plan_id", "level"],
            ["__count", "units:sum", "consumed_units:sum"],
        )
        counts, sums = defaultdict(int), {}
        for plan, level, count, *totals in groups:
            counts[plan] += count
            if level == 1:
                sums[plan] = totals
        for plan in self:
            plan.quota_count = counts.get(plan._origin, 0)
            plan.allotted_units, plan.consumed_units = sums.get(plan._origin, (0, 0.0))
            plan.consumed_percent = (
                100.0 * plan.consumed_units / plan.allotted_units if plan.allotted_units else 0.0
            )
            rest = plan._get_volume() - plan.allotted_units * plan._get_unit_size()
            plan.unallocated_volume = from_exact(rest)

    @api.depends("name", "product_tmpl_id", "product_id")
    def _compute_display_name(self):
        for plan in self:
            product = plan.product_id.display_name or plan.product_tmpl_id.display_name
            name = plan.name if plan.name != "/" else False
            plan.display_name = " · ".join(filter(None, (name, product))) or plan.network_id.name

    # -- exact sizes ---------------------------------------------------------------------------

    def _get_volume(self):
        """Volume in the unit or currency of the plan, exact."""
        return to_exact(self.volume)

    def _get_unit_size(self):
        """Size of a quota unit in the unit of the plan, exact; in money the coin."""
        self.ensure_one()
        if self.kind == "amount":
            return exact_weight(repr(self.currency_id.rounding or 0.01))
        return to_exact(self.unit_size)

    def _get_unit_quantity(self):
        """Size of a quota unit in the reference unit of the plan's unit, exact; in money the coin.

        What is consumed is counted in reference units: of a dozen, one is not 0.08.
        """
        if self.kind == "amount":
            return self._get_unit_size()
        return self._get_unit_size() * exact_factor(self.product_uom_id)

    def _from_reference(self, quantity):
        """An exact quantity in reference units as the number people read, in the plan's unit."""
        if self.kind == "amount":
            return from_exact(quantity)
        return from_exact(quantity / exact_factor(self.product_uom_id))

    def _get_unit_name(self):
        self.ensure_one()
        return self.currency_id.name if self.kind == "amount" else self.product_uom_id.name

    def _to_plan_unit(self, quantity, uom):
        return convert_exact(quantity, uom, self.product_uom_id)

    def _covers(self, product, date):
        """Whether a sale of ``product`` on ``date`` counts in this plan."""
        self.ensure_one()
        if not self.date_from <= date <= self.date_to:
            return False
        if self.product_id:
            return self.product_id == product
        return not self.product_tmpl_id or self.product_tmpl_id == product.product_tmpl_id

    # -- refusals ------------------------------------------------------------------------------

    @api.constrains("unit_size", "product_uom_id", "product_tmpl_id", "product_id", "kind")
    def _check_unit_size(self):
        """Quota units are quantities an order line can hold."""
        for plan in self.filtered(lambda plan: plan.kind == "quantity"):
            rounding = exact_weight(repr(plan.product_uom_id.rounding))
            if (plan._get_unit_size() / rounding).denominator != 1:
                raise ValidationError(
                    self.env._(
                        "The quota unit of %(plan)s, %(size)s %(uom)s, is no multiple of "
                        "%(rounding)s, the least that quantities are kept to. Choose a size that "
                        "is.",
                        plan=plan.display_name,
                        size=format_exact(self.env, plan.unit_size),
                        uom=plan.product_uom_id.name,
                        rounding=format_exact(self.env, rounding),
                    )
                )
            plan._check_exact_unit()
            plan._check_product()

    def _check_exact_unit(self):
        """What is consumed is counted in reference units, kept to six decimals."""
        size = self._get_unit_quantity()
        if to_exact(from_exact(size)) != size:
            raise ValidationError(
                self.env._(
                    "%(size)s %(uom)s, the quota unit of %(plan)s, make %(reference)s reference "
                    "units, more decimals than are kept. Write the plan in another unit.",
                    size=format_exact(self.env, self.unit_size),
                    uom=self.product_uom_id.name,
                    plan=self.display_name,
                    reference=format_exact(self.env, size, 9),
                )
            )

    def _check_product(self):
        uom = self.product_tmpl_id.uom_id
        if self.product_id and self.product_id.product_tmpl_id != self.product_tmpl_id:
            raise ValidationError(
                self.env._(
                    "%(variant)s is no variant of %(product)s. Choose one of its variants.",
                    variant=self.product_id.display_name,
                    product=self.product_tmpl_id.display_name,
                )
            )
        if not self.product_uom_id._has_common_reference(uom):
            raise ValidationError(
                self.env._(
                    "%(plan)s is in %(uom)s, which does not convert to %(product_uom)s, the unit "
                    "of %(product)s. Choose a unit that converts.",
                    plan=self.display_name,
                    uom=self.product_uom_id.name,
                    product_uom=uom.name,
                    product=self.product_tmpl_id.display_name,
                )
            )

    @api.constrains("volume", "unit_size")
    def _check_volume(self):
        """There is a unit to share, not more than a number holds, and what is consumed stays."""
        for plan in self:
            if plan.unit_size <= 0:
                raise ValidationError(
                    self.env._(
                        "The quota unit of %s must be above zero. Write the size of a package, or "
                        "1 for none.",
                        plan.display_name,
                    )
                )
            if not plan.in_revision:  # else once it is applied: a mistake can be discarded
                plan._check_consumed_volume()
            units = floor(plan._get_volume() / plan._get_unit_size())
            if not 0 < units <= MAXIMUM_UNITS:
                raise ValidationError(
                    self.env._(
                        "%(volume)s %(unit)s in quota units of %(size)s make %(units)s units in "
                        "%(plan)s; a plan has between 1 and %(maximum)s. Change the volume or the "
                        "size of the unit.",
                        volume=format_exact(self.env, plan.volume),
                        unit=plan._get_unit_name(),
                        size=format_exact(self.env, plan._get_unit_size()),
                        units=units,
                        plan=plan.display_name,
                        maximum=MAXIMUM_UNITS,
                    )
                )

    def _check_consumed_volume(self):
        """Raise ValidationError with the numbers where less is shared out than is consumed."""
        self.ensure_one()
        consumed = self._get_consumed()
        if self._get_volume() < consumed:
            raise ValidationError(
                self.env._(
                    "%(consumed)s %(unit)s of %(plan)s are consumed already, so its volume "
                    "cannot be %(volume)s. Write at least what is consumed.",
                    consumed=format_exact(self.env, consumed),
                    unit=self._get_unit_name(),
                    plan=self.display_name,
                    volume=format_exact(self.env, self.volume),
                )
            )

    def _get_consumed(self):
        """What the quotas of the first level have consumed, in the plan's unit, exact."""
        self.ensure_one()
        ((total,),) = (
            self.env["business.network.quota"]
            .sudo()
            ._read_group(
                [("plan_id", "=", self._origin.id), ("level", "=", 1)],
                [],
                ["consumed_quantity:sum"],
            )
        )
        consumed = to_exact(total or 0.0)
        factor = 1 if self.kind == "amount" else exact_factor(self.product_uom_id)
        return consumed / factor

    @api.constrains("network_id", "kind", "product_tmpl_id", "product_id", "date_from", "date_to")
    def _check_overlap(self):
        """Name the other plan; the constraint of the database holds under concurrency."""
        for plan in self:
            other = plan._get_overlapping(plan.network_id)[:1]
            if other:
                plan._raise_overlap(other, plan.network_id)

    def _get_overlapping(self, networks):
        """Other open plans that give quotas to members of ``networks`` for the same sales."""
        self.ensure_one()
        domain = [
            ("id", "!=", self.id),
            ("kind", "=", self.kind),
            ("state", "not in", ("closed", "cancel")),
            ("date_from", "<=", self.date_to),
            ("date_to", ">=", self.date_from),
            "|",
            ("network_id", "in", networks.ids),
            ("quota_ids.network_id", "in", networks.ids),
        ]
        for name in ("product_tmpl_id", "product_id"):
            if self[name]:
                domain.append((name, "in", (self[name].id, False)))
        return self.sudo().search(domain)

    def _raise_overlap(self, other, network):
        raise ValidationError(
            self.env._(
                "%(network)s has quotas for the same sales in %(other)s, from %(date_from)s to "
                "%(date_to)s. Change the period of %(plan)s, or close or cancel the other plan.",
                network=network.name,
                other=other.display_name,
                date_from=format_date(self.env, other.date_from),
                date_to=format_date(self.env, other.date_to),
                plan=self.display_name,
            )
        )

    def copy_data(self, default=None):
        """For the period that follows, as long: two plans do not share the same days."""
        default = default or {}
        vals_list = super().copy_data(default)
        if not default.keys() & {"date_from", "date_to"}:
            for plan, vals in zip(self, vals_list, strict=True):
                length = relativedelta(plan.date_to + timedelta(days=1), plan.date_from)
                start = plan.date_to + timedelta(days=1)
                vals.update(date_from=start, date_to=start + length - timedelta(days=1))
        return vals_list

    def write(self, vals):
        if names := vals.keys() & (DEFINITION | TERMS):
            for plan in self:
                plan._check_editable(names)
        result = super().write(vals)
        if "network_id" in vals:  # nobody puts one where she may not write
            self.check_access("write")
        return result

    def _check_editable(self, names):
        """What was proposed is changed in draft; the terms of a running plan in a revision."""
        self.ensure_one()
        open_names = DEFINITION | TERMS if self.state == "draft" else set()
        if self.state in ("proposed", "agreed"):
            open_names = {"agreed_on", "minute_reference"}
        if self.in_revision:
            open_names = TERMS
        if closed := names - open_names:
            field = self._fields[min(closed)]
            raise UserError(
                self.env._(
                    "“%(field)s” of %(plan)s is part of what was proposed. Set the plan back to "
                    "draft, or revise it once it runs.",
                    field=field._description_string(self.env),
                    plan=self.display_name,
                )
            )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"in_revision"}

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for plan in self:
            plan._check_state("draft", "cancel")
