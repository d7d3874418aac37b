from odoo import fields, models
from odoo.tools import format_date


class BusinessNetworkFundStatement(models.Model):
    """The dues of the period on the monthly statement, by member."""

    _inherit = "business.network.fund.statement"

    def _get_compliance_section(self):
        """What members were asked of dues that fell due in the period, and paid of it by now."""
        self.ensure_one()
        columns = [
            (self.env._("Member"), "concept", "text"),
            (self.env._("Asked"), "asked", "money"),
            (self.env._("Paid"), "paid", "money"),
            (self.env._("Paid on time"), "on_time", "money"),
            (self.env._("Paid of asked"), "rate", "percent"),
        ]
        lines = [
            {**row, "concept": row["name"], "rate": row["rate"] / 100.0}
            for row in self.fund_id.get_compliance(self.date_from, self.date_to)
            if row["rate"] is not None
        ]
        title = self.env._(
            "Dues of the period and what is paid of them by %s",
            format_date(self.env, fields.Date.context_today(self)),
        )
        return self.env["business.network.statement"]._prepare_section(
            "compliance", title, columns, lines, ["asked", "paid", "on_time"]
        )
