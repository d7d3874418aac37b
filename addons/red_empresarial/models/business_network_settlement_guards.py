from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class BusinessNetworkSettlement(models.Model):
    """What a settlement refuses: other terms once it took rows, reversal of what was paid."""

    _inherit = "business.network.settlement"

    def write(self, vals):
        for settlement in self.filtered(lambda settlement: settlement.state != "draft"):
            if settlement._changes_terms(vals):
                raise UserError(
                    self.env._(
                        "The network, currency and period of %s decided which documents it "
                        "settles. Reset it to draft to change them.",
                        settlement.name,
                    )
                )
        for settlement in self.filtered(lambda s: s.state in ("posted", "paid", "reversed")):
            if settlement._changes_fields(("date",), vals):
                raise UserError(
                    self.env._(
                        "%s is booked on its date, which stays as it is. Reverse it and settle "
                        "again.",
                        settlement.name,
                    )
                )
        if "network_id" in vals:  # rules look at the network it leaves, not at the one it enters
            self.env["business.network"].browse(vals["network_id"]).check_access("write")
        return super().write(vals)

    def _changes_terms(self, vals):
        """Whether ``vals`` change what decided the rows this settlement took."""
        terms = (
            "network_id",
            "currency_id",
            "date_from",
            "date_to",
            "basis",
            "minimum_payout",
            "nets_open_items",
        )
        return self._changes_fields(terms, vals)

    def _changes_fields(self, names, vals):
        """Whether ``vals`` give another value to one of the fields ``names`` of this record."""
        self.ensure_one()
        return any(
            self._fields[name].convert_to_cache(vals[name], self)
            != self._fields[name].convert_to_cache(self[name], self)
            for name in names
            if name in vals
        )

    def _check_not_netted_later(self):
        """What a later settlement netted is undone there first, or it would be paid twice.

        An item that several settlements took as it was is in each of them: the later ones have it
        as a balance, and a later record of it than this one has.
        """
        lines = self.sudo().line_ids
        own = {item.move_line_id: item.id for item in lines.netted_item_ids}
        later = (
            self.env["business.network.settlement.item"]
            .sudo()
            .search(
                [
                    ("move_line_id", "in", lines.item_ids.ids),
                    ("settlement_line_id.settlement_id", "!=", self.id),
                    ("settlement_line_id.settlement_id.state", "in", ("posted", "paid")),
                ]
            )
            .filtered(lambda item: item.id > own.get(item.move_line_id, 0))[:1]
            .settlement_id
        )
        if later:
            raise UserError(
                self.env._(
                    "%(later)s nets what %(settlement)s left open. Reverse %(later)s first.",
                    later=later.name,
                    settlement=self.name,
                )
            )

    def _check_unpaid(self):
        self._check_not_netted_later()
        document = self.sudo().line_ids.document_id.filtered(self._is_closed_by_others)[:1]
        payments = self.sudo().payment_ids.filtered(lambda p: p.state in ("in_process", "paid"))
        if document and not payments:
            raise UserError(
                self.env._(
                    "%(document)s of %(member)s in %(settlement)s is paid. Undo its payment first.",
                    document=document.name,
                    member=document.partner_id.display_name,
                    settlement=self.name,
                )
            )
        if payments:
            raise UserError(
                self.env._(
                    "%(settlement)s has payments: %(payments)s. Reverse the payments first.",
                    settlement=self.name,
                    payments=", ".join(
                        f"{payment.partner_id.display_name} "
                        f"{format_amount(self.env, payment.amount, payment.currency_id)}"
                        for payment in payments
                    ),
                )
            )

    def _is_closed_by_others(self, document):
        """Whether something beside this settlement's own netting closed a part of ``document``."""
        terms = document.line_ids.filtered(lambda item: item.display_type == "payment_term")
        matched = terms.matched_debit_ids.debit_move_id | terms.matched_credit_ids.credit_move_id
        return bool(matched.move_id.filtered(lambda move: move.network_settlement_id != self))
