from fractions import Fraction
from math import ceil

from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import from_exact, to_exact
from odoo.exceptions import UserError
from odoo.tools import SQL

INPUTS = {"excluded", "manual_weight", "cap", "floor"}
RESULTS = {
    "plan_id",
    "parent_id",
    "member_id",
    "level",
    "units",
    "transferred_in",
    "transferred_out",
    "unit_quantity",
    "consumed_quantity",
    "consumed_units",
    "remaining_units",
    "network_id",
    "company_id",
    "product_tmpl_id",
    "date_from",
    "date_to",
    "position",
    "weight",
    "fair_share",
    "applied_cap",
    "applied_floor",
}


class BusinessNetworkQuota(models.Model):
    """What one member may fill of a plan, in whole quota units; in money in cents.

    ``consumed_quantity`` counts, in reference units, what the member's allocations of confirmed
    joint sales took. It is changed only together with the rows of
    ``business.network.quota.consumption`` and with this row locked.

    Invariants (a database constraint): consumed <= (units + transferred in - transferred out) x
    size of the unit. In a network of networks the quotas of a network's members are children of
    the network's quota; each level is consumed by the orders of its own network.
    """

    _name = "business.network.quota"
    _description = "Quota of a Member"
    _inherit = ["business.network.row.mixin", "business.network.action.state.mixin"]
    _log_access = False
    _order = "plan_id, level, network_id, id"
    _rec_name = "member_id"

    plan_id = fields.Many2one(
        "business.network.quota.plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    parent_id = fields.Many2one(
        "business.network.quota",
        string="Quota of the Network",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    child_ids = fields.One2many("business.network.quota", "parent_id", string="Quotas Within")
    level = fields.Integer(required=True, readonly=True, default=1, aggregator=None)
    member_id = fields.Many2one(
        "business.network.member", required=True, readonly=True, index=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(related="member_id.partner_id", string="Enterprise")
    sub_network_id = fields.Many2one(related="member_id.sub_network_id")
    network_id = fields.Many2one(related="member_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="member_id.company_id", store=True)
    product_tmpl_id = fields.Many2one(
        related="plan_id.product_tmpl_id", string="Product", store=True
    )
    date_from = fields.Date(related="plan_id.date_from", store=True)
    date_to = fields.Date(related="plan_id.date_to", store=True)
    state = fields.Selection(related="plan_id.state")
    in_revision = fields.Boolean(related="plan_id.in_revision")
    kind = fields.Selection(related="plan_id.kind")
    product_uom_id = fields.Many2one(related="plan_id.product_uom_id")
    currency_id = fields.Many2one(related="plan_id.currency_id")

    excluded = fields.Boolean(string="Left Out", help="Gets no more than its floor.")
    manual_weight = fields.Float(
        digits=(16, 6),
        required=True,
        default=1.0,
        aggregator=None,
        help="Counts where weights are by hand.",
    )
    cap = fields.Integer(
        string="Most",
        required=True,
        default=0,
        aggregator=None,
        help="In quota units; zero for no limit.",
    )
    floor = fields.Integer(
        string="Least", required=True, default=0, aggregator=None, help="In quota units."
    )

    weight = fields.Char(readonly=True, help="Exact: a whole number or a fraction.")
    applied_cap = fields.Char(readonly=True, help="Most it may hold; empty for no limit.")
    applied_floor = fields.Integer(readonly=True, aggregator=None)
    fair_share = fields.Char(
        readonly=True, help="Exact part before it is made whole units: weighted max-min."
    )
    # Required with a default: a CHECK with a NULL in it lets everything through.
    units = fields.Integer(string="Planned", required=True, default=0, readonly=True)
    transferred_in = fields.Integer(required=True, default=0, readonly=True)
    transferred_out = fields.Integer(required=True, default=0, readonly=True)
    unit_quantity = fields.Float(
        digits=(24, 6),
        required=True,
        readonly=True,
        aggregator=None,
        help="Reference units in a quota unit.",
    )
    consumed_quantity = fields.Float(
        digits=(24, 6),
        required=True,
        default=0.0,
        readonly=True,
        aggregator=None,
        help="In reference units.",
    )
    consumption_ids = fields.One2many("business.network.quota.consumption", "quota_id")
    consumed_units = fields.Float(
        string="Consumed", digits=(16, 6), compute="_compute_remaining_units", store=True
    )
    remaining_units = fields.Float(
        string="Remaining", digits=(16, 6), compute="_compute_remaining_units", store=True
    )
    consumed_percent = fields.Float(string="Consumed %", compute="_compute_quantities")
    planned_quantity = fields.Float(
        digits=(20, 6), compute="_compute_quantities", help="In the unit of the plan."
    )
    remaining_quantity = fields.Float(
        digits=(20, 6), compute="_compute_quantities", help="In the unit of the plan."
    )
    difference = fields.Float(
        digits=(16, 6),
        compute="_compute_difference",
        help="Units less the exact fair share: what making them whole, and floors, gave or took.",
    )

    _member_unique = models.UniqueIndex(
        "(plan_id, member_id)", "A member has one quota in each plan."
    )
    _not_negative = models.Constraint(
        "CHECK(units >= 0 AND transferred_in >= 0 AND transferred_out >= 0"
        " AND consumed_quantity >= 0 AND manual_weight >= 0 AND cap >= 0 AND floor >= 0)",
        "Quotas, weights, limits and what is consumed of them cannot be negative.",
    )
    _consumed_within_held = models.Constraint(
        "CHECK(consumed_quantity"
        " <= (units + transferred_in - transferred_out)::numeric * unit_quantity)",
        "More of a quota would be consumed than the member holds.",
    )

    @api.depends("units", "transferred_in", "transferred_out", "unit_quantity", "consumed_quantity")
    def _compute_remaining_units(self):
        for quota in self:
            size = to_exact(quota.unit_quantity)
            consumed = to_exact(quota.consumed_quantity) / size if size else Fraction(0)
            quota.consumed_units = from_exact(consumed)
            quota.remaining_units = from_exact(quota._get_held_units() - consumed)

    @api.depends("units", "transferred_in", "transferred_out", "consumed_quantity")
    def _compute_quantities(self):
        for quota in self:
            held, size = quota._get_held_units(), to_exact(quota.unit_quantity)
            consumed = to_exact(quota.consumed_quantity)
            plan = quota.plan_id.sudo()
            quota.consumed_percent = float(100 * consumed / (held * size)) if held * size else 0.0
            quota.planned_quantity = plan._from_reference(quota.units * size)
            quota.remaining_quantity = plan._from_reference(held * size - consumed)

    @api.depends("units", "fair_share")
    def _compute_difference(self):
        for quota in self:
            quota.difference = from_exact(Fraction(quota._get_difference()))

    def _get_difference(self):
        """Units less the exact fair share, exact, as text."""
        self.ensure_one()
        return str(self.units - Fraction(self.fair_share or 0))

    def _get_held_units(self):
        self.ensure_one()
        return self.units + self._get_moved_units()

    def _get_moved_units(self):
        """Units received less units given."""
        return self.transferred_in - self.transferred_out

    def _get_remaining(self):
        """What is left, exact, in reference units (money: in the currency)."""
        held = self._get_held_units() * to_exact(self.unit_quantity)
        return held - to_exact(self.consumed_quantity)

    def _get_least_units(self):
        """Units a revision leaves at least: what is consumed or given away cannot be taken."""
        self.ensure_one()
        size = to_exact(self.unit_quantity)
        consumed = ceil(to_exact(self.consumed_quantity) / size) if size else 0
        return max(consumed + self.transferred_out - self.transferred_in, 0)

    def _lock(self):
        """Lock these rows, always in the same order; a second transaction waits here.

        Once the first one commits, the server retries the second, which then finds what is left.
        """
        if self:
            self.flush_recordset()
            self.env.execute_query(
                SQL(
                    "SELECT id FROM business_network_quota WHERE id IN %s ORDER BY id FOR UPDATE",
                    tuple(self.ids),
                )
            )

    @api.model
    def _get_guarded_fields(self):
        return RESULTS

    def _raise_guarded(self):
        raise UserError(
            self.env._(
                "The quotas of %s come from its plan and its sales. Change weights, caps or "
                "floors and propose the plan again.",
                self[:1].plan_id.display_name or self._description,
            )
        )

    def write(self, vals):
        if vals.keys() & INPUTS:
            for plan in self.plan_id.filtered(lambda p: p.state != "draft" and not p.in_revision):
                raise UserError(
                    self.env._(
                        "The caps, floors and weights of %s are part of what was proposed. Set "
                        "the plan back to draft, or revise it once it runs.",
                        plan.display_name,
                    )
                )
        return super().write(vals)

    def action_open_consumption(self):
        """Open the allocations that consumed this quota."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial_quota.business_network_quota_consumption_action"
        )
        return {**action, "domain": [("quota_id", "=", self.id)]}
