from odoo import fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Compensations that members pay each other for quota; credit notes that lower a price."""

    _inherit = "account.move"

    network_quota_transfer_id = fields.Many2one(
        "business.network.quota.transfer",
        string="Transfer of Quota",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        help="The transfer whose compensation this entry books or reverses.",
    )

    def _distribute(self):
        result = super()._distribute()
        self._sync_lowered_quota()
        return result

    def button_draft(self):
        result = super().button_draft()
        self._sync_lowered_quota()
        return result

    def _sync_lowered_quota(self):
        """Quotas in money follow what a credit note lowers; it takes no quantity to follow."""
        refunds = self.sudo().filtered(lambda move: move.move_type == "out_refund")
        items = refunds.invoice_line_ids.filtered(lambda item: item._is_rebate())
        items.sale_line_ids.allocation_ids._sync_quota()

    def _is_joint_document(self):
        return super()._is_joint_document() and not self.network_quota_transfer_id

    def _is_with_members(self):
        return super()._is_with_members() or bool(self.network_quota_transfer_id)

    def _get_network_frozen_fields(self):
        return super()._get_network_frozen_fields() | {"network_quota_transfer_id"}

    def copy_data(self, default=None):
        """A copy is no compensation, and would be shared out if it kept the network."""
        vals_list = super().copy_data(default=default)
        for move, vals in zip(self, vals_list, strict=True):
            if move.network_quota_transfer_id and not vals.get("network_quota_transfer_id"):
                vals.update(network_id=False)
        return vals_list

    def _check_followed(self):
        """A compensation is undone with its transfer, never alone."""
        result = super()._check_followed()
        for move in self.filtered(lambda move: move.state == "posted"):
            transfer = move.sudo().network_quota_transfer_id
            undone = move.reversal_move_ids | move.reversed_entry_id
            if transfer.state == "done" or undone.sudo().network_quota_transfer_id:
                raise UserError(
                    self.env._(
                        "%(entry)s was booked by %(transfer)s. Reverse that transfer of quota "
                        "instead.",
                        entry=move.name,
                        transfer=transfer.name,
                    )
                )
        return result
