from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class BusinessNetworkFundMeeting(models.Model):
    """Counting the cash box after the meeting, by notes and coins."""

    _inherit = "business.network.fund.meeting"

    count_ids = fields.One2many("business.network.fund.meeting.count", "meeting_id", copy=False)
    amount_expected = fields.Monetary(
        string="In the Books",
        compute="_compute_count",
        help="Balance of the cash box after this meeting.",
    )
    amount_expected_then = fields.Monetary(readonly=True, copy=False)
    amount_counted = fields.Monetary(string="Counted", compute="_compute_count")
    amount_difference = fields.Monetary(string="Difference", compute="_compute_count")
    difference_reason = fields.Char(
        copy=False, tracking=True, help="Why the count and the books differ; kept with the entry."
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"amount_expected_then"}

    @api.depends("count_ids.quantity", "journal_id", "state", "amount_expected_then")
    def _compute_count(self):
        for meeting in self:
            meeting.amount_expected = (
                meeting.amount_expected_then
                if meeting.state == "closed"
                else meeting._get_cash_balance()
            )
            meeting.amount_counted = meeting.fund_id._round(sum(meeting.count_ids.mapped("amount")))
            meeting.amount_difference = meeting.amount_counted - meeting.amount_expected

    def _get_cash_balance(self):
        """Balance of the cash box by the posted items of today.

        Of the whole box: it is counted whole where it holds the money of several funds.
        """
        self.ensure_one()
        if not self.journal_id:
            return 0.0
        ((total,),) = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    (
                        "account_id",
                        "in",
                        self.journal_id.sudo()._get_network_cash_accounts().ids,
                    ),
                    ("parent_state", "=", "posted"),
                ],
                [],
                ["balance:sum"],
            )
        )
        return self.currency_id.round(total or 0.0)

    def action_load_denominations(self):
        """One line for each note and coin of the currency that has none yet."""
        for meeting in self:
            meeting._check_state("posted")
            denominations = self.env["business.network.denomination"].search(
                [("currency_id", "=", meeting.currency_id.id)]
            )
            meeting.count_ids = [
                Command.create({"denomination_id": denomination.id})
                for denomination in denominations - meeting.count_ids.denomination_id
            ]

    def action_close(self):
        """Close the cash of the meeting; a difference is booked with its reason."""
        self.check_access("write")
        for meeting in self:
            meeting._check_state("posted")
            meeting.fund_id._lock_receipts()
            meeting._check_counted()
            if not meeting.currency_id.is_zero(meeting.amount_difference):
                meeting._post_difference()
            expected = meeting.amount_counted - meeting.amount_difference
            meeting.sudo().write({"amount_expected_then": expected, "state": "closed"})

    def _check_counted(self):
        self.ensure_one()
        if not self.count_ids:
            raise UserError(
                self.env._(
                    "The cash of %s was not counted. Write how many there are of each note and "
                    "coin.",
                    self.name,
                )
            )
        if not self.currency_id.is_zero(self.amount_difference) and not self.difference_reason:
            raise UserError(
                self.env._(
                    "%(counted)s was counted at %(meeting)s and the books say %(expected)s. Count "
                    "again, or write the reason of the difference.",
                    counted=format_amount(self.env, self.amount_counted, self.currency_id),
                    meeting=self.name,
                    expected=format_amount(self.env, self.amount_expected, self.currency_id),
                )
            )

    def _post_difference(self):
        """Book what is too much or too little in the cash box."""
        self.ensure_one()
        fund, name = self.fund_id, f"{self.name}: {self.difference_reason}"
        fund._check_can_book(self.date, self.journal_id)
        account = fund.difference_account_id or fund.account_id
        cash = fund._get_cash_account(self.journal_id)
        items = [
            fund._prepare_item(cash, self.amount_difference, "difference", name=name),
            fund._prepare_item(account, -self.amount_difference, "difference", name=name),
        ]
        fund._post_entries(
            [fund._prepare_entry(self.journal_id, self.date, name, items, fund_meeting_id=self.id)]
        )
