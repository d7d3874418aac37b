from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, float_round

from ..engine.apportion import allot_lots
from ..tools.quantities import format_exact, to_exact


class BusinessNetworkAllocationLineMixin(models.AbstractModel):
    """Order lines that are allocated to members.

    A model that inherits it has ``allocation_ids``, ``product_uom_id`` and ``order_id``, and says
    its ordered quantity and the allocation's inverse field by the two hooks below.
    """

    _name = "business.network.allocation.line.mixin"
    _description = "Order Line Allocated to Members"

    over_allocated = fields.Boolean(compute="_compute_over_allocated")

    @api.depends("allocation_ids.quantity", "allocation_ids.product_uom_id", "product_uom_id")
    def _compute_over_allocated(self):
        for line in self:
            line.over_allocated = line._is_over_allocated()

    def _is_over_allocated(self):
        self.ensure_one()
        return (
            float_compare(
                self._get_allocated_quantity(),
                self._get_ordered_quantity(),
                precision_rounding=self.product_uom_id.rounding or 0.01,
            )
            > 0
        )

    def _get_ordered_quantity(self):
        """Ordered quantity of the line in its own unit."""
        raise NotImplementedError

    def _get_allocation_field(self):
        """Name of the allocation's field that points to this line."""
        raise NotImplementedError

    def _get_allocated_quantity(self):
        self.ensure_one()
        return self._round_in_line_uom(self._sum_allocations("quantity"))

    def _sum_allocations(self, field):
        """Sum of a quantity of the allocations, exact in the unit of this line.

        Twelve units of three members are one dozen: each part rounded by itself would not be.
        """
        self.ensure_one()
        return sum(
            self._get_exact_in_line_uom(allocation, allocation[field])
            for allocation in self.allocation_ids
        )

    def _round_in_line_uom(self, quantity):
        """An exact quantity as the float that the line shows."""
        return float_round(
            float(quantity),
            precision_rounding=self.product_uom_id.rounding,
            rounding_method="HALF-UP",
        )

    def _check_allocated_quantity(self):
        """Raise ValidationError when more is allocated than ordered."""
        for line in self.filtered(lambda line: line._is_over_allocated()):
            raise ValidationError(
                self.env._(
                    "%(allocated)s %(uom)s of %(product)s are allocated in %(order)s, but only "
                    "%(ordered)s are ordered. Lower the allocations or raise the order.",
                    allocated=format_exact(self.env, line._get_allocated_quantity()),
                    uom=line.product_uom_id.name,
                    product=line.product_id.display_name,
                    order=line.order_id.name,
                    ordered=format_exact(self.env, line._get_ordered_quantity()),
                )
            )

    def _describe_unallocated(self):
        """“5 of 305 Units of Polo”, which nobody fills yet; False for none."""
        self.ensure_one()
        ordered = to_exact(self._get_ordered_quantity())
        rest = ordered - to_exact(self._get_allocated_quantity())
        if rest <= 0:
            return False
        return self.env._(
            "%(rest)s of %(ordered)s %(uom)s of %(product)s",
            rest=format_exact(self.env, rest),
            ordered=format_exact(self.env, ordered),
            uom=self.product_uom_id.name,
            product=self.product_id.display_name,
        )

    def _check_confirmed_allocations(self):
        """An order that was confirmed keeps within its quantities afterwards."""
        confirmed = self.filtered(
            lambda line: line.allocation_ids and line.order_id.state in ("sale", "purchase", "done")
        )
        confirmed._check_allocated_quantity()

    def _prepare_allocations(self, weights, default_lot=None):
        """Values of allocations of the quantity not allocated yet, by Webster.

        In the product's own lots where it has some; in whole units; in the finest quantity records
        hold where the rest has decimals.

        :param weights: dict ``{member: Fraction}``
        :param default_lot: see ``_get_default_lots``
        :return: list of values; empty for sections, notes and fully allocated lines
        """
        self.ensure_one()
        members = [member for member in weights if member not in self.allocation_ids.member_id]
        if self.display_type or not members or not self.product_id:
            return []
        unallocated = to_exact(self._get_ordered_quantity() - self._get_allocated_quantity())
        if unallocated <= 0 or not sum(weights[member] for member in members):
            return []
        lot_size = self._get_fitting_lot(unallocated, default_lot)
        lot = self._get_share_out_lot(unallocated, lot_size)
        lots = allot_lots(int(unallocated / lot), [weights[member] for member in members])
        return [
            self._prepare_allocation(member, float(lot * count))
            for member, count in zip(members, lots, strict=True)
            if count
        ]

    def action_open_share_out(self):
        """Open the wizard that previews and applies a share-out of this line alone."""
        return self.env["business.network.share.out"]._get_action(self.order_id, self)

    def action_open_allocations(self):
        """Open a pop-up of this line with its allocations."""
        self.ensure_one()
        view = f"red_empresarial.{self._table}_allocation_view_form"
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Allocations of %s", self.product_id.display_name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(self.env.ref(view).id, "form")],
            "target": "new",
        }
