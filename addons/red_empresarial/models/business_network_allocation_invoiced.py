from collections import defaultdict
from fractions import Fraction

from odoo import fields, models

from ..tools.quantities import exact_factor, from_exact, to_exact


class BusinessNetworkAllocationInvoiced(models.Model):
    """How much of an allocation a posted invoice line took, so that the next one takes the rest.

    In the allocation's unit. Refunds take negative quantities. Written when the document is
    posted, before it is shared out; removed on its reset.
    """

    _name = "business.network.allocation.invoiced"
    _description = "Invoiced Quantity of an Allocation"
    _log_access = False

    allocation_id = fields.Many2one(
        "business.network.allocation", required=True, index=True, ondelete="cascade"
    )
    move_line_id = fields.Many2one(
        "account.move.line", required=True, index=True, ondelete="cascade"
    )
    delivery_id = fields.Many2one(
        "business.network.delivery",
        index="btree_not_null",
        ondelete="restrict",
        help="Delivery that was invoiced; empty for what was invoiced before it was delivered.",
    )
    quantity = fields.Float(digits=(16, 6), required=True)
    exact_quantity = fields.Char(
        help="The quantity in reference units, as a whole number or a fraction."
    )

    def _get_exact(self):
        """The quantity in reference units, exact."""
        self.ensure_one()
        if self.exact_quantity:
            return Fraction(self.exact_quantity)
        return to_exact(self.quantity) * exact_factor(self.allocation_id.product_uom_id)

    def _is_delivered_in_membership(self):
        """Whether all of it was handed over on days on which its member was one."""
        return all(
            record.delivery_id
            and record.allocation_id.member_id._is_in_force(record.delivery_id.date)
            for record in self
        )

    def _create_from_documents(self, moves):
        """Record what the lines of posted joint documents take of the allocations.

        One after the other, so that two invoices of one order that are posted together take
        different deliveries.
        """
        taken, vals_list = defaultdict(list), []
        for line in moves.invoice_line_ids.sorted(lambda line: (line.move_id.id, line.id)):
            allocations = line._get_network_allocations()
            if not allocations:
                continue
            parts = line._get_allocation_parts([p for a in allocations for p in taken[a]])
            for part in parts:
                taken[part.allocation].append(part)
            vals_list += [self._prepare_part(line, part) for part in parts]
        return self.create(vals_list)

    def _prepare_part(self, line, part):
        unit = exact_factor(part.allocation.product_uom_id)
        return {
            "allocation_id": part.allocation.id,
            "delivery_id": part.delivery.id,
            "move_line_id": line.id,
            "quantity": from_exact(part.quantity / unit),
            "exact_quantity": str(part.quantity),
        }
