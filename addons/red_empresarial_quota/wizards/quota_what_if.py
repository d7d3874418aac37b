from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.quantities import from_exact
from odoo.exceptions import UserError

ROWS_SHOWN = 500  # beyond, the table says the first level alone


class BusinessNetworkQuotaWhatIf(models.TransientModel):
    """A slider over volumes, and what each member would get at the one it stands on."""

    _name = "business.network.quota.what.if"
    _description = "What If the Volume Were"

    plan_id = fields.Many2one("business.network.quota.plan", required=True, ondelete="cascade")
    plan_state = fields.Selection(related="plan_id.state", string="State of the Plan")
    volume = fields.Float(
        digits=(20, 6),
        required=True,
        compute="_compute_volume",
        store=True,
        readonly=False,
        precompute=True,
    )
    minimum = fields.Float(digits=(20, 6), compute="_compute_range")
    maximum = fields.Float(digits=(20, 6), compute="_compute_range")
    step = fields.Float(digits=(20, 6), compute="_compute_range")
    unit_name = fields.Char(string="Unit", compute="_compute_range")
    table_html = fields.Html(string="Quotas", compute="_compute_table", sanitize=False)
    problem = fields.Char(compute="_compute_table")

    @api.depends("plan_id")
    def _compute_volume(self):
        for wizard in self:
            wizard.volume = wizard.plan_id.volume

    @api.depends("plan_id")
    def _compute_range(self):
        """From what is consumed, or one unit, to twice the volume of the plan."""
        for wizard in self:
            plan = wizard.plan_id
            size = plan._get_unit_size() if plan else 0
            wizard.step = from_exact(size)
            wizard.minimum = from_exact(max(plan._get_consumed(), size)) if plan else 0.0
            wizard.maximum = 2 * plan.volume
            wizard.unit_name = plan._get_unit_name() if plan else False

    @api.depends("plan_id", "volume")
    def _compute_table(self):
        for wizard in self:
            wizard.problem = wizard.table_html = False
            if not wizard.plan_id:
                continue
            try:
                found = wizard.plan_id.what_if(wizard.volume)
            except UserError as error:
                wizard.problem = str(error)
                continue
            if len(found["rows"]) > ROWS_SHOWN:
                found["rows"] = [row for row in found["rows"] if row["level"] == 1]
            most = max((row["then"] for row in found["rows"]), default=0)
            values = {
                "plan": wizard.plan_id,
                "in_money": wizard.plan_id.kind == "amount",
                "most": most or 1,
                "unit_name": wizard.unit_name,
            }
            wizard.table_html = self.env["ir.qweb"]._render(
                "red_empresarial_quota.quota_what_if_table", {**found, **values}
            )

    def action_use(self):
        """Take this volume over to the plan: a draft, or a revision of a running plan."""
        self.ensure_one()
        self.plan_id.use_volume(self.volume)
        return {"type": "ir.actions.act_window_close"}
