from odoo import api, fields, models
from odoo.tools import SQL, format_amount


class BusinessNetworkFundGift(models.Model):
    """Money that was given to a fund for one use: received for what, used, and what is left.

    One row per posted entry of a donation or co-financing that states a restriction. ``id`` is that
    of the entry; what was used are the posted items of the entries that name it. A reversal takes
    back what it reverses, on either side.
    """

    _name = "business.network.fund.gift"
    _description = "Money Given for One Use"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "restriction"

    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    date = fields.Date(readonly=True)
    fund_id = fields.Many2one("business.network.fund", readonly=True)
    network_id = fields.Many2one("business.network", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Received From", readonly=True)
    label = fields.Char(string="Concept", readonly=True)
    restriction = fields.Char(string="Restriction of Use", readonly=True)
    amount_received = fields.Monetary(string="Received", readonly=True)
    amount_used = fields.Monetary(string="Used", readonly=True)
    amount_left = fields.Monetary(string="Left", readonly=True)
    amount_promised = fields.Monetary(
        string="Approved", readonly=True, help="Approved for expenses that name it, and not paid."
    )
    amount_free = fields.Monetary(
        string="To Use", readonly=True, help="What is left and not approved yet."
    )

    _depends = {
        "account.move": [
            "date",
            "fund_gift_id",
            "fund_restriction",
            "ref",
            "reversed_entry_id",
            "state",
        ],
        "account.move.line": [
            "account_id",
            "balance",
            "fund_id",
            "fund_movement",
            "move_id",
            "parent_state",
            "partner_id",
        ],
        "business.network.fund": ["account_id", "company_id", "network_id"],
        "business.network.fund.expense": ["amount", "gift_id", "state"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT gift.*, gift.amount_received - gift.amount_used AS amount_left,
                   gift.amount_received - gift.amount_used - gift.amount_promised AS amount_free
              FROM (%s) gift
             WHERE gift.amount_received != 0 OR gift.amount_used != 0
            """,
            self._get_gift_query(),
        )

    def _get_gift_query(self):
        """Received, used and approved of each entry that states a restriction.

        Each of the three is looked up by an index on the entries: few of them are gifts.
        """
        return SQL(
            """
            SELECT given.id, given.id AS move_id, given.date, given.fund_id, fund.network_id,
                   fund.company_id, company.currency_id, given.partner_id, given.label,
                   given.restriction, given.amount - COALESCE((
                       SELECT SUM(item.balance)
                         FROM account_move back
                         JOIN account_move_line item ON item.move_id = back.id
                        WHERE back.reversed_entry_id = given.id AND back.state = 'posted'
                          AND item.account_id = fund.account_id AND item.fund_id = given.fund_id
                   ), 0) AS amount_received, COALESCE((
                       SELECT SUM(item.balance)
                         FROM account_move use
                         JOIN account_move_line item ON item.move_id = use.id
                        WHERE use.fund_gift_id = given.id AND use.state = 'posted'
                          AND item.account_id = fund.account_id AND item.fund_id = given.fund_id
                   ), 0) AS amount_used, COALESCE((
                       SELECT SUM(expense.amount) FROM business_network_fund_expense expense
                        WHERE expense.gift_id = given.id AND expense.state = 'approved'
                   ), 0) AS amount_promised
              FROM (%s) given
              JOIN business_network_fund fund ON fund.id = given.fund_id
              JOIN res_company company ON company.id = fund.company_id
            """,
            self._get_given_query(),
        )

    def _get_given_query(self):
        return SQL(
            """
            SELECT move.id, move.date, MIN(item.fund_id) AS fund_id,
                   MIN(item.partner_id) AS partner_id, MIN(item.name) AS label,
                   BTRIM(move.fund_restriction) AS restriction, -SUM(item.balance) AS amount
              FROM account_move move
              JOIN account_move_line item ON item.move_id = move.id
              JOIN business_network_fund fund
                ON fund.id = item.fund_id AND fund.account_id = item.account_id
             WHERE move.fund_restriction IS NOT NULL AND BTRIM(move.fund_restriction) != ''
               AND move.state = 'posted' AND item.fund_movement IN ('donation', 'cofinancing')
             GROUP BY move.id
            """
        )

    @api.depends("restriction", "partner_id", "amount_free")
    def _compute_display_name(self):
        for gift in self:
            name = " · ".join(filter(None, (gift.restriction, gift.partner_id.name)))
            left = format_amount(self.env, gift.amount_free or 0.0, gift.currency_id)
            gift.display_name = self.env._("%(gift)s (%(left)s to use)", gift=name, left=left)

    def _get_name(self):
        """What it was given for and by whom, for a sentence."""
        self.ensure_one()
        return " · ".join(filter(None, (self.restriction, self.partner_id.name)))

    def action_open_entry(self):
        self.ensure_one()
        return self.fund_id._show_entry(self.move_id)
