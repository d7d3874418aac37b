"""Two transfers of the same quota at once, each in its own transaction."""

from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError

from tests.quotas import test_quota_consumption as consumption


class TestConcurrentTransfer(consumption.TestConcurrentConsumption):
    """Members of ten units each; two transfers of six from one of them, committed and consented."""

    # Those of the base class are about orders.
    test_the_second_waits_and_is_refused_by_name_when_retried = None
    test_the_second_gets_its_quota_when_the_first_gives_up = None
    test_a_sale_confirmed_while_its_plan_is_set_running_is_counted = None

    def setUp(self):
        super(consumption.TestConcurrentConsumption, self).setUp()
        self.addCleanup(self._remove)
        self.made = []
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            plan = self._create_plan(env)
            giver, receiver = plan.quota_ids
            self.quota_ids = plan.quota_ids.ids
            transfers = env["business.network.quota.transfer"].create(
                [
                    {
                        "from_quota_id": giver.id,
                        "to_quota_id": receiver.id,
                        "units": 6,
                        "consent_reference": "Acta 3",
                    }
                ]
                * 2
            )
            transfers.action_consent_giver()
            transfers.action_consent_receiver()
            self.transfer_ids = transfers.ids

    def _create_plan(self, env):
        with patch.object(
            self.registry["res.company"], "_get_network_defaults", lambda company: {}
        ):
            network = env["business.network"].create({"name": "Red que traspasa a la vez"})
        self._note(network.analytic_account_id)
        self._note(network)
        partners = env["res.partner"].create([{"name": "Da a la vez"}, {"name": "Recibe"}])
        self._note(partners)
        members = env["business.network.member"].create(
            [
                {"network_id": network.id, "partner_id": partner.id, "date_from": "2020-01-01"}
                for partner in partners
            ]
        )
        self._note(members)
        product = env["product.product"].create({"name": "Traspasada", "type": "service"})
        self._note(product.product_tmpl_id)
        plan = env["business.network.quota.plan"].create(
            {
                "network_id": network.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "volume": 20,
                "basis": "equal",
                "agreed_on": "2020-01-01",
                "minute_reference": "Acta 1",
            }
        )
        self._note(plan)
        plan.action_propose()
        plan.action_agree()
        plan.action_run()
        return plan

    def _remove(self):
        """Transfers that moved units stay with their plan, so the test takes them away itself."""
        with self.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM business_network_quota_transfer WHERE from_quota_id IN %s",
                (tuple(self.quota_ids),),
            )
        super()._remove()

    def _confirm(self, cr, transfer_id):
        cr.execute("SET LOCAL lock_timeout = '20s'")
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        env["business.network.quota.transfer"].browse(transfer_id).action_carry_out()
        env.flush_all()

    def _counters(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            quotas = env["business.network.quota"].browse(self.quota_ids)
            return [(q.transferred_in, q.transferred_out, q.remaining_units) for q in quotas]

    def test_the_second_transfer_waits_and_is_refused_with_what_is_left(self):
        first, second = self.transfer_ids
        with self.registry.cursor() as cr:
            self._confirm(cr, first)
            thread, outcome = self._confirm_in_thread(second)
            self.assertTrue(self._wait_until_blocked())
            cr.commit()
        thread.join(30)
        self.assertEqual(outcome, ["retry"])
        self.assertEqual(self._counters(), [(0, 6, 4), (6, 0, 16)])
        with (
            self.registry.cursor() as cr,
            self.assertRaisesRegex(UserError, "Da a la vez has 4 whole units .* moves 6"),
        ):
            self._confirm(cr, second)

    def test_the_same_transfer_twice_at_once_moves_once(self):
        first = self.transfer_ids[0]
        with self.registry.cursor() as cr:
            self._confirm(cr, first)
            thread, outcome = self._confirm_in_thread(first)
            self.assertTrue(self._wait_until_blocked())
            cr.commit()
        thread.join(30)
        self.assertEqual(outcome, ["retry"])
        with self.registry.cursor() as cr:
            self._confirm(cr, first)
        self.assertEqual(self._counters(), [(0, 6, 4), (6, 0, 16)])
