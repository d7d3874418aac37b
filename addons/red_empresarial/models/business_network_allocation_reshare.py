from math import floor

from odoo import models
from odoo.exceptions import UserError

from ..engine.apportion import allot_lots
from ..tools.quantities import convert_exact, exact_factor, format_exact, to_exact


class BusinessNetworkAllocation(models.Model):
    """What one member cannot deliver goes to the others; what it delivered stays its own."""

    _inherit = "business.network.allocation"

    def _has_history(self):
        """Whether something hangs on this allocation, so that it is kept with a zero."""
        self.ensure_one()
        return bool(self.delivery_ids or self.sudo().invoiced_ids or self.released_quantity)

    def _get_rest(self):
        """Quantity to share again in the unit of the line, exact: pending or released."""
        self.ensure_one()
        line = self._get_line()
        rest = line._get_exact_in_line_uom(self, self.remaining_quantity + self.released_quantity)
        others = line.allocation_ids - self
        free = to_exact(line._get_ordered_quantity())
        free -= sum(line._get_exact_in_line_uom(a, a.quantity) for a in others)
        free -= line._get_exact_in_line_uom(self, self.delivered_quantity)
        return max(min(rest, free), 0)

    def _propose_reshare(self, basis):
        """How the rest of this allocation would go to the other members.

        :return: ``({member: exact quantity to add, in the line's unit}, leftover)``
        :raise UserError: nothing is left to share
        """
        self.ensure_one()
        line, rest = self._get_line(), self._get_rest()
        if rest <= 0:
            raise UserError(
                self.env._(
                    "%(member)s has nothing left of %(product)s in %(order)s that could go to the "
                    "others.",
                    **self._get_message_names(),
                )
            )
        kept = line._get_kept_allocations().member_id | self.member_id
        terms = line.order_id._get_share_out_terms(basis, line)(line, {})
        terms = {member: bounds for member, bounds in terms.items() if member not in kept}
        held = {
            a.member_id: line._get_exact_in_line_uom(a, a.quantity) for a in line.allocation_ids
        }
        lot = line._get_share_out_lot(rest)
        caps = [
            None if cap is None else max(floor((cap - held.get(member, 0)) / lot), 0)
            for member, (_weight, cap) in terms.items()
        ]
        lots = allot_lots(floor(rest / lot), [weight for weight, _cap in terms.values()], caps=caps)
        added = {m: lot * count for m, count in zip(terms, lots, strict=True) if count}
        return added, rest - sum(added.values())

    def reshare(self, basis="agreement"):
        """Move what this member has not delivered to the others, and keep what it delivered.

        :param str basis: see ``_get_share_out_bases`` of the order
        :return: plain values ``{"moved": quantity, "leftover": quantity}`` in the line's unit
        :raise UserError: nothing left, nobody who could take it, or invoiced ahead
        """
        self.ensure_one()
        added, leftover = self._propose_reshare(basis)
        if not added:
            raise UserError(
                self.env._(
                    "Nobody else can take %(product)s of %(member)s in %(order)s on this basis. "
                    "Choose another basis, or unlock allocations.",
                    **self._get_message_names(),
                )
            )
        self._check_rest_not_invoiced()
        line = self._get_line()
        self.quantity = self.delivered_quantity
        released = convert_exact(leftover, line.product_uom_id, self.product_uom_id)
        self._set_released(float(released))
        self._add_to_others(line, added)
        moved = sum(added.values())
        self._post_on_orders(
            lambda allocation: self.env._(
                "%(quantity)s of %(product)s go from %(member)s to %(others)s.",
                others=", ".join(
                    f"{member.display_name} (+{format_exact(self.env, quantity)})"
                    for member, quantity in added.items()
                ),
                **allocation._get_posted_names(float(moved)),
            )
        )
        return {"moved": float(moved), "leftover": float(leftover)}

    def _add_to_others(self, line, added):
        existing = {a.member_id: a for a in line.allocation_ids}
        members = self.env["business.network.member"].union(*added)
        members._check_in_force(line.order_id._get_order_date())
        for member, quantity in added.items():
            if member in existing:
                factor = exact_factor(line.product_uom_id)
                factor /= exact_factor(existing[member].product_uom_id)
                existing[member].quantity += float(quantity * factor)
        self.create(
            [
                line._prepare_allocation(member, float(quantity))
                for member, quantity in added.items()
                if member not in existing
            ]
        )

    def action_open_reshare(self):
        """Choose in a pop-up on which basis the rest goes to the others."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Share Again"),
            "res_model": "business.network.reshare",
            "view_mode": "form",
            "target": "new",
            "context": {"default_allocation_id": self.id},
        }
