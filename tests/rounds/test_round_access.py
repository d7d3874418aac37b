"""Who sees and changes rounds: managers those of their networks, never another company's books."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from tests.round_case import RoundCase

MODELS = (
    "business.network.purchase.round",
    "business.network.purchase.round.product",
    "business.network.purchase.request",
    "business.network.purchase.request.line",
)


class TestRoundAccess(RoundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user("gestora", "red_empresarial.group_network_manager")
        cls.coordinator = cls._create_user(
            "coordinadora", "red_empresarial.group_network_coordinator"
        )
        cls.buyer = cls._create_user("compradora", "purchase.group_purchase_user")
        cls.clerk = cls._create_user("empleada")
        cls.network.manager_id = cls.manager
        cls.other_network = cls._create_network("Red de otros", cls.operating_form)
        other_members = cls._create_members(cls.other_network, [cls.partner_b, cls.partner_c])
        cls._create_agreement(cls.other_network, other_members, (1, 1))
        cls.round = cls._create_round()
        cls.request = cls._create_request(cls.round, cls.member_b, {cls.sheets: 4})
        cls.other_round = cls._create_round(network=cls.other_network)
        cls.other_request = cls._create_request(cls.other_round, other_members[0], {cls.soap: 2})

    @classmethod
    def _create_user(cls, login, *groups, company=None):
        company = company or cls.company
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "email": f"{login}@example.com",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.set([cls.env.ref(group).id for group in ("base.group_user", *groups)])
                ],
            }
        )

    def _networks_seen(self, user):
        return {
            model: self.env[model].with_user(user).search([]).sudo().network_id.sudo(False)
            for model in MODELS
        }

    def _assert_no_access(self, label, function):
        with (
            self.subTest(label),
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
            self.assertRaises(AccessError),
        ):
            function()

    def test_who_sees_what(self):
        both = self.network | self.other_network
        for user, networks in (
            (self.manager, self.network),
            (self.coordinator, both),
            (self.buyer, both),
        ):
            for model, seen in self._networks_seen(user).items():
                self.assertEqual(seen & both, networks, f"{user.login} in {model}")
        for model in MODELS:
            self._assert_no_access(
                model, lambda model=model: self.env[model].with_user(self.clerk).search([])
            )

    def test_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Otra empresa"})
        stranger = self._create_user(
            "forastera", "red_empresarial.group_network_coordinator", company=company
        )
        for model, seen in self._networks_seen(stranger).items():
            self.assertFalse(seen, model)
        self._assert_no_access("open", self.round.with_user(stranger).action_close)

    def test_a_manager_does_all_of_it_in_her_network(self):
        env = self.env(user=self.manager)
        purchase_round = self.round.with_env(env)
        request = self.request.with_env(env)
        request.action_reset_to_draft()
        request.line_ids.quantity = 6
        request.action_send()
        purchase_round.action_create_requests()
        purchase_round.action_type_requests()
        purchase_round.action_remind()
        purchase_round.action_close()
        self.assertEqual(self._allotted(self.round, self.sheets), [0, 6, 0])
        purchase_round.action_reopen()
        purchase_round.action_cancel()
        created = env["business.network.purchase.round"].create(
            {"title": "Otra", "network_id": self.network.id}
        )
        self.assertEqual(created.user_id, self.manager)
        with self.assertRaisesRegex(UserError, "no other round"):
            created.action_copy_last_round()  # hers was canceled, and others' are not hers

    def test_a_manager_does_nothing_in_the_network_of_others(self):
        env = self.env(user=self.manager)
        other, request = self.other_round.with_env(env), self.other_request.with_env(env)
        for label, function in (
            ("close", other.action_close),
            ("cancel", other.action_cancel),
            ("remind", other.action_remind),
            ("send", request.action_reset_to_draft),
            ("write", lambda: request.line_ids.write({"quantity": 1})),
            ("create", lambda: other.copy()),
            (
                "move",
                lambda: (
                    self.round.copy().with_env(env).write({"network_id": self.other_network.id})
                ),
            ),
        ):
            self._assert_no_access(label, function)

    def test_a_buyer_reads_and_changes_nothing(self):
        env = self.env(user=self.buyer)
        self.assertEqual(self.round.with_env(env).product_ids[0].requested_quantity, 4)
        for label, function in (
            ("close", self.round.with_env(env).action_close),
            ("cancel", self.round.with_env(env).action_cancel),
            ("send", self.request.with_env(env).action_reset_to_draft),
            ("write", lambda: self.round.with_env(env).write({"title": "Mía"})),
            (
                "import",
                lambda: env["business.network.purchase.request.import"].create(
                    {"round_id": self.round.id}
                ),
            ),
        ):
            self._assert_no_access(label, function)
        self.assertEqual((self.round.state, self.request.state), ("open", "sent"))
