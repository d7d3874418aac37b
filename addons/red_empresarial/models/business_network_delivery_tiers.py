from odoo import api, fields, models
from odoo.exceptions import UserError

ROLLED_UP = {"state", "date", "quantity", "rejected_quantity", "reason", "grade_id"}


class BusinessNetworkDelivery(models.Model):
    """What a member hands over in its network's order counts in the upper order by itself.

    One truth: the delivery below, made by who hands over. Each has one counterpart above, of the
    network's allocation, with the same day, quantity, rejection and state; it is written by
    :meth:`_roll_up` alone. Recording above and splitting below would invent who delivered.
    """

    _name = "business.network.delivery"
    _inherit = ["business.network.delivery", "business.network.guarded.mixin"]

    source_delivery_id = fields.Many2one(
        "business.network.delivery",
        string="Delivered Below",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
        copy=False,
        help="The delivery of a member to its network, which this one counts in the upper order.",
    )
    upper_delivery_ids = fields.One2many(
        "business.network.delivery", "source_delivery_id", string="Counted Above"
    )

    _source_delivery_unique = models.UniqueIndex(
        "(source_delivery_id) WHERE source_delivery_id IS NOT NULL",
        "A delivery counts once in the upper order.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"source_delivery_id"}

    def _after_create(self):
        result = super()._after_create()
        self._roll_up()
        return result

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & ROLLED_UP:
            self._roll_up()
        return result

    def _roll_up(self):
        """Make the counterparts above say what these say; twice does nothing.

        :raise UserError: the counterpart is invoiced above, naming the invoice
        """
        below = self.sudo().filtered("sale_line_id.network_source_line_id")
        missing = []
        for delivery in below:
            upper = delivery.upper_delivery_ids
            if upper:
                upper._take_over(delivery._prepare_upper_delivery())
            elif delivery.state == "done":
                missing.append(delivery._prepare_upper_delivery())
        if missing:
            self.sudo().create(missing)

    def _prepare_upper_delivery(self):
        """Values of the counterpart; a grade of the network alone decides only within it."""
        self.ensure_one()
        upper = self._get_upper_allocation()
        return {
            "source_delivery_id": self.id,
            "allocation_id": upper.id,
            "date": self.date,
            "quantity": self._convert_to(upper, self.quantity),
            "rejected_quantity": self._convert_to(upper, self.rejected_quantity),
            "reason": self.reason,
            "grade_id": False if self.grade_id.network_id else self.grade_id.id,
            "state": self.state,
        }

    def _get_upper_allocation(self):
        """Allocation of this delivery's network in the upper order; a person may have removed it.

        :raise UserError: it has none, or its order is not the part of this network
        """
        self.ensure_one()
        order = self.sale_line_id.order_id
        source = self.sale_line_id.network_source_line_id
        member = order.network_parent_member_id
        if (
            source.order_id != order.network_parent_order_id
            or member.sub_network_id != order.network_id
        ):
            raise UserError(
                self.env._(
                    "%(order)s is no part of %(parent)s for %(network)s, so its %(product)s cannot "
                    "be delivered for it. Take the product in a new line.",
                    order=order.name,
                    parent=source.order_id.name,
                    network=order.network_id.name,
                    product=self.product_id.display_name,
                )
            )
        upper = source.allocation_ids.filtered(lambda allocation: allocation.member_id == member)
        if not upper:
            raise UserError(
                self.env._(
                    "%(network)s fills nothing of %(product)s in %(parent)s any more, so nothing "
                    "can be delivered for %(order)s.",
                    network=order.network_id.name,
                    product=self.product_id.display_name,
                    parent=source.order_id.name,
                    order=order.name,
                )
            )
        return upper

    def _convert_to(self, allocation, quantity):
        own, other = self.product_uom_id, allocation.product_uom_id
        if own == other:
            return quantity
        return own._compute_quantity(quantity, other, rounding_method="HALF-UP")

    def _take_over(self, vals):
        """Write what differs; the state first where the counterpart is opened again."""
        self.ensure_one()
        changes = {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if not changes:
            return
        if self.state == "done" and changes.get("state", "done") == "done":
            self.state = "draft"
            changes["state"] = "done"
        self.write(changes)

    # -- only the delivery below writes it -------------------------------------------------------

    @api.constrains("state", "quantity", "rejected_quantity", "date", "source_delivery_id")
    def _check_rolled_up(self):
        """A counterpart says what its delivery says, and nothing else is delivered above."""
        for delivery in self.sudo():
            source = delivery.source_delivery_id
            if source and not delivery._says_what(source):
                delivery._raise_delivered_below(source.sale_line_id.order_id)
            if not source and delivery.state == "done" and delivery.sale_line_id:
                line = delivery.sale_line_id._get_network_line(delivery.member_id)
                if line:
                    delivery._raise_delivered_below(line.order_id)

    def _says_what(self, source):
        same_quantities = self.product_uom_id != source.product_uom_id or (
            self.quantity == source.quantity and self.rejected_quantity == source.rejected_quantity
        )
        return same_quantities and self.state == source.state and self.date == source.date

    def _raise_delivered_below(self, order):
        raise UserError(
            self.env._(
                "What %(network)s delivers for %(parent)s is what its members deliver in "
                "%(order)s. Record it there.",
                network=order.network_id.name,
                parent=order.network_parent_order_id.name,
                order=order.name,
            )
        )
