from odoo import fields, models
from odoo.tools import format_amount


class BusinessNetworkFundStatement(models.Model):
    """What is told when a month is signed and closed, and holds up nothing."""

    _inherit = "business.network.fund.statement"

    remarks = fields.Text(
        string="To Know", compute="_compute_remarks", help="What the month leaves to be mended."
    )

    def _compute_remarks(self):
        for statement in self:
            known = statement.fund_id and statement.date_to
            statement.remarks = "\n".join(statement._get_remarks()) if known else False

    def _get_remarks(self):
        """Sentences about the month, with the remedy; extend to add one."""
        self.ensure_one()
        statement = self.sudo()
        return [sentence for sentence in (statement._get_receipt_remark(),) if sentence]

    def _get_receipt_remark(self):
        """Expenses that were paid up to the end of the month, and nobody attached their receipt."""
        expenses = self.env["business.network.fund.expense"].search(
            [
                ("fund_id", "=", self.fund_id.id),
                ("lacks_receipt", "=", True),
                ("date_paid", "<=", self.date_to),
            ],
            order="date_paid, id",
        )
        return expenses and self.env._(
            "expenses paid without their receipt: %s. Attach them",
            self._name_some(
                f"{expense.name} ({expense.purpose}, "
                f"{format_amount(self.env, expense.amount, expense.currency_id)})"
                for expense in expenses
            ),
        )

    def action_close(self):
        result = super().action_close()
        for statement in self:
            remarks = statement._get_remarks()
            if remarks:  # said on the day, whatever is mended later
                statement.message_post(
                    body=self.env._("Closed with %s.", "; ".join(remarks)),
                )
        return result
