from odoo import api, fields, models


class BusinessNetworkPurchaseRoundProduct(models.Model):
    """A product of the round's catalogue: in which unit and packs it is bought, and how much.

    Quantities are in the unit of this line; requests may use any unit that converts to it.
    ``consolidated_quantity`` is what closing the round found: whole packs, at least the minimum.
    """

    _name = "business.network.purchase.round.product"
    _description = "Product of a Joint Purchase Round"
    _order = "sequence, id"
    _rec_name = "product_id"
    _check_company_auto = True

    round_id = fields.Many2one(
        "business.network.purchase.round", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="round_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="round_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="round_id.currency_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        ondelete="restrict",
        domain="[('purchase_ok', '=', True)]",
        check_company=True,
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
    specification = fields.Char(help="The common standard: size, colour, grade, brand.")
    pack_quantity = fields.Float(
        string="Pack",
        digits="Product Unit",
        help="The supplier sells whole packs of this many units; zero where it does not matter.",
    )
    minimum_quantity = fields.Float(
        string="Minimum", digits="Product Unit", help="Smallest order the supplier accepts."
    )
    expected_price = fields.Float(digits="Product Price", help="Per unit and without tax.")
    request_line_ids = fields.One2many(
        "business.network.purchase.request.line", "round_product_id", string="Requests"
    )
    order_line_ids = fields.One2many("purchase.order.line", "round_product_id")
    consolidated_quantity = fields.Float(
        string="To Order", digits="Product Unit", readonly=True, copy=False
    )

    _product_unique = models.Constraint(
        "UNIQUE(round_id, product_id)", "A product is only once in the catalogue of a round."
    )
    _quantities_not_negative = models.Constraint(
        "CHECK(pack_quantity >= 0 AND minimum_quantity >= 0 AND expected_price >= 0)",
        "Packs, minimums and expected prices cannot be negative.",
    )

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self.filtered(lambda line: not line.product_uom_id):
            line.product_uom_id = line.product_id.uom_id
