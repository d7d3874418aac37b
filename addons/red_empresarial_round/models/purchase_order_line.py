from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.offers import Goods
from odoo.addons.red_empresarial.tools.minor_units import to_minor
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    exact_factor,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare

from .business_network_purchase_round import LANDED_BASES

# What the choice of an offer stood on.
NEGOTIATED = {"product_id", "product_qty", "product_uom_id", "price_unit", "discount"} | {
    "round_chosen_quantity"
}


class PurchaseOrderLine(models.Model):
    """A supplier's offer for a product of a round, or the freight of what it offers."""

    _inherit = "purchase.order.line"

    round_product_id = fields.Many2one(
        "business.network.purchase.round.product",
        string="Product of the Round",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    network_round_id = fields.Many2one(
        related="order_id.network_round_id", store=True, index="btree_not_null"
    )
    round_state = fields.Selection(related="network_round_id.state", string="State of the Round")
    landed_basis = fields.Selection(
        LANDED_BASES,
        string="Spread By",
        compute="_compute_landed_basis",
        store=True,
        readonly=False,
        help="How this freight or other service is spread over the goods of the order.",
    )
    round_chosen_quantity = fields.Float(
        string="Chosen",
        digits="Product Unit",
        copy=False,
        help="How much of this offer the round buys.",
    )
    round_offered_quantity = fields.Float(
        string="Offered", digits="Product Unit", copy=False, readonly=True
    )

    _chosen_not_negative = models.Constraint(
        "CHECK(round_chosen_quantity >= 0)", "A chosen quantity cannot be negative."
    )

    @api.depends("order_id.network_round_id", "product_id", "round_product_id")
    def _compute_landed_basis(self):
        for line in self:
            if not line._is_landed_cost():
                line.landed_basis = False
            elif not line.landed_basis:
                line.landed_basis = line.order_id.network_round_id.landed_basis

    def _is_landed_cost(self):
        """Whether this line is a service that the goods of the round's order bear."""
        self.ensure_one()
        return bool(
            self.order_id.network_round_id
            and not self.round_product_id
            and not self.display_type
            and self.product_id.type == "service"
        )

    def _is_received_by_allocation(self):
        return bool(self.round_product_id) or super()._is_received_by_allocation()

    # -- figures ---------------------------------------------------------------------------------

    def _get_company_coins(self, amount):
        """``amount`` of the order's currency in coins of the company's, at the order's date."""
        self.ensure_one()
        order = self.order_id
        currency = order.company_id.currency_id
        amount = order.currency_id._convert(
            amount, currency, order.company_id, order._get_order_date()
        )
        return to_minor(amount, currency)

    def _get_round_quantity(self, quantity=None):
        """``quantity`` of this line, its own by default, exact in the unit of the round."""
        self.ensure_one()
        quantity = to_exact(self.product_qty if quantity is None else quantity)
        return convert_exact(quantity, self.product_uom_id, self.round_product_id.product_uom_id)

    def _get_usable_quantity(self):
        """How much of this offer the round needs, exact in its unit, down to what can be kept."""
        self.ensure_one()
        product = self.round_product_id
        needed = convert_exact(
            to_exact(product.consolidated_quantity), product.product_uom_id, self.product_uom_id
        )
        step = self.network_round_id._get_finest_step()
        return min(to_exact(self.product_qty), needed // step * step)

    def _get_usable_goods(self):
        """What of this offer the round needs, as the engine takes it."""
        goods = self._get_goods()
        ratio = self._get_usable_quantity() / to_exact(self.product_qty)
        return Goods(round(goods.value * ratio), goods.quantity * ratio, goods.weight * ratio)

    def _get_goods(self):
        """What freight is spread over, as the engine takes it."""
        self.ensure_one()
        quantity = to_exact(self.product_qty) * exact_factor(self.product_uom_id)
        weight = to_exact(self.product_id.weight) / exact_factor(self.product_id.uom_id)
        return Goods(self._get_company_coins(self.price_subtotal), quantity, quantity * weight)

    # -- choice ----------------------------------------------------------------------------------

    def write(self, vals):
        if NEGOTIATED & vals.keys():
            self._check_not_negotiated(vals)
        return super().write(vals)

    def _check_not_negotiated(self, vals):
        """Raise UserError for another price or quantity than the one the round was fixed with."""
        for line in self.filtered(lambda line: line.round_state == "negotiated"):
            if any(
                line._fields[name].convert_to_write(line[name], line) != vals[name]
                for name in NEGOTIATED & vals.keys()
            ):
                raise UserError(
                    self.env._(
                        "%(order)s is compared and chosen in %(round)s, so its prices and "
                        "quantities stay. Press “Compare Again” on the round to change them.",
                        order=line.order_id.name,
                        round=line.network_round_id.display_name,
                    )
                )

    @api.constrains("round_chosen_quantity")
    def _check_chosen_quantity(self):
        for line in self.filtered("round_chosen_quantity"):
            offered = line.round_offered_quantity or line.product_qty
            rounding = line.product_uom_id.rounding
            if float_compare(line.round_chosen_quantity, offered, precision_rounding=rounding) > 0:
                raise ValidationError(
                    self.env._(
                        "%(supplier)s offers %(offered)s %(uom)s of %(product)s, so %(chosen)s "
                        "cannot be chosen. Raise the quotation or choose less.",
                        supplier=line.order_id.partner_id.display_name,
                        offered=format_exact(self.env, offered),
                        uom=line.product_uom_id.name,
                        product=line.product_id.display_name,
                        chosen=format_exact(self.env, line.round_chosen_quantity),
                    )
                )

    def action_choose_for_round(self):
        """Buy the product of this line from this supplier alone, as far as it offers it."""
        for line in self:
            purchase_round = line.network_round_id
            purchase_round._check_state("closed")
            others = line.round_product_id.order_line_ids - line
            others.round_chosen_quantity = 0.0
            line._choose()
        return True

    def _choose(self):
        for line in self:
            if not line.price_subtotal:
                raise UserError(
                    self.env._(
                        "%(supplier)s has no price for %(product)s in %(order)s. Write its "
                        "quotation first.",
                        supplier=line.order_id.partner_id.display_name,
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                    )
                )
            line.round_chosen_quantity = from_exact(line._get_usable_quantity())
