from odoo import fields, models


class BusinessNetworkDistributionPart(models.Model):
    """How much of a distribution row one settlement took, while the row is collected in parts.

    A row settled at once has none. The parts of a row never exceed it; the settlement whose part
    completes the row is the one the row names. Lean as the rows are.
    """

    _name = "business.network.distribution.part"
    _description = "Settled Part of a Distribution"
    _log_access = False

    distribution_id = fields.Many2one(
        "business.network.distribution", required=True, index=True, ondelete="restrict"
    )
    settlement_line_id = fields.Many2one(
        "business.network.settlement.line", required=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="distribution_id.currency_id")
    amount_currency = fields.Monetary(string="Settled Amount", readonly=True)
    tariff = fields.Monetary(string="Network Tariff", readonly=True)

    _once_per_settlement = models.Constraint(
        "UNIQUE(distribution_id, settlement_line_id)",
        "A settlement takes one part of a distribution.",
    )
