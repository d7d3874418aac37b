from odoo import api, fields, models


class BusinessNetworkPurchaseRequestLine(models.Model):
    """How much of a product a member asks, and up to how much it takes if a pack needs it.

    ``allotted_quantity`` is what the consolidation gave, in the unit of the round's product. A lean
    model: a round of 100 members and 200 products has 20,000 of them.
    """

    _name = "business.network.purchase.request.line"
    _description = "Requested Product"
    _order = "request_id, id"
    _rec_name = "product_id"
    _log_access = False

    request_id = fields.Many2one(
        "business.network.purchase.request", required=True, index=True, ondelete="cascade"
    )
    round_product_id = fields.Many2one(
        "business.network.purchase.round.product", required=True, index=True, ondelete="cascade"
    )
    round_id = fields.Many2one(related="request_id.round_id", store=True, index=True)
    network_id = fields.Many2one(related="request_id.network_id", store=True)
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    member_id = fields.Many2one(related="request_id.member_id", store=True, index=True)
    product_id = fields.Many2one(related="round_product_id.product_id", store=True)
    quantity = fields.Float(digits="Product Unit", required=True)
    maximum_quantity = fields.Float(
        string="Up To",
        digits="Product Unit",
        help="What the member takes at most if a pack needs it; zero for no more than it asks.",
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        required=True,
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    allotted_quantity = fields.Float(
        string="Allotted", digits="Product Unit", readonly=True, copy=False
    )

    _product_unique = models.Constraint(
        "UNIQUE(request_id, round_product_id)", "A product is only once in a request."
    )
    _quantities_coherent = models.Constraint(
        "CHECK(quantity >= 0 AND maximum_quantity >= 0)",
        "A requested quantity cannot be negative.",
    )

    @api.depends("round_product_id")
    def _compute_product_uom_id(self):
        for line in self.filtered(lambda line: not line.product_uom_id):
            line.product_uom_id = line.round_product_id.product_uom_id
