from collections import namedtuple

from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.withholding import (
    left_to_withhold,
    percentage_of,
    proportion_of,
)
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_amount

INVOICE_CODE = "01"
SOL = 100  # a detraction is in whole soles
STATES = [
    ("pending", "To Keep Back"),
    ("kept", "Kept Back, Not Deposited"),
    ("deposited", "Deposited"),
]

# ``amount`` in coins of the bill's currency; ``soles`` in cents, where the law fixes them
Deduction = namedtuple("Deduction", "kind amount soles")


class AccountMove(models.Model):
    """What is kept back when a member's bill is paid: its detraction, or VAT.

    A bill of a member is a factura with VAT for its share or for a down payment. The detraction is
    a percentage of its total, in whole soles at the rate of the bill's day, kept back once, by the
    first payment. VAT is withheld of each payment, of bills that bear no detraction. Netting a bill
    is paying it. What was kept back and deposited is read from the posted items of the bill.
    """

    _inherit = "account.move"

    l10n_pe_detraction_type_id = fields.Many2one(
        "l10n_pe.deduction.type",
        string="Type of Detraction",
        domain=[("kind", "=", "detraction")],
        compute="_compute_l10n_pe_detraction_type_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        help="The whole bill bears it; of several the one with the highest rate.",
    )
    l10n_pe_detraction_amount = fields.Monetary(
        string="Detraction",
        compute="_compute_l10n_pe_detraction_amount",
        store=True,
        currency_field="company_currency_id",
        help="In whole soles, of the total with VAT.",
    )
    l10n_pe_detraction_state = fields.Selection(
        STATES,
        string="State of the Detraction",
        compute="_compute_l10n_pe_detraction_state",
        search="_search_l10n_pe_detraction_state",
        help="Read from the books. The credit of the input tax waits for the deposit.",
    )
    l10n_pe_deposit_id = fields.Many2one(
        "account.move", string="Deposit", compute="_compute_l10n_pe_deposit"
    )
    l10n_pe_deposit_number = fields.Char(
        string="Deposit Certificate",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="Number that the Banco de la Nación gives to the deposit of a detraction.",
    )
    l10n_pe_deposit_bank_id = fields.Many2one(
        "res.partner.bank",
        string="Deposited In",
        copy=False,
        readonly=True,
        ondelete="restrict",
    )
    l10n_pe_bill_deposit_number = fields.Char(
        compute="_compute_l10n_pe_deposit", string="Certificate of Deposit"
    )
    l10n_pe_bill_deposit_date = fields.Date(
        compute="_compute_l10n_pe_deposit", string="Deposited On"
    )

    # -- what the law asks -----------------------------------------------------------------------

    @api.depends("move_type", "network_member_id", "invoice_line_ids.product_id")
    def _compute_l10n_pe_detraction_type_id(self):
        """Of the products, else what the member does for the network; a person may change it."""
        for move in self:
            move.l10n_pe_detraction_type_id = move._is_member_bill() and (
                move._get_product_detraction_type()
                or move.l10n_pe_detraction_type_id
                or move.network_member_id._get_detraction_type()
            )

    def _get_product_detraction_type(self):
        """The type with the highest rate among the products of the bill."""
        date = self.invoice_date or fields.Date.context_today(self)
        return self.invoice_line_ids.product_id.l10n_pe_detraction_type_id.sorted(
            lambda deduction: deduction._get_rate(date)._get_percent(), reverse=True
        )[:1]

    @api.depends(
        "l10n_pe_detraction_type_id.rate_ids.date_from",
        "l10n_pe_detraction_type_id.rate_ids.rate",
        "l10n_pe_detraction_type_id.rate_ids.threshold",
        "amount_total_signed",
        "amount_tax",
        "invoice_date",
        "l10n_latam_document_type_id",
        "journal_id",
    )
    def _compute_l10n_pe_detraction_amount(self):
        """Once it is kept back it stays so, though somebody corrects a rate."""
        kept = self._get_kept_detractions()
        for move in self:
            amount = kept.get(move._origin.id, 0)
            if not amount and move.l10n_pe_detraction_type_id:
                amount = move._get_detraction()
            move.l10n_pe_detraction_amount = from_minor(amount, move.company_currency_id)

    def _get_kept_detractions(self):
        """Detractions kept back of those of these bills that bear one, in cents, by bill's id."""
        bills = self.filtered(lambda m: m.l10n_pe_detraction_type_id and m.state == "posted")
        return {
            bill_id: to_minor(-balance, self.browse(bill_id).company_currency_id)
            for (bill_id, kind), balance in bills._get_deducted_balances().items()
            if kind == "detraction"
        }

    def _is_member_bill(self):
        """Whether a member gave this bill for its share or for a down payment."""
        self.ensure_one()
        return self.move_type == "in_invoice" and bool(
            self.network_settlement_id or self.network_member_id
        )

    def _is_factura_with_vat(self):
        """Whether it is a tax document of the member itself, with VAT, in books kept in soles.

        Neither a *liquidación de compra* nor a cooperative act is.
        """
        self.ensure_one()
        return (
            self._is_member_bill()
            and self.company_currency_id.name == "PEN"
            and self.journal_id.l10n_latam_use_documents
            and self.l10n_latam_document_type_id.code == INVOICE_CODE
            and not self.currency_id.is_zero(self.amount_tax)
        )

    def _get_total_in_soles(self):
        """Total with VAT in cents of soles, at the rate of the bill's day."""
        return to_minor(abs(self.amount_total_signed), self.company_currency_id)

    def _get_applying_rate(self, deduction_type):
        """Rate of a type that this bill is large enough for; none if it is not."""
        date = self.invoice_date or fields.Date.context_today(self)
        rate = deduction_type._get_rate(date)
        return rate if rate._applies_to(self._get_total_in_soles()) else rate.browse()

    def _get_detraction(self):
        """Detraction of the bill, in cents: whole soles; 0 if it bears none."""
        rate = self._get_applying_rate(self.l10n_pe_detraction_type_id)
        if not rate or not self._is_factura_with_vat():
            return 0
        return percentage_of(self._get_total_in_soles(), rate._get_percent(), unit=SOL)

    def _bears_withholding(self):
        """Whether VAT is withheld of this bill, if it is large enough."""
        return (
            self.company_id.l10n_pe_withholds_vat
            and not self.commercial_partner_id.l10n_pe_vat_not_withheld
            and not self.l10n_pe_detraction_amount
            and self._is_factura_with_vat()
        )

    # -- what the books say ----------------------------------------------------------------------

    def _get_deducted_balances(self, field="balance"):
        """Sums of the posted items that name these bills: ``{(bill, kind): amount}``."""
        if not self.ids:
            return {}
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("l10n_pe_deducted_bill_id", "in", self.ids), ("parent_state", "=", "posted")],
                ["l10n_pe_deducted_bill_id", "l10n_pe_deduction"],
                [f"{field}:sum"],
            )
        )
        return {(bill.id, kind): amount for bill, kind, amount in groups}

    def _compute_l10n_pe_detraction_state(self):
        balances = self._get_deducted_balances()
        for move in self:
            amounts = (balances.get((move.id, kind), 0.0) for kind in ("deposit", "detraction"))
            deposited, kept = (to_minor(amount, move.company_currency_id) for amount in amounts)
            if deposited > 0:
                move.l10n_pe_detraction_state = "deposited"
            elif kept < 0:
                move.l10n_pe_detraction_state = "kept"
            else:
                due = move.state == "posted" and move.payment_state != "reversed"
                pending = due and move.l10n_pe_detraction_amount
                move.l10n_pe_detraction_state = "pending" if pending else False

    def _search_l10n_pe_detraction_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        deposited = Domain("id", "in", self._get_bill_ids("deposit", ">"))
        kept = Domain("id", "in", self._get_bill_ids("detraction", "<"))
        due = (
            Domain("l10n_pe_detraction_amount", ">", 0)
            & Domain("state", "=", "posted")
            & Domain("payment_state", "!=", "reversed")
        )
        domains = {
            "deposited": deposited,
            "kept": kept & ~deposited,
            "pending": due & ~kept & ~deposited,
            False: ~due & ~kept & ~deposited,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.model
    def _get_bill_ids(self, kind, comparison):
        """Ids of the bills whose posted items of a kind add up to more, or less, than nothing."""
        groups = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("l10n_pe_deduction", "=", kind),
                    ("l10n_pe_deducted_bill_id", "!=", False),
                    ("parent_state", "=", "posted"),
                ],
                ["l10n_pe_deducted_bill_id"],
                having=[("balance:sum", comparison, 0)],
            )
        )
        return [bill.id for (bill,) in groups]

    def _compute_l10n_pe_deposit(self):
        deposits = self._get_deposits()
        for move in self:
            deposit = deposits.get(move.id, self.browse())
            move.l10n_pe_deposit_id = deposit
            move.l10n_pe_bill_deposit_number = deposit.l10n_pe_deposit_number
            move.l10n_pe_bill_deposit_date = deposit.date

    def _get_deposits(self):
        """Deposits in force of the detractions of these bills, whatever they are reconciled with.

        :return: ``{bill id: account.move}``
        """
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("l10n_pe_deducted_bill_id", "in", self.ids),
                    ("l10n_pe_deduction", "=", "deposit"),
                    ("parent_state", "=", "posted"),
                    ("balance", ">", 0),
                    ("move_id.reversal_move_ids", "not any", [("state", "=", "posted")]),
                ],
                order="id",
            )
        )
        return {item.l10n_pe_deducted_bill_id.id: item.move_id for item in items}

    def _compute_partner_bank_id(self):
        """What is left of a bill is never paid to the account for detractions."""
        result = super()._compute_partner_bank_id()
        for move in self.filtered("partner_bank_id.l10n_pe_is_detraction_account"):
            move.partner_bank_id = move.bank_partner_id.bank_ids.filtered(
                lambda account, company=move.company_id: (
                    not account.l10n_pe_is_detraction_account
                    and account.company_id in (self.env["res.company"], company)
                )
            )[:1]
        return result

    # -- what a payment keeps back ---------------------------------------------------------------

    def _get_due_deductions(self, paid=None):
        """What a payment of this bill keeps back.

        :param int paid: what the payment covers, in coins of the bill's currency; all that is left
            by default
        :return: list of ``Deduction``, amounts above zero
        """
        self.ensure_one()
        return self._get_due_deductions_of_each(paid)[self]

    def _get_due_deductions_of_each(self, paid=None):
        """What payments of these bills keep back, read from the books once for all of them.

        :return: ``{bill: list of Deduction}``; see ``_get_due_deductions``
        """
        members = self.filtered(lambda move: move._is_member_bill())
        bearing = members.filtered("l10n_pe_detraction_amount")
        withheld_of = members.filtered(lambda move: move._bears_withholding())
        due = {move: [] for move in self}
        kept = bearing._get_deducted_balances()
        for bill in bearing:
            due[bill].append(bill._get_due_detraction(kept))
        withheld = withheld_of._get_deducted_balances("amount_currency")
        withholding = withheld_of and self.env["l10n_pe.deduction.type"]._get_withholding()
        for bill in withheld_of:
            due[bill].append(bill._get_due_withholding(withholding, withheld, paid))
        return {
            move: [deduction for deduction in deductions if deduction and deduction.amount]
            for move, deductions in due.items()
        }

    def _get_due_detraction(self, balances):
        """The detraction, unless it was kept back already: all of it, whatever is paid."""
        kept = balances.get((self.id, "detraction"), 0.0)
        left = to_minor(self.l10n_pe_detraction_amount + kept, self.company_currency_id)
        if left <= 0:
            return None
        total = to_minor(self.amount_total, self.currency_id)
        return Deduction("detraction", proportion_of(left, total, self._get_total_in_soles()), left)

    def _get_due_withholding(self, withholding, balances, paid):
        """The rate of all that is paid with this payment, less what was withheld before."""
        rate = self._get_applying_rate(withholding)
        if not rate:
            return None
        covered = to_minor(self.amount_total, self.currency_id)
        if paid is not None:
            left = to_minor(self.amount_residual, self.currency_id)
            covered = min(covered - left + paid, covered)
        withheld = balances.get((self.id, "withholding"), 0.0)
        amount = left_to_withhold(
            covered, to_minor(-withheld, self.currency_id), rate._get_percent()
        )
        return Deduction("withholding", amount, None)

    def _get_payment_deductions(self, paid=None):
        """What a payment of this bill keeps back, as a payment run of a settlement wants it.

        :return: list of ``(account, amount, label, values of the journal item)``
        :raise UserError: the company has no account for it
        """
        return [
            (
                self.company_id.sudo()._get_deduction_account(deduction.kind),
                from_minor(deduction.amount, self.currency_id),
                self._get_deduction_label(deduction.kind),
                self._prepare_deduction_values(deduction),
            )
            for deduction in self._get_due_deductions(paid)
        ]

    def _get_deduction_label(self, kind):
        if kind == "detraction":
            return self.env._("Detraction of %s", self.name)
        return self.env._("VAT withheld of %s", self.name)

    def _prepare_deduction_values(self, deduction):
        """Values of the item beyond its amount; the soles of a detraction are those of the law."""
        values = {"l10n_pe_deduction": deduction.kind, "l10n_pe_deducted_bill_id": self.id}
        if deduction.soles is not None:
            values["balance"] = from_minor(-deduction.soles, self.company_currency_id)
        return values

    def _prepare_deduction_items(self, deductions, date):
        """Values of the items of a payment that keep back ``deductions`` of this bill."""
        return [
            {
                "name": label,
                "account_id": account.id,
                "partner_id": self.commercial_partner_id.id,
                "currency_id": self.currency_id.id,
                "amount_currency": -amount,
                "balance": self.currency_id._convert(
                    -amount, self.company_currency_id, self.company_id, date
                ),
                **values,
            }
            for account, amount, label, values in deductions
        ]

    def _keep_back(self, vals, paid=None):
        """Values of a payment of this bill with what it keeps back taken off.

        :param dict vals: of the payment, whose amount is what it covers of the bill
        :param int paid: see ``_get_due_deductions``
        :raise UserError: the payment is smaller than what it must keep back
        """
        deductions = self._get_payment_deductions(paid)
        if not deductions:
            return vals
        items = self._prepare_deduction_items(deductions, vals["date"])
        kept = sum(to_minor(-item["amount_currency"], self.currency_id) for item in items)
        left = to_minor(vals["amount"], self.currency_id) - kept
        if left < 0:
            self._raise_payment_too_small(kept, vals["amount"])
        return {
            **vals,
            "amount": from_minor(left, self.currency_id),
            "write_off_line_vals": [*vals.get("write_off_line_vals", []), *items],
        }

    def _raise_payment_too_small(self, kept, amount):
        raise UserError(
            self.env._(
                "%(kept)s must be kept back of %(bill)s of %(member)s by its first payment, but "
                "%(amount)s is paid. Pay at least %(kept)s of it.",
                kept=format_amount(self.env, from_minor(kept, self.currency_id), self.currency_id),
                bill=self.name,
                member=self.commercial_partner_id.display_name,
                amount=format_amount(self.env, amount, self.currency_id),
            )
        )

    # -- guards ----------------------------------------------------------------------------------

    def write(self, vals):
        if "l10n_pe_detraction_type_id" in vals:
            self._check_nothing_kept_back()
        return super().write(vals)

    def _check_followed(self):
        """Neither a bill of which something is kept back nor what was deposited is undone."""
        result = super()._check_followed()
        posted = self.filtered(lambda move: move.state == "posted")
        posted._check_nothing_kept_back()
        posted._check_not_deposited()
        return result

    def _check_nothing_kept_back(self):
        """Raise UserError naming a bill of which a payment in force keeps something back."""
        bills = self.filtered(lambda move: move.move_type == "in_invoice")
        balances = bills._get_deducted_balances() if bills else {}
        for bill in bills:
            kept = sum(balances.get((bill.id, kind), 0.0) for kind in ("detraction", "withholding"))
            if not bill.company_currency_id.is_zero(kept):
                raise UserError(
                    self.env._(
                        "%(kept)s of %(bill)s of %(member)s is kept back by its payment. Reverse "
                        "that payment first.",
                        kept=format_amount(self.env, -kept, bill.company_currency_id),
                        bill=bill.name,
                        member=bill.commercial_partner_id.display_name,
                    )
                )

    def _check_not_deposited(self):
        """Raise UserError naming the deposit of what these payments kept back."""
        items = self.sudo().line_ids.filtered(lambda i: i.l10n_pe_deduction == "detraction")
        deposits = items.l10n_pe_deducted_bill_id._get_deposits() if items else {}
        for item in items:
            deposit = deposits.get(item.l10n_pe_deducted_bill_id.id)
            cleared_by = item.matched_debit_ids.debit_move_id.move_id
            if deposit and (deposit in cleared_by or not item.reconciled):
                raise UserError(
                    self.env._(
                        "The detraction that %(payment)s kept back of %(bill)s is deposited with "
                        "certificate %(number)s. Reverse the deposit %(deposit)s first.",
                        payment=item.move_id.name,
                        bill=item.l10n_pe_deducted_bill_id.name,
                        number=deposit.l10n_pe_deposit_number,
                        deposit=deposit.name,
                    )
                )
