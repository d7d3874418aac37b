from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..tools.actions import open_records


class BusinessNetworkMember(models.Model):
    """What a member holds in advances, and the payments on account with it."""

    _inherit = "business.network.member"

    currency_id = fields.Many2one(related="company_id.currency_id")
    advance_amount = fields.Monetary(
        string="Advances",
        compute="_compute_advance_amount",
        help="Advances that no settlement has netted or deducted yet, in the currency of the "
        "books.",
    )
    payment_count = fields.Integer(compute="_compute_payment_count")

    def _compute_advance_amount(self):
        amounts = self._get_advance_amounts(
            [("move_id.network_member_id", "in", self.ids)], "move_id.network_member_id"
        )
        for member in self:
            member.advance_amount = amounts.get(member._origin, 0.0)

    def _compute_payment_count(self):
        counts = dict(
            self.env["account.payment"]
            .sudo()
            ._read_group(
                [("network_member_id", "in", self.ids)], ["network_member_id"], ["__count"]
            )
        )
        for member in self:
            member.payment_count = counts.get(member._origin, 0)

    # -- what is outstanding -----------------------------------------------------------------------

    @api.model
    def _get_advance_item_domain(self):
        """Domain of the journal items of advances that are still open.

        Payments that the member owes back, and down payments its bills put on the advances account.
        """
        return [
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual", ">", 0.0),
            ("move_id.network_member_id", "!=", False),
            "|",
            "&",
            ("account_id.account_type", "=", "asset_receivable"),
            ("move_id.origin_payment_id", "!=", False),
            *self._get_down_payment_domain(),
        ]

    @api.model
    def _get_down_payment_domain(self):
        """Domain of the items that down-payment bills of members left on an advances account."""
        return [
            "&",
            "&",
            "&",
            ("account_id.account_type", "in", ("asset_prepayments", "asset_current")),
            ("account_id.reconcile", "=", True),
            ("move_id.move_type", "=", "in_invoice"),
            ("move_id.network_settlement_id", "=", False),
        ]

    @api.model
    def _get_advance_amounts(self, domain, groupby):
        """Outstanding advances in company currency, ``{record of groupby: amount}``."""
        return {
            record.sudo(self.env.su): amount
            for record, amount in self.env["account.move.line"]
            .sudo()
            ._read_group(
                [*self._get_advance_item_domain(), *domain], [groupby], ["amount_residual:sum"]
            )
        }

    def _get_document_taxes(self, charged=False):
        """Taxes of the documents the member gives: its own, else the default of the company.

        :param bool charged: of the invoice that the company gives the member instead
        """
        self.ensure_one()
        if charged and self.network_id.member_document != "cooperative_act":
            return self.company_id.account_sale_tax_id
        if self.documents_untaxed or self.network_id.member_document == "cooperative_act":
            return self.env["account.tax"]
        return self.document_tax_ids or self.company_id.account_purchase_tax_id

    def get_outstanding_advances(self):
        """Advances of this member that no settlement netted or deducted yet.

        :return: list of dicts ``{date, document, memo, amount, open, currency}`` of plain values,
            oldest first; amounts in the currency of each advance
        """
        self.ensure_one()
        self.check_access("read")
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [*self._get_advance_item_domain(), ("move_id.network_member_id", "=", self.id)],
                order="date, id",
            )
        )
        return [
            {
                "date": item.date,
                "document": item.move_id.name,
                "memo": item.move_id.origin_payment_id.memo or item.name or "",
                "amount": item.amount_currency,
                "open": item.amount_residual_currency,
                "currency": item.currency_id.name,
            }
            for item in items
        ]

    # -- payments on account -----------------------------------------------------------------------

    def _check_payment_with(self, journal, date):
        """Raise an error when no payment on account with these members can be booked."""
        for network, members in self.grouped("network_id").items():
            network._check_payment_journal(journal)
            network._check_date_open(date, journal)
            members._check_in_force(date)
            members._check_not_books_company()

    def _check_not_books_company(self):
        for member in self:
            if member._is_books_company():
                raise UserError(
                    self.env._(
                        "%(member)s keeps the books of %(network)s: it neither pays nor owes "
                        "itself. Choose another member.",
                        member=member.display_name,
                        network=member.network_id.name,
                    )
                )

    def _check_advance_limit(self, amount, currency, date):
        """Raise UserError when the member would hold more in advances than its network allows.

        :param amount: the new advance, in ``currency``
        """
        self.ensure_one()
        limit, books = self.network_id.advance_limit, self.currency_id
        wanted = currency._convert(amount, books, self.company_id, date)
        self.invalidate_recordset(["advance_amount"])
        held = self.advance_amount
        if limit and books.compare_amounts(held + wanted, limit) > 0:
            raise UserError(
                self.env._(
                    "%(member)s would have %(total)s in advances: it holds %(held)s, and "
                    "%(network)s allows %(limit)s. Lower the amount, settle first, or change the "
                    "limit on the network.",
                    member=self.display_name,
                    total=format_amount(self.env, held + wanted, books),
                    held=format_amount(self.env, held, books),
                    network=self.network_id.name,
                    limit=format_amount(self.env, limit, books),
                )
            )

    def _prepare_account_payment(self, payment_type, amount, currency, journal, date, memo):
        """Values of a payment on account with this member."""
        self.ensure_one()
        network = self.network_id
        inbound = payment_type == "inbound"
        account = network[
            "member_payable_account_id" if inbound else "member_receivable_account_id"
        ]
        return {
            "payment_type": payment_type,
            "partner_type": "customer" if inbound else "supplier",
            "partner_id": self.partner_id.id,
            "amount": amount,
            "currency_id": currency.id,
            "journal_id": journal.id,
            "company_id": self.company_id.id,
            "date": date,
            "memo": memo,
            "payment_method_line_id": journal._get_available_payment_method_lines(payment_type)[
                :1
            ].id,
            "destination_account_id": account.id,
            "network_member_id": self.id,
        }

    # -- actions -----------------------------------------------------------------------------------

    def action_open_advance_wizard(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_advance_action",
            context={
                "default_network_id": self.network_id.id,
                "default_member_id": self.id,
            },
        )

    def action_open_advances(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_advance_item_action",
            [
                *self._get_advance_item_domain(),
                ("move_id.network_member_id", "=", self.id),
            ],
        )

    def action_open_payments(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_member_payment_action",
            [("network_member_id", "=", self.id)],
        )
