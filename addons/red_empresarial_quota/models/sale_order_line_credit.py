from fractions import Fraction

from odoo import models
from odoo.addons.red_empresarial.engine.credit_notes import Document, Lowered, find_lowered
from odoo.addons.red_empresarial.tools.quantities import exact_factor, to_exact


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_lowered(self):
        """Posted credit notes of this line that lower its price and take no piece back.

        :return: ``(items of them, exact amount in the currency of the order)``
        """
        self.ensure_one()
        items = self.invoice_lines.filtered("allocation_invoiced_ids").sorted(
            lambda item: (item.date, item.move_id.id, item.id)
        )
        lowered = Lowered((), Fraction(0))
        if any(item._is_credited() for item in items):
            coin = to_exact(self.currency_id.rounding)
            documents = [self._prepare_credit_document(item) for item in items]
            lowered = find_lowered(documents, coin * len(items))
        return items.browse([items[number].id for number in lowered.lines]), lowered.amount

    def _prepare_credit_document(self, item):
        """What an item invoices or credits of this line, net of tax, as the engine takes it."""
        move = item.move_id
        uom = item.product_uom_id or self.product_uom_id
        sign = -1 if move.move_type == "out_refund" else 1
        amount = item.currency_id._convert(
            item.price_subtotal, self.currency_id, move.company_id, item.date
        )
        return Document(
            move.id,
            sign * to_exact(item.quantity) * exact_factor(uom),
            sign * to_exact(amount),
            move.reversed_entry_id.id or None,
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _is_credited(self):
        """Whether it gives back something of the allocations it invoices."""
        return any(record.quantity < 0 for record in self.allocation_invoiced_ids)
