from odoo import fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    network_settlement_id = fields.Many2one(
        "business.network.settlement",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )

    def _get_outstanding_account(self, payment_type):
        """Members are paid straight from the bank or cash account.

        Only where the journal's payment method names no outstanding account: a treasurer who
        matches statement lines later names one there.
        """
        if self.network_settlement_id and self.journal_id.default_account_id:
            return self.journal_id.default_account_id
        return super()._get_outstanding_account(payment_type)
