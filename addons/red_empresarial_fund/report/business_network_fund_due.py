from odoo import fields, models
from odoo.tools import SQL

from ..models.account_move_line import ASKED, MOVEMENTS

AGES = [
    ("paid", "Paid"),
    ("not_due", "Not due yet"),
    ("1", "1 to 30 days late"),
    ("31", "31 to 60 days late"),
    ("61", "61 to 90 days late"),
    ("91", "More than 90 days late"),
]


class BusinessNetworkFundDue(models.Model):
    """What was asked of members, what they paid of it and since when the rest is late.

    One row per posted item of dues, fines, instalments of loans and shortages of events on the
    members' receivable account; a reversal is a row that takes back what was asked. Paid over asked
    is the compliance that a network's meetings look at.
    """

    _name = "business.network.fund.due"
    _description = "Dues and Fines of Members"
    _auto = False
    _order = "date_due desc, id desc"
    _rec_name = "label"

    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    date_due = fields.Date(string="Due On", readonly=True)
    fund_id = fields.Many2one("business.network.fund", readonly=True)
    network_id = fields.Many2one("business.network", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Member", readonly=True)
    movement = fields.Selection(MOVEMENTS, string="Kind", readonly=True)
    label = fields.Char(string="Concept", readonly=True)
    amount_asked = fields.Monetary(string="Asked", readonly=True)
    amount_paid = fields.Monetary(string="Paid", readonly=True)
    amount_on_time = fields.Monetary(
        string="Paid on Time", readonly=True, help="Up to the day on which it was due."
    )
    amount_taken_back = fields.Monetary(
        string="Taken Back",
        readonly=True,
        help="What was forgiven or reversed of it: neither paid nor open.",
    )
    amount_open = fields.Monetary(string="Open", readonly=True)
    age = fields.Selection(AGES, readonly=True)

    _depends = {
        "account.move.line": [
            "account_id",
            "amount_residual",
            "balance",
            "company_id",
            "date",
            "date_maturity",
            "fund_id",
            "fund_movement",
            "move_id",
            "name",
            "parent_state",
            "partner_id",
        ],
        "account.account": ["account_type"],
        "account.partial.reconcile": ["amount", "max_date"],
        "business.network.fund": ["network_id"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT due.*,
                   due.amount_asked - due.amount_open - due.amount_taken_back AS amount_paid,
                   CASE WHEN due.amount_open = 0 THEN 'paid'
                        WHEN due.days <= 0 THEN 'not_due'
                        WHEN due.days <= 30 THEN '1'
                        WHEN due.days <= 60 THEN '31'
                        WHEN due.days <= 90 THEN '61'
                        ELSE '91' END AS age
              FROM (%s) due
            """,
            self._get_item_query(),
        )

    def _get_item_query(self):
        return SQL(
            """
            SELECT item.id, item.move_id, COALESCE(item.date_maturity, item.date) AS date_due,
                   item.fund_id, fund.network_id, item.company_id,
                   item.company_currency_id AS currency_id, item.partner_id,
                   item.fund_movement AS movement, item.name AS label,
                   item.balance AS amount_asked, item.amount_residual AS amount_open,
                   SIGN(item.balance) * COALESCE((
                       SELECT SUM(part.amount) FROM account_partial_reconcile part
                        WHERE item.id IN (part.debit_move_id, part.credit_move_id)
                          AND part.max_date <= COALESCE(item.date_maturity, item.date)
                   ), 0) AS amount_on_time,
                   SIGN(item.balance) * COALESCE((
                       SELECT SUM(part.amount)
                         FROM account_partial_reconcile part
                         JOIN account_move_line other
                           ON other.id IN (part.debit_move_id, part.credit_move_id)
                        WHERE item.id IN (part.debit_move_id, part.credit_move_id)
                          AND other.id != item.id AND other.fund_movement = ANY(%(asked)s)
                   ), 0) AS amount_taken_back,
                   %(today)s::date - COALESCE(item.date_maturity, item.date) AS days
              FROM account_move_line item
              JOIN business_network_fund fund ON fund.id = item.fund_id
              JOIN account_account account ON account.id = item.account_id
             WHERE item.parent_state = 'posted' AND item.fund_movement = ANY(%(asked)s)
               AND account.account_type = 'asset_receivable'
            """,
            today=fields.Date.context_today(self),
            asked=list(ASKED),
        )

    def action_open_entry(self):
        self.ensure_one()
        return self.fund_id._show_entry(self.move_id)
