from odoo import Command, fields, models
from odoo.exceptions import UserError


class BusinessNetworkFundDue(models.Model):
    """From the list of what members owe: forgiving it, and taking that back."""

    _inherit = "business.network.fund.due"

    can_reverse = fields.Boolean(compute="_compute_can_reverse")

    def _get_item(self):
        """The posted item that this row shows, as superuser."""
        return self.env["account.move.line"].sudo().browse(self.id)

    def _compute_can_reverse(self):
        """Of the rows here only what forgives has no document that takes it back."""
        own = self.fund_id._filtered_access("write")
        for due in self:
            move = due.sudo().move_id
            due.can_reverse = (
                due.fund_id in own
                and bool(move.fund_forgiven_item_id)
                and move._can_reverse_in_fund()
            )

    def action_forgive(self):
        """Ask how much of these is forgiven, and why; what is paid is left out."""
        self.fund_id.check_access("write")
        opened = self.filtered(lambda due: due.amount_open > 0)
        if not opened:
            raise UserError(self.env._("Nothing of that is open. Choose what members still owe."))
        wizard = self.env["business.network.fund.forgive"].create(
            {"line_ids": [Command.create({"due_id": due.id}) for due in opened.sorted("date_due")]}
        )
        return wizard._get_records_action(name=self.env._("Forgive"), target="new")

    def action_reverse(self):
        """Ask why what was forgiven is asked again."""
        self.ensure_one()
        return self.fund_id._ask_to_take_back(move=self.sudo().move_id)
