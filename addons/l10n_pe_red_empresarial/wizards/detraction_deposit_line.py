from odoo import Command, api, fields, models


class DetractionDepositLine(models.TransientModel):
    """One detraction to deposit, with the certificate that the bank gave."""

    _name = "l10n_pe.detraction.deposit.line"
    _description = "Deposit of a Detraction"

    deposit_id = fields.Many2one(
        "l10n_pe.detraction.deposit", required=True, index=True, ondelete="cascade"
    )
    item_id = fields.Many2one("account.move.line", required=True, readonly=True)
    bill_id = fields.Many2one(related="item_id.l10n_pe_deducted_bill_id")
    partner_id = fields.Many2one(related="item_id.partner_id", string="Member")
    currency_id = fields.Many2one(related="item_id.company_currency_id")
    amount = fields.Monetary(compute="_compute_amount")
    partner_bank_id = fields.Many2one(
        "res.partner.bank", string="Account", compute="_compute_partner_bank_id"
    )
    number = fields.Char(string="Certificate")

    @api.depends("item_id.amount_residual")
    def _compute_amount(self):
        for line in self:
            line.amount = -line.item_id.amount_residual

    @api.depends("item_id")
    def _compute_partner_bank_id(self):
        for line in self:
            line.partner_bank_id = line.partner_id._get_detraction_account(line.item_id.company_id)

    def _get_number(self):
        return (self.number or "").strip()

    def _prepare_deposit(self):
        """Values of the entry: from the bank to the member's account for detractions."""
        self.ensure_one()
        deposit, item = self.deposit_id, self.item_id
        name = self.env._("Deposit of the detraction of %s", self.bill_id.name)
        common = {"name": name, "partner_id": item.partner_id.id}
        return {
            "move_type": "entry",
            "journal_id": deposit.journal_id.id,
            "company_id": deposit.company_id.id,
            "date": deposit.date,
            "ref": self.env._(
                "Certificate %(number)s, %(bill)s",
                number=self._get_number(),
                bill=self.bill_id.name,
            ),
            "partner_id": item.partner_id.id,
            "l10n_pe_deposit_number": self._get_number(),
            "l10n_pe_deposit_bank_id": self.partner_bank_id.id,
            "line_ids": [
                Command.create(
                    {
                        **common,
                        "account_id": item.account_id.id,
                        "currency_id": item.currency_id.id,
                        "amount_currency": -item.amount_residual_currency,
                        "balance": -item.amount_residual,
                        "l10n_pe_deduction": "deposit",
                        "l10n_pe_deducted_bill_id": self.bill_id.id,
                    }
                ),
                Command.create(
                    {
                        **common,
                        "account_id": deposit._get_cash_account().id,
                        "balance": item.amount_residual,
                    }
                ),
            ],
        }
