from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.exceptions import ValidationError
from odoo.tools import format_date

TERMS = {"product_tmpl_id", "product_id", "quantity", "product_uom_id"}


class BusinessNetworkCapacity(models.Model):
    """What a member says it can deliver of a product in a period, and what its network made of it.

    Quota plans read approved declarations. Approving one for the same product and days supersedes
    the one before, which stays as history.

    Invariant: of one member and product no two approved declarations share a day; one for all
    variants shares every variant.
    """

    _name = "business.network.capacity"
    _description = "Declared Capacity"
    _inherit = ["business.network.declaration.mixin"]
    _order = "date_from desc, member_id, id desc"
    _rec_name = "member_id"
    _check_company_auto = True

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
    date_to = fields.Date(required=True)
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

    @api.model
    def _get_declared_fields(self):
        return super()._get_declared_fields() | TERMS

    def _get_approved_domain(self):
        products = self.product_tmpl_id
        return [*super()._get_approved_domain(), ("product_tmpl_id", "in", products.ids)]
