from fractions import Fraction
from math import ceil, floor

from odoo import models
from odoo.exceptions import UserError

from ..engine.apportion import allot_lots
from ..tools.quantities import convert_exact, exact_factor, format_exact, to_exact


class BusinessNetworkAllocationLineMixin(models.AbstractModel):
    """How the quantity of one order line is shared out: whole lots, by weights, within caps."""

    _inherit = "business.network.allocation.line.mixin"

    def _get_share_out_quota(self):
        """What each member may still take of its quota, for addons that keep quotas.

        :return: ``{member: exact quantity in the unit of this line}``
        """
        return {}

    def _is_shared_out(self):
        """Whether there is something to share: a product with a quantity."""
        self.ensure_one()
        return bool(
            self.product_id and not self.display_type and to_exact(self._get_ordered_quantity()) > 0
        )

    def _get_share_out_lot(self, quantity, lot_size=None):
        """Size of a lot in the unit of this line.

        :param quantity: what is shared out, exact
        :param lot_size: exact, in the product's unit; without it whole units, or the finest
            quantity a record holds where ``quantity`` has decimals
        """
        self.ensure_one()
        if lot_size:
            return convert_exact(lot_size, self.product_id.uom_id, self.product_uom_id)
        if quantity.denominator == 1:
            return Fraction(1)
        return to_exact(self.product_uom_id.rounding)

    def _get_default_lots(self):
        """Lots in which these products are shared out where nobody types one.

        A hook for what knows of packages, such as a quota plan; asked once for many lines.

        :return: ``{line: exact size in the product's unit, or None}``
        """
        return dict.fromkeys(self)

    def _get_default_lot(self):
        """Lot of this line where nobody types one, exact in the product's unit, or None."""
        self.ensure_one()
        return self._get_default_lots()[self]

    def _get_fitting_lot(self, supply, lot_size, least=()):
        """``lot_size`` if ``supply`` can be shared out in it, else None: then pieces are.

        It cannot where there is less than one, where the line's unit cannot hold it, and where
        what each member must keep (``least``, exact) already fills more lots than there are.
        """
        self.ensure_one()
        if not lot_size:
            return None
        lot = self._get_share_out_lot(supply, lot_size)
        held = (lot / to_exact(self.product_uom_id.rounding)).denominator == 1
        needed = max(sum(ceil(quantity / lot) for quantity in least), 1)
        return lot_size if held and needed <= floor(supply / lot) else None

    def _get_kept_allocations(self):
        """Allocations that sharing out leaves as they are."""
        return self.allocation_ids.filtered(lambda a: a.locked or a.state == "declined")

    def _get_exact_in_line_uom(self, allocation, quantity):
        return convert_exact(to_exact(quantity), allocation.product_uom_id, self.product_uom_id)

    def _propose_share_out(self, terms, lot_size=None, default_lot=None):
        """What each member would fill of this line; nothing is written.

        What was delivered is the least a member keeps; locked and declined allocations stay.

        :param terms: ``{member: (weight, cap)}``, exact, the cap in this line's unit or None
        :param lot_size: see :meth:`_get_share_out_lot`
        :param default_lot: used where it fits and ``lot_size`` is not given
        :return: ``(quantities, leftover)``: ``{member: exact quantity}`` and what makes no lot or
            exceeds every cap
        :raise UserError: more was delivered than there is to share
        """
        self.ensure_one()
        kept = self._get_kept_allocations()
        supply = to_exact(self._get_ordered_quantity())
        supply -= sum(self._get_exact_in_line_uom(a, a.quantity) for a in kept)
        least = {
            a.member_id: self._get_exact_in_line_uom(a, a.delivered_quantity)
            for a in self.allocation_ids - kept
        }
        lot_size = lot_size or self._get_fitting_lot(supply, default_lot, least.values())
        lot = self._get_share_out_lot(supply, lot_size)
        members = [member for member in {**terms, **least} if member not in kept.member_id]
        floors = [ceil(least.get(member, 0) / lot) for member in members]
        if supply < 0 or sum(floors) > floor(supply / lot):
            self._raise_delivered_more(supply, sum(least.values()))
        bounds = [terms.get(member, (0, None)) for member in members]
        caps = [
            None if cap is None else max(floor(cap / lot), least_lots)
            for (_weight, cap), least_lots in zip(bounds, floors, strict=True)
        ]
        lots = allot_lots(
            floor(supply / lot), [weight for weight, _cap in bounds], caps=caps, floors=floors
        )
        quantities = {member: lot * count for member, count in zip(members, lots, strict=True)}
        return quantities, supply - lot * sum(lots)

    def _raise_delivered_more(self, supply, delivered):
        raise UserError(
            self.env._(
                "Of %(product)s in %(order)s %(supply)s %(uom)s can be shared out, less than the "
                "%(delivered)s already delivered, rounded up to whole lots. Raise the order, "
                "unlock allocations or choose a smaller lot.",
                product=self.product_id.display_name,
                order=self.order_id.name,
                supply=format_exact(self.env, supply),
                uom=self.product_uom_id.name,
                delivered=format_exact(self.env, delivered),
            )
        )

    def _get_capacity(self, member):
        """Monthly capacity of ``member`` in the unit of this line, exact.

        :raise UserError: its unit does not convert to that of the line
        """
        uom = member.capacity_uom_id or self.product_id.uom_id
        if not uom._has_common_reference(self.product_uom_id):
            raise UserError(
                self.env._(
                    "The capacity of %(member)s is in %(uom)s, which does not convert to "
                    "%(line_uom)s, the unit of %(product)s. Change the unit of its capacity or "
                    "share out on another basis.",
                    member=member.display_name,
                    uom=uom.name,
                    line_uom=self.product_uom_id.name,
                    product=self.product_id.display_name,
                )
            )
        return convert_exact(to_exact(member.capacity), uom, self.product_uom_id)

    # -- writing -------------------------------------------------------------------------------

    def _check_share_out(self, quantities):
        """Raise UserError for quantities by hand that are negative, too much or below delivered.

        :param quantities: ``{member: exact quantity in the unit of this line}``
        """
        self.ensure_one()
        kept = self._get_kept_allocations()
        delivered = {
            a.member_id: self._get_exact_in_line_uom(a, a.delivered_quantity)
            for a in self.allocation_ids - kept
        }
        for member, quantity in quantities.items():
            if quantity < delivered.get(member, 0):
                raise UserError(
                    self.env._(
                        "%(member)s has already delivered %(delivered)s %(uom)s of %(product)s in "
                        "%(order)s. Give it at least that.",
                        member=member.display_name,
                        delivered=format_exact(self.env, delivered.get(member, 0)),
                        uom=self.product_uom_id.name,
                        product=self.product_id.display_name,
                        order=self.order_id.name,
                    )
                )
        total = sum(quantities.values())
        total += sum(self._get_exact_in_line_uom(a, a.quantity) for a in kept)
        ordered = to_exact(self._get_ordered_quantity())
        if total > ordered:
            raise UserError(
                self.env._(
                    "%(total)s %(uom)s of %(product)s are shared out in %(order)s, but only "
                    "%(ordered)s are ordered. Lower the quantities or raise the order.",
                    total=format_exact(self.env, total),
                    uom=self.product_uom_id.name,
                    product=self.product_id.display_name,
                    order=self.order_id.name,
                    ordered=format_exact(self.env, ordered),
                )
            )

    def _prepare_share_out(self, quantities):
        """Changes that bring the allocations of this line to ``quantities``.

        :return: ``(to create, to change, to remove)``: values; pairs ``(allocation, quantity in its
            unit)``; allocations
        """
        self.ensure_one()
        Allocation = self.env["business.network.allocation"]
        create, change, remove = [], [], Allocation
        kept = self._get_kept_allocations()
        existing = {a.member_id: a for a in self.allocation_ids}
        for member, quantity in quantities.items():
            allocation = existing.get(member, Allocation)
            if allocation in kept and allocation:
                continue
            if allocation and not quantity and not allocation._has_history():
                remove |= allocation
            elif allocation:
                factor = exact_factor(self.product_uom_id) / exact_factor(allocation.product_uom_id)
                change.append((allocation, float(quantity * factor)))
            elif quantity:
                create.append(self._prepare_allocation(member, float(quantity)))
        return create, change, remove

    def _prepare_allocation(self, member, quantity):
        return {
            self._get_allocation_field(): self.id,
            "member_id": member.id,
            "quantity": quantity,
            "product_uom_id": self.product_uom_id.id,
        }
