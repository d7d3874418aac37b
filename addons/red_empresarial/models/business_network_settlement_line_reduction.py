from odoo import Command, fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    network_deducted_item_id = fields.Many2one(
        "business.network.settlement.item",
        string="Deducted Down Payment",
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        readonly=True,
        help="The down payment that this line of a member's document deducts.",
    )


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
            "network_deducted_item_id": item.id,
        }

    def _get_deduction_lines(self):
        """Lines of the members' documents that deduct down payments."""
        return self.document_id.invoice_line_ids.filtered("network_deducted_item_id")

    def _get_deduction_groups(self):
        """Each down payment with the line that deducts it, to be reconciled."""
        return [
            deduction.network_deducted_item_id.move_line_id.sudo() | deduction
            for deduction in self._get_deduction_lines()
        ]
