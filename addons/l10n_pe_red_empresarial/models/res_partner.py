from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_pe_vat_not_withheld = fields.Boolean(
        string="VAT Is Not Withheld",
        help="It is a withholding agent itself or a good taxpayer, so no VAT is withheld from it.",
    )

    def _get_detraction_account(self, company):
        """Account at the Banco de la Nación where a company deposits detractions; may be none."""
        accounts = self.commercial_partner_id.bank_ids | self.bank_ids
        return accounts.filtered(
            lambda account: (
                account.l10n_pe_is_detraction_account
                and account.company_id in (self.env["res.company"], company)
            )
        )[:1]


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    l10n_pe_is_detraction_account = fields.Boolean(
        string="Detractions (Banco de la Nación)",
        help="Only detractions are deposited there; other payments never go to it.",
    )
