from odoo import api, fields, models


class SaleOrderLine(models.Model):
    """The members' own price beside the network's, and the margin between both."""

    _inherit = "sale.order.line"

    member_price_unit = fields.Float(
        string="Member Price",
        min_display_digits="Product Price",
        compute="_compute_member_price_unit",
        store=True,
        precompute=True,
        help="Unit price of the members' pricelist, for this quantity, unit, date and currency.",
    )
    member_price_subtotal = fields.Monetary(
        string="At Member Price", compute="_compute_network_margin", store=True, precompute=True
    )
    network_margin = fields.Monetary(
        compute="_compute_network_margin",
        store=True,
        precompute=True,
        help="Subtotal of the line less what it would be at the members' price, net of tax.",
    )

    def _has_member_price(self):
        """Whether the members' list prices this line: neither text, nor advance, nor discount."""
        self.ensure_one()
        return bool(
            self.product_id
            and self.order_id.network_id.member_pricelist_id
            and not self.display_type
            and not self.is_downpayment
            and not self._is_global_discount()
        )

    # Not on the list of the network: what was agreed does not move when another list is chosen.
    @api.depends(
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "order_id.network_id",
        "order_id.currency_id",
        "order_id.date_order",
    )
    def _compute_member_price_unit(self):
        priced = self.filtered(lambda line: line._has_member_price())
        (self - priced).member_price_unit = 0.0
        for (pricelist, date, company), lines in priced.grouped(
            lambda line: (
                line.order_id.network_id.member_pricelist_id,
                line._get_order_date(),
                line.company_id,
            )
        ).items():
            lines.with_company(company)._set_member_prices(pricelist, date)

    def _set_member_prices(self, pricelist, date):
        """Price these lines by ``pricelist``: its rules are searched once for all of them."""
        date = date or fields.Datetime.now()
        rules = pricelist._get_applicable_rules(self.product_id, date)
        for line in self:
            uom = line.product_uom_id or line.product_id.uom_id
            quantity = line.product_uom_qty or 1.0
            in_product_uom = uom._compute_quantity(
                quantity, line.product_id.uom_id, raise_if_failure=False
            )
            rule = next(
                (
                    rule
                    for rule in rules
                    if rule._is_applicable_for(line.product_id, in_product_uom)
                ),
                rules.browse(),
            )
            price = rule._compute_price(
                line.product_id, quantity, uom, date=date, currency=pricelist.currency_id
            )
            price = pricelist.currency_id._convert(
                price, line.order_id.currency_id, line.company_id, date, round=False
            )
            taxes = line.product_id.taxes_id._filter_taxes_by_company(line.company_id)
            line.member_price_unit = line.product_id._get_tax_included_unit_price_from_price(
                price, product_taxes=taxes, fiscal_position=line.order_id.fiscal_position_id
            )

    @api.depends("member_price_unit", "product_uom_qty", "price_subtotal", "tax_ids")
    def _compute_network_margin(self):
        for line in self:
            if not line._has_member_price():
                line.member_price_subtotal = line.network_margin = 0.0
                continue
            line.member_price_subtotal = line.tax_ids.compute_all(
                line.member_price_unit,
                currency=line.currency_id,
                quantity=line.product_uom_qty,
                product=line.product_id,
                partner=line.order_id.partner_shipping_id,
            )["total_excluded"]
            line.network_margin = line.price_subtotal - line.member_price_subtotal
