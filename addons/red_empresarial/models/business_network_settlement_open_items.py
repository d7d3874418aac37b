from odoo import models


class BusinessNetworkSettlement(models.Model):
    """What is open with each member beside its shares, which a settlement nets."""

    _inherit = "business.network.settlement"

    def _get_open_items(self, sums):
        """Values of the journal items that are open with each member beside its shares.

        :param sums: see :meth:`_get_row_sums`
        :return: ``{member: [values of business.network.settlement.item]}``; also of members that
            have no share, see :meth:`_settles_open_items`
        """
        self.ensure_one()
        members = self._get_members_to_net(sums)
        if not self.nets_open_items or not members:
            return {}
        earlier = self._get_earlier_open_items(members)
        by_partner = {member.partner_id: member for member in members}
        found = {}
        for item in (
            self.env["account.move.line"]
            .sudo()
            .search(self._get_open_item_domain(members, earlier), order="date, id")
        ):
            member = item.move_id.network_member_id or by_partner[item.partner_id]
            found.setdefault(member, []).append(
                {
                    "move_line_id": item.id,
                    "kind": self._get_open_item_kind(item, earlier),
                    "amount": -item.amount_residual_currency,
                }
            )
        return found

    def _get_members_to_net(self, sums):
        """All members of the network up to the end of the period but the books' company.

        Who left is among them: what is open with it is settled, too. Members with a share stand
        last, and so do later memberships: an item that names its partner alone is theirs.
        """
        members = self.network_id.member_ids.filtered(
            lambda member: (
                member not in sums
                and member.date_from <= self.date_to
                and not member._is_books_company()
            )
        )
        return members.sorted("date_from").concat(*sums)

    def _settles_open_items(self, items):
        """Whether what is open with a member is reason enough to settle it without a share.

        It is when something can be netted, or is to be paid or claimed for the first time. What an
        earlier settlement left open is due there already, and an advance waits for the share it was
        given for: alone, these two make no line.

        :param items: values of the member's open items
        """
        amounts = [item["amount"] for item in items]
        if min(amounts, default=0.0) < 0.0 < max(amounts, default=0.0):
            return True
        return any(item["kind"] not in ("balance", "advance", "down_payment") for item in items)

    def _get_earlier_open_items(self, members):
        """Items that earlier settlements left open with these members."""
        lines = self.env["business.network.settlement.line"].search(
            [
                ("network_id", "=", self.network_id.id),
                ("member_id", "in", members.ids),
                ("settlement_id", "!=", self.id),
                ("settlement_id.state", "=", "posted"),
                ("settlement_id.currency_id", "=", self.currency_id.id),
            ]
        )
        return lines.sudo().item_ids.filtered(lambda item: not item.reconciled)

    def _get_open_item_domain(self, members, earlier):
        return [
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
            ("amount_residual_currency", "!=", 0.0),
            ("account_id.account_type", "in", ("asset_receivable", "liability_payable")),
            ("company_id", "=", self.company_id.id),
            ("partner_id", "in", members.partner_id.ids),
            ("currency_id", "=", self.currency_id.id),
            ("date", "<=", self.date_to),
            "|",
            ("id", "in", earlier.ids),
            *self._get_member_entry_domain(members),
        ]

    def _get_member_entry_domain(self, members):
        """Which entries are between the network and these members."""
        return [("move_id.network_member_id", "in", members.ids)]

    def _get_open_item_kind(self, item, earlier):
        if item in earlier:
            return "balance"
        if item.move_id.origin_payment_id:
            return "advance"
        return "supply" if item.move_id.is_invoice(include_receipts=True) else "other"
