from odoo import api, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """What is done of a part by the upper order only: its document, its end, its confirmation."""

    _inherit = "sale.order"

    def _create_invoices(self, grouped=False, final=False, date=None):
        self._check_not_invoiced_alone()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _prepare_invoice(self):
        """Down payments come here without :meth:`_create_invoices`."""
        self._check_not_invoiced_alone()
        return super()._prepare_invoice()

    def _check_not_invoiced_alone(self):
        """Raise UserError naming a part, whose document the settlement above drafts."""
        for order in self.filtered("network_parent_order_id"):
            raise UserError(
                self.env._(
                    "%(order)s is the part of %(network)s in %(parent)s: its document is drafted "
                    "when %(union)s approves the settlement in which it is due.",
                    **order._get_part_names(),
                )
            )

    def _get_part_names(self):
        """Names with which refusals tell which part they are about."""
        self.ensure_one()
        parent = self._get_upper_order()
        return {
            "order": self.name,
            "network": self.network_id.name,
            "parent": parent.name,
            "union": parent.network_id.name,
        }

    def _confirmation_error_message(self):
        """A part set back to quotation waits for the upper order."""
        parent = self._get_upper_order()
        if parent and parent.state != "sale":
            return self.env._(
                "%(order)s is the part of %(network)s in %(parent)s, and %(parent)s of %(union)s "
                "is not confirmed. Wait for it.",
                **self._get_part_names(),
            )
        return super()._confirmation_error_message()

    def _action_cancel(self):
        """With its parts; a part alone is given back by whoever allocates above."""
        self._check_part_not_canceled_alone()
        if children := self._get_network_orders():
            children._check_nothing_delivered()
        result = super()._action_cancel()
        if children:
            children._action_cancel()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_parts(self):
        self._check_part_not_canceled_alone()

    def _check_part_not_canceled_alone(self):
        """Raise UserError naming a part of which the upper order still asks something."""
        for order in self.filtered("network_parent_order_id"):
            filled = any(line.product_uom_qty for line in order.order_line)
            if order.state != "cancel" and order._get_upper_order().state == "sale" and filled:
                raise UserError(
                    self.env._(
                        "%(order)s is the part of %(network)s in %(parent)s and is not canceled "
                        "alone. Ask %(union)s to give the part to others.",
                        **order._get_part_names(),
                    )
                )

    def _check_nothing_delivered(self):
        """Raise UserError naming a part of which a member delivered something already."""
        for order in self:
            deliveries = order.order_line.allocation_ids.delivery_ids
            if deliveries.filtered(lambda delivery: delivery.state == "done"):
                raise UserError(
                    self.env._(
                        "The members of %(network)s delivered of %(order)s, its part of "
                        "%(parent)s. Cancel those deliveries first.",
                        network=order.network_id.name,
                        order=order.name,
                        parent=order.network_parent_order_id.name,
                    )
                )


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_filled_parts(self):
        """What the upper order asks for is taken away there, not here."""
        filled = self.filtered(lambda line: line.network_source_line_id and line.product_uom_qty)
        filled.order_id._check_part_not_canceled_alone()
