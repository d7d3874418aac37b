from collections import defaultdict

from odoo import models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..tools.minor_units import to_minor


class AccountMove(models.Model):
    """Allocated documents: weights of what they deduct, and members that left since they delivered.

    What a member delivered while it was one is invoiced and shared out to it whenever the invoice
    is made: leaving the network takes nothing of it away.
    """

    _inherit = "account.move"

    # -- members that left -----------------------------------------------------------------------

    def _check_sharing_members(self, members, portions):
        """Let pass who shares by what it delivered as a member, whatever its membership is now."""
        taken = self.sudo().invoice_line_ids.allocation_invoiced_ids.grouped(
            lambda record: record.allocation_id.member_id
        )
        for member, records in taken.items():
            if member not in members or not self._shares_by_delivery(member, portions):
                continue
            if records._is_delivered_in_membership():
                members -= member
            elif not member._is_in_force(self.date):
                self._raise_not_delivered(member, records)
        return super()._check_sharing_members(members, portions)

    def _shares_by_delivery(self, member, portions):
        """Whether nothing of this document is the member's by the agreement."""
        bases = self._get_delivered_bases()
        return all(
            portion["basis"] in bases for portion in portions if portion["by_member"].get(member)
        )

    def _get_delivered_bases(self):
        """Bases of portions that follow what each member delivered or received."""
        self.ensure_one()
        return ("allocation", "original")

    def _raise_not_delivered(self, member, taken):
        left = member.date_to
        raise ValidationError(
            self.env._(
                "%(document)s takes %(product)s of %(order)s that %(member)s did not deliver as a "
                "member of %(network)s (member from %(date_from)s to %(date_to)s). Write the day "
                "on which it was handed over on the delivery, or share what is left of its "
                "allocation again among the others.",
                document=self.display_name,
                network=self.network_id.name,
                date_from=format_date(self.env, member.date_from),
                date_to=format_date(self.env, left) if left else self.env._("today"),
                **taken.allocation_id[:1]._get_message_names(),
            )
        )

    # -- deductions ------------------------------------------------------------------------------

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
