from odoo import models


class BusinessNetworkAdvance(models.TransientModel):
    _inherit = "business.network.advance"

    def _prepare_bill(self):
        """The member's invoice keeps its own number as the number of the tax document."""
        vals = super()._prepare_bill()
        if self.network_id.member_document_journal_id.l10n_latam_use_documents:
            vals["l10n_latam_document_number"] = self.document_number
        return vals

    def _prepare_payment(self, bill):
        """A down payment is paid less its detraction, or the VAT withheld of it."""
        vals = super()._prepare_payment(bill)
        return bill._keep_back(vals) if bill else vals
