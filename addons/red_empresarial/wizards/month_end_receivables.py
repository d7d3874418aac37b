from odoo import fields, models

CHECKS = [
    ("not_matched", "Collections that no document was matched with"),
    ("members_past_due", "Receivables of members past due"),
]
AFTER = "not_collected"


class BusinessNetworkMonthEnd(models.TransientModel):
    """Money that buyers paid and nobody matched, and what members were to pay by now."""

    _inherit = "business.network.month.end"

    def _get_checks(self):
        """Both stand below the buyers' receivables past due, which they explain or complete."""
        ordered = {}
        for key, values in super()._get_checks().items():
            ordered[key] = values
            if key == AFTER:
                ordered.update(
                    not_matched=self._check_not_matched(),
                    members_past_due=self._check_members_past_due(),
                )
        return ordered

    def _check_not_matched(self):
        """Open credits of buyers that still owe a joint document: payments and credit notes.

        A payment that was booked and not matched leaves the document past due and, on the collected
        basis, its members unpaid. Without anything to match it with, a credit of a buyer concerns
        the network only if it is the network's own.
        """
        return self._count_by_currency(
            "account.move.line",
            [
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.network_id.company_id.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("amount_residual", "<", 0.0),
                ("date", "<=", self.date_to),
                ("move_id.network_settlement_id", "=", False),
                ("move_id.network_member_id", "=", False),
                ("move_id.network_id", "in", (False, self.network_id.id)),
                ("partner_id", "not in", self.network_id.member_ids.partner_id.ids),
                "|",
                ("move_id.network_id", "=", self.network_id.id),
                ("partner_id", "in", self._get_owing_buyers().ids),
            ],
            "amount_residual_currency",
        )

    def _get_owing_buyers(self):
        """Partners with a joint document of the network that they still have to pay."""
        groups = self.env["account.move.line"]._read_group(
            [
                ("parent_state", "=", "posted"),
                ("move_id.network_id", "=", self.network_id.id),
                ("move_id.network_settlement_id", "=", False),
                ("move_id.network_member_id", "=", False),
                ("display_type", "=", "payment_term"),
                ("account_id.account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("amount_residual", ">", 0.0),
                ("date", "<=", self.date_to),
            ],
            ["partner_id"],
        )
        return self.env["res.partner"].union(*(partner for (partner,) in groups))

    def _check_members_past_due(self):
        return self._count_by_currency(
            "account.move.line",
            [
                ("parent_state", "=", "posted"),
                ("account_id.account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("amount_residual", ">", 0.0),
                ("date_maturity", "<=", self.date_to),
                *self._get_member_receivable_domain(),
            ],
            "amount_residual_currency",
        )

    def _get_member_receivable_domain(self):
        """Which receivables members are asked to pay by a day; extend to add others.

        Not advances nor opening balances, which wait for a share, nor what settlements left open,
        which is counted with them.
        """
        return [
            ("move_id.network_id", "=", self.network_id.id),
            ("move_id.network_member_id", "!=", False),
            ("move_id.origin_payment_id", "=", False),
        ]


class BusinessNetworkMonthEndLine(models.TransientModel):
    """Collections and members' receivables among what is looked at."""

    _inherit = "business.network.month.end.line"

    key = fields.Selection(
        selection_add=CHECKS, ondelete={key: "cascade" for key, _label in CHECKS}
    )

    def _get_remedies(self):
        return {
            **super()._get_remedies(),
            "not_matched": self.env._("Reconcile them with the documents that they pay."),
            "members_past_due": self.env._("Collect them, or let the next settlement net them."),
        }
