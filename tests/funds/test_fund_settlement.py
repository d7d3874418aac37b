"""Dues, fines and the tariff in the settlement: what it nets, the company holds for the fund."""

from odoo.exceptions import UserError

from tests.fund_case import FundCase


class TestNettedDues(FundCase):
    def test_a_settlement_nets_what_is_owed_to_the_fund(self):
        self._ask(amount=100, until="2026-02-28")
        self._create_document("out_invoice", [1000])
        settlement = self._settle()
        line = settlement.line_ids.filtered(lambda line: line.member_id == self.member_b)
        self.assertEqual(line.item_ids.filtered("fund_id").mapped("balance"), [100, 100])
        self.assertEqual(self._owed(), [200, 0, 0])
        # B and C paid 400 of their shares into the fund, but the money is the company's still.
        self.assertEqual(self._summary(), [600, 0, 200, 0, 400])
        self.assertEqual(self.fund.get_ties(), [])
        self._operate("company", 400, date="2026-04-01", from_journal_id=self.bank.id)
        self.assertEqual(self._summary(), [600, 400, 200, 0, 0])
        self.assertEqual(self.fund.get_ties(), [])

    def test_what_was_paid_in_advance_stays_in_the_fund(self):
        self.fund._receive(
            [(self.member_b, 50.0, True)], self.cash_box, self._date("2026-03-01"), "Adelanto"
        )
        self._create_document("out_invoice", [1000])
        settlement = self._settle()
        self.assertFalse(settlement.line_ids.netted_item_ids)
        self.assertEqual(self._owed(self.member_b), [-50])

    def test_netted_dues_are_not_reversed_before_the_settlement(self):
        _schedule, entries = self._ask(until="2026-01-31")
        self._create_document("out_invoice", [1000])
        settlement = self._settle()
        with self.assertRaisesRegex(UserError, f"netted.*{settlement.name}"):
            entries._reverse_moves([{"date": "2026-04-01"}], cancel=True)
        settlement.action_reverse()
        self.assertEqual(self._owed(), [10, 10, 10])
        self.assertEqual(self._summary(), [30, 0, 30, 0, 0])
        entries._reverse_moves([{"date": "2026-04-01"}], cancel=True)
        self.assertEqual(self._owed(), [0, 0, 0])

    def test_funds_of_other_networks_are_left_alone(self):
        other = self._create_network("Red vecina", self.operating_form)
        self._create_members(other, [self.partner_b])
        fund = self._create_fund("Vecino", network=other)
        self._ask(fund_id=fund.id, until="2026-01-31")
        self._create_document("out_invoice", [1000])
        self._settle()
        self.assertEqual(round(fund._get_owed()[self.partner_b], 2), 10)


class TestTariff(FundCase):
    def test_the_tariff_is_a_movement_of_the_fund_that_the_company_holds(self):
        self.network.tariff_rate = 5
        self._create_document("out_invoice", [100000])
        settlement = self._settle()
        self.assertEqual(self._summary(), [5000, 0, 0, 0, 5000])
        self.assertEqual(self.fund.get_ties(), [])
        rows = self.env["business.network.fund.movement"].search([("fund_id", "=", self.fund.id)])
        self.assertEqual(set(rows.mapped("movement")), {"tariff"})
        settlement.action_reverse()
        self.assertEqual(self._summary(), [0, 0, 0, 0, 0])
        self.assertEqual(self.fund.get_ties(), [])
