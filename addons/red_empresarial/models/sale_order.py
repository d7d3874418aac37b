from odoo import api, fields, models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "business.network.allocation.mixin"]

    network_tariff_rate = fields.Float(
        string="Network Tariff %",
        digits=(16, 6),
        compute="_compute_network_tariff_rate",
        store=True,
        readonly=False,
        precompute=True,
        help="Part of this sale, net of tax, that stays with the network.",
    )

    @api.depends("network_id")
    def _compute_network_tariff_rate(self):
        for order in self:
            order.network_tariff_rate = order.network_id.tariff_rate

    def _get_network_side(self):
        return "revenue"

    def _prepare_network_invoice(self):
        return {
            **super()._prepare_network_invoice(),
            "network_tariff_rate": self.network_tariff_rate,
        }

    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), **self._prepare_network_invoice()}

    def _action_confirm(self):
        self.filtered("network_id")._check_allocations()
        return super()._action_confirm()

    def action_deliver_allocations(self):
        """Register every allocation of the order as delivered in full."""
        self.order_line.allocation_ids.action_deliver_all()
