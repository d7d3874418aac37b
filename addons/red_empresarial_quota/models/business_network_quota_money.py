from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import from_exact, to_exact
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .business_network_quota_plan import MAXIMUM_UNITS

SHARE_DECIMALS = 4  # of a fair share of money, which may be no whole number of coins


class BusinessNetworkQuota(models.Model):
    """Limits of money are typed, and all figures read, as amounts of the plan's currency.

    The whole numbers of coins stay the truth. The amounts of quotas in quantities are zero.
    """

    _inherit = "business.network.quota"

    floor_amount = fields.Monetary(
        string="Least Amount",
        compute="_compute_limit_amounts",
        inverse="_inverse_floor_amount",
        aggregator=None,
        help="Least that a quota in money may be.",
    )
    cap_amount = fields.Monetary(
        string="Most Amount",
        compute="_compute_limit_amounts",
        inverse="_inverse_cap_amount",
        aggregator=None,
        help="Most that a quota in money may be; zero for no limit.",
    )
    applied_cap_text = fields.Char(
        string="Limit That Counted",
        compute="_compute_shown_texts",
        help="Most it may hold, whether typed or of its capacity; empty for no limit.",
    )
    fair_share_amount = fields.Float(
        string="Fair Share (Amount)",
        digits=(20, SHARE_DECIMALS),
        compute="_compute_share_amounts",
        help="Before it is made whole coins: weighted max-min, to four decimals.",
    )
    difference_amount = fields.Float(
        string="Difference (Amount)",
        digits=(20, SHARE_DECIMALS),
        compute="_compute_share_amounts",
        help="The quota less the fair share: what making it coins, and floors, gave or took.",
    )
    planned_amount = fields.Monetary(compute="_compute_amounts")
    received_amount = fields.Monetary(
        string="Transferred In (Amount)", compute="_compute_amounts", aggregator=None
    )
    given_amount = fields.Monetary(
        string="Transferred Out (Amount)", compute="_compute_amounts", aggregator=None
    )
    consumed_amount = fields.Monetary(
        compute="_compute_amounts",
        help="Sold by confirmed orders, net of tax.",
    )
    remaining_amount = fields.Monetary(compute="_compute_amounts")

    # -- limits as they are typed --------------------------------------------------------------

    @api.depends("cap", "floor", "plan_id.kind")
    def _compute_limit_amounts(self):
        for quota in self:
            plan = quota.plan_id.sudo()
            in_money = plan.kind == "amount"
            quota.floor_amount = plan._to_amount(quota.floor) if in_money else 0.0
            quota.cap_amount = plan._to_amount(quota.cap) if in_money else 0.0

    def _inverse_floor_amount(self):
        self._write_limit("floor", "floor_amount")

    def _inverse_cap_amount(self):
        self._write_limit("cap", "cap_amount")

    def _write_limit(self, name, amount_name):
        """Keep the coins of an amount typed for a quota in money."""
        for quota in self:
            amount = quota[amount_name]
            if amount or quota.plan_id.sudo().kind == "amount":
                quota[name] = quota._get_typed_coins(amount)

    def _get_typed_coins(self, amount):
        """Whole coins of an amount typed for this quota.

        :raise UserError: it is in quantities
        :raise ValidationError: more coins than a column holds
        """
        self.ensure_one()
        plan = self.sudo().plan_id
        if plan.kind != "amount":
            raise UserError(
                self.env._("%s is in quantities. Write whole quota units.", plan.display_name)
            )
        coins = plan._to_coins(amount)
        if coins > MAXIMUM_UNITS:
            raise ValidationError(
                self.env._(
                    "What was written for %(member)s in %(plan)s is above %(most)s, the most a "
                    "plan in money holds. Write less, or zero for no limit.",
                    member=self.sudo().member_id.display_name,
                    plan=plan.display_name,
                    most=plan._format_units(MAXIMUM_UNITS),
                )
            )
        return coins

    # -- figures as they are read --------------------------------------------------------------

    @api.depends("applied_cap", "plan_id.kind")
    def _compute_shown_texts(self):
        for quota in self:
            plan, cap = quota.plan_id.sudo(), quota.applied_cap
            quota.applied_cap_text = plan._show_units(int(cap)) if cap else False

    @api.depends("units", "fair_share", "plan_id.kind")
    def _compute_share_amounts(self):
        for quota in self:
            plan, share = quota.plan_id.sudo(), Fraction(quota.fair_share or 0)
            in_money = plan.kind == "amount"
            quota.fair_share_amount = plan._to_amount(share) if in_money else 0.0
            quota.difference_amount = plan._to_amount(quota.units - share) if in_money else 0.0

    @api.depends("units", "transferred_in", "transferred_out", "consumed_quantity", "plan_id.kind")
    def _compute_amounts(self):
        for quota in self:
            coin = to_exact(quota.unit_quantity) if quota.plan_id.sudo().kind == "amount" else 0
            consumed = to_exact(quota.consumed_quantity) if coin else 0
            quota.planned_amount = from_exact(quota.units * coin)
            quota.received_amount = from_exact(quota.transferred_in * coin)
            quota.given_amount = from_exact(quota.transferred_out * coin)
            quota.consumed_amount = from_exact(consumed)
            quota.remaining_amount = from_exact(quota._get_held_units() * coin - consumed)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Amounts are added up by the database from the counters, so that they cannot differ."""
        parts = {
            "planned_amount": "%(units)s * %(coin)s",
            "consumed_amount": "%(consumed)s",
            "remaining_amount": "(%(units)s + %(taken)s - %(given)s) * %(coin)s - %(consumed)s",
        }
        if field_expr not in parts:
            return super()._field_to_sql(alias, field_expr, query)
        names = {
            "units": "units",
            "taken": "transferred_in",
            "given": "transferred_out",
            "coin": "unit_quantity",
            "consumed": "consumed_quantity",
        }
        columns = {
            key: super(BusinessNetworkQuota, self)._field_to_sql(alias, name, query)
            for key, name in names.items()
        }
        in_money = SQL(
            "EXISTS (SELECT 1 FROM business_network_quota_plan plan"
            " WHERE plan.id = %s AND plan.kind = 'amount')",
            super()._field_to_sql(alias, "plan_id", query),
        )
        amount = SQL(parts[field_expr], **columns)
        return SQL("(CASE WHEN %s THEN %s ELSE 0 END)", in_money, amount)
