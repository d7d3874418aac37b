from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkPurchaseRound(models.Model):
    """Quotations: one request per supplier, all of them alternatives of each other."""

    _inherit = "business.network.purchase.round"

    quotation_line_ids = fields.One2many(
        "purchase.order.line",
        "network_round_id",
        string="Offers",
        domain=[("round_product_id", "!=", False), ("state", "!=", "cancel")],
    )

    def action_open_quotation_wizard(self):
        """Choose in a pop-up which suppliers are asked."""
        self.ensure_one()
        self._check_state("closed")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Request Quotations"),
            "res_model": "business.network.purchase.round.quotation",
            "view_mode": "form",
            "target": "new",
            "context": {"default_round_id": self.id},
        }

    def action_request_quotations(self, partners):
        """Make one request for quotation per supplier; those asked already are left as they are.

        :param partners: suppliers, ``res.partner``
        :return: the new ``purchase.order`` records
        :raise UserError: nothing to buy, or a supplier's price list is in a currency without rate
        """
        self.ensure_one()
        self._check_state("closed")
        products = self.product_ids.filtered(lambda line: line.consolidated_quantity > 0)
        if not products:
            raise UserError(
                self.env._(
                    "Nothing is to be ordered in %s. Open it again, so that members send their "
                    "requests.",
                    self.display_name,
                )
            )
        asked = self._get_quotations().partner_id
        orders = self.env["purchase.order"].create(
            [self._prepare_quotation(partner, products) for partner in partners - asked]
        )
        orders.order_line._compute_tax_id()
        orders._check_price_list_rates()
        # Odoo prices a line that is created in its order at the supplier's smallest quantity.
        orders.order_line._compute_price_unit_and_date_planned_and_name()
        orders._clear_unquoted_prices()
        self._link_alternatives(self._get_quotations())
        return orders

    def _get_quotations(self):
        """Requests for quotation and orders of this round that are not canceled, oldest first."""
        return self.order_ids.filtered(lambda order: order.state != "cancel").sorted("id")

    def _prepare_quotation(self, partner, products):
        currency = self._get_supplier_currency(partner, products.product_id)
        return {
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "network_id": self.network_id.id,
            "network_round_id": self.id,
            "origin": self.name,
            "user_id": self.user_id.id or self.env.uid,
            "currency_id": currency.id,
            "payment_term_id": partner.with_company(
                self.company_id
            ).property_supplier_payment_term_id.id,
            "order_line": [
                Command.create(self._prepare_quotation_line(product)) for product in products
            ],
        }

    def _prepare_quotation_line(self, product):
        """The price is left to Odoo, which finds it in the supplier's price list."""
        vals = {
            "product_id": product.product_id.id,
            "product_qty": product.consolidated_quantity,
            "product_uom_id": product.product_uom_id.id,
            "round_product_id": product.id,
        }
        if self.date_planned:
            vals["date_planned"] = fields.Datetime.to_datetime(self.date_planned)
        return vals

    def _get_supplier_currency(self, partner, products):
        """The supplier's purchase currency, else that of its price lists if they agree."""
        own = partner.with_company(self.company_id).property_purchase_currency_id
        if own:
            return own
        currencies = (
            self._get_price_lists(products)
            .filtered(lambda info: info.partner_id == partner)
            .currency_id
        )
        return currencies if len(currencies) == 1 else self.company_id.currency_id

    @api.model
    def _get_price_lists(self, products):
        """Price list lines of suppliers for these products, in the order of preference."""
        return products.seller_ids.filtered(
            lambda info: not info.product_id or info.product_id in products
        )

    def _get_suggested_suppliers(self):
        """Suppliers with a price list for a product that is to be ordered."""
        self.ensure_one()
        products = self.product_ids.filtered(lambda line: line.consolidated_quantity > 0)
        companies = self.company_id | self.env["res.company"]
        return (
            self._get_price_lists(products.product_id)
            .filtered(lambda info: not info.company_id or info.company_id in companies)
            .partner_id
        )

    def _link_alternatives(self, orders):
        """Put all requests of the round in one group of alternatives."""
        if len(orders) < 2:
            return
        group = orders.purchase_group_id[:1]
        if not group:
            self.env["purchase.order.group"].create({"order_ids": [Command.set(orders.ids)]})
        elif others := orders - group.order_ids:
            group.order_ids = [Command.link(order.id) for order in others]

    def action_open_quotations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("purchase.purchase_rfq")
        action["domain"] = [("network_round_id", "=", self.id)]
        action["context"] = {"default_network_id": self.network_id.id}
        if not self._is_bought():
            action["context"]["default_network_round_id"] = self.id
        return action


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def _check_price_list_rates(self):
        """Raise UserError for a price list in a currency without a rate by the day of the order."""
        self._check_rates()
        for order in self:
            for currency in order.order_line.selected_seller_id.currency_id:
                order._check_rate(currency)

    def _clear_unquoted_prices(self):
        """Zero where the supplier has no price list: our own cost would pass for its offer."""
        self.order_line.filtered(
            lambda line: line.round_product_id and not line.selected_seller_id
        ).write({"price_unit": 0.0, "technical_price_unit": 0.0, "discount": 0.0})
