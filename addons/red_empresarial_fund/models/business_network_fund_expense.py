from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

STATES = [
    ("draft", "Draft"),
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("paid", "Paid"),
    ("refused", "Refused"),
]


class BusinessNetworkFundExpense(models.Model):
    """An expense or a project that a fund pays: requested, approved within the limits, paid.

    The payment debits the fund itself: what members spend of their own money is neither an expense
    of the company that keeps the books nor a tax credit of it, so it is booked with its tax.
    """

    _name = "business.network.fund.expense"
    _description = "Expense of a Fund"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "business.network.auto.number.mixin",
        "business.network.action.state.mixin",
    ]
    _sequence_date_field = "date"
    _order = "date desc, id desc"
    _check_company_auto = True

    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    kind = fields.Selection(
        [("expense", "Operating expense"), ("project", "Project")],
        required=True,
        default="expense",
        tracking=True,
    )
    purpose = fields.Char(required=True, tracking=True)
    date = fields.Date(
        string="Requested On", required=True, default=fields.Date.context_today, tracking=True
    )
    partner_id = fields.Many2one("res.partner", string="Paid To", tracking=True)
    amount = fields.Monetary(required=True, tracking=True, help="With its taxes.")
    requested_by_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, readonly=True
    )
    approved_by_id = fields.Many2one("res.users", copy=False, readonly=True)
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Paid From",
        copy=False,
        domain="[('id', 'in', allowed_journal_ids)]",
    )
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    date_paid = fields.Date(copy=False, tracking=True)
    document_reference = fields.Char(
        string="Receipt Number", copy=False, help="Number of the invoice or receipt."
    )
    receipt_count = fields.Integer(string="Receipts", compute="_compute_receipt_count")
    move_id = fields.Many2one(
        "account.move", string="Entry", copy=False, readonly=True, ondelete="restrict", index=True
    )
    note = fields.Html()

    _amount_positive = models.Constraint("CHECK(amount > 0)", "An expense must be above zero.")

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"approved_by_id", "move_id"}

    def _compute_receipt_count(self):
        counts = dict(
            self.env["ir.attachment"]
            .sudo()
            ._read_group(
                [("res_model", "=", self._name), ("res_id", "in", self.ids)],
                ["res_id"],
                ["__count"],
            )
        )
        for expense in self:
            expense.receipt_count = counts.get(expense.id, 0)

    def write(self, vals):
        if {"fund_id", "kind", "amount", "partner_id", "purpose"} & vals.keys():
            for expense in self.filtered(lambda expense: expense.state not in ("draft", "refused")):
                raise UserError(
                    self.env._(
                        "%s was requested with its purpose and amount. Refuse it, and request it "
                        "again.",
                        expense.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for expense in self.filtered(lambda expense: expense.state not in ("draft", "refused")):
            raise UserError(
                self.env._("%s was requested and cannot be deleted. Refuse it.", expense.name)
            )

    # -- request, approval ---------------------------------------------------------------------

    def action_request(self):
        self.check_access("write")
        for expense in self:
            expense._check_state("draft")
            expense.fund_id._check_accepts(expense.kind)
        self.sudo().write({"state": "requested"})

    def action_approve(self):
        """Approve within one's limit and the fund's money.

        :raise UserError: above the user's limit, or above what is available
        """
        self.check_access("write")
        for expense in self:
            expense._check_state("requested")
            expense.fund_id._lock_receipts()
            expense._check_limit(self.env.user)
            expense._check_available(expense.fund_id.available_amount)
            expense.sudo().write({"state": "approved", "approved_by_id": self.env.user.id})
            expense.fund_id._forget_balances()

    def _check_limit(self, user):
        self.ensure_one()
        limit = self.fund_id._get_approval_limit(user)
        if limit is not None and self.currency_id.compare_amounts(self.amount, limit) > 0:
            raise UserError(
                self.env._(
                    "%(user)s may approve up to %(limit)s of %(fund)s, and %(expense)s is for "
                    "%(amount)s. Ask somebody with a higher limit.",
                    user=user.name,
                    limit=format_amount(self.env, limit, self.currency_id),
                    fund=self.fund_id.display_name,
                    expense=self.name,
                    amount=format_amount(self.env, self.amount, self.currency_id),
                )
            )

    def _check_available(self, available):
        """Raise UserError when the fund has less than this asks for."""
        self.ensure_one()
        if self.currency_id.compare_amounts(self.amount, available) > 0:
            raise UserError(
                self.env._(
                    "%(expense)s is for %(amount)s, and %(fund)s has %(available)s available, its "
                    "minimum balance and what is approved already left aside. Ask for less, or "
                    "collect first.",
                    expense=self.name,
                    amount=format_amount(self.env, self.amount, self.currency_id),
                    fund=self.fund_id.display_name,
                    available=format_amount(self.env, available, self.currency_id),
                )
            )

    def action_refuse(self):
        self.check_access("write")
        for expense in self:
            expense._check_state("requested", "approved")
        self.sudo().write({"state": "refused", "approved_by_id": False})
        self.fund_id._forget_balances()

    def action_reset_to_draft(self):
        self.check_access("write")
        for expense in self:
            expense._check_state("refused", "requested")
        self.sudo().write({"state": "draft", "approved_by_id": False})

    # -- payment -------------------------------------------------------------------------------

    def action_pay(self):
        """Pay from the fund's cash or bank; the receipt may be attached before or after."""
        self.check_access("write")
        for expense in self:
            expense._check_state("approved")
            expense._check_can_pay()
            entry = expense.fund_id._post_entries([expense._prepare_entry()])
            expense.sudo().write({"state": "paid", "move_id": entry.id})
            expense.fund_id._forget_balances()

    def _check_can_pay(self):
        self.ensure_one()
        fund = self.fund_id
        if not self.date_paid:
            self.date_paid = fields.Date.context_today(self)
        fund._check_cash_journal(self.journal_id)
        fund._check_can_book(self.date_paid, self.journal_id)
        fund._lock_receipts()
        # What is approved is set aside; this expense is part of it.
        self._check_available(fund.available_amount + self.amount)
        fund._check_holds(self.journal_id, self.amount)

    def _prepare_entry(self):
        self.ensure_one()
        fund = self.fund_id
        name = " · ".join(filter(None, (self.name, self.purpose, self.document_reference)))
        about = {"movement": self.kind, "partner": self.partner_id, "name": name}
        cash = fund._get_cash_account(self.journal_id, "outbound")
        items = [
            fund._prepare_item(fund.account_id, self.amount, **about),
            fund._prepare_item(cash, -self.amount, **about),
        ]
        return fund._prepare_entry(self.journal_id, self.date_paid, name, items)

    def action_undo_payment(self):
        """Reverse the payment: the expense is approved and not paid again."""
        self.check_access("write")
        for expense in self:
            expense._check_state("paid")
        moves, today = self.sudo().move_id, fields.Date.context_today(self)
        moves._reverse_moves(
            [
                {"ref": self.env._("Reversal of %s", move.name), "date": max(move.date, today)}
                for move in moves
            ],
            cancel=True,
        )
        self.sudo().write({"state": "approved", "move_id": False, "date_paid": False})
