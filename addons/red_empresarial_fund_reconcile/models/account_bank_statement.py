from odoo import api, models
from odoo.exceptions import UserError

STATED = ("balance_start", "balance_end_real", "journal_id")
UNDOING = object()  # in the context of an undone import; nobody can send it


class AccountBankStatement(models.Model):
    """Statements of a fund's bank stay as they were imported; the last one is undone as a whole."""

    _inherit = "account.bank.statement"

    def _filter_of_funds(self):
        return self.filtered(lambda statement: statement.journal_id._get_funds())

    def write(self, vals):
        will_change = self.env["account.move"]._field_will_change
        for statement in self._filter_of_funds():
            changes = any(will_change(statement, vals, name) for name in STATED)
            if "line_ids" in vals or changes:
                statement._raise_stated()
        return super().write(vals)

    def _raise_stated(self):
        raise UserError(
            self.env._(
                "%(statement)s is what %(journal)s states, and the next statement rests on it: its "
                "balances and lines stay. Undo its import and import the right one.",
                statement=self.display_name,
                journal=self.journal_id.display_name,
            )
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_by_undoing(self):
        if self.env.context.get("network_undoing") is UNDOING:
            return
        for statement in self._filter_of_funds():
            raise UserError(
                self.env._(
                    "%(statement)s of %(journal)s is deleted by “Undo the Import”, lines too.",
                    statement=statement.display_name,
                    journal=statement.journal_id.display_name,
                )
            )

    def action_undo_import(self):
        """Delete statements of funds with their lines, as long as none was identified."""
        for statement in self:
            if not statement.journal_id._get_funds():
                raise UserError(
                    self.env._(
                        "%s is of no fund. Delete the statement and its lines in the accounts.",
                        statement.display_name,
                    )
                )
        self._check_last()
        lines = self.line_ids
        lines._check_fund_line_free()
        self.with_context(network_undoing=UNDOING).unlink()
        lines.unlink()
        return {"type": "ir.actions.act_window_close"}

    def _check_last(self):
        """Raise UserError for a statement that a later one begins with."""
        for journal, statements in self.grouped("journal_id").items():
            first = min(statement.first_line_index or "" for statement in statements)
            later = self.sudo().search(
                [
                    ("journal_id", "=", journal.id),
                    ("id", "not in", self.ids),
                    ("first_line_index", ">", first),
                ],
                order="first_line_index DESC",
                limit=1,
            )
            if later:
                raise UserError(
                    self.env._(
                        "What %(journal)s stated next rests on %(statement)s. Undo the import of "
                        "%(later)s first.",
                        journal=journal.display_name,
                        statement=statements[-1:].display_name,
                        later=later.display_name,
                    )
                )
