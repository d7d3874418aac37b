from collections import defaultdict
from fractions import Fraction

from odoo import Command, api, fields, models
from odoo.addons.red_empresarial.engine.apportion import split_amount
from odoo.addons.red_empresarial.engine.margins import margins_of_bill
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.addons.red_empresarial.tools.quantities import convert_exact, from_exact, to_exact
from odoo.exceptions import UserError
from odoo.tools import float_round, format_amount

from .purchase_order import BOUGHT


def split_over_lines(coins, bearings, member):
    """Split a member's part of a portion over its lines by what it bears of them, exactly.

    :param bearings: see ``account.move._get_portion_bearings``
    :return: ``[(order line, coins)]``; by value if the member bears none of them
    """
    weights = [amount * shares.get(member, 0) for _line, amount, shares in bearings]
    if not any(weights):
        weights = [amount for _line, amount, _shares in bearings]
    if not any(weights):
        return []
    lines = [line for line, _amount, _shares in bearings]
    return list(zip(lines, split_amount(coins, weights), strict=True))


class BusinessNetworkPurchaseRound(models.Model):
    """Bills, the members' invoices under ``principal``, and closing the round."""

    _inherit = "business.network.purchase.round"

    move_ids = fields.One2many("account.move", "network_round_id", string="Documents")
    bill_count = fields.Integer(compute="_compute_document_counts")
    member_invoice_count = fields.Integer(compute="_compute_document_counts")
    is_to_bill = fields.Boolean(
        string="To Bill",
        compute="_compute_is_to_bill",
        compute_sudo=True,
        help="Something of its orders can be billed and is not yet.",
    )

    @api.model
    def _get_frozen_fields(self):
        """Orders, bills and invoices follow these terms, so they stay from ordering on."""
        frozen = super()._get_frozen_fields()
        terms = frozen.get("ordered", set()) | {"landed_basis", "margin_percent"}
        return {**frozen, "ordered": terms}

    def _compute_document_counts(self):
        for purchase_round in self:
            purchase_round.bill_count = len(purchase_round._get_bills())
            purchase_round.member_invoice_count = len(purchase_round._get_member_invoices())

    @api.depends("order_ids.state", "order_ids.invoice_status")
    def _compute_is_to_bill(self):
        for purchase_round in self:
            statuses = purchase_round.sudo()._get_orders().mapped("invoice_status")
            purchase_round.is_to_bill = "to invoice" in statuses

    def _get_bills(self):
        """Bills, supplier credit notes and memoranda of the round that are not canceled."""
        return self.sudo().move_ids.filtered(
            lambda move: (
                move.state != "cancel"
                and (move.is_purchase_document() or move.network_purchase_order_id)
            )
        )

    def _get_member_invoices(self):
        """Invoices and credit notes to members that are not canceled."""
        return self.sudo().move_ids.filtered(
            lambda move: (
                move.network_member_id and move.is_sale_document() and move.state != "cancel"
            )
        )

    # -- members' invoices -----------------------------------------------------------------------

    def action_invoice_members(self):
        """Make draft invoices to each member of what it bears and was not invoiced yet.

        The cost is that of the posted bills less credit notes, freight included, and the declared
        margin on the whole. A second click makes only what is new. The company that keeps the books
        is not invoiced. Where a bill was canceled, its members are credited.

        :return: the new ``account.move`` records
        :raise UserError: the network does not sell to its members, or no bill is posted
        """
        moves = self.env["account.move"]
        for purchase_round in self:
            purchase_round._check_state("ordered", "received")
            purchase_round._touch()
            purchase_round._check_invoices_members()
            moves |= purchase_round._create_member_invoices()
        return moves

    def action_open_new_member_invoices(self):
        """Make the members' invoices and open them all."""
        self.action_invoice_members()
        return self.action_open_member_invoices()

    def _check_invoices_members(self):
        if self.network_id.policy != "principal":
            raise UserError(
                self.env._(
                    "%(network)s does not sell to its members: their part of %(round)s is theirs "
                    "once the bills are posted.",
                    network=self.network_id.name,
                    round=self.display_name,
                )
            )
        bills = self._get_bills().filtered(lambda move: move.state == "posted")
        if not (bills or self._get_member_invoices()):
            raise UserError(
                self.env._(
                    "No bill of %s is posted, so there is no cost to invoice. Post the supplier's "
                    "bill first.",
                    self.display_name,
                )
            )

    def _create_member_invoices(self):
        pending = self._get_pending_charges()
        invoices = (
            self.env["account.move"]
            .sudo()
            .create([self._prepare_member_invoice(*item) for item in pending.items()])
        )
        for invoice, charges in zip(invoices, pending.values(), strict=True):
            invoice._add_included_taxes()
            invoice._check_charged(abs(sum(coins for coins, _quantity in charges.values())))
        return invoices

    def _get_pending_charges(self):
        """What is still to be invoiced, ``{member: {order line: (coins, quantity)}}``."""
        due = self._get_charges()
        for (member, line), (coins, quantity) in self._get_invoiced_charges().items():
            before = due.get((member, line), (0, Fraction(0)))
            due[member, line] = (before[0] - coins, before[1] - quantity)
        pending = defaultdict(dict)
        for (member, line), (coins, quantity) in due.items():
            if coins and not member._is_books_company():
                pending[member][line] = (coins, quantity)
        return pending

    def _get_charges(self):
        """What each member pays of each order line in all, ``{(member, line): (coins, qty)}``.

        The margin is that of each bill less its credit notes, to the coin: what comes later moves
        no cent of what was invoiced.
        """
        charges = defaultdict(int, self._get_costs())
        rate = to_exact(self.margin_percent) / 100
        for documents in self._get_costs_by_bill():
            for key, margin in margins_of_bill(documents, rate).items():
                charges[key] += margin
        quantities = self._get_billed_quantities()
        return {
            key: (coins, quantities.get(key, Fraction(0)))
            for key, coins in charges.items()
            if coins
        }

    def _get_costs(self):
        """Cost in coins of each member and order line, from the rows of the posted documents."""
        costs = defaultdict(int)
        for documents in self._get_costs_by_bill():
            for document in documents:
                for key, coins in document.items():
                    costs[key] += coins
        return costs

    def _get_costs_by_bill(self):
        """Costs of each posted bill and then of its credit notes, ``[[{(member, line): coins}]]``.

        In the order in which they were posted, which is that of their rows.
        """
        posted = self._get_bills().filtered(lambda move: move.state == "posted")
        posted = posted.sorted(
            lambda move: (bool(move.reversed_entry_id), min(move.distribution_ids.ids, default=0))
        )
        bills = posted.grouped(
            lambda move: move.reversed_entry_id if move.reversed_entry_id in posted else move
        )
        return [[move._get_round_costs() for move in moves] for moves in bills.values()]

    def _get_billed_quantities(self):
        """What posted bills took of each member's allocations, in the unit of the order line."""
        quantities = defaultdict(Fraction)
        allocations = self._get_orders().allocation_ids
        for record in allocations.sudo().invoiced_ids:
            allocation = record.allocation_id
            quantity = allocation._get_quantity_in_line_uom(record.quantity)
            quantities[allocation.member_id, allocation.purchase_line_id] += to_exact(quantity)
        return quantities

    def _get_invoiced_charges(self):
        """What invoices to members, drafts included, already charge."""
        charges = defaultdict(lambda: (0, Fraction(0)))
        for line in self._get_member_invoices().invoice_line_ids.filtered("round_charge"):
            sign = -1 if line.move_id.move_type == "out_refund" else 1
            coins = to_minor(line.price_subtotal, line.currency_id)
            key = line.move_id.network_member_id, line.round_cost_line_id
            before = charges[key]
            quantity = to_exact(line.quantity) if line.round_charge == "quantity" else 0
            charges[key] = (before[0] + sign * coins, before[1] + sign * quantity)
        return charges

    def _check_nobody_charged(self):
        """Raise UserError naming the members' invoices that charge for this round, drafts too."""
        invoices = self._get_member_invoices()
        left = invoices.filtered(lambda move: move.state == "draft")
        for moves in invoices.grouped("network_member_id").values():
            if to_minor(sum(moves.mapped("amount_total_signed")), self.currency_id):
                left |= moves
        if left:
            raise UserError(
                self.env._(
                    "%(round)s still charges its members by %(invoices)s. Press “Invoice the "
                    "Members”, which credits what is no longer billed, and post the credit notes, "
                    "or delete the drafts first.",
                    round=self.display_name,
                    invoices=", ".join(left.mapped("display_name")),
                )
            )

    def _prepare_member_invoice(self, member, charges):
        sign = -1 if sum(coins for coins, _quantity in charges.values()) < 0 else 1
        return {
            "move_type": "out_invoice" if sign > 0 else "out_refund",
            "company_id": self.company_id.id,
            "partner_id": member.partner_id.id,
            "currency_id": self.company_id.currency_id.id,
            "network_id": self.network_id.id,
            "network_member_id": member.id,
            "network_round_id": self.id,
            "invoice_origin": self.name,
            "invoice_line_ids": [
                Command.create(self._prepare_member_invoice_line(line, sign * coins, sign * qty))
                for line, (coins, qty) in charges.items()
            ],
        }

    def _prepare_member_invoice_line(self, line, coins, quantity):
        """At the price that makes the amount: what is charged is exact, the price is derived."""
        amount = from_minor(coins, self.company_id.currency_id)
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        received = float_round(from_exact(quantity), precision_digits=digits)
        counted = received > 0 and coins > 0
        return {
            "product_id": line.product_id.id,
            "product_uom_id": line.product_uom_id.id,
            "name": line.name or self.env._("Other costs of %s", self.name),
            "quantity": received if counted else 1.0,
            "price_unit": amount / received if counted else amount,
            "round_cost_line_id": line.id,
            "round_charge": "quantity" if counted else "amount",
        }

    # -- distributed -----------------------------------------------------------------------------

    def action_distribute(self):
        """Close the round: everything is billed, posted and charged to the members.

        The deposit call is closed, so that the next settlement gives back what is left of it.

        :raise UserError: naming what is missing
        """
        for purchase_round in self:
            purchase_round._check_state("received")
            purchase_round.check_access("write")
            if missing := purchase_round._get_open_ends():
                raise UserError(
                    self.env._(
                        "%(round)s is not distributed yet: %(missing)s.",
                        round=purchase_round.display_name,
                        missing="; ".join(missing),
                    )
                )
            purchase_round.sudo().state = "distributed"
            purchase_round._close_deposit()

    def action_reopen_distributed(self):
        """Back to received, to correct a bill or a member's invoice."""
        for purchase_round in self:
            purchase_round._check_state("distributed")
            purchase_round.check_access("write")
            purchase_round._reopen()

    def _reopen(self):
        for purchase_round in self:
            purchase_round.sudo().state = "received"
            purchase_round._reopen_deposit()

    def _get_open_ends(self):
        """What is missing until everything is with the members, as sentences; none when it is."""
        self.ensure_one()
        missing = []
        moves = self.sudo().move_ids | self.sudo().order_ids.invoice_ids
        drafts = moves.filtered(lambda move: move.state == "draft")
        if drafts:
            missing.append(
                self.env._("post or delete %s", ", ".join(drafts.mapped("display_name")))
            )
        for order in self._get_orders():
            if order.sudo().network_memorandum_id:
                continue
            lines = order.order_line.filtered(lambda line: line._is_unbilled())
            if lines:
                missing.append(
                    self.env._(
                        "bill %(products)s of %(order)s",
                        products=", ".join(lines.product_id.mapped("display_name")),
                        order=order.name,
                    )
                )
        if self.network_id.policy == "principal" and not missing:
            pending = self._get_pending_charges()
            if pending:
                names = ", ".join(member.display_name for member in pending)
                missing.append(self.env._("invoice %s", names))
        return missing

    # -- documents -------------------------------------------------------------------------------

    def action_make_memoranda(self):
        """Share the orders out among the members that the supplier bills by themselves."""
        for purchase_round in self:
            purchase_round._check_state("received")
            orders = purchase_round._get_orders().filtered(
                lambda order: not order.network_memorandum_id
            )
            orders.action_make_memorandum()

    def action_create_bills(self):
        """Make the suppliers' bills of what can be billed, as the orders' own button does."""
        self.ensure_one()
        self._check_state("ordered", "received")
        orders = self._get_orders().filtered(lambda order: order.invoice_status == "to invoice")
        if not orders:
            raise UserError(
                self.env._(
                    "Nothing of %s is to be billed. Register what was received first.",
                    self.display_name,
                )
            )
        orders.action_create_invoice()
        return self.action_open_bills()

    def action_open_bills(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_in_invoice_type"
        )
        action["domain"] = [("network_round_id", "=", self.id), ("network_member_id", "=", False)]
        bills = self._get_bills()
        if len(bills) == 1:  # the only one is opened, to type its number
            action.update(res_id=bills.id, view_mode="form", views=[(False, "form")])
        return action

    def action_open_member_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("network_round_id", "=", self.id), ("network_member_id", "!=", False)]
        return action


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_round_costs(self):
        """Cost in coins of each member and order line in this document, from its rows.

        Each row is split over the lines of its portion by what the member bears of them.
        """
        self.ensure_one()
        costs = defaultdict(int)
        portions = self._get_portion_bearings()
        for row in self.distribution_ids.filtered(lambda row: row.kind == "expense"):
            coins = -to_minor(row.amount, self.company_currency_id)
            bearings = portions[row._get_source_portion()]
            for line, part in split_over_lines(coins, bearings, row.member_id):
                costs[row.member_id, line] += part
        return costs

    def _get_portion_bearings(self):
        """Who bears the lines of each portion of this document, worked out once per line.

        :return: list of portions, each ``[(order line, coins, {member: exact share})]``
        """
        self.ensure_one()
        return [
            [
                (
                    line.purchase_line_id,
                    abs(to_minor(line.balance, self.company_currency_id)),
                    line._get_round_shares(),
                )
                for line in self._get_cost_lines(lines)
            ]
            for _kind, lines in self._get_portion_lines()
        ]

    def _get_cost_lines(self, lines):
        """The lines that a portion is the cost of; of a tax at cost those it was computed on."""
        taxed = lines.tax_line_id and self._get_ordered_lines(lines.tax_line_id[:1])
        return taxed or lines

    def _add_included_taxes(self):
        """Raise prices by the taxes that are included in them: what members bear is without tax."""
        for line in self.invoice_line_ids:
            if not any(line.tax_ids.flatten_taxes_hierarchy().mapped("price_include")):
                continue
            details = line.tax_ids._get_tax_details(
                line.quantity * line.price_unit,
                1.0,
                precision_rounding=line.currency_id.rounding,
                product=line.product_id,
                special_mode="total_excluded",
            )
            included = sum(
                data["tax_amount"] for data in details["taxes_data"] if data["tax"].price_include
            )
            line.price_unit += included / line.quantity

    def _check_charged(self, coins):
        """Raise UserError when a member's invoice is not what it is to pay, net of tax."""
        self.ensure_one()
        if to_minor(self.amount_untaxed, self.currency_id) != coins:
            raise UserError(
                self.env._(
                    "The invoice to %(member)s comes to %(amount)s without tax instead of the "
                    "%(cost)s that it bears. Check the sales taxes of its products.",
                    member=self.partner_id.display_name,
                    amount=format_amount(self.env, self.amount_untaxed, self.currency_id),
                    cost=format_amount(
                        self.env, from_minor(coins, self.currency_id), self.currency_id
                    ),
                )
            )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    round_charge = fields.Selection(
        [("quantity", "By Quantity"), ("amount", "By Amount")],
        string="Charge of a Round",
        readonly=True,
        help="Made by the purchase round: what the member received, or an amount beside it.",
    )


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def write(self, vals):
        if "landed_basis" in vals:
            self._check_basis_stays(vals["landed_basis"])
        return super().write(vals)

    def _check_basis_stays(self, basis):
        """Raise UserError for freight of a bought round: bills are shared out by its basis."""
        for line in self.filtered(lambda line: line.round_state in BOUGHT):
            if line.landed_basis != basis:
                raise UserError(
                    self.env._(
                        "“%(line)s” of %(order)s is ordered, so its “Spread By” stays as it is. "
                        "Set its quantity to zero and add another line, or cancel the orders of "
                        "%(round)s.",
                        line=line.name,
                        order=line.order_id.name,
                        round=line.network_round_id.display_name,
                    )
                )

    def _is_unbilled(self):
        """Whether less is billed of this line than was received, or ordered of a service."""
        self.ensure_one()
        if self.display_type or not self.price_subtotal:
            return False
        received = self.qty_received if self.allocation_ids else self.product_qty
        return self._get_net_billed() < to_exact(received)

    def _get_net_billed(self):
        """What bills less returned goods come to, drafts included, exact in the line's unit."""
        lines = self.sudo().invoice_lines.filtered(
            lambda line: line.parent_state != "cancel" and not line._is_rebate()
        )
        return sum(
            convert_exact(
                to_exact(
                    -line.quantity if line.move_id.move_type == "in_refund" else line.quantity
                ),
                line.product_uom_id or self.product_uom_id,
                self.product_uom_id,
            )
            for line in lines
        )
