from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class BusinessNetworkMember(models.Model):
    """Membership of a partner (in a network of networks: of a network) over a span of dates."""

    _name = "business.network.member"
    _description = "Member of a Business Network"
    _order = "network_id, sequence, id"
    _rec_name = "partner_id"
    _check_company_auto = True

    network_id = fields.Many2one("business.network", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    network_tier = fields.Selection(related="network_id.tier")
    sequence = fields.Integer(default=10)
    partner_id = fields.Many2one(
        "res.partner",
        string="Member",
        required=True,
        index=True,
        ondelete="restrict",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    sub_network_id = fields.Many2one(
        "business.network",
        string="Member Network",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("tier", "=", "first")],
        help="In a network of networks: the network this membership stands for.",
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date(help="Last day of the membership; empty while it lasts.")
    state = fields.Selection(
        [("future", "Joins later"), ("active", "Active"), ("left", "Left")],
        compute="_compute_state",
        search="_search_state",
    )
    role = fields.Selection(
        [
            ("member", "Member"),
            ("leader", "Leader"),
            ("president", "President"),
            ("secretary", "Secretary"),
            ("treasurer", "Treasurer"),
        ],
        required=True,
        default="member",
    )
    capacity = fields.Float(
        digits="Product Unit", help="What the member can deliver per month, in its usual unit."
    )
    capacity_uom_id = fields.Many2one("uom.uom", string="Capacity Unit")
    recovers_input_tax = fields.Boolean(
        default=True,
        help="Untick for a member whose tax regime gives no right to input tax credit: its share "
        "of the tax is then part of its cost.",
    )
    document_tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes of Its Documents",
        domain=[("type_tax_use", "=", "purchase")],
        check_company=True,
        help="Taxes of the documents the member gives to the books' company. Empty takes the "
        "default of the operating form.",
    )
    documents_untaxed = fields.Boolean(
        help="The member's documents carry no tax whatever the default is.",
    )

    document_kind = fields.Selection(
        [
            ("own_invoice", "The member's own invoice"),
            ("self_billed", "Self-billed purchase"),
        ],
        string="Gives",
        help="What this member gives for its share where members differ, such as those without a "
        "tax id. Empty follows the operating form.",
    )

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "A membership cannot end before it starts.",
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(network_id, network_id, '[]') WITH &&, "
        "int4range(partner_id, partner_id, '[]') WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&)",
        "The same partner cannot be twice a member of one network on the same day.",
    )
    _capacity_not_negative = models.Constraint(
        "CHECK(capacity >= 0)", "A capacity cannot be negative."
    )

    @api.depends("sub_network_id")
    def _compute_partner_id(self):
        for member in self.filtered("sub_network_id"):
            member.partner_id = member.sub_network_id._get_representative()

    @api.depends("date_from", "date_to")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for member in self:
            if member.date_to and member.date_to < today:
                member.state = "left"
            elif member.date_from and member.date_from > today:
                member.state = "future"
            else:
                member.state = "active"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        domains = {
            "left": [("date_to", "<", today)],
            "future": [("date_from", ">", today)],
            "active": [
                ("date_from", "<=", today),
                "|",
                ("date_to", "=", False),
                ("date_to", ">=", today),
            ],
        }
        return fields.Domain.OR([domains[state] for state in value if state in domains])

    @api.depends("partner_id", "sub_network_id")
    def _compute_display_name(self):
        for member in self:
            member.display_name = member.sub_network_id.name or member.partner_id.display_name

    def write(self, vals):
        if "network_id" in vals:  # rules look at the network it leaves, not at the one it enters
            self.env["business.network"].browse(vals["network_id"]).check_access("write")
        return super().write(vals)

    @api.constrains("sub_network_id", "network_id")
    def _check_tier(self):
        for member in self:
            if member.network_id.tier == "first" and member.sub_network_id:
                raise ValidationError(
                    self.env._(
                        "%(network)s is a network of enterprises, so %(member)s cannot be its "
                        "member. Make %(network)s a network of networks first.",
                        network=member.network_id.name,
                        member=member.sub_network_id.name,
                    )
                )
            if member.sub_network_id == member.network_id:
                raise ValidationError(
                    self.env._("%s cannot be a member of itself.", member.network_id.name)
                )

    @api.constrains("partner_id")
    def _check_commercial_partner(self):
        """Journal items are of the company, so a contact of it would have an empty account."""
        for member in self.filtered(lambda member: not member.sub_network_id):
            company = member.partner_id.commercial_partner_id
            if company != member.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s, in whose name the books are "
                        "kept. Make %(company)s the member of %(network)s.",
                        contact=member.partner_id.name,
                        company=company.display_name,
                        network=member.network_id.name,
                    )
                )

    def _get_document_kind(self):
        """Kind of document this member gives for its share.

        A member's own kind counts where the form asks for documents of purchase.
        """
        self.ensure_one()
        kind = self.network_id.member_document
        if kind in ("own_invoice", "self_billed"):
            return self.document_kind or kind
        return kind

    def _is_in_force(self, date):
        """Whether the membership covers ``date``."""
        self.ensure_one()
        return self.date_from <= date and (not self.date_to or date <= self.date_to)

    def _is_books_company(self):
        """Whether this member is the company that keeps the books: its share stays there."""
        self.ensure_one()
        return (
            self.partner_id.commercial_partner_id
            == self.company_id.partner_id.commercial_partner_id
        )

    def _check_in_force(self, date):
        """Raise ValidationError naming the first member not in force on ``date``."""
        for member in self:
            if not member._is_in_force(date):
                raise ValidationError(
                    self.env._(
                        "%(member)s is not a member of %(network)s on %(date)s (member from "
                        "%(date_from)s to %(date_to)s). Correct the membership, or leave it out.",
                        member=member.display_name,
                        network=member.network_id.name,
                        date=format_date(self.env, date),
                        date_from=format_date(self.env, member.date_from),
                        date_to=format_date(self.env, member.date_to)
                        if member.date_to
                        else self.env._("today"),
                    )
                )
