from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

STATES = [("draft", "Draft"), ("posted", "Has Left"), ("reversed", "Reversed")]


class BusinessNetworkFundExit(models.Model):
    """A member leaves: what it put into the funds, owes them and gets, netted and paid.

    Its loans end on that day, what it gets closes what it owes, and the rest is paid to it or stays
    owed; the membership ends. One entry per fund, that is reversed as a whole.
    """

    _name = "business.network.fund.exit"
    _description = "Exit of a Member"
    _inherit = [
        "mail.thread",
        "business.network.auto.number.mixin",
        "business.network.action.state.mixin",
        "business.network.fund.access.mixin",
    ]
    _sequence_date_field = "date"
    _fund_links = ("member_id",)
    _order = "date desc, id desc"
    _check_company_auto = True

    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    partner_id = fields.Many2one(
        related="member_id.partner_id", string="Partner", store=True, index=True
    )
    network_id = fields.Many2one(related="member_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="member_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="Last Day", required=True, default=fields.Date.context_today, tracking=True
    )
    reason = fields.Char(help="Why it leaves, and which meeting took note of it.", tracking=True)
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True
    )
    line_ids = fields.One2many(
        "business.network.fund.exit.line", "exit_id", string="Funds", copy=False
    )
    amount_gets = fields.Monetary(string="Gets", compute="_compute_amounts")
    amount_owes = fields.Monetary(string="Owes", compute="_compute_amounts")
    amount_paid_out = fields.Monetary(string="Paid to It", compute="_compute_amounts")
    amount_still_owed = fields.Monetary(string="Stays Owed", compute="_compute_amounts")
    member_date_to = fields.Date(
        string="Membership Ended Before", copy=False, readonly=True, help="Set again if reversed."
    )
    move_ids = fields.One2many("account.move", "fund_exit_id", string="Entries")

    _posted_once = models.UniqueIndex(
        "(member_id) WHERE state = 'posted'", "A member leaves a network once."
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"member_date_to"}

    @api.depends("line_ids.amount_gets", "line_ids.amount_owed", "line_ids.amount_loans")
    def _compute_amounts(self):
        for leaving in self:
            lines = leaving.line_ids
            leaving.amount_gets = sum(lines.mapped("amount_gets"))
            leaving.amount_owes = sum(line.amount_owed + line.amount_loans for line in lines)
            leaving.amount_paid_out = sum(max(line.amount_net, 0.0) for line in lines)
            leaving.amount_still_owed = sum(max(-line.amount_net, 0.0) for line in lines)

    def write(self, vals):
        if {"member_id", "date"} & vals.keys():
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_draft()

    def _check_draft(self):
        for leaving in self.filtered(lambda leaving: leaving.state != "draft"):
            raise UserError(
                self.env._(
                    "%(exit)s of %(member)s is booked and is not changed. Reverse it, and make "
                    "another one.",
                    exit=leaving.name,
                    member=leaving.member_id.display_name,
                )
            )

    # -- computing -----------------------------------------------------------------------------

    def action_compute(self):
        """What the member put in, owes and gets of each fund, before anything is booked."""
        self.check_access("write")
        for leaving in self:
            leaving._check_state("draft")
            leaving._check_may_leave()
            funds = leaving._get_funds()
            funds._ask_all_until(leaving.date)
            leaving._write_lines(
                {fund: vals for fund in funds if (vals := leaving._prepare_line(fund))}
            )

    def _write_lines(self, values):
        """Lines of exactly these funds; the box chosen on a line stays."""
        known = {line.fund_id: line for line in self.line_ids}
        self.line_ids = [
            *(Command.delete(line.id) for fund, line in known.items() if fund not in values),
            *(
                Command.update(known[fund].id, vals) if fund in known else Command.create(vals)
                for fund, vals in values.items()
            ),
        ]

    def _get_funds(self):
        """The funds of the network, archived ones that still hold something included."""
        self.ensure_one()
        funds = self.network_id.with_context(active_test=False).fund_ids
        return funds.filtered(
            lambda fund: fund.active or not fund.currency_id.is_zero(fund.balance)
        )

    def _prepare_line(self, fund):
        """Values of the line of one fund; None where the member has nothing to do with it."""
        self.ensure_one()
        contribution, gets = fund._get_exit_amount(self.partner_id)
        owed = fund._get_owed(self.partner_id).get(self.partner_id, 0.0)
        loans = sum(
            loan.amount_not_due + loan._get_early_interest(self.date)
            for loan in self._get_loans(fund)
        )
        amounts = {
            "amount_contribution": contribution,
            "amount_gets": gets,
            "amount_owed": fund.currency_id.round(owed),
            "amount_loans": fund.currency_id.round(loans),
        }
        return {"fund_id": fund.id, **amounts} if any(amounts.values()) else None

    def _get_loans(self, fund):
        """Loans of the member in a fund that are not due in whole."""
        return fund.loan_ids.filtered(
            lambda loan: (
                loan.partner_id == self.partner_id
                and loan.state == "disbursed"
                and not loan.currency_id.is_zero(loan.amount_not_due)
            )
        )

    # -- what is refused -----------------------------------------------------------------------

    def _check_may_leave(self):
        """Raise UserError or ValidationError for a member that cannot leave on that day."""
        self.ensure_one()
        self._check_not_left()
        self.member_id._check_in_force(self.date)
        if self.date > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(exit)s is dated %(date)s. What a member owes and gets is known on its last "
                    "day: book it then.",
                    exit=self.name,
                    date=format_date(self.env, self.date),
                )
            )
        self._check_no_later_dues()
        self._check_no_office()
        self._check_no_promise()

    def _check_not_left(self):
        earlier = self.sudo().search(
            [
                ("member_id", "=", self.member_id.id),
                ("state", "=", "posted"),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if earlier:
            raise UserError(
                self.env._(
                    "%(member)s left by %(exit)s on %(date)s already.",
                    member=self.member_id.display_name,
                    exit=earlier.name,
                    date=format_date(self.env, earlier.date),
                )
            )

    def _check_no_later_dues(self):
        """Dues of after its last day are not of a member any more."""
        items = self.env["account.move.line"].sudo()
        later = items.search(
            [
                ("fund_id", "in", self._get_funds().ids),
                ("partner_id", "=", self.partner_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("fund_movement", "=", "dues"),
                ("parent_state", "=", "posted"),
                ("balance", ">", 0.0),
                ("date_maturity", ">", self.date),
            ],
            order="date_maturity",
        ).filtered(lambda item: not item.move_id._is_reversed())[:1]
        if later:
            raise UserError(
                self.env._(
                    "%(member)s was asked dues of %(due)s by %(entry)s, after its last day "
                    "%(date)s. Reverse them, or choose a later day.",
                    member=self.member_id.display_name,
                    due=format_date(self.env, later.date_maturity),
                    entry=later.move_id.display_name,
                    date=format_date(self.env, self.date),
                )
            )

    def _check_no_office(self):
        """Neither on its last day nor later: who is elected already hands over as well."""
        terms = (
            self._get_funds()
            .sudo()
            .treasurer_ids.filtered(
                lambda term: (
                    term.partner_id == self.partner_id
                    and (not term.date_to or term.date_to >= self.date)
                )
            )
        )
        for term in terms.sorted("date_from")[:1]:
            raise UserError(
                self.env._(
                    "%(member)s is the treasurer of %(fund)s on %(date)s. Hand the fund over "
                    "first.",
                    member=self.member_id.display_name,
                    fund=term.fund_id.display_name,
                    date=format_date(self.env, max(term.date_from, self.date)),
                )
            )

    def _check_no_promise(self):
        """Neither a loan that waits to be paid out, nor one that the member answers for."""
        loans = self.env["business.network.fund.loan"].sudo()
        open_loans = loans.search(
            [("network_id", "=", self.network_id.id), ("state", "in", ("approved", "disbursed"))]
        )
        for loan in open_loans:
            if loan.partner_id == self.partner_id and loan.state == "approved":
                raise UserError(
                    self.env._(
                        "%(loan)s of %(member)s is approved and not paid out. Refuse it first.",
                        loan=loan.name,
                        member=self.member_id.display_name,
                    )
                )
            if loan.partner_id != self.partner_id and self.member_id in loan.guarantor_ids:
                raise UserError(
                    self.env._(
                        "%(member)s answers for %(loan)s of %(debtor)s. Agree on another guarantor "
                        "first.",
                        member=self.member_id.display_name,
                        loan=loan.name,
                        debtor=loan.member_id.display_name,
                    )
                )

    # -- booking -------------------------------------------------------------------------------

    def action_post(self):
        """Book what was computed, pay the member, and end its membership.

        :raise UserError: something changed since it was computed, or the money is short
        """
        self.check_access("write")
        for leaving in self:
            leaving._check_state("draft")
            leaving.member_id.check_access("write")
            leaving._check_may_leave()
            funds = leaving._get_funds()
            funds._lock_receipts()
            funds._ask_all_until(leaving.date)
            leaving._check_computed(funds)
            leaving._post_lines()
            leaving._end_membership()

    def _check_computed(self, funds):
        """Raise UserError when the ledger says something else than what was computed."""
        self.ensure_one()
        lines = {line.fund_id: line for line in self.line_ids}
        for fund in self.line_ids.fund_id - funds:
            self._raise_not_computed(fund)
        for fund in funds:
            vals, line = self._prepare_line(fund) or {}, lines.get(fund)
            shown = {name: line[name] if line else 0.0 for name in vals if name != "fund_id"}
            if (line and not vals) or any(
                fund.currency_id.compare_amounts(amount, vals[name])
                for name, amount in shown.items()
            ):
                self._raise_not_computed(fund)

    def _raise_not_computed(self, fund):
        raise UserError(
            self.env._(
                "What %(member)s owes %(fund)s or gets of it is not computed, or changed "
                "since. Press “Compute”, and look at it again.",
                member=self.member_id.display_name,
                fund=fund.display_name,
            )
        )

    def _post_lines(self):
        """One entry per fund; loans end before, in entries of their own that belong to the exit."""
        self.ensure_one()
        for line in self.line_ids:
            line._check_can_pay()
            for loan in self._get_loans(line.fund_id):
                loan._call_rest(self.date).sudo().fund_exit_id = self.id
            if vals := line._prepare_entry():
                line.fund_id._post_entries([vals])
            line.fund_id._reconcile_members(self.partner_id)
            line.fund_id._forget_balances()

    def _end_membership(self):
        self.ensure_one()
        self.sudo().write({"state": "posted", "member_date_to": self.member_id.date_to})
        self.member_id.date_to = self.date

    def action_reverse(self):
        """Take the exit back: its entries are reversed and the membership goes on."""
        self.check_access("write")
        for leaving in self:
            leaving._check_state("posted")
            leaving.sudo().move_ids.filtered(
                lambda move: not move.reversed_entry_id and not move._is_reversed()
            )._reverse_fund_entries()
            leaving._follow_ledger()

    def _follow_ledger(self):
        """An exit whose entries were all taken back did not happen."""
        for leaving in self.sudo().filtered(lambda leaving: leaving.state == "posted"):
            booked = leaving.move_ids.filtered(lambda move: not move.reversed_entry_id)
            if all(move._is_reversed() for move in booked):
                leaving.member_id.date_to = leaving.member_date_to
                leaving.write({"state": "reversed", "member_date_to": False})

    def action_open_entries(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("fund_exit_id", "=", self.id)],
            "context": {"create": False},
        }
