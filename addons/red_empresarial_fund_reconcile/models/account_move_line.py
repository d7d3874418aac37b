from odoo import models


class AccountMoveLine(models.Model):
    """Which bank a fund's money in transit is on its way to or from, and how much is left of it."""

    _inherit = "account.move.line"

    def _find_transit_banks(self):
        """Banks of its fund that this item can be in transit of; several where it does not say.

        The one it was booked in; else, as of a deposit from a cash box, those that use its account.
        """
        self.ensure_one()
        users = self.fund_id.cash_journal_ids.filtered(
            lambda journal: self.account_id in journal._get_transit_accounts()
        )
        return users & self.journal_id or users

    def _get_transit_amount(self):
        """What of this item is still in transit."""
        self.ensure_one()
        return self.amount_residual if self.account_id.reconcile else self.balance
