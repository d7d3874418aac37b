from odoo import Command, fields, models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    network_settlement_id = fields.Many2one(
        "business.network.settlement",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )

    network_origin_ids = fields.Many2many(
        "account.move",
        "account_payment_network_origin_rel",
        "payment_id",
        "move_id",
        string="Joint Documents",
        copy=False,
        readonly=True,
        help="The joint documents this payment closes with a discount or a loss.",
    )

    def _generate_move_vals(self, write_off_line_vals=None, force_balance=None, line_ids=None):
        """A discount or loss on joint documents is shared out as they were."""
        vals = super()._generate_move_vals(write_off_line_vals, force_balance, line_ids)
        if write_off_line_vals and self.network_origin_ids:
            vals.update(
                network_id=self.network_origin_ids.network_id.id,
                network_origin_ids=[Command.set(self.network_origin_ids.ids)],
            )
        return vals

    def _get_outstanding_account(self, payment_type):
        """Members are paid straight from the bank or cash account.

        Only where the journal's payment method names no outstanding account: a treasurer who
        matches statement lines later names one there.
        """
        if self.network_settlement_id and self.journal_id.default_account_id:
            return self.journal_id.default_account_id
        return super()._get_outstanding_account(payment_type)
