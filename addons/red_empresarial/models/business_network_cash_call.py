from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount

from ..engine.apportion import split_amount
from ..tools.actions import open_records
from ..tools.minor_units import from_minor, to_minor

SPLITS = [
    ("expense_weights", "By the expense weights of the agreement"),
    ("equal", "Equally"),
    ("manual", "By hand"),
]
STAGES = [
    ("draft", "Draft"),
    ("called", "Called"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]
STATES = [
    ("draft", "Draft"),
    ("called", "Called"),
    ("partly", "Partly Collected"),
    ("collected", "Collected"),
    ("drawn", "Drawn Down"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]


class BusinessNetworkCashCall(models.Model):
    """Money the network asks of its members for a purpose, before the costs come.

    What members pay in is a credit on their payable current account: the network owes it to them
    until it is spent. Settlements take of it what pays each member's costs (*drawn down*); closing
    the call frees what is left for the next settlement. Only what was asked is stored here: what
    was collected and drawn is read from the ledger.
    """

    _name = "business.network.cash.call"
    _description = "Cash Call"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "business.network.action.state.mixin",
        "business.network.auto.number.mixin",
    ]
    _sequence_date_field = "date"
    _state_field = "stage"
    _order = "date desc, id desc"
    _check_company_auto = True

    network_id = fields.Many2one(
        "business.network", required=True, index=True, ondelete="restrict", tracking=True
    )
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    purpose = fields.Char(required=True, tracking=True, help="What the money is asked for.")
    date = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    date_due = fields.Date(string="Due On", required=True, tracking=True)
    amount = fields.Monetary(tracking=True, help="To be asked of all members.")
    split = fields.Selection(SPLITS, required=True, default="expense_weights")
    stage = fields.Selection(
        STAGES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    state = fields.Selection(STATES, compute="_compute_amounts", search="_search_state")
    line_ids = fields.One2many("business.network.cash.call.line", "call_id", copy=False)
    amount_asked = fields.Monetary(
        string="To Collect", compute="_compute_amounts", help="Asked of the other members."
    )
    amount_collected = fields.Monetary(string="Collected", compute="_compute_amounts")
    amount_drawn = fields.Monetary(
        string="Drawn Down",
        compute="_compute_amounts",
        help="What settlements already took for the members' costs.",
    )
    amount_held = fields.Monetary(
        string="Still Held",
        compute="_compute_amounts",
        help="Collected and not spent: the network owes it to the members.",
    )
    payment_count = fields.Integer(compute="_compute_payment_count")
    is_overdue = fields.Boolean(compute="_compute_amounts")
    note = fields.Html()

    _amount_not_negative = models.Constraint(
        "CHECK(amount >= 0)", "A cash call asks an amount that is not negative."
    )
    _dates_ordered = models.Constraint(
        "CHECK(date_due >= date)", "A cash call cannot be due before the day it is made."
    )

    @api.depends("network_id")
    def _compute_currency_id(self):
        for call in self:
            call.currency_id = call.network_id.currency_id or (
                call.currency_id or self.env.company.currency_id
            )

    @api.depends("stage", "date_due", "line_ids.amount_asked", "line_ids.amount_collected")
    def _compute_amounts(self):
        today = fields.Date.context_today(self)
        for call in self:
            lines = call.line_ids.filtered(lambda line: not line.is_books_company)
            call.amount_asked = sum(lines.mapped("amount_asked"))
            call.amount_collected = sum(lines.mapped("amount_collected"))
            call.amount_drawn = sum(lines.mapped("amount_drawn"))
            call.amount_held = call.amount_collected - call.amount_drawn
            call.state = call._get_state()
            late = call.date_due and call.date_due < today
            call.is_overdue = bool(late and call.state in ("called", "partly"))

    def _get_state(self):
        """How far a call that was made has come, by the ledger."""
        self.ensure_one()
        if self.stage != "called":
            return self.stage
        compare = self.currency_id.compare_amounts
        if compare(self.amount_collected, 0.0) <= 0:
            return "called"
        if compare(self.amount_collected, self.amount_asked) < 0:
            return "partly"
        return "collected" if compare(self.amount_drawn, self.amount_collected) < 0 else "drawn"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        called = self.search([("stage", "=", "called")])
        return [
            "|",
            ("id", "in", called.filtered(lambda call: call.state in value).ids),
            ("stage", "in", [state for state in value if state != "called"]),
        ]

    def _compute_payment_count(self):
        counts = dict(
            self.env["account.payment"]
            .sudo()
            ._read_group(
                [("network_cash_call_line_id.call_id", "in", self.ids)],
                ["network_cash_call_line_id.call_id"],
                ["__count"],
            )
        )
        counts = {call.id: count for call, count in counts.items()}
        for call in self:
            call.payment_count = counts.get(call.id, 0)

    # -- life cycle --------------------------------------------------------------------------------

    def write(self, vals):
        if self._get_terms() & vals.keys():
            for call in self.filtered(lambda call: call.stage != "draft"):
                raise UserError(
                    self.env._(
                        "%s was called: its members know what they are asked. Reset it to draft "
                        "to change it, or make another call.",
                        call.name,
                    )
                )
        if "network_id" in vals:  # rules look at the network it leaves, not at the one it enters
            self.env["business.network"].browse(vals["network_id"]).check_access("write")
        return super().write(vals)

    def _get_terms(self):
        return {"network_id", "currency_id", "amount", "split", "date"}

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for call in self.filtered(lambda call: call.stage != "draft"):
            raise UserError(
                self.env._("%s is not a draft and cannot be deleted. Cancel it instead.", call.name)
            )

    def action_split(self):
        """Split the amount over the members as the call says; lines made by hand are kept."""
        for call in self:
            call._check_state("draft")
            if call.split == "manual":
                call._add_missing_members()
                continue
            weights = call._get_weights()
            units = split_amount(to_minor(call.amount, call.currency_id), list(weights.values()))
            call.line_ids = [
                Command.clear(),
                *(
                    Command.create(call._prepare_line(member, from_minor(unit, call.currency_id)))
                    for member, unit in zip(weights, units, strict=True)
                    if unit
                ),
            ]

    def _add_missing_members(self):
        self.ensure_one()
        members = self._get_members_in_force() - self.line_ids.member_id
        self.line_ids = [Command.create(self._prepare_line(member, 0.0)) for member in members]

    def _get_weights(self):
        """Exact weights of the members that are asked, in their order."""
        self.ensure_one()
        if self.split == "equal":
            weights = dict.fromkeys(self._get_members_in_force(), 1)
        else:
            weights = self.network_id._get_agreement(self.date)._get_weights("expense")
        if not any(weights.values()):
            raise UserError(
                self.env._(
                    "%(network)s has no member to ask on the date of %(call)s. Add its members, or "
                    "change the date.",
                    network=self.network_id.name,
                    call=self.name,
                )
            )
        return weights

    def _get_members_in_force(self):
        return self.network_id.member_ids.filtered(
            lambda member: member._is_in_force(self.date)
        ).sorted(lambda member: (member.sequence, member.id))

    def _prepare_line(self, member, amount):
        return {"member_id": member.id, "sequence": member.sequence, "amount_asked": amount}

    def action_call(self):
        """Ask the members for the money. Nothing is booked until they pay."""
        for call in self:
            call._check_state("draft")
            if not call.line_ids:
                call.action_split()
            call._check_terms()
        self.check_access("write")
        self.sudo().write({"stage": "called"})

    def _check_terms(self):
        """Raise an error when the members cannot be asked what the lines say."""
        self.ensure_one()
        self.network_id._check_account_set("member_payable_account_id")
        if self.currency_id.compare_amounts(self.amount, 0.0) <= 0:
            raise UserError(
                self.env._("%s asks for nothing. Write an amount above zero.", self.name)
            )
        self.line_ids.member_id._check_in_force(self.date)
        total = sum(self.line_ids.mapped("amount_asked"))
        if self.currency_id.compare_amounts(total, self.amount):
            raise UserError(
                self.env._(
                    "The members of %(call)s are asked %(total)s, and the call is for %(amount)s. "
                    "Press “Split”, or correct the lines.",
                    call=self.name,
                    total=format_amount(self.env, total, self.currency_id),
                    amount=format_amount(self.env, self.amount, self.currency_id),
                )
            )

    def action_reset_to_draft(self):
        self._check_nothing_collected()
        for call in self:
            call._check_state("called", "cancelled")
        self.check_access("write")
        self.sudo().write({"stage": "draft"})

    def action_cancel(self):
        self._check_nothing_collected()
        for call in self:
            call._check_state("draft", "called")
        self.check_access("write")
        self.sudo().write({"stage": "cancelled"})

    def action_close(self):
        """Ask no more: the next settlement gives back what was collected and not spent."""
        for call in self:
            call._check_state("called")
        self.check_access("write")
        self.sudo().write({"stage": "closed"})

    def action_reopen(self):
        for call in self:
            call._check_state("closed")
        self.check_access("write")
        self.sudo().write({"stage": "called"})

    def _check_nothing_collected(self):
        for call in self:
            if not call.currency_id.is_zero(call.amount_collected):
                raise UserError(
                    self.env._(
                        "Members already paid %(amount)s for %(call)s. Close it, so that the next "
                        "settlement gives it back, or reverse those payments first.",
                        amount=format_amount(self.env, call.amount_collected, call.currency_id),
                        call=call.name,
                    )
                )

    # -- collecting --------------------------------------------------------------------------------

    def action_open_collection_wizard(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Collect from the Members"),
            "res_model": "business.network.cash.call.collection",
            "view_mode": "form",
            "target": "new",
            "context": {"default_call_id": self.id},
        }

    def collect(self, amounts, journal, date):
        """Register what members pay in: one posted payment each, on their payable account.

        :param dict amounts: ``{business.network.cash.call.line: amount}``
        :param journal: ``account.journal`` of type bank or cash
        :param date: date of the payments
        :return: the payments
        :raise UserError: an amount is not above zero or more than is still asked; the journal, date
            or member does not allow it
        """
        self.ensure_one()
        self.check_access("write")
        self._lock()
        self._check_state("called")
        lines = self.env["business.network.cash.call.line"].union(*amounts)
        self._check_amounts(lines, amounts)
        lines.member_id._check_payment_with(journal, date)
        payments = (
            self.env["account.payment"]
            .sudo()
            .create([line._prepare_payment(amounts[line], journal, date) for line in lines])
        )
        payments.action_post()
        lines.invalidate_recordset(["amount_collected", "amount_drawn", "amount_open"])
        return payments

    def _lock(self):
        """Two users at once: the second waits, is retried and sees what the first collected.

        Who cancels or closes the call writes its row, so they meet, too.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE business_network_cash_call SET write_date = write_date WHERE id IN %s",
                tuple(self.ids),
            )
        )

    def _check_amounts(self, lines, amounts):
        """Raise UserError for an amount that a member was not asked."""
        if lines.call_id != self:
            raise UserError(self.env._("Choose members of %s to collect from.", self.name))
        for line in lines:
            asked = line.amount_open
            compare = self.currency_id.compare_amounts
            if compare(amounts[line], 0.0) <= 0 or compare(amounts[line], asked) > 0:
                raise UserError(
                    self.env._(
                        "%(amount)s cannot be collected from %(member)s for %(call)s: %(asked)s is "
                        "still asked. Write an amount above zero and not above that.",
                        amount=format_amount(self.env, amounts[line], self.currency_id),
                        member=line.partner_id.display_name,
                        call=self.name,
                        asked=format_amount(self.env, asked, self.currency_id),
                    )
                )

    def _get_payments(self):
        return (
            self.env["account.payment"]
            .sudo()
            .search([("network_cash_call_line_id.call_id", "in", self.ids)])
        )

    def action_open_payments(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_member_payment_action",
            [("network_cash_call_line_id.call_id", "=", self.id)],
        )

    def action_print_receipts(self):
        """Print a receipt of each payment that was not reversed."""
        payments = self._get_payments().filtered(lambda p: p.state in ("in_process", "paid"))
        if not payments:
            raise UserError(self.env._("Nobody has paid for %s yet.", self[:1].name))
        report = self.env.ref("red_empresarial.network_receipt_report")
        return report.report_action(payments.sudo(False), config=False)
