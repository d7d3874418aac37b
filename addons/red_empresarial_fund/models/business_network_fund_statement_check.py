from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date
from odoo.tools.date_utils import start_of

NAMED = 5  # records named in one sentence


class BusinessNetworkFundStatement(models.Model):
    """What must be done in a month before its statement is signed, each with its remedy."""

    _inherit = "business.network.fund.statement"

    def _check_ready(self):
        """Raise UserError naming all that is left to do in the month."""
        self.ensure_one()
        obstacles = self._get_obstacles()
        if obstacles:
            raise UserError(
                self.env._(
                    "%(statement)s cannot be signed and closed yet:\n%(obstacles)s",
                    statement=self.display_name,
                    obstacles="\n".join(f"• {obstacle}" for obstacle in obstacles),
                )
            )

    def _get_obstacles(self):
        """Sentences about what is left to do, with the remedy; extend to add one."""
        self.ensure_one()
        statement = self.sudo()
        return [
            sentence
            for sentence in (
                statement._get_period_obstacle(),
                statement._get_meeting_obstacle(),
                statement._get_count_obstacle(),
                statement._get_uncounted_obstacle(),
                statement._get_expense_obstacle(),
                statement._get_due_obstacle(),
                statement._get_instalment_obstacle(),
                statement._get_draft_obstacle(),
                statement._get_tie_obstacle(),
            )
            if sentence
        ]

    def _get_period_obstacle(self):
        """The month is not over, is closed already, or an earlier one is not."""
        fund = self.fund_id
        if self.date_to > fields.Date.context_today(self):
            return self.env._(
                "the month ends on %s: sign it then", format_date(self.env, self.date_to)
            )
        if fund.date_closed and fund.date_closed >= self.date_to:
            return self.env._(
                "the fund is closed up to %s already: choose a later month",
                format_date(self.env, fund.date_closed),
            )
        earlier = self._get_date_from()
        if earlier < start_of(self.date_to, "month"):
            return self.env._(
                "%s is not closed: close it first",
                format_date(self.env, earlier, date_format="LLLL yyyy"),
            )
        return None

    def _name_some(self, names):
        names = list(names)
        rest = len(names) - NAMED
        more = [self.env._("%s more", rest)] if rest > 0 else []
        return ", ".join([*names[:NAMED], *more])

    def _get_meeting_obstacle(self):
        meetings = self._search_in_month("business.network.fund.meeting", "draft")
        return meetings and self.env._(
            "meetings that are not collected: %s. Collect them, or delete them",
            self._name_some(meetings.mapped("name")),
        )

    def _get_count_obstacle(self):
        """Cash that was counted with a difference, and nobody said why."""
        counted = self._search_in_month("business.network.fund.meeting", "posted").filtered(
            lambda meeting: (
                meeting.count_ids
                and not meeting.difference_reason
                and not meeting.currency_id.is_zero(meeting.amount_difference)
            )
        )
        return counted and self.env._(
            "cash counts with a difference and no reason: %s. Write the reason, and close the cash",
            self._name_some(
                f"{meeting.name} "
                f"({format_amount(self.env, meeting.amount_difference, meeting.currency_id)})"
                for meeting in counted
            ),
        )

    def _get_uncounted_obstacle(self):
        """Cash boxes that were not counted since the last meeting that filled them."""
        meetings = self._search_in_month("business.network.fund.meeting", "posted").filtered(
            lambda meeting: (
                meeting.journal_id.type == "cash"
                and meeting.date >= self._get_date_from()
                and not meeting.count_ids
                and not meeting._get_later_count()
            )
        )
        return meetings and self.env._(
            "cash that was not counted: %s. Count the cash of the last meeting of each box",
            self._name_some(meetings.mapped("name")),
        )

    def _get_expense_obstacle(self):
        expenses = self._search_in_month("business.network.fund.expense", "approved")
        return expenses and self.env._(
            "expenses approved and not paid: %s. Pay or refuse them, or date them in a later month",
            self._name_some(f"{expense.name} ({expense.purpose})" for expense in expenses),
        )

    def _search_in_month(self, model, *states):
        return self.env[model].search(
            [
                ("fund_id", "=", self.fund_id.id),
                ("state", "in", list(states)),
                ("date", "<=", self.date_to),
            ]
        )

    def _get_due_obstacle(self):
        schedules = self.env["business.network.fund.schedule"].search(
            [("fund_id", "=", self.fund_id.id), ("date_next", "<=", self.date_to)]
        )
        return schedules and self.env._(
            "dues that were not asked: %s. Press “Ask Now” there",
            self._name_some(schedules.mapped("name")),
        )

    def _get_instalment_obstacle(self):
        instalments = self.env["business.network.fund.loan.instalment"]
        waiting = instalments.search(
            [("fund_id", "=", self.fund_id.id), *instalments._get_due_domain(self.date_to)]
        )
        return waiting and self.env._(
            "instalments of loans that were not asked: %s. Press “Ask Now” on the loan; where they "
            "cannot be asked it says why",
            self._name_some(waiting.mapped("display_name")),
        )

    def _get_draft_obstacle(self):
        moves = self.env["account.move"].search(
            [
                ("line_ids.fund_id", "=", self.fund_id.id),
                ("state", "=", "draft"),
                ("date", "<=", self.date_to),
            ]
        )
        return moves and self.env._(
            "entries in draft: %s. Post or delete them",
            self._name_some(move.display_name for move in moves),
        )

    def _get_tie_obstacle(self):
        breaks = self.fund_id._get_tie_breaks().get(self.fund_id.id, ())
        moves = self.env["account.move"].browse({move_id for _tie, move_id, _amount in breaks})
        return moves and self.env._(
            "entries that break a tie of the fund: %s. Correct them",
            self._name_some(moves.sorted("date").mapped("display_name")),
        )
