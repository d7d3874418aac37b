from fractions import Fraction

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..engine.apportion import exact_weight
from ..tools.periods import format_period

SIDES = ("revenue", "expense")
NOT_VALID = ("draft", "corrected")  # states in which an agreement shares nothing out
TERMS = ("network_id", "parent_id", "state", "date_from", "date_to")


class BusinessNetworkAgreement(models.Model):
    """Effective-dated revenue and expense weights of the members of a network.

    Exactly one agreement is in force for a network on a day (exclusion constraint). An *annex* is
    an agreement with a ``parent_id``: it fixes its own proportions for the documents that name it
    and is outside that constraint. Once in force the weights are frozen: a change is a new version.

    Sources: income tax law art. 65 and VAT law art. 2 m–o (proportions stated in the contract and
    filed); design of the suite, invariant 3.
    """

    _name = "business.network.agreement"
    _description = "Participation Agreement"
    _inherit = ["mail.thread", "business.network.action.state.mixin"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, default=lambda self: self.env._("Participation agreement"))
    network_id = fields.Many2one(
        "business.network", required=True, index=True, ondelete="restrict", tracking=True
    )
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    policy = fields.Selection(related="network_id.policy")
    parent_id = fields.Many2one(
        "business.network.agreement",
        string="Annex of",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('network_id', '=', network_id), ('parent_id', '=', False)]",
    )
    annex_ids = fields.One2many("business.network.agreement", "parent_id", string="Annexes")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("in_force", "In Force"),
            ("ended", "Ended"),
            ("corrected", "Corrected"),
        ],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    date_to = fields.Date(tracking=True, help="Last day in force; empty until it is replaced.")
    contract_number = fields.Char(
        help="Number of the contract or of the minutes in which the members agreed."
    )
    filing_date = fields.Date(
        tracking=True,
        help="Day on which the proportions were communicated to the tax authority.",
    )
    needs_filing = fields.Boolean(compute="_compute_needs_filing")
    line_ids = fields.One2many("business.network.agreement.line", "agreement_id", copy=True)
    corrected_by_id = fields.Many2one(
        "business.network.agreement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The version that replaced this one from its first day, its shares being wrong.",
    )
    note = fields.Text()

    _dates_ordered = models.Constraint(
        "CHECK(date_to IS NULL OR date_to >= date_from)",
        "An agreement cannot end before it starts.",
    )
    _one_in_force = models.Constraint(
        "EXCLUDE USING gist (int4range(network_id, network_id, '[]') WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&) "
        "WHERE (state NOT IN ('draft', 'corrected') AND parent_id IS NULL)",
        "Two agreements of one network cannot be in force on the same day.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"corrected_by_id"}

    @api.depends("policy", "filing_date", "state")
    def _compute_needs_filing(self):
        for agreement in self:
            agreement.needs_filing = (
                agreement.policy == "attribution"
                and not agreement.filing_date
                and agreement.state != "draft"
            )

    def write(self, vals):
        if vals.keys() & set(TERMS):
            for agreement in self:
                agreement._check_overlap(vals)
        if "network_id" in vals:  # rules look at the network it leaves, not at the one it enters
            self.env["business.network"].browse(vals["network_id"]).check_access("write")
        return super().write(vals)

    def _check_overlap(self, vals):
        """Name the other agreement before the exclusion constraint says no without names.

        Called before writing: an ``api.constrains`` would search, and searching flushes what is
        written into the exclusion constraint first.
        """
        self.ensure_one()
        other = self.search(self._get_overlap_domain({**self._get_terms(), **vals}), limit=1)
        if other:
            raise ValidationError(
                self.env._(
                    "%(network)s already has “%(other)s” in force %(period)s. End it before "
                    "%(start)s starts, or change the dates.",
                    network=other.network_id.name,
                    other=other.name,
                    period=format_period(self.env, other.date_from, other.date_to),
                    start=self.name,
                )
            )

    def _get_terms(self):
        """What decides whether two agreements are in force on one day, as values to write."""
        self.ensure_one()
        return self._convert_to_write({name: self[name] for name in TERMS})

    def _get_overlap_domain(self, terms):
        """Agreements in force on a day of these terms; none while they are a draft or an annex."""
        if terms["state"] in NOT_VALID or terms["parent_id"]:
            return Domain.FALSE
        domain = Domain(
            [
                ("id", "!=", self.id),
                ("network_id", "=", terms["network_id"]),
                ("state", "not in", NOT_VALID),
                ("parent_id", "=", False),
            ]
        ) & (Domain("date_to", "=", False) | Domain("date_to", ">=", terms["date_from"]))
        return domain & Domain("date_from", "<=", terms["date_to"]) if terms["date_to"] else domain

    @api.constrains("parent_id", "network_id")
    def _check_annex_network(self):
        for annex in self.filtered("parent_id"):
            if annex.parent_id.network_id != annex.network_id:
                raise ValidationError(
                    self.env._(
                        "The annex “%(annex)s” and its agreement “%(parent)s” belong to different "
                        "networks. Choose an agreement of %(network)s.",
                        annex=annex.name,
                        parent=annex.parent_id.name,
                        network=annex.network_id.name,
                    )
                )

    # -- states ------------------------------------------------------------------------------

    def action_put_in_force(self):
        """Check the weights and freeze them; an earlier open-ended version ends the day before."""
        self.check_access("write")
        for agreement in self.filtered(lambda a: a.state == "draft"):
            agreement._check_weights()
            agreement._end_previous_version()
            agreement.sudo().state = "in_force"

    def _end_previous_version(self):
        """End the open agreement this one replaces, if it started earlier."""
        self.ensure_one()
        if self.parent_id:
            return
        previous = self.search(
            [
                ("network_id", "=", self.network_id.id),
                ("state", "=", "in_force"),
                ("parent_id", "=", False),
                ("date_to", "=", False),
                ("date_from", "<", self.date_from),
            ]
        )
        if previous:
            previous.action_end(fields.Date.subtract(self.date_from, days=1))

    def action_end(self, date_to=None):
        """End the agreement on ``date_to`` (default today); refused if later documents use it."""
        date_to = date_to or fields.Date.context_today(self)
        self.check_access("write")
        self._check_unused_after(date_to)
        self.sudo().write({"date_to": date_to, "state": "ended"})

    def _check_unused_after(self, date_to):
        row = self.env["business.network.distribution"].search(
            [
                ("agreement_id", "in", self.ids),
                ("date", ">", date_to),
                ("basis", "!=", "original"),  # a credit note follows its document's agreement
            ],
            limit=1,
        )
        if row:
            raise UserError(
                self.env._(
                    "“%(agreement)s” cannot end on %(date)s: %(document)s was distributed under "
                    "it later. Reset that document to draft first, or choose a later date.",
                    agreement=row.agreement_id.name,
                    date=format_date(self.env, date_to),
                    document=row.move_id.name,
                )
            )

    def action_reset_to_draft(self):
        """Back to draft while no posted document was distributed under it."""
        row = self.env["business.network.distribution"].search(
            [("agreement_id", "in", self.ids)], limit=1
        )
        if row:
            raise UserError(
                self.env._(
                    "%(document)s was distributed under “%(agreement)s”. Make a new version of the "
                    "agreement instead.",
                    document=row.move_id.name,
                    agreement=row.agreement_id.name,
                )
            )
        self.check_access("write")
        self.sudo().write({"state": "draft"})

    def action_new_version(self):
        """Copy to a draft that starts today and open it."""
        self.ensure_one()
        version = self.copy({"date_from": fields.Date.context_today(self), "date_to": False})
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": version.id,
            "view_mode": "form",
        }

    def action_correct_shares(self):
        """Open a new redistribution that replaces this agreement from its first day."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct Shares"),
            "res_model": "business.network.redistribution",
            "view_mode": "form",
            "context": {
                "default_network_id": self.network_id.id,
                "default_agreement_id": self.id,
            },
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for agreement in self.filtered(lambda a: a.state != "draft"):
            raise UserError(
                self.env._(
                    "“%s” has been in force and cannot be deleted. End it instead.", agreement.name
                )
            )

    def action_add_members(self):
        """Add the active members that are missing, each with weight 1 of revenue and expenses."""
        for agreement in self:
            members = agreement.network_id.member_ids.filtered(lambda m: m.state == "active")
            agreement.line_ids = [
                Command.create({"member_id": member.id, "sequence": member.sequence})
                for member in members - agreement.line_ids.member_id
            ]

    # -- weights -----------------------------------------------------------------------------

    def _check_weights(self):
        """Raise UserError when a side has no positive weight or a member is not in force."""
        self.ensure_one()
        labels = {"revenue": self.env._("revenue"), "expense": self.env._("expense")}
        for side in SIDES:
            if not sum(self._get_weights(side).values()):
                raise UserError(
                    self.env._(
                        "“%(agreement)s” of %(network)s gives nobody a share of the %(side)s: all "
                        "its weights are zero. Give at least one member a weight above zero.",
                        agreement=self.name,
                        network=self.network_id.name,
                        side=labels[side],
                    )
                )
        self.line_ids.member_id._check_in_force(self.date_from)

    def _get_weights(self, side):
        """Exact weights of one side.

        :param side: ``"revenue"`` or ``"expense"``
        :return: dict ``{business.network.member: Fraction}`` in the members' order
        """
        self.ensure_one()
        return {
            line.member_id: exact_weight(f"{line[f'{side}_weight']:.6f}")
            for line in self.line_ids.sorted(lambda line: (line.sequence, line.id))
        }

    def _get_shares(self, side):
        """Weights of one side as fractions of their sum (all zero when the sum is)."""
        weights = self._get_weights(side)
        total = sum(weights.values())
        return {
            member: weight / total if total else Fraction(0) for member, weight in weights.items()
        }

    @api.model
    def _get_in_force(self, network_dates):
        """Agreement in force for each (network, date), read with one query.

        :param network_dates: iterable of ``(business.network, date)``
        :return: dict ``{(network, date): agreement}``; pairs without agreement are left out
        """
        network_dates = list(dict.fromkeys(network_dates))
        if not network_dates:
            return {}
        networks = self.env["business.network"].union(
            *[network for network, _date in network_dates]
        )
        agreements = self.sudo().search(
            [
                ("network_id", "in", networks.ids),
                ("state", "not in", NOT_VALID),
                ("parent_id", "=", False),
            ]
        )
        by_network = agreements.grouped("network_id")
        found = {}
        for network, date in network_dates:
            for agreement in by_network.get(network._origin, ()):
                if agreement._covers(date):
                    found[network, date] = agreement.sudo(self.env.su)
        return found

    def _covers(self, date):
        self.ensure_one()
        return self.date_from <= date and (not self.date_to or date <= self.date_to)
