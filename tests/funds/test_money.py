"""Fines, gifts, expenses, deposits, transfers between funds and the share-out (F1)."""

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

from tests.fund_case import FundCase


class TestFines(FundCase):
    def test_a_deposit_is_proposed_from_the_cash_box_to_the_bank(self):
        wizard = self.env["business.network.fund.operation"]
        with Form(wizard.with_context(default_fund_id=self.fund.id)) as form:
            form.operation = "deposit"
            form.concept = "Al banco"
            form.amount = 5
            self.assertEqual((form.journal_id, form.to_journal_id.type), (self.cash_box, "bank"))

    def _create_fine(self, member=None, **vals):
        reason = self.env["business.network.fund.fine.reason"].create(
            {"name": "Tardanza", "network_id": self.network.id, "amount": 2}
        )
        return self.env["business.network.fund.fine"].create(
            {
                "fund_id": self.fund.id,
                "member_id": (member or self.member_b).id,
                "reason_id": reason.id,
                "date": "2026-03-10",
                **vals,
            }
        )

    def test_a_fine_follows_its_rule_and_is_owed_to_the_fund(self):
        fines = self._create_fine() | self._create_fine(self.member_c, amount=5)
        fines.action_post()
        self.assertEqual(self._owed(), [0, 2, 5])
        self.assertEqual(self._summary(), [7, 0, 7, 0, 0])
        kinds = self.env["business.network.fund.movement"].search([("fund_id", "=", self.fund.id)])
        self.assertEqual(set(kinds.mapped("movement")), {"fine"})
        with self.assertRaisesRegex(UserError, "is in state"):
            fines.action_post()
        with self.assertRaisesRegex(UserError, "Forgive it"):
            fines[0].amount = 1

    def test_a_forgiven_fine_is_reversed_and_what_was_paid_stays_as_an_advance(self):
        fine = self._create_fine()
        fine.action_post()
        self._create_meeting(post=True, receive={self.member_b: 2})
        fine.action_forgive()
        self.assertEqual(fine.state, "forgiven")
        self.assertEqual(self._owed(self.member_b), [-2])
        self.assertEqual(self._summary(), [0, 2, -2, 0, 0])

    def test_a_fine_reversed_by_hand_is_forgiven_and_not_reversed_again(self):
        fine = self._create_fine()
        fine.action_post()
        fine.move_id._reverse_moves([{"date": "2026-03-11"}], cancel=True)
        self.assertEqual((fine.state, self._owed(self.member_b)), ("forgiven", [0]))
        fine.state = "posted"  # as one was that was reversed before fines followed their entry
        fine.action_forgive()
        self.assertEqual(self._summary(), [0, 0, 0, 0, 0])

    def test_who_is_no_member_that_day_is_not_fined(self):
        self.member_b.date_to = "2026-03-01"
        with self.assertRaisesRegex(ValidationError, "Taller B is not a member"):
            self._create_fine().action_post()


