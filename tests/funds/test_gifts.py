"""Money given for one use: set aside, used by what names it, shown in lists and statements."""

import base64
import io

import openpyxl
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from tests.funds.closing_case import ClosingCase


class GiftCase(ClosingCase):
    def set_up_once(self):
        super().set_up_once()
        self._operate("donation", 50, date="2026-01-10")
        self.gift = self._give(100)

    def _give(self, amount, restriction="Solo telares", **vals):
        move = self._operate(
            "donation",
            amount,
            restriction=restriction,
            **{"date": "2026-01-15", "partner_id": self.supplier.id, **vals},
        )
        return self.env["business.network.fund.gift"].browse(move.id)

    def _expense(self, amount, gift=None, **vals):
        return self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.fund.id,
                "purpose": "Telar",
                "amount": amount,
                "partner_id": self.supplier.id,
                "journal_id": self.cash_box.id,
                "date": "2026-01-20",
                "date_paid": "2026-01-20",
                "gift_id": gift.id if gift else False,
                **vals,
            }
        )

    def _approve(self, expense):
        expense.action_request()
        expense.action_approve()
        return expense

    def _pay(self, *args, **vals):
        expense = self._approve(self._expense(*args, **vals))
        expense.action_pay()
        return expense

    def _read(self, gift=None):
        gift = gift or self.gift
        gift.invalidate_model()
        return [gift.amount_received, gift.amount_used, gift.amount_left, gift.amount_promised]


class TestGifts(GiftCase):
    def test_a_restricted_gift_is_set_aside(self):
        self.assertEqual(self._read(), [100, 0, 100, 0])
        self.assertEqual((self.fund.cash_amount, self.fund.available_amount), (150, 50))
        self.assertEqual((self.fund.restricted_amount, self.fund.gift_ids), (100, self.gift))
        self.assertEqual(self.gift.partner_id, self.supplier)

    def test_no_loan_is_paid_from_it(self):
        self.fund.allows_loan = True
        loan = self.env["business.network.fund.loan"].create(
            {
                "fund_id": self.fund.id,
                "member_id": self.member_b.id,
                "purpose": "Hilo",
                "amount": 60,
                "instalment_count": 2,
                "date": "2026-01-20",
                "date_first": "2026-02-28",
                "journal_id": self.cash_box.id,
            }
        )
        loan.action_request()
        with self.assertRaisesRegex(
            UserError, "given for another use .*Solo telares.*Ask for less, or collect first"
        ):
            loan.action_approve()
        self.assertEqual(loan.state, "requested")

    def test_a_hand_over_names_it(self):
        """Who enters must know what may not be spent freely."""
        self._pay(30, gift=self.gift)
        handover = self.env["business.network.fund.handover"].create(
            {"fund_id": self.fund.id, "date": "2026-01-31", "entering_id": self.partner_b.id}
        )
        supplier = self.supplier.display_name
        self.assertEqual(
            handover._get_gift_items(),
            [{"kind": "gift", "name": f"Solo telares · {supplier}", "amount": 70}],
        )
        self.assertIn(handover._get_gift_items()[0], handover._get_pending_items())

    def test_free_spending_does_not_eat_it(self):
        with self.assertRaisesRegex(UserError, "given for another use.*Solo telares"):
            self._approve(self._expense(60))
        self._pay(50)
        self.assertEqual((self.fund.cash_amount, self.fund.available_amount), (100, 0))
        with self.assertRaisesRegex(UserError, "given for another use"):
            self._approve(self._expense(1))
        with self.assertRaisesRegex(UserError, "given for one use left aside"):
            self._operate(
                "transfer",
                1,
                to_fund_id=self._create_fund("Contingencias", kind="contingency").id,
                to_journal_id=self.fund_bank.id,
            )

    def test_an_expense_that_names_it_uses_it_by_a_posted_entry(self):
        expense = self._pay(60, self.gift)
        self.assertEqual(expense.move_id.fund_gift_id.id, self.gift.id)
        self.assertEqual(self._balance(self.fund.account_id, moves=expense.move_id), 60)
        self.assertEqual(self._read(), [100, 60, 40, 0])
        self.assertEqual((self.fund.cash_amount, self.fund.available_amount), (90, 50))
        self._pay(50)  # the free money is all there still
        self.assertEqual((self.fund.cash_amount, self.fund.available_amount), (40, 0))
        self._pay(40, self.gift, kind="project")
        self.assertEqual(self._read(), [100, 100, 0, 0])
        self.assertEqual(self._summary(), [0, 0, 0, 0, 0])

    def test_more_than_is_left_of_it_is_refused(self):
        with self.assertRaisesRegex(UserError, "100.00 is left of what was given for “Solo telar"):
            self._approve(self._expense(101, self.gift))
        self._approve(self._expense(70, self.gift))
        self.assertEqual(self._read(), [100, 0, 100, 70])
        self.assertEqual(self.fund.available_amount, 50)
        with self.assertRaisesRegex(UserError, "30.00 is left"):
            self._approve(self._expense(31, self.gift))
        self._approve(self._expense(30, self.gift)).action_pay()
        self.assertEqual(self._read(), [100, 30, 70, 70])

    def test_an_undone_payment_gives_it_back(self):
        expense = self._pay(60, self.gift)
        expense.action_undo_payment()
        self.assertEqual(self._read(), [100, 0, 100, 60])
        expense.action_refuse()
        self.assertEqual(self._read(), [100, 0, 100, 0])
        self.assertEqual(self.fund.available_amount, 50)

    def test_a_gift_that_is_used_is_not_taken_back(self):
        expense = self._approve(self._expense(60, self.gift))
        move = self.gift.move_id
        with self.assertRaisesRegex(UserError, "60.00 of Solo telares.*Undo the payments"):
            move._reverse_moves([{"date": "2026-01-21"}], cancel=True)
        expense.action_refuse()
        move._reverse_moves([{"date": "2026-01-21"}], cancel=True)
        self.assertFalse(self.env["business.network.fund.gift"].search([]).filtered("amount_left"))
        self.fund._forget_balances()
        self.assertEqual((self.fund.restricted_amount, self.fund.available_amount), (0, 50))

    def test_a_gift_of_another_fund_is_refused(self):
        other = self._create_fund("Contingencias", kind="contingency")
        self._operate("donation", 500, fund=other)
        with self.assertRaisesRegex(UserError, "not given to Contingencias"):
            self._expense(10, self.gift, fund_id=other.id).action_request()

    def test_what_names_a_gift_by_hand_is_held_to_what_is_left(self):
        expense = self._pay(60, self.gift)
        copy = expense.move_id.copy({"date": "2026-01-22"})
        with self.assertRaisesRegex(UserError, "120.00 would be used"):
            copy.action_post()

    def test_what_was_stated_stays(self):
        user = self._create_user("gestora_r", "account.group_account_user")
        for vals in ({"fund_restriction": "Otra"}, {"fund_gift_id": False}):
            move = (
                self.gift.move_id if "fund_restriction" in vals else self._pay(5, self.gift).move_id
            )
            with self.subTest(vals), self.assertRaisesRegex(UserError, "is not changed"):
                move.with_user(user).write(vals)

    def test_money_without_restriction_and_blanks_are_no_gifts(self):
        self._give(5, restriction="  ")
        self.assertEqual(self.env["business.network.fund.gift"].search_count([]), 1)

    def test_it_is_not_shared_out(self):
        fund = self._create_fund("Aportaciones", kind="contributions")
        self._operate("opening", 40, fund=fund, partner_id=self.partner_b.id, date="2026-01-01")
        self._give(100, fund=fund)
        wizard = self.env["business.network.fund.share.out"].create(
            {"fund_id": fund.id, "journal_id": self.cash_box.id, "date": "2026-06-30"}
        )
        self.assertEqual(wizard.amount, 40)
        wizard.amount = 41
        with self.assertRaisesRegex(UserError, "40.00 to share out"):
            wizard.post()

    def test_two_networks_see_their_own_only(self):
        manager = self._create_user("gestora_s")
        gifts = self.env["business.network.fund.gift"].with_user(manager)
        self.assertFalse(gifts.search([]))
        with self.assertRaises(AccessError):
            gifts.browse(self.gift.id).read(["restriction"])
        self.network.manager_id = manager
        self.env.invalidate_all()
        self.assertEqual(gifts.search([]).ids, self.gift.ids)
        expense = self._expense(10, self.gift).with_user(manager)
        expense.action_request()
        expense.action_approve()
        expense.action_pay()
        self.assertEqual(self._read(), [100, 10, 90, 0])


