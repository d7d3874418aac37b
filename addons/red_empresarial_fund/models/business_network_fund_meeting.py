from odoo import Command, api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("draft", "Collecting"),
    ("posted", "Collected"),
    ("closed", "Counted"),
    ("reversed", "Reversed"),
]


class BusinessNetworkFundMeeting(models.Model):
    """Collecting at the meeting: who is present, what each owes, what each pays.

    Collecting posts one cash entry for the whole meeting. Counting then closes the cash box: a
    difference is booked with its reason, and the next meeting starts from what was counted.
    """

    _name = "business.network.fund.meeting"
    _description = "Collection at a Meeting"
    _inherit = [
        "mail.thread",
        "business.network.auto.number.mixin",
        "business.network.action.state.mixin",
        "business.network.fund.access.mixin",
    ]
    _sequence_date_field = "date"
    _order = "date desc, id desc"
    _check_company_auto = True

    fund_id = fields.Many2one(
        "business.network.fund", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="fund_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="fund_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="fund_id.currency_id")
    date = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    treasurer_id = fields.Many2one(
        "res.partner",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Must be in office on the day of the meeting.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        string="Received In",
        compute="_compute_terms",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', allowed_journal_ids)]",
    )
    allowed_journal_ids = fields.Many2many(related="fund_id.cash_journal_ids")
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True
    )
    line_ids = fields.One2many(
        "business.network.fund.meeting.line", "meeting_id", string="Members", copy=False
    )
    amount_owed = fields.Monetary(string="Owed", compute="_compute_amounts")
    amount_received = fields.Monetary(string="Received", compute="_compute_amounts")
    move_ids = fields.One2many("account.move", "fund_meeting_id", string="Entries")
    note = fields.Text()

    @api.depends("fund_id", "date")
    def _compute_terms(self):
        for meeting in self:
            fund = meeting.fund_id
            if fund and meeting.date:
                meeting.treasurer_id = fund._get_treasurer(meeting.date)
            if meeting.journal_id not in fund.cash_journal_ids:
                meeting.journal_id = fund._get_usual_box()

    @api.depends("line_ids.amount_owed", "line_ids.amount_received", "line_ids.is_present")
    def _compute_amounts(self):
        for meeting in self:
            meeting.amount_owed = sum(meeting.line_ids.mapped("amount_owed"))
            meeting.amount_received = sum(meeting.line_ids.mapped("amount_received"))

    def write(self, vals):
        if self._get_terms() & vals.keys():
            self._check_collecting()
        return super().write(vals)

    def _get_terms(self):
        return {"fund_id", "date", "treasurer_id", "journal_id", "line_ids"}

    def _check_collecting(self):
        for meeting in self.filtered(lambda meeting: meeting.state != "draft"):
            raise UserError(
                self.env._(
                    "%s is collected, so it is not changed. Receive what comes later by "
                    "“Receive”, and reverse the entry of what was wrong.",
                    meeting.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        self._check_collecting()

    # -- collecting ----------------------------------------------------------------------------

    def action_load_members(self):
        """One line for each member on the day of the meeting that has none yet."""
        for meeting in self:
            meeting._check_state("draft")
            members = meeting.network_id.member_ids.filtered(
                lambda member, meeting=meeting: member._is_in_force(meeting.date)
            )
            meeting.line_ids = [
                Command.create({"member_id": member.id})
                for member in (members - meeting.line_ids.member_id).sorted(
                    lambda member: (member.sequence, member.id)
                )
            ]

    def action_receive_all(self):
        """Everybody who is present pays the whole of what is owed."""
        for meeting in self:
            meeting._check_state("draft")
            present = meeting.line_ids.filtered("is_present")
            if not present:
                raise UserError(
                    self.env._(
                        "Nobody is marked as present at %s. Mark who is there.", meeting.name
                    )
                )
            present.action_receive_whole()

    def action_collect(self):
        """Book what was received, in one entry, and close what the members owed with it."""
        self.check_access("write")
        for meeting in self:
            meeting._check_state("draft")
            lines = meeting.line_ids.filtered("amount_received")
            meeting._check_lines(lines)
            meeting.fund_id._check_in_office(meeting.treasurer_id, meeting.date)
            owed = {line: line.amount_owed for line in meeting.line_ids}
            meeting.fund_id._receive(
                [(line.member_id, line.amount_received, line.is_advance) for line in lines],
                meeting.journal_id,
                meeting.date,
                self.env._("Meeting %s", meeting.name),
                fund_meeting_id=meeting.id,
            )
            for line, amount in owed.items():
                line.sudo().amount_owed_then = amount
        self.sudo().write({"state": "posted"})

    def _check_lines(self, lines):
        self.ensure_one()
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing was received at %s. Write what the members pay, or press “Receive "
                    "All”.",
                    self.name,
                )
            )
        absent = lines.filtered(lambda line: not line.is_present)[:1]
        if absent:
            raise UserError(
                self.env._(
                    "%(member)s pays at %(meeting)s and is not marked as present. Mark it, or "
                    "receive its money by “Receive”.",
                    member=absent.member_id.display_name,
                    meeting=self.name,
                )
            )
        lines.member_id._check_in_force(self.date)

    def action_open_entries(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "domain": [("fund_meeting_id", "=", self.id)],
            "context": {"create": False},
        }
