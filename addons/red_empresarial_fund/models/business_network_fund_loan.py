from odoo import Command, api, fields, models
from odoo.addons.red_empresarial.engine.dues import next_due_date
from odoo.addons.red_empresarial.engine.exact import exact_weight
from odoo.addons.red_empresarial.engine.loans import loan_schedule, rate_per_instalment
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from .business_network_fund_lending import METHODS, RATE_PERIODS

STATES = [
    ("draft", "Draft"),
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("disbursed", "Paid Out"),
    ("repaid", "Repaid"),
    ("written_off", "Written Off"),
    ("refused", "Refused"),
]
FREQUENCIES = [
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("monthly", "Every month"),
]


class BusinessNetworkFundLoan(models.Model):
    """A loan of a fund to a member: terms, schedule, request and payment.

    The schedule is what was agreed, as a plan of dues is. What was asked of it, repaid and is open
    are posted items; see ``business_network_fund_loan_ledger.py``.
    """

    _name = "business.network.fund.loan"
    _description = "Loan to a Member"
    _inherit = "business.network.fund.approval.mixin"
    _order = "date desc, id desc"
    _check_company_auto = True
    _paid_state = "disbursed"

    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
        tracking=True,
    )
    partner_id = fields.Many2one(
        related="member_id.partner_id", string="Partner", store=True, index=True
    )
    guarantor_ids = fields.Many2many(
        "business.network.member",
        "business_network_fund_loan_guarantor_rel",
        "loan_id",
        "member_id",
        string="Guarantors",
        domain="[('network_id', '=', network_id), ('id', '!=', member_id)]",
        help="Members that answer for it.",
    )
    amount = fields.Monetary(string="Lent")
    rate = fields.Float(
        string="Interest (%)",
        digits=(16, 4),
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Nominal: a year is 12 months, 26 fortnights or 52 weeks.",
    )
    rate_period = fields.Selection(
        RATE_PERIODS,
        string="Interest Per",
        required=True,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
    )
    method = fields.Selection(
        METHODS,
        string="Repaid By",
        required=True,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    frequency = fields.Selection(FREQUENCIES, required=True, default="monthly", tracking=True)
    instalment_count = fields.Integer(
        string="Instalments", required=True, default=6, tracking=True, help="Those of grace too."
    )
    grace_count = fields.Integer(
        string="Of Interest Alone", tracking=True, help="So many first instalments repay nothing."
    )
    date_first = fields.Date(
        string="First Instalment",
        required=True,
        compute="_compute_date_first",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    date_paid = fields.Date(string="Paid Out On")
    instalment_ids = fields.One2many(
        "business.network.fund.loan.instalment",
        "loan_id",
        string="Schedule",
        compute="_compute_instalment_ids",
        store=True,
        copy=False,
    )
    amount_interest = fields.Monetary(string="Interest in All", compute="_compute_amount_interest")
    account_id = fields.Many2one(
        "account.account",
        string="Loans Account",
        copy=False,
        readonly=True,
        ondelete="restrict",
        help="Where its principal is until it is due.",
    )
    move_ids = fields.One2many("account.move", "fund_loan_id", string="Entries")

    _amount_positive = models.Constraint("CHECK(amount > 0)", "A loan must be above zero.")
    _rate_not_negative = models.Constraint("CHECK(rate >= 0)", "Interest cannot be negative.")
    _instalments_valid = models.Constraint(
        "CHECK(instalment_count BETWEEN 1 AND 520)", "A loan has from 1 to 520 instalments."
    )
    _grace_valid = models.Constraint(
        "CHECK(grace_count >= 0 AND grace_count < instalment_count)",
        "At least one instalment must repay: there are fewer instalments of interest alone.",
    )

    @api.model
    def _get_guarded_fields(self):
        own = {"account_id", "call_move_id", "write_off_move_id"}
        return super()._get_guarded_fields() | own

    @api.depends("fund_id")
    def _compute_terms(self):
        for loan in self:
            loan.rate = loan.fund_id.loan_rate
            loan.rate_period = loan.fund_id.loan_rate_period or "month"
            loan.method = loan.fund_id.loan_method or "principal"

    @api.depends("date", "frequency")
    def _compute_date_first(self):
        for loan in self:
            day = loan.date or fields.Date.context_today(loan)
            loan.date_first = next_due_date(day, loan.frequency or "monthly", after=day)

    @api.depends(
        "amount",
        "rate",
        "rate_period",
        "method",
        "frequency",
        "instalment_count",
        "grace_count",
        "date_first",
        "fund_id",
    )
    def _compute_instalment_ids(self):
        for loan in self:
            if loan.instalment_ids and loan.state not in ("draft", "refused"):
                continue  # what was agreed stays, whatever its terms become
            loan.instalment_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in loan._prepare_schedule()),
            ]

    def _prepare_schedule(self):
        """Values of the instalments by the terms; none while the terms are not complete."""
        self.ensure_one()
        currency, grace = self.currency_id, self.grace_count
        principal = to_minor(self.amount, currency) if currency else 0
        if principal <= 0 or not self.date_first or not self.frequency or self.rate < 0:
            return []
        if not 0 <= grace < self.instalment_count:
            return []
        schedule = loan_schedule(
            principal,
            self._get_exact_rate(),
            self.instalment_count,
            self.date_first,
            self.frequency,
            self.method,
            grace,
        )
        return [
            {
                "number": number,
                "date": due,
                "amount_principal": from_minor(part, currency),
                "amount_interest": from_minor(interest, currency),
                "amount_left": from_minor(left, currency),
            }
            for number, (due, part, interest, left) in enumerate(schedule, start=1)
        ]

    def _get_exact_rate(self):
        """Interest of one instalment's period, an exact part of one."""
        self.ensure_one()
        percent = exact_weight(f"{self.rate:.4f}")
        return rate_per_instalment(percent, self.rate_period, self.frequency)

    @api.depends("instalment_ids.amount_interest")
    def _compute_amount_interest(self):
        for loan in self:
            loan.amount_interest = sum(loan.instalment_ids.mapped("amount_interest"))

    # -- request, payment ----------------------------------------------------------------------

    def _get_requested_terms(self):
        return super()._get_requested_terms() | {
            "member_id",
            "date",
            "rate",
            "rate_period",
            "method",
            "frequency",
            "instalment_count",
            "grace_count",
            "date_first",
        }

    def _get_movement(self):
        return "loan"

    def _check_terms(self):
        result = super()._check_terms()
        (self.member_id | self.guarantor_ids)._check_in_force(self.date_paid or self.date)
        self.fund_id._check_may_borrow(self.member_id, self.amount, self._get_others())
        return result

    @api.constrains("member_id", "guarantor_ids", "fund_id")
    def _check_parties(self):
        for loan in self:
            foreign = (loan.member_id | loan.guarantor_ids).filtered(
                lambda member, loan=loan: member.network_id != loan.network_id
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(member)s is no member of %(network)s, whose fund lends %(loan)s.",
                        member=foreign[:1].display_name,
                        network=loan.network_id.name,
                        loan=loan.name,
                    )
                )
            if loan.member_id in loan.guarantor_ids:
                raise ValidationError(
                    self.env._(
                        "%(member)s cannot answer for its own loan %(loan)s. Choose other "
                        "guarantors.",
                        member=loan.member_id.display_name,
                        loan=loan.name,
                    )
                )

    def _get_others(self):
        """Other loans of the member in the fund that are approved or not repaid."""
        self.ensure_one()
        return self.sudo().search(
            [
                ("fund_id", "=", self.fund_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("state", "in", ("approved", "disbursed")),
                ("id", "!=", self.id),
            ]
        )

    def _get_exposure(self):
        """What the member owes of this loan, or will once it is paid out."""
        self.ensure_one()
        return self.amount if self.state == "approved" else self.amount_open

    def _check_can_pay(self):
        result = super()._check_can_pay()
        self._check_can_lend()
        return result

    def _check_can_lend(self):
        """Raise UserError where the terms, the first instalment or the account do not allow it."""
        self._check_terms()
        if self.date_first <= self.date_paid:
            raise UserError(
                self.env._(
                    "The first instalment of %(loan)s is due on %(first)s, and it is paid out on "
                    "%(paid)s. Refuse it, and request it again with a later first instalment.",
                    loan=self.name,
                    first=format_date(self.env, self.date_first),
                    paid=format_date(self.env, self.date_paid),
                )
            )
        if not self.fund_id.loan_account_id:
            raise UserError(
                self.env._(
                    "%s has no account for its loans. Choose one on the fund, page Loans.",
                    self.fund_id.display_name,
                )
            )

    def action_pay(self):
        self.check_access("write")
        self.fund_id._lock_receipts()  # before the loans themselves are written
        for loan in self.filtered(lambda loan: loan.state == "approved"):
            loan.sudo().account_id = loan.fund_id.loan_account_id
        return super().action_pay()

    def _prepare_entry(self):
        self.ensure_one()
        fund, name = self.fund_id, f"{self.name} · {self.purpose}"
        about = {"movement": "loan", "partner": self.partner_id, "name": name}
        cash = fund._get_cash_account(self.journal_id, "outbound")
        items = [
            fund._prepare_item(self.account_id, self.amount, **about),
            fund._prepare_item(cash, -self.amount, **about),
        ]
        return fund._prepare_entry(
            self.journal_id, self.date_paid, name, items, fund_loan_id=self.id
        )