class TestExpenses(FundCase):
    def set_up_once(self):
        super().set_up_once()
        self._operate("donation", 100)

    def _create_expense(self, amount=40, **vals):
        return self.env["business.network.fund.expense"].create(
            {
                "fund_id": self.fund.id,
                "purpose": "Pasajes",
                "amount": amount,
                "partner_id": self.supplier.id,
                "journal_id": self.cash_box.id,
                "date_paid": "2026-03-12",
                **vals,
            }
        )

    def _approve(self, expense, user=None):
        expense.action_request()
        expense.with_user(user or self.env.user).action_approve()
        return expense

    def test_an_approved_expense_debits_the_fund_with_its_tax(self):
        expense = self._approve(self._create_expense(document_reference="F001-7"))
        expense.action_pay()
        move = expense.move_id
        self.assertEqual(self._balance(self.fund.account_id, self.supplier, move), 40)
        self.assertEqual(self._balance(self.cash, moves=move), -40)
        self.assertIn("F001-7", move.ref)
        self.assertFalse(move.line_ids.tax_ids)
        self.assertEqual(self._summary(), [60, 60, 0, 0, 0])
        with self.assertRaisesRegex(UserError, "is in state"):
            expense.action_pay()

    def test_no_box_gives_more_than_it_holds(self):
        expense = self._approve(self._create_expense(journal_id=self.fund_bank.id))
        with self.assertRaisesRegex(UserError, "Banco del fondo holds.*0.00"):
            expense.action_pay()
        self._operate("deposit", 40, to_journal_id=self.fund_bank.id)
        expense.action_pay()
        with self.assertRaisesRegex(UserError, "Caja del fondo holds.*60.00"):
            self._operate("deposit", 60.01, to_journal_id=self.fund_bank.id)

    def test_what_is_approved_is_not_spent_twice(self):
        self._approve(self._create_expense(60))
        self.assertEqual(self.fund.available_amount, 40)
        second = self._create_expense(50)
        with self.assertRaisesRegex(UserError, "available"):
            self._approve(second)

    def test_the_minimum_balance_stays(self):
        self.fund.minimum_balance = 70
        with self.assertRaisesRegex(UserError, "30.*available"):
            self._approve(self._create_expense(40))
        self._approve(self._create_expense(30)).action_pay()
        self.assertEqual(self.fund.cash_amount, 70)

    def test_limits_say_who_approves_how_much(self):
        group = self.env.ref("red_empresarial.group_network_coordinator")
        manager, coordinator = self.env["res.users"].create(
            [
                {"name": name, "login": name, "group_ids": [Command.set(groups.ids)]}
                for name, groups in (
                    ("gestora_g", self.env.ref("red_empresarial.group_network_manager")),
                    ("coordinadora_g", group),
                )
            ]
        )
        self.network.manager_id = manager
        self.fund.limit_ids = [
            Command.create({"user_id": manager.id, "amount": 20}),
            Command.create({"group_id": group.id, "amount": 50}),
        ]
        with self.assertRaisesRegex(UserError, "gestora_g may approve up to.*20.*higher limit"):
            self._approve(self._create_expense(40), manager)
        self.assertEqual(self._approve(self._create_expense(20), manager).approved_by_id, manager)
        self.assertEqual(self._approve(self._create_expense(50), coordinator).state, "approved")
        nobody = self.env["res.users"].create({"name": "Nadie", "login": "nadie_g"})
        self.assertEqual(self.fund._get_approval_limit(nobody), 0)

    def test_a_contributions_fund_pays_projects_alone(self):
        fund = self._create_fund("Aportaciones", kind="contributions")
        with self.assertRaisesRegex(UserError, "Aportaciones.*Operating expense"):
            self._create_expense(fund_id=fund.id).action_request()
        self._operate("donation", 100, fund=fund)
        project = self._approve(self._create_expense(fund_id=fund.id, kind="project"))
        project.action_pay()
        self.assertEqual(self._summary(fund), [60, 60, 0, 0, 0])

    def test_a_requested_expense_is_not_changed_and_a_refused_one_is_not_paid(self):
        expense = self._create_expense()
        expense.action_request()
        with self.assertRaisesRegex(UserError, "Refuse it"):
            expense.amount = 1
        expense.action_refuse()
        with self.assertRaisesRegex(UserError, "is in state"):
            expense.action_pay()
        expense.action_reset_to_draft()
        expense.amount = 1
        self.assertEqual(self._approve(expense).state, "approved")

    def test_an_undone_payment_is_paid_again_once(self):
        expense = self._approve(self._create_expense())
        expense.action_pay()
        expense.action_undo_payment()
        self.assertEqual((expense.state, self.fund.balance), ("approved", 100))
        expense.action_pay()
        self.assertEqual(self._summary(), [60, 60, 0, 0, 0])

    def test_the_day_and_the_box_of_a_payment_stay(self):
        manager = self.env["res.users"].create(
            {
                "name": "gestora_d",
                "login": "gestora_d",
                "group_ids": [
                    Command.set(self.env.ref("red_empresarial.group_network_manager").ids)
                ],
            }
        )
        self.network.manager_id = manager
        expense = self._approve(self._create_expense()).with_user(manager)
        expense.date_paid = "2026-03-13"
        expense.action_pay()
        for vals in ({"date_paid": "2026-03-01"}, {"journal_id": self.fund_bank.id}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "Undo the payment"):
                expense.write(vals)
        expense.action_undo_payment()
        expense.write({"date_paid": "2026-03-14"})
        self.assertEqual(expense.date_paid, self._date("2026-03-14"))

    def test_a_payment_reversed_by_hand_is_not_reversed_again(self):
        expense = self._approve(self._create_expense())
        expense.action_pay()
        move = expense.move_id
        move._reverse_moves([{"date": "2026-03-13"}], cancel=True)
        self.assertEqual((expense.state, expense.move_id.id), ("approved", False))
        self.assertEqual(self.fund.available_amount, 60)
        expense.write({"state": "paid", "move_id": move.id})  # as one that did not follow
        expense.action_undo_payment()
        self.assertEqual(expense.state, "approved")
        self.assertEqual(self._summary(), [100, 100, 0, 0, 0])

    def test_the_receipt_is_counted(self):
        expense = self._create_expense()
        self.assertEqual(expense.receipt_count, 0)
        self.env["ir.attachment"].create(
            {
                "name": "boleta.pdf",
                "raw": b"%PDF",
                "res_model": expense._name,
                "res_id": expense.id,
            }
        )
        expense.invalidate_recordset()
        self.assertEqual(expense.receipt_count, 1)


