"""Money that goes from one fund to another: within a network, its uses and limits go with it."""

from odoo import Command
from odoo.exceptions import UserError

from tests.fund_case import FundCase
from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"


class TestTransfers(FundCase):
    def _fund(self, kind, **vals):
        fund = self._create_fund(f"Fondo {kind}", kind=kind, **vals)
        self._operate("donation", 100, fund=fund)
        return fund

    def _transfer(self, fund, target, amount=30, user=None, **vals):
        wizard = self.env["business.network.fund.operation"].with_user(user or self.env.user)
        return wizard.create(
            {
                "fund_id": fund.id,
                "operation": "transfer",
                "amount": amount,
                "date": "2026-03-01",
                "concept": "Traslado acordado",
                "journal_id": fund._get_usual_box().id,
                "to_fund_id": target.id,
                "to_journal_id": target._get_usual_box().id,
                **vals,
            }
        ).post()

    def test_money_goes_to_funds_with_no_other_uses(self):
        funds = {
            kind: self._fund(kind)
            for kind in ("common", "contributions", "cofinancing", "contingency")
        }
        allowed = set()
        for giver, fund in funds.items():
            for taker, target in funds.items():
                if giver == taker:
                    continue
                with self.cr.savepoint() as savepoint:
                    try:
                        self._transfer(fund, target)
                        allowed.add((giver, taker))
                    except UserError as error:
                        self.assertRegex(str(error), "may not be used for this")
                    savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(
            allowed,
            {
                ("common", "cofinancing"),
                ("common", "contingency"),
                ("contingency", "common"),
                ("contingency", "cofinancing"),
                ("contributions", "cofinancing"),
            },
        )

    def test_the_uses_that_are_too_many_are_named(self):
        contributions = self._fund("contributions")
        with self.assertRaisesRegex(
            UserError, "Fondo contributions.*for this: Operating Expenses.*Fondo común.*may"
        ):
            self._transfer(contributions, self.fund)
        with self.assertRaisesRegex(UserError, "for this: Loans to Members, Share-out"):
            self._transfer(self._fund("cofinancing"), contributions)

    def test_the_members_may_allow_it_but_not_for_operating_expenses_of_contributions(self):
        cofinancing = self._fund("cofinancing", allows_transfer=True)
        self._transfer(cofinancing, self.fund)
        self.assertEqual([self._summary(f)[0] for f in (cofinancing, self.fund)], [70, 30])
        contributions = self._fund("contributions", allows_transfer=True)
        with self.assertRaisesRegex(UserError, "Fondo contributions.*Operating Expenses"):
            self._transfer(contributions, self.fund)

    def test_a_transfer_stays_in_its_network(self):
        neighbour = self._create_network("Red vecina", self.operating_form)
        self._create_members(neighbour, [self.partner_b])
        other = self._create_fund("Vecino", network=neighbour)
        both = QuotaCase._create_user.__func__(type(self), "gestora_dos", MANAGER)
        (self.network | neighbour).user_ids = [Command.link(both.id)]
        fund = self._fund("common")
        for user in (self.env.user, both):
            with (
                self.subTest(user.name),
                self.assertRaisesRegex(UserError, "different networks.*Choose a fund of Red ABC"),
            ):
                self._transfer(fund, other, user=user)
        wizard = self.env["business.network.fund.operation"].new({"fund_id": fund.id})
        domain = wizard._fields["to_fund_id"].domain
        self.assertIn("('network_id', '=', network_id)", domain)

    def test_limits_of_approval_apply(self):
        manager = QuotaCase._create_user.__func__(type(self), "gestora_una", MANAGER)
        self.network.manager_id = manager
        fund, target = self._fund("common"), self._fund("contingency")
        fund.limit_ids = [Command.create({"user_id": manager.id, "amount": 20})]
        with self.assertRaisesRegex(
            UserError, "gestora_una may approve up to.*20.*Traslado acordado is for.*20.01"
        ):
            self._transfer(fund, target, 20.01, user=manager)
        self._transfer(fund, target, 20, user=manager)
        self.assertEqual([self._summary(f)[0] for f in (fund, target)], [80, 120])

    def _by_hand(self, *items, **vals):
        return self.env["account.move"].create(
            {
                "journal_id": self.cash_box.id,
                "date": "2026-03-02",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "balance": amount,
                            "fund_id": fund.id,
                            "fund_movement": "transfer",
                        }
                    )
                    for fund, amount in items
                    for account, amount in ((fund.account_id, amount), (self.cash, -amount))
                ],
                **vals,
            }
        )

    def test_an_entry_by_hand_keeps_the_rules(self):
        fund = self._fund("contributions")
        with self.assertRaisesRegex(UserError, "Operating Expenses"):
            self._by_hand((fund, 30), (self.fund, -30)).action_post()
        with self.assertRaisesRegex(UserError, "from which fund to which.*30.00 is left over"):
            self._by_hand((fund, 30)).action_post()
        target = self._fund("cofinancing")
        self._by_hand((fund, 30), (target, -30)).action_post()
        self.assertEqual([self._summary(f)[0] for f in (fund, target)], [70, 130])

    def test_a_transfer_is_taken_back_whatever_its_rules_say(self):
        fund, target = self._fund("contributions"), self._fund("cofinancing")
        entry = self._transfer(fund, target)
        entry._reverse_moves([{"date": "2026-03-03"}], cancel=True)
        self.assertEqual([self._summary(f)[0] for f in (fund, target)], [100, 100])
        more = self._by_hand((target, 50), (fund, -50), reversed_entry_id=entry.id)
        with self.assertRaisesRegex(UserError, "Fondo cofinancing.*may not be used"):
            more.action_post()
