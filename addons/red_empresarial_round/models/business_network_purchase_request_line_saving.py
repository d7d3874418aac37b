from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import from_exact

from .business_network_reference_price import SOURCES


class BusinessNetworkPurchaseRequestLine(models.Model):
    """What the member paid alone last time, beside what it asks."""

    _inherit = "business.network.purchase.request.line"

    currency_id = fields.Many2one(related="round_id.currency_id")
    reference_price_id = fields.Many2one(
        "business.network.reference.price", compute="_compute_reference_price"
    )
    reference_price = fields.Float(
        string="Price Alone",
        digits="Product Price",
        compute="_compute_reference_price",
        help="What the member paid alone last time, without tax, per unit of the round's product.",
    )
    reference_date = fields.Date(string="Paid On", compute="_compute_reference_price")
    reference_source = fields.Selection(
        SOURCES, string="Source of the Price", compute="_compute_reference_price"
    )

    @api.depends("member_id", "round_product_id", "round_id.date_close")
    def _compute_reference_price(self):
        self.reference_price_id = False
        self.reference_price = 0.0
        self.reference_date = False
        self.reference_source = False
        asked = self.filtered(lambda line: line.member_id and line.round_product_id)
        for date, lines in asked.grouped(lambda line: line.round_id.date_close).items():
            for line, (price, exact) in lines._get_reference_prices(date).items():
                line.reference_price_id = price
                line.reference_price = from_exact(exact)
                line.reference_date = price.date
                line.reference_source = price.source

    def _get_reference_prices(self, date):
        """Latest prices up to ``date``, in the unit and currency of the round.

        :return: dict ``{line: (record, Fraction)}``; lines without a price are left out
        """
        Price = self.env["business.network.reference.price"]
        if not Price.has_access("read"):
            return {}
        pairs = {
            line: (line.member_id._origin, line.round_product_id.product_id._origin)
            for line in self
        }
        latest = Price._get_latest(pairs.values(), date)
        priced = [(line, latest[pair]) for line, pair in pairs.items() if pair in latest]
        exact = Price._find_exact_prices(
            [
                (price, line.round_product_id.product_uom_id, line.round_id.currency_id)
                for line, price in priced
            ]
        )
        return {
            line: (price, value)
            for (line, price), value in zip(priced, exact, strict=True)
            if value is not None
        }
