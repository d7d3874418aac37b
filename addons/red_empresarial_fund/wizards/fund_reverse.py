from odoo import api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkFundReverse(models.TransientModel):
    """Take back what was booked in a fund by hand, saying why: a receipt, a gift, a meeting."""

    _name = "business.network.fund.reverse"
    _description = "Take Back a Movement of a Fund"

    move_id = fields.Many2one("account.move", readonly=True)
    meeting_id = fields.Many2one("business.network.fund.meeting", readonly=True)
    fund_id = fields.Many2one("business.network.fund", compute="_compute_entries")
    currency_id = fields.Many2one(related="fund_id.currency_id")
    concept = fields.Char(string="Entries", compute="_compute_entries")
    amount = fields.Monetary(compute="_compute_entries")
    date = fields.Date(
        string="Taken Back On",
        compute="_compute_entries",
        help="Today, or the first day that is open in the fund.",
    )
    reason = fields.Char(help="What was wrong.")

    def _get_entries(self):
        """The entries that are taken back, as superuser: who runs a fund reads no entries.

        Of others nothing is shown, whatever entry was written into the wizard.
        """
        self.ensure_one()
        moves = self.move_id.sudo()
        if self.meeting_id:
            moves = self.meeting_id.sudo().move_ids
            moves = moves.filtered(lambda move: move._can_reverse_in_fund())
        return moves.filtered(
            lambda move: (
                move.fund_id and move.line_ids.fund_id.with_env(self.env).has_access("write")
            )
        )

    @api.depends("move_id", "meeting_id")
    def _compute_entries(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            moves = wizard._get_entries()
            wizard.fund_id = moves.fund_id[:1]
            wizard.concept = ", ".join(f"{move.name} ({move.ref})" for move in moves)
            wizard.amount = sum(moves.mapped("amount_total"))
            wizard.date = max([move._get_fund_reversal_date() for move in moves], default=today)

    def action_reverse(self):
        """Take it back, and go back to where it was shown."""
        self.post()
        return {"type": "ir.actions.act_window_close"}

    def post(self):
        """Reverse the entries.

        :return: the posted reversals
        :raise UserError: an entry has a document of its own, was taken back already, or is stated
            by a bank
        """
        self.ensure_one()
        entries = self._get_entries()
        if not entries:
            raise UserError(self.env._("Nothing is left to take back here."))
        funds = entries.line_ids.fund_id.with_env(self.env)
        return funds._take_back(entries, self.reason)
