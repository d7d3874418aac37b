"""The three ties as the page of a fund shows them; items on the account of another fund (W6)."""

from lxml.html import fromstring
from odoo import Command

from tests.fund_case import FundCase


class TestTieFigures(FundCase):
    def set_up_once(self):
        super().set_up_once()
        self._ask()
        self._operate("donation", 100)
        self._create_meeting(post=True, receive={self.member_b: 20})

    def _post(self, *items):
        """An entry by hand; each item is account, amount and more values."""
        move = self.env["account.move"].create(
            {
                "journal_id": self.bank.id,
                "date": "2026-04-05",
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount, **vals})
                    for account, amount, vals in items
                ],
            }
        )
        move.action_post()
        return move

    def _figures(self, fund=None):
        fund = fund or self.fund
        self.env.invalidate_all()
        return {
            tie["tie"]: (tie["books"], tie["movements"], tie["holds"])
            for tie in fund.get_tie_figures()
        }

    def _table(self, fund=None):
        return fromstring(str((fund or self.fund).tie_table))

    def _create_apart(self):
        """A fund with an account of its own."""
        account = self.fund.account_id.copy({"code": "4699099"})
        return self._create_fund("Contingencias", kind="contingency", account_id=account.id)

    def test_both_figures_are_shown_and_hold(self):
        self.assertEqual(
            self._figures(),
            {"fund": (190, 190, True), "members": (70, 70, True), "cash": (120, 120, True)},
        )
        table = self._table()
        self.assertEqual(len(table.xpath("//i[contains(@class, 'fa-check')]")), 3)
        self.assertIn("190.00", table.text_content())

    def test_each_broken_tie_is_red_and_names_its_entry(self):
        bank = self.bank.default_account_id
        member = {"partner_id": self.partner_c.id}
        paid = self._post((bank, 10, {}), (self.receivable, -10, member))
        due = self.env["account.move.line"].search(
            [
                ("fund_id", "=", self.fund.id),
                ("partner_id", "=", self.partner_c.id),
                ("account_id", "=", self.receivable.id),
            ],
            order="date",
            limit=1,
        )
        (due | paid.line_ids.filtered("partner_id")).reconcile()
        on_account = self._post((bank, 7, {}), (self.fund.account_id, -7, {}))
        in_box = self._post((self.cash, 3, {}), (bank, -3, {}))
        self.assertEqual(
            self._figures(),
            {"fund": (197, 190, False), "members": (60, 70, False), "cash": (123, 120, False)},
        )
        table = self._table()
        self.assertEqual(len(table.xpath("//tr[contains(@class, 'table-danger')]")), 3)
        for move in (paid, on_account, in_box):
            self.assertIn(move.name, table.text_content())

    def test_who_reads_the_fund_reads_its_ties(self):
        self._post((self.cash, 3, {}), (self.bank.default_account_id, -3, {}))
        user = self.env["res.users"].create(
            {
                "name": "Gestora",
                "login": "gestora_t",
                "group_ids": [
                    Command.set(self.env.ref("red_empresarial.group_network_manager").ids)
                ],
            }
        )
        self.network.manager_id = user
        fund = self.fund.with_user(user)
        self.env.invalidate_all()
        self.assertEqual(fund.get_tie_figures()[2]["books"], 123)
        self.assertIn("123.00", self._table(fund).text_content())
        views = fund.get_views([(False, "form")])
        self.assertIn("tie_table", views["views"]["form"]["arch"])

    def test_an_item_on_the_account_of_another_fund_is_told_to_both(self):
        other = self._create_apart()
        own = {"fund_id": self.fund.id, "fund_movement": "donation"}
        move = self._post((self.cash, 8, own), (other.account_id, -8, own))
        for fund in (self.fund, other):
            with self.subTest(fund.name):
                self.assertEqual(
                    [(tie["tie"], tie["move"], tie["amount"]) for tie in fund.get_ties()],
                    [("fund", move.name, -8)],
                )
                self.assertFalse(self._figures(fund)["fund"][2])
        self.assertEqual(self._figures(other)["fund"][:2], (8, 0))

    def test_funds_on_accounts_of_their_own_or_of_all_hold(self):
        apart, shared = self._create_apart(), self._create_fund("Feria")
        for fund in (apart, shared):
            self._operate("transfer", 10, to_fund_id=fund.id, to_journal_id=self.fund_bank.id)
        self.assertEqual((self.fund | apart | shared).get_ties(), [])
        self.assertEqual(self._figures(apart)["cash"], (10, 10, True))

    def test_an_archived_fund_is_checked_too(self):
        move = self._post((self.cash, 7, {}), (self.bank.default_account_id, -7, {}))
        self.fund.schedule_ids.action_end()
        self.fund.active = False
        self.env["business.network.fund"]._cron_check_ties()
        self.assertIn(move.name, self.fund.activity_ids.note)
