from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AccountMove(models.Model):
    """Entries between the network and its members: their reversals and opening balances."""

    _inherit = "account.move"

    is_network_opening = fields.Boolean(
        string="Opening Balances of Members",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="What the members owed and were owed when the network started in these books: it is "
        "not shared out, and the members' next settlements net it.",
    )

    def _is_joint_document(self):
        return super()._is_joint_document() and not (
            self.is_network_opening or self.reversed_entry_id.is_network_opening
        )

    @api.constrains("network_member_id", "partner_id")
    def _check_network_member(self):
        """An invoice with a member is its own: else one would net what another owes."""
        for move in self.filtered(lambda move: move.network_member_id and move.is_invoice(True)):
            member = move.network_member_id
            if move.commercial_partner_id != member.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(document)s is with %(partner)s, so it cannot be on account of "
                        "%(member)s of %(network)s. Choose the member that it is with.",
                        document=move.display_name,
                        partner=move.partner_id.display_name or self.env._("nobody"),
                        member=member.display_name,
                        network=member.network_id.name,
                    )
                )

    def _get_network_frozen_fields(self):
        return super()._get_network_frozen_fields() | {"is_network_opening"}

    def copy_data(self, default=None):
        """What is with one member stays so: a copy would be shared out among all otherwise.

        The reversal of a document follows it: with the same member, settled or invoiced.
        """
        vals_list = super().copy_data(default=default)
        for move, vals in zip(self, vals_list, strict=True):
            if vals.get("network_id") == move.network_id.id:
                vals.setdefault("network_member_id", move.network_member_id.id)
            if vals.get("reversed_entry_id") == move.id:
                vals["network_member_id"] = move.network_member_id.id
                vals["network_charged_apart"] = move.network_charged_apart
        return vals_list

    def _is_with_members(self):
        """Whether settlements net the items of this entry for its member, or for its partners."""
        self.ensure_one()
        return bool(self.network_member_id or self.is_network_opening)

    def _check_followed(self):
        result = super()._check_followed()
        self._check_not_netted()
        return result

    def _is_with_members(self):
        """Whether the entry is between the network and members, so that settlements net it."""
        self.ensure_one()
        return bool(self.network_member_id or self.is_network_opening)

    def _check_not_netted(self):
        """Raise UserError naming the settlement in force that netted an item of these entries."""
        entries = self.filtered(lambda move: move.state == "posted" and move._is_with_members())
        if not entries:
            return
        netted = (
            self.env["business.network.settlement.item"]
            .sudo()
            .search(
                [
                    ("move_line_id.move_id", "in", entries.ids),
                    ("settlement_line_id.settlement_id.state", "in", ("posted", "paid")),
                ],
                limit=1,
            )
        )
        if netted:
            raise UserError(
                self.env._(
                    "%(entry)s is netted for %(member)s in %(settlement)s. Reverse that settlement "
                    "first.",
                    entry=netted.move_id.name,
                    member=netted.partner_id.display_name,
                    settlement=netted.settlement_id.name,
                )
            )
