from odoo import api, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.depends("allocation_ids")
    def _compute_qty_delivered_method(self):
        """Members deliver straight to the buyer: allocations count, not the moves of our stock."""
        result = super()._compute_qty_delivered_method()
        self.filtered("allocation_ids").qty_delivered_method = "allocation"
        return result
