"""The annex of a round follows its orders, and a member that left keeps what it received."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError

from tests.rounds.buying_case import BuyingCase


class AnnexCase(BuyingCase):
    operating_form = "red_empresarial.operating_form_consortium_operator"

    def _weights(self):
        """Expense weights of the annex in the members' order."""
        weights = self.round.annex_id._get_weights("expense")
        return [int(weights.get(member, 0)) for member in self.members]

    def _borne(self, bill):
        """What each member bears of a bill, corrections included."""
        rows = self.env["business.network.distribution"].search(
            [("move_id", "=", bill.id), ("kind", "=", "expense")]
        )
        return [
            round(sum(rows.filtered(lambda r, m=m: r.member_id == m).mapped("amount")), 2)
            for m in self.members
        ]


class TestAnnexFollows(AnnexCase):
    """B needs sheets for 100.00, C needs towels for 100.00; the towels never come."""

    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round(
            {self.sheet: (0, 10, 0), self.towel: (0, 0, 10)}, annex_filing_date="2026-03-12"
        )
        self.order = self._quote(self.round, self.supplier, {self.sheet: 10, self.towel: 10})
        self._order(self.round, self.order)

    def test_a_short_close_leaves_the_bill_to_who_received(self):
        self.assertEqual(self._weights(), [0, 10000, 10000])
        self.assertFalse(self.round.annex_needs_filing)
        self._receive(self.round, {self.sheet: 10})
        self.round.action_close_short()
        self.assertEqual(self._weights(), [0, 10000, 0])
        self.assertTrue(self.round.annex_needs_filing)
        self.assertEqual(self.order.network_annex_id, self.round.annex_id)
        bill = self._bill(self.round)
        self.assertEqual(self._shares(bill, kind="expense"), [0, -100, 0])
        self.assertEqual(self._shares(bill, kind="input_tax"), [0, -18, 0])
        self.round.action_distribute()
        self.assertEqual(self.round.state, "distributed")

    def test_a_posted_bill_needs_a_correction_before_the_round_is_distributed(self):
        self._receive(self.round, {self.sheet: 10})
        bill = self._bill(self.round)
        self.assertEqual(self._borne(bill), [0, -50, -50])
        annex = self.round.annex_id
        self.round.action_close_short()
        self.assertEqual(self.round.annex_id, annex)
        correction = self.env["business.network.redistribution"].search(
            [("agreement_id", "=", annex.id)]
        )
        self.assertEqual(len(correction), 1)
        with self.assertRaisesRegex(UserError, f"apply the correction.* {correction.name}"):
            self.round.action_distribute()
        self.assertEqual(self.round._get_open_correction(), correction)
        correction.action_apply()
        self.assertEqual(self._borne(bill), [0, -100, 0])
        self.assertEqual(self.round.annex_id, correction.corrected_agreement_id)
        self.assertEqual(self.order.network_annex_id, self.round.annex_id)
        self.round.action_distribute()

    def test_a_draft_bill_takes_the_new_annex(self):
        self._receive(self.round, {self.sheet: 10})
        bill = self._bill(self.round, post=False)
        self.round.action_close_short()
        self.assertEqual(bill.network_annex_id, self.round.annex_id)
        bill.action_post()
        self.assertEqual(self._shares(bill, kind="expense"), [0, -100, 0])

    def test_what_is_declined_and_given_to_another_moves_the_annex(self):
        towels = self.order.order_line.filtered(lambda line: line.product_id == self.towel)
        towels.allocation_ids.reshare()
        moved = self._parts(towels)
        self.assertEqual(moved[2], 0)
        self.assertEqual(sum(moved), 10)
        self.assertEqual(self._weights(), [int(moved[0]) * 1000, 10000 + int(moved[1]) * 1000, 0])

    def test_quantities_written_by_hand_are_seen_when_the_bill_is_posted(self):
        towels = self.order.order_line.filtered(lambda line: line.product_id == self.towel)
        towels.allocation_ids.quantity = 5
        self.env["business.network.allocation"].create(
            {"purchase_line_id": towels.id, "member_id": self.member_a.id, "quantity": 5}
        )
        self._receive(self.round)
        bill = self._bill(self.round)
        self.assertEqual(self._shares(bill, kind="expense"), [-50, -100, -50])


