from odoo import api, fields, models


class BusinessNetworkFundExpense(models.Model):
    """Expenses that were paid, and whose receipt nobody attached."""

    _inherit = "business.network.fund.expense"

    lacks_receipt = fields.Boolean(
        string="Paid Without Receipt",
        compute="_compute_lacks_receipt",
        search="_search_lacks_receipt",
    )

    @api.depends("state")
    def _compute_lacks_receipt(self):
        for expense in self:
            expense.lacks_receipt = expense.state == "paid" and not expense.receipt_count

    def _search_lacks_receipt(self, operator, value):
        if operator != "in" or list(value) != [True]:
            return NotImplemented
        attached = (
            self.env["ir.attachment"]
            .sudo()
            ._read_group([("res_model", "=", self._name), ("res_id", "!=", False)], ["res_id"])
        )
        return [
            ("state", "=", "paid"),
            ("id", "not in", [expense_id for (expense_id,) in attached]),
        ]
