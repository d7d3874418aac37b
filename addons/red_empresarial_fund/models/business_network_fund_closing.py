from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_record, open_records
from odoo.exceptions import UserError
from odoo.tools import format_date
from odoo.tools.date_utils import end_of


class BusinessNetworkFund(models.Model):
    """Closing the months of a fund, one after the other, by signed statements."""

    _inherit = "business.network.fund"

    statement_ids = fields.One2many(
        "business.network.fund.statement", "fund_id", string="Monthly Statements"
    )
    date_open_month = fields.Date(
        string="Month to Close",
        compute="_compute_date_open_month",
        help="Last day of the first month that is not closed.",
    )

    @api.depends("date_closed")
    def _compute_date_open_month(self):
        for fund in self:
            fund.date_open_month = fund._get_open_month()

    def _get_open_month(self):
        """Last day of the first month that is not closed; False before the first movement."""
        self.ensure_one()
        if self.date_closed:
            return end_of(fields.Date.add(self.date_closed, days=1), "month")
        first = self._get_first_date() if self._origin else None
        return end_of(first, "month") if first else False

    def _get_first_date(self):
        """Date of the first posted movement; None without any."""
        self.ensure_one()
        ((first,),) = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("fund_id", "=", self._origin.id), ("parent_state", "=", "posted")],
                [],
                ["date:min"],
            )
        )
        return first or None

    is_closed_by_statement = fields.Boolean(
        string="Closed by a Statement", compute="_compute_is_closed_by_statement"
    )

    @api.depends("date_closed")
    def _compute_is_closed_by_statement(self):
        closed = self._get_last_closed()
        for fund in self:
            fund.is_closed_by_statement = fund._origin in closed

    def _get_last_closed(self):
        """``{fund: last day}`` of those that a signed statement closed."""
        return dict(
            self.env["business.network.fund.statement"]
            .sudo()
            ._read_group(
                [("fund_id", "in", self.ids), ("state", "=", "closed")],
                ["fund_id"],
                ["date_to:max"],
            )
        )

    def write(self, vals):
        if "date_closed" in vals:
            date = fields.Date.to_date(vals["date_closed"])
            self._check_not_reopened(date)
            if not self.env.su:
                self._check_closed_by_statement(date)
        return super().write(vals)

    def _check_closed_by_statement(self, date):
        """Raise UserError when a month would be closed by hand where signatures close them."""
        for fund, last in self._get_last_closed().items():
            if fund.sudo().date_closed != date:
                raise UserError(
                    self.env._(
                        "%(fund)s was closed up to %(date)s by a signed statement: later months "
                        "are closed in the same way. Press “Close the Month” on the fund.",
                        fund=fund.display_name,
                        date=format_date(self.env, last),
                    )
                )

    def _check_not_reopened(self, date):
        """Raise UserError when a month that was signed and closed would be open again."""
        for fund, last in self._get_last_closed().items():
            if not date or date < last:
                raise UserError(
                    self.env._(
                        "%(fund)s was closed up to %(date)s by a signed statement and is not "
                        "opened again. Reverse what was wrong, dated later.",
                        fund=fund.display_name,
                        date=format_date(self.env, last),
                    )
                )

    def _tell_changed_months(self):
        """Keep one activity per fund that names the signed months which the books contradict.

        Those of the last year; it goes away once the books say again what was signed.
        """
        activity_type = "red_empresarial_fund.activity_month_changed"
        closed = self.env["business.network.fund.statement"].search(
            [
                ("fund_id", "in", self.ids),
                ("state", "=", "closed"),
                ("date_to", ">=", fields.Date.subtract(fields.Date.context_today(self), years=1)),
            ],
            order="date_to",
        )
        changed = closed.filtered(lambda statement: statement._differs()).grouped("fund_id")
        for fund in self:
            months = changed.get(fund, closed.browse())
            text = ", ".join(statement._get_month_text() for statement in months)
            known = fund.activity_search([activity_type])
            if text and known[:1].summary == text:
                continue
            known.unlink()
            if text:
                fund.activity_schedule(
                    activity_type,
                    summary=text,
                    user_id=(fund.network_id.manager_id or self.env.user).id,
                )

    # -- actions -------------------------------------------------------------------------------

    def action_close_month(self):
        """Open the statement of the first month that is not closed, made if there is none."""
        self.ensure_one()
        self.check_access("write")
        date = self._get_open_month()
        if not date:
            raise UserError(
                self.env._(
                    "%s has no movement yet, so there is no month to close. Receive or post "
                    "something first.",
                    self.display_name,
                )
            )
        statement = self.statement_ids.filtered(lambda statement: statement.date_to == date)
        return open_record(statement or statement.create({"fund_id": self.id, "date_to": date}))

    def action_open_statements(self):
        return open_records(
            self.env,
            "red_empresarial_fund.business_network_fund_statement_action",
            [("fund_id", "in", self.ids)],
            context={"default_fund_id": self[:1].id},
        )

    def action_open_over_time(self):
        """The balance as a line over the months."""
        action = self.action_open_movements()
        views = {kind: view for view, kind in action.get("views", [])}
        kinds = ("graph", "list", "pivot")
        title = self.env._("Balance over Time")
        return {
            **action,
            "name": title,
            "display_name": title,
            "view_mode": ",".join(kinds),
            "views": [(views.get(kind, False), kind) for kind in kinds],
        }


class BusinessNetwork(models.Model):
    """Who presides a network."""

    _inherit = "business.network"

    def _get_member_in_role(self, role, date):
        """Members that hold an office on a day."""
        self.ensure_one()
        return self.member_ids.filtered(
            lambda member: member.role == role and member._is_in_force(date)
        )

    def _get_president(self, date):
        """Who signs for the network: its president, else who leads it."""
        self.ensure_one()
        presiding = self._get_member_in_role("president", date) or self._get_member_in_role(
            "leader", date
        )
        return presiding[:1].partner_id or self.leader_id
