from odoo import Command, models
from odoo.exceptions import UserError


class AccountPaymentRegister(models.TransientModel):
    """A payment that closes joint documents with a difference books a joint discount or loss."""

    _inherit = "account.payment.register"

    def _create_payment_vals_from_wizard(self, batch_result):
        vals = super()._create_payment_vals_from_wizard(batch_result)
        return self._add_network_origins(vals, batch_result["lines"].move_id)

    def _create_payment_vals_from_batch(self, batch_result):
        vals = super()._create_payment_vals_from_batch(batch_result)
        return self._add_network_origins(vals, batch_result["lines"].move_id)

    def _add_network_origins(self, vals, documents):
        """Name the joint documents of a payment with a difference, whose shares it follows.

        :raise UserError: joint documents of several networks, or of a network and of the company's
            own, would share one difference
        """
        joint = documents.filtered("distribution_ids")
        if not vals.get("write_off_line_vals") or not joint:
            return vals
        if joint != documents or len(joint.network_id) > 1:
            raise UserError(
                self.env._(
                    "%(documents)s do not all belong to one network, so their difference cannot be "
                    "shared out. Register the payment of each network's documents apart.",
                    documents=", ".join(documents.mapped("name")),
                )
            )
        return {**vals, "network_origin_ids": [Command.set(joint.ids)]}
