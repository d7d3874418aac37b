from odoo import Command, models


class BusinessNetworkSettlementLine(models.Model):
    """The deduction of down payments on a member's document."""

    _inherit = "business.network.settlement.line"

    def _get_deductions(self):
        """Down payments this line deducts, in the order of the document's lines."""
        return self.netted_item_ids.filtered(lambda item: item.kind == "down_payment").sorted("id")

    def _prepare_member_document_lines(self, charged):
        """The shares, less each down payment with the tax it was billed with."""
        return [
            *super()._prepare_member_document_lines(charged),
            *(self._prepare_deduction_line(item) for item in self._get_deductions()),
        ]

    def _prepare_deduction_line(self, item):
        advance = item.move_line_id.sudo()
        return {
            "name": self.env._(
                "Down payment %s deducted", advance.move_id.ref or item.move_id.name
            ),
            "quantity": 1,
            "price_unit": item.amount,
            "tax_ids": [Command.set(advance.tax_ids.ids)],
            "account_id": advance.account_id.id,
        }

    def _get_deduction_lines(self):
        """Lines of the member's document that deduct its down payments."""
        self.ensure_one()
        count = len(self._get_deductions())
        lines = self.document_id.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        return lines.sorted("id")[len(lines) - count :] if count else lines.browse()

    def _get_deduction_groups(self):
        """Each down payment with the line that deducts it, to be reconciled."""
        return [
            item.move_line_id.sudo() | deduction
            for line in self
            for item, deduction in zip(
                line._get_deductions(), line._get_deduction_lines(), strict=True
            )
        ]

    def _get_statement_advances(self):
        """What the member's statement shows as advances that are still open."""
        self.ensure_one()
        return self.member_id.sudo().get_outstanding_advances()
