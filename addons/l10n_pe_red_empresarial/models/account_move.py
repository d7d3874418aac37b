from odoo import api, models


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.depends("network_id")
    def _compute_l10n_latam_available_document_types(self):
        return super()._compute_l10n_latam_available_document_types()

    def _get_l10n_latam_documents_domain(self):
        """A joint export is documented by a factura, which Odoo offers to holders of a RUC only."""
        domain = super()._get_l10n_latam_documents_domain()
        if self._is_joint_export():
            return [leaf for leaf in domain if leaf[0] != "id"]
        return domain

    def _is_joint_export(self):
        self.ensure_one()
        buyer = self.commercial_partner_id
        return bool(
            self.network_id
            and self.move_type == "out_invoice"
            and self.company_id.country_id.code == "PE"
            and buyer.is_company
            and buyer.country_id
            and buyer.country_id.code != "PE"
        )

    def _get_number_given(self):
        """Series and number without the prefix of the document's type, as the buyer writes it."""
        return self.l10n_latam_document_number or super()._get_number_given()
