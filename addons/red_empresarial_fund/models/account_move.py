from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from .account_move_line import WITH_COMPANY


class AccountMove(models.Model):
    """Entries of a fund: balanced within it, never edited, corrected by reversal only."""

    _inherit = "account.move"

    fund_id = fields.Many2one(
        "business.network.fund",
        string="Network Fund",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The fund this entry is of: it is not shared out among the members.",
    )
    fund_schedule_id = fields.Many2one(
        "business.network.fund.schedule",
        string="Dues Schedule",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    fund_due_date = fields.Date(string="Dues Of", copy=False, readonly=True)
    fund_meeting_id = fields.Many2one(
        "business.network.fund.meeting",
        string="Collected at the Meeting",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    fund_handover_id = fields.Many2one(
        "business.network.fund.handover",
        string="Counted at the Hand-over",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    fund_restriction = fields.Char(
        string="Restriction of Use",
        copy=False,
        help="What the money of a donation or co-financing may be used for.",
    )

    _fund_due_unique = models.UniqueIndex(
        "(fund_schedule_id, fund_due_date) WHERE fund_schedule_id IS NOT NULL",
        "The dues of a schedule are asked once for each due date.",
    )

    def _is_joint_document(self):
        return super()._is_joint_document() and not self.fund_id

    def _get_network_frozen_fields(self):
        return super()._get_network_frozen_fields() | {"fund_id"}

    def _is_complete_entry(self):
        return super()._is_complete_entry() or bool(self.fund_id)

    def _is_with_members(self):
        return super()._is_with_members() or bool(self.fund_id)

    # -- posting -----------------------------------------------------------------------------

    def _post(self, soft=True):
        unnamed = self.filtered(lambda m: not m.fund_id and not m.network_settlement_id)
        for fund, moves in unnamed.grouped(lambda move: move.line_ids.fund_id[:1]).items():
            if fund:
                moves.fund_id = fund
        self._check_fund_items()
        posted = super()._post(soft=soft)
        posted.line_ids.fund_id._forget_balances()
        return posted

    def _check_fund_items(self):
        """Raise UserError for items that break a rule of their fund, naming entry and fund.

        It waits for a closing that goes on, and a closing for it: neither misses the other.
        """
        self.line_ids.fund_id._lock_receipts()
        for (move, fund), items in (
            self.line_ids.filtered("fund_id")
            .grouped(lambda item: (item.move_id, item.fund_id))
            .items()
        ):
            fund._check_date_open(move.date)
            move._check_fund_movements(fund, items)
            own = items.filtered(lambda item: item.fund_movement not in WITH_COMPANY)
            balance = sum(own.mapped("balance"))
            if not fund.currency_id.is_zero(balance):
                raise UserError(
                    self.env._(
                        "The items of %(entry)s for %(fund)s do not balance: %(balance)s is left "
                        "over. Every item of the entry needs its fund.",
                        entry=move.display_name,
                        fund=fund.display_name,
                        balance=format_amount(self.env, balance, fund.currency_id),
                    )
                )

    def _check_fund_movements(self, fund, items):
        """Raise UserError for an item without a kind, or of a kind that the fund refuses."""
        for item in items:
            if not item.fund_movement:
                raise UserError(
                    self.env._(
                        "The item “%(item)s” of %(entry)s is of %(fund)s, but of no kind. Choose "
                        "what kind of movement it is.",
                        item=item.name or item.account_id.display_name,
                        entry=self.display_name,
                        fund=fund.display_name,
                    )
                )
            # An exit checks what it gives; ending a claim on the fund gives nothing.
            if item.fund_movement != "share_out" or not self.fund_exit_id:
                fund._check_accepts(item.fund_movement)

    # -- guards ------------------------------------------------------------------------------

    def write(self, vals):
        if "date" in vals:  # it would leave a month that is closed, or enter one
            for move in self.filtered(
                lambda move: move.state == "posted" and move.line_ids.fund_id
            ):
                if self._field_will_change(move, vals, "date"):
                    move._raise_fund_frozen()
        return super().write(vals)

    def _check_draftable(self):
        for move in self.filtered(lambda m: m.fund_id and m.state == "posted"):
            move._raise_fund_frozen()
        return super()._check_draftable()

    def _raise_fund_frozen(self):
        raise UserError(
            self.env._(
                "%(entry)s of %(date)s is a movement of %(fund)s, which its members can read: it "
                "is not changed. Reverse it, and post the right one.",
                entry=self.display_name,
                date=format_date(self.env, self.date),
                fund=(self.fund_id or self.line_ids.fund_id[:1]).display_name,
            )
        )
