from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.actions import open_or_close

KINDS = [
    ("account", "Payment on account, or documented loan: the member owes it back"),
    ("bill", "Down payment with the member's own invoice and its tax"),
]


class BusinessNetworkAdvance(models.TransientModel):
    """Pays a member in advance of its share.

    A payment on account stands on the member's receivable current account until a settlement nets
    it. Where members document their share with their own invoice, the member can also bill a down
    payment with its tax; its documents for later shares deduct it with the same tax.
    """

    _name = "business.network.advance"
    _description = "Pay an Advance to a Member"

    network_id = fields.Many2one(
        "business.network",
        required=True,
        compute="_compute_network_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        domain="[('network_id', '=?', network_id), ('state', 'in', ['active'])]",
    )
    company_id = fields.Many2one(related="network_id.company_id")
    allows_bill = fields.Boolean(compute="_compute_allows_bill")
    kind = fields.Selection(
        KINDS, required=True, compute="_compute_kind", store=True, readonly=False, precompute=True
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    amount = fields.Monetary(help="Of a down payment: before tax.")
    tax_ids = fields.Many2many("account.tax", compute="_compute_amount_total", string="Taxes")
    amount_total = fields.Monetary(string="To Pay", compute="_compute_amount_total")
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    note = fields.Char(help="What the advance is for; it is printed on the receipt.")
    document_number = fields.Char(help="Number of the invoice the member gives.")
    advance_amount = fields.Monetary(
        related="member_id.advance_amount",
        string="Advances So Far",
        currency_field="company_currency_id",
    )
    advance_limit = fields.Monetary(
        related="network_id.advance_limit", currency_field="company_currency_id"
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Books' Currency"
    )

    @api.depends("member_id")
    def _compute_network_id(self):
        for wizard in self:
            wizard.network_id = wizard.member_id.network_id or wizard.network_id

    @api.depends("network_id", "member_id")
    def _compute_allows_bill(self):
        for wizard in self:
            network, member = wizard.network_id, wizard.member_id
            kind = member._get_document_kind() if member else network.member_document
            wizard.allows_bill = network.policy == "principal" and kind == "own_invoice"

    @api.depends("allows_bill")
    def _compute_kind(self):
        for wizard in self:
            wizard.kind = "bill" if wizard.allows_bill else "account"

    @api.depends("network_id")
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard.network_id.currency_id or self.env.company.currency_id

    @api.depends("network_id")
    def _compute_journal_id(self):
        journals = self.env["account.journal"]
        for wizard in self:
            domain = [
                *journals._check_company_domain(wizard.company_id),
                ("type", "in", ("bank", "cash")),
            ]
            found = wizard.network_id and journals.search(domain, limit=1)
            wizard.journal_id = found or False

    @api.depends("kind", "amount", "currency_id", "member_id")
    def _compute_amount_total(self):
        for wizard in self:
            taxes = wizard._get_taxes()
            wizard.tax_ids = taxes
            wizard.amount_total = (
                taxes.compute_all(wizard.amount, currency=wizard.currency_id)["total_included"]
                if taxes and wizard.currency_id
                else wizard.amount
            )

    def _get_taxes(self):
        """Taxes of the down payment: those of the member's documents."""
        self.ensure_one()
        if self.kind != "bill" or not self.member_id:
            return self.env["account.tax"]
        return self.member_id._get_document_taxes()

    # -- paying ------------------------------------------------------------------------------------

    def action_pay(self):
        """Book and pay the advance, then show its payment to who may see it."""
        self.ensure_one()
        return open_or_close(self.pay().sudo(False))

    def pay(self):
        """Book and pay the advance.

        :return: the posted payment
        """
        self.ensure_one()
        self.network_id.check_access("write")
        self._check_terms()
        bill = self._create_bill() if self.kind == "bill" else self.env["account.move"]
        payment = self.env["account.payment"].sudo().create(self._prepare_payment(bill))
        payment.action_post()
        term = bill.line_ids.filtered(lambda item: item.display_type == "payment_term")
        (
            term
            | payment.move_id.line_ids.filtered(lambda item: item.account_id == term.account_id)
        ).reconcile()
        self.member_id.invalidate_recordset(["advance_amount", "payment_count"])
        return payment

    def _check_terms(self):
        """Raise an error naming what does not allow this advance."""
        network, member = self.network_id, self.member_id
        if self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            raise UserError(
                self.env._(
                    "An advance to %s must be above zero. Write its amount.", member.display_name
                )
            )
        if member.network_id != network:
            raise UserError(
                self.env._(
                    "%(member)s is not a member of %(network)s. Choose one of its members.",
                    member=member.display_name,
                    network=network.name,
                )
            )
        if network.policy == "member":
            raise UserError(
                self.env._(
                    "In %s each member documents its own part, so no settlement would net an "
                    "advance. Pay the member as any other partner.",
                    network.name,
                )
            )
        member._check_payment_with(self.journal_id, self.date)
        member._check_advance_limit(self.amount, self.currency_id, self.date)
        if self.kind == "bill":
            self._check_bill_terms()
        else:
            network._check_account_set("member_receivable_account_id")

    def _check_bill_terms(self):
        network = self.network_id
        if not self.allows_bill:
            raise UserError(
                self.env._(
                    "Members of %s give no invoice of their own. Pay the advance on account.",
                    network.name,
                )
            )
        network._check_account_set("advance_account_id", "member_document_journal_id")
        network._check_date_open(
            self.date, network.member_document_journal_id, bool(self._get_taxes())
        )
        if not self.document_number:
            raise UserError(
                self.env._(
                    "%s has not given its invoice for the down payment yet: write its number.",
                    self.member_id.display_name,
                )
            )

    def _create_bill(self):
        bill = self.env["account.move"].sudo().create(self._prepare_bill())
        bill._post(soft=False)
        return bill

    def _prepare_bill(self):
        """Values of the member's invoice for the down payment; a country adds its numbers."""
        network = self.network_id
        return {
            "move_type": "in_invoice",
            "journal_id": network.member_document_journal_id.id,
            "partner_id": self.member_id.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.date,
            "date": self.date,
            "ref": self.document_number,
            "network_id": network.id,
            "network_member_id": self.member_id.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": self._get_memo(),
                        "quantity": 1,
                        "price_unit": self.amount,
                        "account_id": network.advance_account_id.id,
                        "tax_ids": [Command.set(self._get_taxes().ids)],
                    }
                )
            ],
        }

    def _prepare_payment(self, bill):
        """Values of the payment: of the member's bill, or on its current account."""
        vals = self.member_id._prepare_account_payment(
            "outbound",
            bill.amount_total or self.amount,
            self.currency_id,
            self.journal_id,
            self.date,
            self._get_memo(),
        )
        if bill:
            term = bill.line_ids.filtered(lambda item: item.display_type == "payment_term")
            vals["destination_account_id"] = term.account_id.id
        return vals

    def _get_memo(self):
        return self.note or self.env._("Advance of %s", self.network_id.name)
