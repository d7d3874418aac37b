"""Bad input of quota plans, refused with the numbers; what the database holds when code fails."""

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from tests.quotas.test_quota_transfer import TransferCase


class TestQuotaBadInput(TransferCase):
    def test_floors_above_the_volume_of_a_revision(self):
        plan = self._run_plan(limits={self.member_a: {"floor": 30}})
        self._sell([10, 20, 5])
        with self.assertRaisesRegex(UserError, "add up to 55 units, more than the 54 there are"):
            plan.revise(volume=54)

    def test_floors_of_members_above_the_volume_of_their_union(self):
        union, _networks, others = self._union()
        limits = {others[0]: {"floor": 12}, self.member_a: {"floor": 9}}
        plan = self._create_plan(network_id=union.id, sub_basis="equal", volume=20, limits=limits)
        with self.assertRaisesRegex(UserError, "add up to 21 units, more than the 20 there are"):
            plan.action_propose()

    def test_a_unit_size_of_nothing(self):
        plan = self._create_plan()
        for size in (0, -12):
            with self.assertRaisesRegex(ValidationError, f"quota unit of {plan.name} .* above"):
                plan.unit_size = size

    def test_a_unit_size_that_its_unit_of_measure_cannot_hold(self):
        self.units.rounding = 1
        with self.assertRaisesRegex(ValidationError, "2.5 Units, is no multiple of 1"):
            self._create_plan(unit_size=2.5)

    def test_overlapping_plans_in_the_database(self):
        first = self._run_plan()
        second = self._create_plan(date_from="2026-07-01", date_to="2026-12-31")
        second.action_propose()
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env.cr.execute(
                "UPDATE business_network_quota_plan SET date_from = %s WHERE id = %s",
                (first.date_to, second.id),
            )

    def test_a_volume_below_what_the_members_of_a_network_consumed(self):
        union, _networks, _others = self._union()
        plan = self._run_plan(network_id=union.id, sub_basis="equal", volume=20)
        self._sell([4, 4, 4])
        with self.assertRaisesRegex(UserError, "add up to 12 units, more than the 11 there are"):
            plan.revise(volume=11)

    def test_a_volume_below_what_was_consumed_and_given_away(self):
        plan = self._run_plan()
        quotas = plan.quota_ids
        self._transfer(quotas[0], quotas[1], 30)
        self._sell([10, 60, 0])
        with self.assertRaisesRegex(ValidationError, "70 Units .* are consumed .* cannot be 69"):
            plan.revise(volume=69)
        self._assert_balanced(plan)
