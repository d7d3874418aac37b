from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.quantities import exact_factor, to_exact


class BusinessNetworkAllocationMixin(models.AbstractModel):
    """Sharing out a whole order on a basis: weights, equal parts, capacity or quotas."""

    _inherit = "business.network.allocation.mixin"

    released_count = fields.Integer(
        compute="_compute_released_count",
        help="Allocations that gave up a quantity which nobody has taken yet.",
    )

    @api.depends("order_line.allocation_ids.released_quantity")
    def _compute_released_count(self):
        for order in self:
            released = order.order_line.allocation_ids.filtered("released_quantity")
            order.released_count = len(released)

    @api.model
    def _get_share_out_bases(self):
        """Bases on which an order can be shared out, as a selection.

        An addon that keeps quotas adds ``("quota", …)`` here and fills the lines'
        ``_get_share_out_quota``.
        """
        labels = (
            self.env._("Weights of the agreement"),
            self.env._("Equal parts"),
            self.env._("Capacity of each member"),
        )
        return list(zip(("agreement", "equal", "capacity"), labels, strict=True))

    def _get_members_in_force(self):
        """Members of the network on the day of the order."""
        self.ensure_one()
        date = self._get_order_date()
        return self.network_id.member_ids.filtered(lambda member: member._is_in_force(date))

    def share_out(self, basis="agreement", lot_size=None):
        """Share out every line of these orders and write the allocations.

        :param str basis: a key of :meth:`_get_share_out_bases`
        :param lot_size: shares are whole multiples of it, in each product's unit
        :return: list of plain values ``{line_id, member_id, quantity}``, in the lines' units
        :raise UserError: no network, no agreement in force, units that do not convert, …
        """
        shared = []
        for order in self:
            proposal = order._propose_share_out(basis, lot_size=lot_size and to_exact(lot_size))
            order._apply_share_out({line: shares for line, (shares, _rest) in proposal.items()})
            shared += [
                {"line_id": line.id, "member_id": member.id, "quantity": float(quantity)}
                for line, (quantities, _rest) in proposal.items()
                for member, quantity in quantities.items()
                if quantity
            ]
        return shared

    def _propose_share_out(self, basis, lines=None, lot_size=None, lot_sizes=None):
        """What each member would fill of each line on a basis; nothing is written.

        :param lines: order lines; None takes all
        :param lot_size: exact, in each product's unit; ``lot_sizes`` says it by line, zero for
            none. Where neither does, the products' own lots are used
        :return: ``{line: (quantities, leftover)}``, see the lines' ``_propose_share_out``
        """
        self.ensure_one()
        if not self.network_id:
            raise UserError(self.env._("%s has no network. Choose one first.", self.display_name))
        lines = (lines or self.order_line).filtered(lambda line: line._is_shared_out())
        get_terms = self._get_share_out_terms(basis, lines)
        lot_sizes = lot_sizes or {}
        defaults = lines.filtered(lambda line: line not in lot_sizes)._get_default_lots()
        proposal = {}
        for line in lines:
            proposal[line] = line._propose_share_out(
                get_terms(line, proposal),
                lot_sizes.get(line) or lot_size,
                default_lot=defaults.get(line),
            )
        return proposal

    def _get_share_out_terms(self, basis, lines):
        """Function ``(line, proposal so far) -> {member: (weight, cap)}`` of a basis."""
        if basis == "agreement":
            weights = self._get_allocation_weights()
            return lambda line, proposal: {m: (weight, None) for m, weight in weights.items()}
        members = self._get_members_in_force()
        if basis == "equal":
            self._check_some(members)
            return lambda line, proposal: dict.fromkeys(members, (1, None))
        if basis == "capacity":
            members = members.filtered(lambda member: member.capacity > 0)
            self._check_some(members, self.env._("with a capacity"))
            return self._get_capacity_terms(members, lines)
        if basis == "quota":
            return lambda line, proposal: {
                member: (quota, quota) for member, quota in line._get_share_out_quota().items()
            }
        raise UserError(self.env._("“%s” is not a basis to share out an order on.", basis))

    def _check_some(self, members, quality=""):
        if not members:
            raise UserError(
                self.env._(
                    "%(network)s has no member %(quality)s in force on the day of %(order)s. "
                    "Complete its members or share out on another basis.",
                    network=self.network_id.name,
                    quality=quality,
                    order=self.display_name,
                )
            )

    def _get_capacity_terms(self, members, lines):
        """Capacity is a weight, and a cap that all lines of the order share."""
        staying = defaultdict(Fraction)
        for line in self.order_line:
            kept = line._get_kept_allocations() if line in lines else line.allocation_ids
            for allocation in kept:
                uom = allocation.product_uom_id
                quantity = to_exact(allocation.quantity) * exact_factor(uom)
                staying[(uom, allocation.member_id)] += quantity

        def get_terms(line, proposal):
            used = staying.copy()
            for earlier, (quantities, _rest) in proposal.items():
                factor = exact_factor(earlier.product_uom_id)
                for member, quantity in quantities.items():
                    used[(earlier.product_uom_id, member)] += quantity * factor
            taken = defaultdict(Fraction)
            for (uom, member), quantity in used.items():
                if uom._has_common_reference(line.product_uom_id):
                    taken[member] += quantity / exact_factor(line.product_uom_id)
            capacities = {member: line._get_capacity(member) for member in members}
            return {
                member: (capacity, max(capacity - taken[member], Fraction(0)))
                for member, capacity in capacities.items()
            }

        return get_terms

    # -- writing -------------------------------------------------------------------------------

    def _apply_share_out(self, shares):
        """Write allocations of this order: one create, decreases before increases.

        :param shares: ``{line: {member: exact quantity in the line's unit}}``
        :raise UserError: more than ordered, less than delivered, or a member not in force
        """
        create, change = [], []
        remove = self.env["business.network.allocation"]
        date = self._get_order_date()
        for line, quantities in shares.items():
            line._check_share_out(quantities)
            created, changed, removed = line._prepare_share_out(quantities)
            create += created
            change += changed
            remove |= removed
        members = {member for quantities in shares.values() for member in quantities}
        self.env["business.network.member"].union(*members)._check_in_force(date)
        remove.unlink()
        for allocation, quantity in sorted(change, key=lambda pair: pair[1] - pair[0].quantity):
            if allocation.quantity != quantity:
                allocation.quantity = quantity
        self.order_line.allocation_ids.filtered("released_quantity").filtered(
            lambda a: a._get_line() in shares
        )._set_released(0.0)
        return self.env["business.network.allocation"].create(create)

    def action_open_released(self):
        """Open the allocations of this order whose quantity nobody has taken yet."""
        action = self.action_open_allocations()
        released = self.order_line.allocation_ids.filtered("released_quantity")
        action["domain"] = [("id", "in", released.ids)]
        return action

    def action_open_share_out(self):
        """Open the wizard that previews and applies a share-out."""
        self.ensure_one()
        return self.env["business.network.share.out"]._get_action(self, self.order_line)
