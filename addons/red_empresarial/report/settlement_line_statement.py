from odoo import fields, models


class BusinessNetworkSettlementLine(models.Model):
    """What the statement of a member shows beside the figures of its line."""

    _inherit = "business.network.settlement.line"

    def _get_statements(self):
        """Statements of these lines, by :meth:`business.network.statement._get_line_statements`."""
        statement = self.env["business.network.statement"]
        return [
            made
            for lines in self.grouped("settlement_id").values()
            for made in statement._get_line_statements(lines)
        ]

    def _get_netting_entries(self):
        """Posted entries of the settlement, other than documents, that compensate the member."""
        self.ensure_one()
        return self.settlement_id.sudo().move_ids.filtered(
            lambda move: (
                move.state == "posted"
                and not move.is_invoice()
                and self.partner_id in move.line_ids.partner_id
            )
        )

    def _get_statement_netted(self):
        """What posting compensated between what the member is owed and what it owes."""
        self.ensure_one()
        items = self._get_netting_entries().line_ids.filtered(
            lambda item: (
                item.partner_id == self.partner_id
                and item.account_id == self.network_id.sudo().member_payable_account_id
            )
        )
        return sum(items.mapped("amount_currency")) - self.amount_tariff

    def _get_statement_payments(self):
        """Payments of the settlement to or from this member that were not reversed."""
        self.ensure_one()
        return self.settlement_id.sudo().payment_ids.filtered(
            lambda payment: (
                payment.partner_id == self.partner_id and payment.state in ("in_process", "paid")
            )
        )

    def _get_statement_document(self):
        """Number of the document that the member gave, or got, for its share."""
        self.ensure_one()
        return self.document_number or self.sudo().document_id.name or ""

    def _get_printed_on(self):
        """Today, for the foot of what is printed."""
        return fields.Date.context_today(self)
