from collections import defaultdict

from odoo import models

from ..tools.minor_units import to_minor


class AccountMove(models.Model):
    """Weights of what an allocated document deducts: advances and discounts."""

    _inherit = "account.move"

    def _weigh_by_basis(self, portion, terms):
        """An advance is deducted from whom it was given; a discount from who delivered."""
        basis, weights = super()._weigh_by_basis(portion, terms)
        if self.network_id.policy != "principal" or terms["agreement"].parent_id:
            return basis, weights
        if advances := portion["lines"]._get_deducted_advances():
            rows = advances.distribution_ids.filtered(lambda row: row.kind == "revenue")
            same = rows.filtered(lambda row: row.tax_id == portion["tax"])
            return "original", self._get_row_amounts(same or rows)
        if any(line._is_network_discount() for line in portion["lines"]):
            return "allocation", self._get_discounted_values(terms) or weights
        return basis, weights

    def _get_row_amounts(self, rows):
        """What each member got by ``rows``, in coins: given back in full it is zero to the cent."""
        amounts = defaultdict(int)
        for row in rows:
            amounts[row.member_id] += to_minor(row.amount_currency, row.currency_id)
        return {member: abs(amount) for member, amount in amounts.items()}

    def _get_discounted_values(self, terms):
        """What each member sells in this document before its discounts, in coins."""
        values = defaultdict(int)
        agreement = terms["agreement"]._get_weights("revenue")
        total = sum(agreement.values())
        by_weights = {member: weight / total for member, weight in agreement.items()}
        for line in self.invoice_line_ids.filtered(lambda line: line.price_subtotal > 0):
            shares = line._get_allocation_shares() or by_weights
            for member, share in shares.items():
                values[member] += to_minor(line.price_subtotal, self.currency_id) * share
        return values
