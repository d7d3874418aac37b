from odoo import api, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.depends("allocation_ids")
    def _compute_qty_delivered_method(self):
        """Members deliver straight to the buyer: allocations count, not the moves of our stock."""
        result = super()._compute_qty_delivered_method()
        self.filtered("allocation_ids").qty_delivered_method = "allocation"
        return result

    def _action_launch_stock_rule(self, *, previous_product_uom_qty=False):
        """What a part of an upper order asks for is moved by the upper order, and once."""
        moved = self.filtered(lambda line: not line.network_source_line_id)
        return super(SaleOrderLine, moved)._action_launch_stock_rule(
            previous_product_uom_qty=previous_product_uom_qty
        )
