from odoo import fields, models

AGREEMENT_BASES = ("revenue_weights", "expense_weights")
SHOWN_WEIGHT_DIGITS = 4


class BusinessNetworkSettlementLine(models.Model):
    """What the printed statement of a member shows beside the figures of its line."""

    _inherit = "business.network.settlement.line"

    def _get_statement_rows(self):
        """The member's rows in the order of the documents, with what was shared out in each.

        :return: list of dicts ``{row, shared, weight}``: the distribution row, the amount of the
            document's account and tax over all members, and the member's weight in words
        """
        self.ensure_one()
        rows = self.sudo().distribution_ids.sorted(
            lambda row: (row.date, row.move_id.name or "", row.portion)
        )
        shared = {
            (move.id, portion): amount
            for move, portion, amount in self.env["business.network.distribution"]
            .sudo()
            ._read_group(
                [("move_id", "in", rows.move_id.ids)],
                ["move_id", "portion"],
                ["amount_currency:sum"],
            )
        }
        return [
            {
                "row": row,
                "shared": shared[row.move_id.id, row.portion],
                "weight": self._get_statement_weight(row),
            }
            for row in rows
        ]

    def _get_statement_weight(self, row):
        """``7 of 25`` for weights the members agreed; empty for amounts and unwieldy fractions."""
        weights = row.weight, row.weight_total
        if row.basis not in AGREEMENT_BASES or not all(
            weight.isdigit() and len(weight) <= SHOWN_WEIGHT_DIGITS for weight in weights
        ):
            return ""
        return self.env._("%(weight)s of %(total)s", weight=weights[0], total=weights[1])

    def _get_statement_netted(self):
        """What posting compensated between what the member is owed and what it owes."""
        self.ensure_one()
        items = self.settlement_id.sudo().move_ids.line_ids.filtered(
            lambda item: (
                item.parent_state == "posted"
                and item.partner_id == self.partner_id
                and item.account_id == self.network_id.sudo().member_payable_account_id
                and not item.move_id.is_invoice()
            )
        )
        return sum(items.mapped("amount_currency"))

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
