from odoo import models


class BusinessNetworkSettlementLine(models.Model):
    """The network tariff is a movement of the fund it goes to."""

    _inherit = "business.network.settlement.line"

    def _prepare_netting_item(self, account, amount):
        vals = super()._prepare_netting_item(account, amount)
        network = self.network_id
        if account == network.fund_account_id and (fund := network._get_tariff_fund()):
            vals.update(fund_id=fund.id, fund_movement="tariff")
        return vals
