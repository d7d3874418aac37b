"""A posted settlement, the entries it made and what members delivered stay as they were booked.

Every attempt is a plain ``write`` as a user of all rights, as RPC makes it: no form is asked.
"""

from odoo import Command
from odoo.exceptions import UserError, ValidationError

from tests.allocation_case import AllocationCase
from tests.common import NetworkCase

GROUPS = (
    "red_empresarial.group_network_coordinator",
    "account.group_account_manager",
    "sales_team.group_sale_manager",
)


class PostedCase(NetworkCase):
    operating_form = "red_empresarial.operating_form_leader"

    def set_up_once(self):
        super().set_up_once()
        self.user = self._create_clerk()
        self._create_document("out_invoice", [1000])
        self._create_document(
            "out_invoice", [10], network_member_id=self.member_b.id, partner_id=self.partner_b.id
        )
        self.settlement = self._create_settlement(minimum_payout=5, date_from="2026-03-01")
        self.settlement.action_compute()
        for number, line in enumerate(self.settlement.line_ids, start=1):
            line.document_number = f"E001-{number}"
        self.settlement.action_approve()
        self.settlement.action_post()

    def _create_clerk(self):
        return self.env["res.users"].create(
            {
                "name": "Contadora",
                "login": "contadora_liquidaciones",
                "group_ids": [Command.set([self.env.ref(name).id for name in GROUPS])],
            }
        )

    def _assert_kept(self, record, vals, message, error=UserError):
        """Each of ``vals`` is refused by itself and the record keeps what it had."""
        record = record.with_user(self.user)
        for name, value in vals.items():
            before = record[name]
            with self.subTest(name), self.assertRaisesRegex(error, message), self.cr.savepoint():
                record.write({name: value})
            record.invalidate_recordset()
            self.assertEqual(record[name], before, name)


class TestPostedSettlement(PostedCase):
    def test_what_it_says(self):
        other = self._create_network("Otra red", self.operating_form)
        terms = {
            "network_id": other.id,
            "currency_id": self.env.ref("base.USD").id,
            "date_from": "2026-02-01",
            "date_to": "2026-04-30",
            "basis": "collected",
            "minimum_payout": 50,
            "nets_open_items": False,
        }
        self._assert_kept(self.settlement, terms, f"{self.settlement.name}.*Reset it to draft")
        self._assert_kept(self.settlement, {"date": "2026-04-01"}, "Reverse it and settle again")
        self._assert_kept(self.settlement, {"state": "draft", "name": "LIQ"}, ".*")
        self.settlement.with_user(self.user).write(
            {"note": "<p>Leído</p>", "date": "2026-03-31", "minimum_payout": 5, "basis": "invoiced"}
        )

    def test_a_paid_and_a_reversed_one(self):
        self.settlement.pay_members(self.bank, self._date("2026-04-02"))
        self.assertEqual(self.settlement.state, "paid")
        self._assert_kept(self.settlement, {"date": "2026-04-01"}, "Reverse it and settle again")
        self.settlement.action_reverse_payments()
        for line in self.settlement.line_ids:
            line.reversal_number = f"E007-{line.id}"
        self.settlement.action_reverse()
        self._assert_kept(self.settlement, {"date": "2026-04-01"}, "Reverse it and settle again")

    def test_its_lines(self):
        line = self.settlement.line_ids[1]
        vals = {"document_number": "E001-99", "document_date": "2026-03-02"}
        self._assert_kept(line, vals, "booked the document of Taller B.*stay as they are")
        self._assert_kept(line, {"amount_tariff": 3, "document_id": False}, "not edited")

    def test_the_links_of_its_entries(self):
        netting = self.settlement.move_ids.filtered(lambda move: move.move_type == "entry")
        documents = self.settlement.line_ids.document_id
        self.assertTrue(netting)
        self.assertEqual(len(documents), 2)
        for move in netting | documents:
            self._assert_kept(move, {"network_settlement_id": False}, "network.*cannot change")
            with self.assertRaisesRegex(UserError, "Reverse that settlement"):
                move.with_user(self.user).button_draft()
        unlink = {"move_ids": [Command.unlink(netting.id)]}
        with self.assertRaisesRegex(UserError, "cannot change"), self.cr.savepoint():
            self.settlement.with_user(self.user).write(unlink)
        foreign = self._create_document("out_invoice", [5])
        link = {"network_settlement_id": self.settlement.id}
        self._assert_kept(foreign, link, "network.*cannot change")

    def test_the_link_of_its_payments(self):
        payment = self.settlement.pay_members(self.bank, self._date("2026-04-02"))[0]
        self._assert_kept(payment, {"network_settlement_id": False}, "Reverse the payment")
        self.assertEqual(len(self.settlement.payment_ids), 2)


class TestCorrectionEntry(NetworkCase):
    def test_the_link_of_a_correction(self):
        self.user = PostedCase._create_clerk(self)
        self._create_document("out_invoice", [1000])
        redistribution = self.env["business.network.redistribution"].create(
            {
                "network_id": self.network.id,
                "agreement_id": self.agreement.id,
                "date": "2026-04-15",
                "reason": "Acta 12",
            }
        )
        redistribution.action_prepare_version()
        redistribution.corrected_agreement_id.line_ids[0].revenue_weight = 100
        redistribution.action_apply()
        entry = redistribution.line_ids.entry_id.with_user(self.user)
        with self.assertRaisesRegex(UserError, "cannot change"), self.cr.savepoint():
            entry.network_redistribution_line_id = False
        with self.assertRaisesRegex(UserError, "another redistribution"):
            entry.button_draft()


class TestDeliveredGrade(AllocationCase):
    _create_clerk = PostedCase._create_clerk
    _assert_kept = PostedCase._assert_kept

    def set_up_once(self):
        super().set_up_once()
        self.user = self._create_clerk()
        self.grade = self.env["business.network.grade"].create(
            {"name": "Segunda", "price_factor": 0.8}
        )
        order = self._order()
        self.allocations = self._allocate(order.order_line, (50, 50, 0))
        order.action_confirm()
        self.allocations.action_deliver_all()
        self.delivery = self.allocations[0].delivery_ids

    def test_the_factor_of_what_is_done(self):
        self._assert_kept(self.delivery, {"price_factor": 3}, "is done")

    def test_the_factor_of_a_draft_is_the_grades(self):
        delivery = self.delivery.with_user(self.user)
        delivery.action_reset_to_draft()
        self._assert_kept(delivery, {"price_factor": 3}, "not typed", ValidationError)
        delivery.grade_id = self.grade
        self.assertEqual(delivery.price_factor, 0.8)
        self.grade.price_factor = 0.5
        delivery.quantity = 40
        delivery.action_done()
        self.assertEqual(delivery.price_factor, 0.8, "the grade's when it was chosen")

    def test_nor_is_it_typed_when_it_is_made(self):
        vals = {"allocation_id": self.allocations[0].id, "quantity": 1, "price_factor": 3}
        delivery = self.env["business.network.delivery"].with_user(self.user).create(vals)
        delivery.invalidate_recordset()
        self.assertEqual(delivery.price_factor, 1)
