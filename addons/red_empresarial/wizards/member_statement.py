import base64

from odoo import api, fields, models
from odoo.exceptions import UserError


class BusinessNetworkMemberStatement(models.TransientModel):
    """A statement of a free period, for one member or several of a network.

    Opened from the network, its members, a settlement or the partner; shown on screen with links to
    every document, printed and written to a spreadsheet.
    """

    _name = "business.network.member.statement"
    _description = "Member Statement of a Period"
    _check_company_auto = True

    network_id = fields.Many2one(
        "business.network",
        required=True,
        compute="_compute_network_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    company_id = fields.Many2one(related="network_id.company_id")
    member_ids = fields.Many2many(
        "business.network.member",
        relation="business_network_member_statement_member_rel",
        column1="statement_id",
        column2="member_id",
        string="Members",
        domain="[('network_id', '=', network_id)]",
        help="Empty takes all members of the network.",
    )
    date_from = fields.Date(
        default=lambda self: fields.Date.start_of(fields.Date.context_today(self), "month"),
        help="Empty starts at the beginning.",
    )
    date_to = fields.Date(required=True, default=fields.Date.context_today)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    sheet_file = fields.Binary(compute="_compute_sheet_file", string="Excel File")

    _dates_ordered = models.Constraint(
        "CHECK(date_from IS NULL OR date_to >= date_from)",
        "The period of a statement cannot end before it starts.",
    )

    @api.depends("member_ids")
    def _compute_network_id(self):
        for statement in self:
            statement.network_id = statement.member_ids.network_id[:1] or statement.network_id

    @api.depends("network_id")
    def _compute_currency_id(self):
        for statement in self:
            statement.currency_id = statement.network_id.currency_id or (
                statement.currency_id or self.env.company.currency_id
            )

    @api.depends("network_id")
    def _compute_display_name(self):
        for statement in self:
            title = self.env._("Member Statements")
            statement.display_name = " · ".join(filter(None, (title, statement.network_id.name)))

    @api.depends("network_id", "member_ids", "date_from", "date_to", "currency_id")
    def _compute_preview(self):
        for statement in self:
            if not (statement.network_id and statement.date_to and statement.currency_id):
                statement.preview = False
                continue
            statement.preview = self.env["ir.qweb"]._render(
                "red_empresarial.statement_preview", {"statements": statement._get_statements()}
            )

    def _compute_sheet_file(self):
        for statement in self:
            content = self.env["business.network.sheet"]._write_statements(
                statement._get_statements()
            )
            statement.sheet_file = base64.b64encode(content)

    def _get_statements(self):
        """Statements of the chosen members, or of all of the network."""
        return [
            made
            for statement in self
            for made in self.env["business.network.statement"]._get_period_statements(
                statement._get_members(),
                statement.currency_id,
                statement.date_from,
                statement.date_to,
            )
        ]

    def _get_members(self):
        """Members of the network that were asked for, as the user may see them."""
        self.ensure_one()
        members = self.member_ids._origin or self.network_id.member_ids._origin
        return members.filtered(lambda member: member.network_id == self.network_id._origin)

    def _get_file_name(self):
        """Name of the file: who, and until when."""
        self.ensure_one()
        member = self._get_members()
        who = member.partner_id.name if len(member) == 1 else self.network_id.name
        title = self.env._("Member Statement")
        return f"{title} - {who} - {self.date_to}".replace("/", "-")

    # -- actions -------------------------------------------------------------------------------

    def action_print(self):
        self.ensure_one()
        return self.env.ref(
            "red_empresarial.business_network_period_statement_report"
        ).report_action(self)

    def action_download_sheet(self):
        self.ensure_one()
        return self.env["business.network.sheet"]._get_download_action(
            self, "sheet_file", self._get_file_name()
        )

    def action_open_distributions(self):
        """The rows behind the statement."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial.business_network_distribution_action"
        )
        domain = [
            ("member_id", "in", self._get_members().ids),
            ("currency_id", "=", self.currency_id.id),
            ("date", "<=", self.date_to),
        ]
        if self.date_from:
            domain.append(("date", ">=", self.date_from))
        action["domain"] = domain
        return action

    def action_open_items(self):
        """The journal items of the members' accounts in the period."""
        self.ensure_one()
        if not self._get_members():
            raise UserError(self.env._("%s has no members.", self.network_id.name))
        domain = [("date", "<=", self.date_to), ("currency_id", "=", self.currency_id.id)]
        if self.date_from:
            domain.append(("date", ">=", self.date_from))
        return self._get_members()._get_items_action(domain)
