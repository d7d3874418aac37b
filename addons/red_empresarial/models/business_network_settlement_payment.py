from odoo import models


class BusinessNetworkSettlement(models.Model):
    """Paying the members of a posted settlement, and undoing those payments."""

    _inherit = "business.network.settlement"

    def action_open_payment_wizard(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pay the Members"),
            "res_model": "business.network.settlement.payment",
            "view_mode": "form",
            "target": "new",
            "context": {"default_settlement_id": self.id},
        }

    def pay_members(self, journal, date):
        """Pay or collect what is open of each member: one payment each, posted and reconciled.

        A second call finds nothing open and does nothing.

        :param journal: ``account.journal`` of type bank or cash
        :param date: date of the payments
        :return: the payments made
        :raise UserError: the journal cannot pay or receive for the network
        """
        self.ensure_one()
        self.check_access("write")
        self._check_state("posted", "paid")
        self.network_id._check_payment_journal(journal)
        self.network_id._check_date_open(date, journal)
        lines = self.sudo().line_ids.filtered(lambda line: line.payment_state == "open")
        payments = (
            self.env["account.payment"]
            .sudo()
            .create([line._prepare_payment(journal, date) for line in lines])
        )
        payments.action_post()
        self._reconcile_items(
            line.item_ids.filtered(lambda item: not item.reconciled)
            | payment.move_id.line_ids.filtered(
                lambda item, payment=payment: item.account_id == payment.destination_account_id
            )
            for line, payment in zip(lines, payments, strict=True)
        )
        return payments

    def action_reverse_payments(self):
        """Reverse the payments of the settlement; what they paid is open again."""
        self.check_access("write")
        for settlement in self.sudo():
            settlement._check_state("posted", "paid")
            payments = settlement.payment_ids.filtered(lambda p: p.state in ("in_process", "paid"))
            payments.sudo().move_id._reverse_moves(
                [
                    {"ref": self.env._("Reversal of %s", move.name)}
                    for move in payments.sudo().move_id
                ],
                cancel=True,
            )
            payments.sudo().write({"state": "canceled"})
