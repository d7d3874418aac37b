from collections import defaultdict

from odoo import models

from ...red_empresarial.tools.quantities import to_exact


class BusinessNetworkPurchaseRound(models.Model):
    """What the consolidation gave each member, as the purchase reads it."""

    _inherit = "business.network.purchase.round"

    def _get_allotments(self):
        """Quantities of the sent requests, ``{round product: [(member, Fraction)]}``."""
        self.ensure_one()
        found = defaultdict(list)
        lines = self.product_ids.request_line_ids.filtered(
            lambda line: line.request_id.state == "sent" and line.allotted_quantity > 0
        )
        for line in lines.sorted(lambda line: (line.member_id.sequence, line.member_id.id)):
            found[line.round_product_id].append((line.member_id, to_exact(line.allotted_quantity)))
        return dict(found)
