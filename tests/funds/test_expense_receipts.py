"""Expenses that were paid without their receipt: found, and told when a month is closed."""

from tests.funds.closing_case import ClosingCase


class TestReceiptsOfExpenses(ClosingCase):
    def set_up_once(self):
        super().set_up_once()
        self._operate("donation", 50, date="2026-01-10")

    def _expense(self, amount):
        return self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.fund.id,
                "purpose": "Telar",
                "amount": amount,
                "journal_id": self.cash_box.id,
                "date": "2026-01-20",
            }
        )

    def _pay(self, amount, date="2026-01-20"):
        expense = self._expense(amount)
        expense.action_request()
        expense.action_approve()
        expense.date_paid = date
        expense.action_pay()
        return expense

    def _attach(self, expense):
        self.env["ir.attachment"].create(
            {"name": "boleta.pdf", "raw": b"%PDF", "res_model": expense._name, "res_id": expense.id}
        )
        expense.invalidate_recordset()

    def test_expenses_paid_without_receipt_are_found(self):
        expenses = self.env["business.network.fund.expense"]
        paid, other, waiting = self._pay(10), self._pay(5), self._expense(7)
        domain = [("fund_id", "=", self.fund.id), ("lacks_receipt", "=", True)]
        self.assertEqual(expenses.search(domain), other | paid)
        self._attach(paid)
        self.assertEqual(expenses.search(domain), other)
        self.assertEqual([e.lacks_receipt for e in (paid, other, waiting)], [False, True, False])

    def test_the_closing_tells_them_and_goes_on(self):
        expense, mended = self._pay(10), self._pay(5)
        self._pay(3, date="2026-02-01")
        self._attach(mended)
        statement = self._statement()
        self.assertIn(f"without their receipt: {expense.name} (Telar", statement.remarks)
        self.assertNotIn(mended.name, statement.remarks)
        self.assertFalse(statement.obstacles)
        self._sign(statement).action_close()
        self.assertEqual(statement.state, "closed")
        self.assertIn(expense.name, "".join(statement.message_ids.mapped("body")))
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("red_empresarial_fund.report_fund_statement", statement.ids)[0]
            .decode()
        )
        self.assertIn("paid without their receipt", html)
        self._attach(expense)
        statement.invalidate_recordset()
        self.assertFalse(statement.remarks)
