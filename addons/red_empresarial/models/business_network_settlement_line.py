from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.actions import open_record, open_records


class BusinessNetworkSettlementLine(models.Model):
    """What one member is due in a settlement, the items and documents that prove it, and its state.

    ``amount_due`` = revenue − expense − input tax, the sum of the member's rows, in its favour.
    ``item_ids`` are the open journal items that a payment closes.
    """

    _name = "business.network.settlement.line"
    _description = "Settlement of One Member"
    _order = "settlement_id, sequence, id"
    _rec_name = "partner_id"
    _check_company_auto = True

    settlement_id = fields.Many2one(
        "business.network.settlement", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    network_id = fields.Many2one(related="settlement_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="settlement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    settlement_state = fields.Selection(related="settlement_id.state")
    member_document = fields.Selection(related="network_id.member_document")
    member_id = fields.Many2one(
        "business.network.member", required=True, index=True, ondelete="restrict", readonly=True
    )
    partner_id = fields.Many2one(
        related="member_id.partner_id", string="Enterprise", store=True, index=True
    )
    is_books_company = fields.Boolean(
        compute="_compute_is_books_company",
        help="This member keeps the books: its share stays there and is not paid.",
    )
    amount_revenue = fields.Monetary(string="Revenue", readonly=True)
    amount_expense = fields.Monetary(string="Expenses", readonly=True)
    amount_input_tax = fields.Monetary(string="Input Tax", readonly=True)
    amount_result = fields.Monetary(
        string="Result", compute="_compute_amounts", store=True, help="Revenue less expenses."
    )
    amount_due = fields.Monetary(
        string="Due",
        compute="_compute_amounts",
        store=True,
        help="Revenue less expenses and input tax; negative when the member owes.",
    )
    amount_tariff = fields.Monetary(
        string="Network Tariff", readonly=True, help="Part of the revenue that goes to the fund."
    )
    netted_item_ids = fields.One2many(
        "business.network.settlement.item", "settlement_line_id", string="Netted Items"
    )
    amount_netted = fields.Monetary(
        string="Netted",
        compute="_compute_amount_net",
        store=True,
        help="Previous balances, advances, goods received and others; negative when they lower the "
        "payment.",
    )
    amount_net = fields.Monetary(
        string="To Pay",
        compute="_compute_amount_net",
        store=True,
        help="Due less the network tariff, with what is netted; before the tax of the member's "
        "document.",
    )
    distribution_ids = fields.One2many("business.network.distribution", "settlement_line_id")
    part_ids = fields.One2many("business.network.distribution.part", "settlement_line_id")
    item_ids = fields.Many2many(
        "account.move.line",
        "business_network_settlement_line_item_rel",
        string="Open Items",
        readonly=True,
        copy=False,
    )
    amount_open = fields.Monetary(
        string="Still Open",
        compute="_compute_amount_open",
        help="What the ledger still shows as unpaid; positive when owed to the member.",
    )
    payment_state = fields.Selection(
        [("none", "Nothing to Pay"), ("open", "Open"), ("done", "Paid")],
        compute="_compute_payment_state",
        store=True,
    )
    document_id = fields.Many2one("account.move", string="Member's Document", readonly=True)
    document_number = fields.Char(
        copy=False, help="Number of the invoice the member gives for its share."
    )
    document_date = fields.Date(copy=False, help="Empty takes the date of the settlement.")
    reversal_number = fields.Char(
        string="Credit Note Number",
        copy=False,
        help="Number of the member's credit note, needed to reverse its invoice.",
    )

    _member_unique = models.Constraint(
        "UNIQUE(settlement_id, member_id)", "A member has one line in a settlement."
    )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_written_by_settlement()
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() - self._get_user_fields():
            self._check_written_by_settlement()
        if vals.keys() & {"document_number", "document_date"}:
            self._check_document_not_booked()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_by_settlement(self):
        self._check_written_by_settlement()

    def _get_user_fields(self):
        """Fields a person fills in; the settlement writes the others from the rows."""
        return {"sequence", "document_number", "document_date", "reversal_number"}

    def _check_document_not_booked(self):
        """Raise UserError once the member's document is booked by its number and its date."""
        for line in self:
            if line.settlement_id.state in ("posted", "paid", "reversed"):
                raise UserError(
                    self.env._(
                        "%(settlement)s booked the document of %(member)s: its number and date "
                        "stay as they are. Reverse the settlement to correct them.",
                        settlement=line.settlement_id.name,
                        member=line.partner_id.display_name,
                    )
                )

    def _check_written_by_settlement(self):
        """Raise UserError when a person writes what is due: the documents decide it."""
        if not self.env.su:
            raise UserError(
                self.env._(
                    "What members are due in %s comes from the joint documents and is not edited. "
                    "Correct the documents and compute the settlement again.",
                    self.settlement_id[:1].name or self.env._("a settlement"),
                )
            )

    @api.depends("partner_id", "company_id")
    def _compute_is_books_company(self):
        for line in self:
            line.is_books_company = line.member_id._is_books_company()

    @api.depends("amount_revenue", "amount_expense", "amount_input_tax")
    def _compute_amounts(self):
        for line in self:
            result = line.amount_revenue - line.amount_expense
            line.amount_result = result
            line.amount_due = result - line.amount_input_tax

    @api.depends("amount_due", "amount_tariff", "netted_item_ids.amount")
    def _compute_amount_net(self):
        for line in self:
            line.amount_netted = sum(line.netted_item_ids.mapped("amount"))
            line.amount_net = line.amount_due - line.amount_tariff + line.amount_netted

    @api.depends("item_ids.amount_residual_currency")
    def _compute_amount_open(self):
        for line in self:
            line.amount_open = -sum(line.sudo().item_ids.mapped("amount_residual_currency"))

    @api.depends("item_ids.reconciled", "settlement_id.state")
    def _compute_payment_state(self):
        for line in self:
            items = line.sudo().item_ids
            if not items or line.is_books_company:
                line.payment_state = "none"
            else:
                line.payment_state = "done" if all(items.mapped("reconciled")) else "open"

    # -- principal -----------------------------------------------------------------------------

    def _check_document_data(self):
        """Raise UserError naming the member whose document cannot be booked yet."""
        for line in self:
            if not line.network_id.member_document_journal_id or not (
                line.network_id.member_document_account_id
            ):
                raise UserError(
                    self.env._(
                        "Set the journal and the account of members' documents on %s, page "
                        "Accounting, before posting the settlement.",
                        line.network_id.name,
                    )
                )
            if line._needs_document_number() and not line.document_number:
                raise UserError(
                    self.env._(
                        "%(member)s has not given its invoice for %(settlement)s yet: write its "
                        "number on the member's line.",
                        member=line.partner_id.display_name,
                        settlement=line.settlement_id.name,
                    )
                )

    def _needs_document_number(self):
        self.ensure_one()
        own_invoice = self._get_document_kind() == "own_invoice"
        return own_invoice and self._has_share() and self.amount_due >= 0

    def _has_share(self):
        """Whether the member has a share to document; else only what is open with it is settled."""
        self.ensure_one()
        return bool(self.amount_revenue or self.amount_expense or self.amount_input_tax)

    def _settles_nothing(self):
        """Whether neither a share nor an open item is left in this line."""
        self.ensure_one()
        return not (self.distribution_ids or self.part_ids or self.netted_item_ids)

    def _get_document_kind(self):
        """Kind of document this member gives for its share."""
        self.ensure_one()
        return self.member_id._get_document_kind()

    def _is_posted_by_hand(self):
        """Whether the member's document is made as a draft that a person checks and posts."""
        self.ensure_one()
        return False

    def _prepare_member_document(self):
        """Values of the member's bill for its share, or of our invoice if its costs exceed it."""
        self.ensure_one()
        settlement = self.settlement_id
        charged = self.amount_due < 0
        return {
            "move_type": "out_invoice" if charged else "in_invoice",
            "journal_id": self._get_document_journal(charged).id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": self.document_date or settlement.date,
            "date": settlement.date,
            "ref": self.document_number or settlement.name,
            "invoice_origin": settlement.name,
            "network_id": self.network_id.id,
            "network_settlement_id": settlement.id,
            "invoice_line_ids": [
                Command.create(vals) for vals in self._prepare_member_document_lines(charged)
            ],
        }

    def _get_document_items(self):
        """Items of the member's document that a payment closes."""
        self.ensure_one()
        return self.document_id.line_ids.filtered(lambda item: item.display_type == "payment_term")

    def _get_document_journal(self, charged):
        self.ensure_one()
        if not charged:
            return self.network_id.member_document_journal_id
        journals = self.env["account.journal"].sudo()
        return journals.search(
            [*journals._check_company_domain(self.company_id), ("type", "=", "sale")], limit=1
        )

    def _prepare_member_document_lines(self, charged):
        """One line for the share of the revenue and, if there are costs, one for theirs."""
        amounts = [
            (self.env._("Share of joint sales, %s", self.settlement_id.name), self.amount_revenue),
            (
                self.env._("Share of joint expenses, %s", self.settlement_id.name),
                -self.amount_expense - self.amount_input_tax,
            ),
        ]
        account = {} if charged else {"account_id": self.network_id.member_document_account_id.id}
        return [
            {
                "name": name,
                "quantity": 1,
                "price_unit": -amount if charged else amount,
                "tax_ids": [Command.set(self._get_document_taxes(charged).ids)],
                **account,
            }
            for name, amount in amounts
            if amount
        ]

    def _get_document_taxes(self, charged=False):
        """Taxes of the member's document: its own, else the default of the operating form."""
        self.ensure_one()
        return self.member_id._get_document_taxes(charged)

    # -- payment -------------------------------------------------------------------------------

    def _prepare_payment(self, journal, date):
        """Values of the payment that closes what is open of this member."""
        self.ensure_one()
        items = self.sudo().item_ids.filtered(lambda item: not item.reconciled)
        outbound = self.amount_open > 0
        method_line = journal._get_available_payment_method_lines(
            "outbound" if outbound else "inbound"
        )[:1]
        return {
            "payment_type": "outbound" if outbound else "inbound",
            "partner_type": "supplier" if outbound else "customer",
            "partner_id": self.partner_id.id,
            "amount": abs(self.amount_open),
            "currency_id": self.currency_id.id,
            "journal_id": journal.id,
            "company_id": self.company_id.id,
            "date": date,
            "memo": self.settlement_id.name,
            "payment_method_line_id": method_line.id,
            "destination_account_id": items.account_id[:1].id,
            "network_settlement_id": self.settlement_id.id,
        }

    def action_open_document(self):
        self.ensure_one()
        return open_record(self.document_id)

    def action_open_distributions(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_distribution_action",
            [
                "|",
                ("settlement_line_id", "=", self.id),
                ("part_ids.settlement_line_id", "=", self.id),
            ],
        )
