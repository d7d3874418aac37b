import base64
import csv
import io

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..tools.minor_units import to_minor


class AccountPayment(models.Model):
    _inherit = "account.payment"

    network_batch_reference = fields.Char(
        string="Payment Run",
        index="btree_not_null",
        copy=False,
        readonly=True,
        help="The settlement and the number of the run that made this payment.",
    )


class BusinessNetworkSettlementLine(models.Model):
    _inherit = "business.network.settlement.line"

    def _prepare_payment(self, journal, date):
        """Members are paid what is open less what is withheld of it, all in one run."""
        vals = super()._prepare_payment(journal, date)
        vals["network_batch_reference"] = self.settlement_id._get_next_batch_reference()
        deductions = self.settlement_id._get_payment_deductions(self)
        if not deductions:
            return vals
        withheld = sum(
            to_minor(amount, self.currency_id) for _account, amount, *_rest in deductions
        )
        left = to_minor(vals["amount"], self.currency_id) - withheld
        if vals["payment_type"] != "outbound" or left < 0:
            raise UserError(
                self.env._(
                    "%(withheld)s would be withheld from %(member)s in %(settlement)s, but only "
                    "%(open)s is paid to it. Correct the deductions first.",
                    withheld=format_amount(
                        self.env, withheld * self.currency_id.rounding, self.currency_id
                    ),
                    member=self.partner_id.display_name,
                    settlement=self.settlement_id.name,
                    open=format_amount(self.env, max(self.amount_open, 0.0), self.currency_id),
                )
            )
        vals["amount"] = self.currency_id.round(left * self.currency_id.rounding)
        vals["write_off_line_vals"] = [
            {**self._prepare_deduction(account, amount, name, date), **dict(*values)}
            for account, amount, name, *values in deductions
        ]
        return vals

    def _prepare_deduction(self, account, amount, name, date):
        """Item of a payment that keeps back a part of what the member is owed."""
        return {
            "name": name,
            "account_id": account.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": -amount,
            "balance": self.currency_id._convert(
                -amount, self.company_id.currency_id, self.company_id, date
            ),
        }


class BusinessNetworkSettlement(models.Model):
    """A payment run: its reference, receipts and bank file."""

    _inherit = "business.network.settlement"

    def _get_payment_deductions(self, line):
        """What is withheld from a member when it is paid; a country adds its own.

        :param line: ``business.network.settlement.line`` with an open balance
        :return: list of ``(account, amount, label)``, amounts positive, in the line's currency; a
            fourth member may hold further values of the journal item, or other ones
        """
        return []

    # -- runs ------------------------------------------------------------------------------------

    def _get_batch_references(self):
        """References of the payment runs so far, in order."""
        self.ensure_one()
        references = set(self.sudo().payment_ids.mapped("network_batch_reference")) - {False}
        return sorted(references, key=self._get_batch_number)

    @staticmethod
    def _get_batch_number(reference):
        return int(reference.rpartition("-")[2])

    def _get_next_batch_reference(self):
        """Settlement name and number of the next run, ``LIQ/2026/0001-1``."""
        self.ensure_one()
        last = self._get_batch_references()[-1:]
        return f"{self.name}-{self._get_batch_number(last[0]) + 1 if last else 1}"

    def _get_valid_payments(self):
        """Payments of the settlement that were not reversed, those of the last run first."""
        self.ensure_one()
        payments = self.sudo().payment_ids.filtered(lambda p: p.state in ("in_process", "paid"))
        if not payments:
            raise UserError(
                self.env._(
                    "%s has no payments yet. Use “Pay the Members” first.",
                    self.name,
                )
            )
        return payments.sorted("id")

    def action_print_receipts(self):
        """Print the receipts of all payments of the settlement, one after the other."""
        self.ensure_one()
        self.check_access("read")
        payments = self._get_valid_payments()
        receipt = self.env.ref("account.action_report_payment_receipt")
        return receipt.report_action(payments.ids, config=False)

    # -- bank file -------------------------------------------------------------------------------

    def action_bank_file(self):
        """Download the transfers of the last payment run as a file for the bank."""
        self.ensure_one()
        self.check_access("write")
        payments = self._get_bank_file_payments()
        self._check_bank_accounts(payments)
        attachment = self.env["ir.attachment"].create(self._prepare_bank_file(payments))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
        }

    def _get_bank_file_payments(self):
        """Transfers to members of the last run: outgoing, through a bank."""
        payments = self._get_valid_payments()
        reference = self._get_batch_references()[-1:]
        payments = payments.filtered(
            lambda payment: (
                payment.payment_type == "outbound"
                and payment.journal_id.type == "bank"
                and payment.network_batch_reference in reference
            )
        )
        if not payments:
            raise UserError(
                self.env._(
                    "The last payment run of %s paid nobody through a bank, so there is nothing to "
                    "send to it.",
                    self.name,
                )
            )
        return payments

    def _get_payment_bank_account(self, payment):
        return payment.partner_bank_id or payment.partner_id.bank_ids[:1]

    def _check_bank_accounts(self, payments):
        """Raise UserError naming every member without a bank account."""
        lacking = payments.filtered(lambda payment: not self._get_payment_bank_account(payment))
        if lacking:
            raise UserError(
                self.env._(
                    "These members of %(settlement)s have no bank account: %(members)s. Add it on "
                    "each contact, page Accounting, or pay them in cash.",
                    settlement=self.name,
                    members=", ".join(lacking.partner_id.mapped("display_name")),
                )
            )

    def _prepare_bank_file(self, payments):
        self.ensure_one()
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\r\n").writerows(self._get_bank_file_rows(payments))
        return {
            "name": f"{payments[0].network_batch_reference.replace('/', '-')}.csv",
            "mimetype": "text/csv",
            # With a byte order mark, so that spreadsheets read the accents of names.
            "datas": base64.b64encode(buffer.getvalue().encode("utf-8-sig")),
            "res_model": self._name,
            "res_id": self.id,
        }

    def _get_bank_file_rows(self, payments):
        """Rows of the bank file, the heading first; a country or a bank has its own format.

        :param payments: ``account.payment`` of one run, each with a bank account
        :return: list of lists of str
        """
        heading = [
            self.env._("Member"),
            self.env._("Tax ID"),
            self.env._("Bank"),
            self.env._("Account number"),
            self.env._("Currency"),
            self.env._("Amount"),
            self.env._("Reference"),
        ]
        return [heading, *(self._get_bank_file_row(payment) for payment in payments)]

    def _get_bank_file_row(self, payment):
        account = self._get_payment_bank_account(payment)
        digits = payment.currency_id.decimal_places
        return [
            payment.partner_id.name,
            payment.partner_id.vat or "",
            account.bank_id.name or "",
            account.acc_number,
            payment.currency_id.name,
            f"{payment.amount:.{digits}f}",
            payment.network_batch_reference,
        ]
