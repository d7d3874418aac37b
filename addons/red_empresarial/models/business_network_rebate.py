from odoo import api, fields, models

from ..engine.credit_notes import Document, find_lowered
from ..tools.quantities import exact_factor, to_exact

REFUNDS = ("out_refund", "in_refund")
INVOICES = ("out_invoice", "in_invoice")


class AccountMoveLine(models.Model):
    """Credit notes on a price: they lower what was invoiced and give no quantity back."""

    _inherit = "account.move.line"

    network_lowers_price = fields.Boolean(
        string="Lowers a Price",
        copy=False,
        readonly=True,
        help="What a network of networks passes on of a lower price: no quantity comes back.",
    )

    def _get_network_protected_fields(self):
        return super()._get_network_protected_fields() | {"network_lowers_price"}

    def _is_rebate(self):
        """Whether this item lowers the price of what was invoiced and returns no goods.

        A line of a credit note at another price than every line that it refunds; what is credited
        at the price it was invoiced at, or at what earlier credit notes left of it, comes back.
        The report of savings of a purchase round knows it by the price it was invoiced at alone.
        """
        self.ensure_one()
        if self.network_lowers_price:
            return True
        if self.move_id.move_type not in REFUNDS:
            return False
        refunded = self._get_refunded_lines()
        prices = [(line.price_unit, line.discount) for line in refunded]
        if not prices or (self.price_unit, self.discount) in prices:
            return False
        earlier = self._get_earlier_credits(refunded)
        return not earlier or not self._is_at_lowered_price(refunded, earlier)

    def _get_earlier_credits(self, refunded):
        """Posted lines of earlier credit notes on what this one refunds, in the order of time."""
        self.ensure_one()
        own = self._get_time()
        return (
            refunded.move_id.reversal_move_ids.invoice_line_ids.filtered(
                lambda line: (
                    line.parent_state == "posted"
                    and line._get_refunded_lines() & refunded
                    and line._get_time() < own
                )
            )
            - self
        ).sorted(lambda line: line._get_time())

    def _get_time(self):
        self.ensure_one()
        date = self.date or fields.Date.context_today(self)
        return date, self.move_id._origin.id or 0, self._origin.id or 0

    def _is_at_lowered_price(self, refunded, earlier):
        """Whether it credits its pieces at what earlier credit notes left of their price."""
        items = [*refunded, *earlier, self]
        documents = [item._prepare_credit_document() for item in items]
        coin = to_exact(self.currency_id.rounding)
        lowered = find_lowered(documents, coin * len(items))
        return len(items) - 1 not in lowered.lines

    def _prepare_credit_document(self):
        """What this item invoices or credits, net of tax, as the engine takes it."""
        self.ensure_one()
        move = self.move_id
        sign = -1 if move.move_type in REFUNDS else 1
        factor = exact_factor(self.product_uom_id) if self.product_uom_id else 1
        return Document(
            move.id,
            sign * to_exact(self.quantity) * factor,
            sign * to_exact(self.price_subtotal),
            move.reversed_entry_id.id or None,
        )

    def _get_refunded_lines(self):
        """Lines of the refunded document for the order lines of this one."""
        self.ensure_one()
        line = self.sudo()
        return line.move_id.reversed_entry_id.invoice_line_ids.filtered(
            lambda billed: (
                billed.sale_line_ids & line.sale_line_ids
                or billed.purchase_line_id & line.purchase_line_id
            )
        )

    def _get_share_records(self):
        """What the members' parts of this item are measured by: what it took of their allocations.

        A rebate took nothing; whoever was invoiced what it lowers bears it.
        """
        self.ensure_one()
        line = self.sudo()
        if not line._is_rebate():
            return line.allocation_invoiced_ids
        lowered = line._get_refunded_lines().allocation_invoiced_ids
        return lowered or line._get_network_allocations().invoiced_ids


class BusinessNetworkAllocationLineMixin(models.AbstractModel):
    _inherit = "business.network.allocation.line.mixin"

    def _add_rebates(self, quantities):
        """``quantities`` without what rebates counted for: they return and invoice nothing.

        :param quantities: ``{line: quantity invoiced, in its unit}``; changed and returned
        """
        for line in self.filtered("allocation_ids"):
            for rebate in line._get_invoice_lines():
                move = rebate.move_id
                if move.state == "cancel" or not rebate._is_rebate():
                    continue
                sign = (move.move_type in REFUNDS) - (move.move_type in INVOICES)
                quantities[line] += sign * rebate.product_uom_id._compute_quantity(
                    rebate.quantity, line.product_uom_id
                )
        return quantities


class SaleOrderLine(models.Model):
    """An allocated line stays invoiced when its price is lowered."""

    _inherit = "sale.order.line"

    @api.depends("invoice_lines.price_unit", "invoice_lines.discount")
    def _compute_qty_invoiced(self):
        return super()._compute_qty_invoiced()

    def _prepare_qty_invoiced(self):
        """Rebates give no quantity back, so that nothing is invoiced twice because of them."""
        return self._add_rebates(super()._prepare_qty_invoiced())


class PurchaseOrderLine(models.Model):
    """An allocated line stays billed when its price is lowered."""

    _inherit = "purchase.order.line"

    @api.depends("invoice_lines.price_unit", "invoice_lines.discount")
    def _compute_qty_invoiced(self):
        return super()._compute_qty_invoiced()

    def _prepare_qty_invoiced(self):
        """Rebates give no quantity back, so that nothing is billed twice because of them."""
        return self._add_rebates(super()._prepare_qty_invoiced())
