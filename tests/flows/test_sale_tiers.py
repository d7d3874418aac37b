"""A sale of a network of networks: orders of the networks, deliveries, settlements, documents."""

from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError

from tests.sale_tiers_case import SaleTiersCase

MANY = "odoo.addons.red_empresarial.models.business_network_row_mixin.MANY"


class TestSaleTiers(SaleTiersCase):
    def test_confirming_drafts_the_part_of_each_network_in_its_own_books(self):
        order = self._sell([60, 40])
        own, far = self._part(order, self.network), self._part(order, self.north)
        self.assertEqual((own.state, far.state), ("draft", "draft"))
        self.assertEqual((own.company_id, far.company_id), (self.company, self.second))
        self.assertEqual((own.partner_id, far.partner_id), (self.customer, self.company.partner_id))
        self.assertEqual(own.order_line.product_uom_qty, 60)
        self.assertEqual(far.order_line.product_uom_qty, 40)
        self.assertEqual(self._quantities(own), [24, 21, 15])
        self.assertEqual(self._quantities(far), [20, 12, 8])
        self.assertEqual(order.network_child_order_count, 2)
        self.assertFalse(own.order_line.tax_ids)
        self.assertEqual(far.order_line.price_unit, 10)

    def test_leading_twice_makes_nothing_new(self):
        order = self._sell([60, 40])
        parts = order.network_child_order_ids
        order._lead_network_orders()
        self.assertEqual(order.network_child_order_ids, parts)

    def test_a_network_without_agreement_gets_its_part_unshared_with_the_reason(self):
        self.agreement.action_end() if hasattr(self.agreement, "action_end") else None
        self.agreement.date_to = "2026-01-31"
        own = self._part(self._sell([60, 40]), self.network)
        self.assertFalse(own.order_line.allocation_ids)
        self.assertIn("Red ABC has no agreement in force", own.message_ids[0].body)

    def test_the_part_keeps_the_day_of_the_upper_order(self):
        order = self._sell([60, 40])
        own = self._part(order, self.network)
        own.action_confirm()
        self.assertEqual(own.date_order, order.date_order)

    def test_sharing_out_again_above_changes_the_parts(self):
        order = self._sell([60, 40])
        own, far = self._part(order, self.network), self._part(order, self.north)
        order.order_line.allocation_ids[0].quantity = 50
        order.order_line.allocation_ids[1].quantity = 50
        self.assertEqual(own.order_line.product_uom_qty, 50)
        self.assertEqual(self._quantities(far), [25, 15, 10])

    def test_less_than_a_confirmed_part_gave_its_members_is_refused_with_the_numbers(self):
        order = self._sell([60, 40])
        own = self._part(order, self.network)
        own.action_confirm()
        with self.assertRaisesRegex(ValidationError, f"60.* are allocated in {own.name}"):
            order.order_line.allocation_ids[0].quantity = 50

    def test_a_network_that_leaves_the_order_has_an_empty_part(self):
        order = self._sell([60, 40])
        far = self._part(order, self.north)
        order.order_line.allocation_ids[1].unlink()
        self.assertEqual(far.order_line.product_uom_qty, 0)
        far._action_cancel()
        self.assertEqual(far.state, "cancel")

    def test_a_part_is_not_canceled_alone(self):
        order = self._sell([60, 40])
        own = self._part(order, self.network)
        with self.assertRaisesRegex(
            UserError, f"{own.name} is the part of Red ABC in {order.name}"
        ):
            own._action_cancel()

    def test_canceling_above_cancels_the_parts_unless_something_was_delivered(self):
        order = self._sell([60, 40])
        own = self._part(order, self.network)
        delivery = self._deliver(own, [5, 0, 0])
        self._assert_refused(
            f"The members of Red ABC delivered of {own.name}", lambda: order._action_cancel()
        )
        delivery.action_cancel()
        order._action_cancel()
        self.assertEqual(set(order.network_child_order_ids.mapped("state")), {"cancel"})

    def test_a_part_is_not_invoiced_by_itself(self):
        own = self._part(self._sell([60, 40]), self.network)
        own.action_confirm()
        self._deliver(own, [24, 0, 0])
        self.assertEqual(own.invoice_status, "no")
        self._assert_refused(
            "drafted when Central de redes approves", lambda: own._create_invoices()
        )

    def test_a_product_of_another_company_is_refused_by_name(self):
        self.product.company_id = self.company
        self._assert_refused(
            "Chompa belongs to .*Red Norte cannot fill", lambda: self._sell([60, 40])
        )

    # -- deliveries ----------------------------------------------------------------------------

    def test_what_members_deliver_below_counts_above(self):
        order = self._sell([60, 40])
        far = self._part(order, self.north)
        self._deliver(far, [10, 5, 0])
        self.assertEqual(self._quantities(order, "delivered_quantity"), [0, 15])
        self.assertEqual(order.order_line.qty_delivered, 15)

    def test_deliveries_made_by_the_thousand_count_above(self):
        order = self._sell([60, 40])
        far = self._part(order, self.north)
        with patch(MANY, 1):
            far.action_deliver_allocations()
        self.assertEqual(self._quantities(order, "delivered_quantity"), [0, 40])
        self.assertEqual(order.order_line.qty_delivered, 40)

    def test_correcting_below_corrects_above_and_twice_does_nothing(self):
        order = self._sell([60, 40])
        delivery = self._deliver(self._part(order, self.north), [10, 0, 0])
        delivery.action_reset_to_draft()
        self.assertEqual(order.order_line.qty_delivered, 0)
        delivery.write({"quantity": 8, "rejected_quantity": 2, "reason": "Costura"})
        delivery.action_done()
        upper = delivery.upper_delivery_ids
        self.assertEqual((upper.quantity, upper.rejected_quantity, upper.state), (8, 2, "done"))
        delivery._roll_up()
        self.assertEqual(delivery.upper_delivery_ids, upper)
        self.assertEqual(order.order_line.qty_delivered, 6)
        delivery.action_cancel()
        self.assertEqual(upper.state, "cancel")

    def test_nothing_is_delivered_above_beside_the_parts(self):
        order = self._sell([60, 40])
        own = self._part(order, self.network)
        self._assert_refused(
            f"members deliver in {own.name}", lambda: order.action_deliver_allocations()
        )
        upper = self._deliver(own, [5, 0, 0]).upper_delivery_ids
        self._assert_refused(f"members deliver in {own.name}", lambda: upper.action_cancel())

    def test_what_is_invoiced_above_is_not_corrected_below(self):
        order = self._sell([60, 40])
        delivery = self._deliver(self._part(order, self.north), [10, 0, 0])
        invoice = self._invoice(order)
        self._assert_refused(f"is invoiced in {invoice.name}", lambda: delivery.action_cancel())

    # -- documents -----------------------------------------------------------------------------

    def _sell_all(self, **vals):
        order = self._sell([60, 40], **vals)
        own, far = self._part(order, self.network), self._part(order, self.north)
        (own | far).action_confirm()
        self._deliver(own, [24, 21, 15])
        self._deliver(far, [20, 12, 8])
        return order, own, far

    def test_the_settlement_above_drafts_the_documents_of_both_books(self):
        order, own, far = self._sell_all()
        self._invoice(order)
        settlement = self._settle_union()
        entry, invoice = (self._document(settlement, n) for n in (self.network, self.north))
        self.assertEqual((entry.state, invoice.state), ("draft", "draft"))
        self.assertEqual((entry.move_type, invoice.move_type), ("entry", "out_invoice"))
        self.assertEqual(invoice.company_id, self.second)
        self.assertEqual(invoice.partner_id, self.company.partner_id)
        self.assertEqual(invoice.amount_untaxed, 400)
        self.assertEqual(invoice.amount_tax, 72)
        invoice.action_post()
        entry.action_post()
        self.assertEqual(list(self._member_amounts(invoice).values()), [200, 120, 80])
        self.assertEqual(list(self._member_amounts(entry).values()), [240, 210, 150])
        line = settlement.line_ids.filtered(
            lambda line: line.member_id.sub_network_id == self.network
        )
        self.assertTrue(all(line.item_ids.mapped("reconciled")))
        self.assertEqual(line.payment_state, "none")

    def test_who_delivered_is_paid_whatever_the_weights(self):
        order = self._sell([60, 40])
        own, far = self._part(order, self.network), self._part(order, self.north)
        (own | far).action_confirm()
        self._deliver(own, [24, 0, 1])
        self._deliver(far, [0, 7, 0])
        self._invoice(order)
        settlement = self._settle_union()
        settlement.network_document_ids.action_post()
        self.assertEqual(
            self._member_amounts(self._document(settlement, self.network)),
            {self.member_a: 240, self.member_c: 10},
        )
        self.assertEqual(
            self._member_amounts(self._document(settlement, self.north)),
            {self.north_members[1]: 70},
        )

    def test_what_is_collected_in_parts_goes_down_in_parts_and_ends_exact(self):
        self.union.settlement_basis = "collected"
        order, _own, _far = self._sell_all(price=9.97)
        invoice = self._invoice(order)
        self.assertEqual(invoice.amount_total, 1176.46)
        documents = self.env["account.move"]
        for amount, collected_on, date_to in (
            (333.33, "2026-03-20", "2026-03-31"),
            (843.13, "2026-04-20", "2026-04-30"),
        ):
            self._collect(invoice, amount, collected_on)
            settlement = self._settle_union(date_to=date_to)
            self.assertEqual(len(settlement.network_document_ids), 2)
            settlement.network_document_ids.action_post()
            documents |= settlement.network_document_ids
        for network, due, shares in (
            (self.network, 598.2, [239.28, 209.37, 149.55]),
            (self.north, 398.8, [199.4, 119.64, 79.76]),
        ):
            totals = {}
            for move in documents.filtered(lambda move, n=network: move.network_id == n):
                for member, amount in self._member_amounts(move).items():
                    totals[member] = round(totals.get(member, 0) + amount, 2)
            self.assertEqual(round(sum(totals.values()), 2), due, network.name)
            for got, share in zip(totals.values(), shares, strict=True):
                self.assertAlmostEqual(got, share, delta=0.011)

    def _collect(self, invoice, amount, date):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {
                "payment_date": date,
                "journal_id": self.bank.id,
                "amount": amount,
                "payment_difference_handling": "open",
            }
        )._create_payments()

    def test_approving_again_drafts_nothing_new_and_reset_takes_the_drafts_back(self):
        order, _own, _far = self._sell_all()
        self._invoice(order)
        settlement = self._settle_union(post=False)
        documents = settlement.network_document_ids
        self.assertEqual(len(documents), 2)
        settlement.action_make_network_documents()
        self.assertEqual(settlement.network_document_ids, documents)
        settlement.action_reset_to_draft()
        self.assertFalse(documents.exists())

    def test_a_posted_document_below_holds_the_settlement(self):
        order, _own, _far = self._sell_all()
        self._invoice(order)
        settlement = self._settle_union()
        invoice = self._document(settlement, self.north)
        invoice.action_post()
        self._assert_refused(
            f"Red Norte posted .*{invoice.name[-8:]}", lambda: settlement.action_reverse()
        )
        invoice.button_draft()
        settlement.line_ids[1].reversal_number = "E001-00000077"
        settlement.action_reverse()
        self.assertFalse(settlement.network_document_ids)

    def test_the_entry_waits_for_the_settlement(self):
        order, _own, _far = self._sell_all()
        self._invoice(order)
        settlement = self._settle_union(post=False)
        self._assert_refused(
            "is not posted yet", lambda: self._document(settlement, self.network).action_post()
        )

    def test_the_number_of_the_networks_invoice_is_told_above(self):
        order, _own, _far = self._sell_all()
        self._invoice(order)
        settlement = self._settle_union(post=False)
        invoice = self._document(settlement, self.north)
        invoice.action_post()
        line = invoice.network_upper_line_id
        self.assertEqual(line.document_number, invoice._get_number_given())

    def test_a_credit_note_goes_down_to_who_delivered(self):
        order, _own, _far = self._sell_all()
        invoice = self._invoice(order)
        self._settle_union().network_document_ids.action_post()
        self._refund(invoice, date="2026-04-02")
        settlement = self._settle_union(date_to="2026-04-30", post=False)
        documents = settlement.network_document_ids
        self.assertEqual(sorted(documents.mapped("move_type")), ["entry", "out_refund"])
        self._post_settlement(settlement)
        documents.action_post()
        self.assertEqual(
            list(self._member_amounts(self._document(settlement, self.network)).values()),
            [-240, -210, -150],
        )
        self.assertEqual(
            list(self._member_amounts(self._document(settlement, self.north)).values()),
            [-200, -120, -80],
        )

    def test_the_network_settles_with_its_own_members(self):
        order, _own, _far = self._sell_all()
        self._invoice(order)
        self._settle_union().network_document_ids.action_post()
        below = self._create_settlement(network=self.network)
        below.action_compute()
        self.assertEqual(below.line_ids.mapped("amount_due"), [240, 210, 150])

    def test_a_network_that_the_books_company_stands_for(self):
        self.union_members[0].partner_id = self.company.partner_id
        order, _own, _far = self._sell_all()
        self._invoice(order)
        settlement = self._settle_union()
        entry = self._document(settlement, self.network)
        entry.action_post()
        self.assertEqual(list(self._member_amounts(entry).values()), [240, 210, 150])
        self.assertTrue(all(entry.network_upper_line_id.item_ids.mapped("reconciled")))
        entry.button_draft()
        settlement.line_ids[1].reversal_number = "E001-00000077"
        settlement.action_reverse()
        self.assertEqual(settlement.state, "reversed")

    def test_a_tariff_above_is_not_shared_below(self):
        self.union.tariff_rate = 10
        order, _own, _far = self._sell_all()
        self._invoice(order)
        settlement = self._settle_union()
        entry = self._document(settlement, self.network)
        entry.action_post()
        self.assertEqual(list(self._member_amounts(entry).values()), [216, 189, 135])
        self.assertTrue(all(entry.network_upper_line_id.item_ids.mapped("reconciled")))


