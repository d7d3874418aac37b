from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.exceptions import UserError


class AccountPaymentRegister(models.TransientModel):
    """A member's bill that is paid by hand keeps back what a payment run would."""

    _inherit = "account.payment.register"

    l10n_pe_kept_back = fields.Monetary(
        string="Kept Back of It",
        compute="_compute_l10n_pe_kept_back",
        help="Detractions and VAT withheld: the bank pays the rest.",
    )

    @api.depends("line_ids", "amount", "currency_id", "payment_difference_handling")
    def _compute_l10n_pe_kept_back(self):
        for wizard in self:
            bills = wizard.line_ids.move_id.filtered(lambda move: move._is_member_bill())
            same = bills and bills.currency_id == wizard.currency_id
            paid = None
            if same and len(bills) == 1 and wizard.payment_difference_handling == "open":
                paid = to_minor(wizard.amount, wizard.currency_id)
            due = bills._get_due_deductions_of_each(paid) if same else {}
            wizard.l10n_pe_kept_back = from_minor(
                sum(deduction.amount for deductions in due.values() for deduction in deductions),
                wizard.currency_id,
            )

    def _get_batch_available_partner_banks(self, batch_result, journal):
        """Only detractions go to the accounts at the Banco de la Nación."""
        accounts = super()._get_batch_available_partner_banks(batch_result, journal)
        return accounts.filtered(lambda account: not account.l10n_pe_is_detraction_account)

    def _create_payment_vals_from_wizard(self, batch_result):
        vals = super()._create_payment_vals_from_wizard(batch_result)
        return self._keep_back(vals, batch_result["lines"])

    def _create_payment_vals_from_batch(self, batch_result):
        vals = super()._create_payment_vals_from_batch(batch_result)
        return self._keep_back(vals, batch_result["lines"])

    def _keep_back(self, vals, items):
        """Take off a payment what it keeps back of the members' bills it closes.

        :param dict vals: of the payment
        :param items: open items of the bills
        """
        due = items.move_id._get_due_deductions_of_each()
        bills = items.move_id.filtered(lambda move: due[move])
        if not bills:
            return vals
        self._check_posted(bills)
        if vals["currency_id"] != bills.currency_id.id:
            self._raise_other_currency(bills)
        currency = bills.currency_id
        closed = sum(item["amount_currency"] for item in vals["write_off_line_vals"])
        covered = to_minor(vals["amount"] - closed, currency)
        if covered >= to_minor(-sum(items.mapped("amount_residual_currency")), currency):
            for bill in bills:
                vals = bill._keep_back(vals, self._get_residual(items, bill))
            return vals
        if len(items.move_id) > 1:
            self._raise_part_of_several(bills)
        return bills._keep_back(vals, covered)

    @staticmethod
    def _get_residual(items, bill):
        """What is left of those of the open items, some installments maybe, that are of a bill."""
        open_items = items.filtered(lambda item: item.move_id == bill)
        return to_minor(-sum(open_items.mapped("amount_residual_currency")), bill.currency_id)

    def _check_posted(self, bills):
        """Raise UserError naming drafts: what is kept back of them may still change."""
        drafts = bills.filtered(lambda bill: bill.state != "posted")
        if drafts:
            raise UserError(
                self.env._(
                    "Something is kept back of %s. Confirm it before you pay it.",
                    ", ".join(drafts.mapped("display_name")),
                )
            )

    def _raise_other_currency(self, bills):
        raise UserError(
            self.env._(
                "Something is kept back of %(bills)s, so pay it in %(currency)s, its own currency.",
                bills=", ".join(bills.mapped("name")),
                currency=", ".join(bills.currency_id.mapped("name")),
            )
        )

    def _raise_part_of_several(self, bills):
        raise UserError(
            self.env._(
                "Something is kept back of %s. Pay each bill by itself to pay a part of it.",
                ", ".join(bills.mapped("name")),
            )
        )
