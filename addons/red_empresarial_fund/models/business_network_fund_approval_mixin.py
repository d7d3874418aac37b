from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class BusinessNetworkFundApprovalMixin(models.AbstractModel):
    """Money that is asked of a fund: requested, approved within the limits, paid from its cash.

    A model adds its ``state`` (``draft``, ``requested``, ``approved``, ``refused`` and the one of
    ``_paid_state``) and says by :meth:`_get_movement` what kind of movement it is and by
    :meth:`_prepare_entry` how it is booked.
    """

    _name = "business.network.fund.approval.mixin"
    _description = "Money Asked of a Fund"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "business.network.auto.number.mixin",
        "business.network.action.state.mixin",
        "business.network.fund.access.mixin",
    ]
    _sequence_date_field = "date"
    _paid_state = "paid"

    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    purpose = fields.Char(required=True, tracking=True)
    date = fields.Date(
        string="Requested On", required=True, default=fields.Date.context_today, tracking=True
    )
    amount = fields.Monetary(required=True, tracking=True)
    requested_by_id = fields.Many2one(
        "res.users", default=lambda self: self.env.user, readonly=True
    )
    approved_by_id = fields.Many2one("res.users", copy=False, readonly=True)
    journal_id = fields.Many2one(
        "account.journal",
        string="Paid From",
        copy=False,
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', allowed_journal_ids)]",
        help="Proposed where the fund has one box or bank.",
    )
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    date_paid = fields.Date(copy=False, tracking=True)
    move_id = fields.Many2one(
        "account.move", string="Entry", copy=False, readonly=True, ondelete="restrict", index=True
    )
    note = fields.Html()

    @api.depends("fund_id")
    def _compute_journal_id(self):
        for request in self.filtered(lambda request: not request.move_id):
            journals = request.fund_id.sudo().cash_journal_ids.sudo(False)
            if request.journal_id not in journals:
                request.journal_id = journals if len(journals) == 1 else False

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"approved_by_id", "move_id"}

    def write(self, vals):
        if self._get_requested_terms() & vals.keys():
            for request in self.filtered(lambda request: request.state not in ("draft", "refused")):
                raise UserError(
                    self.env._(
                        "%s was requested with its purpose and amount. Refuse it, and request it "
                        "again.",
                        request.name,
                    )
                )
        if {"date_paid", "journal_id"} & vals.keys() and not self.env.su:
            self._check_not_paid()
        return super().write(vals)

    def _check_not_paid(self):
        """Raise UserError where an entry says already when and from where it was paid."""
        for request in self.filtered("move_id"):
            raise UserError(
                self.env._(
                    "%s is paid: its entry says on which day and from which box or bank. Undo the "
                    "payment, and pay it again.",
                    request.name,
                )
            )

    def _get_requested_terms(self):
        """Names of the fields that are fixed once it is requested."""
        return {"fund_id", "amount", "purpose"}

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for request in self.filtered(lambda request: request.state not in ("draft", "refused")):
            raise UserError(
                self.env._("%s was requested and cannot be deleted. Refuse it.", request.name)
            )

    # -- request, approval ---------------------------------------------------------------------

    def _get_movement(self):
        """Kind of movement, see ``fund_movement`` of ``account.move.line``."""
        raise NotImplementedError

    def action_request(self):
        self.check_access("write")
        for request in self:
            request._check_state("draft")
            request._check_terms()
        self.sudo().write({"state": "requested"})

    def _check_terms(self):
        """Raise UserError when the fund may not be asked for this."""
        self.ensure_one()
        self.fund_id._check_accepts(self._get_movement())

    def action_approve(self):
        """Approve within one's limit and the fund's money.

        :raise UserError: above the user's limit, or above what is available
        """
        self.check_access("write")
        self.fund_id._lock_receipts()
        for request in self:
            request._check_state("requested")
            request._check_terms()
            request._check_limit(self.env.user)
            request._check_available(request.fund_id.available_amount)
            request.sudo().write({"state": "approved", "approved_by_id": self.env.user.id})
            request.fund_id._forget_balances()

    def _check_limit(self, user, amount=None):
        """Raise UserError when it is for more than the user may approve.

        :param amount: what it is for, where that is not the amount that was asked
        """
        self.ensure_one()
        amount = self.amount if amount is None else amount
        self.fund_id._check_approval_limit(user, amount, self.name)

    def _check_available(self, available):
        """Raise UserError when the fund has less than this asks for."""
        self.ensure_one()
        if self.currency_id.compare_amounts(self.amount, available) > 0:
            raise UserError(
                self.env._(
                    "%(expense)s is for %(amount)s, and %(fund)s has %(available)s available: "
                    "cash and bank %(cash)s, balance %(balance)s, its minimum balance and what is "
                    "approved already left aside. Ask for less, or collect first.",
                    expense=self.name,
                    amount=format_amount(self.env, self.amount, self.currency_id),
                    fund=self.fund_id.display_name,
                    available=format_amount(self.env, available, self.currency_id),
                    **self.fund_id._get_money_terms(),
                )
            )

    def action_refuse(self):
        self.check_access("write")
        for request in self:
            request._check_state("requested", "approved")
        self.sudo().write({"state": "refused", "approved_by_id": False})
        self.fund_id._forget_balances()

    def action_reset_to_draft(self):
        self.check_access("write")
        for request in self:
            request._check_state("refused", "requested")
        self.sudo().write({"state": "draft", "approved_by_id": False})

    # -- payment -------------------------------------------------------------------------------

    def action_pay(self):
        """Pay from the fund's cash or bank; the receipt may be attached before or after."""
        self.check_access("write")
        self.fund_id._lock_receipts()
        for request in self:
            request._check_state("approved")
            request._check_can_pay()
            entry = request.fund_id._post_entries([request._prepare_entry()])
            request.sudo().write({"state": self._paid_state, "move_id": entry.id})
            request.fund_id._forget_balances()

    def _check_can_pay(self):
        self.ensure_one()
        fund = self.fund_id
        if not self.date_paid:
            self.date_paid = fields.Date.context_today(self)
        fund._check_cash_journal(self.journal_id)
        fund._check_can_book(self.date_paid, self.journal_id)
        fund._check_has_treasurer(self.date_paid)
        # What is approved is set aside; this is part of it.
        self._check_available(fund.available_amount + self.amount)
        fund._check_holds(self.journal_id, self.amount, self.date_paid)

    def _prepare_entry(self):
        """Values of the entry that pays it."""
        raise NotImplementedError

    def action_undo_payment(self):
        """Reverse the payment: it is approved and not paid again."""
        self.check_access("write")
        for request in self:
            request._check_state(self._paid_state)
        moves = self.sudo().move_id.filtered(lambda move: not move._is_reversed())
        moves._reverse_fund_entries()
        self.sudo()._forget_payment()

    def _forget_payment(self):
        """The payment was taken back: these are approved and not paid."""
        self.write({"state": "approved", "move_id": False, "date_paid": False})
        self.fund_id._forget_balances()
