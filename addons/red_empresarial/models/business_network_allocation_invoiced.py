from odoo import fields, models


class BusinessNetworkAllocationInvoiced(models.Model):
    """How much of an allocation a posted invoice line took, so that the next one takes the rest.

    In the allocation's unit. Refunds take negative quantities. Written when the document is
    posted, removed on its reset.
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
    quantity = fields.Float(digits=(16, 6), required=True)

    def _create_from_documents(self, moves):
        """Record what the lines of posted joint documents took of the allocations."""
        lines = moves.invoice_line_ids.filtered(lambda line: line._get_network_allocations())
        return self.create([vals for line in lines for vals in self._prepare_line(line)])

    def _prepare_line(self, line):
        allocations = line._get_network_allocations()
        refund = line.move_id.move_type in ("out_refund", "in_refund")
        shares = line._get_allocation_shares()
        quantity = -line.quantity if refund else line.quantity
        return [
            {
                "allocation_id": allocation.id,
                "move_line_id": line.id,
                "quantity": line.product_uom_id._compute_quantity(
                    float(shares[allocation.member_id]) * quantity,
                    allocation.product_uom_id,
                    round=False,
                ),
            }
            for allocation in allocations
            if shares.get(allocation.member_id)
        ]
