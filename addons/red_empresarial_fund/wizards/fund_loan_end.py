from odoo import api, fields, models


class BusinessNetworkFundLoanEnd(models.TransientModel):
    """End a loan early: ask its whole rest, and go on to receive it."""

    _name = "business.network.fund.loan.end"
    _description = "End a Loan Early"

    loan_id = fields.Many2one("business.network.fund.loan", required=True, readonly=True)
    currency_id = fields.Many2one(related="loan_id.currency_id")
    date = fields.Date(required=True, default=fields.Date.context_today)
    amount_principal = fields.Monetary(string="Principal Not Due Yet", compute="_compute_amounts")
    amount_interest = fields.Monetary(
        string="Interest of This Period",
        compute="_compute_amounts",
        help="Of the period that runs; later periods cost nothing.",
    )
    amount_due = fields.Monetary(string="Asked and Not Paid", compute="_compute_amounts")
    amount_total = fields.Monetary(string="To Pay in All", compute="_compute_amounts")

    @api.depends("loan_id", "date")
    def _compute_amounts(self):
        for wizard in self:
            loan = wizard.loan_id
            interest = loan._get_early_interest(wizard.date) if loan and wizard.date else 0.0
            wizard.amount_principal = loan.amount_not_due
            wizard.amount_interest = interest
            wizard.amount_due = loan.amount_due
            wizard.amount_total = loan.amount_open + interest

    def action_end(self):
        """Ask the rest, then open what receives it."""
        self.ensure_one()
        loan = self.loan_id
        loan._call_rest(self.date)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "red_empresarial_fund.business_network_fund_receive_action"
            ),
            "context": {
                "default_fund_id": loan.fund_id.id,
                "default_member_id": loan.member_id.id,
                "default_date": self.date,
            },
        }
