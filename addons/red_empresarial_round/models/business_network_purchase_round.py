from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

WINDOW = 7  # days that members have to ask, unless the manager says otherwise
STATES = [
    ("draft", "Draft"),
    ("open", "Open"),
    ("closed", "Closed"),
    ("negotiated", "Negotiated"),
    ("ordered", "Ordered"),
    ("received", "Received"),
    ("distributed", "Distributed"),
    ("cancel", "Canceled"),
]
PACK_RULES = [
    ("tolerance", "Up to the members' tolerance, else down"),
    ("up", "Always up, the rest shared by what each asked"),
    ("down", "Always down, the shortage shared by what each asked"),
]
LANDED_BASES = [
    ("value", "By value"),
    ("quantity", "By quantity"),
    ("weight", "By weight"),
]


class BusinessNetworkPurchaseRound(models.Model):
    """The window in which the members of a network state what they need, and what became of it.

    Members ask (*requests*), the network consolidates them by product in whole packs, compares
    quotations, orders, receives and bills. Everything bought is an ordinary purchase order of the
    network with allocations; the round keeps who asked what, and why a supplier was chosen.
    """

    _name = "business.network.purchase.round"
    _description = "Joint Purchase Round"
    _inherit = ["mail.thread", "mail.activity.mixin", "business.network.action.state.mixin"]
    _order = "date_close desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, copy=False, readonly=True, default="/", index="trigram"
    )
    title = fields.Char(
        required=True, tracking=True, help="What is bought together, in a few words."
    )
    network_id = fields.Many2one(
        "business.network",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        default=lambda self: self._default_network_id(),
    )
    company_id = fields.Many2one(related="network_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="network_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="Responsible", default=lambda self: self.env.user, tracking=True
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="draft",
        copy=False,
        readonly=True,
        tracking=True,
        index=True,
        group_expand="_sort_states",
    )
    date_open = fields.Date(
        string="Opens", required=True, default=fields.Date.context_today, tracking=True
    )
    date_close = fields.Date(
        string="Closes",
        required=True,
        tracking=True,
        default=lambda self: fields.Date.context_today(self) + timedelta(days=WINDOW),
        help="Last day on which members may ask; the round closes by itself the day after.",
    )
    date_planned = fields.Date(string="Expected Delivery")
    delivery_place = fields.Char(help="Where the supplier delivers and the members pick up.")
    participant_ids = fields.Many2many(
        "business.network.member",
        "business_network_purchase_round_member_rel",
        "round_id",
        "member_id",
        string="Who May Ask",
        domain="[('network_id', '=', network_id)]",
        help="Leave it empty for every member in force on the closing day.",
    )
    product_ids = fields.One2many(
        "business.network.purchase.round.product", "round_id", string="Products", copy=True
    )
    request_ids = fields.One2many(
        "business.network.purchase.request", "round_id", string="Requests"
    )
    order_ids = fields.One2many("purchase.order", "network_round_id", string="Orders")
    pack_rule = fields.Selection(PACK_RULES, required=True, default="tolerance", tracking=True)
    minimum_amount = fields.Monetary(
        tracking=True,
        help="Without tax, at the expected prices and at those chosen: below it the round stops. "
        "Zero for none.",
    )
    deposit_percent = fields.Float(
        string="Deposit (%)", tracking=True, help="Asked of each member before ordering."
    )
    margin_percent = fields.Float(
        string="Margin (%)",
        tracking=True,
        help="Added to the cost on the invoices to members, where the network sells to them.",
    )
    landed_basis = fields.Selection(
        LANDED_BASES, string="Spread Freight", required=True, default="value", tracking=True
    )
    annex_id = fields.Many2one(
        "business.network.agreement", readonly=True, copy=False, ondelete="restrict"
    )
    deposit_call_id = fields.Many2one(
        "business.network.cash.call", readonly=True, copy=False, ondelete="restrict"
    )
    parent_request_id = fields.Many2one(
        "business.network.purchase.request",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="Request of this network in the round of its network of networks.",
    )
    origin_id = fields.Many2one(
        "business.network.purchase.round", string="Copied From", readonly=True, copy=False
    )
    note = fields.Html(string="Rules and Notes")
    request_count = fields.Integer(compute="_compute_counts")
    order_count = fields.Integer(compute="_compute_counts")
    has_specifications = fields.Boolean(compute="_compute_used_columns")
    has_packs = fields.Boolean(compute="_compute_used_columns")
    has_minimums = fields.Boolean(compute="_compute_used_columns")

    _dates_ordered = models.Constraint(
        "CHECK(date_close >= date_open)", "A round cannot close before it opens."
    )
    _rates_not_negative = models.Constraint(
        "CHECK(minimum_amount >= 0 AND margin_percent >= 0"
        " AND deposit_percent >= 0 AND deposit_percent <= 100)",
        "The minimum and the margin cannot be negative, and a deposit is between 0 and 100 %.",
    )

    @api.model
    def _default_network_id(self):
        """The network of a user who works with just one."""
        networks = self.env["business.network"].search(
            [("company_id", "in", self.env.companies.ids)], limit=2
        )
        return networks if len(networks) == 1 else networks.browse()

    @api.model
    def _sort_states(self, states, domain):
        """States of the groups in the order of a round's life, without those nobody is in."""
        return [key for key, _label in STATES if key in states]

    @api.depends("title", "name")
    def _compute_display_name(self):
        for purchase_round in self:
            names = (purchase_round.name, purchase_round.title)
            purchase_round.display_name = " · ".join(filter(None, names))

    @api.depends("request_ids", "order_ids")
    def _compute_counts(self):
        """Orders are counted for managers, too, who may have no right to read them."""
        asked = self._count_by_round("business.network.purchase.request", "round_id")
        orders = self.sudo()._count_by_round("purchase.order", "network_round_id")
        for purchase_round in self:
            purchase_round.request_count = asked.get(purchase_round._origin, 0)
            purchase_round.order_count = orders.get(purchase_round._origin, 0)

    @api.depends(
        "product_ids.specification", "product_ids.pack_quantity", "product_ids.minimum_quantity"
    )
    def _compute_used_columns(self):
        """What no product of a round has need not be shown once it can no longer be typed."""
        for purchase_round in self:
            products = purchase_round.product_ids
            purchase_round.has_specifications = any(products.mapped("specification"))
            purchase_round.has_packs = any(products.mapped("pack_quantity"))
            purchase_round.has_minimums = any(products.mapped("minimum_quantity"))

    def _count_by_round(self, model, field):
        groups = self.env[model]._read_group([(field, "in", self.ids)], [field], ["__count"])
        return dict(groups)

    # -- writing -----------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        rounds = super().create(vals_list)
        for purchase_round in rounds.filtered(lambda purchase_round: purchase_round.name == "/"):
            purchase_round.name = (
                self.env["ir.sequence"]
                .with_company(purchase_round.company_id)
                .next_by_code(self._name, sequence_date=purchase_round.date_open)
            )
        return rounds

    def write(self, vals):
        for state, names in self._get_frozen_fields().items():
            if names & vals.keys():
                self._check_not_frozen(state, names & vals.keys())
        if "network_id" in vals:  # rules look at the network it leaves, not at the one it enters
            self.env["business.network"].browse(vals["network_id"]).check_access("write")
        return super().write(vals)

    @api.model
    def _get_guarded_fields(self):
        made = {"annex_id", "deposit_call_id", "negotiated_amount", "parent_request_id"}
        return super()._get_guarded_fields() | made

    @api.model
    def _get_frozen_fields(self):
        """Names of fields that stay as they are from a state on, ``{state: names}``."""
        return {
            "open": {"network_id"},
            "closed": {"participant_ids", "pack_rule", "date_open", "date_close"},
        }

    def _check_not_frozen(self, state, names):
        """Raise UserError for a round that reached ``state``: members asked on those terms."""
        order = [key for key, _label in STATES]
        for purchase_round in self:
            if order.index(purchase_round.state) >= order.index(state):
                raise UserError(
                    self.env._(
                        "%(round)s is already in state “%(state)s”, so its %(fields)s cannot "
                        "change any more. Go back with its buttons first, or copy the round.",
                        round=purchase_round.display_name,
                        state=dict(self._fields["state"]._description_selection(self.env))[
                            purchase_round.state
                        ],
                        fields=", ".join(
                            self._fields[name]._description_string(self.env)
                            for name in sorted(names)
                        ),
                    )
                )

    def copy_data(self, default=None):
        """A copy opens today, for as many days, and remembers where it comes from."""
        today = fields.Date.context_today(self)
        return [
            {
                **vals,
                "origin_id": purchase_round.id,
                "date_open": today,
                "date_close": today + (purchase_round.date_close - purchase_round.date_open),
                "date_planned": False,
                **(default or {}),
            }
            for purchase_round, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for purchase_round in self.filtered(
            lambda purchase_round: (
                purchase_round.state != "draft"
                or "sent" in purchase_round.request_ids.mapped("state")
            )
        ):
            raise UserError(
                self.env._(
                    "%s is no draft without requests and cannot be deleted. Cancel it instead: "
                    "what members asked stays on record.",
                    purchase_round.display_name,
                )
            )

    @api.constrains("participant_ids", "network_id")
    def _check_participants(self):
        for purchase_round in self:
            for member in purchase_round.participant_ids:
                if member.network_id != purchase_round.network_id:
                    raise ValidationError(
                        self.env._(
                            "%(member)s is a member of %(other)s, not of %(network)s, which buys "
                            "in %(round)s. Choose members of %(network)s.",
                            member=member.display_name,
                            other=member.network_id.name,
                            network=purchase_round.network_id.name,
                            round=purchase_round.display_name,
                        )
                    )

    def _get_today(self):
        """Today where the responsible is: a round is not closed at the midnight of another zone."""
        self.ensure_one()
        zone = self.user_id.tz or self.company_id.partner_id.tz or self.env.context.get("tz")
        return fields.Date.context_today(self.with_context(tz=zone))
