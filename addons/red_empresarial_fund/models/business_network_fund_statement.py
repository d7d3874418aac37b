from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.date_utils import end_of, start_of

from .business_network_fund_figures import FIGURES

STATES = [
    ("draft", "Draft"),
    ("treasurer", "Signed by the Treasurer"),
    ("president", "Signed by Both"),
    ("closed", "Closed"),
]
AMOUNTS = {
    "balance_start",
    "amount_in",
    "amount_out",
    "balance_end",
    "cash_amount",
    "owed_amount",
    "other_amount",
    "company_amount",
}
SIGNATURES = {
    "treasurer_signed_on",
    "treasurer_signed_by_id",
    "president_signed_on",
    "president_signed_by_id",
    "closed_on",
}


class BusinessNetworkFundStatement(models.Model):
    """A month of a fund: what it had, what came and went, what it has; signed, it closes the month.

    The figures are read from the posted items. Signing keeps them as they were read, so that what
    was signed can be held against the books at any time; closing locks the period of the fund. A
    closed month is never opened again: what was wrong is reversed at a later date.
    """

    _name = "business.network.fund.statement"
    _description = "Monthly Statement of a Fund"
    _inherit = [
        "mail.thread",
        "business.network.action.state.mixin",
        "business.network.fund.access.mixin",
    ]
    _order = "date_to desc, fund_id, id desc"
    _check_company_auto = True

    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    date_from = fields.Date(string="From", readonly=True, copy=False)
    date_to = fields.Date(
        string="Month",
        required=True,
        copy=False,
        default=lambda self: self._default_date_to(),
        help="Any day of the month: the statement ends on its last one.",
    )
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    treasurer_id = fields.Many2one(
        "res.partner",
        compute="_compute_signatories",
        store=True,
        readonly=False,
        precompute=True,
        help="Must be in office on the last day of the month.",
    )
    treasurer_signed_on = fields.Date(readonly=True, copy=False)
    treasurer_signed_by_id = fields.Many2one(
        "res.users", string="Treasurer's Signature Entered By", readonly=True, copy=False
    )
    president_id = fields.Many2one(
        "res.partner",
        compute="_compute_signatories",
        store=True,
        readonly=False,
        precompute=True,
        help="The member who presides the network; its leader, or whom the members chose, if none "
        "does.",
    )
    president_signed_on = fields.Date(readonly=True, copy=False)
    president_signed_by_id = fields.Many2one(
        "res.users", string="President's Signature Entered By", readonly=True, copy=False
    )
    closed_on = fields.Date(readonly=True, copy=False)
    balance_start = fields.Monetary(string="Opening Balance", readonly=True, copy=False)
    amount_in = fields.Monetary(string="Came In", readonly=True, copy=False)
    amount_out = fields.Monetary(string="Went Out", readonly=True, copy=False)
    balance_end = fields.Monetary(string="Closing Balance", readonly=True, copy=False)
    cash_amount = fields.Monetary(string="Cash and Bank", readonly=True, copy=False)
    owed_amount = fields.Monetary(string="Owed by Members", readonly=True, copy=False)
    other_amount = fields.Monetary(string="Elsewhere", readonly=True, copy=False)
    company_amount = fields.Monetary(string="Held by the Books' Company", readonly=True, copy=False)
    line_ids = fields.One2many(
        "business.network.fund.statement.line",
        "statement_id",
        string="Figures",
        readonly=True,
        copy=False,
    )
    is_changed = fields.Boolean(
        string="Differs from the Books",
        compute="_compute_is_changed",
        help="The posted items say something else than these figures.",
    )
    obstacles = fields.Text(
        string="Before It Is Signed",
        compute="_compute_obstacles",
        help="What is left to do in the month.",
    )
    note = fields.Text(help="Printed on the statement.")

    _month_once = models.Constraint(
        "UNIQUE(fund_id, date_to)", "The fund already has a statement of that month."
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | AMOUNTS | SIGNATURES | {"date_from"}

    @api.model
    def _default_date_to(self):
        """The month that ended last."""
        return fields.Date.subtract(start_of(fields.Date.context_today(self), "month"), days=1)

    @api.depends("fund_id", "date_to")
    def _compute_signatories(self):
        for statement in self:
            fund, date = statement.fund_id, statement.date_to and end_of(statement.date_to, "month")
            statement.treasurer_id = fund._get_treasurer(date) if fund and date else False
            statement.president_id = (
                fund.network_id._get_president(date) if fund and date else False
            )

    @api.depends("fund_id", "date_to")
    def _compute_display_name(self):
        for statement in self:
            statement.display_name = " · ".join(
                filter(None, (statement.fund_id.display_name, statement._get_month_text()))
            )

    def _get_month_text(self):
        self.ensure_one()
        return self.date_to and format_date(self.env, self.date_to, date_format="LLLL yyyy")

    def _compute_is_changed(self):
        for statement in self:
            statement.is_changed = bool(statement.date_from) and statement._differs()

    def _compute_obstacles(self):
        for statement in self:
            draft = statement.state == "draft" and statement.fund_id and statement.date_to
            statement.obstacles = "\n".join(statement._get_obstacles()) if draft else False

    # -- life cycle ----------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        statements = super().create([self._end_of_month(vals) for vals in vals_list])
        statements._take_figures()
        return statements

    def write(self, vals):
        terms = self._get_terms() & vals.keys()
        if terms:
            self._check_draft()
        result = super().write(self._end_of_month(vals))
        if {"fund_id", "date_to"} & terms:
            self._take_figures()
        return result

    def _end_of_month(self, vals):
        if not vals.get("date_to"):
            return vals
        return {**vals, "date_to": end_of(fields.Date.to_date(vals["date_to"]), "month")}

    def _get_terms(self):
        return {"fund_id", "date_to", "treasurer_id", "president_id", "note"}

    def _check_draft(self):
        for statement in self.filtered(lambda statement: statement.state != "draft"):
            statement._check_not_closed()
            raise UserError(
                self.env._(
                    "%s is signed, so it is not changed. Return it to draft first.",
                    statement.display_name,
                )
            )

    def _check_not_closed(self):
        for statement in self.filtered(lambda statement: statement.state == "closed"):
            raise UserError(
                self.env._(
                    "%(statement)s is closed and is never opened again. Reverse what was wrong, "
                    "dated after %(date)s, and post the right entry.",
                    statement=statement.display_name,
                    date=format_date(self.env, statement.date_to),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_draft()

    # -- figures -------------------------------------------------------------------------------

    def action_compute(self):
        """Read the figures again from the books."""
        self.check_access("write")
        self._check_draft()
        self._take_figures()

    def _take_figures(self):
        """Keep the figures as the posted items say them now."""
        for statement in self.sudo():
            date_from = statement._get_date_from()
            figures = statement.fund_id._get_period_figures(date_from, statement.date_to)
            statement.write(
                {
                    "date_from": date_from,
                    "line_ids": [
                        Command.clear(),
                        *(Command.create(figure) for figure in figures),
                    ],
                    **statement._prepare_amounts(figures),
                }
            )

    def _get_date_from(self):
        """The day after the last closing; before the first one, the month of the first movement."""
        self.ensure_one()
        fund = self.fund_id
        if fund.date_closed and fund.date_closed < self.date_to:
            return fields.Date.add(fund.date_closed, days=1)
        first = fund._get_first_date()
        return start_of(min(first or self.date_to, self.date_to), "month")

    def _prepare_amounts(self, figures):
        def total(section, name):
            return self.fund_id._round(
                sum(figure[name] for figure in figures if figure["section"] == section)
            )

        return {
            "balance_start": total("fund", "opening"),
            "amount_in": total("fund", "amount_in"),
            "amount_out": total("fund", "amount_out"),
            "balance_end": total("fund", "closing"),
            "cash_amount": total("cash", "closing"),
            "owed_amount": total("members", "closing"),
            "other_amount": total("other", "closing"),
            "company_amount": total("company", "closing"),
        }

    def _differs(self):
        """Whether the posted items say something else than the figures that are kept."""
        self.ensure_one()
        statement = self.sudo()
        books = statement.fund_id._get_period_figures(statement.date_from, statement.date_to)
        kept = {
            line._get_figure_key(): [line[name] for name in FIGURES] for line in statement.line_ids
        }
        keys = ("section", "movement", "account_id", "partner_id")
        now = {
            tuple(figure[key] for key in keys): [figure[name] for name in FIGURES]
            for figure in books
        }
        compare = statement.currency_id.compare_amounts
        return kept.keys() != now.keys() or any(
            compare(*pair) for key in kept for pair in zip(kept[key], now[key], strict=True)
        )

    # -- signatures ----------------------------------------------------------------------------

    def action_sign_treasurer(self):
        """The treasurer in office at the end of the month signs the figures of the books.

        :raise UserError: something of the month is left to do, or somebody else signs
        """
        self.check_access("write")
        for statement in self:
            statement._check_state("draft")
            statement._check_ready()
            statement.fund_id._check_in_office(statement.treasurer_id, statement.date_to)
            statement._check_signs_for(statement.treasurer_id)
            statement._take_figures()
            statement._sign("treasurer")

    def action_sign_president(self):
        """Who presides the network signs what the treasurer signed."""
        self.check_access("write")
        for statement in self:
            statement._check_state("treasurer")
            statement._check_president()
            statement._check_signs_for(statement.president_id)
            statement._check_unchanged()
            statement._sign("president")

    def _sign(self, role):
        self.sudo().write(
            {
                "state": role,
                f"{role}_signed_on": fields.Date.context_today(self),
                f"{role}_signed_by_id": self.env.user.id,
            }
        )

    def _check_president(self):
        """Raise UserError unless the second signature is of who presides the network."""
        self.ensure_one()
        president = self.network_id._get_member_in_role("president", self.date_to).partner_id
        if not self.president_id or (president and self.president_id not in president):
            raise UserError(
                self.env._(
                    "%(partner)s does not preside %(network)s on %(date)s: %(president)s does. "
                    "Return the statement to draft and choose who does.",
                    partner=self.president_id.display_name or self.env._("Nobody"),
                    network=self.network_id.name,
                    date=format_date(self.env, self.date_to),
                    president=president[:1].display_name or self.env._("nobody"),
                )
            )
        if self.president_id == self.treasurer_id:
            raise UserError(
                self.env._(
                    "%(partner)s signed %(statement)s as treasurer already. Return it to draft "
                    "and choose somebody else for the second signature.",
                    partner=self.president_id.display_name,
                    statement=self.display_name,
                )
            )

    def _check_signs_for(self, partner):
        self.ensure_one()
        self._check_signs_with(partner, self)

    @api.model
    def _check_signs_with(self, partner, record):
        """Who has a user signs with it; for others whoever runs the fund enters the signature."""
        users = partner.sudo().user_ids.filtered(lambda user: user._is_internal())
        if users and self.env.user not in users:
            raise UserError(
                self.env._(
                    "%(partner)s signs %(record)s with its own user (%(login)s), not with that "
                    "of %(user)s.",
                    partner=partner.display_name,
                    record=record.display_name,
                    login=users[:1].login,
                    user=self.env.user.name,
                )
            )

    def _check_unchanged(self):
        self.ensure_one()
        if self._differs():
            raise UserError(
                self.env._(
                    "The books changed after the treasurer signed %s. Return it to draft, so that "
                    "the treasurer signs what they say now.",
                    self.display_name,
                )
            )

    def action_close(self):
        """Close the month: nothing is posted in the fund up to its last day any more."""
        self.check_access("write")
        self.fund_id._lock_receipts()
        for statement in self:
            statement._check_state("president")
            statement._check_ready()
            statement._check_unchanged()
            statement.sudo().write(
                {"state": "closed", "closed_on": fields.Date.context_today(self)}
            )
            fund = statement.fund_id.sudo()
            fund.date_closed = statement.date_to
            fund.message_post(
                body=self.env._(
                    "%(month)s is closed: signed by %(treasurer)s and %(president)s.",
                    month=statement._get_month_text(),
                    treasurer=statement.treasurer_id.display_name,
                    president=statement.president_id.display_name,
                )
            )

    def action_reset_to_draft(self):
        """Take the signatures back; a closed month stays closed."""
        self.check_access("write")
        self._check_not_closed()
        for statement in self:
            statement._check_state("treasurer", "president")
        self.sudo().write({"state": "draft", **dict.fromkeys(SIGNATURES, False)})
        self._take_figures()

    def action_open_movements(self):
        """The movements of the fund in the month."""
        self.ensure_one()
        action = self.fund_id.action_open_movements()
        dates = [("date", ">=", self.date_from), ("date", "<=", self.date_to)]
        return {**action, "domain": [*action["domain"], *dates]}
