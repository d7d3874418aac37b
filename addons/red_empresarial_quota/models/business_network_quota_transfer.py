from odoo import api, fields, models
from odoo.addons.red_empresarial.tools.actions import open_records
from odoo.addons.red_empresarial.tools.quantities import to_exact
from odoo.exceptions import UserError, ValidationError

KINDS = [
    ("sibling", "Between members"),
    ("to_network", "Back to the network"),
    ("from_network", "From the network"),
]
STATES = [
    ("proposed", "Proposed"),
    ("consented", "Consented"),
    ("done", "Done"),
    ("refused", "Refused"),
    ("cancel", "Canceled"),
    ("reversed", "Reversed"),
]
OPEN_STATES = ("proposed", "consented")
TERMS = {"from_quota_id", "to_quota_id", "units", "amount"}


class BusinessNetworkQuotaTransfer(models.Model):
    """Whole units of quota that one member gives another, or gives back to its network.

    Both sides consent, who and when is kept; then it is carried out with the quotas locked, never
    more than is left. In a network of networks quotas move within a level: between networks, or
    between the members of one; what goes up or down goes through the pool of the network.
    """

    _name = "business.network.quota.transfer"
    _description = "Transfer of Quota"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "business.network.auto.number.mixin",
        "business.network.action.state.mixin",
    ]
    _order = "date desc, id desc"
    _sequence_date_field = "date"

    name = fields.Char(string="Number", index="trigram")
    from_quota_id = fields.Many2one(
        "business.network.quota",
        string="From the Quota Of",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('state', '=', 'running')]",
    )
    to_quota_id = fields.Many2one(
        "business.network.quota",
        string="To the Quota Of",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('plan_id', '=', plan_id), ('id', '!=', from_quota_id), '|', '|', "
        "('parent_id', '=', from_quota_id), ('id', '=', from_parent_id), "
        "('parent_id', '=', from_parent_id)]",
    )
    from_parent_id = fields.Many2one(
        related="from_quota_id.parent_id", string="Quota of the Giver's Network"
    )
    plan_id = fields.Many2one(related="from_quota_id.plan_id", store=True, index=True)
    product_tmpl_id = fields.Many2one(related="from_quota_id.product_tmpl_id", store=True)
    giver_id = fields.Many2one(related="from_quota_id.member_id", string="Giver", store=True)
    receiver_id = fields.Many2one(related="to_quota_id.member_id", string="Receiver", store=True)
    kind = fields.Selection(KINDS, compute="_compute_kind", store=True, precompute=True)
    network_id = fields.Many2one(
        "business.network",
        compute="_compute_kind",
        store=True,
        precompute=True,
        index=True,
        help="The network whose members these are: it carries the transfer out.",
    )
    company_id = fields.Many2one(related="network_id.company_id", store=True)
    currency_id = fields.Many2one(related="network_id.currency_id")
    units = fields.Integer(required=True, tracking=True, help="Whole quota units.")
    quantity = fields.Float(
        digits=(20, 6), compute="_compute_quantity", help="In the unit of the plan."
    )
    unit_name = fields.Char(string="Unit", compute="_compute_quantity")
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="Accounting date of the compensation.",
    )
    amount = fields.Monetary(
        string="Compensation",
        tracking=True,
        help="What the receiver owes the giver for it, booked on their accounts with the network. "
        "Zero for none.",
    )
    reason = fields.Char(tracking=True)
    is_automatic = fields.Boolean(
        string="Proposed by the Plan", copy=False, readonly=True, help="By its redeployment."
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="proposed",
        copy=False,
        readonly=True,
        tracking=True,
        index=True,
    )
    giver_user_id = fields.Many2one(
        "res.users", string="Giver Consented by", copy=False, readonly=True, ondelete="restrict"
    )
    giver_consented_on = fields.Datetime(copy=False, readonly=True)
    receiver_user_id = fields.Many2one(
        "res.users", string="Receiver Consented by", copy=False, readonly=True, ondelete="restrict"
    )
    receiver_consented_on = fields.Datetime(copy=False, readonly=True)
    refusal_reason = fields.Char(string="Reason of Refusal", copy=False, tracking=True)

    _units_positive = models.Constraint(
        "CHECK(units > 0)", "A transfer moves at least one quota unit."
    )
    _amount_not_negative = models.Constraint(
        "CHECK(amount >= 0)", "A compensation cannot be negative."
    )

    @api.depends("from_quota_id", "to_quota_id")
    def _compute_kind(self):
        for transfer in self:
            transfer.kind, transfer.network_id = transfer._find_kind()

    def _find_kind(self):
        """What its quotas make of it, and the network that carries it out."""
        giver, receiver = self.sudo().from_quota_id, self.sudo().to_quota_id
        if giver and receiver.parent_id == giver:
            return "from_network", receiver.network_id
        if receiver and giver.parent_id == receiver:
            return "to_network", giver.network_id
        return "sibling", giver.network_id

    @api.depends("units", "from_quota_id")
    def _compute_quantity(self):
        for transfer in self:
            quota = transfer.sudo().from_quota_id
            exact = transfer.units * to_exact(quota.unit_quantity)
            plan = quota.plan_id
            transfer.quantity = plan._from_reference(exact) if plan else 0.0
            transfer.unit_name = plan._get_unit_name() if plan else False

    # -- refusals ------------------------------------------------------------------------------

    @api.constrains("from_quota_id", "to_quota_id")
    def _check_quotas(self):
        """Of one plan, and on one level under one network, or a network and one of its members."""
        for transfer in self.sudo():
            giver, receiver = transfer.from_quota_id, transfer.to_quota_id
            same = giver.plan_id == receiver.plan_id and giver != receiver
            if not same or (transfer.kind == "sibling" and giver.parent_id != receiver.parent_id):
                raise ValidationError(
                    self.env._(
                        "%(giver)s cannot give quota of %(plan)s to %(receiver)s: units move "
                        "between the members of one network in one plan. Members of different "
                        "networks give them back to their network, which gives them to the other.",
                        giver=transfer.giver_id.display_name,
                        plan=giver.plan_id.display_name,
                        receiver=transfer.receiver_id.display_name,
                    )
                )

    @api.constrains("amount", "from_quota_id", "to_quota_id")
    def _check_compensation(self):
        for transfer in self.sudo().filtered("amount"):
            if transfer.kind != "sibling":
                raise ValidationError(
                    self.env._(
                        "Between %(giver)s and %(receiver)s units go through the pool of "
                        "%(network)s, where nobody is owed a compensation. Leave it at zero.",
                        giver=transfer.giver_id.display_name,
                        receiver=transfer.receiver_id.display_name,
                        network=transfer.network_id.name,
                    )
                )

    def write(self, vals):
        if TERMS & vals.keys():
            for transfer in self.filtered(
                lambda t: t.state != "proposed" or t.giver_user_id or t.receiver_user_id
            ):
                transfer._raise_consented()
        if "date" in vals:
            for transfer in self.filtered(lambda t: t.state in ("done", "reversed")):
                raise UserError(
                    self.env._(
                        "%s was carried out on its day, and booked. Reverse it and propose another "
                        "one.",
                        transfer.name,
                    )
                )
        return super().write(vals)

    def _raise_consented(self):
        raise UserError(
            self.env._(
                "Consent was given to %s as it is. Cancel it and propose another one.",
                self.name,
            )
        )

    @api.model
    def _get_guarded_fields(self):
        """With what is computed from the quotas: who may carry it out, and what it moves."""
        return super()._get_guarded_fields() | {
            "kind",
            "network_id",
            "company_id",
            "plan_id",
            "product_tmpl_id",
            "giver_id",
            "receiver_id",
            "is_automatic",
            "giver_user_id",
            "giver_consented_on",
            "receiver_user_id",
            "receiver_consented_on",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_only_undone(self):
        for transfer in self:
            transfer._check_state("proposed", "refused", "cancel")

    # -- life cycle: twice does nothing --------------------------------------------------------

    def action_consent_giver(self):
        """The giver agrees."""
        self._consent("giver", lambda transfer: transfer.from_quota_id)

    def action_consent_receiver(self):
        """The receiver agrees."""
        self._consent("receiver", lambda transfer: transfer.to_quota_id)

    def _consent(self, side, get_quota):
        """Keep who agreed for a side, and when; with both it can be carried out."""
        for transfer in self.filtered(lambda transfer: not transfer[f"{side}_user_id"]):
            transfer._check_state("proposed")
            transfer.check_access("write")
            transfer._check_acts_for(get_quota(transfer.sudo()))
            transfer._check_paper(side)
            transfer.sudo()._check_possible(side)
            transfer.sudo().write(
                {
                    f"{side}_user_id": self.env.uid,
                    f"{side}_consented_on": fields.Datetime.now(),
                }
            )
            if transfer._is_consented():
                transfer.sudo().state = "consented"

    def _check_possible(self, side):
        """Nobody signs what cannot be carried out: the units are there, and there is room."""
        self.ensure_one()
        if self.plan_id.state != "running":
            return
        if side == "giver":
            self._check_free(self.from_quota_id)
        else:
            self._check_room()

    def _is_consented(self):
        return bool(self.giver_user_id and self.receiver_user_id)

    def _check_acts_for(self, quotas):
        """Raise UserError unless the user manages a holder, or the network it is a member of."""
        networks = quotas.network_id | quotas.member_id.sub_network_id
        if not any(network.sudo(self.env.su).has_access("write") for network in networks):
            raise UserError(
                self.env._(
                    "Only who manages %(networks)s can decide for %(members)s in %(transfer)s.",
                    networks=", ".join(networks.mapped("name")),
                    members=", ".join(quotas.member_id.mapped("display_name")),
                    transfer=self.name,
                )
            )

    def action_carry_out(self):
        """Move the units and book the compensation.

        :raise UserError: a consent lacks, the plan does not run, more than is left, …
        """
        for transfer in self.filtered(lambda transfer: transfer.state != "done"):
            transfer._check_state("consented")
            transfer._check_network_acts()
            transfer.sudo()._carry_out()

    def action_reverse(self):
        """Move the units back and reverse the compensation.

        :raise UserError: the receiver used them, or a settlement netted the compensation
        """
        for transfer in self.filtered(lambda transfer: transfer.state != "reversed"):
            transfer._check_state("done")
            transfer._check_network_acts()
            transfer.sudo()._reverse()

    def action_refuse(self):
        """One side does not agree; the reason may be written on it."""
        self._end("refused")

    def action_cancel(self):
        self._end("cancel")

    def _end(self, state):
        """Drop what was not carried out; either side may, or the network."""
        for transfer in self.filtered(lambda transfer: transfer.state != state):
            transfer._check_state(*OPEN_STATES)
            transfer.check_access("write")
            transfer._check_acts_for(transfer._get_deciding_quotas())
            transfer.sudo().state = state

    def _get_deciding_quotas(self):
        """Sides that may drop it."""
        return self.sudo().from_quota_id | self.sudo().to_quota_id

    def _check_network_acts(self):
        """The network whose members these are carries it out."""
        self.check_access("write")
        _kind, network = self._find_kind()
        network.sudo(self.env.su).check_access("write")

    # -- moving: everything is checked before anything is written ------------------------------

    def _carry_out(self):
        self._check_compensation_bookable()
        self._check_running()
        self._check_room()
        self._move(1)
        self.state = "done"
        self._book_compensation()

    def _reverse(self):
        self._check_compensation_reversible()
        self._move(-1)
        self.state = "reversed"
        self._reverse_compensation()

    def _move(self, sign):
        """Move the units (``sign`` 1), or move them back (-1), with both quotas locked."""
        self.ensure_one()
        giver, receiver = self.from_quota_id, self.to_quota_id
        (giver | receiver)._lock()
        self._check_free(giver if sign > 0 else receiver)
        units = sign * self.units
        kind, _network = self._find_kind()
        if kind != "from_network":
            giver.transferred_out += units
        if kind != "to_network":
            receiver.transferred_in += units
        if giver.child_ids:
            giver.pool_units -= units
        if receiver.child_ids:
            receiver.pool_units += units
        (giver | receiver).flush_recordset()

    def _check_running(self):
        if self.plan_id.state != "running":
            raise UserError(
                self.env._(
                    "%(plan)s does not run, so nothing of it can be given. Cancel %(transfer)s, or "
                    "run the plan first.",
                    plan=self.plan_id.display_name,
                    transfer=self.name,
                )
            )

    def _check_room(self):
        """Raise UserError with the numbers where the receiver would hold more than its cap.

        A network that members give back to holds no more than before.
        """
        quota = self.to_quota_id
        if self.kind == "to_network" or not quota.applied_cap:
            return
        held, cap = quota._get_held_units(), int(quota.applied_cap)
        if held + self.units > cap:
            plan = quota.plan_id
            raise UserError(
                self.env._(
                    "%(member)s holds %(held)s of %(plan)s and can take %(cap)s at most, and "
                    "%(transfer)s gives it %(units)s more. Propose less, or raise in a revision "
                    "what limits it: its cap, or its capacity where that is a limit.",
                    member=quota.member_id.display_name,
                    held=plan._format_units(held),
                    plan=plan.display_name,
                    cap=plan._format_units(cap),
                    transfer=self.name,
                    units=plan._format_units(self.units),
                )
            )

    def _get_free_units(self, quota):
        """Whole units that ``quota``, one side of this transfer, can give."""
        return quota._get_free_units(within=self.kind != "sibling" and bool(quota.child_ids))

    def _check_free(self, quota):
        """Raise UserError with the numbers unless ``quota`` can give the units."""
        free, plan = self._get_free_units(quota), quota.plan_id
        if self.units > free and self.state == "done":
            raise UserError(
                self.env._(
                    "%(member)s has %(free)s of its quota in %(plan)s that it can give back, and "
                    "%(transfer)s moves %(units)s. Cancel sales, or get back what was given on "
                    "first.",
                    member=quota.member_id.display_name,
                    free=plan._format_units(free),
                    plan=plan.display_name,
                    transfer=self.name,
                    units=plan._format_units(self.units),
                )
            )
        if self.units > free:
            raise UserError(
                self.env._(
                    "%(member)s has %(free)s of its quota in %(plan)s that it can give, and "
                    "%(transfer)s moves %(units)s. Propose less; networks give what their members "
                    "gave back.",
                    member=quota.member_id.display_name,
                    free=plan._format_units(free),
                    plan=plan.display_name,
                    transfer=self.name,
                    units=plan._format_units(self.units),
                )
            )


class BusinessNetworkQuotaPlan(models.Model):
    """The transfers of a plan live and end with it."""

    _inherit = "business.network.quota.plan"

    transfer_ids = fields.One2many("business.network.quota.transfer", "plan_id")
    transfer_count = fields.Integer(compute="_compute_transfer_count")
    open_transfer_count = fields.Integer(
        string="Transfers to Decide", compute="_compute_transfer_count"
    )

    @api.depends("transfer_ids.state")
    def _compute_transfer_count(self):
        for plan in self:
            plan.transfer_count = len(plan.transfer_ids)
            plan.open_transfer_count = len(
                plan.transfer_ids.filtered(lambda transfer: transfer.state in OPEN_STATES)
            )

    def action_open_transfers(self):
        """Open the transfers between the quotas of this plan."""
        self.ensure_one()
        return open_records(
            self.env,
            "red_empresarial_quota.business_network_quota_transfer_action",
            [("plan_id", "=", self.id)],
            context={"of_one_plan": self.id},
        )

    def _set_state(self, state):
        """What is still proposed when a plan ends is proposed no more."""
        result = super()._set_state(state)
        if state in ("closed", "cancel"):
            waiting = self.sudo().transfer_ids.filtered(lambda t: t.state in OPEN_STATES)
            waiting.write({"state": "cancel"})
        return result

    def _check_no_transfers(self):
        """Raise UserError while units stand moved: a plan set back may change what a unit is."""
        moved = self.sudo().transfer_ids.filtered(lambda transfer: transfer.state == "done")
        if moved:
            raise UserError(
                self.env._(
                    "Units of %(plan)s were moved by %(transfers)s. Reverse that before the plan "
                    "is canceled, or close the plan.",
                    plan=self.display_name,
                    transfers=", ".join(moved.mapped("name")),
                )
            )

    def _drop_quotas(self, members):
        self.quota_ids.filtered(lambda quota: quota.member_id in members)._drop_transfers()
        return super()._drop_quotas(members)

    @api.ondelete(at_uninstall=False)
    def _unlink_without_transfers(self):
        self.sudo().quota_ids._drop_transfers()


class BusinessNetworkQuota(models.Model):
    _inherit = "business.network.quota"

    def _drop_transfers(self):
        """Forget what was only proposed; raise UserError naming a transfer that moved units."""
        transfers = self.given_ids | self.received_ids
        for transfer in transfers.filtered(lambda t: t.state in ("done", "reversed"))[:1]:
            raise UserError(
                self.env._(
                    "%(transfer)s moved units from %(giver)s to %(receiver)s in %(plan)s, so "
                    "neither can leave the plan.",
                    transfer=transfer.name,
                    giver=transfer.giver_id.display_name,
                    receiver=transfer.receiver_id.display_name,
                    plan=transfer.plan_id.display_name,
                )
            )
        transfers.filtered(lambda t: t.state == "consented").state = "cancel"
        transfers.unlink()