class TestOperations(FundCase):
    def test_money_goes_to_the_bank_and_the_fund_stays(self):
        self._operate("opening", 100)
        self._operate("deposit", 60, to_journal_id=self.fund_bank.id)
        self.assertEqual(self._balance(self.cash), 40)
        self.assertEqual(self._balance(self.fund_bank.default_account_id), 60)
        self.assertEqual(self._summary(), [100, 100, 0, 0, 0])
        with self.assertRaisesRegex(UserError, "already"):
            self._operate("deposit", 1, to_journal_id=self.cash_box.id)

    def test_a_transfer_is_balanced_in_both_funds(self):
        other = self._create_fund("Contingencias", kind="contingency")
        self._operate("opening", 100)
        transfer = {"to_fund_id": other.id, "to_journal_id": self.fund_bank.id}
        self._operate("transfer", 30, **transfer)
        self.assertEqual(self._summary(), [70, 70, 0, 0, 0])
        self.assertEqual(self._summary(other), [30, 30, 0, 0, 0])
        with self.assertRaisesRegex(UserError, "70.00 available.*71.00 would be moved"):
            self._operate("transfer", 71, **transfer)

    def test_bad_operations_are_refused(self):
        for label, error, operation, amount, vals in (
            ("nothing", "above zero", "donation", 0, {}),
            ("journal", "does not hold", "donation", 5, {"journal_id": self.bank.id}),
            ("no fund", "another fund", "transfer", 5, {"to_journal_id": self.fund_bank.id}),
            ("own cash", "not the company's own", "company", 5, {"from_journal_id": False}),
            (
                "fund cash",
                "not the company's own",
                "company",
                5,
                {"from_journal_id": self.fund_bank.id},
            ),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, error):
                self._operate(operation, amount, **vals)


class TestShareOut(FundCase):
    def _share_out(self, fund, **vals):
        return self.env["business.network.fund.share.out"].create(
            {"fund_id": fund.id, "journal_id": self.cash_box.id, "date": "2026-06-30", **vals}
        )

    def test_F1_each_gets_its_contributions_and_its_part_of_the_profit(self):
        fund = self._create_fund("Aportaciones", kind="contributions")
        for partner, amount in ((self.partner_b, 225), (self.partner_c, 4275)):
            self._operate("opening", amount, fund=fund, partner_id=partner.id)
        self._operate("event", 900, fund=fund)
        wizard = self._share_out(fund)
        wizard.action_compute()
        self.assertEqual(wizard.line_ids.mapped("contribution"), [225, 4275])
        self.assertEqual(wizard.line_ids.mapped("amount"), [270, 5130])
        entry = wizard.post()
        self.assertEqual(self._balance(self.cash, self.partner_b, entry), -270)
        self.assertEqual(self._summary(fund), [0, 0, 0, 0, 0])
        with self.assertRaisesRegex(UserError, "0.00 to share out"):
            self._share_out(fund).post()

    def test_dues_are_contributions_and_fines_are_profit(self):
        fund = self._create_fund("Aportaciones", kind="contributions")
        self._ask(fund_id=fund.id, until="2026-01-31")
        meeting = self._create_meeting(fund=fund)
        meeting.action_receive_all()
        meeting.action_collect()
        self._operate("donation", 0.05, fund=fund)
        shares = self._share_out(fund)._get_shares()
        self.assertEqual([shares[m.partner_id][0] for m in self.members], [10, 10, 10])
        self.assertEqual(
            sorted(shares[m.partner_id][1] for m in self.members), [10.01, 10.02, 10.02]
        )

    def test_a_fund_that_is_not_shared_out_or_is_owed_is_refused(self):
        self._operate("opening", 10, partner_id=self.partner_b.id)
        with self.assertRaisesRegex(UserError, "Share-out"):
            self._share_out(self.fund).action_compute()
        fund = self._create_fund("Aportaciones", kind="contributions")
        self._ask(fund_id=fund.id, until="2026-01-31")
        self._operate("donation", 10, fund=fund)
        with self.assertRaisesRegex(UserError, "still owes"):
            self._share_out(fund).post()
