from odoo import api, fields, models
from odoo.addons.red_empresarial.engine.apportion import allot_lots
from odoo.addons.red_empresarial.engine.offers import finest_lot, receive_so_far
from odoo.addons.red_empresarial.tools.quantities import (
    convert_exact,
    format_exact,
    from_exact,
    to_exact,
)
from odoo.exceptions import UserError


class BusinessNetworkPurchaseRound(models.Model):
    """Receipts: what arrived, shared by what each member was allotted, never first come."""

    _inherit = "business.network.purchase.round"

    is_received_from = fields.Boolean(
        string="Partly Received",
        compute="_compute_is_received_from",
        compute_sudo=True,
        help="Something of its orders arrived already.",
    )

    @api.depends("order_ids.state", "order_ids.order_line.qty_received")
    def _compute_is_received_from(self):
        for purchase_round in self:
            lines = purchase_round.sudo()._get_orders().order_line.filtered("round_product_id")
            purchase_round.is_received_from = any(lines.mapped("qty_received"))

    def action_receive(self):
        """Write in a pop-up what arrived."""
        self.ensure_one()
        self._check_state("ordered")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receive"),
            "res_model": "business.network.purchase.round.receipt",
            "view_mode": "form",
            "target": "new",
            "context": {"default_round_id": self.id},
        }

    def _receive(self, receipts, date=None):
        """Register what arrived and share it among the members, in one batch.

        :param receipts: ``[{line, quantity, rejected, reason}]`` with exact quantities in the
            unit of the order line; ``quantity`` is all that arrived, ``rejected`` the part of it
            that goes back
        :return: the ``business.network.delivery`` records
        :raise UserError: more than was ordered or allotted, a rejection without a reason, or a line
            of another round
        """
        self.ensure_one()
        self._touch()
        self._check_state("ordered")
        vals_list = []
        for receipt in receipts:
            self._check_own_line(receipt["line"])
            receipt["line"]._check_receipt(receipt)
            vals_list += self._prepare_receipt(date=date, **receipt)
        deliveries = self.env["business.network.delivery"]._create_rows(vals_list)
        self._update_received()
        return deliveries

    def _prepare_receipt(self, line, quantity, rejected=0, reason=False, date=None):
        """Values of the receipt of each member: what is accepted, and what of it is rejected."""
        allocations = line.allocation_ids.sorted(
            lambda allocation: (allocation.member_id.sequence, allocation.id)
        )
        unit = line.round_product_id.product_uom_id
        accepted = convert_exact(quantity - rejected, line.product_uom_id, unit)
        refused = convert_exact(rejected, line.product_uom_id, unit)
        allotted = [to_exact(allocation.quantity) for allocation in allocations]
        before = [to_exact(allocation.delivered_quantity) for allocation in allocations]
        # Five units are no whole hundredths of a dozen: what cannot be kept is rounded, once.
        lot = max(finest_lot([*allotted, *before, accepted, refused]), self._get_finest_step())
        caps = [int(max(pair) / lot) for pair in zip(allotted, before, strict=True)]
        parts = receive_so_far(
            min(round((sum(before) + accepted) / lot), sum(caps)),
            [int(quantity / lot) for quantity in allotted],
            [int(quantity / lot) for quantity in before],
        )
        # Nobody was promised what goes back, so it may be more than anyone is allotted.
        returned = allot_lots(round(refused / lot), allotted if any(allotted) else caps)
        return [
            {
                **allocation._prepare_delivery(),
                "date": date or fields.Date.context_today(self),
                "quantity": from_exact((part + back) * lot),
                "rejected_quantity": from_exact(back * lot),
                "accepted_quantity": from_exact(part * lot),
                "price_factor": 1.0,
                "reason": reason if back else False,
                "state": "done",
            }
            for allocation, part, back in zip(allocations, parts, returned, strict=True)
            if part or back
        ]

    def _check_own_line(self, line):
        """Raise UserError for a line of another round, or of none."""
        if line.network_round_id != self:
            raise UserError(
                self.env._(
                    "%(product)s of %(order)s is not bought in %(round)s. Receive it where it was "
                    "ordered.",
                    product=line.product_id.display_name,
                    order=line.order_id.name,
                    round=self.display_name,
                )
            )

    def _update_received(self):
        """The state follows what is still to come."""
        self.order_ids.order_line.invalidate_recordset(["qty_received"])
        state = "ordered" if self._get_unreceived_lines() else "received"
        if self.state != state and self.state in ("ordered", "received"):
            self.sudo().state = state

    def action_close_short(self):
        """Nothing more will come: orders and allocations end at what was received.

        :raise UserError: nothing was received at all: cancel the orders instead
        """
        for purchase_round in self:
            purchase_round._check_state("ordered")
            purchase_round.check_access("write")
            orders = purchase_round._get_orders()
            if not any(orders.allocation_ids.mapped("delivered_quantity")):
                raise UserError(
                    self.env._(
                        "Nothing of %s was received. Cancel its orders instead.",
                        purchase_round.display_name,
                    )
                )
            pending = orders.allocation_ids.filtered("remaining_quantity")
            pending.with_context(network_annex_later=True).action_close_short()
            purchase_round._get_unreceived_lines()._lower_to_received()
            purchase_round._update_received()
            purchase_round._refresh_annex()

    def action_undo_receipts(self):
        """Cancel every receipt that no bill took; the quantities are to come again."""
        for purchase_round in self:
            purchase_round._check_state("ordered", "received")
            purchase_round.check_access("write")
            orders = purchase_round._get_orders()
            deliveries = orders.allocation_ids.delivery_ids
            done = deliveries.filtered(lambda delivery: delivery.state == "done")
            if not done:
                raise UserError(
                    self.env._("Nothing of %s was received yet.", purchase_round.display_name)
                )
            done.action_cancel()
            purchase_round._update_received()

    def action_open_receipts(self):
        """Who received what, and what was rejected."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "red_empresarial.business_network_reception_action"
        )
        action["domain"] = [("allocation_id.purchase_line_id.network_round_id", "=", self.id)]
        action["context"] = {"create": False, "network_receptions": True}
        return action


class PurchaseOrderLine(models.Model):
    _inherit = "purchase.order.line"

    def _check_receipt(self, receipt):
        """Raise UserError for a receipt that cannot be: above the order, negative, no reason."""
        self.ensure_one()
        names = {"product": self.product_id.display_name, "order": self.order_id.name}
        quantity, rejected = receipt["quantity"], receipt.get("rejected", 0)
        if quantity < 0 or not 0 <= rejected <= quantity:
            raise UserError(
                self.env._(
                    "The receipt of %(product)s for %(order)s is negative, or rejects more than "
                    "arrived. Correct the quantities.",
                    **names,
                )
            )
        if rejected and not (receipt.get("reason") or "").strip():
            raise UserError(
                self.env._(
                    "Part of the %(product)s of %(order)s is rejected. Write the reason.", **names
                )
            )
        received = self._sum_allocations("delivered_quantity") + quantity - rejected
        limit = self._get_receipt_limit()
        allotted = self._get_receivable()
        names |= {"received": format_exact(self.env, received), "uom": self.product_uom_id.name}
        if self._exceeds(received, limit):
            raise UserError(
                self.env._(
                    "%(received)s %(uom)s of %(product)s would be received for %(order)s, and "
                    "%(limit)s are the most that can be. Correct the receipt, or reject the rest.",
                    limit=format_exact(self.env, limit),
                    **names,
                )
            )
        if not allotted or self._exceeds(received, allotted):
            raise UserError(
                self.env._(
                    "%(received)s %(uom)s of %(product)s would be received for %(order)s, and its "
                    "members are allotted %(allotted)s. Share what was declined or closed short "
                    "again, or reject the rest.",
                    allotted=format_exact(self.env, allotted),
                    **names,
                )
            )

    def _get_receivable(self):
        """The most that the members can have: what each is allotted, or has already; exact."""
        self.ensure_one()
        return sum(
            self._get_exact_in_line_uom(
                allocation, max(allocation.quantity, allocation.delivered_quantity)
            )
            for allocation in self.allocation_ids
        )

    def _exceeds(self, quantity, limit):
        """Whether ``quantity`` is above ``limit`` by something that can be kept."""
        self.ensure_one()
        unit = self.round_product_id.product_uom_id or self.product_uom_id
        excess = convert_exact(quantity - limit, self.product_uom_id, unit)
        return excess >= self.network_round_id._get_finest_step()

    def _get_receipt_limit(self):
        """The most that can be received: what is ordered, or what came into our own stock."""
        self.ensure_one()
        if self.qty_received_method == "allocation":
            return to_exact(self.product_qty)
        return to_exact(self.qty_received)

    def _lower_to_received(self):
        """Order only what came; the price stays, although a price list may have another."""
        for line in self.with_context(skip_uom_conversion=True):
            line.product_qty = line.qty_received
            line.flush_recordset(["product_qty", "price_unit"])
