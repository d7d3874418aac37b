from odoo import Command, models
from odoo.exceptions import UserError


class AccountPaymentRegister(models.TransientModel):
    """A payment that closes joint documents with a difference books a joint discount or loss."""

    _inherit = "account.payment.register"

    def _create_payment_vals_from_wizard(self, batch_result):
        vals = super()._create_payment_vals_from_wizard(batch_result)
        documents = batch_result["lines"].move_id
        if self.early_payment_discount_mode:
            documents = self._get_discounted_documents(documents, self.currency_id)
        return self._add_network_origins(vals, documents)

    def _create_payment_vals_from_batch(self, batch_result):
        vals = super()._create_payment_vals_from_batch(batch_result)
        documents = batch_result["lines"].move_id  # without a wizard only discounts are deducted
        currency = documents.currency_id.browse(vals["currency_id"])
        documents = self._get_discounted_documents(documents, currency)
        return self._add_network_origins(vals, documents)

    def _get_discounted_documents(self, documents, currency):
        """Those of ``documents`` that earn an early payment discount: they alone bear it.

        :raise UserError: joint documents of different discounts would share the sum of them
        """
        earning = documents.filtered(
            lambda move: move._is_eligible_for_early_payment_discount(currency, self.payment_date)
        )
        terms = earning.filtered("distribution_ids").invoice_payment_term_id
        rates = {(term.discount_percentage, term.early_pay_discount_computation) for term in terms}
        if len(rates) > 1:
            raise UserError(
                self.env._(
                    "%(documents)s earn different early payment discounts, so that one sum of them "
                    "cannot be shared out. Register the payment of each apart.",
                    documents=", ".join(earning.mapped("name")),
                )
            )
        return earning

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
