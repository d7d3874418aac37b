from collections import defaultdict
from fractions import Fraction

from odoo import Command, api, fields, models
from odoo.addons.red_empresarial.engine.apportion import split_amount
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.addons.red_empresarial.tools.quantities import format_exact, to_exact
from odoo.exceptions import UserError
from odoo.tools import format_amount

DEPOSIT_RULES = [("warn", "Ordering warns"), ("require", "No order before it is collected")]


class BusinessNetworkPurchaseRound(models.Model):
    """Deposits: a cash call of part of what each member is to bear, before ordering."""

    _inherit = "business.network.purchase.round"

    deposit_rule = fields.Selection(
        DEPOSIT_RULES, string="Without the Deposit", required=True, default="warn", tracking=True
    )
    deposit_missing = fields.Monetary(compute="_compute_deposit_missing")

    @api.depends(
        "deposit_percent", "deposit_call_id.amount_asked", "deposit_call_id.amount_collected"
    )
    def _compute_deposit_missing(self):
        for purchase_round in self:
            call = purchase_round.deposit_call_id
            purchase_round.deposit_missing = call.amount_asked - call.amount_collected

    def action_ask_deposit(self):
        """Ask each member the deposit on what it is to bear at the chosen prices, freight included.

        :return: an action that opens the cash call; asked already, it only opens it
        """
        self.ensure_one()
        if not self.deposit_call_id:
            self._check_state("negotiated")
            self.check_access("write")
            self.sudo().deposit_call_id = self._create_deposit_call()
            self.deposit_call_id.action_call()
        return self.action_open_deposit()

    def action_open_deposit(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "business.network.cash.call",
            "res_id": self.deposit_call_id.id,
            "view_mode": "form",
        }

    def _create_deposit_call(self):
        values = {member: coins for member, coins in self._get_chosen_values().items() if coins}
        currency = self.company_id.currency_id
        coins = round(sum(values.values()) * to_exact(self.deposit_percent) / 100)
        if not coins > 0:
            raise UserError(
                self.env._(
                    "%s asks for no deposit. Write its percentage in the rules of the round.",
                    self.display_name,
                )
            )
        today = fields.Date.context_today(self)
        return self.env["business.network.cash.call"].create(
            {
                "network_id": self.network_id.id,
                "currency_id": currency.id,
                "purpose": self.env._("Deposit for %s", self.display_name),
                "date": today,
                "date_due": max(self.date_planned or today, today),
                "split": "manual",
                "amount": from_minor(coins, currency),
                "line_ids": [
                    Command.create(
                        {
                            "member_id": member.id,
                            "sequence": member.sequence,
                            "amount_asked": from_minor(part, currency),
                        }
                    )
                    for member, part in zip(
                        values, split_amount(coins, list(values.values())), strict=True
                    )
                ],
            }
        )

    def _get_chosen_values(self):
        """Net value in coins of what each member is to get, freight included, before ordering."""
        values = defaultdict(int)
        chosen = self._get_chosen_allotments()
        for order in self._get_chosen_orders():
            lines = {line: shares for line, shares in chosen.items() if line.order_id == order}
            for coins, weights in order._get_chosen_weights(lines or chosen):
                parts = split_amount(coins, list(weights.values()))
                for member, part in zip(weights, parts, strict=True):
                    values[member] += part
        return values

    # -- rule ------------------------------------------------------------------------------------

    def _check_deposit(self):
        """Raise UserError when the deposit is required and not collected; else leave a note."""
        self.ensure_one()
        if not self.deposit_percent:
            return
        if self.deposit_call_id and self.currency_id.compare_amounts(self.deposit_missing, 0) <= 0:
            return
        missing = (
            format_amount(self.env, self.deposit_missing, self.currency_id)
            if self.deposit_call_id
            else f"{format_exact(self.env, self.deposit_percent)} %"
        )
        if self.deposit_rule == "require":
            raise UserError(
                self.env._(
                    "The deposit of %(round)s is not collected (%(missing)s missing). Ask the "
                    "members and collect it, or change the rule of the round.",
                    round=self.display_name,
                    missing=missing,
                )
            )
        self.message_post(
            body=self.env._("Ordered without the whole deposit; %s missing.", missing)
        )

    def _check_no_deposit(self):
        """Take back a call nobody paid; UserError when members did."""
        for purchase_round in self:
            call = purchase_round.deposit_call_id
            if not call:
                continue
            if to_minor(call.amount_collected, call.currency_id):
                raise UserError(
                    self.env._(
                        "Members already paid the deposit %(call)s of %(round)s. Reverse those "
                        "payments, or close the call so that the next settlement gives them back, "
                        "and take it off the round.",
                        call=call.name,
                        round=purchase_round.display_name,
                    )
                )
            if call.stage in ("draft", "called"):
                call.action_cancel()
            purchase_round.sudo().deposit_call_id = False

    def action_release_deposit(self):
        """Close the call: the next settlement gives the members back what they paid."""
        for purchase_round in self:
            purchase_round.check_access("write")
            purchase_round._close_deposit()
            purchase_round.sudo().deposit_call_id = False

    def _close_deposit(self):
        self.deposit_call_id.filtered(lambda call: call.stage == "called").action_close()

    def _reopen_deposit(self):
        self.deposit_call_id.filtered(lambda call: call.stage == "closed").action_reopen()


class PurchaseOrder(models.Model):
    _inherit = "purchase.order"

    def _get_chosen_weights(self, lines):
        """What is paid of a chosen quotation, and who bears it: ``[(coins, {member: weight})]``.

        :param lines: ``{line: {member: Fraction}}`` of its chosen lines; for a carrier, of all
        """
        self.ensure_one()
        shares = {
            line: {member: Fraction(part, sum(parts.values())) for member, part in parts.items()}
            for line, parts in lines.items()
            if parts
        }
        found = [
            (line._get_company_coins(line.price_subtotal), parts)
            for line, parts in shares.items()
            if line.order_id == self
        ]
        for freight in self._get_freight_lines():
            weights = defaultdict(int)
            for line, parts in shares.items():
                measure = getattr(line._get_goods(), freight.landed_basis)
                for member, share in parts.items():
                    weights[member] += measure * share
            found.append((freight._get_company_coins(freight.price_subtotal), weights))
        return [(coins, weights) for coins, weights in found if weights]
