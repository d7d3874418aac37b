from odoo import fields, models


class BusinessNetworkFundLimit(models.Model):
    """Up to how much a person or a group may approve of one expense of a fund.

    A fund without limits leaves it to whoever manages its network; with any, who is in none of them
    approves nothing.
    """

    _name = "business.network.fund.limit"
    _description = "Approval Limit of a Fund"
    _inherit = "business.network.fund.access.mixin"
    _order = "fund_id, amount, id"

    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    user_id = fields.Many2one("res.users", ondelete="cascade", index="btree_not_null")
    group_id = fields.Many2one("res.groups", ondelete="cascade", index="btree_not_null")
    amount = fields.Monetary(string="Up To", required=True)

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "An approval limit must be above zero."
    )
    _user_or_group = models.Constraint(
        "CHECK((user_id IS NULL) != (group_id IS NULL))",
        "An approval limit is for a user or for a group.",
    )

    def _applies_to(self, user):
        self.ensure_one()
        return self.user_id == user or bool(self.group_id & user.all_group_ids)
