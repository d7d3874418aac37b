from odoo import api, fields, models


class BusinessNetworkQuotaTransfer(models.Model):
    """A transfer of a quota in money is typed and shown as an amount of the plan's currency.

    The whole number of coins stays the truth. The amount of a transfer of quantities is zero.
    """

    _inherit = "business.network.quota.transfer"

    plan_kind = fields.Selection(related="plan_id.kind")
    plan_currency_id = fields.Many2one(related="plan_id.currency_id", string="Currency of the Plan")
    moved_amount = fields.Monetary(
        string="Quota Moved",
        compute="_compute_moved_amount",
        inverse="_inverse_moved_amount",
        currency_field="plan_currency_id",
        aggregator=None,
        help="How much of the quota in money moves.",
    )

    @api.depends("units", "plan_id.kind")
    def _compute_moved_amount(self):
        for transfer in self:
            plan = transfer.plan_id.sudo()
            in_money = plan.kind == "amount"
            transfer.moved_amount = plan._to_amount(transfer.units) if in_money else 0.0

    def _inverse_moved_amount(self):
        for transfer in self:
            amount = transfer.moved_amount
            if amount or transfer.plan_id.sudo().kind == "amount":
                transfer.units = transfer.from_quota_id._get_typed_coins(amount)

    @api.model_create_multi
    def create(self, vals_list):
        """Count the coins of amounts first: no transfer is written without units."""
        return super().create([self._with_coins(vals) for vals in vals_list])

    def _with_coins(self, vals):
        amount, quota_id = vals.get("moved_amount"), vals.get("from_quota_id")
        if not amount or not quota_id:
            return vals
        quota = self.env["business.network.quota"].browse(quota_id)
        return {**vals, "units": quota._get_typed_coins(amount)}
