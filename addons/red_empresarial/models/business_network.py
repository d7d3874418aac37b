from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

PHASES = [
    ("1", "Territories, chains and opportunities"),
    ("2", "Promotion and self-selection"),
    ("3", "Generating trust"),
    ("4", "Consolidating trust"),
    ("5", "Strategic project"),
    ("6", "Managing the joint business"),
    ("7", "Network of networks"),
]


class BusinessNetwork(models.Model):
    """A business network, or a network of networks, and the books its joint business is kept in.

    ``company_id`` keeps the books. What members owe and are owed is their partner ledger on the
    two *member current accounts*; everything the network earns and spends carries its analytic
    account. The network stores no figure of its own: all of them are read from posted entries.
    """

    _name = "business.network"
    _description = "Business Network"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(copy=False, help="Short name used in the references of documents.")
    active = fields.Boolean(default=True)
    color = fields.Integer()
    tier = fields.Selection(
        [("first", "Network of enterprises"), ("second", "Network of networks")],
        required=True,
        default="first",
        help="A network of networks has networks as members, each represented by its operator.",
    )
    phase = fields.Selection(
        PHASES, required=True, default="3", tracking=True, group_expand="_group_expand_phase"
    )
    company_id = fields.Many2one(
        "res.company",
        string="Books' Company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        tracking=True,
        help="Keeps the books of the joint business: the leader's, the operator's or the "
        "cooperative's company.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    operating_form_id = fields.Many2one(
        "business.network.operating.form",
        required=True,
        index=True,
        tracking=True,
        default=lambda self: self.env["business.network.operating.form"].search([], limit=1),
    )
    policy = fields.Selection(related="operating_form_id.policy", store=True)
    member_document = fields.Selection(related="operating_form_id.member_document")
    operator_partner_id = fields.Many2one(related="company_id.partner_id", string="Operator")
    leader_id = fields.Many2one("res.partner", tracking=True, index="btree_not_null")
    articulator_id = fields.Many2one(
        "res.users",
        tracking=True,
        index="btree_not_null",
        help="The person who accompanies the network; at most five networks each.",
    )
    manager_id = fields.Many2one(
        "res.users",
        string="Network Manager",
        default=lambda self: self.env.user,
        tracking=True,
        index="btree_not_null",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Others with Access",
        help="Treasurer, board and support staff who may see and work on this network.",
    )
    cluster = fields.Char(index=True)
    territory = fields.Char()
    chain = fields.Char(string="Value Chain")
    line_of_business = fields.Char()
    note = fields.Html()
    member_ids = fields.One2many("business.network.member", "network_id")
    agreement_ids = fields.One2many("business.network.agreement", "network_id")
    settlement_ids = fields.One2many("business.network.settlement", "network_id")
    verification_ids = fields.One2many("business.network.verification", "network_id")
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        ondelete="restrict",
        check_company=True,
        copy=False,
        help="Carried at 100 % by every income and expense line of the joint business.",
    )
    attribution_journal_id = fields.Many2one(
        "account.journal",
        domain=[("type", "=", "general")],
        check_company=True,
        ondelete="restrict",
        copy=False,
    )
    settlement_journal_id = fields.Many2one(
        "account.journal",
        domain=[("type", "=", "general")],
        check_company=True,
        ondelete="restrict",
        copy=False,
    )
    member_document_journal_id = fields.Many2one(
        "account.journal",
        string="Member Documents Journal",
        domain=[("type", "=", "purchase")],
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="Where the documents of the members are booked when their share is settled.",
    )
    member_document_account_id = fields.Many2one(
        "account.account",
        string="Member Documents Account",
        domain=[("internal_group", "=", "expense")],
        check_company=True,
        ondelete="restrict",
        copy=False,
        help="Expense account of the members' documents.",
    )
    member_payable_account_id = fields.Many2one(
        "account.account",
        string="Payable to Members",
        domain=[("account_type", "=", "liability_payable")],
        check_company=True,
        ondelete="restrict",
        copy=False,
    )
    member_receivable_account_id = fields.Many2one(
        "account.account",
        string="Receivable from Members",
        domain=[("account_type", "=", "asset_receivable")],
        check_company=True,
        ondelete="restrict",
        copy=False,
    )
    member_count = fields.Integer(compute="_compute_member_count")
    settlement_count = fields.Integer(compute="_compute_settlement_count")
    verified_milestone_count = fields.Integer(compute="_compute_milestone_counts")
    milestone_count = fields.Integer(compute="_compute_milestone_counts")
    agreement_id = fields.Many2one(
        "business.network.agreement",
        string="Agreement in Force",
        compute="_compute_agreement_id",
    )

    _name_company_unique = models.Constraint(
        "UNIQUE(name, company_id)",
        "This company already keeps the books of a network of that name.",
    )

    @api.model
    def _group_expand_phase(self, phases, domain):
        return [phase for phase, _label in PHASES]

    # -- computed from the ledger ------------------------------------------------------------

    @api.depends("member_ids.date_from", "member_ids.date_to")
    def _compute_member_count(self):
        counts = dict(
            self.env["business.network.member"]._read_group(
                [("network_id", "in", self.ids), ("date_to", "=", False)],
                ["network_id"],
                ["__count"],
            )
        )
        for network in self:
            network.member_count = counts.get(network._origin, 0)

    @api.depends("settlement_ids")
    def _compute_settlement_count(self):
        counts = dict(
            self.env["business.network.settlement"]._read_group(
                [("network_id", "in", self.ids)], ["network_id"], ["__count"]
            )
        )
        for network in self:
            network.settlement_count = counts.get(network._origin, 0)

    @api.depends("verification_ids.state")
    def _compute_milestone_counts(self):
        for network in self:
            network.milestone_count = len(network.verification_ids)
            network.verified_milestone_count = len(
                network.verification_ids.filtered(lambda v: v.state == "verified")
            )

    def _compute_agreement_id(self):
        today = fields.Date.context_today(self)
        agreements = self.env["business.network.agreement"]._get_in_force(
            [(network, today) for network in self]
        )
        for network in self:
            network.agreement_id = agreements.get((network, today))

    # -- life cycle --------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        networks = super().create(vals_list)
        networks._ensure_analytic_account()
        networks.action_set_default_accounts()
        networks._ensure_verifications()
        return networks

    def _ensure_analytic_account(self):
        """Give each network without one its analytic account, in one batched create."""
        missing = self.filtered(lambda network: not network.analytic_account_id)
        accounts = (
            self.env["account.analytic.account"]
            .sudo()
            .create([network._prepare_analytic_account() for network in missing])
        )
        for network, account in zip(missing, accounts, strict=True):
            network.analytic_account_id = account

    def _prepare_analytic_account(self):
        self.ensure_one()
        return {
            "name": self.name,
            "code": self.code,
            "plan_id": self.env.ref("red_empresarial.analytic_plan_networks").id,
            "company_id": self.company_id.id,
        }

    def action_set_default_accounts(self):
        """Fill the accounts and journals that are still empty from the books' company.

        Nothing is set while the company has no chart of accounts; the network can be prepared and
        posting says what is missing.
        """
        for company, networks in self.grouped("company_id").items():
            defaults = company.sudo()._get_network_defaults()
            if not defaults:
                continue
            for member_document, alike in networks.grouped("member_document").items():
                journal = company.sudo()._get_network_member_document_journal(member_document)
                alike._fill_empty({**defaults, "member_document_journal_id": journal.id})

    def _fill_empty(self, defaults):
        """Write the defaults of fields that are empty, networks lacking the same at once."""
        for lacking, networks in self.grouped(
            lambda network: tuple(name for name in defaults if not network[name])
        ).items():
            networks.write({name: defaults[name] for name in lacking})

    def _ensure_verifications(self):
        """Create the milestones still missing on these networks (idempotent)."""
        milestones = self.env["business.network.milestone"].search([("active", "=", True)])
        self.env["business.network.verification"].sudo().create(
            [
                {"network_id": network.id, "milestone_id": milestone.id}
                for network in self
                for milestone in milestones - network.verification_ids.milestone_id
            ]
        )

    @api.constrains("articulator_id")
    def _check_articulator_load(self):
        """An articulator accompanies at most five networks (methodology of the programmes)."""
        for articulator, count in self._read_group(
            [("articulator_id", "in", self.articulator_id.ids)],
            ["articulator_id"],
            ["__count"],
            having=[("__count", ">", 5)],
        ):
            raise ValidationError(
                self.env._(
                    "%(name)s would accompany %(count)s networks; an articulator accompanies at "
                    "most five. Choose another articulator.",
                    name=articulator.name,
                    count=count,
                )
            )

    def write(self, vals):
        if "operating_form_id" in vals:
            form = self.env["business.network.operating.form"].browse(vals["operating_form_id"])
            self.filtered(lambda network: network.policy != form.policy)._check_no_documents()
        return super().write(vals)

    def _check_no_documents(self):
        """Raise ValidationError naming a network whose documents were shared out by its policy."""
        row = (
            self.env["business.network.distribution"]
            .sudo()
            .search([("network_id", "in", self.ids)], limit=1)
        )
        if row:
            raise ValidationError(
                self.env._(
                    "%(network)s has shared out joint documents (%(document)s) by the policy of "
                    "its operating form. Close this network and open another one in the new form.",
                    network=row.network_id.name,
                    document=row.move_id.name,
                )
            )

    @api.constrains("company_id")
    def _check_books_unchanged(self):
        """The company of a network with posted joint documents is its history."""
        moved = (
            self.env["business.network.distribution"]
            .sudo()
            ._read_group([("network_id", "in", self.ids)], ["network_id", "company_id"])
        )
        for network, company in moved:
            if network.company_id != company:
                raise ValidationError(
                    self.env._(
                        "%(network)s has joint documents posted in the books of %(company)s. "
                        "Close this network and open another one in the new books.",
                        network=network.name,
                        company=company.name,
                    )
                )

    def _get_representative(self):
        """Partner that stands for this network in a network of networks.

        The operator where it is one of the members; else the leader, since a supporting entity may
        keep the books of many networks.
        """
        self.ensure_one()
        operator = self.operator_partner_id
        if operator in self.member_ids.partner_id or not self.leader_id:
            return operator
        return self.leader_id.commercial_partner_id

    # -- what joint documents ask ------------------------------------------------------------

    def _check_ready_to_distribute(self):
        """Raise UserError naming what the network still lacks before a joint document is posted."""
        for network in self:
            missing = [
                network._fields[name].get_description(self.env, ["string"])["string"]
                for name in network._get_required_book_fields()
                if not network[name]
            ]
            if missing:
                raise UserError(
                    self.env._(
                        "%(network)s cannot post joint documents yet: set %(fields)s on the "
                        "network, page Accounting.",
                        network=network.name,
                        fields=", ".join(missing),
                    )
                )

    def _get_required_book_fields(self):
        """Names of the fields this network needs before posting."""
        self.ensure_one()
        if self.policy != "attribution":
            return []
        return [
            "attribution_journal_id",
            "member_payable_account_id",
            "member_receivable_account_id",
        ]

    def _get_agreement(self, date):
        """The agreement in force on ``date``; UserError naming network and date if none."""
        self.ensure_one()
        agreement = self.env["business.network.agreement"]._get_in_force([(self, date)])
        return agreement.get((self, date)) or self._raise_no_agreement(date)

    def _raise_no_agreement(self, date):
        raise UserError(
            self.env._(
                "%(network)s has no agreement in force on %(date)s. Put an agreement in force that "
                "covers that date, or change the accounting date.",
                network=self.name,
                date=format_date(self.env, date),
            )
        )
