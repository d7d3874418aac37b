from odoo import fields, models
from odoo.tools import SQL

from ..models.account_move_line import MOVEMENTS

SECTIONS = [
    ("fund", "The fund"),
    ("cash", "Cash and bank"),
    ("members", "Owed by members"),
    ("other", "Elsewhere"),
]


class BusinessNetworkFundMovement(models.Model):
    """Movements of funds: a view over posted items that name one, and no second register.

    ``amount`` is what the item adds to its side: to the fund itself, to its cash and bank, to what
    members owe. The movements of the first side add up to the fund's balance.
    """

    _name = "business.network.fund.movement"
    _description = "Movement of a Fund"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "label"

    move_line_id = fields.Many2one("account.move.line", string="Journal Item", readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    date = fields.Date(readonly=True)
    fund_id = fields.Many2one("business.network.fund", readonly=True)
    network_id = fields.Many2one("business.network", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Member or Partner", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    movement = fields.Selection(MOVEMENTS, string="Kind", readonly=True)
    section = fields.Selection(SECTIONS, string="Where", readonly=True)
    label = fields.Char(readonly=True)
    amount = fields.Monetary(readonly=True)
    restriction = fields.Char(
        string="Restriction of Use",
        readonly=True,
        help="What the money was given for: of a donation or co-financing, and of what uses it.",
    )

    _depends = {
        "account.move": ["fund_gift_id", "fund_restriction"],
        "account.move.line": [
            "account_id",
            "balance",
            "company_id",
            "date",
            "fund_id",
            "fund_movement",
            "journal_id",
            "move_id",
            "name",
            "parent_state",
            "partner_id",
        ],
        "account.account": ["account_type"],
        "account.payment.method.line": ["payment_account_id"],
        "business.network.fund": ["account_id", "network_id"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT item.id, item.id AS move_line_id, item.move_id, item.date, item.fund_id,
                   fund.network_id, item.company_id, item.company_currency_id AS currency_id,
                   item.partner_id, item.account_id, item.journal_id,
                   item.fund_movement AS movement, item.name AS label,
                   CASE WHEN of_fund.it THEN 'fund'
                        WHEN account.account_type = 'asset_cash' OR item.account_id IN (
                            SELECT payment_account_id FROM account_payment_method_line
                             WHERE payment_account_id IS NOT NULL) THEN 'cash'
                        WHEN account.account_type = 'asset_receivable' THEN 'members'
                        ELSE 'other' END AS section,
                   CASE WHEN of_fund.it THEN -item.balance ELSE item.balance END AS amount,
                   COALESCE(gift.fund_restriction, move.fund_restriction) AS restriction
              FROM account_move_line item
              LEFT JOIN account_move move ON move.id = item.move_id
              LEFT JOIN account_move gift ON gift.id = move.fund_gift_id
              JOIN business_network_fund fund ON fund.id = item.fund_id
              JOIN account_account account ON account.id = item.account_id
             CROSS JOIN LATERAL (
                   SELECT item.account_id = fund.account_id
                          OR split_part(account.account_type, '_', 1) IN ('income', 'expense') AS it
                   ) of_fund
             WHERE item.parent_state = 'posted'
            """
        )

    def action_open_entry(self):
        self.ensure_one()
        return self.fund_id._show_entry(self.move_id)