class TestCanceledOrder(AnnexCase):
    def test_an_order_canceled_by_itself_leaves_the_annex(self):
        self.round = self._create_round({self.sheet: (5, 4, 1), self.towel: (0, 0, 10)})
        self._quote(self.round, self.supplier, {self.sheet: 20})
        second = self._quote(self.round, self.supplier_b, {self.towel: 10})
        self._order(self.round)
        self.assertEqual(self._weights(), [10000, 8000, 12000])
        second.button_cancel()
        self.assertEqual(self._weights(), [10000, 8000, 2000])
        self.assertFalse(second.network_annex_id)
        annex = self.round.annex_id
        self.round._refresh_annex()
        self.assertEqual(self.round.annex_id, annex)
        self._receive(self.round)
        self.assertEqual(self.round.state, "received")


class TestServedUnderAttribution(AnnexCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        self.order = self._quote(self.round, self.supplier, {self.sheet: 20}, freight=10)
        self._order(self.round, self.order)

    def test_who_left_after_receiving_bears_its_part(self):
        self._receive(self.round)
        self.member_c.date_to = "2026-03-14"
        bill = self._bill(self.round, "2026-03-31")
        self.assertEqual(self._shares(bill, kind="expense"), [-105, -84, -21])

    def test_a_bill_of_freight_alone_finds_who_left(self):
        self._receive(self.round)
        self.member_c.date_to = "2026-03-14"
        bill = self._bill(self.round, "2026-03-31", post=False)
        bill.invoice_line_ids.filtered(lambda line: line.product_id == self.sheet).unlink()
        bill.action_post()
        self.assertEqual(self._shares(bill, kind="expense"), [-5, -4, -1])

    def test_who_left_before_receiving_is_refused_by_name(self):
        self.member_c.date_to = "2026-03-13"
        bill = self.env["account.move"].browse(
            self.env["purchase.order"].browse(self.order.id).action_create_invoice().get("res_id")
        )
        bill.write(
            {
                "invoice_date": "2026-03-31",
                "date": "2026-03-31",
                "l10n_latam_document_number": "F009-00000001",
            }
        )
        with self.assertRaisesRegex(ValidationError, "Taller C is not a member"):
            bill.action_post()


class TestServedUnderMember(AnnexCase):
    operating_form = "red_empresarial.operating_form_consortium_members"

    def test_who_left_after_receiving_is_in_the_memorandum(self):
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        order = self._quote(self.round, self.supplier, {self.sheet: 20})
        self._order(self.round, order)
        self._receive(self.round)
        self.member_c.date_to = "2026-03-14"
        entry = order.action_make_memorandum()
        self.assertEqual(self._shares(entry, kind="expense"), [-100, -80, -20])


class TestServedUnderPrincipal(AnnexCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_freight_of_a_carrier_is_borne_by_who_left_after_receiving(self):
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        self._quote(self.round, self.supplier, {self.sheet: 20})
        self.env["purchase.order"].create(
            {
                "partner_id": self.supplier_c.id,
                "network_id": self.network.id,
                "network_round_id": self.round.id,
                "date_order": "2026-03-11",
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.freight.id,
                            "product_qty": 1,
                            "price_unit": 30,
                            "tax_ids": [Command.set(self.vat_purchase.ids)],
                        }
                    )
                ],
            }
        )
        self._order(self.round)
        self._receive(self.round)
        self.member_c.date_to = "2026-03-14"
        bills = self._bill(self.round, "2026-03-31")
        bill = bills.filtered(lambda move: move.partner_id == self.supplier_c)
        self.assertEqual(self._shares(bill), [-15, -12, -3])
