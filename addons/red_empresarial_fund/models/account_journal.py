from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_network_cash_accounts(self):
        """Accounts on which the money of these journals is: their own, and outstanding ones."""
        methods = self.inbound_payment_method_line_ids | self.outbound_payment_method_line_ids
        return self.default_account_id | methods.payment_account_id

    def _get_network_cash_domain(self):
        """Domain of the items that say how much money is in this journal.

        On an outstanding account that other journals use, too, only those of its own entries.
        """
        self.ensure_one()
        shared = self._get_shared_cash_accounts()
        own = self._get_network_cash_accounts() - shared
        return [
            "|",
            ("account_id", "in", own.ids),
            *("&", ("account_id", "in", shared.ids), ("journal_id", "=", self.id)),
        ]

    def _get_shared_cash_accounts(self):
        """Outstanding accounts of this journal on which others have money in transit."""
        outstanding = self._get_network_cash_accounts() - self.default_account_id
        if not outstanding:
            return outstanding
        others = self.env["account.payment.method.line"].search(
            [
                ("payment_account_id", "in", outstanding.ids),
                ("journal_id", "!=", False),
                ("journal_id", "!=", self.id),
            ]
        )
        owners = self.search([("default_account_id", "in", outstanding.ids)])
        return others.payment_account_id | owners.default_account_id
