from odoo import api, fields, models

STATUSES = [
    ("planned", "Not due yet"),
    ("open", "To pay"),
    ("late", "Late"),
    ("paid", "Paid"),
    ("replaced", "Replaced"),
]


class BusinessNetworkFundLoanInstalment(models.Model):
    """An instalment of a loan as it was agreed, and asked on its day.

    Asking moves its principal from what was lent to what the member owes, and its interest into the
    fund: one posted entry per instalment, held to one by a unique index.
    """

    _name = "business.network.fund.loan.instalment"
    _description = "Instalment of a Loan"
    _inherit = "business.network.fund.asking.mixin"
    _order = "loan_id, number"
    _due_order = "date, id"

    loan_id = fields.Many2one(
        "business.network.fund.loan", required=True, index=True, ondelete="cascade"
    )
    fund_id = fields.Many2one(related="loan_id.fund_id", store=True, index=True)
    network_id = fields.Many2one(related="loan_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="loan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="loan_id.currency_id")
    number = fields.Integer(required=True)
    date = fields.Date(string="Due On", required=True, index=True)
    amount_principal = fields.Monetary(string="Principal")
    amount_interest = fields.Monetary(string="Interest")
    amount = fields.Monetary(string="Instalment", compute="_compute_amount", store=True)
    amount_left = fields.Monetary(string="Principal Left", help="After this instalment.")
    amount_open = fields.Monetary(string="To Pay", compute="_compute_status", compute_sudo=True)
    status = fields.Selection(STATUSES, compute="_compute_status", compute_sudo=True)
    move_ids = fields.One2many("account.move", "fund_loan_instalment_id", string="Entry")

    @api.depends("amount_principal", "amount_interest")
    def _compute_amount(self):
        for instalment in self:
            instalment.amount = instalment.amount_principal + instalment.amount_interest

    def _compute_status(self):
        today = fields.Date.context_today(self)
        opened = self.move_ids._get_open_amounts() if self.ids else {}
        for instalment in self:
            move = instalment.move_ids
            instalment.amount_open = opened.get(move, 0.0)
            instalment.status = instalment._get_status(move, today)

    def _get_status(self, move, today):
        self.ensure_one()
        loan = self.loan_id
        if not move:
            ended = loan.call_move_id or loan.state in ("repaid", "written_off")
            return "replaced" if ended else "planned"
        if move._is_reversed():
            return "replaced"
        if self.currency_id.is_zero(self.amount_open):
            return "paid"
        return "late" if self.date < today else "open"

    @api.depends("loan_id", "number")
    def _compute_display_name(self):
        for instalment in self:
            loan = instalment.loan_id
            instalment.display_name = f"{loan.name} · {instalment.number}/{loan.instalment_count}"

    # -- asking --------------------------------------------------------------------------------

    @api.model
    def _get_due_domain(self, date):
        return [
            ("loan_id.state", "=", "disbursed"),
            ("loan_id.call_move_id", "=", False),
            ("move_ids", "=", False),
            ("amount", ">", 0.0),
            ("date", "<=", date),
        ]

    @api.model
    def _cron_ask(self, *args, **kwargs):
        result = super()._cron_ask(*args, **kwargs)
        # A settlement may have closed what members owed.
        loans = self.env["business.network.fund.loan"].search([("state", "=", "disbursed")])
        loans._follow_ledger()
        return result

    def _ask_due(self, date):
        """Post these instalments.

        :raise UserError: an account is missing or the books are closed
        """
        loans = self.loan_id
        loans._lock()
        loans.network_id._check_account_set("member_receivable_account_id")
        waiting = self.filtered(lambda instalment: not instalment.move_ids)
        entries = loans.fund_id._post_entries(
            [instalment._prepare_entry() for instalment in waiting]
        )
        loans._reconcile_principal()
        self._use_advances(entries)
        return entries

    def _prepare_entry(self):
        """Values of the entry that asks it; in a closed month it is booked after it."""
        self.ensure_one()
        loan, fund = self.loan_id, self.fund_id
        items = loan._prepare_called_items(
            self.amount_principal, self.amount_interest, self.display_name, self.date
        )
        return fund._prepare_entry(
            fund.journal_id,
            fund._get_open_date(self.date),
            self.display_name,
            items,
            fund_loan_id=loan.id,
            fund_loan_instalment_id=self.id,
        )
