from odoo import models


class BusinessNetworkDelivery(models.Model):
    """What members receive decides whether their round is received, wherever it is written."""

    _inherit = "business.network.delivery"

    def _after_create(self):
        result = super()._after_create()
        self._update_rounds()
        return result

    def write(self, vals):
        result = super().write(vals)
        if {"state", "quantity", "rejected_quantity"} & vals.keys():
            self._update_rounds()
        return result

    def _update_rounds(self):
        lines = self.sudo().allocation_id.purchase_line_id
        for purchase_round in lines.network_round_id:
            purchase_round._update_received()
