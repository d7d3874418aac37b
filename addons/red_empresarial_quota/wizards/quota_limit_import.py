import re

from odoo import fields, models
from odoo.addons.red_empresarial.tools.quantities import convert_exact, to_exact
from odoo.exceptions import UserError

from .quota_limit_sheet import TITLES, QuotaLimitSheet


class BusinessNetworkQuotaLimitImport(models.TransientModel):
    """Loads claims, floors, weights and capacities of the members of a plan from a sheet.

    Whatever is wrong is listed with its line, column and remedy, and then nothing is loaded. Loaded
    twice it changes nothing. A capacity is declared for the period of the plan.
    """

    _name = "business.network.quota.limit.import"
    _inherit = "business.network.sheet.import.mixin"
    _description = "Import Limits and Capacities"

    plan_id = fields.Many2one("business.network.quota.plan", required=True, ondelete="cascade")
    approve = fields.Boolean(
        string="Approve Capacities", help="Count the capacities at once, without another look."
    )
    problem_ids = fields.One2many(
        "business.network.quota.limit.import.problem", "import_id", readonly=True
    )

    # -- the sheet to fill ---------------------------------------------------------------------

    def _get_template_name(self):
        name = re.sub(r"[^\w-]+", "-", self.plan_id.display_name or "")
        return f"{self.env._('Limits')}-{name}.xlsx"

    def _get_template(self):
        """The XLSX file: a row for each member, networks first, with what is set already."""
        plan = self.plan_id
        members = plan.quota_ids.sudo().member_id
        declared = plan._get_period_declarations(members).grouped("member_id")
        rows = [
            self._prepare_row(quota, declared.get(quota.member_id.sudo()))
            for quota in plan._get_ordered_quotas()
        ]
        titles = [get_text(self.env) for get_text in TITLES.values()]
        return self._write_template(self.env._("Limits"), titles, rows, frozen=2)

    def _prepare_row(self, quota, declared):
        latest = declared[:1] if declared else None
        in_money = self.plan_id.kind == "amount"
        return [
            quota.network_id.sudo().name,
            quota.member_id.sudo().display_name,
            (quota.floor_amount if in_money else quota.floor) or None,
            (quota.cap_amount if in_money else quota.cap) or None,
            quota.manual_weight,
            latest.quantity if latest else None,
            (latest.product_uom_id if latest else self.plan_id.product_uom_id).name or None,
        ]

    # -- loading -------------------------------------------------------------------------------

    def action_import(self):
        """Load the file and return to the plan; with anything wrong show what, load nothing."""
        self.ensure_one()
        self.problem_ids.unlink()
        plan = self.plan_id
        plan.check_access("write")
        self._check_open()
        sheet = QuotaLimitSheet(plan, self._read_table()).read_rows()
        if sheet.problems:
            return self._show_problems(sheet.problems)
        for quota, limits in sheet.limits.items():
            quota._update_changed(limits)
        declared = plan._declare_capacities(sheet.capacities)
        if self.approve:
            declared.action_approve()
        return {"type": "ir.actions.act_window_close"}

    def _check_open(self):
        plan = self.plan_id
        if plan.state != "draft" and not plan.in_revision:
            raise UserError(
                self.env._(
                    "The limits of %s are part of what was proposed. Set the plan back to draft, "
                    "or revise it once it runs.",
                    plan.display_name,
                )
            )


class BusinessNetworkQuotaLimitImportProblem(models.TransientModel):
    """What is wrong in one cell of a sheet of limits, and what to do about it."""

    _name = "business.network.quota.limit.import.problem"
    _inherit = "business.network.sheet.problem.mixin"
    _description = "Problem in a Sheet of Limits"

    import_id = fields.Many2one(
        "business.network.quota.limit.import", required=True, ondelete="cascade", index=True
    )


class BusinessNetworkQuotaPlan(models.Model):
    """Loading a plan's limits and capacities from a sheet."""

    _inherit = "business.network.quota.plan"

    def action_open_limit_import(self):
        """Open the import; a draft lists its members first, so that the template has them."""
        self.ensure_one()
        if self.state == "draft":
            self.action_load_members()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Limits and Capacities"),
            "res_model": "business.network.quota.limit.import",
            "view_mode": "form",
            "target": "new",
            "context": {"default_plan_id": self.id},
        }

    def _get_period_declarations(self, members):
        """Declarations of these members for the product and the very period, latest first.

        Refused and superseded ones do not count.
        """
        return (
            self.env["business.network.capacity"]
            .sudo()
            .search(
                [
                    ("member_id", "in", members.ids),
                    ("product_tmpl_id", "=", self.product_tmpl_id.id),
                    ("product_id", "=", self.product_id.id),
                    ("date_from", "=", self.date_from),
                    ("date_to", "=", self.date_to),
                    ("state", "in", ("draft", "declared", "approved")),
                ],
                order="id desc",
            )
        )

    def _declare_capacities(self, capacities):
        """Declare what members can deliver in the period; what is declared already is not again.

        Who runs the plan declares for the members of its networks; approving is up to these. A
        declaration that waits is replaced by what is said now.

        :param capacities: ``{member: (exact quantity, unit)}``
        :return: those of these members that wait for approval
        """
        self.ensure_one()
        self.check_access("write")
        Capacity = self.env["business.network.capacity"].sudo()
        members = self.env["business.network.member"].union(*capacities)
        latest = {c.member_id: c for c in self._get_period_declarations(members).sorted("id")}
        changed = [
            member
            for member, said in capacities.items()
            if member not in latest or not latest[member]._is_same(*said)
        ]
        Capacity.union(*(latest.get(member, Capacity) for member in changed))._withdraw()
        created = Capacity.create(
            [self._prepare_declaration(member, *capacities[member]) for member in changed]
        )
        kept = Capacity.union(*(latest[member] for member in capacities if member not in changed))
        waiting = created | kept.filtered(lambda capacity: capacity.state != "approved")
        waiting.action_declare()
        return waiting.sudo(False)

    def _prepare_declaration(self, member, quantity, uom):
        return {
            "member_id": member.id,
            "product_tmpl_id": self.product_tmpl_id.id,
            "product_id": self.product_id.id,
            "quantity": float(quantity),
            "product_uom_id": uom.id,
            "date_from": self.date_from,
            "date_to": self.date_to,
        }


class BusinessNetworkCapacity(models.Model):
    _inherit = "business.network.capacity"

    def _is_same(self, quantity, uom):
        """Whether it says this exact quantity, in whatever unit."""
        self.ensure_one()
        own = convert_exact(to_exact(self.quantity), self.product_uom_id, uom)
        return own == convert_exact(quantity, uom, uom)

    def _withdraw(self):
        """Remove those that nobody approved, as something else is declared in their place."""
        waiting = self.filtered(lambda capacity: capacity.state in ("draft", "declared"))
        waiting.action_reset_to_draft()
        waiting.unlink()