class TestGiftScreens(GiftCase):
    def test_movements_name_what_they_are_for(self):
        expense = self._pay(60, self.gift)
        movements = self.env["business.network.fund.movement"].search(
            [("fund_id", "=", self.fund.id), ("restriction", "!=", False)]
        )
        self.assertEqual(movements.move_id.ids, [*sorted((expense.move_id.id, self.gift.id))][::-1])
        self.assertEqual(set(movements.mapped("restriction")), {"Solo telares"})

    def test_the_forms_show_it(self):
        with Form(self.fund) as form:
            self.assertEqual(form.restricted_amount, 100)
            self.assertEqual(len(form.gift_ids), 1)
        with Form(self.env["business.network.fund.expense"]) as form:
            form.fund_id = self.fund
            form.purpose = "Telar"
            form.amount = 10
            form.gift_id = self.gift
        self.assertIn("Solo telares", form.record.gift_id.display_name)
        self.assertIn("100.00", form.record.gift_id.display_name)
        action = self.gift.action_open_entry()
        self.assertEqual(action["res_id"], self.gift.id)

    def test_the_monthly_statement_shows_what_came_was_used_and_is_left(self):
        self._pay(60, self.gift)
        self._pay(15, self.gift, date_paid="2026-02-03")
        january, february = self._statement("2026-01-15"), self._statement("2026-02-15")
        rows = [
            [
                [line[name] for name in ("restriction", "before", "received", "used", "left")]
                for line in statement._get_gift_section()["lines"]
            ]
            for statement in (january, february)
        ]
        self.assertEqual(rows[0], [["Solo telares", 0, 100, 60, 40]])
        # its period begins in January, which is not closed
        self.assertEqual(rows[1], [["Solo telares", 0, 100, 75, 25]])
        self._sign(january).action_close()
        february.action_compute()
        (line,) = february._get_gift_section()["lines"]
        self.assertEqual(
            [line[name] for name in ("before", "received", "used", "left")], [40, 0, 15, 25]
        )
        self.assertIn("Solo telares", february.gift_table)
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("red_empresarial_fund.report_fund_statement", february.ids)[0]
            .decode()
        )
        self.assertIn("Restricted money", html)
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(february.sheet_file)))
        values = {cell.value for row in book.active.iter_rows() for cell in row}
        self.assertLessEqual({"Restricted money", "Solo telares"}, values)

    def test_a_fund_without_gifts_says_nothing(self):
        fund = self._create_fund("Contingencias", kind="contingency")
        self._operate("donation", 5, fund=fund, date="2026-01-15")
        statement = self._statement(fund=fund)
        self.assertFalse(statement.gift_table)
        self.assertNotIn(
            "gifts", [section["key"] for section in statement._get_paper()["sections"]]
        )
