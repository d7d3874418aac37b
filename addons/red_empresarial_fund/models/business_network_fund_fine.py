from odoo import api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkFundFine(models.Model):
    """A fine that a member owes to a fund by the internal rules."""

    _name = "business.network.fund.fine"
    _description = "Fine of a Member"
    _inherit = [
        "mail.thread",
        "business.network.auto.number.mixin",
        "business.network.action.state.mixin",
        "business.network.fund.access.mixin",
    ]
    _sequence_date_field = "date"
    _order = "date desc, id desc"
    _check_company_auto = True

    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    date = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
        tracking=True,
    )
    reason_id = fields.Many2one(
        "business.network.fund.fine.reason",
        string="Rule",
        required=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
        tracking=True,
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    note = fields.Char(help="What happened.")
    state = fields.Selection(
        [("draft", "Draft"), ("posted", "Owed"), ("forgiven", "Forgiven")],
        required=True,
        default="draft",
        copy=False,
        readonly=True,
        tracking=True,
    )
    move_id = fields.Many2one(
        "account.move", string="Entry", copy=False, readonly=True, ondelete="restrict", index=True
    )

    _amount_positive = models.Constraint("CHECK(amount > 0)", "A fine must be above zero.")

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"move_id"}

    @api.depends("reason_id")
    def _compute_amount(self):
        for fine in self:
            fine.amount = fine.reason_id.amount

    def write(self, vals):
        if {"fund_id", "date", "member_id", "reason_id", "amount"} & vals.keys():
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_draft()

    def _check_draft(self):
        for fine in self.filtered(lambda fine: fine.state != "draft"):
            raise UserError(
                self.env._(
                    "%(fine)s of %(member)s is booked and is not changed. Forgive it, and make "
                    "another one.",
                    fine=fine.name,
                    member=fine.member_id.display_name,
                )
            )

    def action_post(self):
        """Ask the members for these fines."""
        self.check_access("write")
        for fine in self:
            fine._check_state("draft")
            if fine.member_id.network_id != fine.network_id:
                raise UserError(
                    self.env._(
                        "%(member)s is no member of %(network)s, whose rules %(fine)s applies.",
                        member=fine.member_id.display_name,
                        network=fine.network_id.name,
                        fine=fine.name,
                    )
                )
            fine.member_id._check_in_force(fine.date)
            fine.fund_id._check_can_book(fine.date, fine.fund_id.journal_id)
        entries = self.fund_id._post_entries([fine._prepare_entry() for fine in self])
        for fine, entry in zip(self.sudo(), entries, strict=True):
            fine.write({"state": "posted", "move_id": entry.id})
        self.fund_id._reconcile_members(self.member_id.partner_id)

    def _prepare_entry(self):
        self.ensure_one()
        fund, name = self.fund_id, f"{self.name}: {self.reason_id.name}"
        items = fund._prepare_asked_items({self.member_id: self.amount}, "fine", name, self.date)
        return fund._prepare_entry(fund.journal_id, self.date, name, items)

    def action_forgive(self):
        """Reverse these fines; what was paid for them stays as an advance of the member."""
        self.check_access("write")
        for fine in self:
            fine._check_state("posted")
        moves = self.sudo().move_id.filtered(lambda move: not move._is_reversed())
        (moves._get_forgivings() | moves)._reverse_fund_entries()
        self.sudo().write({"state": "forgiven"})

    def _follow_ledger(self):
        """A fine whose entry was reversed by hand, or of which all is forgiven, is forgiven."""
        for fine in self.filtered("move_id"):
            forgiven = sum(fine.move_id._get_forgivings().mapped("amount_total"))
            whole = fine.currency_id.compare_amounts(forgiven, fine.amount) >= 0
            state = "forgiven" if whole or fine.move_id._is_reversed() else "posted"
            if fine.state not in ("draft", state):
                fine.state = state
