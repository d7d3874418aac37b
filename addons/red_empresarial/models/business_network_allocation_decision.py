from collections import defaultdict

from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.quantities import format_exact


class BusinessNetworkAllocation(models.Model):
    """Members accept or decline what they are allocated; managers close what comes short.

    What is declined or closed short is *released*: no longer allocated, and kept on the allocation
    until it is shared again among the others.
    """

    _name = "business.network.allocation"
    _inherit = ["business.network.allocation", "business.network.guarded.mixin"]

    state = fields.Selection(
        [("proposed", "Proposed"), ("accepted", "Accepted"), ("declined", "Declined")],
        required=True,
        default="proposed",
        index=True,
        copy=False,
    )
    decided_on = fields.Date(readonly=True, copy=False)
    decided_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    decline_reason = fields.Char(string="Reason to Decline", copy=False)
    released_quantity = fields.Float(
        string="Released",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Declined or closed short, and not shared again yet.",
    )

    _released_not_negative = models.Constraint(
        "CHECK(released_quantity >= 0)", "A released quantity cannot be negative."
    )

    @api.model
    def _get_guarded_fields(self):
        """With what nobody has taken yet: declining, closing and sharing out write it."""
        return super()._get_guarded_fields() | {"released_quantity"}

    def _set_released(self, quantity):
        """Keep what is free to be shared again; the caller has the right to write."""
        self.check_access("write")
        self.sudo().write({"released_quantity": quantity})

    @api.constrains("state", "decline_reason", "quantity", "delivered_quantity")
    def _check_declined(self):
        for allocation in self.filtered(lambda allocation: allocation.state == "declined"):
            names = allocation._get_message_names()
            if not (allocation.decline_reason or "").strip():
                raise ValidationError(
                    self.env._(
                        "%(member)s declines %(product)s of %(order)s: write the reason.", **names
                    )
                )
            if allocation.quantity or allocation.delivered_quantity:
                raise ValidationError(
                    self.env._(
                        "%(member)s declined %(product)s of %(order)s, so it has no quantity. "
                        "Propose the allocation again first.",
                        **names,
                    )
                )

    def write(self, vals):
        """A member that accepted a quantity is asked again when it is raised."""
        if vals.get("quantity") and "state" not in vals:
            raised = self.filtered(
                lambda allocation: (
                    allocation.state == "accepted" and vals["quantity"] > allocation.quantity
                )
            )
            raised._propose_again()
        return super().write(vals)

    def _propose_again(self):
        if self:
            self.write({"state": "proposed", "decided_on": False, "decided_by_id": False})

    # -- decisions -----------------------------------------------------------------------------

    def _prepare_decision(self, state):
        return {
            "state": state,
            "decided_on": fields.Date.context_today(self),
            "decided_by_id": self.env.uid,
        }

    def action_accept(self):
        """The members accept their allocations. Those accepted already stay as they are.

        :raise UserError: a declined one, which has to be proposed again first
        """
        for allocation in self.filtered(lambda allocation: allocation.state == "declined"):
            raise UserError(
                self.env._(
                    "%(member)s declined %(product)s of %(order)s. Propose the allocation again "
                    "first.",
                    **allocation._get_message_names(),
                )
            )
        proposed = self.filtered(lambda allocation: allocation.state == "proposed")
        proposed.write(self._prepare_decision("accepted"))
        proposed._post_on_orders(
            lambda allocation: self.env._(
                "%(member)s accepted %(quantity)s of %(product)s.",
                **allocation._get_posted_names(allocation.quantity),
            )
        )
        return True

    def decline(self, reason):
        """The members decline their allocations; the quantity is free to be shared again.

        :param str reason: why; required
        :raise UserError: something was delivered or invoiced, or a locked allocation
        """
        open_ones = self.filtered(lambda allocation: allocation.state != "declined")
        open_ones._check_declinable()
        decision = {**self._prepare_decision("declined"), "decline_reason": (reason or "").strip()}
        for allocation in open_ones:
            released = allocation.released_quantity + allocation.quantity
            allocation.write({**decision, "quantity": 0.0})
            allocation._set_released(released)
        open_ones._post_on_orders(
            lambda allocation: self.env._(
                "%(member)s declined %(quantity)s of %(product)s: %(reason)s. Share it again among "
                "the others.",
                reason=allocation.decline_reason,
                **allocation._get_posted_names(allocation.released_quantity),
            )
        )
        return True

    def _check_declinable(self):
        for allocation in self:
            names = allocation._get_message_names()
            if allocation.delivered_quantity or allocation.invoiced_quantity:
                raise UserError(
                    self.env._(
                        "%(member)s has already delivered or invoiced %(product)s of %(order)s, so "
                        "it cannot decline it. Close it short or share the rest again.",
                        **names,
                    )
                )
            if allocation.locked:
                raise UserError(
                    self.env._(
                        "The allocation of %(product)s to %(member)s in %(order)s is locked. "
                        "Unlock it first.",
                        **names,
                    )
                )

    def action_propose(self):
        """Propose declined allocations again, with what of them is not shared among others yet."""
        for allocation in self.filtered(lambda allocation: allocation.state == "declined"):
            allocation.write(
                {
                    "state": "proposed",
                    "decided_on": False,
                    "decided_by_id": False,
                    "decline_reason": False,
                    "quantity": allocation.released_quantity,
                }
            )
            allocation._set_released(0.0)
        return True

    def action_close_short(self):
        """Nothing more will come: the allocation ends at what was delivered, the rest is released.

        :raise UserError: more than that is invoiced already, or nothing is pending
        """
        for allocation in self:
            rest = allocation.remaining_quantity
            names = allocation._get_message_names()
            if not rest:
                raise UserError(
                    self.env._(
                        "%(member)s has nothing left to deliver of %(product)s in %(order)s.",
                        **names,
                    )
                )
            allocation._check_rest_not_invoiced()
            allocation.quantity = allocation.delivered_quantity
            allocation._set_released(allocation.released_quantity + rest)
        self._post_on_orders(
            lambda allocation: self.env._(
                "%(product)s of %(member)s is closed short; %(quantity)s are free to be shared "
                "again.",
                **allocation._get_posted_names(allocation.released_quantity),
            )
        )
        return True

    def _check_rest_not_invoiced(self):
        """Raise UserError when what is not delivered yet was invoiced ahead."""
        for allocation in self:
            if allocation.invoiced_quantity > allocation.delivered_quantity + 0.00005:
                lines = allocation.sudo().invoiced_ids.move_line_id
                raise UserError(
                    self.env._(
                        "%(product)s of %(member)s in %(order)s is invoiced beyond what was "
                        "delivered (%(invoice)s). Refund that part first.",
                        invoice=", ".join(lines.move_id.mapped("display_name")),
                        **allocation._get_message_names(),
                    )
                )

    def action_open_decline(self):
        """Ask for the reason in a pop-up."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Decline"),
            "res_model": "business.network.allocation.decline",
            "view_mode": "form",
            "target": "new",
            "context": {"default_allocation_ids": self.ids},
        }

    def action_lock(self):
        self.locked = True

    def action_unlock(self):
        self.locked = False

    # -- chatter -------------------------------------------------------------------------------

    def _get_posted_names(self, quantity):
        names = self._get_message_names()
        return {
            "member": names["member"],
            "product": names["product"],
            "quantity": f"{format_exact(self.env, quantity)} {self.product_uom_id.name}",
        }

    def _post_on_orders(self, get_text):
        """Note on each order what was decided, one message per order.

        As superuser: a manager of the network need not be allowed to write on the order.
        """
        texts = defaultdict(list)
        for allocation in self:
            texts[allocation._get_line().order_id].append(get_text(allocation))
        for order, lines in texts.items():
            order.sudo().message_post(
                body=Markup("<br/>").join(lines),
                author_id=self.env.user.partner_id.id,
                message_type="notification",
            )
