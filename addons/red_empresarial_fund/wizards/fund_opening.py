from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

AMOUNTS = ("amount_given", "amount_owed", "amount_advance")


class BusinessNetworkFundOpening(models.TransientModel):
    """What a fund that already exists has, and what its members put in, owe or paid in advance.

    One entry: its cash and bank, what each member owes, with its due date, and what each paid in
    advance, against the account of the fund. What members put in is theirs by name; the rest, such
    as fines, gifts and profit, is everybody's.
    """

    _name = "business.network.fund.opening"
    _description = "Opening Balance of a Fund"

    fund_id = fields.Many2one("business.network.fund", required=True)
    network_id = fields.Many2one(related="fund_id.network_id")
    currency_id = fields.Many2one(related="fund_id.currency_id")
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="The day of these figures: everything of the fund is booked after it.",
    )
    box_ids = fields.One2many("business.network.fund.opening.box", "opening_id")
    line_ids = fields.One2many("business.network.fund.opening.line", "opening_id")
    amount_cash = fields.Monetary(string="In Cash and Bank", compute="_compute_amounts")
    amount_given = fields.Monetary(string="Put In by Members", compute="_compute_amounts")
    amount_owed = fields.Monetary(string="Owed by Members", compute="_compute_amounts")
    amount_advance = fields.Monetary(string="Paid in Advance", compute="_compute_amounts")
    amount_fund = fields.Monetary(
        string="The Fund",
        compute="_compute_amounts",
        help="Cash and bank, and what members owe, less what they paid in advance.",
    )
    amount_common = fields.Monetary(
        string="Of All in Common",
        compute="_compute_amounts",
        help="What the fund has beside what its members put in and owe: fines, gifts, profit. "
        "Below zero it has less than they put in, or lent it: write its loans next, as lent "
        "before.",
    )

    @api.onchange("fund_id")
    def _onchange_fund_id(self):
        """A row for each cash box and bank, and for each member of the day."""
        date = self.date or fields.Date.context_today(self)
        members = self.network_id.member_ids.filtered(lambda member: member._is_in_force(date))
        self.box_ids = [
            Command.clear(),
            *(Command.create({"journal_id": box.id}) for box in self.allowed_journal_ids._origin),
        ]
        self.line_ids = [
            Command.clear(),
            *(
                Command.create({"member_id": member.id})
                for member in members._origin.sorted(lambda one: (one.sequence, one.id))
            ),
        ]

    @api.depends(
        "currency_id",
        "box_ids.amount",
        "line_ids.amount_given",
        "line_ids.amount_owed",
        "line_ids.amount_advance",
    )
    def _compute_amounts(self):
        for opening in self:
            fund = opening.fund_id
            opening.amount_cash = fund._round(sum(opening.box_ids.mapped("amount")))
            for name in AMOUNTS:
                opening[name] = fund._round(sum(opening.line_ids.mapped(name)))
            opening.amount_fund = fund._round(
                opening.amount_cash + opening.amount_owed - opening.amount_advance
            )
            own = opening.amount_given + opening.amount_owed
            opening.amount_common = fund._round(opening.amount_fund - own)

    def action_post(self):
        """Book the opening and show its entry."""
        self.ensure_one()
        return self.fund_id._show_entry(self.post())

    def post(self):
        """Book the opening, in one entry.

        :return: the posted ``account.move``
        :raise UserError: an amount, a member, a box or the day does not allow it
        """
        self.ensure_one()
        fund = self.fund_id
        fund.check_access("write")
        fund._check_can_book(self.date, fund.journal_id)
        fund._lock_receipts()
        fund._check_can_open(self.date)
        self._check_boxes()
        self._check_lines()
        name = self.env._("Opening balance of %s", fund.name)
        vals = fund._prepare_entry(
            fund.journal_id, self.date, name, self._prepare_items(name), is_fund_opening=True
        )
        return fund._post_entries([vals])

    # -- checks --------------------------------------------------------------------------------

    def _check_boxes(self):
        """Raise UserError for a box that is not of the fund, named twice, or below nothing."""
        fund = self.fund_id
        if not any((self.amount_cash, *(self[name] for name in AMOUNTS))):
            raise UserError(
                self.env._(
                    "Write what %s has, and what its members put in, owe or paid in advance.",
                    fund.display_name,
                )
            )
        seen = self.env["account.journal"]
        for box in self.box_ids:
            fund._check_cash_journal(box.journal_id)
            if box.journal_id in seen:
                self._raise_twice(box.journal_id.name)
            seen |= box.journal_id
            self._check_not_negative(box.amount, box.journal_id.name)

    def _check_lines(self):
        """Raise UserError for a member that is none that day, named twice, or with bad amounts."""
        self.fund_id._check_members(self.line_ids.member_id)
        seen = self.env["res.partner"]
        for line in self.line_ids:
            member = line.member_id
            if member.partner_id in seen:
                self._raise_twice(member.display_name)
            seen |= member.partner_id
            for name in AMOUNTS:
                self._check_not_negative(line[name], member.display_name)
            if any(line[name] for name in AMOUNTS):
                member._check_in_force(self.date)
                line._check_debt(self.date)

    def _raise_twice(self, name):
        raise UserError(
            self.env._(
                "%(name)s is written twice in the opening of %(fund)s. Leave one row, with the "
                "whole amount.",
                name=name,
                fund=self.fund_id.display_name,
            )
        )

    def _check_not_negative(self, amount, name):
        if self.currency_id.compare_amounts(amount, 0.0) < 0:
            raise UserError(
                self.env._(
                    "%(name)s has %(amount)s in the opening of %(fund)s. Write amounts of zero or "
                    "above; what a member paid too much is an advance.",
                    name=name,
                    amount=format_amount(self.env, amount, self.currency_id),
                    fund=self.fund_id.display_name,
                )
            )

    # -- items ---------------------------------------------------------------------------------

    def _prepare_items(self, name):
        fund = self.fund_id
        items = [
            fund._prepare_item(
                box.journal_id.sudo().default_account_id, box.amount, "opening", name=name
            )
            for box in self.box_ids
            if box.amount
        ]
        for line in self.line_ids:
            items += line._prepare_items(name)
        if not self.currency_id.is_zero(self.amount_common):
            items.append(
                fund._prepare_item(fund.account_id, -self.amount_common, "opening", name=name)
            )
        return items


