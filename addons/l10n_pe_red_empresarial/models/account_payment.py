from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountPayment(models.Model):
    _inherit = "account.payment"

    l10n_pe_kept_back = fields.Monetary(
        string="Kept Back",
        compute="_compute_l10n_pe_kept_back",
        help="Detractions and VAT withheld: a part of the bills that this payment closes and does "
        "not pay to the member.",
    )

    @api.depends("move_id.line_ids.l10n_pe_deduction", "move_id.line_ids.amount_currency")
    def _compute_l10n_pe_kept_back(self):
        for payment in self:
            items = payment._get_deduction_items()
            payment.l10n_pe_kept_back = -sum(items.mapped("amount_currency"))

    def _get_deduction_items(self):
        """Items of this payment that keep back a part of a bill."""
        self.ensure_one()
        return self.sudo().move_id.line_ids.filtered(
            lambda item: item.l10n_pe_deduction in ("detraction", "withholding")
        )

    def write(self, vals):
        if vals.keys() & set(self._get_trigger_fields_to_synchronize()):
            self._check_nothing_kept_back()
        return super().write(vals)

    def _check_nothing_kept_back(self):
        """Raise UserError for a draft payment that keeps something back and would be rewritten.

        Odoo would join its items to one, which names no bill: what is kept back would be lost.
        """
        for payment in self.filtered(lambda payment: payment.move_id.state == "draft"):
            items = payment._get_deduction_items()
            if items:
                raise UserError(
                    self.env._(
                        "%(payment)s keeps back a part of %(bills)s, so it cannot be changed. "
                        "Cancel it and pay again.",
                        payment=payment.display_name,
                        bills=", ".join(items.l10n_pe_deducted_bill_id.mapped("name")),
                    )
                )

    def _compute_available_partner_bank_ids(self):
        """Only detractions go to the accounts at the Banco de la Nación."""
        result = super()._compute_available_partner_bank_ids()
        for payment in self:
            accounts = payment.available_partner_bank_ids
            payment.available_partner_bank_ids = accounts.filtered(
                lambda account: not account.l10n_pe_is_detraction_account
            )
        return result
