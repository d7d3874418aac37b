"""Networks of networks: each member network is represented by one partner."""

from odoo.exceptions import ValidationError

from tests.common import NetworkCase


class TestSecondTier(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.union = cls._create_network("Red de redes", cls.operating_form, tier="second")
        cls.other = cls._create_network(
            "Red XY", cls.operating_form, leader_id=cls._create_partner("Líder de XY").id
        )

    def _join(self, *networks):
        return self.env["business.network.member"].create(
            [{"network_id": self.union.id, "sub_network_id": network.id} for network in networks]
        )

    def test_the_operator_stands_for_its_network(self):
        self.assertEqual(self._join(self.network).partner_id, self.company.partner_id)

    def test_networks_with_books_in_one_company_are_told_apart_by_their_leaders(self):
        members = self._join(self.network, self.other)
        self.assertEqual(members.partner_id, self.company.partner_id | self.other.leader_id)
        self.assertEqual(members.mapped("display_name"), ["Red ABC", "Red XY"])

    def test_a_network_of_enterprises_takes_no_networks(self):
        with self.assertRaisesRegex(ValidationError, "Red XY"):
            self.env["business.network.member"].create(
                {"network_id": self.network.id, "sub_network_id": self.other.id}
            )

    def test_a_network_is_no_member_of_itself(self):
        with self.assertRaisesRegex(ValidationError, "member of itself"):
            self._join(self.union)

    def test_a_joint_sale_of_the_union_is_shared_among_the_networks(self):
        members = self._join(self.network, self.other)
        members.date_from = "2026-01-01"
        self._create_agreement(self.union, members, (60, 40))
        sale = self._create_document("out_invoice", [1000], network=self.union)
        self.assertEqual(sale.distribution_ids.mapped("amount"), [600, 400])
        payable = self.union.member_payable_account_id
        self.assertEqual(self._balance(payable, self.other.leader_id), -400)
