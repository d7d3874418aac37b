"""Reconciling a fund's bank: what is booked, what is proposed, what is refused; ties all along."""

from odoo import Command
from odoo.exceptions import UserError

from tests.fund_bank_case import FundBankCase


class TestSetUp(FundBankCase):
    def test_a_bank_gets_one_account_in_transit_and_twice_does_nothing(self):
        methods = (
            self.fund_bank.inbound_payment_method_line_ids
            | self.fund_bank.outbound_payment_method_line_ids
        )
        self.assertRecordValues(
            self.transit,
            [
                {
                    "name": "Banco del fondo: in transit",
                    "account_type": "asset_current",
                    "reconcile": True,
                }
            ],
        )
        self.assertEqual(methods.payment_account_id, self.transit)
        self.assertFalse(self.cash_box._get_transit_accounts())
        self._set_up(self.fund)
        self.assertEqual(self.fund_bank._get_transit_accounts(), self.transit)
        self.assertTrue(self.fund.is_bank_ready)

    def test_the_monthly_statement_tells_a_bank_from_what_is_on_its_way(self):
        self._operate("opening", 100, journal=self.cash_box, date="2026-03-01")
        self._operate("donation", 30, journal=self.fund_bank, date="2026-04-03")
        figures = [
            figure
            for figure in self.fund._get_period_figures(
                self._date("2026-04-01"), self._date("2026-04-30")
            )
            if figure["section"] == "cash"
        ]
        line = self.env["business.network.fund.statement.line"]
        statement = self.env["business.network.fund.statement"].create(
            {"fund_id": self.fund.id, "date_to": "2026-04-30"}
        )
        labels = {
            line.new(
                {
                    "statement_id": statement.id,
                    "section": "cash",
                    "account_id": figure["account_id"],
                }
            ).label
            for figure in figures
        }
        self.assertEqual(labels, {"Caja del fondo", "Banco del fondo (in transit)"})

    def test_what_is_on_the_bank_account_is_moved_to_transit_on_its_day(self):
        self.fund.cash_journal_ids |= self.wallet
        self._operate("opening", 100, journal=self.wallet, date="2026-04-01")
        self._operate("donation", 40, journal=self.wallet, date="2026-03-31")
        self._operate("donation", 30, journal=self.wallet, date="2026-04-03")
        wizard = self._set_up(self.fund)
        transit = self.wallet._get_transit_accounts()
        moved = self.env["account.move.line"].search([("account_id", "=", transit.id)])
        self.assertRecordValues(
            moved,
            [{"balance": 30, "fund_movement": "donation", "date": self._date("2026-04-03")}],
        )
        self.assertEqual(self.wallet._get_stated_balance(), 140)
        self.assertFalse(wizard._get_items(), "neither what was moved nor what moved it")
        self.assertEqual(self._summary(), [170, 170, 0, 0, 0])
        self._check_ties()
        entries = self.env["account.move"].search_count([("fund_id", "=", self.fund.id)])
        self._set_up(self.fund)
        self.assertEqual(self.wallet._get_stated_balance(), 140, "twice does nothing")
        self.assertEqual(
            self.env["account.move"].search_count([("fund_id", "=", self.fund.id)]), entries
        )
        self._set_up(self.fund, "2026-03-01")
        self.assertEqual(self.wallet._get_stated_balance(), 100, "from an earlier day on, the rest")
        self._check_ties()

    def _share_transit(self, *journals, reconcile=True):
        """One outstanding account for these banks, as a company often has it."""
        account = self.env["account.account"].create(
            {
                "name": "Por conciliar",
                "code": "104998",
                "account_type": "asset_current",
                "reconcile": reconcile,
            }
        )
        for journal in journals:
            methods = (
                journal.inbound_payment_method_line_ids | journal.outbound_payment_method_line_ids
            )
            methods.payment_account_id = account
        return account

    def _check_moved(self, shared):
        """What was open on ``shared`` is in transit of the wallet, and twice does nothing."""
        transit = self.wallet._get_transit_accounts()
        self.assertNotEqual(transit, shared)
        self.assertEqual(self._balance(shared), 0)
        self.assertEqual(
            self._transit_items(transit),
            [(self._date("2026-03-10"), 40, "donation"), (self._date("2026-04-03"), 30, "receipt")],
        )
        self.assertEqual(self._summary(), [130, 70, 60, 0, 0])
        self._check_ties()
        entries = self.env["account.move"].search_count([("fund_id", "=", self.fund.id)])
        self._set_up(self.fund)
        self.assertEqual(
            self.env["account.move"].search_count([("fund_id", "=", self.fund.id)]), entries
        )
        self.wallet._check_fund_statements_ready()

    def _transit_items(self, account):
        items = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")], order="date, id"
        )
        return [(item.date, item.balance, item.fund_movement) for item in items]

    def _book_in_wallet(self, shared):
        """Dues of 90, a donation of 40 and 30 of a member on their way to the wallet."""
        self._ask()
        self.fund.cash_journal_ids |= self.wallet
        self._operate("donation", 40, journal=self.wallet, date="2026-03-10")
        self.fund._receive(
            [(self.member_b, 30, False)], self.wallet, self._date("2026-04-03"), "Yape"
        )
        self.assertEqual(self._balance(shared), 70)

    def test_what_is_open_on_a_shared_account_moves_to_the_banks_own(self):
        shared = self._share_transit(self.wallet, self.bank)
        self._book_in_wallet(shared)
        wizard = self.env["business.network.fund.bank.setup"].create({"fund_id": self.fund.id})
        self.assertEqual((wizard.replaced_count, wizard.replaced_amount), (2, 70))
        self._set_up(self.fund)
        self._check_moved(shared)
        old = self.env["account.move.line"].search([("account_id", "=", shared.id)])
        self.assertTrue(all(old.mapped("reconciled")), "nothing is left open there")
        self.assertFalse(self.wallet._get_replaced_items())

    def test_what_is_on_an_account_that_is_not_reconciled_moves(self):
        shared = self._share_transit(self.wallet, reconcile=False)
        self._book_in_wallet(shared)
        self._set_up(self.fund)
        self._check_moved(shared)

    def test_what_moved_is_reversed_as_any_entry(self):
        shared = self._share_transit(self.wallet, self.bank)
        self._book_in_wallet(shared)
        self._set_up(self.fund)
        transit = self.wallet._get_transit_accounts()
        lines = self.env["account.move.line"].search([("account_id", "=", transit.id)])
        lines.move_id._reverse_fund_entries()
        self.assertEqual((self._balance(shared), self._balance(transit)), (70, 0))
        self.assertEqual(len(self.fund.get_ties()), 2, "what is in no box of the fund is named")
        old = self.env["account.move.line"].search([("account_id", "=", shared.id)])
        self.assertEqual(sum(old.mapped("amount_residual")), 70)

    def test_in_a_closed_month_it_moves_after_it(self):
        shared = self._share_transit(self.wallet, self.bank)
        self._book_in_wallet(shared)
        self.fund.date_closed = "2026-03-31"
        self._set_up(self.fund)
        transit = self.wallet._get_transit_accounts()
        self.assertEqual(
            [day for day, *_rest in self._transit_items(transit)],
            [self._date("2026-04-01"), self._date("2026-04-03")],
        )
        self._check_ties()

    def test_money_of_others_on_a_shared_account_stays(self):
        shared = self._share_transit(self.wallet, self.bank)
        self._book_in_wallet(shared)
        entry = self.env["account.move"].create(
            {
                "journal_id": self.bank.id,
                "date": "2026-04-03",
                "line_ids": [
                    Command.create({"account_id": shared.id, "balance": 500}),
                    Command.create(
                        {"account_id": self.bank.default_account_id.id, "balance": -500}
                    ),
                ],
            }
        )
        entry.action_post()
        self._set_up(self.fund)
        self.assertEqual(self._balance(shared), 500)

    def test_a_deposit_that_does_not_say_to_which_bank_is_refused(self):
        other = self.wallet.copy({"code": "PLIN"})
        other.name = "Otra billetera"
        shared = self._share_transit(self.wallet, other)
        self._operate("opening", 100, journal=self.cash_box, date="2026-03-01")
        self.fund.cash_journal_ids |= self.wallet
        deposit = self._operate("deposit", 60, date="2026-03-20", to_journal_id=self.wallet.id)
        self.fund.cash_journal_ids |= other
        with self.assertRaisesRegex(
            UserError, f"{deposit.name}.*60.00 on .*Billetera del fondo, Otra billetera. Reverse"
        ):
            self._set_up(self.fund)
        self.fund.cash_journal_ids -= other
        self._set_up(self.fund)
        self.assertEqual(self._balance(shared), 0)
        self.assertEqual(
            self._transit_items(self.wallet._get_transit_accounts()),
            [(self._date("2026-03-20"), 60, "deposit")],
        )
        self._check_ties()

    def test_banks_are_set_up_until_each_has_a_statement(self):
        self.assertTrue(self.fund.is_bank_ready)
        self.assertFalse(self.fund.is_bank_stated, "what is booked meanwhile is moved yet")
        self._state_line(30)
        self.fund.invalidate_recordset()
        self.assertTrue(self.fund.is_bank_stated)
        self.fund.cash_journal_ids |= self.wallet
        self.fund.invalidate_recordset()
        self.assertFalse(self.fund.is_bank_stated)

    def test_a_bank_that_is_not_ready_takes_no_line(self):
        self.fund.cash_journal_ids |= self.wallet
        with self.assertRaisesRegex(UserError, "count its money twice. Press “Bank Statements” on"):
            self._state_line(10, bank=self.wallet)

    def test_the_opening_balance_is_in_the_bank_and_not_in_transit(self):
        entry = self._operate("opening", 100, journal=self.fund_bank)
        self.assertEqual(entry.line_ids.filtered("debit").account_id, self.bank_account)


