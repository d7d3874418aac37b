from odoo import Command, api, fields, models


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "business.network.allocation.line.mixin"]

    network_id = fields.Many2one(related="order_id.network_id")
    allocation_ids = fields.One2many("business.network.allocation", "sale_line_id", copy=False)
    qty_delivered_method = fields.Selection(selection_add=[("allocation", "Allocations")])

    @api.constrains("product_uom_qty", "product_uom_id")
    def _check_ordered_quantity(self):
        self._check_confirmed_allocations()

    @api.depends("order_id.network_id")
    def _compute_analytic_distribution(self):
        """Propose the network's account at 100 %, and drop that of a network no longer chosen."""
        result = super()._compute_analytic_distribution()
        for line in self.filtered(lambda line: not line.display_type):
            account = line.order_id.network_id.sudo().analytic_account_id
            if account or line.analytic_distribution:
                line.analytic_distribution = line._replace_network_account(account)
        return result

    def _replace_network_account(self, account):
        """The line's analytic distribution with ``account`` instead of another network's."""
        plan = self.env.ref("red_empresarial.analytic_plan_networks")
        accounts = self.env["account.analytic.account"].sudo()
        distribution = {}
        for key, percentage in (self.analytic_distribution or {}).items():
            named = accounts.browse(map(int, key.split(",")))
            kept = named.filtered(lambda other: other.plan_id != plan) | account
            if kept:
                key = ",".join(map(str, kept.ids))
                distribution[key] = distribution.get(key, 0.0) + percentage
        if account and not distribution:
            distribution = {str(account.id): 100.0}
        return distribution or False

    def _get_ordered_quantity(self):
        return self.product_uom_qty

    def _get_allocation_field(self):
        return "sale_line_id"

    @api.depends("allocation_ids")
    def _compute_qty_delivered_method(self):
        """What an allocated line delivered is what its members delivered."""
        result = super()._compute_qty_delivered_method()
        self.filtered("allocation_ids").qty_delivered_method = "allocation"
        return result

    @api.depends("allocation_ids.delivered_quantity", "allocation_ids.product_uom_id")
    def _compute_qty_delivered(self):
        return super()._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        delivered = super()._prepare_qty_delivered()
        for line in self.filtered(lambda line: line.qty_delivered_method == "allocation"):
            delivered[line] = line._round_in_line_uom(line._sum_allocations("delivered_quantity"))
        return delivered

    def _prepare_invoice_line(self, **optional_values):
        """An invoice line remembers the deliveries it was made for."""
        vals = super()._prepare_invoice_line(**optional_values)
        if deliveries := self._get_deliveries_to_invoice():
            vals["network_delivery_ids"] = [Command.set(deliveries.ids)]
        return vals

    def _get_deliveries_to_invoice(self):
        """Deliveries neither invoiced nor in another draft; none when invoicing the ordered."""
        if self.product_id.invoice_policy != "delivery" or self.qty_to_invoice <= 0:
            return self.env["business.network.delivery"]
        pools = self.sudo().allocation_ids._get_pending_pools(None, ())
        return self.env["business.network.delivery"].union(
            *(
                part.delivery
                for part in pools[1]
                if "draft" not in part.delivery.invoice_line_ids.mapped("parent_state")
            )
        )
