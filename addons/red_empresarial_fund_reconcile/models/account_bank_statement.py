from odoo import models
from odoo.exceptions import UserError


class AccountBankStatement(models.Model):
    _inherit = "account.bank.statement"

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
        lines = self.line_ids
        lines._check_fund_line_free()
        self.unlink()
        lines.unlink()
        return {"type": "ir.actions.act_window_close"}
