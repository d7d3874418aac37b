from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

STATES = [
    ("draft", "Draft"),
    ("declared", "Declared"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("superseded", "Superseded"),
]
TERMS = {
    "member_id",
    "product_tmpl_id",
    "product_id",
    "quantity",
    "product_uom_id",
    "date_from",
    "date_to",
}


class BusinessNetworkCapacity(models.Model):
    """What a member says it can deliver of a product in a period, and what its network made of it.

    Quota plans read approved declarations. Approving one for the same product and days supersedes
    the one before, which stays as history.

    Invariant: of one member and product no two approved declarations share a day; one for all
    variants shares every variant.
    """

    _name = "business.network.capacity"
    _description = "Declared Capacity"
    _inherit = ["mail.thread", "mail.activity.mixin", "business.network.action.state.mixin"]
    _order = "date_from desc, member_id, id desc"
    _rec_name = "member_id"
    _check_company_auto = True

    member_id = fields.Many2one(
        "business.network.member", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="member_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="member_id.company_id", store=True)
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="With all its variants, unless one is chosen.",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Variant",
        ondelete="restrict",
        check_company=True,
        domain="[('product_tmpl_id', '=', product_tmpl_id)]",
        tracking=True,
    )
    quantity = fields.Float(
        digits=(20, 6),
        aggregator=None,
        tracking=True,
        help="What the member can deliver in the whole period. Zero says that it can deliver none.",
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        ondelete="restrict",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    product_quantity = fields.Float(
        string="Capacity",
        digits=(20, 6),
        compute="_compute_product_quantity",
        store=True,
        help="In the unit of the product.",
    )
    date_from = fields.Date(required=True, tracking=True)
    date_to = fields.Date(required=True, tracking=True)
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    declared_on = fields.Date(copy=False, readonly=True)
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", copy=False, readonly=True, ondelete="restrict"
    )
    decided_on = fields.Datetime(copy=False, readonly=True)
    refusal_reason = fields.Char(string="Reason of Refusal", copy=False, tracking=True)
    superseded_by_id = fields.Many2one(
        "business.network.capacity", copy=False, readonly=True, ondelete="restrict"
    )
    note = fields.Text(help="Machines, people, shifts: what the figure stands on.")

    _dates_ordered = models.Constraint(
        "CHECK(date_to >= date_from)", "A capacity cannot end before it starts."
    )
    _quantity_not_negative = models.Constraint(
        "CHECK(quantity >= 0)", "A capacity cannot be negative."
    )
    # A range without bounds, of one for all variants, overlaps every other.
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(member_id, member_id, '[]') WITH &&, "
        "int4range(product_tmpl_id, product_tmpl_id, '[]') WITH &&, "
        "int4range(product_id, product_id, '[]') WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&) WHERE (state = 'approved')",
        "The member has another approved capacity for this product and period.",
    )

    @api.depends("product_tmpl_id")
    def _compute_product_uom_id(self):
        for capacity in self:
            uom = capacity.product_tmpl_id.uom_id
            if not capacity.product_uom_id or not capacity.product_uom_id._has_common_reference(
                uom
            ):
                capacity.product_uom_id = uom

    @api.depends("quantity", "product_uom_id", "product_tmpl_id")
    def _compute_product_quantity(self):
        for capacity in self:
            uom, to_uom = capacity.product_uom_id, capacity.product_tmpl_id.uom_id
            exact = convert_exact(to_exact(capacity.quantity), uom, to_uom) if uom and to_uom else 0
            capacity.product_quantity = from_exact(exact)

    @api.depends("member_id", "product_tmpl_id", "product_id", "date_from", "date_to")
    def _compute_display_name(self):
        for capacity in self:
            product = capacity.product_id or capacity.product_tmpl_id
            days = [format_date(self.env, day) for day in (capacity.date_from, capacity.date_to)]
            parts = capacity.member_id.display_name, product.display_name, " – ".join(days)
            capacity.display_name = " · ".join(filter(None, parts))

    # -- refusals ------------------------------------------------------------------------------

    @api.constrains("product_uom_id", "product_tmpl_id", "product_id")
    def _check_unit(self):
        for capacity in self:
            uom, product = capacity.product_uom_id, capacity.product_tmpl_id
            if not uom or not uom._has_common_reference(product.uom_id):
                raise ValidationError(
                    self.env._(
                        "The capacity of %(member)s, %(quantity)s of %(product)s, is in %(uom)s, "
                        "which does not convert to %(product_uom)s. Write its unit.",
                        member=capacity.member_id.display_name,
                        quantity=format_exact(self.env, capacity.quantity),
                        product=product.display_name,
                        uom=uom.name or self.env._("no unit"),
                        product_uom=product.uom_id.name,
                    )
                )
            if capacity.product_id and capacity.product_id.product_tmpl_id != product:
                raise ValidationError(
                    self.env._(
                        "%(variant)s is no variant of %(product)s. Choose one of its variants.",
                        variant=capacity.product_id.display_name,
                        product=product.display_name,
                    )
                )

    @api.constrains("member_id", "date_from", "date_to")
    def _check_membership(self):
        """The member is one on some day of the period."""
        for capacity in self:
            member = capacity.member_id
            left = member.date_to and member.date_to < capacity.date_from
            if left or member.date_from > capacity.date_to:
                raise ValidationError(
                    self.env._(
                        "%(member)s is no member of %(network)s between %(date_from)s and "
                        "%(date_to)s. Correct the period, or its membership.",
                        member=member.display_name,
                        network=member.network_id.name,
                        date_from=format_date(self.env, capacity.date_from),
                        date_to=format_date(self.env, capacity.date_to),
                    )
                )

    def _overlaps(self, other):
        """Whether both are of one member and product, for a day and a variant in common."""
        return (
            (self.member_id, self.product_tmpl_id) == (other.member_id, other.product_tmpl_id)
            and self.date_from <= other.date_to
            and other.date_from <= self.date_to
            and (not self.product_id or self.product_id == (other.product_id or self.product_id))
        )

    def _replaces(self, other):
        """Whether ``other`` is of the same product and the very same days."""
        names = ("member_id", "product_tmpl_id", "product_id", "date_from", "date_to")
        return all(self[name] == other[name] for name in names)

    def _raise_overlap(self, other):
        raise ValidationError(
            self.env._(
                "%(other)s, %(quantity)s %(uom)s, is approved already and shares days with "
                "%(capacity)s. Declare the same period to replace it, or one that shares none.",
                other=other.display_name,
                quantity=format_exact(self.env, other.quantity),
                uom=other.product_uom_id.name,
                capacity=self.display_name,
            )
        )

    def write(self, vals):
        if TERMS & vals.keys():
            for capacity in self.filtered(lambda capacity: capacity.state != "draft"):
                raise UserError(
                    self.env._(
                        "%s was declared. Reset it to draft to change it; once approved, declare "
                        "it anew and approve that.",
                        capacity.display_name,
                    )
                )
        return super().write(vals)

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            "declared_on",
            "decided_by_id",
            "decided_on",
            "superseded_by_id",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for capacity in self:
            capacity._check_state("draft")

    # -- life cycle: twice does nothing --------------------------------------------------------

    def action_declare(self):
        """The member said so; its network has to decide."""
        today = fields.Date.context_today(self)
        self._go_to("declared", ["draft"], declared_on=today, refusal_reason=False)

    def action_approve(self):
        """Make it count; the one approved before for the same product and days is superseded.

        :raise ValidationError: another one shares some of its days
        """
        waiting = self._not_in("approved")
        for capacity in waiting:
            capacity._check_state("declared")
        waiting.check_access("write")
        superseded = waiting._supersede()
        (waiting - superseded)._go_to("approved", ["declared"], **self._prepare_decision())

    def action_refuse(self):
        """Say no, for the reason written on it.

        :raise UserError: there is no reason
        """
        for capacity in self._not_in("refused"):
            if not (capacity.refusal_reason or "").strip():
                raise UserError(self.env._("Write why %s is refused.", capacity.display_name))
        self._go_to("refused", ["declared"], **self._prepare_decision())

    def action_reset_to_draft(self):
        self._go_to("draft", ["declared", "refused"], decided_by_id=False, decided_on=False)

    def _not_in(self, state):
        return self.filtered(lambda capacity: capacity.state != state)

    def _go_to(self, state, origins, **vals):
        """Put those that are not there yet in a state, from the states it is reached from."""
        changing = self._not_in(state)
        for capacity in changing:
            capacity._check_state(*origins)
        changing.check_access("write")
        changing.sudo().write({"state": state, **vals})

    def _prepare_decision(self):
        return {"decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()}

    def _supersede(self):
        """Make room for these, one after the other, so that the database never sees two.

        :return: the superseded, which may be some of these
        :raise ValidationError: one that stays shares days with one of these
        """
        approved = self._get_approved().grouped("member_id")
        superseded = self.sudo().browse()
        for capacity in self.sudo():
            others = approved.get(capacity.member_id, superseded.browse())
            for other in others.filtered(capacity._overlaps):
                if not capacity._replaces(other):
                    capacity._raise_overlap(other)
                other.superseded_by_id = capacity
                superseded |= other
            approved[capacity.member_id] = others - superseded | capacity
        superseded.write({"state": "superseded"})
        superseded.flush_recordset()
        return superseded

    def _get_approved(self):
        """Approved declarations of the members and products of these."""
        return self.sudo().search(
            [
                ("state", "=", "approved"),
                ("member_id", "in", self.member_id.ids),
                ("product_tmpl_id", "in", self.product_tmpl_id.ids),
            ]
        )
