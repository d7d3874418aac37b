from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_records


class BusinessNetworkFund(models.Model):
    """The part of the dues that members paid, where it is looked at: fund and meeting."""

    _inherit = "business.network.fund"

    dues_rate = fields.Float(
        string="Dues Paid (%)",
        digits=(16, 1),
        compute="_compute_dues_rate",
        help="Paid in percent of all dues that were asked.",
    )

    def _compute_dues_rate(self):
        rates = dict(
            self.env["business.network.fund.compliance"]
            .sudo()
            ._read_group([("fund_id", "in", self.ids)], ["fund_id"], ["rate:avg"])
        )
        for fund in self:
            fund.dues_rate = rates.get(fund._origin, 0.0)

    def action_open_compliance(self):
        return open_records(
            self.env,
            "red_empresarial_fund.business_network_fund_compliance_action",
            [("fund_id", "in", self.ids)],
        )


class BusinessNetworkFundMeetingLine(models.Model):
    """What a member paid of its dues up to the meeting: read aloud, it makes others pay."""

    _inherit = "business.network.fund.meeting.line"

    dues_rate = fields.Char(
        string="Dues Paid",
        compute="_compute_dues_rate",
        help="Paid in percent of the dues asked up to the meeting; empty where none were asked.",
    )

    @api.depends("meeting_id.fund_id", "meeting_id.date", "member_id")
    def _compute_dues_rate(self):
        for meeting, lines in self.grouped("meeting_id").items():
            fund = meeting.fund_id
            rows = fund.get_compliance(None, meeting.date) if fund else []
            rates = {row["partner_id"]: row["rate"] for row in rows if row["rate"] is not None}
            for line in lines:
                rate = rates.get(line.member_id.partner_id.id)
                line.dues_rate = False if rate is None else f"{rate:.0f} %"