class BusinessNetworkFundOpeningBox(models.TransientModel):
    """What is in one cash box or bank when a fund comes into the books."""

    _name = "business.network.fund.opening.box"
    _description = "Cash or Bank in the Opening of a Fund"

    opening_id = fields.Many2one("business.network.fund.opening", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="opening_id.currency_id")
    journal_id = fields.Many2one("account.journal", string="Cash or Bank", required=True)
    amount = fields.Monetary(string="It Has")


class BusinessNetworkFundOpeningLine(models.TransientModel):
    """What one member put in, owes or paid in advance when a fund comes into the books."""

    _name = "business.network.fund.opening.line"
    _description = "Member in the Opening of a Fund"

    opening_id = fields.Many2one("business.network.fund.opening", required=True, ondelete="cascade")
    network_id = fields.Many2one(related="opening_id.network_id")
    currency_id = fields.Many2one(related="opening_id.currency_id")
    member_id = fields.Many2one(
        "business.network.member", required=True, domain="[('network_id', '=', network_id)]"
    )
    amount_given = fields.Monetary(string="Put In", help="What it paid in so far for itself.")
    amount_owed = fields.Monetary(string="Owes", help="Dues that it has not paid.")
    date_due = fields.Date(string="Owes Since", help="The day on which that was due.")
    amount_advance = fields.Monetary(
        string="Paid in Advance", help="Closes the dues that come, and is not put in yet."
    )

    def _check_debt(self, date):
        """Raise UserError for a debt without a due date, or beside an advance."""
        self.ensure_one()
        about = {"member": self.member_id.display_name, "fund": self.opening_id.fund_id.name}
        if self.amount_owed and self.amount_advance:
            raise UserError(
                self.env._(
                    "%(member)s cannot owe %(fund)s and have paid it in advance. Write the "
                    "difference as one of them.",
                    **about,
                )
            )
        if self.amount_owed and not (self.date_due and self.date_due <= date):
            raise UserError(
                self.env._(
                    "Say since when %(member)s owes %(fund)s: the day on which it was due, not "
                    "after %(date)s.",
                    date=format_date(self.env, date),
                    **about,
                )
            )

    def _prepare_items(self, name):
        """What it put in and owes is its own in the fund; an advance is not yet the fund's."""
        fund = self.opening_id.fund_id
        receivable = fund.network_id.member_receivable_account_id
        about = {"partner": self.member_id.partner_id, "name": name}
        items = []
        if self.amount_given:
            items.append(
                fund._prepare_item(fund.account_id, -self.amount_given, "opening", **about)
            )
        if self.amount_owed:  # dues, so that their list, their ages and the meeting know them
            due = {"date_maturity": self.date_due}
            items += [
                fund._prepare_item(receivable, self.amount_owed, "dues", **about, **due),
                fund._prepare_item(fund.account_id, -self.amount_owed, "opening", **about),
            ]
        if self.amount_advance:
            items.append(fund._prepare_item(receivable, -self.amount_advance, "opening", **about))
        return items
