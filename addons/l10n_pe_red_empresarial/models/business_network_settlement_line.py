from odoo import models
from odoo.exceptions import UserError


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
        if self._is_passed_on():
            return False
        charged = self.amount_due < 0
        return self._get_document_journal(charged).l10n_latam_use_documents

    def _check_document_data(self):
        """A *liquidación de compra* is only for natural persons without RUC (RCP art. 6 n. 1.3)."""
        result = super()._check_document_data()
        ruc = self.env.ref("l10n_pe.it_RUC")
        for line in self.filtered(lambda line: line._is_posted_by_hand()):
            partner = line.partner_id
            if partner.is_company or (
                partner.vat and partner.l10n_latam_identification_type_id == ruc
            ):
                raise UserError(
                    self.env._(
                        "%(member)s has a RUC or is a company, so it must give its own invoice for "
                        "%(settlement)s: a liquidación de compra is only for natural persons "
                        "without RUC. Choose “The member's own invoice” for it on %(network)s, "
                        "page Members, column Gives.",
                        member=partner.display_name,
                        settlement=line.settlement_id.name,
                        network=line.network_id.name,
                    )
                )
        return result
