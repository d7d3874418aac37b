"""Who sees savings: managers those of their networks, coordinators those of their companies."""

from odoo import Command
from odoo.exceptions import AccessError

from tests.rounds.saving_case import SavingCase


class TestAccess(SavingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager, cls.coordinator, cls.auditor, cls.buyer, cls.outsider = (
            cls._create_user(group)
            for group in (
                "red_empresarial.group_network_manager",
                "red_empresarial.group_network_coordinator",
                "account.group_account_readonly",
                "purchase.group_purchase_user",
                "base.group_user",
            )
        )
        cls.network.manager_id = cls.manager
        cls.other = cls._create_network("Red de otros", cls.operating_form)
        cls.other_members = cls._create_members(
            cls.other, [cls.partner_a, cls.partner_b, cls.partner_c]
        )
        cls._create_agreement(cls.other, cls.other_members, (1, 1, 1))
        cls._create_prices((cls.other_members[0], 8), network_id=cls.other.id)
        cls.other_round = cls._create_round(cls.rice, network=cls.other)

    @classmethod
    def _create_user(cls, group):
        return cls.env["res.users"].create(
            {
                "name": group,
                "login": group,
                "group_ids": [
                    Command.set([cls.env.ref("base.group_user").id, cls.env.ref(group).id])
                ],
            }
        )

    def set_up_once(self):
        super().set_up_once()
        self._bill(self._order([(self.rice, 3.6, (10, 10, 10))]))
        self._bill(self._order([(self.rice, 3.6, (1, 1, 1))], purchase_round=self.other_round))

    def _seen(self, model, user):
        return self.env[model].with_user(user).search([]).network_id

    def test_a_manager_sees_its_own_networks_and_a_coordinator_all(self):
        for model in (
            "business.network.reference.price",
            "business.network.purchase.reference",
            "business.network.purchase.saving",
        ):
            self.assertEqual(self._seen(model, self.manager), self.network, model)
            for user in (self.coordinator, self.auditor, self.buyer):
                self.assertEqual(self._seen(model, user), self.network | self.other, model)
            with self.assertRaises(AccessError):
                self._seen(model, self.outsider)

    def test_the_indicator_of_a_network_is_read_by_its_manager_only(self):
        self.assertEqual(
            self.network.with_user(self.manager).get_savings()[0]["saving"], 4 + 14 + 9
        )
        with self.assertRaises(AccessError):
            self.other.with_user(self.manager).get_savings()

    def test_nobody_writes_a_frozen_price(self):
        frozen = self.round.reference_ids[:1]
        for user in (self.manager, self.coordinator, self.buyer):
            with self.assertRaises(AccessError):
                frozen.with_user(user).price_unit = 99

    def test_a_manager_takes_prices_again_in_its_own_rounds_only(self):
        self._create_prices((self.member_a, 6), date="2026-02-01")
        self.round.with_user(self.manager).action_take_references()
        self.assertEqual(self._sums("saving")[0], 24)
        with self.assertRaises(AccessError):
            self.other_round.with_user(self.manager).action_take_references()

    def test_a_manager_imports_prices_of_its_own_networks_only(self):
        def load(network):
            wizard = self.env["business.network.reference.import"].with_user(self.manager)
            text = "member,product,price,date\nTaller B,Arroz,4.2,2026-02-15\n"
            wizard.create({"network_id": network.id, "text": text}).action_import()

        load(self.network)
        with self.assertRaises(AccessError):
            load(self.other)

    def test_books_of_another_company_are_not_seen(self):
        company = self.env["res.company"].create(
            {"name": "Otra Central SAC", "country_id": self.env.ref("base.pe").id}
        )
        network = self._create_network("Red aparte", self.operating_form, company_id=company.id)
        self._create_prices(
            (self.env["business.network.member"], 3), network_id=network.id, date="2026-02-01"
        )
        seen = self._seen("business.network.reference.price", self.coordinator)
        self.assertNotIn(network, seen)
        self.coordinator.company_ids |= company
        everywhere = self.env["business.network.reference.price"].with_user(self.coordinator)
        both = self.company | company
        found = everywhere.with_context(allowed_company_ids=both.ids).search([]).network_id
        self.assertIn(network, found)
