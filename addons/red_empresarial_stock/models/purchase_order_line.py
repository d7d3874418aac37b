from odoo import api, models


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def _is_received_by_allocation(self):
        """Goods kept in stock are received by their stock moves."""
        return super()._is_received_by_allocation() and not self.product_id.is_storable

    @api.depends("allocation_ids")
    def _compute_qty_received_method(self):
        """Members take what is not kept in stock themselves: no stock move says it arrived."""
        result = super()._compute_qty_received_method()
        for line in self.filtered("allocation_ids"):
            if line._is_received_by_allocation():
                line.qty_received_method = "allocation"
        return result

    def _prepare_stock_moves(self, picking):
        if self.qty_received_method == "allocation":
            return []
        return super()._prepare_stock_moves(picking)
