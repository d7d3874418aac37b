from fractions import Fraction

from odoo import models

COUNTED = {"quantity", "product_uom_id", "member_id", "sale_line_id"}


class BusinessNetworkAllocation(models.Model):
    """Allocations of confirmed joint sales consume the quotas of their members."""

    _inherit = "business.network.allocation"

    def _get_quota_quantity(self):
        """What this allocation consumes, exact, in reference units: less what was credited.

        A credit note gives its quantity back; one that only lowers the price took nothing.
        Invoicing it again takes it again.
        """
        self.ensure_one()
        allocated = self._get_exact_quantity(self.quantity)
        invoiced = [record._get_exact() for record in self.sudo().invoiced_ids]
        credited = -sum((quantity for quantity in invoiced if quantity < 0), Fraction(0))
        if not credited:
            return allocated
        return max(min(allocated, max(sum(invoiced), allocated - credited)), Fraction(0))

    def _after_create(self):
        result = super()._after_create()
        self._sync_quota()
        return result

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & COUNTED:
            self._sync_quota()
        return result

    def unlink(self):
        lines = self.env["business.network.quota.consumption"]._get_money_lines(
            self.sudo().sale_line_id
        )
        self._release_quota()
        result = super().unlink()
        lines.allocation_ids._sync_quota()  # a cent of one may be another's now
        return result

    def _sync_quota(self):
        """Count these allocations again where their order is confirmed."""
        sold = self.sudo().filtered(lambda a: a.sale_line_id.order_id.state == "sale")
        self.env["business.network.quota.consumption"]._sync(sold)

    def _release_quota(self):
        """Give back what these allocations hold, before they are removed."""
        rows = (
            self.env["business.network.quota.consumption"]
            .sudo()
            .search([("allocation_id", "in", self.ids)])
        )
        rows._release()
