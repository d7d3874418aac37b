from odoo import api, fields, models

SOURCES = [
    ("declared", "Declared by the Member"),
    ("document", "Document of the Member"),
    ("baseline", "Baseline"),
    ("market", "Market Price"),
]


class BusinessNetworkReferencePrice(models.Model):
    """What a member paid alone for a product, per unit and without tax, when, and who says so.

    The saving of a joint purchase is measured against the latest one dated up to the purchase. A
    price without a member stands for every member that has none of its own.
    """

    _name = "business.network.reference.price"
    _description = "Reference Price of a Member"
    _order = "date desc, id desc"
    _check_company_auto = True

    network_id = fields.Many2one("business.network", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    member_id = fields.Many2one(
        "business.network.member",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
        help="Leave it empty for a price that stands for every member without one of its own.",
    )
    partner_id = fields.Many2one(related="member_id.partner_id", string="Enterprise", store=True)
    product_id = fields.Many2one("product.product", required=True, ondelete="restrict")
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        required=True,
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    price_unit = fields.Float(
        string="Unit Price", digits="Product Price", required=True, help="Without tax, per unit."
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    source = fields.Selection(SOURCES, required=True, default="declared")
    evidence = fields.Char(
        help="Document or statement that shows the price, as the network keeps it."
    )

    _price_not_negative = models.Constraint(
        "CHECK(price_unit >= 0)", "A reference price cannot be negative."
    )
    _lookup_index = models.Index("(network_id, product_id, date)")

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self.filtered(lambda line: not line.product_uom_id):
            line.product_uom_id = line.product_id.uom_id
