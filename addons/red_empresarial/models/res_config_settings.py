from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    network_member_payable_account_id = fields.Many2one(
        related="company_id.network_member_payable_account_id", readonly=False
    )
    network_member_receivable_account_id = fields.Many2one(
        related="company_id.network_member_receivable_account_id", readonly=False
    )
    network_attribution_journal_id = fields.Many2one(
        related="company_id.network_attribution_journal_id", readonly=False
    )
    network_settlement_journal_id = fields.Many2one(
        related="company_id.network_settlement_journal_id", readonly=False
    )
    network_advance_account_id = fields.Many2one(
        related="company_id.network_advance_account_id", readonly=False
    )
    network_opening_account_id = fields.Many2one(
        related="company_id.network_opening_account_id", readonly=False
    )
