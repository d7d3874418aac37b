"""A part is neither deleted, confirmed nor invoiced without the upper order."""

from tests.sale_tiers_case import SaleTiersCase


class TestSaleTiersGuards(SaleTiersCase):
    def test_a_part_is_not_deleted_alone(self):
        order = self._sell([60, 40])
        own = self._part(order, self.network)
        for label, records in (("order", own), ("line", own.order_line)):
            with self.subTest(label):
                self._assert_refused(f"{own.name} is the part of Red ABC", records.unlink)
        order._action_cancel()
        own.unlink()

    def test_a_canceled_part_is_not_confirmed_alone(self):
        order = self._sell([60, 40])
        own = self._part(order, self.network)
        order._action_cancel()
        own.action_draft()
        self._assert_refused(f"{order.name} of Central de redes is not", own.action_confirm)
        order.action_draft()
        order.action_confirm()
        own.action_confirm()
        self.assertEqual(own.state, "sale")

    def test_a_part_is_not_invoiced_by_a_down_payment(self):
        own = self._part(self._sell([60, 40]), self.network)
        own.action_confirm()
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=own.ids)
        for method in ({"amount": 50}, {"fixed_amount": 100}):
            name = "fixed" if "fixed_amount" in method else "percentage"
            with self.subTest(name):
                vals = {"advance_payment_method": name, "sale_order_ids": own.ids, **method}
                self._assert_refused(
                    "drafted when Central de redes approves", wizard.create(vals).create_invoices
                )
