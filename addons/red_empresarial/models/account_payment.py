from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError


class AccountPayment(models.Model):
    """Payments of settlements, and payments on account with one member: advances, cash calls."""

    _inherit = "account.payment"

    network_settlement_id = fields.Many2one(
        "business.network.settlement",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )
    network_member_id = fields.Many2one(
        "business.network.member",
        string="With Network Member",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        domain="[('partner_id', '=', partner_id), ('company_id', '=', company_id)]",
        help="A payment on account between the network and this member: it stays open on the "
        "member's current account until a settlement nets it.",
    )
    network_id = fields.Many2one(
        related="network_member_id.network_id", string="Business Network", store=True
    )
    network_cash_call_line_id = fields.Many2one(
        "business.network.cash.call.line",
        string="Cash Call",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
    )

    network_origin_ids = fields.Many2many(
        "account.move",
        "account_payment_network_origin_rel",
        "payment_id",
        "move_id",
        string="Joint Documents",
        copy=False,
        readonly=True,
        help="The joint documents this payment closes with a discount or a loss.",
    )

    @api.depends("network_member_id", "payment_type")
    def _compute_destination_account_id(self):
        """What a member pays in is owed to it; what it gets on account it owes."""
        with_member = self.filtered("network_member_id")
        result = super(AccountPayment, self - with_member)._compute_destination_account_id()
        for payment in with_member:
            network = payment.network_id
            payment.destination_account_id = (
                network.member_payable_account_id
                if payment.payment_type == "inbound"
                else network.member_receivable_account_id
            )
        return result

    @api.constrains("network_member_id", "partner_id", "company_id")
    def _check_network_member(self):
        for payment in self.filtered("network_member_id"):
            member = payment.network_member_id
            if member.partner_id != payment.partner_id or member.company_id != payment.company_id:
                raise ValidationError(
                    self.env._(
                        "The payment %(payment)s is with %(partner)s in the books of %(company)s, "
                        "so it cannot be on account of %(member)s of %(network)s. Choose the "
                        "member that pays or is paid.",
                        payment=payment.display_name,
                        partner=payment.partner_id.display_name,
                        company=payment.company_id.name,
                        member=member.display_name,
                        network=member.network_id.name,
                    )
                )

    def _get_outstanding_account(self, payment_type):
        """Members are paid straight from the bank or cash account.

        Only where the journal's payment method names no outstanding account: a treasurer who
        matches statement lines later names one there.
        """
        if (
            self.network_settlement_id or self.network_member_id
        ) and self.journal_id.default_account_id:
            return self.journal_id.default_account_id
        return super()._get_outstanding_account(payment_type)

    def _generate_move_vals(self, write_off_line_vals=None, force_balance=None, line_ids=None):
        """A payment with a member is between the network and that member.

        A discount or loss on joint documents is shared out as they were.
        """
        vals = super()._generate_move_vals(write_off_line_vals, force_balance, line_ids)
        if self.network_member_id:
            vals.update(network_id=self.network_id.id, network_member_id=self.network_member_id.id)
        elif write_off_line_vals and self.network_origin_ids:
            vals.update(
                network_id=self.network_origin_ids.network_id.id,
                network_origin_ids=[Command.set(self.network_origin_ids.ids)],
            )
        return vals

    def write(self, vals):
        if "network_settlement_id" in vals:
            self._check_settlement_stays(vals["network_settlement_id"])
        result = super().write(vals)
        if "network_member_id" in vals:
            for payment in self.filtered("move_id"):  # posted entries refuse it
                payment.move_id.write(
                    {
                        "network_id": payment.network_id.id,
                        "network_member_id": payment.network_member_id.id,
                    }
                )
        return result

    def _check_settlement_stays(self, settlement_id):
        """Raise UserError for a payment taken out of its settlement, or put into one, by hand."""
        for payment in self:
            if payment.network_settlement_id.id != settlement_id and payment.state != "draft":
                raise UserError(
                    self.env._(
                        "The settlement of the payment %s cannot change. Reverse the payment from "
                        "its settlement instead.",
                        payment.display_name,
                    )
                )

    def action_reverse_network_payment(self):
        """Reverse these payments on account: what they opened is closed by their reversal.

        :raise UserError: a settlement already netted one of them
        """
        self.check_access("write")
        payments = self.sudo().filtered(lambda p: p.network_member_id and p.move_id)
        payments = payments.filtered(lambda payment: payment.state in ("in_process", "paid"))
        payments._check_not_netted()
        payments.move_id._reverse_moves(
            [
                {
                    "ref": self.env._("Reversal of %s", move.name),
                    "date": max(move.date, fields.Date.context_today(self)),
                }
                for move in payments.move_id
            ],
            cancel=True,
        )
        payments.write({"state": "canceled"})

    def _check_not_netted(self):
        for payment in self:
            items = payment.move_id.line_ids.filtered(
                lambda item, payment=payment: item.account_id == payment.destination_account_id
            )
            used = items.matched_debit_ids.debit_move_id | items.matched_credit_ids.credit_move_id
            if used:
                raise UserError(
                    self.env._(
                        "%(payment)s of %(member)s is already netted or reconciled with %(entry)s. "
                        "Reverse that settlement or undo that reconciliation first.",
                        payment=payment.name,
                        member=payment.partner_id.display_name,
                        entry=", ".join(
                            used.move_id.mapped(
                                lambda move: move.network_settlement_id.name or move.name
                            )
                        ),
                    )
                )
