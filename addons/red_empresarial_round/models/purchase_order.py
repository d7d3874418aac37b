from collections import defaultdict

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.apportion import split_amount
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

BOUGHT = ("ordered", "received", "distributed")


class PurchaseOrder(models.Model):
    """A quotation, then the order, of a supplier in a purchase round."""

    _inherit = "purchase.order"

    network_round_id = fields.Many2one(
        "business.network.purchase.round",
        string="Purchase Round",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        check_company=True,
    )
    round_state = fields.Selection(related="network_round_id.state", string="State of the Round")
    has_landed_costs = fields.Boolean(compute="_compute_has_landed_costs")
    has_round_offers = fields.Boolean(compute="_compute_has_round_offers")
    network_round_placed = fields.Boolean(string="Ordered by Its Round", readonly=True, copy=False)

    @api.depends("order_line.landed_basis")
    def _compute_has_landed_costs(self):
        for order in self:
            order.has_landed_costs = any(order.order_line.mapped("landed_basis"))

    @api.depends("order_line.round_product_id", "order_line.price_subtotal")
    def _compute_has_round_offers(self):
        """Whether it has something to choose: who only carries what others sell has nothing."""
        for order in self:
            order.has_round_offers = bool(order._get_offer_lines())

    def _prepare_invoice(self):
        vals = super()._prepare_invoice()
        purchase_round = self.network_round_id
        if purchase_round:
            vals["network_round_id"] = purchase_round.id
            vals["network_charged_apart"] = purchase_round.network_id.policy == "principal"
        return vals

    def _get_bill_grouping(self):
        return (*super()._get_bill_grouping(), self.network_round_id)

    def _prepare_memorandum(self):
        vals = super()._prepare_memorandum()
        if self.network_round_id:
            vals["network_round_id"] = self.network_round_id.id
        return vals

    def button_confirm(self):
        for order in self.filtered("network_round_id"):
            order._check_placed()
        return super().button_confirm()

    def _check_placed(self):
        """Raise UserError for an order that its round did not place, or not as it stands now."""
        self.ensure_one()
        purchase_round = self.network_round_id
        names = {"order": self.name, "round": purchase_round.display_name}
        if purchase_round.state not in BOUGHT:
            raise UserError(
                self.env._(
                    "%(order)s is a quotation of the purchase round %(round)s. Choose it there "
                    "and press “Place Orders”, which shares it out among the members.",
                    **names,
                )
            )
        if not self.network_round_placed:
            raise UserError(
                self.env._(
                    "%(order)s was not chosen in the purchase round %(round)s, which ordered "
                    "already. Take the round off it to buy it apart, or cancel the orders of the "
                    "round and choose it.",
                    **names,
                )
            )
        goods = self.order_line.filtered("round_product_id")
        if missing := goods.filtered(lambda line: not line.allocation_ids):
            raise UserError(
                self.env._(
                    "Nobody is allocated %(product)s in %(order)s. Allocate it, or cancel the "
                    "orders of %(round)s and order again.",
                    product=", ".join(missing.product_id.mapped("display_name")),
                    **names,
                )
            )
        if (
            self.network_id.policy == "attribution"
            and self.network_annex_id != purchase_round.annex_id
        ):
            raise UserError(
                self.env._(
                    "%(order)s does not name the annex of %(round)s, which says who bears it. "
                    "Choose that annex on the order.",
                    **names,
                )
            )

    @api.constrains("network_round_id", "network_id")
    def _check_round_network(self):
        for order in self.filtered("network_round_id"):
            if order.network_id != order.network_round_id.network_id:
                raise ValidationError(
                    self.env._(
                        "%(order)s belongs to the purchase round %(round)s of %(network)s. Choose "
                        "that network on it, or take the round off.",
                        order=order.name,
                        round=order.network_round_id.display_name,
                        network=order.network_round_id.network_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_placed_free({name for vals in vals_list for name in vals})
        return super().create(vals_list)

    def write(self, vals):
        self._check_placed_free(vals.keys())
        return super().write(vals)

    @api.model
    def _check_placed_free(self, names):
        if "network_round_placed" in names and not self.env.su:
            raise UserError(self.env._("Orders of a purchase round are placed by its button."))

    def action_choose_for_round(self):
        """Buy everything this supplier offers from it."""
        for order in self:
            order.network_round_id._check_state("closed")
            offered = order._get_offer_lines()
            others = offered.round_product_id.order_line_ids - offered
            others.round_chosen_quantity = 0.0
            offered._choose()
        return True

    # -- offers ----------------------------------------------------------------------------------

    def _get_offer_lines(self):
        """Lines with a price for a product of the round."""
        return self.order_line.filtered(
            lambda line: line.round_product_id and line.product_qty and line.price_subtotal
        )

    def _get_freight_lines(self):
        return self.order_line.filtered("landed_basis")

    def _check_rates(self):
        """Raise UserError for a quotation in a currency without a rate by its date."""
        for order in self:
            order._check_rate(order.currency_id)

    def _check_rate(self, currency):
        """Raise UserError naming ``currency`` and the date of the order if it has no rate."""
        self.ensure_one()
        date = self._get_order_date()
        if currency == self.company_id.currency_id or self._has_rate(currency, date):
            return
        raise UserError(
            self.env._(
                "%(supplier)s offers in %(currency)s, which has no rate on %(date)s, so its price "
                "cannot be compared. Add the rate of that day, or ask for a price in another "
                "currency.",
                supplier=self.partner_id.display_name,
                currency=currency.name,
                date=format_date(self.env, date),
            )
        )

    def _has_rate(self, currency, date):
        domain = [
            ("currency_id", "=", currency.id),
            ("name", "<=", date),
            ("company_id", "in", (False, self.company_id.root_id.id)),
        ]
        return bool(self.env["res.currency.rate"].sudo().search_count(domain, limit=1))

    # -- landed cost by member -------------------------------------------------------------------

    def _get_landed_weights(self, basis):
        """What members get of this order by ``basis``, as exact weights of its freight.

        :return: ``{member: Fraction}``; zeros are left out
        """
        weights = defaultdict(int)
        for line in self._get_bearing_lines():
            measure = getattr(line._get_goods(), basis)
            for member, share in line._get_allotted_shares().items():
                weights[member] += measure * share
        return {member: weight for member, weight in weights.items() if weight}

    def _get_bearing_lines(self):
        """Lines of goods that bear this order's freight; a carrier's all goods of the round."""
        self.ensure_one()
        orders = self
        if not self.order_line.round_product_id:
            orders = self.network_round_id._get_quotations()
        return orders.order_line.filtered("allocation_ids")

    def _get_landed_values(self, tax=None):
        """What each member is to bear of this order, freight included, net and in coins.

        :param tax: only lines whose first tax is this one; None for all
        :return: ``{member: int}``, which sums to the order's lines to the coin
        """
        values = defaultdict(int)
        for line in self.order_line:
            if line.is_downpayment or (tax is not None and line.tax_ids[:1] != tax):
                continue
            shares = line._get_bearing_shares()
            if not shares:
                continue
            coins = line._get_company_coins(line.price_subtotal)
            parts = split_amount(coins, list(shares.values()))
            for member, part in zip(shares, parts, strict=True):
                values[member] += part
        return dict(values)


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def _get_allotted_shares(self):
        """Exact shares of the members in this line by what they are allocated."""
        self.ensure_one()
        return self.allocation_ids._get_shares(
            (allocation, allocation.quantity) for allocation in self.allocation_ids
        )

    def _get_bearing_shares(self):
        """Exact weights ``{member: weight}`` of who bears this line: goods, freight, advance."""
        self.ensure_one()
        if self.is_downpayment:
            return self.order_id._get_landed_values()
        if self.landed_basis:
            return self.order_id._get_landed_weights(self.landed_basis)
        return self._get_allotted_shares()
