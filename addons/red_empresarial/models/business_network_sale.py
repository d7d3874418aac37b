from odoo import fields, models


class BusinessNetwork(models.Model):
    """What a network proposes on its joint orders, and what it lets members deliver."""

    _inherit = "business.network"

    member_pricelist_id = fields.Many2one(
        "product.pricelist",
        string="Members' Pricelist",
        check_company=True,
        ondelete="restrict",
        help="Prices at which members sell alone. Joint orders show them beside the network's "
        "price, and the margin between both.",
    )
    sale_journal_id = fields.Many2one(
        "account.journal",
        string="Sales Journal",
        domain=[("type", "=", "sale")],
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="Journal of the invoices of joint orders. Empty takes the company's.",
    )
    sale_note = fields.Html(
        string="Terms of Sale",
        translate=True,
        help="Terms and conditions proposed on the joint orders of this network.",
    )
    over_delivery_tolerance = fields.Float(
        string="Over-Delivery Tolerance (%)",
        digits=(16, 2),
        help="How much more than its allocation a member may deliver. Zero: nothing more.",
    )

    _over_delivery_tolerance_not_negative = models.Constraint(
        "CHECK(over_delivery_tolerance >= 0)", "An over-delivery tolerance cannot be negative."
    )
