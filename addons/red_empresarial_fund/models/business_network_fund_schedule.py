from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.dues import next_due_date
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

FREQUENCIES = [
    ("once", "Once"),
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("monthly", "Every month"),
]
BASES = [
    ("member", "The same of each member"),
    ("share", "An amount for each share of the member"),
    ("weight", "A total, by the revenue weights of the agreement"),
]


class BusinessNetworkFundSchedule(models.Model):
    """What members pay regularly into a fund, and since when.

    The only thing about dues that is stored: what was asked, paid and is open are posted items.
    ``date_done`` is the day up to which the dues were asked; what was asked is never changed, a
    growing amount is a step that starts later.
    """

    _name = "business.network.fund.schedule"
    _description = "Dues of a Fund"
    _inherit = [
        "mail.thread",
        "business.network.action.state.mixin",
        "business.network.fund.access.mixin",
    ]
    _order = "fund_id, date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Concept", required=True, tracking=True, default=lambda self: self.env._("Dues")
    )
    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    basis = fields.Selection(BASES, required=True, default="member", tracking=True)
    amount = fields.Monetary(
        required=True,
        tracking=True,
        help="Asked each time: of each member, for each of its shares, or of all together when it "
        "is split by weights.",
    )
    frequency = fields.Selection(FREQUENCIES, required=True, default="monthly", tracking=True)
    date_from = fields.Date(
        string="First Due", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date(
        string="Last Due", tracking=True, help="No dues are asked after this day; empty is no end."
    )
    step_ids = fields.One2many("business.network.fund.schedule.step", "schedule_id", copy=True)
    exemption_ids = fields.One2many("business.network.fund.schedule.exemption", "schedule_id")
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Running"), ("ended", "Ended")],
        required=True,
        default="draft",
        copy=False,
        readonly=True,
        tracking=True,
    )
    date_done = fields.Date(
        string="Asked Up To", copy=False, readonly=True, help="Dues up to this day were asked."
    )
    date_next = fields.Date(
        string="Next Due", compute="_compute_date_next", store=True, index="btree_not_null"
    )
    move_ids = fields.One2many("account.move", "fund_schedule_id", string="Entries")
    move_count = fields.Integer(string="Times Asked", compute="_compute_move_count")

    _amount_positive = models.Constraint("CHECK(amount > 0)", "Dues must be above zero.")
    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "The last due cannot be before the first one.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"date_done"}

    @api.depends("state", "frequency", "date_from", "date_to", "date_done")
    def _compute_date_next(self):
        for schedule in self:
            schedule.date_next = schedule.state == "running" and next_due_date(
                schedule.date_from,
                schedule.frequency,
                schedule.date_done or None,
                schedule.date_to or None,
            )

    def _compute_move_count(self):
        counts = dict(
            self.env["account.move"]
            .sudo()
            ._read_group([("fund_schedule_id", "in", self.ids)], ["fund_schedule_id"], ["__count"])
        )
        for schedule in self:
            schedule.move_count = counts.get(schedule._origin, 0)

    @api.depends("name", "fund_id")
    def _compute_display_name(self):
        for schedule in self:
            schedule.display_name = f"{schedule.name} ({schedule.fund_id.display_name})"

    # -- life cycle ----------------------------------------------------------------------------

    def write(self, vals):
        if self._get_terms() & vals.keys():
            self._check_not_asked(vals)
        return super().write(vals)

    def _get_terms(self):
        """What was asked follows from these; they are fixed once dues were asked."""
        return {"fund_id", "basis", "amount", "frequency", "date_from"}

    def _check_not_asked(self, vals):
        for schedule in self.filtered("date_done"):
            current = schedule._convert_to_write({name: schedule[name] for name in vals})
            if any(
                fields.Date.to_date(vals[name]) != schedule[name]
                if name == "date_from"
                else vals[name] != current[name]
                for name in self._get_terms() & vals.keys()
            ):
                raise UserError(
                    self.env._(
                        "%(schedule)s was asked up to %(date)s. Add a step from a later day for "
                        "another amount; for other terms end it and make another one.",
                        schedule=schedule.display_name,
                        date=format_date(self.env, schedule.date_done),
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unasked(self):
        for schedule in self.filtered("date_done"):
            raise UserError(
                self.env._(
                    "%s was asked already and cannot be deleted. End it instead.",
                    schedule.display_name,
                )
            )

    @api.constrains("date_to", "date_done")
    def _check_end_not_asked(self):
        for schedule in self.filtered(lambda s: s.date_to and s.date_done):
            last = max(schedule.sudo().move_ids.mapped("fund_due_date"), default=schedule.date_to)
            if last > schedule.date_to:
                raise ValidationError(
                    self.env._(
                        "%(schedule)s was asked on %(date)s already, so that cannot be after the "
                        "last due.",
                        schedule=schedule.display_name,
                        date=format_date(self.env, last),
                    )
                )

    def action_start(self):
        """Ask these dues from now on, those of days that passed included, the next time it runs."""
        self.check_access("write")
        for schedule in self:
            schedule._check_state("draft", "ended")
            schedule.fund_id._check_not_archived(schedule.name)
            schedule.network_id._check_account_set("member_receivable_account_id")
        self.sudo().write({"state": "running"})

    def action_end(self):
        """Ask no more; what was asked stays owed."""
        self.check_access("write")
        for schedule in self:
            schedule._check_state("running")
        self.sudo().write({"state": "ended"})

    def action_ask_now(self):
        """Ask at once what is due up to today, without waiting for the daily run."""
        self.check_access("write")
        for schedule in self:
            schedule._check_state("running")
        return self.sudo()._ask_until(fields.Date.context_today(self))

    def action_open_entries(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dues Asked"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("fund_schedule_id", "=", self.id)],
            "context": {"create": False},
        }
