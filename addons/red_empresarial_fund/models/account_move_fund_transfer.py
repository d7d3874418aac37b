from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class AccountMove(models.Model):
    """A transfer between funds says from which to which, and keeps their rules, by hand as well."""

    _inherit = "account.move"

    def _check_fund_items(self):
        result = super()._check_fund_items()
        for move in self:
            move._check_fund_transfer()
        return result

    def _check_fund_transfer(self):
        """Raise UserError for a transfer that a fund may not make; taking one back is free."""
        self.ensure_one()
        moved = self._get_fund_transfer()
        taken_back = self.reversed_entry_id._get_fund_transfer() if self.reversed_entry_id else {}
        if not moved or moved == {fund: -amount for fund, amount in taken_back.items()}:
            return
        currency, rest = self.company_id.currency_id, sum(moved.values())
        if not currency.is_zero(rest):
            raise UserError(
                self.env._(
                    "The transfer of %(entry)s does not say from which fund to which: %(amount)s "
                    "is left over. Name both funds in one entry, each with its cash and bank.",
                    entry=self.display_name,
                    amount=format_amount(self.env, abs(rest), currency),
                )
            )
        for giver in (fund for fund, amount in moved.items() if amount > 0):
            for taker in (fund for fund, amount in moved.items() if amount < 0):
                giver._check_may_give_to(taker)

    def _get_fund_transfer(self):
        """What this entry moves between funds, ``{fund: amount}``, above zero where it leaves."""
        self.ensure_one()
        items = self.line_ids.filtered(
            lambda item: (
                item.fund_movement == "transfer" and item.account_id == item.fund_id.account_id
            )
        )
        amounts = {
            fund: self.company_id.currency_id.round(sum(own.mapped("balance")))
            for fund, own in items.grouped("fund_id").items()
        }
        return {fund: amount for fund, amount in amounts.items() if amount}
