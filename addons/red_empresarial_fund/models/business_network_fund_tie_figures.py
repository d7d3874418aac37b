from datetime import date

from odoo import fields, models
from odoo.tools import SQL

TIES = ("fund", "members", "cash")


class BusinessNetworkFund(models.Model):
    """The three ties of a fund as its page shows them: both figures, and whether they are one."""

    _inherit = "business.network.fund"

    tie_table = fields.Html(
        string="Ties",
        compute="_compute_tie_table",
        compute_sudo=True,
        sanitize=False,
        help="What the books say against what the movements of the fund say.",
    )

    def _compute_tie_table(self):
        rows = self._get_tie_rows()
        for fund in self:
            fund.tie_table = self.env["ir.qweb"]._render(
                "red_empresarial_fund.fund_ties",
                {"rows": rows.get(fund._origin, []), "currency": fund.currency_id},
            )

    def get_tie_figures(self):
        """The three ties of these funds, holding or not, as plain values.

        :return: list of dicts ``{fund_id, tie, books, movements, holds, entries}``; ``books`` is
            what accounts or open items say, ``movements`` what the items of the fund add up to,
            ``entries`` sentences that name what broke the tie
        """
        self.check_access("read")
        return [
            {"fund_id": fund.id, **{key: row[key] for key in row if key != "label"}}
            for fund, rows in self.sudo()._get_tie_rows().items()
            for row in rows
        ]

    def _get_tie_rows(self):
        """Rows of the table of ties, ``{fund: [row]}``; what does not balance is of the first."""
        funds = self._origin
        breaks, labels = funds._get_tie_breaks(), self._get_tie_labels()
        figures = funds._get_tie_figures()
        result = {}
        for fund in funds:
            broken = {}
            for tie, move_id, amount in breaks.get(fund.id, ()):
                key = "fund" if tie == "entry" else tie
                broken.setdefault(key, []).append((tie, move_id, amount))
            result[fund] = [
                {
                    "tie": tie,
                    "label": labels[tie],
                    "books": figures[fund][tie][0],
                    "movements": figures[fund][tie][1],
                    "holds": tie not in broken
                    and not fund.currency_id.compare_amounts(*figures[fund][tie]),
                    "entries": fund._name_breaks(broken.get(tie, [])),
                }
                for tie in TIES
            ]
        return result

    def _get_tie_labels(self):
        return {
            "fund": self.env._("The fund"),
            "members": self.env._("Owed by members"),
            "cash": self.env._("Cash and bank"),
        }

    def _get_tie_figures(self):
        """``{fund: {tie: (by the books, by its movements)}}``."""
        on_accounts, in_boxes = self._get_account_totals(), self._get_box_totals()
        outside = self._get_closed_outside()
        return {
            fund: {
                "fund": (fund._round(on_accounts.get(fund.id, 0.0)), fund.balance),
                "members": (
                    fund.owed_amount,
                    fund._round(fund.owed_amount + outside.get(fund.id, 0.0)),
                ),
                "cash": (fund._round(in_boxes.get(fund.id, 0.0)), fund.cash_amount),
            }
            for fund in self
        }

    def _get_account_totals(self):
        """What is on the account of each fund: its own items, and those that do not belong."""
        if not self.ids:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fund.id, -SUM(item.balance)
                  FROM business_network_fund fund
                  JOIN account_move_line item
                    ON item.account_id = fund.account_id AND item.company_id = fund.company_id
                  JOIN account_move move ON move.id = item.move_id
                 WHERE fund.id = ANY(%s) AND item.parent_state = 'posted'
                   AND (item.fund_id = fund.id OR %s)
                 GROUP BY fund.id
                """,
                self.ids,
                self._get_foreign_condition(),
            )
        )
        return {fund_id: float(amount) for fund_id, amount in rows}

    def _get_box_totals(self):
        """What is in the boxes of each fund: its own items, and those that do not belong."""
        boxes = self._get_boxes()
        if not boxes:
            return {}
        rows = self.env.execute_query(
            SQL(
                """
                WITH box (fund_id, account_id) AS (VALUES %(boxes)s)
                SELECT box.fund_id, SUM(item.balance)
                  FROM box
                  JOIN account_move_line item ON item.account_id = box.account_id
                 WHERE box.fund_id = ANY(%(funds)s) AND item.parent_state = 'posted'
                   AND (item.fund_id = box.fund_id OR %(strange)s)
                 GROUP BY box.fund_id
                """,
                boxes=SQL(", ").join(SQL("(%s, %s)", *box) for box in boxes),
                funds=self.ids,
                strange=self._get_strange_condition(),
            )
        )
        return {fund_id: float(amount) for fund_id, amount in rows}

    def _get_closed_outside(self):
        """What closed items of members from outside their fund and of no settlement."""
        closings = self._get_outside_closings(date.max)
        moves = self.env["account.move"].browse({move_id for _f, _p, move_id, _d, _a in closings})
        settled = set(moves.filtered("network_settlement_id").ids)
        totals = {}
        for fund_id, _partner, move_id, _date, amount in closings:
            if move_id not in settled:
                totals[fund_id] = totals.get(fund_id, 0.0) + amount
        return totals
