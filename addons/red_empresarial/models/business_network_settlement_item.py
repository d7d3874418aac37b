from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.actions import open_record

KINDS = [
    ("balance", "Previous balance"),
    ("advance", "Advance or payment on account"),
    ("down_payment", "Down payment deducted"),
    ("cash_call", "Cash call paid in"),
    ("opening", "Opening balance"),
    ("supply", "Goods and services received"),
    ("other", "Dues, fines and other entries"),
]


class BusinessNetworkSettlementItem(models.Model):
    """An open journal item of a member that its settlement nets: each amount has its entry.

    ``amount`` is what was open when the settlement was computed, in its currency and in the
    member's favour. Posting refuses an item that changed since.
    """

    _name = "business.network.settlement.item"
    _description = "Item Netted by a Settlement"
    _order = "settlement_line_id, date, id"
    _check_company_auto = True

    settlement_line_id = fields.Many2one(
        "business.network.settlement.line", required=True, index=True, ondelete="cascade"
    )
    settlement_id = fields.Many2one(related="settlement_line_id.settlement_id")
    settlement_state = fields.Selection(related="settlement_id.state")
    network_id = fields.Many2one(related="settlement_line_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="settlement_line_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="settlement_line_id.partner_id")
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal Item",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Entry")
    date = fields.Date(related="move_line_id.date", store=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    currency_id = fields.Many2one(related="settlement_line_id.currency_id")
    amount = fields.Monetary(readonly=True, help="Positive when the network owes it to the member.")

    _once_per_settlement = models.Constraint(
        "UNIQUE(settlement_line_id, move_line_id)", "A settlement nets a journal item once."
    )

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items.settlement_line_id._check_written_by_settlement()
        return items

    def write(self, vals):
        self.settlement_line_id._check_written_by_settlement()
        return super().write(vals)

    def action_leave_out(self):
        """Leave these items for a later settlement."""
        self.check_access("unlink")
        for item in self:
            item.settlement_id._check_state("computed")
        lines = self.sudo().settlement_line_id
        self.sudo().unlink()
        lines.filtered(lambda line: line._settles_nothing()).unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_by_settlement(self):
        self.settlement_line_id._check_written_by_settlement()

    def _check_unchanged(self):
        """Raise UserError naming the first item that is no longer open for the same amount."""
        self._check_not_taken()
        for settlement, items in self.grouped("settlement_id").items():
            deducted = items.filtered(lambda item: item.kind == "down_payment").move_line_id
            waiting = settlement._get_waiting_deductions(deducted)
            for item in items:
                if item._has_changed(waiting.get(item.move_line_id, 0.0)):
                    raise UserError(item._get_changed_message())

    def _check_not_taken(self):
        """Raise UserError naming the settlement that took an item of these meanwhile.

        A settlement that leaves an item as it is, to be paid, does not change its amount. As a
        previous balance it may be taken again: that settlement left it open.
        """
        whole = self.filtered(lambda item: item.kind != "balance" and not item._is_taken_in_part())
        taken = self.search(
            [
                ("move_line_id", "in", whole.move_line_id.ids),
                ("settlement_line_id.settlement_id", "not in", whole.settlement_id.ids),
                ("settlement_line_id.settlement_id.state", "in", ("posted", "paid")),
            ],
            limit=1,
        )
        if taken:
            raise UserError(
                self.env._(
                    "%(entry)s of %(member)s is netted by %(other)s already. Reset %(settlement)s "
                    "to draft and compute it again.",
                    entry=taken.move_id.name,
                    member=taken.partner_id.display_name,
                    other=taken.settlement_id.name,
                    settlement=whole.settlement_id[:1].name,
                )
            )

    def _get_changed_message(self):
        self.ensure_one()
        names = {
            "entry": self.move_id.name,
            "member": self.partner_id.display_name,
            "settlement": self.settlement_id.name,
        }
        if self.settlement_line_id.document_expected:
            return self.env._(
                "%(entry)s of %(member)s, which %(settlement)s nets, was reconciled meanwhile. "
                "Undo that reconciliation, or reverse the settlement and compute another one.",
                **names,
            )
        return self.env._(
            "%(entry)s of %(member)s, which %(settlement)s nets, has changed since it was "
            "computed. Reset the settlement to draft and compute it again.",
            **names,
        )

    def _has_changed(self, waiting=0.0):
        """Whether less is open than is taken; of what is taken whole, also whether more is.

        :param waiting: what drafts of other settlements will take of the item
        """
        self.ensure_one()
        now = -self.move_line_id.amount_residual_currency
        if self._is_taken_in_part():
            return self.currency_id.compare_amounts(abs(now) - waiting, abs(self.amount)) < 0
        return bool(self.currency_id.compare_amounts(now, self.amount))

    def _is_taken_in_part(self):
        """Whether a settlement may take a part of the item and leave the rest for later."""
        self.ensure_one()
        return self.kind in ("down_payment", "cash_call")

    def action_open_entry(self):
        self.ensure_one()
        return open_record(self.move_id)
