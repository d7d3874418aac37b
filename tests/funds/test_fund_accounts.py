"""Nothing of a fund is income, expense or tax of the company, unless the network is a person."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from tests.fund_case import FundCase


class AccountsCase(FundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        accounts = cls.env["account.account"]
        cls.income, cls.expense = (
            accounts.search([("account_type", "=", kind)], limit=1)
            for kind in ("income", "expense")
        )
        repartition = cls.vat_purchase.invoice_repartition_line_ids
        cls.tax_account = repartition.account_id[:1]

    def _entry(self, account, amount=30, movement="expense", fund=None, paid=None, **item):
        """An accountant's entry: ``account`` against the cash box, both of the fund."""
        fund = fund or self.fund
        about = {"fund_id": fund.id, "fund_movement": movement}
        return self.env["account.move"].create(
            {
                "journal_id": self.cash_box.id,
                "date": "2026-03-02",
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount, **about, **item}),
                    Command.create(
                        {"account_id": self.cash.id, "balance": -(paid or amount), **about}
                    ),
                ],
            }
        )


class TestFundAccounts(AccountsCase):
    def test_an_entry_by_hand_is_no_income_expense_or_tax_of_the_company(self):
        self._operate("donation", 100)
        for label, account, amount, movement, item in (
            ("expense", self.expense, 30, "expense", {}),
            ("income", self.income, -30, "donation", {}),
            ("tax credit", self.tax_account, 5, "expense", {}),
            (
                "taxed",
                self.fund.account_id,
                30,
                "expense",
                {"tax_ids": [Command.set(self.vat_purchase.ids)], "paid": 35.4},
            ),
        ):
            move = self._entry(account, amount, movement, **item)
            if label == "taxed":
                tax = move.line_ids.filtered("tax_line_id")
                self.assertEqual(tax.balance, 5.4)
                tax.write({"fund_id": self.fund.id, "fund_movement": "expense"})
            with (
                self.subTest(label),
                self.assertRaisesRegex(
                    UserError, "Fondo común.*income, expense or tax of the company"
                ),
            ):
                move.action_post()
        self.assertEqual(self._summary(), [100, 100, 0, 0, 0])

    def test_an_item_is_not_given_to_a_fund_later(self):
        move = self._entry(self.expense)
        move.line_ids.write({"fund_id": False, "fund_movement": False})
        move.action_post()
        with self.assertRaisesRegex(UserError, "income, expense or tax of the company"):
            move.line_ids.write({"fund_id": self.fund.id, "fund_movement": "expense"})

    def test_the_account_of_a_fund_is_its_members_by_import_as_well(self):
        for account in (self.income, self.expense, self.cash, self.tax_account):
            with (
                self.subTest(account.display_name),
                self.assertRaisesRegex(ValidationError, "Choose a liability"),
            ):
                self._create_fund(account.display_name, account_id=account.id)
        result = self.env["business.network.fund"].load(
            ["name", "network_id/.id", "account_id/.id"],
            [["Importado", str(self.network.id), str(self.income.id)]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("Choose a liability", str(result["messages"]))

    def test_cash_differences_are_no_expense_of_the_company(self):
        for account in (self.expense, self.income, self.receivable, self.cash):
            with (
                self.subTest(account.account_type),
                self.assertRaisesRegex(
                    ValidationError, "Cash differences of Fondo común.*Choose another"
                ),
            ):
                self.fund.difference_account_id = account
        with self.assertRaisesRegex(ValidationError, "Cash differences of Otro"):
            self._create_fund("Otro", difference_account_id=self.expense.id)

    def test_what_was_booked_before_is_taken_back(self):
        self._operate("donation", 100)
        form = self.network.operating_form_id
        form.has_legal_personality = True
        move = self._entry(self.expense)
        move.action_post()
        form.has_legal_personality = False
        move._reverse_moves([{"date": "2026-03-03"}], cancel=True)
        self.assertEqual(self._summary(), [100, 100, 0, 0, 0])


class TestCooperative(AccountsCase):
    operating_form = "red_empresarial.operating_form_cooperative"

    def test_its_income_and_expense_are_its_own(self):
        self._operate("donation", 100)
        self._entry(self.expense, 30).action_post()
        self._entry(self.income, -50, "donation").action_post()
        self._entry(self.tax_account, 5).action_post()
        self.assertEqual(self._summary(), [120, 115, 0, 5, 0])
        self.assertEqual(self.fund.available_amount, 115)
        self.assertEqual(self.fund.get_ties(), [])
        groups = self.env["business.network.fund.movement"]._read_group(
            [("fund_id", "=", self.fund.id)], ["section", "movement"], ["amount:sum"]
        )
        self.assertEqual(
            {(section, movement): amount for section, movement, amount in groups},
            {
                ("fund", "donation"): 150,
                ("fund", "expense"): -30,
                ("cash", "donation"): 150,
                ("cash", "expense"): -35,
                ("other", "expense"): 5,
            },
        )
        figures = self.fund._get_sections_at(self._date("2026-03-31"))[self.fund]
        self.assertEqual([figures["fund"], figures["cash"], figures["other"]], [120, 115, 5])

    def test_it_keeps_its_purpose_and_its_balance(self):
        fund = self._create_fund("Aportaciones", kind="contributions")
        with self.assertRaisesRegex(UserError, "Aportaciones.*Operating expense"):
            self._entry(self.expense, fund=fund).action_post()
        move = self._entry(self.expense)
        move.line_ids[-1:].fund_id = False
        with self.assertRaisesRegex(UserError, "do not balance"):
            move.action_post()

    def test_a_cash_difference_may_be_its_expense(self):
        self.fund.difference_account_id = self.expense
        self._ask()
        meeting = self._create_meeting(post=True, receive={self.member_b: 20})
        meeting.action_load_denominations()
        meeting.count_ids.filtered(lambda count: count.value == 10).quantity = 1
        meeting.difference_reason = "Falta un billete"
        meeting.action_close()
        self.assertEqual(self._balance(self.expense), 10)
        self.assertEqual(self._summary(), [80, 10, 70, 0, 0])

    def test_the_account_of_the_fund_is_no_income_even_so(self):
        with self.assertRaisesRegex(ValidationError, "Choose a liability.*or equity"):
            self._create_fund("Otro", account_id=self.income.id)

    def test_the_form_of_a_fund_shows_its_accounts(self):
        with Form(self.fund) as form:
            form.difference_account_id = self.expense
        self.assertTrue(self.fund.is_legal_person)
