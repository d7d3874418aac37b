from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.apportion import split_amount
from odoo.addons.red_empresarial.engine.exact import exact_weight
from odoo.addons.red_empresarial.tools.minor_units import from_minor, to_minor
from odoo.exceptions import UserError
from odoo.tools import format_amount

STATES = [("draft", "Planned"), ("held", "Held"), ("posted", "Booked"), ("reversed", "Reversed")]


class BusinessNetworkFundEvent(models.Model):
    """A raffle, a food sale, a match: what came in, what it cost, what is short and who worked.

    Booking posts one entry for each cash box or bank that received or paid, and one for what
    members owe. The result is read from those posted items.
    """

    _name = "business.network.fund.event"
    _description = "Fund-raising Event"
    _inherit = [
        "mail.thread",
        "business.network.action.state.mixin",
        "business.network.fund.access.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Event", required=True, tracking=True)
    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    date = fields.Date(
        string="Held On", required=True, default=fields.Date.context_today, tracking=True
    )
    responsible_id = fields.Many2one(
        "business.network.member",
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
        tracking=True,
    )
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    line_ids = fields.One2many("business.network.fund.event.line", "event_id", copy=True)
    worker_ids = fields.One2many(
        "business.network.fund.event.worker", "event_id", string="Who Worked", copy=False
    )
    amount_income = fields.Monetary(
        string="Income", compute="_compute_amounts", help="With what members owe."
    )
    amount_cost = fields.Monetary(string="Costs", compute="_compute_amounts")
    amount_result = fields.Monetary(string="Expected Result", compute="_compute_amounts")
    amount_booked = fields.Monetary(
        string="Result",
        compute="_compute_amount_booked",
        compute_sudo=True,
        help="What the fund gained, by the posted entries.",
    )
    move_ids = fields.One2many("account.move", "fund_event_id", string="Entries")
    move_count = fields.Integer(
        string="Entry Count", compute="_compute_amount_booked", compute_sudo=True
    )
    note = fields.Html(string="Notes")

    @api.depends("line_ids.amount", "line_ids.kind")
    def _compute_amounts(self):
        for event in self:
            costs = event.line_ids.filtered(lambda line: line.kind == "cost")
            event.amount_cost = sum(costs.mapped("amount"))
            event.amount_income = sum((event.line_ids - costs).mapped("amount"))
            event.amount_result = event.fund_id._round(event.amount_income - event.amount_cost)

    def _compute_amount_booked(self):
        for event in self:
            items = event.move_ids.line_ids.filtered(
                lambda item, event=event: (
                    item.parent_state == "posted" and item.account_id == event.fund_id.account_id
                )
            )
            event.amount_booked = event.fund_id._round(-sum(items.mapped("balance")))
            event.move_count = len(event.move_ids)

    # -- life cycle ----------------------------------------------------------------------------

    def write(self, vals):
        if self._get_terms() & vals.keys():
            self._check_not_booked()
        return super().write(vals)

    def _get_terms(self):
        return {"fund_id", "date"}  # lines hold themselves: their receipts may come later

    @api.ondelete(at_uninstall=False)
    def _unlink_only_planned(self):
        self._check_not_booked()

    def _check_not_booked(self):
        for event in self.filtered(lambda event: event.state in ("posted", "reversed")):
            raise UserError(
                self.env._(
                    "%s is booked, so its amounts are not changed. Reverse it, and book the right "
                    "one: a copy has its lines.",
                    event.name,
                )
            )

    def action_hold(self):
        """It took place: who worked and what came in is written now."""
        self.check_access("write")
        for event in self:
            event._check_state("draft")
            if event.date > fields.Date.context_today(event):
                raise UserError(
                    self.env._(
                        "%s is planned for a later day. Correct its date if it was held.",
                        event.name,
                    )
                )
        self.sudo().write({"state": "held"})

    def action_reset_to_draft(self):
        self.check_access("write")
        for event in self:
            event._check_state("held")
        self.sudo().write({"state": "draft"})

    def action_load_members(self):
        """One line for each member on the day of the event that has none yet."""
        for event in self:
            event._check_not_booked()
            members = event.network_id.member_ids.filtered(
                lambda member, event=event: member._is_in_force(event.date)
            )
            self.env["business.network.fund.event.worker"].create(
                [
                    {"event_id": event.id, "member_id": member.id}
                    for member in (members - event.worker_ids.member_id).sorted(
                        lambda member: (member.sequence, member.id)
                    )
                ]
            )

    # -- booking -------------------------------------------------------------------------------

    def action_post(self):
        """Book what came in, what it cost and what members owe of it.

        :raise UserError: a line is not complete, or a box holds less than it paid
        """
        self.check_access("write")
        self.fund_id._lock_receipts()
        for event in self:
            event._check_state("held")
            event._check_lines()
            event._check_loss()
            fund = event.fund_id
            event._check_money()
            entries = fund._post_entries(event._prepare_entries())
            event.sudo().state = "posted"
            fund._reconcile_members(entries.line_ids.partner_id)
            event.invalidate_recordset(["amount_booked", "move_count"])

    def _check_lines(self):
        self.ensure_one()
        if not self.line_ids:
            raise UserError(
                self.env._("Write what came in and what it cost before booking %s.", self.name)
            )
        for line in self.line_ids:
            line._check_complete()
        debtors = self.line_ids.filtered(lambda line: line.kind == "shortage").member_id
        members = debtors | self.worker_ids.member_id | self.responsible_id
        foreign = members.filtered(lambda member: member.network_id != self.network_id)
        if foreign:
            raise UserError(
                self.env._(
                    "%(member)s is no member of %(network)s, which held %(event)s.",
                    member=foreign[:1].display_name,
                    network=self.network_id.name,
                    event=self.name,
                )
            )
        members._check_in_force(self.date)

    def _check_loss(self):
        """A loss is an operating expense: the fund must pay them, and the user may approve it.

        What members owe of an event does not lower what the fund spends on its day.
        """
        fund, spent = self.fund_id, -sum(self._get_nets().values())
        loss = self.currency_id.round(max(-self.amount_result, spent))
        if self.currency_id.compare_amounts(loss, 0.0) <= 0:
            return
        fund._check_accepts("expense")
        limit = fund._get_approval_limit(self.env.user)
        if limit is not None and self.currency_id.compare_amounts(loss, limit) > 0:
            raise UserError(
                self.env._(
                    "%(event)s lost %(loss)s, and %(user)s may approve up to %(limit)s of "
                    "%(fund)s. Ask somebody with a higher limit to book it.",
                    event=self.name,
                    loss=format_amount(self.env, loss, self.currency_id),
                    user=self.env.user.name,
                    limit=format_amount(self.env, limit, self.currency_id),
                    fund=fund.display_name,
                )
            )

    def _check_money(self):
        """Raise UserError for a day, a box or an amount that cannot be booked."""
        fund = self.fund_id
        for journal, net in self._get_nets().items():
            fund._check_cash_journal(journal)
            fund._check_can_book(self.date, journal)
            if net < 0:
                fund._check_holds(journal, -net, self.date)
        fund._check_can_book(self.date, fund.journal_id)
        paid = -sum(self._get_nets().values())
        if self.currency_id.compare_amounts(paid, fund.available_amount) > 0 and paid > 0:
            raise UserError(
                self.env._(
                    "%(event)s cost %(amount)s more than it brought in, and %(fund)s has "
                    "%(available)s available: cash and bank %(cash)s, balance %(balance)s, its "
                    "minimum balance and what is approved already left aside. Collect first.",
                    event=self.name,
                    amount=format_amount(self.env, paid, self.currency_id),
                    fund=fund.display_name,
                    available=format_amount(self.env, fund.available_amount, self.currency_id),
                    **fund._get_money_terms(),
                )
            )

    def _get_nets(self):
        """What each box or bank received less what it paid: ``{journal: amount}``."""
        lines = self.line_ids.filtered(lambda line: line.kind != "shortage")
        return {
            journal: self.currency_id.round(sum(line._get_signed_amount() for line in own))
            for journal, own in lines.grouped("journal_id").items()
        }

    def _prepare_entries(self):
        """Values of one entry per box or bank, and of one of what members owe."""
        self.ensure_one()
        fund, vals_list = self.fund_id, []
        for journal, lines in self.line_ids.grouped("journal_id").items():
            items = [item for line in lines for item in line._prepare_items()]
            vals_list.append(
                fund._prepare_entry(
                    journal or fund.journal_id, self.date, self.name, items, fund_event_id=self.id
                )
            )
        return vals_list

    def action_reverse(self):
        """Take back what was booked; what members paid of shortages stays as an advance."""
        self.check_access("write")
        for event in self:
            event._check_state("posted")
            moves = event.sudo().move_ids.filtered(
                lambda move: not move.reversed_entry_id and not move._is_reversed()
            )
            moves._reverse_fund_entries()
        self._follow_ledger()

    def _follow_ledger(self):
        """An event whose entries were all taken back is reversed."""
        self.invalidate_recordset(["amount_booked", "move_count"])
        for event in self.sudo().filtered(lambda event: event.state == "posted"):
            booked = event.move_ids.filtered(lambda move: not move.reversed_entry_id)
            if all(move._is_reversed() for move in booked):
                event.state = "reversed"

    def get_result_by_worker(self):
        """The booked result by who worked, in proportion to the hours; equally without hours.

        :return: dict ``{business.network.fund.event.worker: amount}``, which adds up to the result
        """
        self.ensure_one()
        workers = self.worker_ids
        if not workers:
            return {}
        hours = [exact_weight(f"{worker.hours:.2f}") for worker in workers]
        parts = split_amount(
            to_minor(self.amount_booked, self.currency_id),
            hours if any(hours) else [1] * len(workers),
        )
        return {
            worker: from_minor(part, self.currency_id)
            for worker, part in zip(workers, parts, strict=True)
        }

    def action_open_entries(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("fund_event_id", "=", self.id)],
            "context": {"create": False},
        }
