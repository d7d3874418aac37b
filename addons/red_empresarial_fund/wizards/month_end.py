from odoo import fields, models


class BusinessNetworkMonthEnd(models.TransientModel):
    """Entries of a fund are not shared out, so none of them waits to be; its months are closed."""

    _inherit = "business.network.month.end"

    def _get_joint_domain(self):
        return [*super()._get_joint_domain(), ("fund_id", "=", False)]

    def _get_checks(self):
        checks = super()._get_checks()
        months = self._check_fund_months()
        return checks if months is None else {**checks, "fund_months": months}

    def _check_fund_months(self):
        """Funds with movements in a month up to this one that is not closed; None without funds."""
        funds = self.network_id.fund_ids
        if not funds:
            return None
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
    """The months of funds among what is looked at."""

    _inherit = "business.network.month.end.line"

    key = fields.Selection(
        selection_add=[("fund_months", "Funds with a month that is not closed")],
        ondelete={"fund_months": "cascade"},
    )

    def _get_remedies(self):
        return {
            **super()._get_remedies(),
            "fund_months": self.env._("Press “Close the Month” on the fund."),
        }
