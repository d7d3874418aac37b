from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ..tools.quantities import exact_factor, format_exact, to_exact


class BusinessNetworkAllocation(models.Model):
    """Who fills (sale order line) or receives (purchase order line) how much.

    Quantities are in the allocation's own unit, which must convert to the unit of the line. The
    delivered quantity of an allocated sale line is the sum of its allocations, and that of an
    allocation the sum of what its deliveries had accepted. A declined or closed allocation keeps
    what it gave up as *released* until that is shared again.
    """

    _name = "business.network.allocation"
    _inherit = "business.network.row.mixin"
    _description = "Allocation of an Order Line to a Member"
    _order = "id"
    _rec_name = "order_reference"
    _check_company_auto = True

    sale_line_id = fields.Many2one(
        "sale.order.line", index="btree_not_null", ondelete="cascade", string="Sales Order Line"
    )
    purchase_line_id = fields.Many2one(
        "purchase.order.line",
        index="btree_not_null",
        ondelete="cascade",
        string="Purchase Order Line",
    )
    network_id = fields.Many2one(
        "business.network", compute="_compute_order", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_order", store=True, index=True, precompute=True
    )
    product_id = fields.Many2one(
        "product.product", compute="_compute_order", store=True, precompute=True
    )
    order_reference = fields.Char(compute="_compute_order", store=True, precompute=True)
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
    )
    partner_id = fields.Many2one(related="member_id.partner_id", string="Enterprise", store=True)
    quantity = fields.Float(digits="Product Unit", required=True)
    delivery_ids = fields.One2many("business.network.delivery", "allocation_id")
    delivered_quantity = fields.Float(
        string="Delivered",
        digits="Product Unit",
        compute="_compute_delivered_quantity",
        inverse="_inverse_delivered_quantity",
        store=True,
        help="Accepted so far, delivered or received. Writing it makes or lowers deliveries.",
    )
    locked = fields.Boolean(help="Stays as it is when the line is shared out again.")
    invoiced_ids = fields.One2many(
        "business.network.allocation.invoiced", "allocation_id", string="Invoice Lines"
    )
    invoiced_quantity = fields.Float(
        string="Invoiced", digits="Product Unit", compute="_compute_invoiced_quantity"
    )
    remaining_quantity = fields.Float(
        string="Remaining", digits="Product Unit", compute="_compute_remaining_quantity"
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

    _one_line = models.Constraint(
        "CHECK((sale_line_id IS NULL) != (purchase_line_id IS NULL))",
        "An allocation belongs to one sale line or one purchase line.",
    )
    _quantities_not_negative = models.Constraint(
        "CHECK(quantity >= 0 AND delivered_quantity >= 0)",
        "An allocated quantity cannot be negative.",
    )
    _member_sale_line_unique = models.Constraint(
        "UNIQUE(sale_line_id, member_id)", "The member already has an allocation on this line."
    )
    _member_purchase_line_unique = models.Constraint(
        "UNIQUE(purchase_line_id, member_id)", "The member already has an allocation on this line."
    )

    def _get_line(self):
        self.ensure_one()
        return self.sale_line_id or self.purchase_line_id

    @api.depends("sale_line_id.order_id.network_id", "purchase_line_id.order_id.network_id")
    def _compute_order(self):
        for allocation in self:
            line = allocation._get_line()
            allocation.network_id = line.order_id.network_id
            allocation.company_id = line.company_id
            allocation.product_id = line.product_id
            allocation.order_reference = line.order_id.name

    @api.depends("order_reference", "member_id", "product_id")
    def _compute_display_name(self):
        for allocation in self:
            names = (
                allocation.order_reference,
                allocation.product_id.display_name,
                allocation.member_id.display_name,
            )
            allocation.display_name = " · ".join(filter(None, names))

    @api.depends("sale_line_id.product_uom_id", "purchase_line_id.product_uom_id")
    def _compute_product_uom_id(self):
        for allocation in self.filtered(lambda a: not a.product_uom_id):
            allocation.product_uom_id = allocation._get_line().product_uom_id

    @api.depends("delivery_ids.state", "delivery_ids.accepted_quantity")
    def _compute_delivered_quantity(self):
        for allocation in self:
            allocation.delivered_quantity = allocation._get_accepted_quantity()

    def _get_accepted_quantity(self):
        self.ensure_one()
        done = self.delivery_ids.filtered(lambda delivery: delivery.state == "done")
        return sum(done.mapped("accepted_quantity"))

    def _inverse_delivered_quantity(self):
        """A delivered quantity written by hand is a delivery more, or less of the latest ones."""
        more = []
        for allocation in self:
            change = allocation.delivered_quantity - allocation._get_accepted_quantity()
            if change < 0:
                done = allocation.delivery_ids.filtered(lambda delivery: delivery.state == "done")
                done._take_back(-change)
            else:
                more.append((allocation, change))
        self.env["business.network.delivery"]._deliver(more)

    @api.depends("quantity", "delivered_quantity")
    def _compute_remaining_quantity(self):
        for allocation in self:
            allocation.remaining_quantity = max(
                allocation.quantity - allocation.delivered_quantity, 0.0
            )

    @api.constrains("product_uom_id", "sale_line_id", "purchase_line_id")
    def _check_uom(self):
        """Odoo converts unrelated units silently; a dozen of kilometres must be refused here."""
        for allocation in self:
            uom = allocation._get_line().product_uom_id
            own = allocation.product_uom_id
            if own != uom and not own._has_common_reference(uom):
                raise ValidationError(
                    self.env._(
                        "The allocation of %(member)s is in %(uom)s, which does not convert to "
                        "%(line_uom)s, the unit of %(product)s. Use a unit that converts.",
                        member=allocation.member_id.display_name,
                        uom=allocation.product_uom_id.name,
                        line_uom=uom.name,
                        product=allocation.product_id.display_name,
                    )
                )

    @api.constrains("member_id", "network_id")
    def _check_member_network(self):
        for allocation in self:
            if allocation.member_id.network_id != allocation.network_id:
                raise ValidationError(
                    self.env._(
                        "%(member)s is not a member of the network of %(order)s. Choose one of its "
                        "members.",
                        member=allocation.member_id.display_name,
                        order=allocation.order_reference,
                    )
                )

    @api.constrains("quantity")
    def _check_not_negative(self):
        for allocation in self.filtered(lambda allocation: allocation.quantity < 0):
            raise ValidationError(
                self.env._(
                    "The allocation of %(member)s in %(order)s cannot be negative, as "
                    "%(quantity)s is. Write how much it fills, or remove its row.",
                    member=allocation.member_id.display_name,
                    order=allocation.order_reference,
                    quantity=format_exact(self.env, allocation.quantity),
                )
            )

    @api.constrains("quantity", "product_uom_id", "sale_line_id", "purchase_line_id")
    def _check_ordered_quantity(self):
        self.sale_line_id._check_confirmed_allocations()
        self.purchase_line_id._check_confirmed_allocations()

    @api.constrains("delivered_quantity", "quantity")
    def _check_over_delivery(self):
        """Nobody delivers more than its allocation and the tolerance of the network."""
        for allocation in self.filtered(lambda one: one.delivered_quantity > one.quantity):
            tolerance = to_exact(allocation.network_id.over_delivery_tolerance) / 100
            allowed = to_exact(allocation.quantity) * (1 + tolerance)
            delivered = allocation.delivered_quantity
            rounding = allocation.product_uom_id.rounding
            if float_compare(delivered, float(allowed), precision_rounding=rounding) > 0:
                raise ValidationError(
                    self.env._(
                        "%(member)s delivered %(delivered)s %(uom)s of %(product)s for %(order)s "
                        "but has an allocation of %(quantity)s, with a tolerance of "
                        "%(tolerance)s %%. Raise its allocation first.",
                        delivered=format_exact(self.env, delivered),
                        quantity=format_exact(self.env, allocation.quantity),
                        tolerance=format_exact(
                            self.env, allocation.network_id.over_delivery_tolerance
                        ),
                        uom=allocation.product_uom_id.name,
                        **allocation._get_message_names(),
                    )
                )

    def _get_message_names(self):
        """Names with which refusals tell which allocation they are about."""
        self.ensure_one()
        return {
            "member": self.member_id.display_name,
            "product": self.product_id.display_name,
            "order": self.order_reference,
        }

    @api.depends("invoiced_ids.quantity")
    def _compute_invoiced_quantity(self):
        for allocation in self:
            allocation.invoiced_quantity = sum(allocation.invoiced_ids.mapped("quantity"))

    @api.model
    def _get_shares(self, quantities):
        """Exact share ``{member: Fraction}`` of each member; empty when nobody has any.

        :param quantities: pairs ``(allocation, quantity in the allocation's unit)``
        """
        by_member = defaultdict(int)
        for allocation, quantity in quantities:
            by_member[allocation.member_id] += allocation._get_exact_quantity(quantity)
        total = sum(by_member.values())
        if not total > 0:
            return {}
        return {member: quantity / total for member, quantity in by_member.items()}

    def _get_exact_quantity(self, quantity):
        """``quantity`` in the reference unit, exact: a unit is a twelfth of a dozen, not 0.08.

        What is left over from rounding the invoiced quantities counts as nothing.
        """
        self.ensure_one()
        if float_compare(quantity, 0.0, precision_digits=4) <= 0:
            return Fraction(0)
        return to_exact(quantity) * exact_factor(self.product_uom_id)

    def _get_quantity_in_line_uom(self, quantity):
        """``quantity`` of this allocation converted to the unit of its order line."""
        self.ensure_one()
        return self.product_uom_id._compute_quantity(
            quantity, self._get_line().product_uom_id, rounding_method="HALF-UP"
        )

    def _prepare_delivery(self):
        """What a delivery takes from its allocation; Odoo need not compute it for each."""
        self.ensure_one()
        return {
            "allocation_id": self.id,
            "network_id": self.network_id.id,
            "company_id": self.company_id.id,
            "member_id": self.member_id.id,
            "partner_id": self.partner_id.id,
            "product_id": self.product_id.id,
            "order_reference": self.order_reference,
        }

    def action_deliver_all(self):
        """Register each allocation as delivered in full, in one batch of deliveries."""
        self.env["business.network.delivery"]._deliver(
            [(allocation, allocation.remaining_quantity) for allocation in self]
        )

    def action_open_new_delivery(self):
        """Register in a pop-up what the member hands over or receives, proposed in full."""
        self.ensure_one()
        received = bool(self.purchase_line_id)
        form = received and self.env.ref("red_empresarial.business_network_reception_view_form").id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Register Reception")
            if received
            else self.env._("Register Delivery"),
            "res_model": "business.network.delivery",
            "view_mode": "form",
            "views": [(form, "form")],
            "target": "new",
            "context": {
                "default_allocation_id": self.id,
                "default_quantity": self.remaining_quantity,
                "network_receptions": received,
            },
        }

    def write(self, vals):
        if "product_uom_id" in vals:
            self._check_unit_free(vals["product_uom_id"])
        return super().write(vals)

    def _check_unit_free(self, uom_id):
        """Deliveries are in the allocation's unit: another one would change what they say."""
        for allocation in self.filtered("delivery_ids"):
            if allocation.product_uom_id.id != uom_id:
                raise ValidationError(
                    self.env._(
                        "%(member)s has deliveries of %(product)s for %(order)s in %(uom)s, so the "
                        "unit of its allocation stays. Cancel and delete them first.",
                        uom=allocation.product_uom_id.name,
                        **allocation._get_message_names(),
                    )
                )
