from math import floor

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import to_exact
from odoo.exceptions import UserError


class BusinessNetworkQuota(models.Model):
    """What the members of a network gave back to it, and what each may give.

    A network's quota is split whole over its members. What one gives back, or what the network got
    from another, belongs to no member until it is given to one: that is the pool.

    Invariant, of a quota with quotas within: held = held within + pool, never below zero (a
    database constraint). Only transfers change it: a revision splits the units again and leaves
    what was transferred.
    """

    _inherit = "business.network.quota"
    _rec_names_search = ["member_id", "plan_id"]

    pool_units = fields.Integer(
        string="Of No Member",
        required=True,
        default=0,
        readonly=True,
        help="Units of this network that its members gave back or that it got from another one, "
        "and that it has given to none yet.",
    )
    given_ids = fields.One2many("business.network.quota.transfer", "from_quota_id")
    received_ids = fields.One2many("business.network.quota.transfer", "to_quota_id")

    _pool_not_negative = models.Constraint(
        "CHECK(pool_units >= 0)", "A network would give more units than its members gave back."
    )

    @api.depends("member_id", "plan_id")
    @api.depends_context("show_member_network")
    def _compute_display_name(self):
        """Who holds it, and of which plan: transfers are chosen among quotas of several."""
        for quota in self.sudo():
            quota.display_name = f"{quota.member_id.display_name} · {quota.plan_id.display_name}"

    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"pool_units"}

    def _get_left_units(self, waiting=0):
        """Whole units of its own level that are held and not consumed.

        :param waiting: exact quantity that will be consumed
        """
        self.ensure_one()
        size = to_exact(self.unit_quantity)
        return floor((self._get_remaining() - waiting) / size) if size else 0

    def _get_free_units(self, within=False):
        """Whole units that can be given to another quota.

        :param bool within: given by a network to one of its members: what its own orders consumed
            does not matter, as the network holds no less
        """
        self.ensure_one()
        if within:
            return self.pool_units
        left = self._get_left_units()
        return min(left, self.pool_units) if self.child_ids else left


class BusinessNetworkQuotaPlan(models.Model):
    _inherit = "business.network.quota.plan"

    def _write_quotas(self, results, nodes, members):
        self._check_levels_kept({members[path[:-1]] for path in members if len(path) > 1})
        return super()._write_quotas(results, nodes, members)

    def _check_levels_kept(self, parents):
        """Raise UserError where units moved and quotas within come or go: no pool counted them.

        :param parents: members that are to have quotas within
        """
        for quota in self.quota_ids.filtered(
            lambda q: q.transferred_in or q.transferred_out or q.pool_units
        ):
            divided = bool(quota.child_ids.filtered("weight"))  # others are only listed
            if quota.level == 1 and divided != (quota.member_id in parents):
                moved = (quota.given_ids | quota.received_ids).filtered(lambda t: t.state == "done")
                raise UserError(
                    self.env._(
                        "%(network)s holds %(held)s units of %(plan)s, %(units)s of its own: "
                        "%(transfers)s moved units, so quotas of its members are neither added "
                        "nor dropped. Reverse that first, or keep the basis within networks.",
                        network=quota.member_id.display_name,
                        held=quota._get_held_units(),
                        plan=self.display_name,
                        units=quota.units,
                        transfers=", ".join(moved.mapped("name")),
                    )
                )
