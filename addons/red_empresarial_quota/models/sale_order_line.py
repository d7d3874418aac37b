from odoo import models

COUNTED = {"product_id", "product_uom_qty", "product_uom_id", "price_unit", "discount", "tax_ids"}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        """What is sold of a confirmed line counts in quotas of products and of income."""
        result = super().write(vals)
        if vals.keys() & COUNTED:
            self.sudo().filtered(lambda line: line.state == "sale").allocation_ids._sync_quota()
        return result
