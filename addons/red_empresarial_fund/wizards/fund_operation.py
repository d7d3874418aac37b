from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

OPERATIONS = [
    ("donation", "Donation received"),
    ("cofinancing", "Co-financing received"),
    ("event", "Result of a fund-raising event"),
    ("opening", "Money the fund already had"),
    ("company", "Money the books' company held for the fund"),
    ("deposit", "Deposit or withdrawal"),
    ("transfer", "Transfer to another fund"),
]


class BusinessNetworkFundOperation(models.TransientModel):
    """Money that comes into a fund from elsewhere, or moves between its boxes."""

    _name = "business.network.fund.operation"
    _description = "Operation of a Fund"

    fund_id = fields.Many2one("business.network.fund", required=True)
    network_id = fields.Many2one(related="fund_id.network_id")
    company_id = fields.Many2one(related="fund_id.company_id")
    currency_id = fields.Many2one(related="fund_id.currency_id")
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    operation = fields.Selection(OPERATIONS, required=True, default="donation")
    date = fields.Date(required=True, default=fields.Date.context_today)
    amount = fields.Monetary(required=True)
    partner_id = fields.Many2one("res.partner", string="Received From")
    concept = fields.Char(required=True)
    restriction = fields.Char(
        string="Restriction of Use", help="What the money may be used for, as it was given."
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Cash or Bank",
        domain="[('id', 'in', allowed_journal_ids)]",
        help="Where the money comes in; of a deposit or transfer, where it comes from.",
    )
    to_fund_id = fields.Many2one(
        "business.network.fund",
        domain="[('network_id', '=', network_id), ('id', '!=', fund_id)]",
    )
    to_journal_id = fields.Many2one(
        "account.journal",
        string="To",
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
    )
    from_journal_id = fields.Many2one(
        "account.journal",
        string="Company's Cash or Bank",
        domain="[('type', 'in', ('bank', 'cash')), ('company_id', '=', company_id)]",
        help="The company's own cash or bank that the money leaves.",
    )

    @api.onchange("fund_id", "operation")
    def _onchange_fund_id(self):
        """Money comes into the cash box; a deposit goes from there to the bank."""
        self.journal_id = self.fund_id._get_usual_box()
        if self.operation == "deposit":
            boxes = self.fund_id.cash_journal_ids
            self.to_journal_id = boxes.filtered(lambda journal: journal.type != "cash")[:1]

    @api.onchange("to_fund_id")
    def _onchange_to_fund_id(self):
        if self.operation == "transfer":
            self.to_journal_id = self.to_fund_id._get_usual_box()

    def action_post(self):
        """Book the operation and show its entry."""
        self.ensure_one()
        return self.fund_id._show_entry(self.post())

    def post(self):
        """Book the operation.

        :return: the posted ``account.move``
        :raise UserError: the amount, a journal or the date does not allow it
        """
        self.ensure_one()
        fund = self.fund_id
        fund.check_access("write")
        self._check_terms()
        items = getattr(self, f"_prepare_{self.operation}_items", self._prepare_income_items)()
        vals = fund._prepare_entry(
            self.journal_id, self.date, self.concept, items, fund_restriction=self.restriction
        )
        return fund._post_entries([vals])

    def _check_terms(self):
        fund = self.fund_id
        if self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            raise UserError(self.env._("Write an amount above zero for %s.", fund.display_name))
        fund._check_cash_journal(self.journal_id)
        fund._check_can_book(self.date, self.journal_id)
        if self.operation != "opening":  # that is there whoever keeps it
            fund._check_has_treasurer(self.date)
        if self.operation in ("deposit", "transfer"):
            target = self._get_target()
            target._check_cash_journal(self.to_journal_id)
            target._check_can_book(self.date, self.to_journal_id)
            target._check_has_treasurer(self.date)
            (fund | target)._lock_receipts()
            if self.operation == "transfer":
                fund._check_may_give_to(target)
                fund._check_approval_limit(self.env.user, self.amount, self.concept)
            self._check_enough()
            fund._check_holds(self.journal_id, self.amount, self.date)
        if self.operation == "company":
            self._check_company_journal()

    def _get_target(self):
        if self.operation == "deposit":
            return self.fund_id
        if not self.to_fund_id or self.to_fund_id == self.fund_id:
            raise UserError(
                self.env._("Choose another fund that %s gives to.", self.fund_id.display_name)
            )
        self.to_fund_id.check_access("write")
        return self.to_fund_id

    def _check_enough(self):
        """Raise UserError when a transfer would take more than the fund may give."""
        fund = self.fund_id
        if self.operation == "transfer" and (
            self.currency_id.compare_amounts(self.amount, fund.available_amount) > 0
        ):
            raise UserError(
                self.env._(
                    "%(fund)s has %(available)s available, and %(amount)s would be moved: cash "
                    "and bank %(cash)s, balance %(balance)s, its minimum balance, what is approved "
                    "already and what was given for one use left aside. Move less, or collect "
                    "first.",
                    fund=fund.display_name,
                    available=format_amount(self.env, fund.available_amount, self.currency_id),
                    amount=format_amount(self.env, self.amount, self.currency_id),
                    **fund._get_money_terms(),
                )
            )
        if self.operation == "deposit" and self.journal_id == self.to_journal_id:
            raise UserError(
                self.env._("The money is in %s already. Choose another one.", self.journal_id.name)
            )

    def _check_company_journal(self):
        """The company's money leaves a box that is of no fund."""
        journal = self.from_journal_id
        funds = self.env["business.network.fund"].sudo()
        taken = funds.search([("cash_journal_ids", "in", journal.ids)], limit=1)
        if not journal or taken:
            raise UserError(
                self.env._(
                    "%(journal)s is not the company's own. Choose the cash or bank of "
                    "%(company)s that the money leaves.",
                    journal=journal.name or self.env._("No journal"),
                    company=self.company_id.name,
                )
            )

    # -- items ---------------------------------------------------------------------------------

    def _prepare_cash_item(self, fund, journal, amount):
        return fund._prepare_item(
            self._get_cash_account(fund, journal, amount),
            amount,
            self.operation,
            partner=self.partner_id,
            name=self.concept,
        )

    def _get_cash_account(self, fund, journal, amount):
        """Where the money is; what the fund already had is no more on its way to the bank."""
        if self.operation == "opening":
            return journal.sudo().default_account_id
        return fund._get_cash_account(journal, "inbound" if amount > 0 else "outbound")

    def _prepare_fund_item(self, fund, amount):
        return fund._prepare_item(
            fund.account_id, amount, self.operation, partner=self.partner_id, name=self.concept
        )

    def _prepare_income_items(self):
        return [
            self._prepare_cash_item(self.fund_id, self.journal_id, self.amount),
            self._prepare_fund_item(self.fund_id, -self.amount),
        ]

    def _prepare_deposit_items(self):
        return [
            self._prepare_cash_item(self.fund_id, self.to_journal_id, self.amount),
            self._prepare_cash_item(self.fund_id, self.journal_id, -self.amount),
        ]

    def _prepare_transfer_items(self):
        return [
            self._prepare_fund_item(self.fund_id, self.amount),
            self._prepare_cash_item(self.fund_id, self.journal_id, -self.amount),
            self._prepare_cash_item(self.to_fund_id, self.to_journal_id, self.amount),
            self._prepare_fund_item(self.to_fund_id, -self.amount),
        ]

    def _prepare_company_items(self):
        """What the company held is the fund's already: only the money moves."""
        own = self._prepare_cash_item(self.fund_id, self.journal_id, self.amount)
        theirs = {
            **own,
            "account_id": self.from_journal_id.default_account_id.id,
            "balance": -self.amount,
            "amount_currency": -self.amount,
            "fund_id": False,
            "fund_movement": False,
        }
        return [own, theirs]
