from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _check_attributable(self):
        """Goods kept in stock have no owner among the members yet: their cost would move twice."""
        for line in self.filtered("product_id.is_storable"):
            line._raise_not_attributable(
                self.env._(
                    "is a product kept in stock, whose ownership among the members is not kept "
                    "yet. Use a product that is not tracked in the inventory."
                )
            )
        return super()._check_attributable()
