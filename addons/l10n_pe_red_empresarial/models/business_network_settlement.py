from odoo import models
from odoo.exceptions import UserError


class BusinessNetworkSettlement(models.Model):
    _inherit = "business.network.settlement"

    def _settle_documents(self, lines):
        """What the law keeps back of a bill is not netted away."""
        result = super()._settle_documents(lines)
        lines._check_deductions_fit()
        return result

    def _get_payment_deductions(self, line):
        """Detraction or VAT of each bill that the payment of the line closes."""
        return [
            *super()._get_payment_deductions(line),
            *(
                deduction
                for bill in line._get_deducted_bills()
                for deduction in bill._get_payment_deductions()
            ),
        ]

    def _get_payment_bank_account(self, payment):
        """A transfer never goes to the account where detractions are deposited."""
        others = payment.partner_id.bank_ids.filtered(
            lambda account: not account.l10n_pe_is_detraction_account
        )
        return payment.partner_bank_id or others[:1]

    def _prepare_entry_reversal(self, move):
        """A member's invoice is reversed by the member's credit note, with its number.

        The invoice that charges a member is the company's own, and so is the number of its credit
        note.
        """
        vals = super()._prepare_entry_reversal(move)
        line = self.line_ids.filtered(lambda line: line.document_id == move)
        if not line or not line._uses_tax_documents():
            return vals
        vals["l10n_latam_document_type_id"] = self.env.ref("l10n_pe.document_type07").id
        if move.is_sale_document():
            return vals
        if not line.reversal_number:
            raise UserError(
                self.env._(
                    "%(member)s has not given the credit note for its invoice %(invoice)s yet: "
                    "write its number in “%(field)s” of the member's line of %(settlement)s. The "
                    "icon at the end of the titles shows that column.",
                    member=line.partner_id.display_name,
                    invoice=move.name,
                    settlement=self.name,
                    field=line._fields["reversal_number"]._description_string(self.env),
                )
            )
        return {**vals, "l10n_latam_document_number": line.reversal_number}
