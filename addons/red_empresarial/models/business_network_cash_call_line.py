from odoo import api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkCashCallLine(models.Model):
    """What one member is asked in a cash call; what it paid and what was spent are ledger items."""

    _name = "business.network.cash.call.line"
    _description = "Cash Call of One Member"
    _order = "call_id, sequence, id"
    _rec_name = "partner_id"
    _check_company_auto = True

    call_id = fields.Many2one(
        "business.network.cash.call", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer()
    network_id = fields.Many2one(related="call_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="call_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="call_id.currency_id")
    stage = fields.Selection(related="call_id.stage")
    date_due = fields.Date(related="call_id.date_due")
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
    )
    partner_id = fields.Many2one(
        related="member_id.partner_id", string="Enterprise", store=True, index=True
    )
    is_books_company = fields.Boolean(
        compute="_compute_is_books_company",
        help="This member keeps the books: its part is there already and is not collected.",
    )
    amount_asked = fields.Monetary(string="Asked")
    payment_ids = fields.One2many("account.payment", "network_cash_call_line_id")
    amount_collected = fields.Monetary(string="Collected", compute="_compute_collected")
    amount_drawn = fields.Monetary(string="Drawn Down", compute="_compute_collected")
    amount_open = fields.Monetary(string="Still Asked", compute="_compute_collected")

    _member_unique = models.Constraint(
        "UNIQUE(call_id, member_id)", "A member is asked once in a cash call."
    )
    _amount_asked_not_negative = models.Constraint(
        "CHECK(amount_asked >= 0)", "A member cannot be asked a negative amount."
    )

    @api.depends("member_id", "company_id")
    def _compute_is_books_company(self):
        for line in self:
            line.is_books_company = line.member_id._is_books_company()

    @api.depends("amount_asked", "is_books_company", "payment_ids.move_id.line_ids.amount_residual")
    def _compute_collected(self):
        """One query for all lines; a payment whose entry was reversed does not count."""
        path = "move_id.origin_payment_id.network_cash_call_line_id"
        sums = {
            line.id: (-paid, paid and left - paid)
            for line, paid, left in self.env["account.move.line"]
            .sudo()
            ._read_group(
                [
                    ("parent_state", "=", "posted"),
                    ("account_id.account_type", "=", "liability_payable"),
                    ("move_id.reversal_move_ids", "=", False),
                    (path, "in", self.ids),
                ],
                [path],
                ["amount_currency:sum", "amount_residual_currency:sum"],
            )
        }
        for line in self:
            line.amount_collected, line.amount_drawn = sums.get(line._origin.id, (0.0, 0.0))
            line.amount_open = (
                0.0 if line.is_books_company else line.amount_asked - line.amount_collected
            )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_draft()
        return lines

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_draft()

    def _check_draft(self):
        for call in self.call_id:
            call._check_state("draft")

    @api.constrains("member_id", "call_id")
    def _check_member(self):
        for line in self:
            if line.member_id.network_id != line.call_id.network_id:
                raise UserError(
                    self.env._(
                        "%(member)s is a member of %(other)s, not of %(network)s. Ask members of "
                        "the network that calls.",
                        member=line.member_id.display_name,
                        other=line.member_id.network_id.name,
                        network=line.call_id.network_id.name,
                    )
                )

    def _holds_money(self):
        """Whether what was paid in is kept for its purpose: as long as the call is open."""
        return any(line.call_id.stage == "called" for line in self)

    def _prepare_payment(self, amount, journal, date):
        """Values of the payment by which the member pays in ``amount``."""
        self.ensure_one()
        call = self.call_id
        memo = f"{call.name}: {call.purpose}"
        vals = self.member_id._prepare_account_payment(
            "inbound", amount, call.currency_id, journal, date, memo
        )
        return {**vals, "network_cash_call_line_id": self.id}
