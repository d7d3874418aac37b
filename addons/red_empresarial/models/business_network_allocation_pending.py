from collections import defaultdict
from fractions import Fraction

from odoo import models

from ..tools.allocation_parts import NOISE, Part
from ..tools.quantities import exact_factor, to_exact


class BusinessNetworkAllocation(models.Model):
    """Which deliveries an invoice line takes, so that it pays who delivered it."""

    _inherit = "business.network.allocation"

    def _get_pending_shares(self, quantity=None, deliveries=None):
        """Share of each member in what is invoiced next of one order line, by graded quantity.

        :return: dict ``{member: Fraction}`` that sums to one; empty without allocations
        """
        return self._get_part_shares(self._get_pending_parts(quantity, deliveries))

    def _get_invoiced_shares(self, origin):
        """Share of each member in what a refund gives back, by graded quantity.

        :param origin: the refunded ``account.move``; empty takes all that was invoiced
        """
        return self._get_part_shares(self._get_invoiced_parts(origin))

    def _get_part_shares(self, parts):
        """Shares ``{member: Fraction}`` of parts by weight; by quantity when no grade counts."""
        for value in ("weight", "quantity"):
            by_member = defaultdict(Fraction)
            for part in parts:
                by_member[part.allocation.member_id] += getattr(part, value)
            total = sum(by_member.values())
            if total:
                return {member: share / total for member, share in by_member.items() if share}
        return {}

    def _get_pending_parts(self, quantity=None, deliveries=None, taken=()):
        """What an invoice line takes of these allocations of one order line.

        First the deliveries it was made for; then others delivered and not invoiced; then what is
        allocated and not delivered. A pool that is larger than what is still to take is taken in
        proportion. An invoice of more than all of it is shared like what is allocated.

        :param quantity: reference units; None takes the first pool that has any
        :param deliveries: those the line was made for, if any
        :param taken: parts that earlier lines of the same batch took
        """
        pools = self._get_pending_pools(deliveries, taken)
        if quantity is None:
            return next((pool for pool in pools if pool), [])
        parts, left = [], quantity
        for pool in pools[:-1]:
            available = sum(part.quantity for part in pool)
            take = min(left, available)
            if take > 0:
                parts += self._scale(pool, take / available)
                left -= take
        if left > NOISE and pools[-1]:
            available = sum(part.quantity for part in pools[-1])
            parts += self._scale(pools[-1], left / available)
        return parts

    def _scale(self, parts, ratio):
        return [part._replace(quantity=part.quantity * ratio) for part in parts]

    def _get_pending_pools(self, deliveries, taken):
        """Parts to take from, in the order in which they are taken; the last one for the rest."""
        nothing = self.env["business.network.delivery"]
        delivered, allocated, ordered = [], [], []
        earlier = defaultdict(list)
        for part in taken:
            earlier[part.allocation].append(part)
        for allocation in self:
            invoiced = allocation._get_invoiced_by_delivery(earlier[allocation])
            delivered += allocation._get_uninvoiced_deliveries(invoiced)
            total = to_exact(allocation.quantity) * exact_factor(allocation.product_uom_id)
            done = allocation._get_exact_quantity(allocation.delivered_quantity)
            ordered.append(Part(allocation, nothing, total))
            allocated.append(Part(allocation, nothing, total - max(done, sum(invoiced.values()))))
        linked = [part for part in delivered if deliveries and part.delivery in deliveries]
        others = [part for part in delivered if part not in linked]
        return [
            [part for part in pool if part.quantity > NOISE]
            for pool in (linked, others, allocated, ordered)
        ]

    def _get_invoiced_by_delivery(self, taken=()):
        """``{delivery or empty: quantity invoiced}`` of one allocation, refunds deducted.

        :param taken: parts of it that no record holds yet
        """
        self.ensure_one()
        invoiced = defaultdict(Fraction)
        for record in self.sudo().invoiced_ids:
            invoiced[record.delivery_id.id] += record._get_exact()
        for part in taken:
            invoiced[part.delivery.id] += part.quantity
        return invoiced

    def _get_uninvoiced_deliveries(self, invoiced):
        """Deliveries of one allocation not invoiced yet.

        What was invoiced ahead, by the ordered quantity, is made good by the oldest deliveries.
        """
        ahead = max(invoiced.get(False, 0), Fraction(0))
        parts = []
        for delivery in self.delivery_ids.sorted(lambda d: (d.date, d.id)):
            if delivery.state != "done":
                continue
            left = self._get_exact_quantity(delivery.accepted_quantity)
            left -= invoiced.get(delivery.id, 0)
            covered = min(max(left, Fraction(0)), ahead)
            ahead -= covered
            parts.append(Part(self, delivery, left - covered))
        return parts

    def _get_invoiced_parts(self, origin, quantity=None):
        """What a refund gives back of what was invoiced, as positive parts.

        :param origin: the refunded ``account.move``; empty takes all that was invoiced
        :param quantity: reference units to give back; None gives back all
        """
        records = self.sudo().invoiced_ids
        if origin:
            records = records.filtered(lambda record: record.move_line_id.move_id == origin)
        net = defaultdict(Fraction)
        for record in records:
            net[(record.allocation_id, record.delivery_id)] += record._get_exact()
        parts = [Part(*key, value) for key, value in net.items() if value > NOISE]
        if not parts:
            parts = self._get_pending_parts()
        total = sum(part.quantity for part in parts)
        return parts if quantity is None or not total else self._scale(parts, quantity / total)
