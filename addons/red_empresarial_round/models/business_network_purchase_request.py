from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

STATES = [("draft", "Draft"), ("sent", "Sent"), ("cancel", "Canceled")]


class BusinessNetworkPurchaseRequest(models.Model):
    """What one member needs of a round. Only sent requests are consolidated.

    In the round of a network of networks the member stands for a network, and the request gathers
    what the members of that network asked in a round of their own.
    """

    _name = "business.network.purchase.request"
    _description = "Request of a Member in a Joint Purchase Round"
    _inherit = ["mail.thread", "business.network.action.state.mixin"]
    _order = "round_id desc, id"
    _check_company_auto = True

    round_id = fields.Many2one(
        "business.network.purchase.round", required=True, index=True, ondelete="cascade"
    )
    network_id = fields.Many2one(related="round_id.network_id", store=True, index=True)
    company_id = fields.Many2one(related="round_id.company_id", store=True, index=True)
    member_id = fields.Many2one(
        "business.network.member",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('network_id', '=', network_id)]",
    )
    partner_id = fields.Many2one(related="member_id.partner_id", string="Enterprise", store=True)
    state = fields.Selection(STATES, required=True, default="draft", copy=False, readonly=True)
    date_sent = fields.Datetime(readonly=True, copy=False)
    line_ids = fields.One2many(
        "business.network.purchase.request.line", "request_id", string="Products", copy=True
    )
    source_round_ids = fields.One2many(
        "business.network.purchase.round", "parent_request_id", string="Own Rounds"
    )
    note = fields.Text()
    line_count = fields.Integer(string="Products Asked", compute="_compute_line_count")
    round_state = fields.Selection(related="round_id.state", string="State of the Round")
    date_close = fields.Date(related="round_id.date_close", store=True)

    _member_unique = models.Constraint(
        "UNIQUE(round_id, member_id)", "The member already has a request in this round."
    )

    @api.depends("round_id", "partner_id")
    def _compute_display_name(self):
        for request in self:
            names = (request.round_id.name, request.partner_id.display_name)
            request.display_name = " · ".join(filter(None, names))

    @api.depends("line_ids.quantity")
    def _compute_line_count(self):
        counts = dict(
            self.env["business.network.purchase.request.line"]._read_group(
                [("request_id", "in", self.ids), ("quantity", ">", 0)],
                ["request_id"],
                ["__count"],
            )
        )
        for request in self:
            request.line_count = counts.get(request._origin, 0)

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {"date_sent"}

    # -- life --------------------------------------------------------------------------------------

    def action_send(self):
        """Count the requests for the round. Lines without a quantity are dropped.

        :raise UserError: the round takes no requests today, the member may not ask, nothing is
            asked
        """
        requests = self.filtered(lambda request: request.state != "sent")
        requests.round_id._touch()
        for request in requests:
            request._check_state("draft")
        requests.round_id._check_asking()
        for request in requests:
            request._check_may_ask()
            request._check_not_empty()
        requests.line_ids.filtered(lambda line: not line.quantity).unlink()
        requests.line_ids._check_quantities()
        requests._set_state("sent", fields.Datetime.now())

    def action_reset_to_draft(self):
        """Take the requests back to change them, as long as the round is open."""
        requests = self.filtered(lambda request: request.state != "draft")
        requests.round_id._touch()
        requests.round_id._check_typing()
        requests._set_state("draft")

    def action_cancel(self):
        """Take the requests back for good, as long as the round is open."""
        requests = self.filtered(lambda request: request.state != "cancel")
        requests.round_id._touch()
        requests.round_id._check_typing()
        requests._set_state("cancel")

    def _set_state(self, state, date_sent=False):
        self.check_access("write")
        self.sudo().write({"state": state, "date_sent": date_sent})

    def action_copy_last(self):
        """Ask what each member asked last time, of the products that are still in the catalogue.

        Units and tolerances are kept; products that already have a line are left alone, so twice
        adds nothing.

        :return: the lines that were added
        """
        for request in self:
            request._check_state("draft")
        last = self._get_last_requests()
        return self.env["business.network.purchase.request.line"].create(
            [
                vals
                for request in self
                for vals in request._prepare_lines_of(last.get(request.member_id))
            ]
        )

    def _get_last_requests(self):
        """The latest request each member sent in another round, ``{member: request}``."""
        requests = self.search(
            [
                ("member_id", "in", self.member_id.ids),
                ("round_id", "not in", self.round_id.ids),
                ("state", "=", "sent"),
                ("round_id.state", "!=", "cancel"),
            ],
            order="date_close desc, id desc",
        )
        last = {}
        for request in requests:
            last.setdefault(request.member_id, request)
        return last

    def _prepare_lines_of(self, last):
        """Values of the lines of an earlier request that this one can ask and does not yet."""
        self.ensure_one()
        catalogue = self.round_id.product_ids.grouped("product_id")
        asked = self.line_ids.filtered("quantity").product_id
        return [
            {
                "request_id": self.id,
                "round_product_id": catalogue[line.product_id].id,
                "quantity": line.quantity,
                "maximum_quantity": line.maximum_quantity,
                "product_uom_id": line.product_uom_id.id,
            }
            for line in (last.line_ids if last else ())
            if line.product_id in catalogue and line.product_id not in asked
        ]

    # -- rules -------------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests.round_id._check_typing()
        for request in requests:
            request._check_may_ask()
        return requests

    def write(self, vals):
        if {"round_id", "member_id"} & vals.keys():
            self._check_changeable()
        return super().write(vals)

    @api.constrains("round_id", "member_id")
    def _check_lines_follow(self):
        self.line_ids._check_quantities()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        for request in self.filtered(lambda request: request.state == "sent"):
            raise UserError(
                self.env._(
                    "%s was sent and cannot be deleted. Reset it to draft or cancel it instead.",
                    request.display_name,
                )
            )

    def _check_changeable(self):
        """Raise UserError naming a request that was sent, or whose round takes no more requests."""
        self.round_id._check_typing()
        for request in self:
            if request.state != "draft":
                raise UserError(
                    self.env._(
                        "%s is no draft any more: the network counts on it. Reset it to draft to "
                        "change it.",
                        request.display_name,
                    )
                )

    def _check_may_ask(self):
        """Raise UserError naming the member that may not ask in the round, and why."""
        self.ensure_one()
        member, purchase_round = self.member_id, self.round_id
        names = {
            "member": member.display_name,
            "round": purchase_round.display_name,
            "network": purchase_round.network_id.name,
        }
        if member.network_id != purchase_round.network_id:
            raise UserError(
                self.env._(
                    "%(member)s is not a member of %(network)s, so it cannot ask in %(round)s. Add "
                    "it to the network first.",
                    **names,
                )
            )
        if not member._is_in_force(purchase_round.date_close):
            raise UserError(
                self.env._(
                    "%(member)s is no member of %(network)s on %(date)s, when %(round)s closes, so "
                    "it cannot ask. Correct the membership, or leave it out.",
                    date=format_date(self.env, purchase_round.date_close),
                    **names,
                )
            )
        if purchase_round.participant_ids and member not in purchase_round.participant_ids:
            raise UserError(
                self.env._(
                    "%(member)s does not take part in %(round)s. Add it to those who may ask.",
                    **names,
                )
            )

    def _check_not_empty(self):
        if not any(self.line_ids.mapped("quantity")):
            raise UserError(
                self.env._(
                    "%s asks for nothing. Write a quantity, or cancel the request.",
                    self.display_name,
                )
            )
