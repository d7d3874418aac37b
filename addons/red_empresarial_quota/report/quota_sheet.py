import base64

from odoo import fields, models
from odoo.addons.red_empresarial.tools.quantities import format_exact
from odoo.tools import format_date


class BusinessNetworkQuotaPlan(models.Model):
    """The plan as a file that a spreadsheet opens, for the assembly."""

    _inherit = "business.network.quota.plan"

    sheet_file = fields.Binary(compute="_compute_sheet_file", string="Excel File")

    def _compute_sheet_file(self):
        for plan in self:
            content = self.env["business.network.sheet"]._write_quota_plan(plan)
            plan.sheet_file = base64.b64encode(content)

    def _format_exact(self, number):
        """A quantity as the act prints it."""
        return format_exact(self.env, number)

    def action_download_sheet(self):
        """Download the quotas with weight, limits, fair share, units and consumption."""
        self.ensure_one()
        name = self.display_name.replace("/", "-")
        return self.env["business.network.sheet"]._get_download_action(self, "sheet_file", name)


class BusinessNetworkSheet(models.AbstractModel):
    """The sheet of a quota plan: every network followed by its members, exact parts as text."""

    _inherit = "business.network.sheet"

    def _write_quota_plan(self, plan):
        return self._write_book([(plan.name, self._write_quotas, plan)])

    def _write_quotas(self, sheet, formats, plan):
        period = self.env._(
            "From %(date_from)s to %(date_to)s · %(volume)s %(unit)s · not allocated: %(rest)s",
            date_from=format_date(self.env, plan.date_from),
            date_to=format_date(self.env, plan.date_to),
            volume=plan._format_exact(plan.volume),
            unit=plan._get_unit_name(),
            rest=plan._format_exact(plan.unallocated_volume),
        )
        texts = [plan.display_name, plan.network_id.name, period]
        if plan._is_explained():
            texts.append(plan._describe_one_more())
        row = self._write_heading(sheet, formats, self.env._("Quotas"), texts)
        get_columns = (
            self._get_quota_columns if plan.kind == "quantity" else self._get_money_columns
        )
        columns = [*get_columns(), *self._get_flat_columns(plan)]
        for number, (label, _kind, _value) in enumerate(columns):
            sheet.write_string(row, number, label, formats["head"])
        for offset, quota in enumerate(plan._get_ordered_quotas(), start=row + 1):
            for number, (_label, kind, get_value) in enumerate(columns):
                value = get_value(quota)
                self._write_value(sheet, formats, offset, number, value, kind, plan.currency_id)

    def _get_flat_columns(self, plan):
        """What one split over everybody would give, where that differs: else no column."""
        flat = plan.explain_flat_split() if plan._is_explained() else []
        other = {row["quota_id"]: row["flat"] for row in flat}
        if not other:
            return []
        label = self.env._("In one split over everybody")
        if plan.kind == "quantity":
            return [(label, "quantity", lambda quota: other.get(quota.id))]

        def get_amount(quota):
            return plan._to_amount(other[quota.id]) if quota.id in other else None

        return [(label, "money", get_amount)]

    def _get_quota_columns(self):
        """``[(label, type, function of a quota)]``; exact numbers are text."""
        return [
            (self.env._("Network"), "text", lambda quota: quota.network_id.sudo().name),
            (self.env._("Member"), "text", lambda quota: quota.member_id.sudo().display_name),
            (self.env._("Weight"), "text", lambda quota: quota.weight),
            (self.env._("Least"), "quantity", lambda quota: quota.applied_floor),
            (self.env._("Most"), "text", lambda quota: quota.applied_cap),
            (self.env._("Fair share"), "text", lambda quota: quota.fair_share),
            (self.env._("Units"), "quantity", lambda quota: quota.units),
            (self.env._("Difference"), "text", lambda quota: quota._get_difference()),
            (self.env._("Quantity"), "quantity", lambda quota: quota.planned_quantity),
            (self.env._("Transferred in"), "quantity", lambda quota: quota.transferred_in),
            (self.env._("Transferred out"), "quantity", lambda quota: quota.transferred_out),
            (self.env._("Consumed"), "quantity", lambda quota: quota.consumed_units),
            (self.env._("Remaining"), "quantity", lambda quota: quota.remaining_units),
            (self.env._("Facts"), "text", lambda quota: quota.fact_values or ""),
            (self.env._("Priority"), "text", lambda quota: quota.priority_text or ""),
        ]

    def _get_money_columns(self):
        """As :meth:`_get_quota_columns`, in amounts of the plan's currency."""
        return [
            (self.env._("Network"), "text", lambda quota: quota.network_id.sudo().name),
            (self.env._("Member"), "text", lambda quota: quota.member_id.sudo().display_name),
            (self.env._("Weight"), "text", lambda quota: quota.weight),
            (self.env._("Least"), "money", lambda quota: self._get_amount(quota, "applied_floor")),
            (self.env._("Most"), "money", lambda quota: self._get_amount(quota, "applied_cap")),
            (self.env._("Fair share"), "quantity", lambda quota: quota.fair_share_amount),
            (self.env._("Amount"), "money", lambda quota: quota.planned_amount),
            (self.env._("Difference"), "quantity", lambda quota: quota.difference_amount),
            (self.env._("Transferred in"), "money", lambda quota: quota.received_amount),
            (self.env._("Transferred out"), "money", lambda quota: quota.given_amount),
            (self.env._("Consumed"), "money", lambda quota: quota.consumed_amount),
            (self.env._("Remaining"), "money", lambda quota: quota.remaining_amount),
            (self.env._("Facts"), "text", lambda quota: quota.fact_values or ""),
            (self.env._("Priority"), "text", lambda quota: quota.priority_text or ""),
        ]

    def _get_amount(self, quota, name):
        """A limit that counted, as an amount; None for no limit."""
        if quota[name] in (False, ""):
            return None
        return quota.plan_id.sudo()._to_amount(int(quota[name]))
