from odoo import api, fields, models


class BusinessNetwork(models.Model):
    """The funds of a network."""

    _inherit = "business.network"

    fund_ids = fields.One2many("business.network.fund", "network_id", string="Funds")
    fund_count = fields.Integer(string="Number of Funds", compute="_compute_fund_balance")
    fund_balance = fields.Monetary(
        compute="_compute_fund_balance", help="What belongs to the members in all funds."
    )

    @api.depends("fund_ids")
    def _compute_fund_balance(self):
        for network in self:
            network.fund_count = len(network.fund_ids)
            network.fund_balance = sum(network.fund_ids.mapped("balance"))

    def _get_tariff_fund(self):
        """The fund that the network tariff goes to: the common one on the tariff's account."""
        self.ensure_one()
        funds = self.sudo().fund_ids.filtered(lambda fund: fund.account_id == self.fund_account_id)
        return funds.filtered(lambda fund: fund.kind == "common")[:1] or funds[:1]

    def action_open_funds(self):
        return self._get_action(
            "red_empresarial_fund.business_network_fund_action", [("network_id", "=", self.id)]
        )
