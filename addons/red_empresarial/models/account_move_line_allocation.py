from odoo import fields, models

from ..tools.allocation_parts import Part
from ..tools.quantities import exact_factor, to_exact


class AccountMoveLine(models.Model):
    """Invoice lines of allocated order lines: which deliveries they take, whom they pay."""

    _inherit = "account.move.line"

    network_delivery_ids = fields.Many2many(
        "business.network.delivery",
        "business_network_delivery_move_line_rel",
        "line_id",
        "delivery_id",
        string="Deliveries",
        copy=False,
        help="What the members delivered and this line was made to invoice.",
    )

    def _get_allocation_parts(self, taken=()):
        """What this line takes of its allocations: negative parts where it gives back.

        A rebate takes and gives back nothing.

        :param taken: parts that earlier lines of the same batch took of the same allocations
        """
        self.ensure_one()
        if self._is_rebate():
            return []
        allocations = self._get_network_allocations()
        uom = self.product_uom_id or allocations[:1]._get_line().product_uom_id
        quantity = to_exact(self.quantity) * exact_factor(uom)
        if self.move_id.move_type in ("out_refund", "in_refund"):
            quantity = -quantity
        if quantity >= 0:
            return allocations._get_pending_parts(quantity, self.network_delivery_ids, taken)
        parts = allocations._get_invoiced_parts(self.move_id._get_refunded_document(), -quantity)
        return [part._replace(quantity=-part.quantity) for part in parts]

    def _get_allocation_shares(self):
        """Exact share of this item of each member: what it took, or would take if posted now."""
        self.ensure_one()
        allocations = self._get_network_allocations()
        if not allocations:
            return {}
        taken = [
            Part(record.allocation_id, record.delivery_id, record._get_exact())
            for record in self._get_share_records()
        ]
        return allocations._get_part_shares(taken or self._get_allocation_parts())

    # -- deductions -----------------------------------------------------------------------------

    def _get_portion_name(self):
        """The deduction of an advance, a discount and what comes back are portions of their own.

        Each is borne by whom it is of: together, what one member sold and what another takes back
        would be one amount, that nobody delivered.
        """
        name = super()._get_portion_name()
        if self.move_id.network_id.policy != "principal":
            return name
        if advances := self._get_deducted_advances():
            return f"{name}advance {','.join(map(str, sorted(advances.ids)))}"
        if self._is_network_discount():
            return f"{name}discount"
        returned = self.price_subtotal < 0 and self._get_network_allocations()
        return f"{name} returned" if returned else name

    def _get_deducted_advances(self):
        """Posted joint invoices of the advance this line deducts; empty for any other line."""
        order_lines = self.sale_line_ids.filtered("is_downpayment")
        if not order_lines or self.quantity >= 0:
            return self.env["account.move"]
        invoiced = order_lines.sudo().invoice_lines.filtered(
            lambda line: (
                line.parent_state == "posted"
                and line.move_id.move_type == "out_invoice"
                and line.quantity > 0
            )
        )
        return invoiced.move_id.filtered("distribution_ids") - self.move_id

    def _is_network_discount(self):
        """Whether this line lowers the others of its document, which have allocations."""
        self.ensure_one()
        return (
            self.price_subtotal < 0
            and self.display_type == "product"
            and not self.sale_line_ids.filtered("is_downpayment")
            and not self._get_network_allocations()
            and bool(self.move_id.invoice_line_ids.sale_line_ids.allocation_ids)
        )
