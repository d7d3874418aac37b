from markupsafe import Markup
from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_records
from odoo.tools import SQL, format_amount

from .account_move_line import WITH_COMPANY

NAMED = 5  # entries named in an activity


class BusinessNetworkFund(models.Model):
    """The three ties of a fund, and the entries that break one.

    1. ``fund``: what is on the fund's account are movements of the fund.
    2. ``members``: what members owe is closed by what they paid to the fund, or by a settlement.
    3. ``cash``: what is in the fund's cash, bank and wallet are movements of the fund.

    With each entry balanced within its fund (``entry``), they make the balance of the fund the
    money it has and is owed.
    """

    _inherit = "business.network.fund"

    broken_entry_count = fields.Integer(
        string="Entries That Break a Tie", compute="_compute_broken_entry_count"
    )

    def _compute_broken_entry_count(self):
        breaks = self._get_tie_breaks()
        for fund in self:
            broken = {move for _t, move, _a in breaks.get(fund._origin.id, ())}
            fund.broken_entry_count = len(broken)

    def _get_tie_breaks(self):
        """Entries that break a tie of these funds: ``{fund id: [(tie, move id, amount)]}``."""
        if not self.ids:
            return {}
        self.env.flush_all()
        breaks = {}
        queries = {
            "fund": self._get_fund_tie_query(),
            "members": self._get_member_tie_query(),
            "cash": self._get_cash_tie_query(),
            "entry": self._get_entry_tie_query(),
        }
        for tie, query in queries.items():
            for fund_id, move_id, amount in self.env.execute_query(query) if query else ():
                breaks.setdefault(fund_id, []).append((tie, move_id, float(amount)))
        return breaks

    def _get_fund_tie_query(self):
        """Items on the fund's account, or on that of its loans, that are of no or another fund.

        And those of this fund that lie on the account of another one: it is told to both.
        """
        return SQL(
            """
            SELECT fund.id, item.move_id, SUM(item.balance)
              FROM business_network_fund fund
              JOIN account_move_line item
                ON item.account_id IN (fund.account_id, fund.loan_account_id)
               AND item.company_id = fund.company_id
              JOIN account_move move ON move.id = item.move_id
             WHERE fund.id = ANY(%(funds)s) AND item.parent_state = 'posted' AND %(foreign)s
             GROUP BY fund.id, item.move_id
            HAVING SUM(item.balance) != 0
             UNION ALL
            SELECT item.fund_id, item.move_id, SUM(item.balance)
              FROM account_move_line item
             WHERE item.fund_id = ANY(%(funds)s) AND item.parent_state = 'posted'
               AND %(not_own)s AND EXISTS (
                   SELECT 1 FROM business_network_fund fund
                    WHERE fund.company_id = item.company_id
                      AND item.account_id IN (fund.account_id, fund.loan_account_id))
             GROUP BY item.fund_id, item.move_id
            HAVING SUM(item.balance) != 0
            """,
            funds=self.ids,
            foreign=self._get_foreign_condition(),
            not_own=self._get_not_own_condition(),
        )

    @api.model
    def _get_foreign_condition(self):
        """SQL of an ``item`` of a ``move`` that does not belong on an account of a ``fund``.

        It is of no fund: where several of a company share the account, the network of the entry
        says whose it should be. Or it is of one that does not use that account.
        """
        return SQL(
            """(
            item.fund_id IS NULL
            AND (move.network_id IS NULL OR move.network_id = fund.network_id)
            OR item.fund_id != fund.id AND %s
            )""",
            self._get_not_own_condition(),
        )

    @api.model
    def _get_not_own_condition(self):
        """SQL of an ``item`` that is not on an account of its own fund, nor of one of its loans."""
        return SQL(
            """
            NOT EXISTS (
                SELECT 1 FROM business_network_fund own
                 WHERE own.id = item.fund_id
                   AND item.account_id IN (own.account_id, own.loan_account_id))
            AND NOT EXISTS (
                SELECT 1 FROM business_network_fund_loan loan
                 WHERE loan.fund_id = item.fund_id AND loan.account_id = item.account_id)
            """
        )

    def _get_member_tie_query(self):
        """Entries of no settlement that closed what members owe, outside the fund or of others."""
        sides = [SQL.identifier(f"{side}_move_id") for side in ("debit", "credit")]
        return SQL(" UNION ALL ").join(
            SQL(
                """
                SELECT own.fund_id, other.move_id, SUM(part.amount)
                  FROM account_move_line own
                  JOIN account_partial_reconcile part ON part.%(own)s = own.id
                  JOIN account_move_line other ON other.id = part.%(other)s
                  JOIN account_move move ON move.id = other.move_id
                  JOIN account_account account ON account.id = own.account_id
                 WHERE own.fund_id = ANY(%(funds)s)
                   AND (other.fund_id IS DISTINCT FROM own.fund_id
                        OR account.account_type = 'asset_receivable'
                           AND other.partner_id IS DISTINCT FROM own.partner_id)
                   AND move.network_settlement_id IS NULL
                 GROUP BY own.fund_id, other.move_id
                """,
                own=own,
                other=other,
                funds=self.ids,
            )
            for own, other in (sides, sides[::-1])
        )

    def _get_cash_tie_query(self):
        """Items in the fund's cash that are of no fund, and cash of the fund that lies elsewhere.

        A journal may hold the money of several funds: then its items are of one of them, once a
        line of its bank statement is identified. Money in transit is cash, too; what left an
        account that the fund no longer uses, as it came, is not there.
        """
        boxes = self._get_boxes()
        if not boxes:
            return None
        return SQL(
            """
            WITH box (fund_id, account_id) AS (VALUES %(boxes)s)
            SELECT box.fund_id, item.move_id, SUM(item.balance)
              FROM box
              JOIN account_move_line item ON item.account_id = box.account_id
             WHERE box.fund_id = ANY(%(funds)s) AND item.parent_state = 'posted' AND %(strange)s
             GROUP BY box.fund_id, item.move_id
            HAVING SUM(item.balance) != 0
             UNION ALL
            SELECT item.fund_id, item.move_id, SUM(item.balance)
              FROM (SELECT fund_id, move_id, account_id, balance,
                           SUM(balance) OVER (
                               PARTITION BY fund_id, account_id, full_reconcile_id) AS held
                      FROM account_move_line
                     WHERE fund_id = ANY(%(funds)s) AND parent_state = 'posted') item
              JOIN account_account account ON account.id = item.account_id
             WHERE item.held != 0
               AND (account.account_type = 'asset_cash' OR item.account_id IN (
                   SELECT payment_account_id FROM account_payment_method_line
                    WHERE payment_account_id IS NOT NULL))
               AND NOT EXISTS (
                   SELECT 1 FROM box own
                    WHERE own.account_id = item.account_id AND own.fund_id = item.fund_id)
             GROUP BY item.fund_id, item.move_id
            HAVING SUM(item.balance) != 0
            """,
            boxes=SQL(", ").join(SQL("(%s, %s)", *box) for box in boxes),
            funds=self.ids,
            strange=self._get_strange_condition(),
        )

    @api.model
    def _get_strange_condition(self):
        """SQL of an ``item`` that lies in a ``box`` and is of none of the funds that use it."""
        return SQL(
            """
            NOT (item.fund_id IS NULL AND item.statement_line_id IS NOT NULL
                 AND COALESCE(item.fund_movement, '') = 'unidentified')
            AND NOT EXISTS (
                SELECT 1 FROM box own
                 WHERE own.account_id = item.account_id AND own.fund_id = item.fund_id)
            """
        )

    def _get_boxes(self):
        """Pairs of fund and account that holds its money, of all funds that share a journal."""
        sharing = self.sudo().with_context(active_test=False)
        sharing |= sharing.search([("cash_journal_ids", "in", sharing.cash_journal_ids.ids)])
        return sorted(
            {
                (fund.id, account.id)
                for fund in sharing
                for account in fund.cash_journal_ids._get_network_cash_accounts()
            }
        )

    def _get_entry_tie_query(self):
        """Entries whose items of the fund do not balance, but for what the company holds."""
        return SQL(
            """
            SELECT fund_id, move_id, SUM(balance)
              FROM account_move_line
             WHERE fund_id = ANY(%s) AND parent_state = 'posted'
               AND COALESCE(fund_movement, '') != ALL(%s)
             GROUP BY fund_id, move_id
            HAVING SUM(balance) != 0
            """,
            self.ids,
            list(WITH_COMPANY),
        )

    # -- telling -------------------------------------------------------------------------------

    @api.model
    def _cron_check_ties(self):
        """Leave an activity on each fund with a broken tie; take it back once all hold."""
        funds = self.search([("active", "in", (True, False))])
        breaks = funds._get_tie_breaks()
        for fund in funds:
            fund._tell_tie_breaks(breaks.get(fund.id, []))
        funds._tell_changed_months()

    def _tell_tie_breaks(self, breaks):
        """Keep one activity that names the entries; none when there are none."""
        self.ensure_one()
        activity_type = "red_empresarial_fund.activity_tie_broken"
        known = self.activity_search([activity_type])
        text = self._get_tie_text(breaks)
        if known and known[:1].note == text:
            return
        known.unlink()
        if breaks:
            self.activity_schedule(
                activity_type,
                note=text,
                user_id=(self.network_id.manager_id or self.env.user).id,
            )

    def _get_tie_text(self, breaks):
        """What is broken, as the HTML of an activity."""
        return Markup().join(Markup("<p>%s</p>") % line for line in self._name_breaks(breaks))

    def _name_breaks(self, breaks):
        """Sentences that name entries of ``(tie, move id, amount)``, for who reads no entries."""
        labels = {
            "fund": self.env._("on the account of a fund that it is not of"),
            "members": self.env._("closes what a member owes, and is of no fund or another member"),
            "cash": self.env._("in the fund's cash, and of no fund, or cash elsewhere"),
            "entry": self.env._("does not balance within the fund"),
        }
        moves = self.env["account.move"].sudo()
        lines = [
            f"{moves.browse(move_id).display_name}: {labels[tie]} "
            f"({format_amount(self.env, amount, self.currency_id)})"
            for tie, move_id, amount in sorted(breaks)[:NAMED]
        ]
        rest = len(breaks) - len(lines)
        return [*lines, self.env._("and %s more", rest)] if rest > 0 else lines

    def action_check_ties(self):
        """Open the entries that break a tie of these funds."""
        self.check_access("read")
        moves = {
            move_id
            for breaks in self._get_tie_breaks().values()
            for _tie, move_id, _amount in breaks
        }
        return open_records(
            self.env,
            "account.action_move_journal_line",
            [("id", "in", sorted(moves))],
            name=self.env._("Entries That Break a Tie"),
            context={"create": False},
        )

    def get_ties(self):
        """The broken ties of these funds, as plain values.

        :return: list of dicts ``{fund_id, tie, move_id, move, amount}``; empty when all hold
        """
        self.check_access("read")
        moves = self.env["account.move"].sudo()
        return [
            {
                "fund_id": fund_id,
                "tie": tie,
                "move_id": move_id,
                "move": moves.browse(move_id).name,
                "amount": amount,
            }
            for fund_id, breaks in self._get_tie_breaks().items()
            for tie, move_id, amount in breaks
        ]