class TestReconcile(FundBankCase):
    def set_up_once(self):
        super().set_up_once()
        self._ask()

    def _receive(self, member, amount, date="2026-04-01", advance=False):
        return self.fund._receive(
            [(member, amount, advance)], self.fund_bank, self._date(date), "Pago por billetera"
        )

    def test_what_is_stated_is_not_identified_yet(self):
        line = self._state_line(20)
        self.assertEqual(
            self._items(line.move_id),
            [
                (self.bank_account, self.env["res.partner"], 20, "unidentified"),
                (self.suspense, self.env["res.partner"], -20, "unidentified"),
            ],
        )
        self.assertEqual(line.move_id.line_ids.fund_id, self.fund)
        self.assertEqual(self._summary(), [90, 20, 90, -20, 0])
        self.assertFalse(line.is_reconciled)
        self._check_ties()

    def test_a_receipt_in_transit_is_proposed_reconciled_and_undone(self):
        receipt = self._receive(self.member_b, 30)
        self.assertEqual(self._summary(), [90, 30, 60, 0, 0], "in transit is cash")
        line = self._state_line(30, "Yape")
        item = receipt.line_ids.filtered(lambda item: item.account_id == self.transit)
        self.assertEqual(self._proposed(line), item)
        self.assertTrue(line.can_reconcile)
        self._check_ties()
        line.reconcile_bank_line()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(
            [(account, balance, kind) for account, _p, balance, kind in self._items(line.move_id)],
            [(self.bank_account, 30, "receipt"), (self.transit, -30, "receipt")],
        )
        self.assertEqual(line.move_id.line_ids.fund_id, self.fund)
        self.assertTrue(item.reconciled)
        self.assertEqual(self._summary(), [90, 30, 60, 0, 0])
        self._check_ties()
        line.unreconcile_bank_line()
        self.assertFalse(line.is_reconciled or item.reconciled)
        self.assertEqual(
            [kind for *_where, kind in self._items(line.move_id)], ["unidentified"] * 2
        )
        self.assertEqual(self._proposed(line), item)
        self._check_ties()

    def test_dues_of_a_member_are_proposed_oldest_first(self):
        line = self._state_line(20, "Abono", partner=self.partner_b)
        dues = self._proposed(line)
        self.assertEqual(
            dues.mapped("date_maturity"), [self._date(d) for d in ("2026-01-31", "2026-02-28")]
        )
        line.reconcile_bank_line()
        self.assertEqual(self._owed(self.member_b), [10])
        self.assertEqual(
            self._items(line.move_id),
            [
                (self.bank_account, self.partner_b, 20, "receipt"),
                (self.receivable, self.partner_b, -10, "receipt"),
                (self.receivable, self.partner_b, -10, "receipt"),
            ],
        )
        self._check_ties()
        line.unreconcile_bank_line()
        self.assertEqual(self._owed(self.member_b), [30])
        self._check_ties()

    def test_a_member_is_found_by_phone_in_what_the_bank_says(self):
        self.partner_c.phone = "+51 987 654 321"
        line = self._state_line(30, "YAPE 987654321")
        line._retrieve_partner()
        self.assertEqual(line.partner_id, self.partner_c)
        self.assertEqual(self._proposed(line).partner_id, self.partner_c)
        self._check_ties()

    def test_a_stranger_of_the_same_name_is_no_member(self):
        self._create_partner("Rosa Flores")
        line = self._state_line(30, "Abono de Rosa Flores")
        line._retrieve_partner()
        self.assertFalse(line.partner_id)

    def test_two_that_could_be_meant_are_not_proposed(self):
        self._receive(self.member_b, 10)
        self._receive(self.member_c, 10)
        line = self._state_line(10)
        self.assertFalse(self._proposed(line))
        self.assertFalse(line.can_reconcile)

    def test_one_deposit_of_the_meeting_for_the_dues_of_all(self):
        self._create_meeting(post=True, receive={self.member_b: 30, self.member_c: 20})
        self._operate(
            "deposit", 50, date="2026-04-02", to_journal_id=self.fund_bank.id, concept="Reunión"
        )
        line = self._state_line(50, "Depósito en efectivo", date="2026-04-03")
        self.assertEqual(self._proposed(line).fund_movement, "deposit")
        line.reconcile_bank_line()
        self.assertEqual(self.fund_bank._get_bank_account_balance(), 50)
        self.assertEqual(self._summary(), [90, 50, 40, 0, 0])
        self._check_ties()

    def test_one_deposit_for_the_dues_of_many_in_one_go(self):
        line = self._state_line(60, "Depósito de las socias")
        dues = self.env["account.move.line"].search(
            [
                ("fund_id", "=", self.fund.id),
                ("account_id", "=", self.receivable.id),
                ("reconciled", "=", False),
            ],
        )
        chosen = dues.filtered(lambda item: item.partner_id in self.partner_b | self.partner_c)
        self.assertEqual(len(chosen), 6)
        line.add_multiple_lines([("id", "in", chosen.ids)])
        self.assertTrue(line.can_reconcile)
        line.reconcile_bank_line()
        self.assertEqual(self._owed(self.member_b, self.member_c), [0, 0])
        self.assertEqual(len(line.move_id.line_ids), 7)
        self._check_ties()

    def test_part_of_a_due_and_more_than_all_of_them(self):
        part = self._state_line(25, partner=self.partner_b)
        self.assertFalse(self._proposed(part), "partial is left to the user")
        part.reconcile_bank_line()
        self.assertEqual(self._owed(self.member_b), [5])
        more = self._state_line(25, partner=self.partner_b, date="2026-04-04")
        more.reconcile_bank_line()
        self.assertEqual(self._owed(self.member_b), [-20], "the rest is paid in advance")
        self.assertEqual(set(more.move_id.line_ids.mapped("fund_movement")), {"receipt"})
        self._check_ties()
        more.unreconcile_bank_line()
        self.assertEqual(self._owed(self.member_b), [5])
        self._check_ties()

    def test_a_bank_fee_by_a_rule(self):
        self._operate("opening", 100, journal=self.fund_bank)
        self._set_up(self.fund)
        rule = self.env["account.reconcile.model"].search(
            [("match_journal_ids", "=", self.fund_bank.id), ("name", "=", "Bank fee")]
        )
        self.assertEqual(len(rule), 1, "twice makes no second one")
        line = self._state_line(-3.5, "Comisión")
        line.manual_model_id = rule
        line._onchange_manual_model_id()
        line.reconcile_bank_line()
        self.assertEqual(
            [(account, balance, kind) for account, _p, balance, kind in self._items(line.move_id)],
            [(self.fund.account_id, 3.5, "expense"), (self.bank_account, -3.5, "expense")],
        )
        self._check_ties()

    def test_a_donation_by_hand(self):
        line = self._state_line(80, "Donación")
        self._book(line, self.fund.account_id, "donation")
        self.assertEqual(self._summary(), [170, 80, 90, 0, 0])
        self.assertEqual(set(line.move_id.line_ids.mapped("fund_movement")), {"donation"})
        self._check_ties()

    def test_a_donation_by_hand_on_the_screen(self):
        line = self._state_line(80, "Donación")
        screen = line.new(origin=line)  # the client sets the reference when a row is clicked
        left = screen.reconcile_data_info["data"][-1]
        self.assertEqual(left["account_id"][0], self.suspense.id)
        screen.manual_reference = left["reference"]
        screen._onchange_manual_reconcile_reference()
        self.assertFalse(screen.can_reconcile)
        screen.manual_fund_movement = "donation"
        screen._onchange_manual_fund()
        self.assertEqual(screen.manual_account_id, self.fund.account_id)
        self.assertTrue(screen.can_reconcile)
        line.reconcile_data_info = screen.reconcile_data_info
        line.reconcile_bank_line()
        self.assertEqual(set(line.move_id.line_ids.mapped("fund_movement")), {"donation"})
        self._check_ties()

    def test_what_a_line_of_a_fund_cannot_be(self):
        income = self.env["account.account"].search([("account_type", "=", "income")], limit=1)
        other = self._create_fund("Contingencias", kind="contingency", journals=self.cash_box)
        gift = self._operate("donation", 80, fund=other)
        line = self._state_line(80, "Donación")
        for label, account, kind, partner, message in (
            ("no kind", self.fund.account_id, None, None, "is of no kind yet"),
            ("income", income, "donation", None, "no income or expense of the company"),
            ("nobody's", self.receivable, None, self.treasurer, "is paid by nobody of"),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, message):
                self._book(line, account, kind, partner)
            line.clean_reconcile()
        foreign = gift.line_ids.filtered(lambda item: item.account_id == self.cash)
        line.reconcile_data_info = {
            **line.reconcile_data_info,
            "data": [
                *line.reconcile_data_info["data"][:1],
                {
                    **line.reconcile_data_info["data"][1],
                    "kind": "other",
                    "counterpart_line_ids": foreign.ids,
                },
            ],
        }
        with self.assertRaisesRegex(UserError, "is not of Fondo común"):
            line.reconcile_bank_line()

    def _screen_partner(self, line, partner):
        """Change the member of what a line closes, as the screen lets one do."""
        info = line.reconcile_data_info
        for one in info["data"]:
            if one.get("counterpart_line_ids"):
                one["partner_id"] = [partner.id, partner.name]
        line.reconcile_data_info = info

    def test_what_one_member_owes_is_not_closed_by_another(self):
        line = self._state_line(30, partner=self.partner_b)
        self._screen_partner(line, self.partner_c)
        with self.assertRaisesRegex(UserError, "is owed by Taller B.*paid by Taller C"):
            line.reconcile_bank_line()
        line.clean_reconcile()
        line.reconcile_bank_line()
        self.assertEqual(self._owed(self.member_b, self.member_c), [0, 30])
        self._check_ties()

    def test_a_tie_tells_what_another_member_closed(self):
        receipt = self._receive(self.member_c, 40, advance=True)
        rest = receipt.line_ids.filtered(lambda item: item.account_id == self.receivable)
        due = (
            self.env["account.move.line"]
            .search([("fund_movement", "=", "dues"), ("partner_id", "=", self.partner_b.id)])
            .filtered(lambda item: item.account_id == self.receivable)[:1]
        )
        (rest | due).reconcile()
        self.assertEqual({tie["tie"] for tie in self.fund.get_ties()}, {"members"})

    def test_what_the_company_pays_in(self):
        line = self._state_line(80, "De la empresa")
        theirs = self.bank.default_account_id
        for label, account, kind, message in (
            ("no kind", theirs, None, "is no money of Fondo común"),
            ("another kind", theirs, "donation", "is no money of Fondo común"),
            ("own cash", self.cash, "company", "so not from .* of Fondo común"),
            ("the fund", self.fund.account_id, "company", "so not from .* of Fondo común"),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, message):
                self._book(line, account, kind)
            line.clean_reconcile()
        self._book(line, theirs, "company")
        self.assertEqual(
            [
                (item.account_id, item.balance, item.fund_id, item.fund_movement)
                for item in line.move_id.line_ids.sorted("balance", reverse=True)
            ],
            [
                (self.bank_account, 80, self.fund, "company"),
                (theirs, -80, self.fund.browse(), False),
            ],
        )
        self.assertEqual(self._summary(), [90, 80, 90, 0, -80])
        self._check_ties()
        line.unreconcile_bank_line()
        self.assertEqual(self._summary(), [90, 80, 90, -80, 0])
        self._check_ties()

    def test_what_the_company_paid_in_is_matched_with_other_money(self):
        self._operate(
            "company", 80, journal=self.fund_bank, from_journal_id=self.bank.id, date="2026-04-01"
        )
        self._operate("donation", 20, journal=self.fund_bank, date="2026-04-01")
        line = self._state_line(100, "Dos abonos")
        items = self.env["account.move.line"].search([("account_id", "=", self.transit.id)])
        line._propose_items(items)
        line.reconcile_bank_line()
        self.assertEqual(self._summary(), [110, 100, 90, 0, -80])
        self._check_ties()

    def test_a_withdrawal_to_the_cash_box_of_the_fund(self):
        line = self._state_line(-40, "Retiro")
        self._book(line, self.cash)
        self.assertEqual(set(line.move_id.line_ids.mapped("fund_movement")), {"deposit"})
        self._check_ties()

    def test_a_journal_that_keeps_suspense_items_is_refused(self):
        line = self._state_line(30, partner=self.partner_b)
        self.fund_bank.reconcile_mode = "keep"
        with self.assertRaisesRegex(UserError, "Choose “Edit Move” as its reconcile mode"):
            line.reconcile_bank_line()

    def test_what_was_closed_meanwhile_is_told(self):
        line = self._state_line(30, partner=self.partner_b)
        line.reconcile_data_info = line.reconcile_data_info  # as the screen saves it
        self._receive(self.member_b, 30)
        with self.assertRaisesRegex(UserError, "was closed meanwhile. Press “Reset"):
            line.reconcile_bank_line()

    def test_nothing_changes_in_a_closed_month(self):
        done = self._state_line(30, partner=self.partner_b)
        done.reconcile_bank_line()
        line = self._state_line(30, partner=self.partner_c, date="2026-04-05")
        self.fund.date_closed = "2026-04-30"
        for label, change in (
            ("reconcile", line.reconcile_bank_line),
            ("undo", done.unreconcile_bank_line),
            ("undo the import", line.statement_id.action_undo_import),
            ("new line", lambda: self._state_line(1, date="2026-04-30")),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "is closed up to"):
                change()
        self._check_ties()

    def test_what_the_bank_states_stays(self):
        line = self._state_line(30, partner=self.partner_b)
        for vals in ({"amount": 31}, {"date": "2026-04-09"}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "its date and its amount"):
                line.write(vals)
        with self.assertRaisesRegex(UserError, "is a movement of Fondo común"):
            line.move_id.button_draft()
        line.write({"amount": 30, "date": "2026-04-02"})
        line.reconcile_bank_line()
        with self.assertRaisesRegex(UserError, "is reconciled. Undo that first"):
            line.statement_id.action_undo_import()
        line.unreconcile_bank_line()
        line.statement_id.action_undo_import()
        self.assertFalse(self._lines())
        self._check_ties()

    def test_what_the_bank_states_is_undone_and_not_reversed(self):
        receipt = self._receive(self.member_b, 30)
        line = self._state_line(30)
        line.reconcile_bank_line()
        for label, entry, message in (
            ("the line", line.move_id, "its bank states: it is not changed. Undo the reconcil"),
            ("what it closed", receipt, "is closed by “Abono” of .*Undo the reconciliation"),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, message):
                entry._reverse_moves(cancel=True)
        with self.assertRaisesRegex(UserError, "Undo the reconciliation of the line, or"):
            line.move_id.button_draft()
        line.unreconcile_bank_line()
        with self.assertRaisesRegex(UserError, "its bank states"):
            line.move_id._reverse_moves(cancel=True)
        receipt._reverse_moves(cancel=True)
        self.assertEqual(self._owed(self.member_b), [30])
        self._check_ties()

    def test_dues_of_a_closed_month_are_reversed_later(self):
        due = self.env["account.move"].search([("fund_due_date", "=", "2026-01-31")])
        line = self._state_line(30, partner=self.partner_b)
        line.reconcile_bank_line()
        with self.assertRaisesRegex(UserError, "is closed by “Abono”"):
            due._reverse_moves(cancel=True)
        self.fund.date_closed = "2026-04-30"
        due._reverse_moves([{"date": "2026-05-02"}], cancel=True)
        self.assertEqual(self._owed(self.member_b, self.member_c), [-10, 20])
        self.assertTrue(line.is_reconciled)
        self._check_ties()

    def test_the_statement_of_a_bank_stays_as_it_was_imported(self):
        first = self._state(("2026-04-02", "uno", 30), ("2026-04-02", "dos", 10))
        last = self._state(("2026-04-03", "tres", 5))
        for label, change in (
            ("start", lambda: first.write({"balance_start": 7})),
            ("end", lambda: first.write({"balance_end_real": 7})),
            ("journal", lambda: first.write({"journal_id": self.wallet.id})),
            ("lines", lambda: first.write({"line_ids": [Command.unlink(first.line_ids[0].id)]})),
            ("its line", lambda: first.line_ids[0].write({"statement_id": last.id})),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "Undo its import"):
                change()
        first.write({"name": "Abril", "balance_start": 0, "date": "2026-04-02"})
        with self.assertRaisesRegex(UserError, "is deleted by “Undo the Import”"):
            last.unlink()
        with self.assertRaisesRegex(UserError, "rests on Abril. Undo the import of Extracto first"):
            first.action_undo_import()
        last.action_undo_import()
        first.action_undo_import()
        self.assertFalse(self._lines())
        self.assertEqual(self.fund_bank._get_stated_balance(), 0)

    def test_two_statements_are_undone_at_once(self):
        both = self._state(("2026-04-02", "uno", 30)) | self._state(("2026-04-03", "tres", 5))
        both.action_undo_import()
        self.assertFalse(self._lines())

    def test_items_of_a_line_are_not_relabelled_by_hand(self):
        line = self._state_line(30)
        own, suspense, _others = line._seek_for_lines()
        other = self._create_fund("Otro", journals=self.cash_box)
        for label, item, vals in (
            ("fund", own, {"fund_id": other.id}),
            ("suspense", suspense, {"fund_movement": "donation"}),
        ):
            with self.subTest(label), self.assertRaisesRegex(UserError, "it is not changed"):
                item.write(vals)
        line.partner_id = self.partner_b
        line.reconcile_bank_line()
        for vals in ({"fund_movement": "donation"}, {"partner_id": self.partner_c.id}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "it is not changed"):
                own.write(vals)

    def test_the_user_presses_the_key_unless_the_fund_says_so(self):
        self._receive(self.member_b, 30)
        oca = {"_test_account_reconcile_oca": True}
        self.env = self.env(context={**self.env.context, **oca})
        line = self._state_line(30)
        self.assertFalse(line.is_reconciled)
        line.reconcile_bank_line()
        self.fund.reconciles_exact = True
        self.assertTrue(self._state_line(30, partner=self.partner_c).is_reconciled)
        self.assertFalse(self._state_line(7, partner=self.partner_a).is_reconciled)
        self._check_ties()

    def test_all_that_is_proposed_in_one_go(self):
        lines = self._state(
            ("2026-04-02", "B paga", 10, self.partner_b),
            ("2026-04-02", "B paga", 20, self.partner_b),
            ("2026-04-03", "C paga", 30, self.partner_c),
            ("2026-04-03", "quién sabe", 10),
        ).line_ids
        action = lines.action_reconcile_exact()
        self.assertIn("3 of 4 lines", action["params"]["message"])
        self.assertEqual(lines.mapped("is_reconciled").count(True), 3)
        self.assertEqual(self._owed(self.member_b, self.member_c), [0, 0])
        self._check_ties()


