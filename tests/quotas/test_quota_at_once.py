"""Two transactions that confirm, or transfer, units of the same quota at once."""

from odoo import Command
from odoo.exceptions import UserError

from tests.at_once_case import AtOnceCase


class QuotaAtOnceCase(AtOnceCase):
    def _create_running_plan(self, env, network_name, partner_names, product_name, volume):
        """A plan of equal quotas that runs, of a network whose members are the partners."""
        network = self._create_network(env, network_name)
        partners = env["res.partner"].create([{"name": name} for name in partner_names])
        self._note(partners)
        members = env["business.network.member"].create(
            [
                {"network_id": network.id, "partner_id": partner.id, "date_from": "2020-01-01"}
                for partner in partners
            ]
        )
        self._note(members)
        product = env["product.product"].create({"name": product_name, "type": "service"})
        self._note(product.product_tmpl_id)
        plan = env["business.network.quota.plan"].create(
            {
                "network_id": network.id,
                "product_tmpl_id": product.product_tmpl_id.id,
                "date_from": "2020-01-01",
                "date_to": "2099-12-31",
                "volume": volume,
                "basis": "equal",
                "agreed_on": "2020-01-01",
                "minute_reference": "Acta 1",
            }
        )
        self._note(plan)
        plan.action_propose()
        plan.action_agree()
        plan.action_run()
        self.quota_ids = plan.quota_ids.ids
        return plan

    def _unlink(self, records):
        if records._name == "sale.order":
            records._action_cancel()
        if records._name == "business.network.quota.plan":
            records.action_cancel()
        super()._unlink(records)


class TestConsumptionAtOnce(QuotaAtOnceCase):
    """A quota of ten units, and two orders of seven and of six."""

    def _make(self, env):
        plan = self._create_running_plan(
            env, "Red de cuotas a la vez", ["Taller a la vez"], "Chompa a la vez", 10
        )
        member = plan.quota_ids.member_id
        product = plan.product_tmpl_id.product_variant_id
        orders = env["sale.order"].create(
            [
                {
                    "partner_id": member.partner_id.id,
                    "network_id": plan.network_id.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": quantity})
                    ],
                }
                for quantity in (7, 6)
            ]
        )
        self._note(orders)
        env["business.network.allocation"].create(
            [
                {
                    "sale_line_id": line.id,
                    "member_id": member.id,
                    "quantity": line.product_uom_qty,
                }
                for line in orders.order_line
            ]
        )
        self.order_ids = orders.ids

    def _confirm(self, order_id):
        """:return: a function of a cursor that confirms the order"""

        def confirm(cr):
            env = self._get_env(cr)
            env["sale.order"].browse(order_id).action_confirm()
            env.flush_all()
            return "confirmed"

        return confirm

    def _consumed(self):
        with self._transaction() as env:
            quota = env["business.network.quota"].browse(self.quota_ids)
            return quota.consumed_quantity, sum(quota.consumption_ids.mapped("quantity"))

    def test_the_second_waits_and_is_refused_by_name_when_retried(self):
        first, second = self.order_ids
        self._assert_retried(self._confirm(first), self._confirm(second))
        self.assertEqual(self._consumed(), (7, 7))
        refusal = "Taller a la vez has 3 Units left of its quota of Chompa a la vez .* 6 more"
        with self.registry.cursor() as cr, self.assertRaisesRegex(UserError, refusal):
            self._confirm(second)(cr)
        self.assertEqual(self._consumed(), (7, 7))

    def test_the_second_gets_its_quota_when_the_first_gives_up(self):
        first, second = self.order_ids
        outcome = self._meet(self._confirm(first), self._confirm(second), gives_up=True)
        self.assertEqual(outcome, "confirmed")
        self.assertEqual(self._consumed(), (6, 6))

    def test_a_sale_confirmed_while_its_plan_is_set_running_is_counted(self):
        with self._transaction() as env:
            plan = self._get_plan(env)
            plan.action_cancel()
            plan.action_reset_to_draft()
            plan.action_propose()
            plan.action_agree()
        confirm = self._confirm(self.order_ids[0])
        self._assert_retried(self._set_running, confirm)
        with self.registry.cursor() as cr:
            confirm(cr)
        self.assertEqual(self._consumed(), (7, 7))

    def _set_running(self, cr):
        plan = self._get_plan(self._get_env(cr))
        plan.action_run()
        plan.env.flush_all()

    def _get_plan(self, env):
        return env["business.network.quota"].browse(self.quota_ids).plan_id


class TestTransferAtOnce(QuotaAtOnceCase):
    """Members of ten units each; two transfers of six from one of them, consented."""

    def _make(self, env):
        plan = self._create_running_plan(
            env, "Red que traspasa a la vez", ["Da a la vez", "Recibe"], "Traspasada", 20
        )
        giver, receiver = plan.quota_ids
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

    def _release(self, env):
        """Transfers that moved units stay with their plan."""
        env.cr.execute(
            "DELETE FROM business_network_quota_transfer WHERE from_quota_id = ANY(%s)",
            [self.quota_ids],
        )

    def _carry_out(self, transfer_id):
        """:return: a function of a cursor that moves the units"""

        def carry_out(cr):
            env = self._get_env(cr)
            env["business.network.quota.transfer"].browse(transfer_id).action_carry_out()
            env.flush_all()

        return carry_out

    def _counters(self):
        with self._transaction() as env:
            quotas = env["business.network.quota"].browse(self.quota_ids)
            return [(q.transferred_in, q.transferred_out, q.remaining_units) for q in quotas]

    def test_the_second_transfer_waits_and_is_refused_with_what_is_left(self):
        first, second = self.transfer_ids
        self._assert_retried(self._carry_out(first), self._carry_out(second))
        self.assertEqual(self._counters(), [(0, 6, 4), (6, 0, 16)])
        refusal = "Da a la vez has 4 units .* moves 6"
        with self.registry.cursor() as cr, self.assertRaisesRegex(UserError, refusal):
            self._carry_out(second)(cr)

    def test_the_same_transfer_twice_at_once_moves_once(self):
        carry_out = self._carry_out(self.transfer_ids[0])
        self._assert_retried(carry_out, carry_out)
        with self.registry.cursor() as cr:
            carry_out(cr)
        self.assertEqual(self._counters(), [(0, 6, 4), (6, 0, 16)])
