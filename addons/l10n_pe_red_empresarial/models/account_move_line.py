from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [
    ("detraction", "Detraction"),
    ("withholding", "VAT Withholding"),
    ("deposit", "Deposit of a Detraction"),
]


class AccountMoveLine(models.Model):
    """Items that keep back a part of a bill, and those that deposit it: they name the bill.

    The items are the only truth: what is kept back of a bill is the sum of its posted ones.
    """

    _inherit = "account.move.line"

    l10n_pe_deduction = fields.Selection(KINDS, string="Kept Back", copy=False, readonly=True)
    l10n_pe_deducted_bill_id = fields.Many2one(
        "account.move",
        string="Bill",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    l10n_pe_deposit_id = fields.Many2one(
        "account.move", compute="_compute_l10n_pe_deposit", string="Deposit"
    )
    l10n_pe_deposit_number = fields.Char(
        compute="_compute_l10n_pe_deposit", string="Deposit Certificate"
    )
    l10n_pe_deposit_date = fields.Date(compute="_compute_l10n_pe_deposit", string="Deposited On")
    l10n_pe_detraction_state = fields.Selection(
        related="l10n_pe_deducted_bill_id.l10n_pe_detraction_state", string="State"
    )

    @api.depends("l10n_pe_deducted_bill_id")
    def _compute_l10n_pe_deposit(self):
        for item in self:
            bill = item.l10n_pe_deducted_bill_id
            item.l10n_pe_deposit_id = bill.l10n_pe_deposit_id
            item.l10n_pe_deposit_number = bill.l10n_pe_bill_deposit_number
            item.l10n_pe_deposit_date = bill.l10n_pe_bill_deposit_date

    def _copy_data_extend_business_fields(self, values):
        """The reversal of an item is of the same bill, so it takes back what the item kept back."""
        result = super()._copy_data_extend_business_fields(values)
        values.update(
            l10n_pe_deduction=self.l10n_pe_deduction,
            l10n_pe_deducted_bill_id=self.l10n_pe_deducted_bill_id.id,
        )
        return result

    def write(self, vals):
        if vals.keys() & {"l10n_pe_deduction", "l10n_pe_deducted_bill_id"}:
            self._check_deduction_frozen()
        return super().write(vals)

    def _check_deduction_frozen(self):
        """Raise UserError for a posted item: what it keeps back, and of which bill, stays so."""
        posted = self.filtered(lambda item: item.parent_state == "posted")[:1]
        if posted:
            raise UserError(
                self.env._(
                    "What %s keeps back of a bill does not change once it is posted. Reverse it "
                    "first.",
                    posted.move_id.display_name,
                )
            )
