from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..tools.actions import open_record
from ..tools.minor_units import to_minor
from .business_network_distribution import KINDS

SIDES = [("sale", "Sale"), ("purchase", "Purchase")]
SIDE_KINDS = {"sale": ("revenue", "output_tax"), "purchase": ("expense", "input_tax")}
assert {kind for kinds in SIDE_KINDS.values() for kind in kinds} == dict(KINDS).keys()


class BusinessNetworkInvoicingOrder(models.Model):
    """What one member documents by itself of one joint document, and the document it declared.

    Policy ``member``: a sale is what the member invoices to the customer, a purchase what the
    supplier invoices to the member. Declaring the document books a memorandum entry on off-balance
    accounts, so that nothing of it passes through the accounts of the books' company.
    """

    _name = "business.network.invoicing.order"
    _description = "Invoicing Order of a Member"
    _inherit = ["mail.thread"]
    _order = "settlement_line_id, side desc, id"
    _rec_name = "source_move_id"
    _check_company_auto = True

    settlement_line_id = fields.Many2one(
        "business.network.settlement.line",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    settlement_id = fields.Many2one(
        related="settlement_line_id.settlement_id", store=True, index=True
    )
    network_id = fields.Many2one(related="settlement_line_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="settlement_line_id.company_id", store=True, index=True)
    member_id = fields.Many2one(related="settlement_line_id.member_id")
    partner_id = fields.Many2one(
        related="settlement_line_id.partner_id", string="Enterprise", store=True, index=True
    )
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    source_move_id = fields.Many2one(
        "account.move",
        string="Joint Document",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    counterpart_id = fields.Many2one(
        "res.partner",
        string="Customer or Supplier",
        related="source_move_id.commercial_partner_id",
        store=True,
    )
    side = fields.Selection(SIDES, required=True, readonly=True)
    amount_base = fields.Monetary(string="Base", readonly=True)
    amount_tax = fields.Monetary(string="Tax", readonly=True)
    amount_total = fields.Monetary(string="Total", compute="_compute_amount_total", store=True)
    state = fields.Selection(
        [("open", "To Declare"), ("declared", "Declared"), ("canceled", "Canceled")],
        required=True,
        readonly=True,
        default="open",
        index=True,
        tracking=True,
    )
    issuer_id = fields.Many2one(
        "res.partner",
        compute="_compute_issuer_id",
        store=True,
        help="Who numbers the document: the member that sells, or the supplier.",
    )
    document_number = fields.Char(readonly=True, tracking=True)
    document_date = fields.Date(readonly=True)
    declared_base = fields.Monetary(readonly=True)
    declared_tax = fields.Monetary(readonly=True)
    declared_total = fields.Monetary(compute="_compute_declared_total", store=True)
    difference = fields.Monetary(
        compute="_compute_declared_total",
        store=True,
        help="Declared less ordered; confirmed by whoever declared it.",
    )
    difference_reason = fields.Char(readonly=True, tracking=True)
    move_id = fields.Many2one(
        "account.move",
        string="Memorandum Entry",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _number_unique = models.UniqueIndex(
        "(issuer_id, document_number) WHERE state = 'declared'",
        "A document of a member is declared once.",
    )

    @api.depends("amount_base", "amount_tax")
    def _compute_amount_total(self):
        for order in self:
            order.amount_total = order.amount_base + order.amount_tax

    @api.depends("declared_base", "declared_tax", "state")
    def _compute_declared_total(self):
        for order in self:
            total = order.declared_base + order.declared_tax
            order.declared_total = total
            order.difference = total - order.amount_total if order.state == "declared" else 0.0

    @api.depends("side", "partner_id", "counterpart_id")
    def _compute_issuer_id(self):
        for order in self:
            order.issuer_id = (
                order.partner_id.commercial_partner_id
                if order.side == "sale"
                else order.counterpart_id
            )

    @api.depends("source_move_id", "partner_id")
    def _compute_display_name(self):
        for order in self:
            names = order.partner_id.display_name, order.sudo().source_move_id._get_joint_name()
            order.display_name = " · ".join(name or "" for name in names)

    # -- declaring -------------------------------------------------------------------------------

    def action_open_declaration(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Declare a Member's Document"),
            "res_model": "business.network.declaration",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }

    def declare(self, number, date, base=None, tax=None, accounting_date=None, reason=None):
        """Record the document the member gave or got for this order, as a memorandum entry.

        :param str number: number of the document
        :param date: date of the document
        :param base, tax: its amounts; None takes those of the order
        :param accounting_date: date of the entry; None takes the later of the document's date and
            the settlement's
        :param reason: why the amounts differ from the order; needed when they do beyond a coin
        :return: the id of the memorandum entry
        """
        self.ensure_one()
        self.check_access("read")
        self.settlement_id.check_access("write")
        order = self.sudo()
        document_date = fields.Date.to_date(date)
        vals = {
            "document_number": " ".join((number or "").upper().split()),
            "document_date": document_date,
            "declared_base": self.amount_base if base is None else self.currency_id.round(base),
            "declared_tax": self.amount_tax if tax is None else self.currency_id.round(tax),
            "difference_reason": reason,
        }
        entry_date = fields.Date.to_date(accounting_date) or max(
            document_date, order.settlement_id.date
        )
        order._check_declaration(vals)
        order.network_id._check_memorandum_accounts()
        order._check_entry_date(entry_date)
        order.write({**vals, "state": "declared"})
        order.move_id = order.move_id.create(order._prepare_memorandum_entry(entry_date))
        order.move_id._post(soft=False)
        return order.move_id.id

    def _check_declaration(self, vals):
        """Raise UserError naming what is wrong with a declaration and how to correct it."""
        names = {
            "member": self.partner_id.display_name,
            "document": self.source_move_id._get_joint_name(),
            "number": vals["document_number"],
        }
        if self.state != "open" or self.settlement_id.state != "posted":
            raise UserError(
                self.env._(
                    "%(member)s has nothing to declare for %(document)s: it is declared already, "
                    "or the settlement is not posted. Undo the declaration to correct it.",
                    **names,
                )
            )
        if not vals["document_number"]:
            raise UserError(
                self.env._(
                    "Write the number of the document of %(member)s for %(document)s.", **names
                )
            )
        self.member_id._check_in_force(vals["document_date"])
        self._check_number_free(names)
        self._check_difference(vals, names)

    def _check_number_free(self, names):
        other = self.search(
            [
                ("issuer_id", "=", self.issuer_id.id),
                ("document_number", "=", names["number"]),
                ("state", "=", "declared"),
            ],
            limit=1,
        )
        if other:
            raise UserError(
                self.env._(
                    "%(number)s of %(issuer)s is declared already for %(document)s in "
                    "%(settlement)s. Correct the number, or undo that declaration.",
                    number=names["number"],
                    issuer=self.issuer_id.display_name,
                    document=other.source_move_id._get_joint_name(),
                    settlement=other.settlement_id.name,
                )
            )

    def _check_difference(self, vals, names):
        ordered = (self.amount_base, self.amount_tax)
        declared = (vals["declared_base"], vals["declared_tax"])
        if self._differs(*declared) and not vals["difference_reason"]:
            raise UserError(
                self.env._(
                    "%(number)s of %(member)s for %(document)s is of %(declared)s, but the order "
                    "is of %(ordered)s. Correct the amounts, or confirm the difference and say "
                    "why.",
                    declared=format_amount(self.env, sum(declared), self.currency_id),
                    ordered=format_amount(self.env, sum(ordered), self.currency_id),
                    **names,
                )
            )

    def _differs(self, base, tax):
        """Whether amounts differ from the order by more than the coin that rounding may cost."""
        self.ensure_one()
        return any(
            abs(to_minor(mine, self.currency_id) - to_minor(ordered, self.currency_id)) > 1
            for mine, ordered in ((base, self.amount_base), (tax, self.amount_tax))
        )

    def _check_entry_date(self, date):
        """Raise UserError for a locked date; core would move the entry without asking."""
        company = self.company_id
        locks = company._get_violated_lock_dates(date, False, self.network_id.settlement_journal_id)
        if locks:
            raise UserError(
                self.env._(
                    "The document of %(member)s for %(document)s cannot be recorded on %(date)s: "
                    "the books of %(company)s are locked (%(locks)s). Choose a later accounting "
                    "date.",
                    member=self.partner_id.display_name,
                    document=self.source_move_id._get_joint_name(),
                    date=format_date(self.env, date),
                    company=company.name,
                    locks=company._format_lock_dates(locks),
                )
            )

    # -- memorandum entry ------------------------------------------------------------------------

    def _prepare_memorandum_entry(self, date):
        self.ensure_one()
        network = self.network_id
        sign = -1 if self.side == "sale" else 1
        items = [
            {
                **self._prepare_memorandum_item(network.memorandum_account_id, sign * amount, date),
                "network_memorandum_kind": kind,
            }
            for kind, amount in zip(
                SIDE_KINDS[self.side], (self.declared_base, self.declared_tax), strict=True
            )
            if amount
        ]
        contra = self._prepare_memorandum_item(
            network.memorandum_contra_account_id, -sign * self.declared_total, date
        )
        contra["balance"] = -sum(vals["balance"] for vals in items)
        return {
            "move_type": "entry",
            "journal_id": network.settlement_journal_id.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "date": date,
            "currency_id": self.currency_id.id,
            "ref": self.document_number,
            "network_id": network.id,
            "network_settlement_id": self.settlement_id.id,
            "line_ids": [Command.create(vals) for vals in (*items, contra)],
        }

    def _prepare_memorandum_item(self, account, amount, date):
        return {
            "name": self.env._(
                "%(number)s for %(document)s",
                number=self.document_number,
                document=self.source_move_id._get_joint_name(),
            ),
            "account_id": account.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": self.currency_id.round(amount),
            "balance": self.currency_id._convert(
                amount, self.company_id.currency_id, self.company_id, date
            ),
        }

    def action_undo_declaration(self):
        """Reverse the memorandum entries; the documents can be declared again."""
        self.settlement_id.check_access("write")
        for order in self.sudo():
            if order.state != "declared":
                raise UserError(
                    self.env._("%s has declared nothing that could be undone.", order.display_name)
                )
            entry = order.move_id
            order._release()
            reversal = entry._reverse_moves(
                [order.settlement_id._prepare_entry_reversal(entry)], cancel=True
            )
            reversal.network_settlement_id = order.settlement_id

    def _release(self, state="open"):
        """Forget what was declared, so that the entry may be reversed; the chatter keeps it."""
        for order in self.filtered(lambda order: order.state == "declared"):
            order.message_post(
                body=self.env._(
                    "Declaration undone: %(number)s, %(amount)s.",
                    number=order.document_number,
                    amount=format_amount(self.env, order.declared_total, order.currency_id),
                )
            )
        self.write(
            {
                "state": state,
                "move_id": False,
                "document_number": False,
                "document_date": False,
                "declared_base": 0.0,
                "declared_tax": 0.0,
                "difference_reason": False,
            }
        )

    def action_open_entry(self):
        self.ensure_one()
        return open_record(self.move_id)


class AccountMove(models.Model):
    _inherit = "account.move"

    network_invoicing_order_ids = fields.One2many("business.network.invoicing.order", "move_id")

    def _get_joint_name(self):
        """Name of a joint document for the members: its order's where it is a memorandum."""
        self.ensure_one()
        order = self.network_sale_order_id or self.network_purchase_order_id
        return order.name or self.name

    def _check_settlement_entry_follows(self):
        """A memorandum is undone with its declaration, one by one."""
        declared = self.sudo().filtered(
            lambda move: (
                move.network_settlement_id.policy == "member"
                and not move.network_invoicing_order_ids
            )
        )
        return super(AccountMove, self - declared.sudo(False))._check_settlement_entry_follows()
