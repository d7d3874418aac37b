from odoo import api, fields, models
from odoo.exceptions import UserError

KINDS = [("income", "Income"), ("cost", "Cost"), ("shortage", "Owed by a member")]


class BusinessNetworkFundEventLine(models.Model):
    """What came in at an event, what it cost, or what a member owes of it (tickets kept)."""

    _name = "business.network.fund.event.line"
    _description = "Income or Cost of an Event"
    _inherit = "business.network.fund.access.mixin"
    _fund_links = ("event_id",)
    _order = "event_id, id"
    _rec_name = "concept"

    event_id = fields.Many2one(
        "business.network.fund.event", required=True, index=True, ondelete="cascade"
    )
    fund_id = fields.Many2one(related="event_id.fund_id", store=True, index=True)
    network_id = fields.Many2one(related="event_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="event_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="event_id.currency_id")
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    kind = fields.Selection(KINDS, required=True, default="income")
    concept = fields.Char(required=True)
    amount = fields.Monetary(required=True)
    partner_id = fields.Many2one("res.partner", string="From or Paid To")
    member_id = fields.Many2one(
        "business.network.member",
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
        help="Who owes it to the fund.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Cash or Bank",
        compute="_compute_journal_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', allowed_journal_ids)]",
    )
    document_reference = fields.Char(
        string="Receipt Number", help="Number of the invoice or receipt."
    )
    receipt_ids = fields.Many2many("ir.attachment", string="Receipts", copy=False)

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "What an event brought in or cost must be above zero."
    )

    @api.depends("kind", "event_id.fund_id")
    def _compute_journal_id(self):
        for line in self:
            if line.kind == "shortage":
                line.journal_id = False
            elif not line.journal_id:
                line.journal_id = line.event_id.fund_id._get_usual_box()

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.event_id._check_not_booked()
        lines._adopt_receipts()
        return lines

    def write(self, vals):
        if vals.keys() - {"receipt_ids", "document_reference"}:
            self.event_id._check_not_booked()
        result = super().write(vals)
        if "event_id" in vals:  # nor does a booked event take lines of another
            self.event_id._check_not_booked()
        if "receipt_ids" in vals:
            self._adopt_receipts()
        return result

    def _adopt_receipts(self):
        """Who reads a line reads its receipts: one uploaded before it was saved is of nothing."""
        for line in self:
            line.receipt_ids.sudo().filtered(
                lambda receipt: not receipt.res_id and receipt.create_uid == self.env.user
            ).write({"res_model": line._name, "res_id": line.id})

    @api.ondelete(at_uninstall=False)
    def _unlink_only_planned(self):
        self.event_id._check_not_booked()

    def _check_complete(self):
        """Raise UserError when it is not said who owes a shortage, or where the money went."""
        self.ensure_one()
        if self.kind == "shortage" and not self.member_id:
            raise UserError(
                self.env._(
                    "Say which member owes “%(concept)s” of %(event)s.",
                    concept=self.concept,
                    event=self.event_id.name,
                )
            )
        if self.kind != "shortage" and not self.journal_id:
            raise UserError(
                self.env._(
                    "Say which cash box or bank “%(concept)s” of %(event)s went through.",
                    concept=self.concept,
                    event=self.event_id.name,
                )
            )

    def _get_signed_amount(self):
        """Above zero what came in, below what was paid."""
        self.ensure_one()
        return -self.amount if self.kind == "cost" else self.amount

    def _prepare_items(self):
        """Items of this line: its money, or what the member owes, and the fund."""
        self.ensure_one()
        fund = self.fund_id
        name = " · ".join(filter(None, (self.event_id.name, self.concept, self.document_reference)))
        if self.kind == "shortage":
            owed = {self.member_id: self.amount}
            return fund._prepare_asked_items(owed, "event", name, self.event_id.date)
        amount = self._get_signed_amount()
        direction = "inbound" if amount > 0 else "outbound"
        about = {"movement": "event", "partner": self.partner_id, "name": name}
        return [
            fund._prepare_item(fund._get_cash_account(self.journal_id, direction), amount, **about),
            fund._prepare_item(fund.account_id, -amount, **about),
        ]
