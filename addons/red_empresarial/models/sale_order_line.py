from odoo import api, fields, models


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "business.network.allocation.line.mixin"]

    network_id = fields.Many2one(related="order_id.network_id")
    allocation_ids = fields.One2many("business.network.allocation", "sale_line_id", copy=False)
    qty_delivered_method = fields.Selection(selection_add=[("allocation", "Allocations")])

    @api.constrains("product_uom_qty", "product_uom_id")
    def _check_ordered_quantity(self):
        self._check_confirmed_allocations()

    def _get_ordered_quantity(self):
        return self.product_uom_qty

    def _get_allocation_field(self):
        return "sale_line_id"

    @api.depends("allocation_ids")
    def _compute_qty_delivered_method(self):
        """What an allocated line delivered is what its members delivered."""
        result = super()._compute_qty_delivered_method()
        self.filtered("allocation_ids").qty_delivered_method = "allocation"
        return result

    @api.depends("allocation_ids.delivered_quantity", "allocation_ids.product_uom_id")
    def _compute_qty_delivered(self):
        return super()._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        delivered = super()._prepare_qty_delivered()
        for line in self.filtered(lambda line: line.qty_delivered_method == "allocation"):
            delivered[line] = sum(
                allocation._get_quantity_in_line_uom(allocation.delivered_quantity)
                for allocation in line.allocation_ids
            )
        return delivered
