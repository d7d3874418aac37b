from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.minor_units import to_minor


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
        return self.state == "closed"

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
            meeting._post_difference()
            meeting.sudo().write({"amount_expected_then": expected, "state": "closed"})

    def _prepare_difference_values(self):
        return {"fund_meeting_id": self.id}
