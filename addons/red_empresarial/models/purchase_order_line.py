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

    def action_open_allocations(self):
        """Open the line's own form with its allocations."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Allocations of %s", self.product_id.display_name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref("red_empresarial.purchase_order_line_allocation_view_form").id,
                    "form",
                )
            ],
            "target": "new",
        }
