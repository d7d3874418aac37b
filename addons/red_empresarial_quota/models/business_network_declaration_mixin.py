from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

STATES = [
    ("draft", "Draft"),
    ("declared", "Declared"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("superseded", "Superseded"),
]


class BusinessNetworkDeclarationMixin(models.AbstractModel):
    """What a member says of itself for some days, and what its network made of it.

    Who declared and decided, when and why is kept; what was declared is not typed over but declared
    anew, and what it replaces stays as history. A model that inherits it has ``superseded_by_id``,
    says which of its fields are the declaration (``_get_declared_fields``) and what two approved
    declarations of one member may not share (``_overlaps``, ``_replaces``, ``_raise_overlap``).
    """

    _name = "business.network.declaration.mixin"
    _description = "Declaration of a Member"
    _inherit = ["mail.thread", "mail.activity.mixin", "business.network.action.state.mixin"]

    member_id = fields.Many2one(
        "business.network.member", required=True, index=True, ondelete="restrict", tracking=True
    )
    network_id = fields.Many2one(related="member_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="member_id.company_id", store=True)
    date_from = fields.Date(required=True, tracking=True)
    date_to = fields.Date(tracking=True)
    state = fields.Selection(
        STATES, required=True, default="draft", copy=False, readonly=True, tracking=True, index=True
    )
    declared_on = fields.Date(copy=False, readonly=True)
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", copy=False, readonly=True, ondelete="restrict"
    )
    decided_on = fields.Datetime(copy=False, readonly=True)
    refusal_reason = fields.Char(string="Reason of Refusal", copy=False, tracking=True)

    # -- what a model says ---------------------------------------------------------------------

    @api.model
    def _get_declared_fields(self):
        """Names of the fields that are not changed once declared."""
        return {"member_id", "date_from", "date_to"}

    def _overlaps(self, other):
        """Whether both say something of the same for a day in common."""
        raise NotImplementedError

    def _replaces(self, other):
        """Whether approving this one supersedes ``other``."""
        raise NotImplementedError

    def _raise_overlap(self, other):
        """Raise ValidationError: ``other`` is approved and stays."""
        raise NotImplementedError

    def _get_approved(self):
        """Approved declarations that these may overlap."""
        return self.sudo().search(self._get_approved_domain())

    def _get_approved_domain(self):
        return [("state", "=", "approved"), ("member_id", "in", self.member_id.ids)]

    # -- refusals ------------------------------------------------------------------------------

    @api.constrains("member_id", "date_from", "date_to")
    def _check_membership(self):
        """The member is one on some day of the period."""
        for declared in self:
            member = declared.member_id
            left = member.date_to and member.date_to < declared.date_from
            joins_later = declared.date_to and member.date_from > declared.date_to
            if left or joins_later:
                raise ValidationError(
                    self.env._(
                        "%(member)s is no member of %(network)s between %(date_from)s and "
                        "%(date_to)s. Correct the period, or its membership.",
                        member=member.display_name,
                        network=member.network_id.name,
                        date_from=format_date(self.env, declared.date_from),
                        date_to=format_date(self.env, declared.date_to)
                        if declared.date_to
                        else "…",
                    )
                )

    def write(self, vals):
        if self._get_declared_fields() & vals.keys():
            self._check_not_declared(vals)
        result = super().write(vals)
        if "member_id" in vals:  # nobody puts one where she may not write
            self.check_access("write")
        return result

    def _check_not_declared(self, vals):
        for declared in self.filtered(lambda declared: declared.state != "draft"):
            raise UserError(
                self.env._(
                    "%s was declared. Reset it to draft to change it; once approved, declare it "
                    "anew and approve that.",
                    declared.display_name,
                )
            )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {
            "declared_on",
            "decided_by_id",
            "decided_on",
            "superseded_by_id",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for declared in self:
            declared._check_state("draft")

    # -- life cycle: twice does nothing --------------------------------------------------------

    def action_declare(self):
        """The member said so; its network has to decide."""
        today = fields.Date.context_today(self)
        self._go_to("declared", ["draft"], declared_on=today, refusal_reason=False)

    def action_approve(self):
        """Make it count; the one approved before that it replaces is superseded.

        :raise ValidationError: another one shares some of its days
        """
        waiting = self._not_in("approved")
        for declared in waiting:
            declared._check_state("declared")
        waiting.check_access("write")
        superseded = waiting._supersede()
        (waiting - superseded)._go_to("approved", ["declared"], **self._prepare_decision())

    def action_refuse(self):
        """Say no, for the reason written on it.

        :raise UserError: there is no reason
        """
        for declared in self._not_in("refused"):
            if not (declared.refusal_reason or "").strip():
                raise UserError(self.env._("Write why %s is refused.", declared.display_name))
        self._go_to("refused", ["declared"], **self._prepare_decision())

    def action_reset_to_draft(self):
        self._go_to("draft", ["declared", "refused"], decided_by_id=False, decided_on=False)

    def _not_in(self, state):
        return self.filtered(lambda declared: declared.state != state)

    def _go_to(self, state, origins, **vals):
        """Put those that are not there yet in a state, from the states it is reached from."""
        changing = self._not_in(state)
        for declared in changing:
            declared._check_state(*origins)
        changing.check_access("write")
        changing.sudo().write({"state": state, **vals})

    def _prepare_decision(self):
        return {"decided_by_id": self.env.uid, "decided_on": fields.Datetime.now()}

    def _supersede(self):
        """Make room for these, one after the other, so that the database never sees two.

        :return: the superseded, which may be some of these
        :raise ValidationError: one that stays shares days with one of these
        """
        approved = self._get_approved().grouped("member_id")
        superseded = self.sudo().browse()
        for declared in self.sudo():
            others = approved.get(declared.member_id, superseded.browse())
            for other in others.filtered(declared._overlaps):
                superseded |= declared._take_the_place_of(other)
            approved[declared.member_id] = others - superseded | declared
        superseded.write({"state": "superseded"})
        superseded.flush_recordset()
        return superseded

    def _take_the_place_of(self, other):
        """Make room for this one where it shares days with an approved ``other``.

        :return: ``other`` if it is superseded, else nothing
        :raise ValidationError: it stays
        """
        if not self._replaces(other):
            self._raise_overlap(other)
        other.superseded_by_id = self
        return other
