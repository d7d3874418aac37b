from odoo import fields, models
from odoo.exceptions import UserError

from ..tools.minor_units import to_minor


class AccountMove(models.Model):
    """The document of a network for what a network of networks settled with it."""

    _inherit = "account.move"

    network_upper_line_id = fields.Many2one(
        "business.network.settlement.line",
        string="Settled Above In",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        help="The part of this network in a settlement of its network of networks.",
    )

    _network_upper_line_unique = models.UniqueIndex(
        "(network_upper_line_id) WHERE network_upper_line_id IS NOT NULL AND state != 'cancel'",
        "A network has one document for its part of a settlement.",
    )

    def _get_network_frozen_fields(self):
        return super()._get_network_frozen_fields() | {"network_upper_line_id"}

    def _check_network_amount(self, coins):
        """Raise UserError when a document is not what is owed above, before tax."""
        self.ensure_one()
        sign = -1 if self.move_type == "out_refund" else 1
        if sign * to_minor(self.amount_untaxed, self.currency_id) != coins:
            raise UserError(
                self.env._(
                    "The invoice of %(network)s does not come to what %(partner)s owes it: its "
                    "taxes are included in the price. Choose taxes that are not for the products "
                    "in %(company)s.",
                    network=self.network_id.name,
                    partner=self.partner_id.display_name,
                    company=self.company_id.name,
                )
            )

    def _post(self, soft=True):
        below = self.filtered("network_upper_line_id")
        below._check_upper_line()
        posted = super()._post(soft=soft)
        (posted & below)._close_upper_line()
        return posted

    def _check_upper_line(self):
        """Raise UserError for a document of another amount, or before its part is there to take."""
        for move in self:
            line = move.sudo().network_upper_line_id
            settlement = line.settlement_id
            if move.move_type != "entry":
                move._check_network_amount(line._get_carried_coins())
            elif settlement.state not in ("posted", "paid"):
                raise UserError(
                    self.env._(
                        "%(settlement)s of %(union)s is not posted yet, so the part of "
                        "%(network)s is not there to take. Wait for it.",
                        settlement=settlement.name,
                        union=settlement.network_id.name,
                        network=move.network_id.name,
                    )
                )

    def _close_upper_line(self):
        """Tell the upper settlement the number of the invoice, or close the current account."""
        for move in self.sudo():
            line = move.network_upper_line_id
            if move.move_type == "entry":
                move._reconcile_upper_line(line)
            elif line.settlement_id.state == "approved" and not line.document_number:
                line.document_number = move._get_number_given()

    def _get_number_given(self):
        """Number by which the upper books know this invoice; a country has its own."""
        self.ensure_one()
        return self.name

    def _reconcile_upper_line(self, line):
        """Reconcile with what the upper settlement put on the network's current account."""
        accounts = (
            line.network_id.member_payable_account_id | line.network_id.member_receivable_account_id
        )
        own = self.line_ids.filtered(lambda item: item.account_id in accounts)
        items = line.item_ids | line.settlement_id.move_ids.line_ids.filtered(
            lambda item: item.partner_id == line.partner_id and item.account_id in own.account_id
        )
        items = items.filtered(
            lambda item: (
                item.account_id in own.account_id
                and not item.reconciled
                and item.parent_state == "posted"
            )
        )
        line.settlement_id._reconcile_items([own | items])
