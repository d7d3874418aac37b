from fractions import Fraction
from math import isfinite

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import (
    exact_factor,
    format_exact,
    to_exact,
)
from odoo.exceptions import UserError, ValidationError
from psycopg2 import sql

PAGE = 10_000  # rows written by one statement
FOUND = {"allotted_quantity"}  # written by rounds, whatever state the request is in


class BusinessNetworkPurchaseRequestLine(models.Model):
    """How much of a product a member asks, and up to how much it takes if a pack needs it.

    ``allotted_quantity`` is what the consolidation gave, in the unit of the round's product. A lean
    model: a round of 100 members and 200 products has 20,000 of them.
    """

    _name = "business.network.purchase.request.line"
    _description = "Requested Product"
    _order = "request_id, id"
    _rec_name = "product_id"
    _log_access = False

    request_id = fields.Many2one(
        "business.network.purchase.request", required=True, index=True, ondelete="cascade"
    )
    round_product_id = fields.Many2one(
        "business.network.purchase.round.product", required=True, index=True, ondelete="cascade"
    )
    round_id = fields.Many2one(related="request_id.round_id", store=True, index=True)
    network_id = fields.Many2one(related="request_id.network_id", store=True)
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    member_id = fields.Many2one(related="request_id.member_id", store=True, index=True)
    partner_id = fields.Many2one(related="member_id.partner_id", string="Enterprise")
    state = fields.Selection(related="request_id.state", string="Request State")
    product_id = fields.Many2one(related="round_product_id.product_id", store=True)
    quantity = fields.Float(digits="Product Unit", required=True)
    maximum_quantity = fields.Float(
        string="Up To",
        digits="Product Unit",
        help="What the member takes at most if a pack needs it; zero for no more than it asks.",
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        required=True,
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    allotted_quantity = fields.Float(
        string="Allotted", digits="Product Unit", readonly=True, copy=False
    )

    _product_unique = models.Constraint(
        "UNIQUE(request_id, round_product_id)", "A product is only once in a request."
    )
    _quantities_coherent = models.Constraint(
        "CHECK(quantity >= 0 AND maximum_quantity >= 0)",
        "A requested quantity cannot be negative.",
    )

    @api.depends("round_product_id")
    def _compute_product_uom_id(self):
        for line in self.filtered(lambda line: not line.product_uom_id):
            line.product_uom_id = line.round_product_id.product_uom_id

    @api.depends("product_id", "member_id")
    def _compute_display_name(self):
        for line in self:
            names = (line.member_id.display_name, line.product_id.display_name)
            line.display_name = " · ".join(filter(None, names))

    # -- quantities --------------------------------------------------------------------------------

    def _get_exact_quantities(self, uom):
        """What is asked, and what is taken at most, in ``uom``.

        :return: two lists of ``Fraction``, one per line
        """
        factors = {
            line_uom: exact_factor(line_uom) / exact_factor(uom) for line_uom in self.product_uom_id
        }
        quantities, maximums = [], []
        for line in self:
            factor = factors[line.product_uom_id]
            quantity = to_exact(line.quantity)
            quantities.append(quantity * factor)
            maximums.append((to_exact(line.maximum_quantity) or quantity) * factor)
        return quantities, maximums

    @api.constrains("quantity", "maximum_quantity", "product_uom_id", "round_product_id")
    def _check_quantities(self):
        """Raise ValidationError naming the line that cannot be bought as it is asked."""
        finest = self.env["business.network.purchase.round"]._get_finest_step()
        for line in self:
            line._check_catalogue()
            line._check_unit()
            line._check_maximum()
            line._check_exact(finest)

    def _check_catalogue(self):
        if self.round_product_id.round_id != self.request_id.round_id:
            raise ValidationError(
                self.env._(
                    "%(product)s, asked by %(member)s, is not in the catalogue of %(round)s. Add "
                    "it to the products of the round, or leave it out.",
                    **self._get_message_names(),
                )
            )

    def _check_unit(self):
        if not self.product_uom_id._has_common_reference(self.round_product_id.product_uom_id):
            raise ValidationError(
                self.env._(
                    "%(member)s asks %(product)s in %(unit)s, which does not convert to "
                    "%(round_unit)s, the unit of %(round)s. Ask in a unit of the same kind.",
                    **self._get_message_names(),
                )
            )

    def _check_maximum(self):
        if self.maximum_quantity and to_exact(self.maximum_quantity) < to_exact(self.quantity):
            raise ValidationError(
                self.env._(
                    "%(member)s asks %(quantity)s %(unit)s of %(product)s and takes at most "
                    "%(maximum)s. Write the larger number as the most it takes, or zero for no "
                    "more than it asks.",
                    quantity=format_exact(self.env, self.quantity),
                    maximum=format_exact(self.env, self.maximum_quantity),
                    **self._get_message_names(),
                )
            )

    def _check_exact(self, finest):
        """What is shared must be kept without rounding: five pieces are no number of dozens."""
        (quantities, maximums) = self._get_exact_quantities(self.round_product_id.product_uom_id)
        for exact in quantities + maximums:
            if Fraction(exact / finest).denominator != 1:
                raise ValidationError(
                    self.env._(
                        "%(member)s asks %(product)s in %(unit)s, and that is %(exact)s "
                        "%(round_unit)s, which cannot be kept exactly. Ask in %(round_unit)s, or "
                        "buy in %(unit)s in %(round)s, with packs of the supplier's size.",
                        exact=format_exact(self.env, exact),
                        **self._get_message_names(),
                    )
                )

    def _get_message_names(self):
        return {
            "member": self.member_id.display_name,
            "product": self.round_product_id.product_id.display_name,
            "unit": self.product_uom_id.name,
            "round": self.request_id.round_id.display_name,
            "round_unit": self.round_product_id.product_uom_id.name,
        }

    # -- writing -----------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        requests = self.env["business.network.purchase.request"]
        products = self.env["business.network.purchase.round.product"]
        for vals in vals_list:
            self._check_numbers(
                vals,
                requests.browse(vals.get("request_id")),
                products.browse(vals.get("round_product_id")),
            )
            self._check_not_allotted(vals)
        lines = super().create(vals_list)
        lines.request_id._check_changeable()
        return lines

    def write(self, vals):
        if self.env.su and vals.keys() <= self._get_found_fields():
            return super().write(vals)
        self._check_not_allotted(vals)
        for line in self if {"quantity", "maximum_quantity"} & vals.keys() else ():
            line._check_numbers(vals, line.request_id, line.round_product_id)
        self.request_id._check_changeable()
        if "request_id" in vals:
            self.env["business.network.purchase.request"].browse(
                vals["request_id"]
            )._check_changeable()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_changeable(self):
        self.request_id._check_changeable()

    @api.model
    def _get_found_fields(self):
        """Names of the quantities that rounds find; nobody types them."""
        return FOUND

    @api.model
    def _write_found(self, name, quantities):
        """Write one of the found quantities of many lines at once.

        :param quantities: ``[(line id, float)]``
        """
        self.flush_model([name])
        query = sql.SQL(
            "UPDATE business_network_purchase_request_line line SET {} = part"
            " FROM (VALUES %s) AS found (id, part) WHERE line.id = found.id"
        ).format(sql.Identifier(name))
        self.env.cr.execute_values(query, quantities, page_size=PAGE)
        self.browse([line_id for line_id, _part in quantities]).modified([name])
        self.invalidate_model([name], flush=False)

    @api.model
    def _check_not_allotted(self, vals):
        if any(vals.get(name) for name in self._get_found_fields()) and not self.env.su:
            raise UserError(
                self.env._(
                    "What a member is allotted is found when the round closes. Change what it asks "
                    "instead."
                )
            )

    @api.model
    def _check_numbers(self, vals, request, product):
        """Raise UserError for a quantity that is no number or negative, before it is stored."""
        for name in {"quantity", "maximum_quantity"} & vals.keys():
            try:
                number = float(vals[name] or 0)
            except (TypeError, ValueError):
                number = float("nan")
            if not isfinite(number) or number < 0:
                raise UserError(
                    self.env._(
                        "%(member)s cannot ask “%(quantity)s” of %(product)s. Write a number that "
                        "is not negative.",
                        member=request.member_id.display_name,
                        quantity=vals[name],
                        product=product.product_id.display_name,
                    )
                )
