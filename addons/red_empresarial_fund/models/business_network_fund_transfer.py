from odoo import fields, models
from odoo.exceptions import UserError

from .business_network_fund import USE_FIELDS


class BusinessNetworkFund(models.Model):
    """To which other funds the money of a fund may go: what it may be used for goes with it."""

    _inherit = "business.network.fund"

    allows_transfer = fields.Boolean(
        string="Transfers to Other Uses",
        tracking=True,
        help="Its money may go to funds of the network that may be used for more than this one. "
        "Without it, a transfer reaches only funds whose uses this one has as well.",
    )

    def _check_may_give_to(self, target):
        """Raise UserError when money of this fund may not go to another one.

        A contributions fund gives to none that pays operating expenses, whatever its rules say.
        """
        self.ensure_one()
        if target.network_id != self.network_id:
            raise UserError(
                self.env._(
                    "%(fund)s and %(target)s are of different networks, and what the members of "
                    "one put together is not moved to the other. Choose a fund of %(network)s.",
                    fund=self.display_name,
                    target=target.display_name,
                    network=self.network_id.name,
                )
            )
        wider = target._get_uses() - self._get_uses()
        if self.allows_transfer and not (self.kind == "contributions" and target.allows_expense):
            return
        if wider:
            raise UserError(
                self.env._(
                    "%(fund)s may not be used for this: %(uses)s. %(target)s may, so no money goes "
                    "from one to the other. Choose a fund without that use, or, where its members "
                    "agreed and it is no contributions fund, allow “Transfers to Other Uses”.",
                    fund=self.display_name,
                    uses=", ".join(self._get_use_label(name) for name in sorted(wider)),
                    target=target.display_name,
                )
            )

    def _get_uses(self):
        """Names of the fields of what the fund may be used for."""
        self.ensure_one()
        return {name for name in USE_FIELDS.values() if self[name]}

    def _get_use_label(self, name):
        return self._fields[name]._description_string(self.env)
