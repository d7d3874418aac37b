from odoo import fields, models

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
    _inherit = "business.network.fund.approval.mixin"
    _order = "date desc, id desc"
    _check_company_auto = True

    kind = fields.Selection(
        [("expense", "Operating expense"), ("project", "Project")],
        required=True,
        default="expense",
        tracking=True,
    )
    partner_id = fields.Many2one("res.partner", string="Paid To", tracking=True)
    amount = fields.Monetary(help="With its taxes.")
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    document_reference = fields.Char(
        string="Receipt Number", copy=False, help="Number of the invoice or receipt."
    )
    receipt_count = fields.Integer(string="Receipts", compute="_compute_receipt_count")

    _amount_positive = models.Constraint("CHECK(amount > 0)", "An expense must be above zero.")

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

    def _get_requested_terms(self):
        return super()._get_requested_terms() | {"kind", "partner_id"}

    def _get_movement(self):
        return self.kind

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

    def _follow_ledger(self):
        """An expense whose payment was reversed by hand is not paid."""
        self.filtered(
            lambda expense: expense.state == "paid" and expense.move_id._is_reversed()
        )._forget_payment()
