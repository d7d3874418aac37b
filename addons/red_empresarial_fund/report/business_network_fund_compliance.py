from odoo import fields, models
from odoo.tools import SQL

from .business_network_fund_due import BusinessNetworkFundDue


class BusinessNetworkFundCompliance(models.Model):
    """What each member paid of the dues of a month: asked, paid, paid on time, in percent.

    A view over the dues, by fund, member and month in which they were due; what was reversed or
    forgiven was not asked. The fund's ``get_compliance`` says the same of a period.
    """

    _name = "business.network.fund.compliance"
    _description = "Dues Paid by Member and Month"
    _auto = False
    _order = "month desc, partner_id, id"
    _rec_name = "partner_id"
    _depends = BusinessNetworkFundDue._depends

    fund_id = fields.Many2one("business.network.fund", readonly=True)
    network_id = fields.Many2one("business.network", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Member", readonly=True)
    month = fields.Date(readonly=True, help="In which the dues were due; its first day.")
    amount_asked = fields.Monetary(string="Asked", readonly=True)
    amount_paid = fields.Monetary(string="Paid", readonly=True)
    amount_on_time = fields.Monetary(
        string="Paid on Time", readonly=True, help="Up to the day on which it was due."
    )
    rate = fields.Float(
        string="Paid (%)",
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="Paid in percent of asked; of several months or members, of all of them together.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(due.id) AS id, due.fund_id, due.network_id, due.company_id,
                   due.currency_id, due.partner_id,
                   DATE_TRUNC('month', due.date_due)::date AS month,
                   SUM(due.amount_asked) AS amount_asked,
                   SUM(due.amount_asked - due.amount_open) AS amount_paid,
                   SUM(due.amount_on_time) AS amount_on_time,
                   ROUND(100.0 * SUM(due.amount_asked - due.amount_open)
                         / SUM(due.amount_asked), 2) AS rate
              FROM (%s) due
             WHERE due.movement = 'dues'
             GROUP BY due.fund_id, due.network_id, due.company_id, due.currency_id,
                      due.partner_id, DATE_TRUNC('month', due.date_due)
            HAVING SUM(due.amount_asked) != 0
            """,
            self.env["business.network.fund.due"]._get_item_query(),
        )

    def _read_group_select(self, aggregate_spec, query):
        """The rate of a group is that of its sums: who is asked more weighs more."""
        if aggregate_spec != "rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "ROUND(100.0 * SUM(%s) / NULLIF(SUM(%s), 0), 2)",
            self._field_to_sql(self._table, "amount_paid", query),
            self._field_to_sql(self._table, "amount_asked", query),
        )
