from odoo import models


class BusinessNetworkSettlementLine(models.Model):
    _inherit = "business.network.settlement.line"

    def _prepare_member_document(self):
        """The member's invoice keeps its own number as the number of the tax document."""
        vals = super()._prepare_member_document()
        if self._uses_tax_documents():
            vals["l10n_latam_document_number"] = self.document_number
        return vals

    def _uses_tax_documents(self):
        self.ensure_one()
        return self.network_id.member_document_journal_id.l10n_latam_use_documents
