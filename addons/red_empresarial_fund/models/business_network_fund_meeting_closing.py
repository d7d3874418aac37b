from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.minor_units import to_minor
from odoo.tools import format_amount


class BusinessNetworkFundMeeting(models.Model):
    """Counting the cash box after the meeting, by notes and coins.

    The count may be typed days later: it is compared with what was in the box at the end of the
    day of the meeting. Nobody knows whether what was booked on that very day after the meeting was
    in the box already, so it counts where that brings the books nearer to what was counted.
    """

    _name = "business.network.fund.meeting"
    _inherit = ["business.network.fund.meeting", "business.network.fund.count.mixin"]

    count_ids = fields.One2many(
        "business.network.fund.meeting.count", "meeting_id", string="Notes and Coins", copy=False
    )
    amount_expected = fields.Monetary(
        help="What was in the cash box after this meeting, whatever came or went on later days."
    )
    later_entries = fields.Char(
        string="Booked on That Day After the Meeting", compute="_compute_later_entries"
    )
    difference_reason = fields.Char(tracking=True)

    @api.depends("state", "date")
    def _compute_count(self):
        return super()._compute_count()

    @api.depends("state", "date", "journal_id")
    def _compute_later_entries(self):
        for meeting in self:
            open_count = meeting.state == "posted"
            items = meeting._get_later_items() if open_count else self.env["account.move.line"]
            meeting.later_entries = ", ".join(items.move_id.mapped("name"))

    def _is_count_closed(self):
        return self.state in ("closed", "reversed")

    # -- what should be in the box -------------------------------------------------------------

    def _get_cash_domain(self):
        return [*super()._get_cash_domain(), ("date", "<=", self.date)]

    def _get_cash_balance(self):
        at_end = super()._get_cash_balance()
        later = self.fund_id._round(sum(self._get_later_items().mapped("balance")))
        if not later or not self.count_ids:
            return at_end
        counted = to_minor(self._get_counted(), self.currency_id)
        return min(
            (at_end, self.fund_id._round(at_end - later)),
            key=lambda amount: abs(counted - to_minor(amount, self.currency_id)),
        )

    def _get_later_items(self):
        """Items of the box of that very day that were booked after this meeting, as superuser."""
        self.ensure_one()
        collected = self._origin.sudo().move_ids
        if not collected or not self.journal_id:
            return self.env["account.move.line"].sudo()
        domain = [("date", "=", self.date), ("move_id", ">", min(collected.ids))]
        items = self.env["account.move.line"].sudo().search([*self._get_box_domain(), *domain])
        return items.filtered(lambda item: item.move_id not in collected)

    # -- closing -------------------------------------------------------------------------------

    def action_load_denominations(self):
        """One line for each note and coin of the currency that has none yet."""
        for meeting in self:
            meeting._check_state("posted")
        self._load_denominations()

    def action_close(self):
        """Close the cash of the meeting; a difference is booked with its reason."""
        self.check_access("write")
        self.fund_id._lock_receipts()
        for meeting in self:
            meeting._check_state("posted")
            meeting._check_counted()
            expected = meeting.amount_expected
            if meeting._get_later_count():
                meeting._tell_counted_since()
            else:
                meeting._post_difference()
            meeting.sudo().write({"amount_expected_then": expected, "state": "closed"})

    def _get_difference_date(self):
        """The day of the meeting; the first open one where its month is closed."""
        return self.fund_id._get_open_date(self.date)

    def _get_later_count(self):
        """What counted this cash box after the meeting: another meeting or a hand-over, if any.

        Its difference is that of all that was missing until then.
        """
        self.ensure_one()
        meetings = self.sudo().search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("state", "=", "closed"),
                *("|", ("date", ">", self.date)),
                *("&", ("date", "=", self.date), ("id", ">", self.id)),
            ],
            order="date, id",
            limit=1,
        )
        boxes = self.env["business.network.fund.handover.box"].sudo()
        handed_over = boxes.search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("handover_id.state", "=", "done"),
                ("handover_id.date", ">=", self.date),
            ],
            limit=1,
        )
        return meetings or handed_over.handover_id

    def _tell_counted_since(self):
        """A difference that a later count found again is not booked a second time."""
        if not self.currency_id.is_zero(self.amount_difference):
            self.message_post(
                body=self.env._(
                    "The difference of %(amount)s is not booked: %(count)s counted the same cash "
                    "later, and booked what was missing or too much until then.",
                    amount=format_amount(self.env, self.amount_difference, self.currency_id),
                    count=self._get_later_count().display_name,
                )
            )

    def _prepare_difference_values(self):
        return {"fund_meeting_id": self.id}
