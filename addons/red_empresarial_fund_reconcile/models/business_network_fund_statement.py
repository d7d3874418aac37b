from datetime import date

from odoo import models
from odoo.tools import format_amount, format_date
from odoo.tools.date_utils import start_of


class BusinessNetworkFundStatement(models.Model):
    """A month is closed once its banks are done: nothing of it is imported or identified after."""

    _inherit = "business.network.fund.statement"

    def _get_obstacles(self):
        statement = self.sudo()
        obstacles = [statement._get_unidentified_obstacle(), statement._get_unstated_obstacle()]
        return super()._get_obstacles() + [obstacle for obstacle in obstacles if obstacle]

    def _get_unidentified_obstacle(self):
        """Lines that could be of this fund; those of a bank of several funds are of any."""
        lines = self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "in", self.fund_id._get_banks().ids),
                ("is_reconciled", "=", False),
                ("state", "=", "posted"),
                ("date", "<=", self.date_to),
            ]
        )
        return lines and self.env._(
            "lines of bank statements that are not identified: %s. Press “Reconcile” on the fund",
            self._name_some(
                f"{line.payment_ref or line.name} "
                f"({format_amount(self.env, line.amount, line.currency_id)})"
                for line in lines.sorted("date")
            ),
        )

    def _get_unstated_obstacle(self):
        """Banks that moved in the month, and did not state all of it."""
        banks = self.fund_id._get_banks().filtered(
            lambda bank: (
                not bank._get_transit_problem()
                and bank._moved_between(start_of(self.date_to, "month"), self.date_to)
                and (bank._get_stated_date() or date.min) < self.date_to
            )
        )
        day = format_date(self.env, self.date_to)
        return banks and self.env._(
            "banks whose statement does not reach %(date)s: %(banks)s. Import it up to that day; "
            "if nothing moved after its last line, write %(date)s as the date of the statement",
            date=day,
            banks=self._name_some(banks.mapped("name")),
        )
