"""The month-end checklist: what is left to do, counted from the books."""

from odoo import Command
from odoo.exceptions import AccessError

from tests.common import NetworkCase


class MonthEndCase(NetworkCase):
    def _checklist(self, network=None, date="2026-03-15"):
        return self.env["business.network.month.end"].create(
            {"network_id": (network or self.network).id, "date": date}
        )

    def _check(self, key=None, **kwargs):
        """Counts and amounts of the lines that need attention, ``{key: [(count, amount)]}``."""
        found = {}
        for line in self._checklist(**kwargs).get_checklist():
            if line["state"] == "attention":
                found.setdefault(line["key"], []).append((line["count"], line["amount"]))
        return found.get(key, []) if key else found

    def _open(self, key):
        """Records that the button of a check opens."""
        checklist = self._checklist()
        checklist.action_check()
        action = checklist.line_ids.filtered(lambda line: line.key == key)[:1].action_open()
        return self.env[action["res_model"]].search(action["domain"])


class TestMonthEnd(MonthEndCase):
    def test_a_network_with_nothing_to_do_is_in_order(self):
        checklist = self._checklist()
        lines = checklist.get_checklist()
        self.assertEqual({line["state"] for line in lines}, {"ok"})
        self.assertNotIn("missing_numbers", [line["key"] for line in lines])
        self.assertEqual(len(lines), 11, "a consortium's members give no numbers")
        self.assertEqual(
            (checklist.date_from, checklist.date_to),
            (self._date("2026-03-01"), self._date("2026-03-31")),
        )

    def test_from_draft_to_paid_each_step_is_named(self):
        sale = self._create_document(
            "out_invoice", [100], post=False, invoice_date_due="2026-03-20"
        )
        self.assertEqual(self._check(), {"draft_documents": [(1, 0)]})
        self.assertEqual(self._open("draft_documents"), sale)
        sale.action_post()
        found = self._check()
        self.assertEqual(found["not_settled"], [(3, 100)])
        self.assertEqual(found["not_collected"], [(1, 118)])
        self.assertEqual(self._open("not_settled"), sale.distribution_ids)
        settlement = self._create_settlement()
        settlement.action_compute()
        found = self._check()
        self.assertEqual(found["not_posted"], [(1, 100)])
        self.assertNotIn("not_settled", found)
        settlement.action_approve()
        settlement.action_post()
        self.assertEqual(self._check("not_paid"), [(1, 60)])
        self.assertEqual(self._open("not_paid"), settlement)
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=sale.ids
        ).create({"payment_date": "2026-03-31", "journal_id": self.bank.id})._create_payments()
        self.assertEqual(self._check(), {})

    def test_other_months_and_networks_are_left_out(self):
        other = self._create_network("Red vecina", self.operating_form)
        self._create_agreement(
            other, self._create_members(other, self.members.partner_id), (1, 1, 1)
        )
        self._create_document("out_invoice", [100], network=other)
        self._create_document("out_invoice", [100], date="2026-04-10", post=False)
        self.assertEqual(self._check(), {})
        self.assertEqual(self._check("draft_documents", date="2026-04-30"), [(1, 0)])

    def test_unsettled_shares_stand_per_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self._create_document("out_invoice", [100])
        self._create_document("out_invoice", [50], currency_id=usd.id)
        self.assertEqual(sorted(self._check("not_settled")), [(3, 50), (3, 100)])

    def test_a_document_that_lost_its_shares_or_its_entry_is_named(self):
        sale = self._create_document("out_invoice", [100])
        bill = self._create_document("in_invoice", [10])
        self.assertFalse(self._check("not_distributed"))
        sale.distribution_ids.sudo().unlink()
        self.env.flush_all()
        self.cr.execute(
            "UPDATE account_move SET attribution_origin_id = NULL WHERE attribution_origin_id = %s",
            [bill.id],
        )
        self.env.invalidate_all()
        found = self._open("not_distributed")
        self.assertLessEqual({sale.id, bill.id}, set(found.ids))

    def test_advances_and_opening_entries_are_not_missing_shares(self):
        self.env["business.network.advance"].create(
            {
                "member_id": self.member_b.id,
                "amount": 5,
                "journal_id": self.bank.id,
                "date": "2026-03-10",
            }
        ).pay()
        self.env["business.network.opening"].create(
            {
                "network_id": self.network.id,
                "date": "2026-03-01",
                "line_ids": [Command.create({"member_id": self.member_c.id, "owed_to": 5})],
            }
        ).post()
        self.assertEqual(self._check(), {})

    def test_deliveries_without_invoice_cash_calls_and_filing_dates(self):
        product = self.env["product.product"].create(
            {"name": "Chompa", "type": "service", "invoice_policy": "delivery"}
        )
        line = {"product_id": product.id, "product_uom_qty": 10, "price_unit": 5}
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "network_id": self.network.id,
                "order_line": [Command.create(line)],
            }
        )
        order.action_allocate_by_weights()
        order.action_confirm()
        self.assertFalse(self._check("not_invoiced"))
        order.action_deliver_allocations()
        self.assertEqual(self._check("not_invoiced"), [(3, 0)])
        self.assertEqual(self._open("not_invoiced"), order.order_line.allocation_ids)
        call = self.env["business.network.cash.call"].create(
            {
                "network_id": self.network.id,
                "purpose": "Hilo",
                "amount": 100,
                "date": "2026-03-01",
                "date_due": "2026-03-15",
            }
        )
        call.action_call()
        self.assertEqual(self._check("cash_calls"), [(1, 60)])
        self.agreement.filing_date = False
        self.assertEqual(self._check("not_filed"), [(1, 0)])

    def test_the_network_opens_the_month_that_ended(self):
        action = self.network.action_open_month_end()
        checklist = self.env[action["res_model"]].browse(action["res_id"])
        self.assertTrue(checklist.line_ids)

    def test_a_manager_checks_its_own_network_only(self):
        manager = self.env["res.users"].create(
            {
                "name": "gestora",
                "login": "gestora",
                "group_ids": [
                    Command.link(self.env.ref("red_empresarial.group_network_manager").id)
                ],
            }
        )
        other = self._create_network("Red de otros", self.operating_form)
        self.network.manager_id = manager
        self._create_document("out_invoice", [100])
        self.env = self.env(user=manager)
        self.assertEqual(self._check("not_settled"), [(3, 100)])
        with self.assertRaises(AccessError):
            self._check(network=other)

    def test_the_number_of_queries_does_not_grow(self):
        counts = []
        for documents in (2, 20):
            self.env["account.move"].create(
                [self._prepare_document("out_invoice", [100]) for _number in range(documents)]
            ).action_post()
            settlement = self._create_settlement(date_to="2026-03-31")
            settlement.action_compute()
            settlement.action_approve()
            settlement.action_post()
            checklist = self._checklist()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            checklist.action_check()
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3, counts)


