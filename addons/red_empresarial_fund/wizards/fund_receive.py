from odoo import api, fields, models


class BusinessNetworkFundReceive(models.TransientModel):
    """Receive what one member pays into a fund, outside a meeting."""

    _name = "business.network.fund.receive"
    _description = "Receive from a Member"

    fund_id = fields.Many2one("business.network.fund", required=True)
    network_id = fields.Many2one(related="fund_id.network_id")
    currency_id = fields.Many2one(related="fund_id.currency_id")
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    member_id = fields.Many2one(
        "business.network.member", required=True, domain="[('network_id', '=', network_id)]"
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Received In",
        required=True,
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', allowed_journal_ids)]",
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    reference = fields.Char(help="Number of the operation or of the receipt.")
    amount_owed = fields.Monetary(string="Owes", compute="_compute_amount_owed")
    amount = fields.Monetary(
        string="Pays",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
    )
    is_advance = fields.Boolean(
        string="The rest is an advance",
        help="What is above the debt is paid in advance, and closes later dues.",
    )
    is_above_debt = fields.Boolean(compute="_compute_is_above_debt")

    @api.depends("fund_id")
    def _compute_journal_id(self):
        for wizard in self:
            wizard.journal_id = wizard.fund_id._get_usual_box()

    @api.depends("fund_id", "member_id")
    def _compute_amount_owed(self):
        for wizard in self:
            partner = wizard.member_id.partner_id
            owed = wizard.fund_id._get_owed(partner) if wizard.fund_id and partner else {}
            wizard.amount_owed = owed.get(partner, 0.0)

    @api.depends("amount_owed")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = max(wizard.amount_owed, 0.0)

    @api.depends("amount", "amount_owed")
    def _compute_is_above_debt(self):
        for wizard in self:
            wizard.is_above_debt = wizard.amount > max(wizard.amount_owed, 0.0)

    def action_receive(self):
        """Book the payment and show its entry."""
        return self.fund_id._show_entry(self._receive())

    def action_receive_and_print(self):
        """Book the payment and print its receipt."""
        entry = self._receive()
        report = self.env.ref("red_empresarial_fund.fund_entry_receipt_report")
        return report.report_action(entry, config=False)

    def action_receive_and_send(self):
        """Book the payment and mail the member its receipt.

        :raise UserError: it has no address; nothing is booked then
        """
        self.fund_id._check_receipt_address(self.member_id.partner_id)
        entry = self._receive()
        entry._send_fund_receipt()
        return self.fund_id._show_entry(entry)

    def _receive(self):
        self.ensure_one()
        ref = " · ".join(
            filter(
                None,
                (self.env._("Received from %s", self.member_id.display_name), self.reference),
            )
        )
        return self.fund_id._receive(
            [(self.member_id, self.amount, self.is_advance)], self.journal_id, self.date, ref
        )
