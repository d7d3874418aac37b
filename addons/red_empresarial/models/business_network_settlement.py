from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..tools.actions import open_records
from .business_network_settlement_terms import SETTLEMENT_BASES

STATES = [
    ("draft", "Draft"),
    ("computed", "Computed"),
    ("approved", "Approved"),
    ("posted", "Posted"),
    ("paid", "Paid"),
    ("reversed", "Reversed"),
]


class BusinessNetworkSettlement(models.Model):
    """What each member of a network is due for a period and why.

    Takes every distribution row up to ``date_to`` that no settlement took before. Under
    ``attribution`` posting nets what each member is owed with what it owes on its two current
    accounts; under ``principal`` it books each member's document. Payments close what is left.
    """

    _name = "business.network.settlement"
    _description = "Network Settlement"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "business.network.action.state.mixin",
        "business.network.auto.number.mixin",
    ]
    _sequence_date_field = "date_to"
    _order = "date desc, id desc"
    _check_company_auto = True

    network_id = fields.Many2one(
        "business.network", required=True, index=True, ondelete="restrict", tracking=True
    )
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    policy = fields.Selection(related="network_id.policy")
    member_document = fields.Selection(related="network_id.member_document")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Documents in this currency are settled; another currency needs its own settlement.",
    )
    date_from = fields.Date(
        string="Period From",
        compute="_compute_period",
        store=True,
        readonly=False,
        precompute=True,
        help="Earlier documents that are not settled yet are settled here too.",
    )
    date_to = fields.Date(
        string="Period To", required=True, default=fields.Date.context_today, tracking=True
    )
    date = fields.Date(
        string="Accounting Date",
        required=True,
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
    )
    basis = fields.Selection(
        SETTLEMENT_BASES,
        required=True,
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
    )
    minimum_payout = fields.Monetary(
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        help="Members that are due less wait for a later settlement; nothing of theirs is taken.",
    )
    nets_open_items = fields.Boolean(
        string="Net Open Items",
        default=True,
        help="Take into account what is open with each member beside the documents: previous "
        "balances, advances, goods received, dues and fines.",
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        compute="_compute_state",
        store=True,
        copy=False,
        tracking=True,
        index=True,
    )
    line_ids = fields.One2many("business.network.settlement.line", "settlement_id", copy=False)
    netted_item_ids = fields.One2many(
        "business.network.settlement.item", compute="_compute_netted_item_ids"
    )
    distribution_count = fields.Integer(compute="_compute_distribution_count")
    move_ids = fields.One2many(
        "account.move", "network_settlement_id", string="Journal Entries", copy=False
    )
    move_count = fields.Integer(compute="_compute_move_count")
    payment_ids = fields.One2many("account.payment", "network_settlement_id", copy=False)
    payment_count = fields.Integer(compute="_compute_move_count")
    has_payments = fields.Boolean(
        compute="_compute_move_count", help="Payments that were not reversed."
    )
    amount_total = fields.Monetary(
        string="Due to Members", compute="_compute_amounts", store=True, help="Net of all members."
    )
    amount_tariff = fields.Monetary(
        string="Network Tariff",
        compute="_compute_amounts",
        store=True,
        help="What stays with the network.",
    )
    amount_payable = fields.Monetary(
        string="To Pay", compute="_compute_amounts", store=True, help="What other members receive."
    )
    amount_receivable = fields.Monetary(
        string="To Collect", compute="_compute_amounts", store=True, help="What other members owe."
    )
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    approved_on = fields.Date(readonly=True, copy=False)
    note = fields.Html()

    _dates_ordered = models.Constraint(
        "CHECK(date_from IS NULL OR date_to >= date_from)",
        "The period of a settlement cannot end before it starts.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"name", "approved_by_id", "approved_on"}

    # -- computes ------------------------------------------------------------------------------

    @api.depends("name")
    def _compute_display_name(self):
        for settlement in self:
            settlement.display_name = (
                settlement.name if settlement.name != "/" else self.env._("New Settlement")
            )

    @api.depends("network_id")
    def _compute_currency_id(self):
        for settlement in self:
            settlement.currency_id = settlement._get_currency_to_settle() or (
                settlement.currency_id or self.env.company.currency_id
            )

    def _get_currency_to_settle(self):
        """The network's currency, unless all that is unsettled is in another one."""
        own = self.network_id.currency_id
        rows = self.env["business.network.distribution"]
        unsettled = [("network_id", "=", self.network_id.id), *rows._get_unsettled_domain()]
        if not own or rows.search_count([*unsettled, ("currency_id", "=", own.id)], limit=1):
            return own
        return rows.search(unsettled, limit=1).currency_id or own

    @api.depends("network_id", "currency_id", "date_to")
    def _compute_period(self):
        for settlement in self:
            previous = self.search(
                [
                    ("id", "!=", settlement._origin.id),
                    ("network_id", "=", settlement.network_id.id),
                    ("currency_id", "=", settlement.currency_id.id),
                    ("state", "!=", "reversed"),
                ],
                order="date_to desc",
                limit=1,
            )
            start = previous.date_to and fields.Date.add(previous.date_to, days=1)
            late = start and settlement.date_to and start > settlement.date_to
            settlement.date_from = settlement.date_from or (not late and start)

    @api.depends("date_to")
    def _compute_date(self):
        for settlement in self:
            settlement.date = settlement.date_to

    @api.depends("line_ids.payment_state")
    def _compute_state(self):
        """A posted settlement is paid when the ledger says that nothing of it is open."""
        for settlement in self:
            if settlement.state not in ("posted", "paid"):
                settlement.state = settlement.state or "draft"
                continue
            settled = settlement.policy != "member" and all(
                line.payment_state in ("none", "done") for line in settlement.line_ids
            )
            settlement.state = "paid" if settled else "posted"

    @api.depends("network_id", "currency_id")
    def _compute_terms(self):
        for settlement in self:
            network = settlement.network_id
            settlement.basis = network.settlement_basis or "invoiced"
            settlement.minimum_payout = (
                network.currency_id._convert(
                    network.minimum_payout,
                    settlement.currency_id,
                    network.company_id,
                    settlement.date_to or fields.Date.context_today(settlement),
                )
                if network and settlement.currency_id
                else 0.0
            )

    @api.depends("line_ids.amount_due", "line_ids.amount_net", "line_ids.amount_tariff")
    def _compute_amounts(self):
        for settlement in self:
            others = settlement.line_ids.filtered(lambda line: not line.is_books_company)
            others = others.mapped("amount_net")
            settlement.amount_total = sum(settlement.line_ids.mapped("amount_due"))
            settlement.amount_tariff = sum(settlement.line_ids.mapped("amount_tariff"))
            settlement.amount_payable = sum(amount for amount in others if amount > 0)
            settlement.amount_receivable = -sum(amount for amount in others if amount < 0)

    @api.depends("line_ids.netted_item_ids")
    def _compute_netted_item_ids(self):
        for settlement in self:
            settlement.netted_item_ids = settlement.line_ids.netted_item_ids

    @api.depends("line_ids", "state")
    def _compute_distribution_count(self):
        """Rows settled whole and rows of which a part was: counted, a settlement may have many."""
        lines = self.line_ids.ids
        counts = {}
        for model, domain in (
            ("business.network.distribution", []),
            (
                "business.network.distribution.part",
                [("distribution_id.settlement_line_id", "not in", lines)],
            ),
        ):
            for line, count in self.env[model]._read_group(
                [("settlement_line_id", "in", lines), *domain], ["settlement_line_id"], ["__count"]
            ):
                counts[line.settlement_id] = counts.get(line.settlement_id, 0) + count
        for settlement in self:
            settlement.distribution_count = counts.get(settlement._origin, 0)

    @api.depends("move_ids", "payment_ids.state")
    def _compute_move_count(self):
        for settlement in self:
            settlement.move_count = len(settlement.move_ids)
            settlement.payment_count = len(settlement.payment_ids)
            standing = settlement.payment_ids.filtered(lambda p: p.state in ("in_process", "paid"))
            settlement.has_payments = bool(standing)

    # -- life cycle ----------------------------------------------------------------------------

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for settlement in self.filtered(lambda s: s.state != "draft"):
            raise UserError(
                self.env._(
                    "%s is not a draft and cannot be deleted. Reset or reverse it first.",
                    settlement.name,
                )
            )

    def action_preview(self):
        """Open the documents' shares this settlement would take, without taking them."""
        self.ensure_one()
        self._check_state("draft")
        return open_records(
            self.env,
            "red_empresarial.business_network_distribution_action",
            self._get_row_domain(),
            name=self.env._("What %s would settle", self.name),
            context={"search_default_group_partner": 1},
        )

    def action_compute(self):
        """Take the unsettled rows of the period and sum them per member. Repeatable."""
        self.check_access("write")
        for settlement in self.sudo():
            settlement._check_state("draft", "computed")
            settlement._release_rows()
            settlement.line_ids.unlink()
            if settlement._takes_parts():
                settlement._settle_collected()
            else:
                settlement._take_rows(settlement._create_lines(settlement._get_row_sums()))
            settlement.state = "computed"

    def _create_lines(self, sums):
        """Create one line per member that is settled now, with or without a share.

        :param sums: see :meth:`_get_row_sums`
        :raise UserError: nobody is
        """
        self.ensure_one()
        items = self._get_open_items(sums)
        members = [*sums, *(member for member in items if member not in sums)]
        members.sort(key=lambda member: (member.sequence, member.id))
        vals_list = [
            self._prepare_line(member, sums.get(member, {}), items.get(member, []))
            for member in members
            if self._settles_member(member, sums.get(member, {}), items.get(member, []))
        ]
        if not vals_list:
            self._check_nobody_waits(sums)
            raise UserError(
                self.env._(
                    "Nothing to settle: %(network)s has no unsettled documents in %(currency)s up "
                    "to %(date)s that a member is paid or charged for now, and nothing open to "
                    "net. Check the period, the currency, the minimum pay-out and that the "
                    "invoices are posted.",
                    network=self.network_id.name,
                    currency=self.currency_id.name,
                    date=format_date(self.env, self.date_to),
                )
            )
        return self.env["business.network.settlement.line"].create(vals_list)

    def _check_nobody_waits(self, sums):
        """Raise UserError naming who is settled later, how much it is, and what settles it now.

        :param sums: see :meth:`_get_row_sums`
        """
        waiting = {
            member: self.currency_id.round(sum(amounts.values()) - amounts.get("tariff", 0.0))
            for member, amounts in sums.items()
        }
        waiting = {member: rows for member, rows in waiting.items() if rows}
        if not waiting:
            return
        term = self.env["business.network"]._fields["negative_result"]
        labels = dict(term._description_selection(self.env))
        raise UserError(
            self.env._(
                "Nothing to settle now in %(settlement)s: %(members)s wait for a later settlement. "
                "Below zero, what a member owes is carried forward until something pays it, unless "
                "%(network)s has “%(charge)s” in “%(term)s”; less than its minimum pay-out waits, "
                "too.",
                settlement=self.name,
                members=", ".join(
                    f"{member.display_name} ({format_amount(self.env, rows, self.currency_id)})"
                    for member, rows in waiting.items()
                ),
                network=self.network_id.name,
                charge=labels["charge"],
                term=term._description_string(self.env),
            )
        )

    def _settles_member(self, member, amounts, items):
        """Whether the member is settled now; if not, its rows wait for a later settlement.

        Under ``principal`` a member documents what it is due; while its costs exceed its revenue
        there is nothing to document, and the balance is carried forward unless the network charges
        it or something pays it. A coin that rounding asks back is never collected alone.

        :param amounts: one member's part of :meth:`_get_row_sums`; empty without a share
        :param items: values of the open items that would be netted
        """
        if member._is_books_company():
            return any(amounts.values())
        rows = sum(amounts.values()) - amounts.get("tariff", 0.0)
        net = self._get_net(member, amounts, items)
        compare = self.currency_id.compare_amounts
        if compare(net, 0.0) > 0 and compare(net, self.minimum_payout) < 0:
            return False
        if not any(amounts.values()):
            return self._settles_open_items(items)
        carries = self.policy == "principal" and self.network_id.negative_result == "carry"
        if carries and compare(rows, 0.0) <= 0:
            return self._has_costs_paid(items, net)
        return compare(rows, -self.currency_id.rounding) != 0 or self._settles_open_items(items)

    def _get_net(self, member, amounts, items):
        """What the member would be left with: its share, less tariff and the tax of a charge."""
        share = sum(amounts.values()) - amounts.get("tariff", 0.0)
        return (
            share
            - amounts.get("tariff", 0.0)
            - self._get_charge_tax(member, share)
            + sum(item["amount"] for item in items)
        )

    def _get_charge_tax(self, member, share):
        """Tax of the invoice that charges the member for costs beyond its revenue; else zero."""
        if self.policy != "principal" or share >= 0:
            return 0.0
        taxes = member._get_document_taxes(charged=True)
        totals = taxes.compute_all(-share, currency=self.currency_id)
        return totals["total_included"] - totals["total_excluded"]

    def _has_costs_paid(self, items, net):
        """Whether costs beyond a member's revenue are charged although the network carries them.

        They are when a cash call holds money for them, whatever it does not cover staying open on
        the member's account, or when all that is open with the member leaves nothing to claim.
        """
        called = any(item["kind"] == "cash_call" for item in items)
        return called or bool(items) and self.currency_id.compare_amounts(net, 0.0) >= 0

    def _prepare_line(self, member, amounts, items):
        return {
            "settlement_id": self.id,
            "member_id": member.id,
            "sequence": member.sequence,
            "amount_revenue": amounts.get("revenue", 0.0) + amounts.get("output_tax", 0.0),
            "amount_expense": -amounts.get("expense", 0.0),
            "amount_input_tax": -amounts.get("input_tax", 0.0),
            "amount_tariff": amounts.get("tariff", 0.0),
            "netted_item_ids": [Command.create(vals) for vals in items],
        }

    def action_approve(self):
        self.check_access("write")
        for settlement in self:
            settlement._check_state("computed")
        self.sudo().write(
            {
                "state": "approved",
                "approved_by_id": self.env.user.id,
                "approved_on": fields.Date.context_today(self),
            }
        )

    def action_reset_to_draft(self):
        self.check_access("write")
        for settlement in self:
            settlement._check_state("draft", "computed", "approved")
        self._release_rows()
        self.sudo().line_ids.unlink()
        self.sudo().write({"state": "draft", "approved_by_id": False, "approved_on": False})

    def action_post(self):
        """Book the settlement: net the current accounts or book the members' documents."""
        self.check_access("write")
        for settlement in self.sudo():
            settlement._check_state("approved")
            settlement.network_id._check_ready_to_distribute()
            settlement._check_date_open()
            post = {
                "attribution": settlement._post_attributed,
                "principal": settlement._post_member_documents,
                "member": settlement._post_invoicing_orders,
            }[settlement.policy]
            settlement.state = "posted"
            post()
            settlement.line_ids._compute_payment_state()

    # -- reversal ------------------------------------------------------------------------------

    def action_reverse(self):
        """Reverse what posting booked and give the rows back to be settled again."""
        self.check_access("write")
        for settlement in self.sudo():
            settlement._check_state("posted", "paid")
            settlement._check_unpaid()
            settlement._reverse_entries()
            settlement._release_rows()  # the lines stay as the record of what was reversed

    def _reverse_entries(self):
        self.ensure_one()
        moves = self._get_entries_to_reverse()
        vals_list = [self._prepare_entry_reversal(move) for move in moves]
        self._open_items_again()
        self.state = "reversed"  # before its entries, which it holds while in force
        reversals = moves._reverse_moves(vals_list, cancel=True)
        reversals.network_settlement_id = self

    def _open_items_again(self):
        """Undo the reconciliations of items with each other that needed no netting entry."""
        lines = self.sudo().line_ids
        items = lines.item_ids | lines._get_whole_items()
        (items.matched_debit_ids & items.matched_credit_ids).unlink()

    def _get_entries_to_reverse(self):
        self.ensure_one()
        return self.sudo().move_ids.filtered(
            lambda move: move.state == "posted" and not move.reversed_entry_id
        )

    def _prepare_entry_reversal(self, move):
        """Values of the entry or credit note that reverses ``move``; a country adds its numbers."""
        date = max(move.date, self.date)
        return {
            "ref": self.env._("Reversal of %s", move.name),
            "date": date,
            "invoice_date": date if move.is_invoice() else False,
            "network_settlement_id": self.id,
        }

    # -- actions -------------------------------------------------------------------------------

    def action_open_distributions(self):
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial.business_network_distribution_action",
            [
                "|",
                ("settlement_line_id", "in", self.line_ids.ids),
                ("part_ids.settlement_line_id", "in", self.line_ids.ids),
            ],
        )

    def action_open_moves(self):
        self.ensure_one()
        return open_records(
            self.env,
            "account.action_move_journal_line",
            [("network_settlement_id", "=", self.id)],
            context={"create": False},
        )

    def action_open_statement(self):
        """Statements over this settlement's period, whoever settled what."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Member Statements"),
            "res_model": "business.network.member.statement",
            "view_mode": "form",
            "context": {
                "default_network_id": self.network_id.id,
                "default_date_from": self.date_from,
                "default_date_to": self.date_to,
                "default_currency_id": self.currency_id.id,
            },
        }

    def action_open_payments(self):
        self.ensure_one()
        return open_records(
            self.env,
            "account.action_account_payments_payable",
            [("network_settlement_id", "=", self.id)],
            context={"create": False},
        )
