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

    member_amount_untaxed = fields.Monetary(
        string="At Members' Prices",
        compute="_compute_network_margin_amount",
        help="What the order would be worth, net of tax, at the members' own prices.",
    )
    network_margin_amount = fields.Monetary(
        string="Margin over Members' Prices", compute="_compute_network_margin_amount"
    )
    has_member_prices = fields.Boolean(compute="_compute_network_margin_amount")

    member_delivery_count = fields.Integer(compute="_compute_member_delivery_count")

    def _compute_member_delivery_count(self):
        counts = self.env["business.network.delivery"]._read_group(
            [("sale_line_id.order_id", "in", self.ids), ("state", "!=", "cancel")],
            ["allocation_id"],
            ["__count"],
        )
        by_order = {}
        for allocation, count in counts:
            order = allocation.sale_line_id.order_id
            by_order[order] = by_order.get(order, 0) + count
        for order in self:
            order.member_delivery_count = by_order.get(order._origin, 0)

    @api.depends("order_line.member_price_subtotal", "order_line.network_margin", "network_id")
    def _compute_network_margin_amount(self):
        for order in self:
            lines = order.order_line
            order.has_member_prices = bool(order.network_id.sudo().member_pricelist_id)
            order.member_amount_untaxed = sum(lines.mapped("member_price_subtotal"))
            order.network_margin_amount = sum(lines.mapped("network_margin"))

    # -- what the network proposes -----------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """An order of a network is made in the company that keeps the network's books."""
        for vals in vals_list:
            if vals.get("network_id") and not vals.get("company_id"):
                network = self.env["business.network"].browse(vals["network_id"])
                vals["company_id"] = network.company_id.id
        return super().create(vals_list)

    @api.onchange("network_id")
    def _onchange_network_id(self):
        if self.network_id and self.network_id.company_id != self.company_id:
            self.company_id = self.network_id.company_id

    @api.depends("network_id")
    def _compute_journal_id(self):
        result = super()._compute_journal_id()
        for order in self.filtered(lambda order: order.network_id.sudo().sale_journal_id):
            order.journal_id = order.network_id.sudo().sale_journal_id
        return result

    @api.depends("network_id")
    def _compute_note(self):
        result = super()._compute_note()
        for order in self.filtered(lambda order: order.network_id.sudo().sale_note):
            lang = order.partner_id.lang or self.env.lang
            order.note = order.network_id.sudo().with_context(lang=lang).sale_note
        return result

    def _recompute_prices(self):
        """“Update Prices” reads the members' list again, too."""
        result = super()._recompute_prices()
        self.order_line.sudo()._compute_member_price_unit()
        return result

    # -- life of the order -------------------------------------------------------------------

    def _get_network_side(self):
        return "revenue"

    def _prepare_network_invoice(self):
        return {
            **super()._prepare_network_invoice(),
            "network_tariff_rate": self.network_tariff_rate,
        }

    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), **self._prepare_network_invoice()}

    def _get_invoice_grouping_keys(self):
        """Orders of two networks never meet in one invoice, which one network shares out."""
        return [*super()._get_invoice_grouping_keys(), "network_id", "network_annex_id"]

    def _action_confirm(self):
        self.filtered("network_id")._check_allocations()
        return super()._action_confirm()

    def action_deliver_allocations(self):
        """Register every allocation of the order as delivered in full."""
        self.order_line.allocation_ids.action_deliver_all()

    def action_open_deliveries(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial.business_network_delivery_action"
        )
        action["domain"] = [("sale_line_id.order_id", "=", self.id)]
        action["context"] = {"create": False}
        return action
