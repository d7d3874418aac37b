from odoo import fields, models
from odoo.addons.red_empresarial.tools.minor_units import from_minor


class BusinessNetworkMonthEnd(models.TransientModel):
    """Goods of purchase rounds that members still have to be invoiced."""

    _inherit = "business.network.month.end"

    def _get_checks(self):
        checks = super()._get_checks()
        if self.network_id.policy != "principal":
            return checks
        return {**checks, "round_invoices": self._check_round_invoices()}

    def _check_round_invoices(self):
        """Rounds with a posted bill up to the end of the month that members were not invoiced.

        An invoice that is still a draft was not made for this: it charges nobody yet. The amount is
        what the invoices still to be made will charge, before tax.
        """
        pending = {
            purchase_round: purchase_round._get_pending_charges()
            for purchase_round in self._get_billed_rounds()
        }
        left = [
            purchase_round
            for purchase_round, charges in pending.items()
            if charges or "draft" in purchase_round._get_member_invoices().mapped("state")
        ]
        coins = sum(
            coins
            for charges in pending.values()
            for lines in charges.values()
            for coins, _quantity in lines.values()
        )
        return [
            {
                "model": "business.network.purchase.round",
                "domain": [("id", "in", [purchase_round.id for purchase_round in left])],
                "count": len(left),
                "amount": from_minor(coins, self.network_id.company_id.currency_id),
            }
        ]

    def _get_billed_rounds(self):
        """Rounds that are not distributed and have a posted bill up to the end of the month."""
        bills = [
            ("state", "=", "posted"),
            ("network_member_id", "=", False),
            ("date", "<=", self.date_to),
        ]
        return self.env["business.network.purchase.round"].search(
            [
                ("network_id", "=", self.network_id.id),
                ("state", "in", ("ordered", "received")),
                ("move_ids", "any", bills),
            ]
        )


class BusinessNetworkMonthEndLine(models.TransientModel):
    """Members' invoices of purchase rounds among what is looked at."""

    _inherit = "business.network.month.end.line"

    key = fields.Selection(
        selection_add=[("round_invoices", "Purchase rounds not invoiced to the members")],
        ondelete={"round_invoices": "cascade"},
    )

    def _get_remedies(self):
        return {
            **super()._get_remedies(),
            "round_invoices": self.env._("Press “Invoice the Members” and post the invoices."),
        }
