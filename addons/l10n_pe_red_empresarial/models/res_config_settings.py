from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    l10n_pe_withholds_vat = fields.Boolean(
        related="company_id.l10n_pe_withholds_vat", readonly=False
    )
    l10n_pe_detraction_account_id = fields.Many2one(
        related="company_id.l10n_pe_detraction_account_id", readonly=False
    )
    l10n_pe_withholding_account_id = fields.Many2one(
        related="company_id.l10n_pe_withholding_account_id", readonly=False
    )

    def action_set_up_deduction_accounts(self):
        """Set the accounts of detractions and withholdings that are still empty."""
        self.ensure_one()
        self.company_id.sudo()._ensure_deduction_accounts()
        return {"type": "ir.actions.client", "tag": "reload"}
