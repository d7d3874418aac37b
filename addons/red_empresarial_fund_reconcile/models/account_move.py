from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date


class AccountMove(models.Model):
    """Entries of bank statements of a fund are undone as lines of their statement."""

    _inherit = "account.move"

    def _is_stated_for_fund(self):
        """Whether this is what the bank of a fund states."""
        self.ensure_one()
        return bool(
            self.statement_line_id and (self.line_ids.fund_id or self.journal_id._get_funds())
        )

    def _check_draftable(self):
        for move in self.filtered(lambda move: move.state == "posted"):
            if move._is_stated_for_fund():
                move._raise_fund_frozen()
        return super()._check_draftable()

    def _raise_fund_frozen(self):
        """What the bank states is not taken back by another entry."""
        if not self._is_stated_for_fund():
            return super()._raise_fund_frozen()
        funds = self.fund_id or self.line_ids.fund_id or self.journal_id._get_funds()
        raise UserError(
            self.env._(
                "%(entry)s of %(date)s is a movement of %(fund)s that its bank states: it is not "
                "changed. Undo the reconciliation of the line, or the import of its statement.",
                entry=self.display_name,
                date=format_date(self.env, self.date),
                fund=funds[:1].display_name,
            )
        )

    def _reverse_moves(self, default_values_list=None, cancel=False):
        for move in self.sudo():
            if move._is_stated_for_fund():
                move._raise_fund_frozen()
            move._check_not_stated()
        return super()._reverse_moves(default_values_list=default_values_list, cancel=cancel)

    def _check_not_stated(self):
        """Raise UserError for an entry that a line of a fund's bank closed.

        What a member paid may become an advance again where the line itself cannot be undone.
        """
        items = self.line_ids
        others = items.matched_debit_ids.debit_move_id | items.matched_credit_ids.credit_move_id
        stated = others.filtered(lambda item: item.move_id._is_stated_for_fund())
        for item in stated.filtered(lambda item: not self._leaves_advance(item)):
            line = item.statement_line_id
            raise UserError(
                self.env._(
                    "%(entry)s is closed by “%(line)s” of %(journal)s, so it is not reversed. Undo "
                    "the reconciliation of that line first.",
                    entry=self.display_name,
                    line=line.payment_ref or line.name,
                    journal=line.journal_id.display_name,
                )
            )

    def _leaves_advance(self, item):
        """Whether a reversal may leave open what a line says that a member paid.

        A settlement is undone from its own side, and a line of a closed month stays as it is.
        """
        closed = item.fund_id.date_closed
        return item.account_id.account_type == "asset_receivable" and bool(
            self.network_settlement_id or closed and item.date <= closed
        )
