from odoo import api, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """What a joint document and the entries that follow it refuse once they are posted."""

    _inherit = "account.move"

    def _check_network_lines_frozen(self):
        """Raise UserError for posted documents whose items members' shares were computed from."""
        posted = self.sudo().filtered(lambda move: move.state == "posted")
        posted._check_correction_follows()
        distributed = posted._search_distributions().move_id
        for move in posted:
            if move.attribution_origin_id or move in distributed:
                raise UserError(
                    self.env._(
                        "%s is shared out among the members of its network, so its items are "
                        "frozen. Reset the joint document to draft, correct it and post it again.",
                        move.display_name,
                    )
                )

    def _get_network_frozen_fields(self):
        """Fields that decided how a posted document was shared out."""
        return {
            "network_id",
            "network_annex_id",
            "network_member_id",
            "network_tariff_rate",
            "network_charged_apart",
            "network_origin_ids",
            "attribution_origin_id",
            "network_settlement_id",
            "network_redistribution_line_id",
        }

    def write(self, vals):
        frozen = self._get_network_frozen_fields() & vals.keys()
        if frozen:
            for move in self.filtered(lambda m: m.state == "posted"):
                if any(self._field_will_change(move, vals, name) for name in frozen):
                    raise UserError(
                        self.env._(
                            "The network of %s cannot change once it is posted. Reset it to draft "
                            "first.",
                            move.display_name,
                        )
                    )
        return super().write(vals)

    def button_draft(self):
        self._check_shares_free()
        result = super().button_draft()
        self._search_attribution_entries()._unlink_or_reverse()
        self._search_distributions().unlink()
        self.sudo().line_ids.allocation_invoiced_ids.unlink()
        return result

    def _search_distributions(self):
        """All rows of these documents, also those hidden from the user.

        Searched and not read from ``distribution_ids``: that cache may hold only what the user's
        rules show.
        """
        if not self:
            return self.env["business.network.distribution"].sudo()
        return (
            self.env["business.network.distribution"].sudo().search([("move_id", "in", self.ids)])
        )

    def _search_attribution_entries(self):
        """Posted attribution entries of these documents, whoever asks."""
        return self.sudo().search(
            [("attribution_origin_id", "in", self.ids), ("state", "=", "posted")]
        )

    def _check_shares_free(self):
        """Raise UserError naming the settlement or payment that already used a share of these."""
        rows = self._search_distributions().grouped("move_id")
        entries = self._search_attribution_entries().grouped("attribution_origin_id")
        for move in rows:
            settled = (rows[move].settlement_line_id | rows[move].part_ids.settlement_line_id)[:1]
            if settled:
                raise UserError(
                    self.env._(
                        "%(document)s is settled in %(settlement)s. Reverse that settlement first, "
                        "or correct the document with a credit note.",
                        document=move.name,
                        settlement=settled.settlement_id.name,
                    )
                )
            corrected = rows[move].redistribution_id[:1]
            if corrected:
                raise UserError(
                    self.env._(
                        "The shares of %(document)s were corrected by %(redistribution)s. Correct "
                        "the document with a credit note.",
                        document=move.name,
                        redistribution=corrected.name,
                    )
                )
            companions = entries.get(move, self.sudo().browse())
            used = companions._get_used_member_lines()[:1]
            if used:
                raise UserError(
                    self.env._(
                        "The account of %(member)s for %(document)s is already reconciled with "
                        "%(entry)s. Undo that first, or correct the document with a credit note.",
                        member=used.partner_id.display_name,
                        document=move.name,
                        entry=", ".join(used.reconciled_lines_ids.move_id.mapped("name")),
                    )
                )
            hashed = companions.filtered("inalterable_hash")
            if hashed:
                raise UserError(
                    self.env._(
                        "The attribution entry %(entry)s of %(document)s is locked by the hash of "
                        "its journal. Correct the document with a credit note.",
                        entry=hashed[:1].name,
                        document=move.name,
                    )
                )

    def copy_data(self, default=None):
        """A copy of an attribution entry or of a settlement's entry is shared out no more.

        A reversal made by the settlement itself keeps the network: it names the settlement.
        """
        vals_list = super().copy_data(default=default)
        for move, vals in zip(self, vals_list, strict=True):
            followed = (
                move.attribution_origin_id
                or move.network_settlement_id
                or move.network_redistribution_line_id
            )
            if followed and not (
                vals.get("attribution_origin_id") or vals.get("network_settlement_id")
            ):
                vals.update(network_id=False, network_annex_id=False)
        return vals_list

    def _check_draftable(self):
        self._check_followed()
        return super()._check_draftable()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_followed()
        return super()._reverse_moves(default_values_list=default_values_list, cancel=cancel)

    @api.ondelete(at_uninstall=False)
    def _unlink_attribution_with_origin(self):
        self._check_followed()

    def _check_followed(self):
        """Entries that follow a document or a settlement are never undone alone."""
        self._check_attribution_follows_origin()
        self._check_settlement_entry_follows()
        self._check_correction_follows()

    def _check_attribution_follows_origin(self):
        """An attribution entry lives and dies with its source; it is never changed alone.

        A canceled one (audit trail) stays canceled: its source made another when posted again.
        """
        for move in self:
            origin = move.sudo().attribution_origin_id
            if origin and (move.state == "cancel" or move.state == origin.state == "posted"):
                raise UserError(
                    self.env._(
                        "%(entry)s attributes %(document)s and follows it. Reset or refund "
                        "%(document)s instead.",
                        entry=move.name,
                        document=origin.name,
                    )
                )

    def _check_correction_follows(self):
        """A corrected share is corrected again by another redistribution, never by hand."""
        for move in self.filtered(lambda move: move.state == "posted"):
            line = move.sudo().network_redistribution_line_id
            if line:
                raise UserError(
                    self.env._(
                        "%(entry)s was booked by the redistribution %(redistribution)s. Correct "
                        "the shares by another redistribution.",
                        entry=move.name,
                        redistribution=line.redistribution_id.name,
                    )
                )

    def _check_settlement_entry_follows(self):
        """What a settlement in force booked is undone by reversing that settlement."""
        for move in self.filtered(lambda move: move.state == "posted"):
            settlement = move.sudo().network_settlement_id
            if settlement.state in ("posted", "paid"):
                raise UserError(
                    self.env._(
                        "%(entry)s was booked by %(settlement)s. Reverse that settlement instead.",
                        entry=move.name,
                        settlement=settlement.name,
                    )
                )
