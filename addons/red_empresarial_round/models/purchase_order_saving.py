from odoo import fields, models


class PurchaseOrder(models.Model):
    """An order of a round freezes what its members would have paid alone."""

    _inherit = "purchase.order"

    def button_approve(self, force=False):
        result = super().button_approve(force=force)
        confirmed = self.filtered(lambda order: order.state == "purchase")
        confirmed._freeze_references()
        return result

    def _freeze_references(self, currency=None):
        """Freeze the reference prices of these orders' members, where none is frozen yet.

        :param currency: of the document that asks; default that of each order
        """
        frozen = self.env["business.network.purchase.reference"].sudo()
        ordered = self.sudo().filtered("network_round_id")
        for date, orders in ordered.grouped(lambda order: order._get_reference_date()).items():
            frozen._freeze(orders._get_reference_questions(currency), date)

    def _get_reference_date(self):
        """Day up to which reference prices count: that of the confirmed order."""
        self.ensure_one()
        return fields.Datetime.context_timestamp(self, self.date_approve or self.date_order).date()

    def _get_reference_questions(self, currency=None):
        """What is measured: ``[(round product, member, currency)]`` of the orders' allocations."""
        lines = self.order_line.filtered("round_product_id")
        return [
            (line.round_product_id, allocation.member_id, currency or line.currency_id)
            for line in lines
            for allocation in line.allocation_ids
        ]