class TestSharedBank(FundBankCase):
    """A bank that holds the money of two funds: what a line closes says of which one it is."""

    def set_up_once(self):
        super().set_up_once()
        self._ask()
        self.other = self._create_fund("Contingencias", kind="contingency", journals=self.fund_bank)

    def test_before_it_is_identified_a_line_is_of_no_fund(self):
        line = self._state_line(30)
        self.assertFalse(line.move_id.line_ids.fund_id)
        self._check_ties(self.other)

    def test_the_counterpart_says_of_which_fund_it_is(self):
        self._operate("donation", 45, fund=self.other, journal=self.fund_bank)
        gift = self._state_line(45)
        gift.reconcile_bank_line()
        self.assertEqual(gift.move_id.line_ids.fund_id, self.other)
        due = self._state_line(30, partner=self.partner_b, date="2026-04-03")
        due.reconcile_bank_line()
        self.assertEqual(due.move_id.line_ids.fund_id, self.fund)
        self.assertEqual(self._summary(self.other), [45, 45, 0, 0, 0])
        self._check_ties(self.other)
        gift.unreconcile_bank_line()
        self.assertFalse(gift.move_id.line_ids.fund_id)
        self._check_ties(self.other)

    def test_by_hand_the_fund_is_asked(self):
        line = self._state_line(12)
        with self.assertRaisesRegex(UserError, "holds the money of several funds. Say of which"):
            self._book(line, self.other.account_id, "donation")
        line.clean_reconcile()
        self._book(line, self.other.account_id, "donation", fund=self.other)
        self.assertEqual(self._summary(self.other), [12, 12, 0, 0, 0])
        self._check_ties(self.other)

    def test_one_line_is_not_of_two_funds(self):
        self._operate("donation", 20, fund=self.other, journal=self.fund_bank)
        self._operate("donation", 25, journal=self.fund_bank)
        line = self._state_line(45)
        items = self.env["account.move.line"].search(
            [("account_id", "=", self.transit.id), ("reconciled", "=", False)]
        )
        line.add_multiple_lines([("id", "in", items.ids)])
        with self.assertRaisesRegex(UserError, "would be of several funds"):
            line.reconcile_bank_line()

    def test_a_closed_fund_of_the_two_keeps_lines_out(self):
        self.other.date_closed = "2026-04-30"
        with self.assertRaisesRegex(UserError, "Contingencias.*is closed up to"):
            self._state_line(30)
