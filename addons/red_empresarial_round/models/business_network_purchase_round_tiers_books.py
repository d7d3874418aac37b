from collections import defaultdict

from odoo import Command, fields, models
from odoo.addons.red_empresarial.engine.apportion import split_amount
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.addons.red_empresarial.tools.quantities import convert_exact, from_exact, to_exact
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from .business_network_purchase_round_tiers import FOLLOWING, NOT_READY


class BusinessNetworkPurchaseRound(models.Model):
    """Books of two levels: what the network of networks charged is a draft in the network's books.

    Once the upper round is distributed, each network with books of its own gets an order from the
    operator of the upper books, shared out among its members as its round says, and its bill as a
    draft. Posting that bill distributes it by the network's own policy. A network whose books are
    kept in the company of the upper ones gets none: the cost is in those books already, in its
    current account, and a bill of a company to itself would count it twice.
    """

    _inherit = "business.network.purchase.round"

    has_own_books = fields.Boolean(compute="_compute_has_own_books", compute_sudo=True)

    def _compute_has_own_books(self):
        for purchase_round in self:
            purchase_round.has_own_books = bool(
                purchase_round.parent_request_id and purchase_round._has_own_books()
            )

    def _has_own_books(self):
        """Whether the upper round charges this network from other books than its own."""
        self.ensure_one()
        member = self.parent_request_id.member_id
        apart = self.company_id != self.parent_round_id.company_id
        return apart and not member._is_books_company()

    def _has_documents(self):
        self.ensure_one()
        return bool(self._get_quotations())

    # -- what the upper round charges --------------------------------------------------------------

    def action_distribute(self):
        result = super().action_distribute()
        for purchase_round in self.sudo().filtered("child_round_ids"):
            charges = purchase_round._get_network_charges()
            for child in purchase_round._get_children("received", "distributed"):
                child._try_to_make_documents(charges)
        return result

    def _get_network_charges(self):
        """What each network pays, and to whom.

        The operator charges its cost (``attribution``) or what it invoiced (``principal``); where
        the members document their own part (``member``), the suppliers charge it.

        :return: ``{member: {partner: {order line: coins}}}``, net of tax, in the company's currency
        """
        self.ensure_one()
        policy = self.network_id.policy
        charges = defaultdict(lambda: defaultdict(dict))
        if policy == "member":
            for line, member, coins in self._split_orders():
                charges[member][line.order_id.partner_id][line] = coins
            return charges
        operator = self.company_id.partner_id
        for allocation in self._get_orders().allocation_ids:
            charges[allocation.member_id][operator][allocation.purchase_line_id] = 0
        for member, line, coins in self._get_charged_coins():
            charges[member][operator][line] = coins
        return charges

    def _get_charged_coins(self):
        if self.network_id.policy == "principal":
            return [(*key, coins) for key, (coins, _quantity) in self._get_charges().items()]
        return [(*key, coins) for key, coins in self._get_costs().items()]

    def _split_orders(self):
        """``[(order line, member, coins)]`` of who bears what of the orders, exact by line."""
        rows = []
        for line in self._get_orders().order_line:
            shares = line._get_bearing_shares()
            if any(shares.values()):
                coins = line._get_company_coins(line.price_subtotal)
                parts = split_amount(coins, list(shares.values()))
                rows += [(line, member, part) for member, part in zip(shares, parts, strict=True)]
        return rows

    # -- the documents of the network --------------------------------------------------------------

    def action_take_documents(self):
        """Make the documents that could not be made when the upper round was distributed.

        :raise UserError: the upper round is not distributed, or what the network's books lack
        """
        for child in self:
            child._check_state("received")
            child.check_access("write")
            own = child.sudo()
            if own.parent_round_id.state != "distributed":
                raise UserError(
                    self.env._(
                        "%(parent)s is not distributed yet, so what %(round)s costs is not known. "
                        "Wait for it.",
                        parent=own.parent_round_id.display_name,
                        round=child.display_name,
                    )
                )
            own._make_documents(own.parent_round_id._get_network_charges())

    def _try_to_make_documents(self, charges):
        """What one network's books lack stops neither the upper round nor the other networks."""
        try:
            with self.env.cr.savepoint():
                self._make_documents(charges)
        except (UserError, ValidationError) as error:
            self.invalidate_recordset()
            self._tell_responsible(NOT_READY, str(error))

    def _make_documents(self, charges):
        """Make the orders of this network and the drafts of their bills; twice does nothing.

        :param charges: see ``_get_network_charges``
        """
        self.ensure_one()
        own = charges.get(self.parent_request_id.member_id)
        if not own:
            return
        if not self._has_own_books():
            self._note_same_books()
        elif self._has_documents():
            self._note_difference(own)
        else:
            self.with_company(self.company_id)._create_documents(own)

    def _note_same_books(self):
        self.message_post(
            body=self.env._(
                "The books of %(network)s are kept in %(company)s, which bought: its cost is there "
                "already, and no bill is made.",
                network=self.network_id.name,
                company=self.company_id.name,
            )
        )

    def _note_difference(self, charges):
        """Say that documents which are posted charge another amount than the upper round does."""
        coins = sum(sum(lines.values()) for lines in charges.values())
        orders = self._get_quotations()
        made = sum(to_minor(order.amount_untaxed, order.currency_id) for order in orders)
        if coins != made:
            self._tell_responsible(
                NOT_READY,
                self.env._(
                    "%(parent)s was distributed anew and charges another amount than %(orders)s. "
                    "Write a credit note or a bill of the difference.",
                    parent=self.parent_round_id.display_name,
                    orders=", ".join(orders.mapped("name")),
                ),
            )

    def _create_documents(self, charges):
        orders = self._create_network_orders(charges)
        self.env["business.network.allocation"].create(self._prepare_network_allocations(orders))
        if self.network_id.policy == "attribution":
            self._make_annex(orders)
        orders.button_confirm()
        orders.filtered(lambda order: order.state == "to approve").button_approve(force=True)
        self._receive_network_orders(orders)
        if self.network_id.policy != "member":
            orders.action_create_invoice()

    def _create_network_orders(self, charges):
        quantities = self._get_network_quantities()
        spread = {
            partner: coins
            for partner, lines in charges.items()
            if (coins := self._spread_charges(quantities, lines))
        }
        orders = self.env["purchase.order"].create(
            [
                self._prepare_network_order(partner, quantities, coins)
                for partner, coins in spread.items()
            ]
        )
        orders._check_network_rates()
        orders.order_line._compute_tax_id()
        orders.order_line._take_missing_taxes()
        for order, coins in zip(orders, spread.values(), strict=True):
            order._check_network_amount(sum(coins.values()))
        return orders

    def _get_network_quantities(self):
        """``{order line: Fraction}`` this network received of the upper orders, round's unit."""
        allocations = self.parent_round_id._get_orders().allocation_ids.filtered(
            lambda allocation: allocation.member_id == self.parent_request_id.member_id
        )
        return {
            allocation.purchase_line_id: convert_exact(
                to_exact(allocation.delivered_quantity),
                allocation.product_uom_id,
                allocation.purchase_line_id.round_product_id.product_uom_id,
            )
            for allocation in allocations
            if allocation.delivered_quantity
        }

    def _prepare_network_order(self, partner, quantities, coins):
        """Values of the order from ``partner``; dated like the upper one, so is its annex."""
        orders = self.parent_round_id._get_orders()
        return {
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "network_id": self.network_id.id,
            "network_round_id": self.id,
            "network_round_placed": True,
            "origin": self.parent_round_id.name,
            "user_id": self.user_id.id or self.env.uid,
            "currency_id": self.parent_round_id.currency_id.id,
            "date_order": min(orders.mapped("date_order")),
            "order_line": [
                Command.create(self._prepare_network_line(line, quantities.get(line, 0), amount))
                for line, amount in coins.items()
            ],
        }

    def _spread_charges(self, quantities, charges):
        """A supplier's charges by order line; what is on no goods and no freight is borne by those.

        By the goods, that is; of a carrier, who brings none, by its freight.

        :return: ``{order line: coins}``, which sums to the charges; empty for who brings nothing
        """
        coins = {
            line: amount
            for line, amount in charges.items()
            if quantities.get(line) or (line.landed_basis and amount > 0)
        }
        if not coins:
            return {}
        bearing = [line for line in coins if quantities.get(line)] or list(coins)
        weights = [max(coins[line], 0) for line in bearing]
        rest = sum(charges.values()) - sum(coins.values())
        parts = split_amount(rest, weights if any(weights) else [1] * len(bearing))
        for line, part in zip(bearing, parts, strict=True):
            coins[line] += part
        return coins

    def _prepare_network_line(self, line, quantity, coins):
        """At the price that makes the amount: what is charged is exact, the price is derived."""
        product = self.product_ids.filtered(lambda own: own.product_id == line.product_id)
        amount = from_minor(coins, self.parent_round_id.currency_id)
        quantity = from_exact(quantity) if quantity else 1.0
        return {
            "product_id": line.product_id.id,
            "name": line.name,
            "product_qty": quantity,
            "product_uom_id": (product.product_uom_id or line.product_uom_id).id,
            "price_unit": amount / quantity,
            "date_planned": line.date_planned,
            "round_product_id": product.id,
            "round_chosen_quantity": quantity if product else 0.0,
            "round_offered_quantity": quantity if product else 0.0,
            "landed_basis": line.landed_basis,
            "network_source_line_id": line.id,
        }

    def _prepare_network_allocations(self, orders):
        """Who of the members has how much of each order line, as the receipts were shared."""
        received = self._get_received_by_members()
        lines = orders.order_line.filtered("round_product_id")
        return [
            {
                "purchase_line_id": line.id,
                "member_id": member.id,
                "quantity": from_exact(quantity),
                "product_uom_id": product.product_uom_id.id,
            }
            for product, alike in lines.grouped("round_product_id").items()
            for line, shares in self._split_product(product, alike, received[product]).items()
            for member, quantity in shares.items()
        ]

    def _get_received_by_members(self):
        """``{product: [(member, Fraction)]}`` in the order of the members."""
        lines = self.request_ids.line_ids.filtered("received_quantity")
        received = defaultdict(list)
        for line in lines.sorted(lambda line: (line.member_id.sequence, line.member_id.id)):
            received[line.round_product_id].append(
                (line.member_id, to_exact(line.received_quantity))
            )
        return received

    def _receive_network_orders(self, orders):
        """What these orders bring was received when the upper ones were."""
        deliveries = self.parent_round_id._get_orders().allocation_ids.delivery_ids
        dates = deliveries.filtered(lambda delivery: delivery.state == "done").mapped("date")
        self.env["business.network.delivery"].create(
            [
                {
                    "allocation_id": allocation.id,
                    "date": max(dates, default=fields.Date.context_today(self)),
                    "quantity": allocation.quantity,
                    "state": "done",
                }
                for allocation in orders.order_line.allocation_ids
            ]
        )
        for line in orders.order_line.filtered("landed_basis"):
            if line.qty_received_method == "manual":
                line.qty_received = line.product_qty
        orders.order_line.invalidate_recordset(["qty_received"])

    # -- when the upper round is opened again ------------------------------------------------------

    def _reopen(self):
        """What is corrected above is taken back below, unless it is posted there."""
        result = super()._reopen()
        for child in self._get_children(*FOLLOWING):
            child.with_company(child.company_id)._drop_documents()
        return result

    def _drop_documents(self):
        """Delete the drafts and cancel their orders; documents that are posted stay."""
        moves = self.move_ids.filtered(lambda move: move.state != "cancel")
        if not self._has_documents() or moves.filtered(lambda move: move.state == "posted"):
            return
        moves.unlink()
        orders = self._get_quotations()
        orders.allocation_ids.delivery_ids.action_cancel()
        self._cancel_orders()
        self.state = self._get_led_state()

    def _get_open_ends(self):
        missing = super()._get_open_ends()
        parent = self.sudo().parent_round_id
        if parent and parent.state != "distributed":
            missing.insert(0, self.env._("wait until %s is distributed", parent.display_name))
        elif parent and self.has_own_books and not self._has_documents():
            missing.append(self.env._("take over the documents of %s", parent.display_name))
        return missing

    # -- prices alone ------------------------------------------------------------------------------

    def _lead_children(self):
        result = super()._lead_children()
        if self.state == "ordered":
            for child in self._get_children("ordered"):
                child._freeze_references_of_members()
        return result

    def _freeze_references_of_members(self):
        """The members' prices alone count on the day on which the upper round ordered."""
        currency = self.parent_round_id.currency_id
        frozen = self.env["business.network.purchase.reference"]
        # A rate that the books below lack stops no order above: the price is not counted.
        frozen.with_context(reference_without_rate=True)._freeze(
            [
                (product.id, member.id, currency.id)
                for product, parts in self._get_allotments().items()
                for member, _quantity in parts
            ],
            fields.Date.context_today(self),
        )


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def _check_network_rates(self):
        """Raise UserError when the books of a network cannot tell what these orders cost there."""
        for order in self:
            date, currency = order._get_order_date(), order.currency_id
            if currency != order.company_id.currency_id and not order._has_rate(currency, date):
                raise UserError(
                    self.env._(
                        "%(partner)s charges %(round)s in %(currency)s, which has no rate on "
                        "%(date)s in %(company)s. Add the rate of that day and press “Take Over "
                        "the Documents”.",
                        partner=order.partner_id.display_name,
                        round=order.network_round_id.display_name,
                        currency=currency.name,
                        date=format_date(self.env, date),
                        company=order.company_id.name,
                    )
                )

    def _check_network_amount(self, coins):
        """Raise UserError when an order is not what the network of networks charges, net of tax."""
        self.ensure_one()
        if to_minor(self.amount_untaxed, self.currency_id) != coins:
            raise UserError(
                self.env._(
                    "The order of %(round)s does not come to what %(partner)s charges: its taxes "
                    "are included in the price. Choose purchase taxes that are not for the "
                    "products in %(company)s.",
                    round=self.network_round_id.display_name,
                    partner=self.partner_id.display_name,
                    company=self.company_id.name,
                )
            )


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    network_source_line_id = fields.Many2one(
        "purchase.order.line",
        string="Line of the Upper Order",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )

    def _take_missing_taxes(self):
        """Take the company's default tax where the upper line is taxed and the product is not."""
        for line in self.filtered(lambda line: not line.tax_ids):
            if line.network_source_line_id.tax_ids:
                line.tax_ids = line.company_id.account_purchase_tax_id
