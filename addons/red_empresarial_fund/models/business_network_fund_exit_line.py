from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount


class BusinessNetworkFundExitLine(models.Model):
    """What a member that leaves put into one fund, owes it and gets of it."""

    _name = "business.network.fund.exit.line"
    _description = "Fund of a Member That Leaves"
    _inherit = "business.network.fund.access.mixin"
    _fund_links = ("exit_id", "fund_id")
    _order = "exit_id, id"
    _rec_name = "fund_id"

    exit_id = fields.Many2one(
        "business.network.fund.exit", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="exit_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="exit_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="exit_id.currency_id")
    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="restrict"
    )
    rule = fields.Selection(related="fund_id.exit_rule", string="Gets by Rule")
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    journal_id = fields.Many2one(
        "account.journal",
        string="Paid From",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', allowed_journal_ids)]",
    )
    amount_contribution = fields.Monetary(string="Put In", readonly=True)
    amount_gets = fields.Monetary(string="Gets", readonly=True)
    amount_owed = fields.Monetary(
        string="Owes",
        readonly=True,
        help="Dues, fines and instalments; below zero what it paid in advance.",
    )
    amount_loans = fields.Monetary(
        string="Rest of Loans",
        readonly=True,
        help="Principal not due yet, with the interest of the period that runs.",
    )
    amount_net = fields.Monetary(
        string="Paid to It",
        compute="_compute_amount_net",
        help="Below zero it stays owed by the member.",
    )

    _fund_once = models.Constraint("UNIQUE(exit_id, fund_id)", "A fund stands once in an exit.")

    @api.constrains("exit_id", "fund_id")
    def _check_network(self):
        for line in self.filtered(lambda line: line.fund_id.network_id != line.network_id):
            raise ValidationError(
                self.env._(
                    "%(fund)s is no fund of %(network)s, which %(member)s leaves.",
                    fund=line.fund_id.display_name,
                    network=line.network_id.name,
                    member=line.exit_id.member_id.display_name,
                )
            )

    @api.depends("fund_id", "amount_gets", "amount_owed", "amount_loans")
    def _compute_journal_id(self):
        """The first box or bank that holds enough; what was chosen stays."""
        for line in self.filtered(lambda line: not line.journal_id):
            fund, journals = line.fund_id, line.fund_id.cash_journal_ids
            enough = journals.filtered(
                lambda journal, fund=fund, line=line: fund._get_held(journal) >= line.amount_net
            )
            line.journal_id = (enough or journals)[:1]

    @api.depends("amount_gets", "amount_owed", "amount_loans")
    def _compute_amount_net(self):
        for line in self:
            net = line.amount_gets - line.amount_owed - line.amount_loans
            line.amount_net = line.fund_id._round(net)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.exit_id._check_draft()
        return lines

    def write(self, vals):
        self.exit_id._check_draft()
        result = super().write(vals)
        self.exit_id._check_draft()  # a booked exit takes no line of another
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self.exit_id._check_draft()

    def _check_can_pay(self):
        """Raise UserError when the fund is closed that day, gives nothing or has too little."""
        self.ensure_one()
        fund, paid, leaving = self.fund_id, self.amount_net, self.exit_id
        if self.amount_gets:
            fund._check_accepts("share_out")
        fund._check_can_book(leaving.date, fund.journal_id)
        if self.currency_id.compare_amounts(paid, 0.0) > 0:
            fund._check_cash_journal(self.journal_id)
            fund._check_can_book(leaving.date, self.journal_id)
            fund._check_has_treasurer(leaving.date)
            fund._check_holds(self.journal_id, paid, leaving.date)
            # Its own advance comes back beside what the fund gives of its balance.
            own = min(fund.cash_amount, fund.balance - self.amount_gets + paid)
            self._check_enough(paid, fund._round(own - fund._get_left_aside()))
        elif self.amount_gets:
            self._check_enough(self.amount_gets, fund.balance)

    def _check_enough(self, amount, most):
        """Raise UserError when the fund would give more than it has."""
        fund = self.fund_id
        if self.currency_id.compare_amounts(amount, most) > 0:
            raise UserError(
                self.env._(
                    "%(member)s gets %(amount)s, and %(fund)s has %(most)s available: cash and "
                    "bank %(cash)s, balance %(balance)s, its minimum balance and what is promised "
                    "to others left aside. Collect first, or agree on a later day.",
                    member=self.exit_id.member_id.display_name,
                    amount=format_amount(self.env, amount, self.currency_id),
                    fund=fund.display_name,
                    most=format_amount(self.env, most, self.currency_id),
                    **fund._get_money_terms(),
                )
            )

    def _prepare_entry(self):
        """Values of the entry of this fund; None if nothing is given, netted nor let go of.

        What the member gets first closes what it owes; what is left of it is paid. Its claim ends
        in whole: what it gets less than it put in stays with the others, what it gets more is
        theirs.
        """
        self.ensure_one()
        fund, leaving, currency = self.fund_id, self.exit_id, self.currency_id
        paid = max(self.amount_net, 0.0)
        netted = currency.round(self.amount_gets - paid)
        name = f"{leaving.name} · {leaving.member_id.display_name}"
        about = {
            "movement": "share_out" if self.amount_gets else "receipt",
            "partner": leaving.partner_id,
            "name": name,
        }
        cash = fund._get_cash_account(self.journal_id, "outbound")
        receivable = fund.network_id.member_receivable_account_id
        items = [
            fund._prepare_item(account, amount, **about)
            for account, amount in (
                (receivable, -netted),
                (cash, -paid),
            )
            if not currency.is_zero(amount)
        ]
        claim = {leaving.partner_id: self.amount_contribution}
        items += fund._prepare_claim_items(claim, self.amount_gets, name)
        if not items:
            return None
        journal = self.journal_id if paid else fund.journal_id
        return fund._prepare_entry(journal, leaving.date, name, items, fund_exit_id=leaving.id)
