from odoo import fields, models


class BusinessNetworkMonthEnd(models.TransientModel):
    """Entries of a fund are not shared out, so none of them waits to be; its months are closed.

    Its dues are asked, and what members owe it is among their receivables.
    """

    _inherit = "business.network.month.end"

    def _get_joint_domain(self):
        return [*super()._get_joint_domain(), ("fund_id", "=", False)]

    def _get_checks(self):
        checks = super()._get_checks()
        if not self.network_id.fund_ids:
            return checks
        return {
            **checks,
            "fund_dues": self._check_fund_dues(),
            "fund_months": self._check_fund_months(),
        }

    def _get_member_receivable_domain(self):
        """Dues and fines as well: their items name the fund, not the member."""
        dues = fields.Domain("fund_id.network_id", "=", self.network_id.id)
        dues &= fields.Domain("move_id.fund_id", "!=", False)
        return list(fields.Domain(super()._get_member_receivable_domain()) | dues)

    def _check_fund_dues(self):
        """Running schedules with a due date up to the end of the month that was not asked yet."""
        return self._count(
            "business.network.fund.schedule",
            [
                ("network_id", "=", self.network_id.id),
                ("state", "=", "running"),
                ("date_next", "<=", self.date_to),
            ],
        )

    def _check_fund_months(self):
        """Funds with movements in a month up to this one that is not closed."""
        funds = self.network_id.fund_ids
        months = {fund: fund._get_open_month() for fund in funds}
        still_open = funds.filtered(lambda fund: months[fund] and months[fund] <= self.date_to)
        return [
            {
                "model": "business.network.fund",
                "domain": [("id", "in", still_open.ids)],
                "count": len(still_open),
                "amount": sum(still_open.mapped("balance")),
            }
        ]


class BusinessNetworkMonthEndLine(models.TransientModel):
    """The dues and months of funds among what is looked at."""

    _inherit = "business.network.month.end.line"

    key = fields.Selection(
        selection_add=[
            ("fund_dues", "Dues that were not asked"),
            ("fund_months", "Funds with a month that is not closed"),
        ],
        ondelete={"fund_dues": "cascade", "fund_months": "cascade"},
    )

    def _get_remedies(self):
        return {
            **super()._get_remedies(),
            "fund_dues": self.env._("Press “Ask Now” on the dues."),
            "fund_months": self.env._("Press “Close the Month” on the fund."),
        }
