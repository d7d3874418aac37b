from fractions import Fraction

from odoo import api, models
from odoo.addons.red_empresarial.engine.apportion import exact_weight
from odoo.addons.red_empresarial.tools.actions import open_records
from odoo.addons.red_empresarial.tools.quantities import from_exact
from odoo.exceptions import ValidationError
from odoo.tools.misc import formatLang

from .business_network_quota_money import SHARE_DECIMALS
from .business_network_quota_plan import MAXIMUM_UNITS


class BusinessNetworkQuotaPlan(models.Model):
    """A plan in money is written and shown in its currency; the engine counts its coins."""

    _inherit = "business.network.quota.plan"

    def _to_amount(self, coins):
        """An amount of the plan's currency of a number of coins, whole or not."""
        return from_exact(Fraction(coins) * self._get_unit_size())

    def _to_coins(self, amount):
        """Whole coins of an amount as it is typed."""
        return round(exact_weight(repr(amount)) / self._get_unit_size())

    def _show_units(self, units):
        if self.kind == "quantity":
            return super()._show_units(units)
        amount = self._to_amount(units)
        return formatLang(self.env, amount, digits=self.currency_id.decimal_places)

    def _format_units(self, units):
        """Quota units in a sentence: “110 units”, or the amount they are with its currency."""
        if self.kind == "quantity":
            return self.env._("%s units", self._format_exact(units))
        return f"{self.currency_id.name} {self._show_units(units)}"

    def _show_volume(self, quantity):
        if self.kind == "quantity":
            return super()._show_volume(quantity)
        return self._format_units(quantity / self._get_unit_size())

    def _describe_one_more_for(self, size, members):
        """Money has no quota unit: what grows is the last coin."""
        if self.kind == "quantity":
            return super()._describe_one_more_for(size, members)
        return self.env._(
            "One coin more (%(size)s) would go to %(members)s.", size=size, members=members
        )

    def _describe_one_more_for_nobody(self, size):
        if self.kind == "quantity":
            return super()._describe_one_more_for_nobody(size)
        return self.env._("One coin more (%s) would go to nobody: every cap binds.", size)

    def _show_share(self, share):
        """An exact fair share, or a difference to it; of money to four decimals."""
        if self.kind == "quantity":
            return str(share)
        return formatLang(self.env, self._to_amount(Fraction(share or 0)), digits=SHARE_DECIMALS)

    def action_open_quotas(self):
        """Amounts are never added to packages: those in money have a list of their own."""
        action = super().action_open_quotas()
        if self.kind == "quantity":
            return action
        return open_records(
            self.env,
            "red_empresarial_quota.business_network_quota_money_action",
            [("plan_id", "=", self.id)],
            context={"search_default_group_network": 1, "search_default_counted_once": 1},
        )

    @api.constrains("volume", "unit_size")
    def _check_volume(self):
        """What a column holds is a number of coins: the remedy of money is no larger unit."""
        for plan in self.filtered(lambda plan: plan.kind == "amount" and plan.volume):
            most = MAXIMUM_UNITS * plan._get_unit_size()
            if not plan._get_unit_size() <= plan._get_volume() <= most:
                raise ValidationError(
                    self.env._(
                        "%(plan)s is to share %(volume)s; a plan in money shares between "
                        "%(least)s and %(most)s. Plan a shorter period, or each product by "
                        "itself.",
                        plan=plan.display_name,
                        volume=plan._format_units(plan._get_volume() / plan._get_unit_size()),
                        least=plan._format_units(1),
                        most=plan._format_units(MAXIMUM_UNITS),
                    )
                )
        return super()._check_volume()
