from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_amount, format_date

KINDS = [
    ("common", "Common fund"),
    ("contributions", "Contributions fund"),
    ("cofinancing", "Co-financing fund"),
    ("contingency", "Contingency fund"),
]
# What each kind may be used for unless the members decide otherwise; money always may come in.
USES = {
    "common": {"expense", "project"},
    "contributions": {"project", "loan", "interest", "share_out"},
    "cofinancing": {"project"},
    "contingency": {"expense", "project"},
}
USE_FIELDS = {
    "expense": "allows_expense",
    "project": "allows_project",
    "loan": "allows_loan",
    "interest": "allows_loan",
    "share_out": "allows_share_out",
}


class BusinessNetworkFund(models.Model):
    """Money that the members of a network hold together, in the books of its company.

    The fund is a liability to its members: dues, fines and gifts credit its account, what it pays
    debits it, and nothing passes through profit and loss or tax credit. Where the network is a
    legal person the accountant chooses an equity account. Nothing of its movements is stored here:
    they are the posted items that name the fund.
    """

    _name = "business.network.fund"
    _description = "Fund of a Network"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "network_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, required=True, default="common", tracking=True)
    network_id = fields.Many2one(
        "business.network", required=True, index=True, ondelete="restrict", tracking=True
    )
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        related="company_id.currency_id", help="Funds are kept in the currency of the books."
    )
    account_id = fields.Many2one(
        "account.account",
        string="Fund Account",
        required=True,
        compute="_compute_accounts",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        ondelete="restrict",
        domain="[('account_type', 'in', ('liability_current', 'liability_non_current', 'equity'))]",
        tracking=True,
        help="What belongs to the members: a liability to them, or equity where the network is a "
        "legal person. Never income or expense.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Entries Journal",
        required=True,
        compute="_compute_accounts",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        ondelete="restrict",
        domain="[('type', '=', 'general')]",
        help="Where dues and fines are asked.",
    )
    cash_journal_ids = fields.Many2many(
        "account.journal",
        string="Cash and Bank",
        check_company=True,
        domain="[('type', 'in', ('bank', 'cash'))]",
        help="Cash box, bank accounts and mobile wallets that hold the fund's money and no other: "
        "their balance must be that of the fund.",
    )
    difference_account_id = fields.Many2one(
        "account.account",
        string="Cash Differences",
        check_company=True,
        ondelete="restrict",
        domain="[('account_type', 'not in', "
        "('asset_receivable', 'liability_payable', 'asset_cash')), "
        "('internal_group', 'not in', [] if is_legal_person else ['income', 'expense'])]",
        help="Where a difference of the cash count goes. Empty takes it from the fund itself.",
    )
    allows_expense = fields.Boolean(
        string="Operating Expenses",
        compute="_compute_uses",
        store=True,
        readonly=False,
        tracking=True,
    )
    allows_project = fields.Boolean(
        string="Projects",
        compute="_compute_uses",
        store=True,
        readonly=False,
        tracking=True,
    )
    allows_loan = fields.Boolean(
        string="Loans to Members",
        compute="_compute_uses",
        store=True,
        readonly=False,
        tracking=True,
    )
    allows_share_out = fields.Boolean(
        string="Share-out",
        compute="_compute_uses",
        store=True,
        readonly=False,
        tracking=True,
    )
    minimum_balance = fields.Monetary(
        tracking=True, help="Money that stays in the fund whatever is asked of it."
    )
    date_closed = fields.Date(
        string="Closed Up To",
        copy=False,
        tracking=True,
        help="Nothing is posted in the fund up to this day; corrections are dated later.",
    )
    treasurer_ids = fields.One2many(
        "business.network.fund.treasurer", "fund_id", string="Treasurers"
    )
    treasurer_id = fields.Many2one(
        "res.partner", string="Treasurer in Office", compute="_compute_treasurer_id"
    )
    limit_ids = fields.One2many("business.network.fund.limit", "fund_id", string="Approval Limits")
    schedule_ids = fields.One2many("business.network.fund.schedule", "fund_id", string="Dues")
    note = fields.Html(string="Rules", help="What the internal rules say about this fund.")

    _name_unique = models.Constraint(
        "UNIQUE(network_id, name)", "The network already has a fund of that name."
    )
    _minimum_not_negative = models.Constraint(
        "CHECK(minimum_balance >= 0)", "A minimum balance cannot be negative."
    )
    _contributions_no_expense = models.Constraint(
        "CHECK(kind != 'contributions' OR allows_expense IS NOT TRUE)",
        "A contributions fund co-finances projects and never pays operating expenses.",
    )

    @api.depends("network_id")
    def _compute_accounts(self):
        for company, funds in self.grouped("company_id").items():
            defaults = company.sudo()._get_network_fund_defaults() if company else {}
            for fund in funds:
                fund.account_id = fund.account_id or defaults.get("account_id")
                fund.journal_id = fund.journal_id or defaults.get("journal_id")

    @api.depends("kind")
    def _compute_uses(self):
        for fund in self:
            for use, name in USE_FIELDS.items():
                fund[name] = use in USES.get(fund.kind, ())

    def _compute_treasurer_id(self):
        today = fields.Date.context_today(self)
        for fund in self:
            fund.treasurer_id = fund._get_treasurer(today)

    @api.depends("name", "network_id")
    def _compute_display_name(self):
        for fund in self:
            fund.display_name = " · ".join(filter(None, (fund.name, fund.network_id.name)))

    # -- life cycle ----------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        funds = super().create(vals_list)
        funds._take_tariff()
        return funds

    def _take_tariff(self):
        """The first common fund of a network is where its tariff goes, unless it goes elsewhere."""
        for fund in self.filtered(lambda fund: fund.kind == "common"):
            if not fund.network_id.fund_account_id:
                fund.network_id.sudo().fund_account_id = fund.account_id

    def write(self, vals):
        if "network_id" in vals:  # rules look at the network it leaves, not at the one it enters
            self.env["business.network"].browse(vals["network_id"]).check_access("write")
        if {"network_id", "account_id"} & vals.keys():
            self._check_no_movements(vals)
        return super().write(vals)

    def _check_no_movements(self, vals):
        """Raise UserError when a fund with movements would change its network or its account."""
        for fund in self:
            if all(fund[name].id == vals.get(name, fund[name].id) for name in self._get_terms()):
                continue
            item = self.env["account.move.line"].sudo().search([("fund_id", "=", fund.id)], limit=1)
            if item:
                raise UserError(
                    self.env._(
                        "%(fund)s has movements (%(entry)s), so its network and its account stay. "
                        "Archive it and open another fund.",
                        fund=fund.display_name,
                        entry=item.move_id.display_name,
                    )
                )

    def _get_terms(self):
        return ("network_id", "account_id")

    @api.constrains("cash_journal_ids", "company_id")
    def _check_cash_journals(self):
        for fund in self:
            foreign = fund.cash_journal_ids.filtered(
                lambda journal, fund=fund: (
                    journal.currency_id and journal.currency_id != fund.currency_id
                )
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "%(journal)s is kept in %(currency)s, and %(fund)s in %(books)s, the "
                        "currency of the books. Choose a journal in that currency.",
                        journal=foreign[:1].name,
                        currency=foreign[:1].currency_id.name,
                        fund=fund.display_name,
                        books=fund.currency_id.name,
                    )
                )

    @api.constrains("cash_journal_ids", "network_id")
    def _check_cash_journal_networks(self):
        """Who sees one network's bank would read there who pays in another one."""
        for fund in self:
            other = (
                self.sudo()
                .with_context(active_test=False)
                .search(
                    [
                        ("cash_journal_ids", "in", fund.cash_journal_ids.ids),
                        ("network_id", "!=", fund.network_id.id),
                    ],
                    limit=1,
                )
            )
            if other:
                shared = fund.cash_journal_ids & other.cash_journal_ids
                raise ValidationError(
                    self.env._(
                        "%(journal)s holds money of %(other)s, so its movements would show the "
                        "members of one network to the other. Choose a journal for %(fund)s that "
                        "only funds of %(network)s use.",
                        journal=shared[:1].name,
                        other=other.network_id.name,
                        fund=fund.display_name,
                        network=fund.network_id.name,
                    )
                )

    # -- rules ---------------------------------------------------------------------------------

    def _check_accepts(self, movement):
        """Raise UserError when the fund may not be used for a kind of movement."""
        self.ensure_one()
        if movement in USE_FIELDS and not self[USE_FIELDS[movement]]:
            raise UserError(
                self.env._(
                    "%(fund)s may not be used for this: %(movement)s. Use another fund of the "
                    "network, or change the purpose of this one if its members agreed to.",
                    fund=self.display_name,
                    movement=self._get_movement_label(movement),
                )
            )

    def _get_movement_label(self, movement):
        field = self.env["account.move.line"]._fields["fund_movement"]
        return dict(field._description_selection(self.env))[movement]

    def _check_date_open(self, date):
        """Raise UserError when the fund is closed on ``date``."""
        self.ensure_one()
        if self.date_closed and date <= self.date_closed:
            raise UserError(
                self.env._(
                    "%(fund)s is closed up to %(closed)s, so nothing is posted in it on %(date)s. "
                    "Choose a later date; corrections are dated after the closing.",
                    fund=self.display_name,
                    closed=format_date(self.env, self.date_closed),
                    date=format_date(self.env, date),
                )
            )

    def _get_treasurer(self, date):
        """The partner in office on ``date``; empty if there is none."""
        self.ensure_one()
        return self.treasurer_ids.filtered(lambda term: term._covers(date))[:1].partner_id

    def _check_in_office(self, partner, date):
        """Raise UserError unless ``partner`` is the fund's treasurer on ``date``."""
        self.ensure_one()
        treasurer = self._get_treasurer(date)
        if not partner or partner != treasurer:
            raise UserError(
                self.env._(
                    "%(partner)s is not the treasurer of %(fund)s on %(date)s: %(treasurer)s is. "
                    "Choose the treasurer in office, or correct the terms of office.",
                    partner=partner.display_name or self.env._("Nobody"),
                    fund=self.display_name,
                    date=format_date(self.env, date),
                    treasurer=treasurer.display_name or self.env._("nobody"),
                )
            )

    def _get_approval_limit(self, user):
        """Most that ``user`` may approve at once; ``None`` is no limit, 0 nothing at all."""
        self.ensure_one()
        limits = self.sudo().limit_ids
        if not limits:
            return None
        own = limits.filtered(lambda limit: limit._applies_to(user))
        return max(own.mapped("amount"), default=0.0)

    def _check_approval_limit(self, user, amount, what):
        """Raise UserError when ``what`` is for more than the user may approve of this fund."""
        limit = self._get_approval_limit(user)
        if limit is not None and self.currency_id.compare_amounts(amount, limit) > 0:
            raise UserError(
                self.env._(
                    "%(user)s may approve up to %(limit)s of %(fund)s, and %(expense)s is for "
                    "%(amount)s. Ask somebody with a higher limit.",
                    user=user.name,
                    limit=format_amount(self.env, limit, self.currency_id),
                    fund=self.display_name,
                    expense=what,
                    amount=format_amount(self.env, amount, self.currency_id),
                )
            )