class TestSaleTiersAttribution(SaleTiersCase):
    operating_form = "red_empresarial.operating_form_consortium_operator"
    union_form = "red_empresarial.operating_form_consortium_operator"

    def test_what_is_attributed_is_shared_below_by_each_networks_policy(self):
        order = self._sell([50, 50])
        own, far = self._part(order, self.network), self._part(order, self.north)
        (own | far).action_confirm()
        self._deliver(own, [20, 18, 12])
        self._deliver(far, [25, 15, 10])
        self._invoice(order)
        settlement = self._settle_union()
        entry, invoice = (self._document(settlement, n) for n in (self.network, self.north))
        self.assertEqual((invoice.amount_untaxed, invoice.amount_tax), (400, 0))
        settlement.network_document_ids.action_post()
        self.assertEqual(list(self._member_amounts(entry).values()), [240, 210, 150])
        self.assertEqual(list(self._member_amounts(invoice).values()), [200, 120, 80])
        self.assertEqual(
            self._balance(
                self.union.member_payable_account_id,
                self.partner_b,
                settlement.move_ids | entry | settlement.line_ids.item_ids.move_id,
            ),
            0,
        )

    def test_a_network_kept_by_the_books_company_itself(self):
        self.union_members[0].partner_id = self.company.partner_id
        order = self._sell([50, 50])
        own, far = self._part(order, self.network), self._part(order, self.north)
        (own | far).action_confirm()
        self._deliver(own, [20, 18, 12])
        self._deliver(far, [25, 15, 10])
        self._invoice(order)
        settlement = self._settle_union()
        entry = self._document(settlement, self.network)
        entry.action_post()
        self.assertEqual(list(self._member_amounts(entry).values()), [240, 210, 150])
        items = entry.network_upper_line_id.item_ids
        self.assertTrue(items and all(items.mapped("reconciled")))
