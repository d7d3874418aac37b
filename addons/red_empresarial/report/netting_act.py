from odoo import models
from odoo.exceptions import UserError

from ..tools.minor_units import from_minor, to_minor


class BusinessNetworkSettlement(models.Model):
    _inherit = "business.network.settlement"

    def action_print_netting_act(self):
        """Print what was compensated with each member, for signature."""
        self._check_netting_act()
        report = self.env.ref("red_empresarial.business_network_netting_report")
        return report.report_action(self, config=False)

    def _check_netting_act(self):
        """Raise UserError for a settlement that has compensated nothing in the books."""
        for settlement in self:
            if settlement.state not in ("posted", "paid"):
                raise UserError(
                    self.env._(
                        "%s is not posted, so nothing is compensated yet. Post it before printing "
                        "its netting act.",
                        settlement.name,
                    )
                )
            if settlement.policy == "member":
                raise UserError(
                    self.env._(
                        "In %s each member documents its own part: nothing is compensated in "
                        "common books, so there is no netting act.",
                        settlement.network_id.name,
                    )
                )


class BusinessNetworkNettingAct(models.AbstractModel):
    """Refuses to print an act of what the books do not show."""

    _name = "report.red_empresarial.report_netting_act"
    _description = "Netting Act"

    def _get_report_values(self, docids, data=None):
        settlements = self.env["business.network.settlement"].browse(docids)
        settlements.check_access("read")
        settlements._check_netting_act()
        return {
            "doc_ids": docids,
            "doc_model": settlements._name,
            "docs": settlements,
        }


class BusinessNetworkSettlementLine(models.Model):
    """What posting compensated with a member, read from the reconciliations of its netting."""

    _inherit = "business.network.settlement.line"

    def _get_netting_items(self):
        """The member's items of the netting entries in force."""
        self.ensure_one()
        return self.settlement_id.sudo().move_ids.line_ids.filtered(
            lambda item: (
                item.parent_state == "posted"
                and item.partner_id == self.partner_id
                and not item.move_id.is_invoice()
                and not item.move_id.reversed_entry_id
            )
        )

    def _get_netted_documents(self):
        """Posted documents that the netting compensated and by how much.

        :return: list of dicts ``{name, date, label, amount}`` in order of date; amounts in the
            settlement's currency, positive when the network owed the document to the member
        """
        self.ensure_one()
        own = self._get_netting_items()
        coins = {}
        for partial in own.matched_debit_ids | own.matched_credit_ids:
            debit, credit = partial.debit_move_id, partial.credit_move_id
            if credit in own:
                found = debit.move_id, -to_minor(partial.debit_amount_currency, self.currency_id)
            else:
                found = credit.move_id, to_minor(partial.credit_amount_currency, self.currency_id)
            if found[0] not in own.move_id and not found[0].origin_payment_id.network_settlement_id:
                coins[found[0]] = coins.get(found[0], 0) + found[1]
        return [
            {
                "name": move.attribution_origin_id.name or move.name,
                "date": move.invoice_date or move.date,
                "label": self._get_netted_label(move),
                "amount": from_minor(amount, self.currency_id),
            }
            for move, amount in sorted(coins.items(), key=lambda pair: (pair[0].date, pair[0].id))
        ]

    def _get_netted_label(self, move):
        if move.attribution_origin_id:
            return self.env._("Attribution of the joint document")
        if move == self.document_id:
            return self.env._("Document of its share")
        item = self.netted_item_ids.filtered(lambda item: item.move_id == move)[:1]
        if item:
            return dict(item._fields["kind"]._description_selection(self.env))[item.kind]
        if move.origin_payment_id:
            return self.env._("Advance or payment on account")
        if move.is_invoice(include_receipts=True):
            return self.env._("Goods and services received")
        return self.env._("Other entry")

    def _get_netting_act(self):
        """What the act shows of this member.

        :return: dict ``{documents, entries, tariff, pending, remaining}``; ``remaining`` is what
            was left to pay by the netting, before payments
        """
        self.ensure_one()
        paid = sum(
            payment.amount if payment.payment_type == "outbound" else -payment.amount
            for payment in self._get_statement_payments()
        )
        return {
            "documents": self._get_netted_documents(),
            "entries": ", ".join(self._get_netting_items().move_id.mapped("name")),
            "tariff": self.amount_tariff,
            "pending": self.payment_state in ("pending", "missing"),
            "remaining": self.currency_id.round(self.amount_open + paid),
        }
