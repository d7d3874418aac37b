from odoo import models


class AccountMove(models.Model):
    """A bill of a round freezes the reference prices of members that joined its orders late."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        joint = posted.filtered(
            lambda move: (
                move.network_id and (move.is_purchase_document() or move.network_purchase_order_id)
            )
        )
        for currency, moves in joint.grouped("currency_id").items():
            moves._get_round_orders()._freeze_references(currency)
        return posted

    def _get_round_orders(self):
        """Purchase orders of rounds that these documents bill or stand for."""
        moves = self.sudo()
        orders = moves.invoice_line_ids.purchase_line_id.order_id
        return (orders | moves.network_purchase_order_id).filtered("network_round_id")
