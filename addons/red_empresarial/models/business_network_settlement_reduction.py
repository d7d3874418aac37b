from odoo import models

from ..engine.deduction import deduct_in_order
from ..tools.minor_units import from_minor, to_minor


class BusinessNetworkSettlement(models.Model):
    """Down payments a settlement deducts, and cash calls that its costs draw down.

    Both are taken in part: a down payment never beyond the share it was paid for, the money of a
    cash call never beyond the member's costs while the call is open. The rest stays for later.
    """

    _inherit = "business.network.settlement"

    def _get_member_entry_domain(self, members):
        """Opening balances are one entry of all members, so it names none of them."""
        return [
            "|",
            *super()._get_member_entry_domain(members),
            "&",
            ("move_id.is_network_opening", "=", True),
            ("move_id.network_id", "=", self.network_id.id),
        ]

    def _get_open_item_kind(self, item, earlier):
        if item not in earlier and item.move_id.is_network_opening:
            return "opening"
        if item.move_id.origin_payment_id.network_cash_call_line_id:
            return "cash_call"
        return super()._get_open_item_kind(item, earlier)

    def _get_open_items(self, sums):
        found = super()._get_open_items(sums)
        if not self.nets_open_items:
            return found
        for member, vals_list in found.items():
            found[member] = self._limit_cash_calls(member, vals_list, sums.get(member, {}))
        down_payments = self._get_down_payments(sums)
        waiting = self._get_waiting_deductions(
            self.env["account.move.line"].union(*down_payments.values())
        )
        for member, items in down_payments.items():
            found.setdefault(member, []).extend(
                self._prepare_deductions(items, sums[member], waiting)
            )
        return {member: vals_list for member, vals_list in found.items() if vals_list}

    # -- cash calls --------------------------------------------------------------------------------

    def _limit_cash_calls(self, member, vals_list, amounts):
        """Take of open cash calls what pays the member's costs; all that is left of closed ones.

        Where the member is charged for its costs they include the tax of the invoice to it.
        """
        items = self.env["account.move.line"].sudo()
        called = [
            vals
            for vals in vals_list
            if vals["kind"] == "cash_call"
            and items.browse(
                vals["move_line_id"]
            ).move_id.origin_payment_id.network_cash_call_line_id._holds_money()
        ]
        costs = -amounts.get("expense", 0.0) - amounts.get("input_tax", 0.0)
        share = sum(amounts.values()) - amounts.get("tariff", 0.0)
        costs += self._get_charge_tax(member, share)
        taken = deduct_in_order(
            to_minor(costs, self.currency_id),
            [to_minor(vals["amount"], self.currency_id) for vals in called],
        )
        for vals, units in zip(called, taken, strict=True):
            vals["amount"] = from_minor(units, self.currency_id)
        return [vals for vals in vals_list if vals not in called or vals["amount"]]

    # -- down payments -----------------------------------------------------------------------------

    def _get_down_payments(self, members):
        """Items of down payments that are not used up, ``{member: items}``, oldest first."""
        self.ensure_one()
        if self.policy != "principal":
            return {}
        Member = self.env["business.network.member"]
        billing = Member.union(*members).filtered(
            lambda member: member._get_document_kind() in ("own_invoice", "self_billed")
        )
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual_currency", ">", 0.0),
                    ("move_id.network_member_id", "in", billing.ids),
                    ("currency_id", "=", self.currency_id.id),
                    ("date", "<=", self.date_to),
                    *Member._get_down_payment_domain(),
                ],
                order="date, id",
            )
        )
        return items.grouped(lambda item: item.move_id.network_member_id.sudo(self.env.su))

    def _prepare_deductions(self, items, amounts, waiting):
        """Values of the items deducted from a member's document; its share is the most.

        :param waiting: what drafts of other settlements will deduct, which is not there for this
        """
        share = sum(amounts.values()) - 2 * amounts.get("tariff", 0.0)  # the tariff is no share
        taken = deduct_in_order(
            to_minor(share, self.currency_id),
            [
                to_minor(
                    max(item.amount_residual_currency - waiting.get(item, 0.0), 0.0),
                    self.currency_id,
                )
                for item in items
            ],
        )
        return [
            {
                "move_line_id": item.id,
                "kind": "down_payment",
                "amount": -from_minor(units, self.currency_id),
            }
            for item, units in zip(items, taken, strict=True)
            if units
        ]

    def _get_waiting_deductions(self, items):
        """What drafts of other settlements will deduct of down payments, ``{item: amount}``."""
        self.ensure_one()
        return {
            item: -amount
            for item, amount in self.env["business.network.settlement.item"]
            .sudo()
            ._read_group(
                [
                    ("move_line_id", "in", items.ids),
                    ("kind", "=", "down_payment"),
                    ("settlement_line_id.settlement_id", "!=", self.id),
                    ("settlement_line_id.payment_state", "in", ("pending", "missing")),
                ],
                ["move_line_id"],
                ["amount:sum"],
            )
        }

    # -- posting -----------------------------------------------------------------------------------

    def _post_netting(self, lines=None):
        """Use the down payments up with the lines of the documents that deduct them."""
        result = super()._post_netting(lines)
        lines = self.line_ids if lines is None else lines
        self._reconcile_items(lines._get_deduction_groups())
        return result

    def _reverse_entries(self):
        """Give the down payments back before the documents that deducted them are reversed."""
        self.line_ids._get_deduction_lines().sudo().remove_move_reconcile()
        return super()._reverse_entries()
