from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _get_network_cash_accounts(self):
        """Accounts on which the money of these journals is: their own, and outstanding ones."""
        methods = self.inbound_payment_method_line_ids | self.outbound_payment_method_line_ids
        return self.default_account_id | methods.payment_account_id
