from fractions import Fraction

from odoo import fields, models
from odoo.addons.red_empresarial.tools.quantities import to_exact
from odoo.tools import SQL


class BusinessNetworkQuotaFulfilment(models.Model):
    """What was delivered against each quota of plans in quantities: one row per quota.

    Quantities are in the unit of the plan, summed as exact numbers by the database. *Delivered* is
    what was accepted of deliveries whose allocation consumes the quota, as far as it does; *on
    time* what of it came by the delivery date its order promised, in the time zone of the company
    that keeps the books.

    ``score`` = delivered / held, at most 1, times the part on time of what had a promised date. It
    is measured against what is *held*, not consumed: what a shortfall gave back still counts.
    In a network of networks the two levels say the same deliveries: look at one of them.
    """

    _name = "business.network.quota.fulfilment"
    _description = "Fulfilment of a Quota"
    _auto = False
    _order = "date_from desc, plan_id, level, member_id"
    _rec_name = "member_id"

    quota_id = fields.Many2one("business.network.quota", readonly=True)
    plan_id = fields.Many2one("business.network.quota.plan", readonly=True)
    state = fields.Selection(related="plan_id.state")
    network_id = fields.Many2one("business.network", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    member_id = fields.Many2one("business.network.member", readonly=True)
    level = fields.Integer(readonly=True, aggregator=None)
    product_tmpl_id = fields.Many2one("product.template", string="Product", readonly=True)
    product_uom_id = fields.Many2one("uom.uom", string="Unit", readonly=True)
    date_from = fields.Date(readonly=True)
    date_to = fields.Date(readonly=True)
    planned = fields.Float(digits=(20, 6), readonly=True)
    held = fields.Float(digits=(20, 6), readonly=True, help="Planned, with what was transferred.")
    consumed = fields.Float(digits=(20, 6), readonly=True)
    delivered = fields.Float(digits=(20, 6), readonly=True, help="Delivered and accepted.")
    rejected = fields.Float(digits=(20, 6), readonly=True)
    promised = fields.Float(string="Delivered with a Promised Date", digits=(20, 6), readonly=True)
    on_time = fields.Float(string="Delivered on Time", digits=(20, 6), readonly=True)
    on_time_percent = fields.Float(
        string="On Time %",
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="Of what was accepted of orders with a delivery date. Empty without such orders.",
    )
    fulfilled_percent = fields.Float(
        string="Fulfilled %", digits=(16, 2), readonly=True, aggregator="avg"
    )
    score = fields.Float(digits=(16, 4), readonly=True, aggregator="avg")

    _depends = {
        "business.network.quota": [
            "plan_id", "member_id", "network_id", "company_id", "level", "units",
            "transferred_in", "transferred_out", "unit_quantity", "consumed_quantity",
        ],
        "business.network.quota.plan": [
            "kind", "product_tmpl_id", "product_uom_id", "date_from", "date_to", "state",
        ],
        "business.network.quota.consumption": ["quota_id", "allocation_id", "quantity"],
        "business.network.allocation": ["product_uom_id", "sale_line_id"],
        "business.network.delivery": [
            "allocation_id", "state", "date", "accepted_quantity", "rejected_quantity",
        ],
        "sale.order": ["commitment_date"],
    }  # fmt: skip

    @property
    def _table_query(self):
        return SQL(
            """
            WITH delivered AS (%(delivered)s)
            SELECT quota.id, quota.id AS quota_id, quota.plan_id, quota.network_id,
                   quota.company_id, quota.member_id, quota.level, plan.product_tmpl_id,
                   plan.product_uom_id, plan.date_from, plan.date_to,
                   quota.units * size.value AS planned,
                   size.held AS held,
                   quota.consumed_quantity / size.unit AS consumed,
                   COALESCE(delivered.accepted, 0) / size.unit AS delivered,
                   COALESCE(delivered.rejected, 0) / size.unit AS rejected,
                   COALESCE(delivered.promised, 0) / size.unit AS promised,
                   COALESCE(delivered.on_time, 0) / size.unit AS on_time,
                   100 * delivered.on_time / NULLIF(delivered.promised, 0) AS on_time_percent,
                   100 * COALESCE(delivered.accepted, 0) / size.unit / NULLIF(size.held, 0)
                       AS fulfilled_percent,
                   LEAST(COALESCE(delivered.accepted, 0) / size.unit / NULLIF(size.held, 0), 1)
                       * COALESCE(delivered.on_time / NULLIF(delivered.promised, 0), 1) AS score
              FROM business_network_quota quota
              JOIN business_network_quota_plan plan ON plan.id = quota.plan_id
              JOIN uom_uom uom ON uom.id = plan.product_uom_id
             CROSS JOIN LATERAL (
                   SELECT uom.factor::numeric AS unit,
                          quota.unit_quantity / uom.factor::numeric AS value,
                          (quota.units + quota.transferred_in - quota.transferred_out)
                              * quota.unit_quantity / uom.factor::numeric AS held
                   ) size
              LEFT JOIN delivered ON delivered.quota_id = quota.id
             WHERE plan.kind = 'quantity' AND plan.state IN ('running', 'closed')
            """,
            delivered=self._get_delivered(),
        )

    def _get_delivered(self):
        """What was delivered of the allocations that consume each quota, in reference units.

        Of each no more than it consumes: what was credited is given back, the last piece as the
        first.
        """
        return SQL(
            """
            SELECT part.quota_id,
                   SUM(LEAST(part.accepted, part.quantity)) AS accepted,
                   SUM(part.rejected) AS rejected,
                   SUM(LEAST(part.promised, part.quantity))
                       FILTER (WHERE part.promised IS NOT NULL) AS promised,
                   SUM(LEAST(part.on_time, part.quantity)) AS on_time
              FROM (%(parts)s) part
             GROUP BY part.quota_id
            """,
            parts=self._get_delivered_parts(),
        )

    def _get_delivered_parts(self):
        """What was delivered of each allocation, and what it consumes."""
        return SQL(
            """
            SELECT row.quota_id, row.quantity,
                   SUM(delivery.accepted_quantity * factor.value) AS accepted,
                   SUM(delivery.rejected_quantity * factor.value) AS rejected,
                   SUM(delivery.accepted_quantity * factor.value)
                       FILTER (WHERE sale.commitment_date IS NOT NULL) AS promised,
                   COALESCE(SUM(delivery.accepted_quantity * factor.value) FILTER (
                       WHERE delivery.date <= (sale.commitment_date AT TIME ZONE 'UTC'
                             AT TIME ZONE zone.name)::date), 0) AS on_time
              FROM business_network_quota_consumption row
              JOIN business_network_allocation allocation ON allocation.id = row.allocation_id
              JOIN uom_uom uom ON uom.id = allocation.product_uom_id
             CROSS JOIN LATERAL (SELECT uom.factor::numeric AS value) factor
              JOIN business_network_delivery delivery
                ON delivery.allocation_id = allocation.id AND delivery.state = 'done'
              JOIN sale_order_line line ON line.id = allocation.sale_line_id
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN (VALUES %(zones)s) zone (company_id, name)
                ON zone.company_id = sale.company_id
             GROUP BY row.id
            """,
            zones=SQL(", ").join(
                SQL("(%s, %s)", company.id, company._get_quota_timezone())
                for company in self.env["res.company"].sudo().search([])
            ),
        )

    def _get_score(self):
        """The score as an exact fraction; None for a quota of nothing."""
        self.ensure_one()
        held = to_exact(self.held)
        if not held:
            return None
        promised = to_exact(self.promised)
        on_time = to_exact(self.on_time) / promised if promised else Fraction(1)
        return min(to_exact(self.delivered) / held, Fraction(1)) * on_time
