from fractions import Fraction
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.offers import cheapest_split, landed_costs
from odoo.addons.red_empresarial.tools.minor_units import from_minor
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.exceptions import UserError
from odoo.tools import format_amount, formatLang


class Offer(NamedTuple):
    """What the round needs of a line of a quotation: its value in coins, and with its freight."""

    line: object
    coins: int
    landed: int


class BusinessNetworkPurchaseRound(models.Model):
    """Comparison of the quotations by line and landed total, and the choice with its reason."""

    _inherit = "business.network.purchase.round"

    choice_reason = fields.Text(
        tracking=True,
        copy=False,
        help="Why what is chosen is not what costs least; required then.",
    )
    negotiated_amount = fields.Monetary(
        string="Negotiated",
        readonly=True,
        copy=False,
        help="What was chosen, with its freight and without tax, when the choice was fixed.",
    )
    comparison_html = fields.Html(
        string="Comparison", compute="_compute_comparison_html", sanitize=False
    )

    @api.depends(
        "landed_basis",
        "state",
        "product_ids.consolidated_quantity",
        "order_ids.state",
        "order_ids.order_line.price_subtotal",
        "order_ids.order_line.landed_basis",
        "order_ids.order_line.round_chosen_quantity",
    )
    def _compute_comparison_html(self):
        for purchase_round in self:
            purchase_round.comparison_html = purchase_round._render_comparison()

    def _render_comparison(self):
        comparison = self._get_comparison()
        if not comparison["suppliers"]:
            return False
        return self.env["ir.qweb"]._render(
            "red_empresarial_round.purchase_round_comparison",
            {
                "comparison": comparison,
                "format_money": lambda amount: format_amount(
                    self.env, amount, comparison["currency"]
                ),
                "format_price": lambda price: formatLang(self.env, price, dp="Product Price"),
                "format_quantity": lambda quantity: format_exact(self.env, quantity),
            },
        )

    # -- figures ---------------------------------------------------------------------------------

    def _get_comparison(self):
        """The offers side by side, net of tax, in the currency of the company.

        :return: a dict of plain values and records:

            * ``currency``
            * ``suppliers``: ``[{order, goods, freight, total, complete, best}]``, one per quotation
            * ``carriers``: ``[{order, freight}]`` of those who offer no goods; they are bought with
              whatever is chosen
            * ``products``: ``[{product, quantity, cells}]``; the cells stand in the suppliers'
              order and are None or ``{line, quantity, price, landed, total, chosen, best}``, where
              ``landed`` is the price per unit of the round with its part of the freight
            * ``best``: ``{coins, total, suppliers: {product: order}, exact}`` of the cheapest
              split of whole products
            * ``chosen``: ``{coins, total, any}``
        """
        self.ensure_one()
        orders = self._get_quotations().filtered(lambda order: order._get_offer_lines())
        offers = {order: order._get_landed_offers() for order in orders}
        products = self.product_ids.filtered(lambda line: line.consolidated_quantity > 0)
        suppliers = [self._compare_supplier(order, offers[order], products) for order in orders]
        self._mark_best(suppliers, lambda supplier: supplier["complete"], "total")
        return {
            "currency": self.company_id.currency_id,
            "suppliers": suppliers,
            "carriers": [
                {"order": order, "freight": self._to_amount(order._get_freight_coins())}
                for order in self._get_carriers()
            ],
            "products": [self._compare_product(product, offers) for product in products],
            "best": self._get_best_split(products, offers),
            "chosen": self._get_chosen_total(orders),
        }

    def _to_amount(self, coins):
        return from_minor(coins, self.company_id.currency_id)

    def _compare_supplier(self, order, offers, products):
        freight = order._get_freight_coins()
        value = sum(offer.coins for offer in offers.values())
        return {
            "order": order,
            "goods": self._to_amount(value),
            "freight": self._to_amount(freight),
            "total": self._to_amount(value + freight),
            "complete": all(
                product in offers
                and self._get_usable(offers[product].line)
                >= to_exact(product.consolidated_quantity)
                for product in products
            ),
        }

    def _compare_product(self, product, offers):
        cells = [
            self._compare_cell(own[product]) if product in own else None for own in offers.values()
        ]
        self._mark_best([cell for cell in cells if cell], lambda cell: True, "landed")
        return {
            "product": product,
            "quantity": product.consolidated_quantity,
            "cells": cells,
        }

    def _compare_cell(self, offer):
        line = offer.line
        quantity = self._get_usable(line)
        unit = to_exact(self.company_id.currency_id.rounding)
        return {
            "line": line,
            "quantity": from_exact(line._get_round_quantity()),
            "price": from_exact(offer.coins * unit / quantity),
            "landed": from_exact(offer.landed * unit / quantity),
            "total": self._to_amount(offer.coins),
            "chosen": from_exact(line._get_round_quantity(line.round_chosen_quantity)),
        }

    @api.model
    def _mark_best(self, values, may_win, key):
        least = min((value[key] for value in values if may_win(value)), default=None)
        for value in values:
            value["best"] = may_win(value) and value[key] == least

    def _get_best_split(self, products, offers):
        """The cheapest split among the offers that bring most of each product."""
        costs = {}
        for product in products:
            usable = {
                order: self._get_usable(own[product].line)
                for order, own in offers.items()
                if product in own
            }
            if usable:
                most = max(usable.values())
                costs[product] = {
                    order: offers[order][product].coins
                    for order, quantity in usable.items()
                    if quantity == most
                }
        freights = {order: max(order._get_freight_coins(), 0) for order in offers}
        split = cheapest_split(costs, freights)
        total = split.total + sum(order._get_freight_coins() for order in self._get_carriers())
        return {
            "coins": total,
            "total": self._to_amount(total),
            "suppliers": split.suppliers,
            "exact": split.exact,
        }

    @api.model
    def _get_usable(self, line):
        """How much of an offer the round needs, exact."""
        return convert_exact(
            line._get_usable_quantity(),
            line.product_uom_id,
            line.round_product_id.product_uom_id,
        )

    def _get_chosen_total(self, orders):
        """What is chosen, with the freight of every supplier that gets something, and carriers."""
        lines = orders._get_offer_lines().filtered("round_chosen_quantity")
        coins = sum(
            round(
                line._get_company_coins(line.price_subtotal)
                * Fraction(to_exact(line.round_chosen_quantity), to_exact(line.product_qty))
            )
            for line in lines
        )
        if lines:
            paid = lines.order_id | self._get_carriers()
            coins += sum(order._get_freight_coins() for order in paid)
        return {"coins": coins, "total": self._to_amount(coins), "any": bool(lines)}

    # -- choice ----------------------------------------------------------------------------------

    def action_open_comparison(self):
        """The offers in a list by product, each with a button to choose it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare %s", self.name),
            "res_model": "purchase.order.line",
            "view_mode": "list",
            "views": [
                (self.env.ref("red_empresarial_round.purchase_round_offer_view_list").id, "list")
            ],
            "domain": [
                ("network_round_id", "=", self.id),
                ("round_product_id", "!=", False),
                ("state", "!=", "cancel"),
            ],
            "context": {"group_by": "round_product_id", "create": False},
        }

    def action_choose_cheapest(self):
        """Choose the cheapest split of the products over the suppliers, freight included."""
        self.ensure_one()
        self._check_state("closed")
        orders = self._get_quotations()
        orders._check_rates()
        lines = orders._get_offer_lines()
        if not lines:
            self._raise_no_offer()
        best = self._get_comparison()["best"]["suppliers"]
        lines.round_chosen_quantity = 0.0
        lines.filtered(lambda line: best.get(line.round_product_id) == line.order_id)._choose()
        return True

    def action_clear_choice(self):
        """Choose nothing yet."""
        self._check_state("closed")
        self.quotation_line_ids.round_chosen_quantity = 0.0

    def _raise_no_offer(self):
        raise UserError(
            self.env._(
                "No supplier has a price in %s yet. Request quotations and write the prices first.",
                self.display_name,
            )
        )

    def action_negotiate(self):
        """Fix the choice: quantities of the chosen offers, and why it is not the cheapest.

        :raise UserError: a product with offers is not chosen, more than needed is chosen, or the
            choice is not the cheapest and has no reason
        """
        for purchase_round in self:
            purchase_round._check_state("closed")
            purchase_round.check_access("write")
            purchase_round._negotiate()

    def _negotiate(self):
        orders = self._get_quotations()
        orders._check_rates()
        orders._check_goods_of_round()
        self._check_choice(orders)
        best = self._get_comparison()["best"]["coins"]
        short = self._is_choice_short(orders)
        self._write_chosen_quantities(orders)
        cost = self._get_chosen_total(orders)["coins"]
        self._check_chosen_minimum(cost)
        if (cost > best or short) and not (self.choice_reason or "").strip():
            raise UserError(
                self.env._(
                    "What is chosen for %(round)s costs %(cost)s; the cheapest offers cost "
                    "%(best)s. Write the reason of the choice, or choose the cheapest split.",
                    round=self.display_name,
                    cost=format_amount(self.env, self._to_amount(cost), self.currency_id),
                    best=format_amount(self.env, self._to_amount(best), self.currency_id),
                )
            )
        self.sudo().write({"state": "negotiated", "negotiated_amount": self._to_amount(cost)})
        self.message_post(body=self._render_comparison())
        self._note_unoffered(orders)

    def _check_chosen_minimum(self, cost):
        """Raise UserError when what is chosen costs less than what the network says is worth it."""
        amount = self._to_amount(cost)
        if self.currency_id.compare_amounts(amount, self.minimum_amount) < 0:
            raise UserError(
                self.env._(
                    "What is chosen for %(round)s comes to %(amount)s, below its minimum of "
                    "%(minimum)s. Open it again for more requests, or lower the minimum.",
                    round=self.display_name,
                    amount=format_amount(self.env, amount, self.currency_id),
                    minimum=format_amount(self.env, self.minimum_amount, self.currency_id),
                )
            )

    def _check_as_negotiated(self, orders):
        """Raise UserError when ``orders`` are not what was negotiated: compare again then."""
        if not self._get_chosen_lines():
            raise UserError(
                self.env._(
                    "No chosen quotation of %s is left: they were canceled. Press “Compare Again” "
                    "and choose among the others.",
                    self.display_name,
                )
            )
        self._check_choice(orders)
        cost = self._to_amount(self._get_chosen_total(orders)["coins"])
        lines = self._get_chosen_lines().filtered(
            lambda line: to_exact(line.product_qty) != to_exact(line.round_chosen_quantity)
        )
        if lines or self.currency_id.compare_amounts(cost, self.negotiated_amount):
            raise UserError(
                self.env._(
                    "%(round)s was negotiated at %(negotiated)s and its chosen quotations come to "
                    "%(cost)s now: they were changed or canceled. Press “Compare Again” and "
                    "choose again.",
                    round=self.display_name,
                    negotiated=format_amount(self.env, self.negotiated_amount, self.currency_id),
                    cost=format_amount(self.env, cost, self.currency_id),
                )
            )

    def _note_unoffered(self, orders):
        """What nobody offers is left out; the members are to know."""
        needed = self.product_ids.filtered(lambda line: line.consolidated_quantity > 0)
        products = (needed - orders._get_offer_lines().round_product_id).product_id
        if products:
            names = ", ".join(products.mapped("display_name"))
            self.message_post(body=self.env._("No supplier offers %s: it is not bought.", names))

    def _check_choice(self, orders):
        """Raise UserError for a product that has offers and none, or too much, is chosen."""
        offers = orders._get_offer_lines()
        if not offers:
            self._raise_no_offer()
        for product, lines in offers.grouped("round_product_id").items():
            chosen = sum(line._get_round_quantity(line.round_chosen_quantity) for line in lines)
            if not chosen:
                raise UserError(
                    self.env._(
                        "No offer is chosen for %(product)s in %(round)s. Choose one, or delete "
                        "its lines from the quotations.",
                        product=product.product_id.display_name,
                        round=self.display_name,
                    )
                )
            if chosen > to_exact(product.consolidated_quantity):
                raise UserError(
                    self.env._(
                        "%(chosen)s %(uom)s of %(product)s are chosen in %(round)s, and its "
                        "members need %(needed)s. Choose less of one offer.",
                        chosen=format_exact(self.env, chosen),
                        uom=product.product_uom_id.name,
                        product=product.product_id.display_name,
                        round=self.display_name,
                        needed=format_exact(self.env, product.consolidated_quantity),
                    )
                )

    def _is_choice_short(self, orders):
        """Whether less of a product is chosen than an offer would bring."""
        return any(
            sum(line._get_round_quantity(line.round_chosen_quantity) for line in lines)
            < max(self._get_usable(line) for line in lines)
            for lines in orders._get_offer_lines().grouped("round_product_id").values()
        )

    def _write_chosen_quantities(self, orders):
        """Chosen offers ask for what is chosen; price lists may have another price for less."""
        for line in orders._get_offer_lines().filtered("round_chosen_quantity"):
            line.round_offered_quantity = line.product_qty
            if line.product_qty != line.round_chosen_quantity:
                line.product_qty = line.round_chosen_quantity

    def action_renegotiate(self):
        """Back to comparing: the offers ask again for what they offered."""
        for purchase_round in self:
            purchase_round._check_state("negotiated")
            purchase_round.check_access("write")
            purchase_round._check_no_deposit()
            purchase_round.sudo().write({"state": "closed", "negotiated_amount": 0.0})
            for line in purchase_round.quotation_line_ids.filtered("round_offered_quantity"):
                line.write(
                    {"product_qty": line.round_offered_quantity, "round_offered_quantity": 0.0}
                )


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def _get_freight_coins(self):
        """Freight and other services of this quotation, in coins of the company's currency."""
        self.ensure_one()
        return sum(
            line._get_company_coins(line.price_subtotal) for line in self._get_freight_lines()
        )

    def _get_landed_offers(self):
        """What this supplier offers of what is needed, ``{product of the round: Offer}``.

        Of 120 offered where 100 are needed the price of 100 counts: only they are bought.
        Freight by a measure that no line has, such as the weight of products without one, is spread
        by value here; ordering refuses it.
        """
        self.ensure_one()
        lines = self._get_offer_lines().filtered(lambda line: line._get_usable_quantity() > 0)
        if not lines:
            return {}
        goods = [line._get_usable_goods() for line in lines]
        freights = [
            (
                freight._get_company_coins(freight.price_subtotal),
                freight.landed_basis
                if any(getattr(line, freight.landed_basis) for line in goods)
                else "value",
            )
            for freight in self._get_freight_lines()
        ]
        landed = landed_costs(goods, freights)
        return {
            line.round_product_id: Offer(line, figures.value, cost)
            for line, figures, cost in zip(lines, goods, landed, strict=True)
        }

    def _check_goods_of_round(self):
        """Raise UserError for goods nobody asked for, or freight that cannot be spread."""
        for line in self.order_line.filtered("product_id"):
            if not (line.round_product_id or line.landed_basis):
                raise UserError(
                    self.env._(
                        "%(product)s in %(order)s is no product of the purchase round %(round)s. "
                        "Remove the line, or use a service for freight and other costs.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                        round=line.network_round_id.display_name,
                    )
                )
        for order in self.filtered(
            lambda order: "weight" in order.order_line.mapped("landed_basis")
        ):
            # A carrier's freight is borne by the goods of the others.
            lines = order._get_offer_lines() or order.network_round_id._get_chosen_lines()
            for line in lines.filtered(lambda line: not line.product_id.weight):
                raise UserError(
                    self.env._(
                        "%(product)s has no weight, so the freight of %(order)s cannot be spread "
                        "by weight. Write the weight on the product, or spread by value.",
                        product=line.product_id.display_name,
                        order=order.name,
                    )
                )