class TestMonthEndByLeader(MonthEndCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_members_that_gave_no_invoice_are_counted(self):
        self._create_document("out_invoice", [100])
        settlement = self._create_settlement()
        settlement.action_compute()
        self.assertEqual(self._check("missing_numbers"), [(2, 0)])
        self.assertEqual(self._open("missing_numbers"), settlement)
        settlement.line_ids[1].document_number = "E001-00000001"
        self.assertEqual(self._check("missing_numbers"), [(1, 0)])

    def test_each_member_counts_by_what_it_gives(self):
        self.member_b.document_kind = "self_billed"
        self._create_document("out_invoice", [100])
        settlement = self._create_settlement()
        settlement.action_compute()
        self.assertEqual(self._check("missing_numbers"), [(1, 0)], "C alone gives an invoice")
        self.member_c.document_kind = "self_billed"
        self.assertEqual(self._check("missing_numbers"), [])

    def test_a_member_without_a_share_gives_no_number(self):
        opening = {"member_id": self.member_b.id, "owed_to": 5}
        self.env["business.network.opening"].create(
            {
                "network_id": self.network.id,
                "date": "2026-03-01",
                "line_ids": [Command.create(opening)],
            }
        ).post()
        self._create_settlement().action_compute()
        self.assertEqual(self._check("missing_numbers"), [])


class TestMonthEndSelfBilled(MonthEndCase):
    operating_form = "red_empresarial.operating_form_leader_self_billed"

    def test_members_that_give_their_own_invoice_are_counted_here_too(self):
        self.member_c.document_kind = "own_invoice"
        self._create_document("out_invoice", [100])
        self._create_settlement().action_compute()
        self.assertEqual(self._check("missing_numbers"), [(1, 0)])
