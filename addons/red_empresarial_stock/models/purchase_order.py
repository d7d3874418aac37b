from odoo import models


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def _create_picking(self):
        """No receipt for an order of which members take everything themselves."""
        lines = self.order_line.filtered(
            lambda line: (
                line.product_id.type == "consu" and line.qty_received_method != "allocation"
            )
        )
        return super(PurchaseOrder, lines.order_id)._create_picking()
