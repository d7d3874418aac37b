"""The month-end checklist: goods of a purchase round that members were not invoiced."""

from tests.rounds.buying_case import BuyingCase


class MonthEndCase(BuyingCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round({self.sheet: (5, 4, 1)})
        self.order = self._quote(self.round, self.supplier, {self.sheet: 20})
        self._order(self.round, self.order)

    def _check(self, date):
        checklist = self.env["business.network.month.end"].create(
            {"network_id": self.network.id, "date": date}
        )
        checklist.action_check()
        line = checklist.line_ids.filtered(lambda line: line.key == "round_invoices")
        action = line.action_open() if line else None
        found = self.env[action["res_model"]].search(action["domain"]) if action else None
        return line, found


class TestPrincipal(MonthEndCase):
    def test_a_round_is_named_until_its_members_are_invoiced(self):
        self._receive(self.round)
        bill = self._bill(self.round, post=False)
        date = bill.date
        self.assertFalse(self._check(date)[1], "no bill is posted")
        bill.action_post()
        line, found = self._check(date)
        self.assertEqual(found, self.round)
        self.assertEqual(line.amount, 100, "80 of B and 20 of C; the leader is not invoiced")
        self.assertTrue(line.remedy)
        invoices = self.round.action_invoice_members()
        line, found = self._check(date)
        self.assertEqual((found, line.amount), (self.round, 0), "drafts charge nobody")
        invoices.action_post()
        self.assertFalse(self._check(date)[1])

    def test_the_invoices_of_a_round_are_owed_by_its_members(self):
        self._receive(self.round)
        self._bill(self.round)
        self.round.action_invoice_members().action_post()
        self.assertEqual(self.members.mapped("balance_amount"), [0, -94.4, -23.6])
        self.assertEqual(self.network.member_receivable_amount, 118)


class TestAttribution(MonthEndCase):
    operating_form = "red_empresarial.operating_form_consortium_operator"

    def test_members_that_are_not_invoiced_are_not_looked_at(self):
        self._receive(self.round)
        bill = self._bill(self.round)
        self.assertFalse(self._check(bill.date)[0])
