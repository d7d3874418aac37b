from odoo import fields, models

from ..tools.actions import open_records


class BusinessNetworkMember(models.Model):
    """What a member is owed and owes by the books: read from posted items, never stored."""

    _inherit = "business.network.member"

    currency_id = fields.Many2one(related="company_id.currency_id")
    payable_amount = fields.Monetary(
        string="Owed to It",
        compute="_compute_balances",
        help="What the network owes this member: open posted items, in the books' currency.",
    )
    receivable_amount = fields.Monetary(
        string="Owed by It",
        compute="_compute_balances",
        help="What this member owes the network: open posted items, in the books' currency.",
    )
    balance_amount = fields.Monetary(
        string="Balance",
        compute="_compute_balances",
        help="Owed to the member less owed by it; negative when the member owes.",
    )

    def _compute_balances(self):
        """Each partner's balance in a network stands once, with its last membership there."""
        holders = self._get_account_holders()
        networks = self.network_id._origin
        for name, account_type, sign in (
            ("payable_amount", "liability_payable", -1),
            ("receivable_amount", "asset_receivable", 1),
        ):
            groups = (
                self.env["account.move.line"]
                .sudo()
                ._read_group(
                    [
                        *networks._get_member_item_domain(account_type),
                        ("partner_id", "in", self.partner_id.ids),
                    ],
                    ["network_id", "partner_id"],
                    ["amount_residual:sum"],
                )
            )
            amounts = {(network, partner): amount for network, partner, amount in groups}
            for member in self:
                key = member.network_id._origin, member.partner_id._origin
                member[name] = sign * amounts.get(key, 0.0) if member._origin in holders else 0.0
        for member in self:
            member.balance_amount = member.payable_amount - member.receivable_amount

    def _get_account_holders(self):
        """Those memberships that hold their partner's account in a network.

        A partner that left and came back has one account with the network: it is of the membership
        that began last, so that a list of members counts it once.
        """
        today = fields.Date.context_today(self)
        memberships = (
            self.sudo()
            .search(
                [
                    ("network_id", "in", self.network_id.ids),
                    ("partner_id", "in", self.partner_id.ids),
                ]
            )
            .sorted(lambda member: (member.date_from <= today, member.date_from))
        )
        last = {(member.network_id, member.partner_id): member.id for member in memberships}
        return self.browse(last.values())

    # -- actions -------------------------------------------------------------------------------

    def action_open_items(self):
        """The open items behind the balance of these members."""
        holders = self & self._get_account_holders()
        return holders._get_items_action([("amount_residual", "!=", 0)])

    def _get_items_action(self, domain):
        """Journal items of these members' accounts with their networks, narrowed by ``domain``."""
        return open_records(
            self.env,
            "account.action_account_moves_all",
            (
                fields.Domain.OR(
                    [
                        self.network_id._get_member_item_domain(account_type)
                        for account_type in ("liability_payable", "asset_receivable")
                    ]
                )
                & fields.Domain("partner_id", "in", self.partner_id.ids)
                & fields.Domain(domain)
            ),
            context={"create": False},
        )

    def action_open_statement(self):
        """Statement of a free period for these members of one network."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Member Statement"),
            "res_model": "business.network.member.statement",
            "view_mode": "form",
            "context": {
                "default_network_id": self.network_id[:1].id,
                "default_member_ids": self.ids,
            },
        }
