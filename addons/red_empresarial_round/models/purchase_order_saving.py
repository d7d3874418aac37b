from odoo import fields, models
from odoo.tools import SQL


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

        A missing rate stops no order and no bill: the round says so and the price is not counted.

        :param currency: of the document that asks; default that of each order
        """
        frozen = self.env["business.network.purchase.reference"].sudo()
        frozen = frozen.with_context(reference_without_rate=True)
        ordered = self.sudo().filtered("network_round_id")
        for date, orders in ordered.grouped(lambda order: order._get_reference_date()).items():
            frozen._freeze(orders._get_reference_questions(currency), date)

    def _get_reference_date(self):
        """Day up to which reference prices count: that of the confirmed order."""
        self.ensure_one()
        return fields.Datetime.context_timestamp(self, self.date_approve or self.date_order).date()

    def _get_reference_questions(self, currency=None):
        """What is measured, of the orders' allocations, as ids.

        :return: list of ``(round product, member, currency)``
        """
        allocations = self.env["business.network.allocation"]
        allocations.flush_model(["purchase_line_id", "member_id"])
        self.order_line.flush_recordset(["order_id", "round_product_id"])
        self.flush_recordset(["currency_id"])
        return self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT line.round_product_id, allocation.member_id,
                       COALESCE(%(currency)s, purchase.currency_id)
                  FROM purchase_order purchase
                  JOIN purchase_order_line line ON line.order_id = purchase.id
                  JOIN business_network_allocation allocation
                    ON allocation.purchase_line_id = line.id
                 WHERE purchase.id IN %(orders)s AND line.round_product_id IS NOT NULL
              ORDER BY 1, 2
                """,
                currency=currency.id if currency else None,
                orders=tuple(self.ids),
            )
        )
