from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "business.network.allocation.mixin"]

    def _get_network_side(self):
        return "revenue"

    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), **self._prepare_network_invoice()}

    def _action_confirm(self):
        self.filtered("network_id")._check_allocations()
        return super()._action_confirm()

    def action_deliver_allocations(self):
        """Register every allocation of the order as delivered in full."""
        self.order_line.allocation_ids.action_deliver_all()
