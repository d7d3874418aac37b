from odoo import api, models


class BusinessNetworkAllocationInvoiced(models.Model):
    """A credit note gives quota back, and resetting it takes the quota again."""

    _inherit = "business.network.allocation.invoiced"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._get_credited()._sync_quota()
        return records

    def unlink(self):
        allocations = self._get_credited()
        result = super().unlink()
        allocations._sync_quota()
        return result

    def _get_credited(self):
        """Sale allocations of which something was credited: the others consume what they did."""
        allocations = self.sudo().allocation_id.filtered("sale_line_id")
        return allocations.filtered(lambda a: any(r.quantity < 0 for r in a.invoiced_ids))
