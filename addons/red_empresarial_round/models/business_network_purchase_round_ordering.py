from collections import defaultdict

from odoo import fields, models
from odoo.addons.red_empresarial.engine.offers import finest_lot, spread_over_lines
from odoo.addons.red_empresarial.tools.quantities import format_exact, from_exact, to_exact
from odoo.exceptions import UserError

from .purchase_order import BOUGHT


class BusinessNetworkPurchaseRound(models.Model):
    """Ordering: who gets what of each order, the annex that says so, and undoing it."""

    _inherit = "business.network.purchase.round"

    annex_filing_date = fields.Date(
        string="Annex Filed On",
        copy=False,
        help="Day on which the proportions of this purchase were communicated to the tax "
        "authority; it can be added later on the annex.",
    )
    annex_needs_filing = fields.Boolean(related="annex_id.needs_filing")
    network_policy = fields.Selection(related="network_id.policy")

    def action_order(self):
        """Share out the chosen orders among the members and confirm them.

        A product that several suppliers bring is split so that both each member's and each order's
        quantity hold. The other quotations are canceled.

        :raise UserError: members' deposits are required and not collected, or nothing is allotted
        """
        for purchase_round in self:
            purchase_round._check_state("negotiated")
            purchase_round.check_access("write")
            purchase_round._check_deposit()
            purchase_round._place_orders()

    def _place_orders(self):
        quotations = self._get_quotations()
        quotations._check_rates()
        self._check_as_negotiated(quotations)
        chosen = self._get_chosen_orders()
        chosen._check_goods_of_round()
        self._drop_unchosen_lines(chosen)
        self.env["business.network.allocation"]._create_rows(self._prepare_round_allocations())
        chosen.allocation_ids.member_id._check_in_force(min(self._get_order_dates(chosen)))
        if self.network_id.policy == "attribution":
            self._make_annex(chosen)
        self.sudo().state = "ordered"
        chosen.sudo().network_round_placed = True
        chosen.with_context(skip_alternative_check=True).button_confirm()
        (quotations - chosen).button_cancel()

    def _get_chosen_lines(self):
        return self._get_quotations()._get_offer_lines().filtered("round_chosen_quantity")

    def _get_carriers(self):
        """Quotations of freight and other services alone: the goods of the round bear them.

        They are bought with what is chosen unless someone cancels them.
        """
        return self._get_quotations().filtered(
            lambda order: (
                not order.order_line.round_product_id
                and any(order._get_freight_lines().mapped("price_subtotal"))
            )
        )

    def _get_chosen_orders(self):
        return self._get_chosen_lines().order_id | self._get_carriers()

    def _get_order_dates(self, orders):
        return [order._get_order_date() for order in orders]

    def _drop_unchosen_lines(self, orders):
        """What these suppliers offered and is not bought leaves their orders; the note stays."""
        for order in orders:
            lines = order.order_line.filtered(
                lambda line: line.round_product_id and not line.round_chosen_quantity
            )
            if lines:
                names = ", ".join(lines.product_id.mapped("display_name"))
                order.message_post(body=self.env._("Not bought from this supplier: %s", names))
                lines.unlink()

    # -- who gets what ---------------------------------------------------------------------------

    def _get_chosen_allotments(self):
        """What each member is to get of each chosen line, in the unit of the round.

        :return: ``{line: {member: Fraction}}``, zeros left out
        """
        self.ensure_one()
        allotments = self._get_allotments()
        found = {}
        for product, lines in self._get_chosen_lines().grouped("round_product_id").items():
            found.update(self._split_product(product, lines, allotments.get(product, [])))
        return found

    def _split_product(self, product, lines, allotted):
        """Split what members are allotted of one product over the lines that bring it."""
        ordered = [line._get_round_quantity(line.round_chosen_quantity) for line in lines]
        if sum(ordered) > sum(quantity for _member, quantity in allotted):
            raise UserError(
                self.env._(
                    "%(ordered)s %(uom)s of %(product)s are chosen in %(round)s, but its members "
                    "are allotted less. Close the round again, or choose less.",
                    ordered=format_exact(self.env, sum(ordered)),
                    uom=product.product_uom_id.name,
                    product=product.product_id.display_name,
                    round=self.display_name,
                )
            )
        lot = finest_lot([*ordered, *(quantity for _member, quantity in allotted)])
        shares = spread_over_lines(
            [int(quantity / lot) for _member, quantity in allotted],
            [int(quantity / lot) for quantity in ordered],
        )
        return {
            line: {
                member: lots * lot
                for (member, _quantity), lots in zip(allotted, share, strict=True)
                if lots
            }
            for line, share in zip(lines, shares, strict=True)
        }

    def _prepare_round_allocations(self):
        return [
            {
                **common,
                "member_id": member.id,
                "partner_id": member.partner_id.id,
                "quantity": from_exact(quantity),
            }
            for line, shares in self._get_chosen_allotments().items()
            for common in [self._prepare_line_allocation(line)]
            for member, quantity in shares.items()
        ]

    def _prepare_line_allocation(self, line):
        """What the allocations of a line have in common; Odoo need not compute it for each."""
        return {
            "purchase_line_id": line.id,
            "product_uom_id": line.round_product_id.product_uom_id.id,
            "network_id": line.order_id.network_id.id,
            "company_id": line.company_id.id,
            "product_id": line.product_id.id,
            "order_reference": line.order_id.name,
        }

    # -- annex -----------------------------------------------------------------------------------

    def _make_annex(self, orders):
        """One dated annex for all orders: each member weighs what it needs, freight included."""
        self.sudo().annex_id = self.network_id._create_annex_of_needs(
            self._get_annex_needs(orders),
            name=self.env._("Annex of %s", self.display_name),
            date_from=min(self._get_order_dates(orders)),
            filing_date=self.annex_filing_date,
        )
        orders.network_annex_id = self.annex_id
        if self.annex_id.needs_filing:
            self.message_post(
                body=self.env._(
                    "The annex is not filed with the tax authority yet. Write the filing date on "
                    "it once it is."
                )
            )

    def _get_annex_needs(self, orders):
        """Net value in coins of what each member bears of ``orders``, ``{member: int}``."""
        needs = defaultdict(int)
        for order in orders:
            for member, coins in order._get_landed_values().items():
                needs[member] += coins
        return {member: coins for member, coins in needs.items() if coins}

    def action_open_annex(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "business.network.agreement",
            "res_id": self.annex_id.id,
            "view_mode": "form",
        }

    # -- canceling -------------------------------------------------------------------------------

    def _cancel_orders(self):
        """Cancel the quotations and orders of these rounds, with their annex and deposit call.

        :raise UserError: something was received, billed or paid in
        """
        for purchase_round in self:
            orders = purchase_round._get_quotations()
            purchase_round._check_cancelable(orders)
            purchase_round._check_no_deposit()
            orders.allocation_ids.sudo().unlink()
            orders.sudo().network_round_placed = False
            orders.button_cancel()
            purchase_round._drop_annex()

    def _check_cancelable(self, orders):
        """Raise UserError naming what was received or billed of ``orders``."""
        bills = orders.sudo().invoice_ids.filtered(lambda move: move.state != "cancel")
        bills |= orders.sudo().network_memorandum_id
        if bills:
            raise UserError(
                self.env._(
                    "%(bills)s belong to %(round)s. Delete the drafts, refund or reverse what is "
                    "posted and cancel it first.",
                    bills=", ".join(bills.mapped("display_name")),
                    round=self.display_name,
                )
            )
        self._check_nobody_charged()
        received = orders.allocation_ids.filtered("delivered_quantity")
        if received:
            raise UserError(
                self.env._(
                    "%(orders)s of %(round)s were received already. Undo the receipts first, or "
                    "say that nothing more will come.",
                    orders=", ".join(received.purchase_line_id.order_id.mapped("name")),
                    round=self.display_name,
                )
            )

    def _drop_annex(self):
        """An annex that no document used goes back to draft and is deleted."""
        annex = self.annex_id
        if annex:
            self.order_ids.network_annex_id = False
            self.sudo().annex_id = False
            annex.action_reset_to_draft()
            annex.unlink()

    def action_cancel_orders(self):
        """Back to comparing: cancels the orders; quotations are requested anew."""
        for purchase_round in self:
            purchase_round._check_state("ordered")
            purchase_round.check_access("write")
            purchase_round._cancel_orders()
            purchase_round.sudo().state = "closed"

    # -- documents -------------------------------------------------------------------------------

    def _get_orders(self):
        """Confirmed orders of the round."""
        return self.order_ids.filtered(lambda order: order.state == "purchase")

    def _is_bought(self):
        self.ensure_one()
        return self.state in BOUGHT

    def _get_unreceived_lines(self):
        """Lines of goods of which something is still to come."""
        orders = self.order_ids.filtered(lambda order: order.state in ("to approve", "purchase"))
        return orders.order_line.filtered(
            lambda line: (
                line.round_product_id and to_exact(line.qty_received) < to_exact(line.product_qty)
            )
        )
