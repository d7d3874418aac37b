from odoo import fields, models


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    round_product_id = fields.Many2one(
        "business.network.purchase.round.product",
        string="Product of the Round",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
