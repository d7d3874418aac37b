"""The ties of a fund: what breaks one is named, told once, and gone when mended."""

from odoo import Command

from tests.fund_case import FundCase


class TestTies(FundCase):
    def set_up_once(self):
        super().set_up_once()
        self._ask()
        self._operate("donation", 100)
        self._create_meeting(post=True, receive={self.member_b: 20})

    def _post(self, *items, journal=None):
        move = self.env["account.move"].create(
            {
                "journal_id": (journal or self.bank).id,
                "date": "2026-04-05",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": amount,
                            "partner_id": partner and partner.id,
                        }
                    )
                    for account, amount, partner in items
                ],
            }
        )
        move.action_post()
        return move

    def _broken(self, fund=None):
        fund = fund or self.fund
        return [(tie["tie"], tie["move"], tie["amount"]) for tie in fund.get_ties()]

    def test_all_hold_after_every_kind_of_movement(self):
        other = self._create_fund("Contingencias", kind="contingency")
        self._operate("deposit", 10, to_journal_id=self.fund_bank.id)
        self._operate("transfer", 10, to_fund_id=other.id, to_journal_id=self.wallet.id)
        self.assertEqual((self.fund | other).get_ties(), [])
        self.assertEqual(self.fund.broken_entry_count, 0)

    def test_fund_an_item_on_its_account_without_fund_is_named(self):
        move = self._post((self.bank.default_account_id, 7, None), (self.fund.account_id, -7, None))
        self.assertEqual(self._broken(), [("fund", move.name, -7)])

    def test_cash_an_item_in_its_box_without_fund_is_named_and_mended(self):
        move = self._post((self.cash, 7, None), (self.bank.default_account_id, -7, None))
        self.assertEqual(self._broken(), [("cash", move.name, 7)])
        move.line_ids.filtered(lambda line: line.account_id == self.cash).write(
            {"fund_id": self.fund.id, "fund_movement": "company"}
        )
        self.assertEqual(self._broken(), [])
        self.assertEqual(self._summary()[-1], -7)

    def test_cash_of_the_fund_in_a_box_it_lost_is_named(self):
        self._operate("deposit", 10, to_journal_id=self.fund_bank.id)
        self.fund.cash_journal_ids -= self.fund_bank
        self.assertEqual([tie for tie, _move, _amount in self._broken()], ["cash"])

    def test_members_a_payment_outside_the_fund_is_named(self):
        move = self._post(
            (self.bank.default_account_id, 10, None), (self.receivable, -10, self.partner_c)
        )
        due = self.env["account.move.line"].search(
            [
                ("fund_id", "=", self.fund.id),
                ("partner_id", "=", self.partner_c.id),
                ("account_id", "=", self.receivable.id),
            ],
            order="date",
            limit=1,
        )
        self.assertEqual(self._broken(), [])
        (due | move.line_ids.filtered("partner_id")).reconcile()
        self.assertEqual(self._broken(), [("members", move.name, 10)])

    def test_entry_what_does_not_balance_within_the_fund_is_named(self):
        move = self._operate("donation", 5)
        self.env.cr.execute(
            "UPDATE account_move_line SET fund_id = NULL, fund_movement = NULL "
            "WHERE move_id = %s AND balance < 0",
            [move.id],
        )
        self.env.invalidate_all()
        ties = {tie for tie, name, _amount in self._broken() if name == move.name}
        self.assertEqual(ties, {"fund", "entry"})

    def test_the_daily_check_tells_once_and_takes_it_back(self):
        funds = self.env["business.network.fund"]
        move = self._post((self.cash, 7, None), (self.bank.default_account_id, -7, None))
        for _number in range(2):
            funds._cron_check_ties()
        (activity,) = self.fund.activity_ids
        self.assertIn(move.name, activity.note)
        self.assertEqual(activity.user_id, self.network.manager_id)
        action = self.fund.action_check_ties()
        self.assertEqual(action["domain"], [("id", "in", move.ids)])
        move._reverse_moves([{"date": "2026-04-06"}], cancel=True)
        again = self._post((self.cash, 3, None), (self.bank.default_account_id, -3, None))
        funds._cron_check_ties()
        self.assertIn(again.name, self.fund.activity_ids.note)
        (move | move.reversal_move_ids | again).line_ids.filtered(
            lambda line: line.account_id == self.cash
        ).write({"fund_id": self.fund.id, "fund_movement": "company"})
        funds._cron_check_ties()
        self.assertFalse(self.fund.activity_ids)
