from odoo import api, fields, models


class PurchaseOrderLine(models.Model):
    _name = "purchase.order.line"
    _inherit = ["purchase.order.line", "business.network.allocation.line.mixin"]

    network_id = fields.Many2one(related="order_id.network_id")
    allocation_ids = fields.One2many("business.network.allocation", "purchase_line_id", copy=False)
    qty_received_method = fields.Selection(selection_add=[("allocation", "Allocations")])

    @api.constrains("product_qty", "product_uom_id")
    def _check_ordered_quantity(self):
        self._check_confirmed_allocations()

    def _is_received_by_allocation(self):
        """Whether what arrived is what the members received, and not a figure of its own."""
        self.ensure_one()
        return False

    @api.depends("allocation_ids")
    def _compute_qty_received_method(self):
        result = super()._compute_qty_received_method()
        for line in self.filtered("allocation_ids"):
            if line._is_received_by_allocation():
                line.qty_received_method = "allocation"
        return result

    @api.depends("allocation_ids.delivered_quantity", "allocation_ids.product_uom_id")
    def _compute_qty_received(self):
        return super()._compute_qty_received()

    def _prepare_qty_received(self):
        received = super()._prepare_qty_received()
        for line in self.filtered(lambda line: line.qty_received_method == "allocation"):
            received[line] = line._round_in_line_uom(line._sum_allocations("delivered_quantity"))
        return received

    def _get_ordered_quantity(self):
        return self.product_qty

    def _get_allocation_field(self):
        return "purchase_line_id"
