from fractions import Fraction

from odoo import models
from odoo.addons.red_empresarial.engine.credit_notes import find_lowered
from odoo.addons.red_empresarial.tools.quantities import to_exact


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _get_lowered(self):
        """Posted credit notes of this line that lower its price and take no piece back.

        :return: ``(items of them, exact amount in the currency of the order)``
        """
        self.ensure_one()
        items = self.invoice_lines.filtered(lambda item: item.parent_state == "posted")
        lowering = items.filtered(lambda item: item._is_rebate())
        if not lowering:
            return lowering, Fraction(0)
        items = items.sorted(lambda item: item._get_time())
        coin = to_exact(self.currency_id.rounding)
        documents = [self._prepare_lowered_document(item) for item in items]
        return lowering, find_lowered(documents, coin * len(items)).amount

    def _prepare_lowered_document(self, item):
        """What an item invoices or credits, in the order's currency, as the engine takes it."""
        document = item._prepare_credit_document()
        amount = item.currency_id._convert(
            float(document.amount), self.currency_id, item.move_id.company_id, item.date
        )
        return document._replace(amount=to_exact(amount))
