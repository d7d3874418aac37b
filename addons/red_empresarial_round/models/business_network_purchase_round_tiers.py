from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from .purchase_order import BOUGHT

FOLLOWING = ("closed", "negotiated", "ordered", "received", "distributed")
TAKEN_OVER = ("title", "date_planned", "delivery_place", "landed_basis", "reminder_days", "note")
NOT_READY = "red_empresarial_round.activity_round_of_networks"


class BusinessNetworkPurchaseRound(models.Model):
    """A round whose participants are networks: each asks by a round of its own.

    The upper round has the packs, the suppliers and the orders. The lower one, in the books of its
    network, has the members' requests; closing it writes and sends the network's request, and from
    then on it follows the upper one. Who manages a network needs no right on the other: what goes
    from one round to the other is done as superuser, after the right on the own round was checked.
    """

    _inherit = "business.network.purchase.round"

    network_tier = fields.Selection(related="network_id.tier", string="Kind of Network")
    parent_round_id = fields.Many2one(
        related="parent_request_id.round_id",
        store=True,
        index="btree_not_null",
        string="Bought In",
        help="Round of the network of networks, which orders for this network, too.",
    )
    parent_state = fields.Selection(related="parent_round_id.state", string="Upper Round")
    child_round_ids = fields.One2many(
        "business.network.purchase.round", "parent_round_id", string="Rounds of the Networks"
    )
    child_round_count = fields.Integer(compute="_compute_child_round_count", compute_sudo=True)

    _parent_request_unique = models.UniqueIndex(
        "(parent_request_id) WHERE parent_request_id IS NOT NULL AND state != 'cancel'",
        "A network has one round for its request in the round of its network of networks.",
    )

    @api.depends("child_round_ids")
    def _compute_child_round_count(self):
        for purchase_round in self:
            purchase_round.child_round_count = len(purchase_round.child_round_ids)

    def _get_children(self, *states):
        """Rounds of the networks that take part here, as superuser: they are others' records."""
        children = self.sudo().child_round_ids
        return children.filtered(lambda child: child.state in states) if states else children

    def action_open_child_rounds(self):
        """Show the rounds of the networks, as far as the user may see them."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial_round.business_network_purchase_round_action"
        )
        action["domain"] = [("parent_round_id", "=", self.id)]
        return action

    # -- opening -----------------------------------------------------------------------------------

    def action_open(self):
        """Open the rounds of the networks that take part, too; in those, only while it is open."""
        opening = self.filtered(lambda purchase_round: purchase_round.state != "open")
        opening._check_parent_open()
        result = super().action_open()
        for purchase_round in opening.filtered(lambda r: r.network_tier == "second"):
            purchase_round.sudo()._open_children()
        opening._get_parent_requests("cancel")._set_state("draft")
        return result

    def _open_children(self):
        """Open a round in each network that takes part; those that have one keep it.

        A network that cannot open yet, such as one without members, does not stop the others.
        """
        self.ensure_one()
        members = self._get_participants().filtered("sub_network_id")
        known = self.child_round_ids.parent_request_id.member_id
        self._check_products_shared(members.sub_network_id.company_id)
        self._create_children(members - known)
        self.child_round_ids._take_catalogue()
        for child in self._get_children("draft"):
            child._try_to_open()

    def _create_children(self, members):
        Request = self.env["business.network.purchase.request"]
        requests = self.request_ids.filtered(lambda request: request.member_id in members)
        requests |= Request.create(
            [
                {"round_id": self.id, "member_id": member.id}
                for member in members - requests.member_id
            ]
        )
        for request in requests:
            company = request.member_id.sub_network_id.company_id
            self.with_company(company).create(self._prepare_child(request))
        self.invalidate_recordset(["child_round_ids"])

    def _prepare_child(self, request):
        """Values of the round of a network: this one's terms, no packs, its own responsible."""
        network = request.member_id.sub_network_id
        values = self.read([*TAKEN_OVER, "date_open", "date_close"], load=None)[0]
        values.pop("id")
        return {
            **values,
            "network_id": network.id,
            "parent_request_id": request.id,
            "user_id": network.manager_id.id,
        }

    def _try_to_open(self):
        try:
            with self.env.cr.savepoint():
                self.action_open()
        except (UserError, ValidationError) as error:
            self.invalidate_recordset()
            self._tell_responsible(NOT_READY, str(error))
            self.parent_round_id.message_post(
                body=self.env._(
                    "%(network)s cannot ask yet: %(reason)s",
                    network=self.network_id.name,
                    reason=str(error),
                )
            )

    def _check_products_shared(self, companies):
        """Raise UserError naming a product that another network's company cannot buy."""
        for product in self.product_ids.product_id:
            if product.company_id and companies - product.company_id:
                raise UserError(
                    self.env._(
                        "%(product)s belongs to %(company)s alone, so the networks of %(round)s "
                        "cannot ask for it. Empty the company of the product.",
                        product=product.display_name,
                        company=product.company_id.name,
                        round=self.display_name,
                    )
                )

    def _take_catalogue(self):
        """Make the products of these rounds those of the round above; packs stay with that one."""
        Product = self.env["business.network.purchase.round.product"].sudo()
        missing = []
        for child in self.filtered(lambda child: child.state in ("draft", "open")):
            own = child.product_ids.grouped("product_id")
            for product in child.parent_round_id.product_ids:
                vals = child._prepare_child_product(product)
                if product.product_id in own:
                    own[product.product_id]._update_terms(vals)
                else:
                    missing.append(vals)
            above = child.parent_round_id.product_ids.product_id
            child.product_ids.filtered(lambda line, a=above: line.product_id not in a).unlink()
        if missing:
            Product.create(missing)

    def _prepare_child_product(self, product):
        same_currency = self.currency_id == product.currency_id
        return {
            "round_id": self.id,
            "product_id": product.product_id.id,
            "product_uom_id": product.product_uom_id.id,
            "sequence": product.sequence,
            "specification": product.specification,
            "expected_price": product.expected_price if same_currency else 0.0,
        }

    # -- closing, reopening, giving up -------------------------------------------------------------

    def action_close(self):
        """Close the rounds of the networks first, and send what this network asks in all."""
        closing = self.filtered(lambda purchase_round: purchase_round.state == "open")
        closing.check_access("write")
        if children := closing._get_children("open"):
            children.action_close()
        if absent := closing._get_children("draft"):
            absent.action_cancel()
        result = super().action_close()
        for purchase_round in closing.sudo():
            purchase_round._send_parent_request()
            purchase_round._share_with_children()
        return result

    def action_reopen(self):
        """The rounds of the networks stay closed: what they asked stands unless they change it."""
        reopening = self.filtered(lambda purchase_round: purchase_round.state != "open")
        reopening.check_access("write")
        reopening._check_parent_open()
        result = super().action_reopen()
        reopening._get_parent_requests("sent")._take_back()
        for child in reopening._get_children("closed"):
            child._consolidate()
        return result

    def action_cancel(self):
        """With the rounds of its networks; alone, the network's request is withdrawn."""
        canceling = self.filtered(lambda purchase_round: purchase_round.state != "cancel")
        canceling.check_access("write")
        canceling._check_may_withdraw()
        result = super().action_cancel()
        if children := canceling._get_children():
            children.action_cancel()
        for child in canceling.sudo().filtered("parent_request_id"):
            child._withdraw()
        return result

    def action_reset_to_draft(self):
        """With the rounds of its networks, which open again when it does."""
        resetting = self.filtered(lambda purchase_round: purchase_round.state in ("open", "cancel"))
        resetting.check_access("write")
        resetting.filtered(lambda r: r.state == "open")._get_children("closed").action_reopen()
        result = super().action_reset_to_draft()
        if children := resetting._get_children("open", "cancel"):
            children.action_reset_to_draft()
        return result

    def _get_parent_requests(self, state):
        """Requests of these networks in the rounds above that are in a state, as superuser."""
        return self.sudo().parent_request_id.filtered(lambda request: request.state == state)

    def _check_parent_open(self):
        """Raise UserError for a round whose network of networks takes no requests now."""
        for child in self.filtered("parent_request_id"):
            parent = child.sudo().parent_round_id
            if parent.state != "open":
                raise UserError(
                    self.env._(
                        "%(round)s asks in %(parent)s of %(network)s, which is not open. Ask "
                        "%(network)s to open it.",
                        round=child.display_name,
                        parent=parent.display_name,
                        network=parent.network_id.name,
                    )
                )

    def _check_may_withdraw(self):
        for child in self.filtered("parent_request_id"):
            parent = child.sudo().parent_round_id
            if parent.state in BOUGHT:
                raise UserError(
                    self.env._(
                        "%(parent)s ordered what %(round)s asks, so it cannot be canceled alone. "
                        "%(network)s has to cancel its orders first.",
                        parent=parent.display_name,
                        round=child.display_name,
                        network=parent.network_id.name,
                    )
                )

    def _withdraw(self):
        """Take the network's request back; a round above that is closed already finds anew."""
        self.ensure_one()
        parent, request = self.parent_round_id, self.parent_request_id
        if parent.state == "cancel" or request.state == "cancel":
            return
        counted = request.state == "sent"
        parent._touch()
        request._set_state("cancel")
        if counted and parent.state in ("closed", "negotiated"):
            parent._consolidate()
            parent._share_with_children()
            parent.message_post(
                body=self.env._(
                    "%s took its request back: what to order was found anew. Look at the "
                    "quotations again.",
                    self.network_id.name,
                )
            )

    # -- following ---------------------------------------------------------------------------------

    def write(self, vals):
        """The networks' rounds follow the state and, while they take requests, the closing day."""
        closings = {r: r.date_close for r in self if "date_close" in vals and r._get_children()}
        result = super().write(vals)
        for purchase_round, date_close in closings.items():
            purchase_round._move_children(date_close)
        if vals.get("state") in FOLLOWING:
            for purchase_round in self:
                purchase_round._lead_children()
        return result

    def _move_children(self, before):
        """Those that closed with this round still do; none closes after it."""
        for child in self._get_children("draft", "open"):
            if child.date_close == before or child.date_close > self.date_close:
                child.write(
                    {
                        "date_open": min(child.date_open, self.date_close),
                        "date_close": self.date_close,
                    }
                )

    def _lead_children(self):
        """The rounds of the networks go through the states of this one, up to their own bills."""
        for child in self._get_children(*FOLLOWING):
            state = child._get_led_state()
            if state != child.state and not child._has_documents():
                child.state = state

    def _get_led_state(self):
        """What is received is distributed among the members by the network's own books."""
        state = self.parent_round_id.state
        return "received" if state == "distributed" and self._has_own_books() else state

    @api.constrains("date_close", "parent_request_id")
    def _check_closes_before_parent(self):
        for child in self.filtered("parent_request_id"):
            limit = child.sudo().parent_round_id.date_close
            if child.date_close > limit:
                raise ValidationError(
                    self.env._(
                        "%(round)s has to close by %(date)s, when %(parent)s takes no more "
                        "requests. Choose that day or an earlier one.",
                        round=child.display_name,
                        date=format_date(self.env, limit),
                        parent=child.sudo().parent_round_id.display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_children(self):
        for purchase_round in self.filtered(lambda purchase_round: purchase_round._get_children()):
            raise UserError(
                self.env._(
                    "The networks of %s have their own rounds for it. Cancel it instead of "
                    "deleting it.",
                    purchase_round.display_name,
                )
            )

    # -- what the round above does -----------------------------------------------------------------

    def _check_buys(self):
        """Raise UserError for a round whose goods the network of networks buys."""
        for child in self.filtered("parent_request_id"):
            parent = child.sudo().parent_round_id
            raise UserError(
                self.env._(
                    "%(network)s buys for %(round)s in %(parent)s: quotations, orders and receipts "
                    "are there, and this round follows.",
                    network=parent.network_id.name,
                    round=child.display_name,
                    parent=parent.display_name,
                )
            )

    def action_open_quotation_wizard(self):
        self._check_buys()
        return super().action_open_quotation_wizard()

    def action_request_quotations(self, partners):
        self._check_buys()
        return super().action_request_quotations(partners)

    def action_negotiate(self):
        self._check_buys()
        return super().action_negotiate()

    def action_renegotiate(self):
        self._check_buys()
        return super().action_renegotiate()

    def action_ask_deposit(self):
        self._check_buys()
        return super().action_ask_deposit()

    def action_order(self):
        self._check_buys()
        return super().action_order()

    def action_cancel_orders(self):
        self._check_buys()
        return super().action_cancel_orders()

    def action_receive(self):
        self._check_buys()
        return super().action_receive()

    def _receive(self, receipts, date=None):
        self._check_buys()
        return super()._receive(receipts, date=date)

    def action_close_short(self):
        self._check_buys()
        return super().action_close_short()

    def action_undo_receipts(self):
        self._check_buys()
        return super().action_undo_receipts()


class BusinessNetworkPurchaseRoundProduct(models.Model):
    """The catalogue of a network's round is that of the round above."""

    _inherit = "business.network.purchase.round.product"

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        products._check_own_catalogue()
        products.round_id._get_children("open")._take_catalogue()
        return products

    def write(self, vals):
        if self._get_taken_terms() & vals.keys():
            self._check_own_catalogue()
        result = super().write(vals)
        if self._get_taken_terms() & vals.keys():
            self.round_id._get_children("open")._take_catalogue()
        return result

    def unlink(self):
        self._check_own_catalogue()
        rounds = self.round_id
        result = super().unlink()
        rounds.exists()._get_children("open")._take_catalogue()
        return result

    @api.model
    def _get_taken_terms(self):
        """Names of what the networks' rounds take over, and what only the upper round decides."""
        return {
            "round_id", "product_id", "product_uom_id", "sequence", "specification",
            "expected_price", "pack_quantity", "minimum_quantity",
        }  # fmt: skip

    def _update_terms(self, vals):
        """Write what differs: twice writes nothing."""
        self.ensure_one()
        changes = {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changes:
            self.write(changes)

    def _check_own_catalogue(self):
        """Raise UserError for a user who changes what the network of networks offers."""
        if self.env.su:
            return
        for child in self.round_id.filtered("parent_request_id"):
            parent = child.sudo().parent_round_id
            raise UserError(
                self.env._(
                    "The products of %(round)s are those of %(parent)s. Ask %(network)s to change "
                    "them there.",
                    round=child.display_name,
                    parent=parent.display_name,
                    network=parent.network_id.name,
                )
            )
