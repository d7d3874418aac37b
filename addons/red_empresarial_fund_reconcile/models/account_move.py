from odoo import models


class AccountMove(models.Model):
    """Entries of bank statements of a fund are undone as lines of their statement."""

    _inherit = "account.move"

    def _check_draftable(self):
        for move in self.filtered(lambda m: m.statement_line_id and m.state == "posted"):
            if move.line_ids.fund_id or move.journal_id._get_funds():
                move._raise_fund_frozen()
        return super()._check_draftable()
