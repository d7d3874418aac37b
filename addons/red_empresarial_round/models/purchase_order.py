from odoo import fields, models


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    network_round_id = fields.Many2one(
        "business.network.purchase.round",
        string="Purchase Round",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
    )
