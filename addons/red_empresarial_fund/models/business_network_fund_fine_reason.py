from odoo import fields, models


class BusinessNetworkFundFineReason(models.Model):
    """A rule of the internal rules whose breach is fined, and with how much."""

    _name = "business.network.fund.fine.reason"
    _description = "Reason of a Fine"
    _inherit = "business.network.fund.access.mixin"
    _fund_links = ("network_id",)
    _order = "network_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(string="Rule", required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    network_id = fields.Many2one("business.network", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="network_id.currency_id")
    amount = fields.Monetary(required=True)

    _amount_positive = models.Constraint("CHECK(amount > 0)", "A fine must be above zero.")
