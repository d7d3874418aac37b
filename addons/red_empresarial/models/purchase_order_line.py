from odoo import api, fields, models


class PurchaseOrderLine(models.Model):
    _name = "purchase.order.line"
    _inherit = ["purchase.order.line", "business.network.allocation.line.mixin"]

    network_id = fields.Many2one(related="order_id.network_id")
    allocation_ids = fields.One2many("business.network.allocation", "purchase_line_id", copy=False)

    @api.constrains("product_qty", "product_uom_id")
    def _check_ordered_quantity(self):
        self._check_confirmed_allocations()

    def _get_ordered_quantity(self):
        return self.product_qty

    def _get_allocation_field(self):
        return "purchase_line_id"
