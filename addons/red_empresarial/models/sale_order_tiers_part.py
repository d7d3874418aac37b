from odoo import models
from odoo.exceptions import UserError, ValidationError

from ..tools.quantities import from_exact, to_exact

FOLLOWED = {"commitment_date", "date_order"}
PRICED = {"price_unit", "discount", "tax_ids"}


class SaleOrder(models.Model):
    """A part takes quantities, prices and days from above; who fills it is decided in it."""

    _inherit = "sale.order"

    def _follow_parent(self, lines):
        """Take what the upper order allocates now, at its prices; twice writes nothing.

        :param lines: ``{upper order line: allocation}``
        """
        self.ensure_one()
        own = self.order_line.filtered("network_source_line_id")
        changed = self.env["sale.order.line"]
        for line in own:
            vals = line._get_changes_above(lines.get(line.network_source_line_id))
            if vals:
                line.write(vals)
            if "product_uom_qty" in vals:
                changed |= line
        parent = self.network_parent_order_id
        apart = self.company_id != parent.company_id
        missing = [
            {**parent._prepare_network_order_line(line, allocation, apart), "order_id": self.id}
            for line, allocation in lines.items()
            if line not in own.network_source_line_id
        ]
        if missing:
            created = changed.create(missing)
            created._take_missing_sale_taxes()
            changed |= created
        if changed and self.state in ("draft", "sent"):
            self._share_out_below(changed)

    def _share_out_below(self, lines=None):
        """Propose who of the members fills these parts; what a network lacks stops nobody.

        :param lines: of these orders; None takes all. The others stay as they were decided.
        """
        for order in self:
            own = order.order_line if lines is None else order.order_line & lines
            try:
                with self.env.cr.savepoint():
                    order._apply_share_out(order._propose_below(own))
            except (UserError, ValidationError) as error:
                order.invalidate_recordset()
                order.message_post(body=str(error))

    def _propose_below(self, lines):
        """``{line: {member: exact quantity}}``; nothing to anybody of a line that fell to zero."""
        self.ensure_one()
        filled = lines.filtered(lambda line: line._is_shared_out())
        shares = {
            line: dict.fromkeys((line.allocation_ids - line._get_kept_allocations()).member_id, 0)
            for line in lines - filled
        }
        if filled:
            basis = self._get_network_order_basis()
            proposal = self._propose_share_out(basis, lines=filled)
            shares.update({line: shared for line, (shared, _rest) in proposal.items()})
        return shares

    def _get_network_order_basis(self):
        """Basis on which a part is proposed to the members of its network."""
        self.ensure_one()
        return "agreement"

    def write(self, vals):
        result = super().write(vals)
        if followed := FOLLOWED & vals.keys():
            for order in self._get_network_orders():
                order._follow_dates(followed)
        return result

    def _follow_dates(self, names):
        """Take the dates ``names`` of the upper order; twice writes nothing."""
        self.ensure_one()
        parent = self.network_parent_order_id
        changes = {name: parent[name] for name in names if self[name] != parent[name]}
        if changes:
            self.write(changes)

    # -- confirming -----------------------------------------------------------------------------

    def action_confirm(self):
        """Confirm, parts of different days apart: Odoo writes one day on all that it gets."""
        by_day = self.grouped(lambda order: order._get_upper_order().date_order)
        if len(by_day) < 2:
            return super().action_confirm()
        for orders in by_day.values():
            result = super(SaleOrder, orders).action_confirm()
        return result

    def _prepare_confirmation_values(self):
        """Parts keep the day of the upper order: its quotas and prices are of that day."""
        vals = super()._prepare_confirmation_values()
        dates = {order._get_upper_order().date_order for order in self}
        if len(dates) == 1 and all(dates):
            vals["date_order"] = dates.pop()
        return vals


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        result = super().write(vals)
        if PRICED & vals.keys():
            self.order_id._lead_network_orders()
        return result

    def _get_changes_above(self, allocation):
        """Values of this line that the upper order says otherwise.

        What is invoiced there keeps its price here: it is settled at that one.

        :param allocation: of the network in the upper order; None when it fills nothing of it
        """
        self.ensure_one()
        vals = {}
        quantity = self._get_quantity_above(allocation)
        if quantity != to_exact(self.product_uom_qty):
            vals["product_uom_qty"] = from_exact(quantity)
        source = self.network_source_line_id
        if allocation and source.product_uom_qty and not source.qty_invoiced:
            price = source._get_price_below(self.product_uom_id)
            if price != self.price_unit:
                vals["price_unit"] = price
        return vals
