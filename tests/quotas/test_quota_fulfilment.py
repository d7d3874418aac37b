"""Delivered against quota: exact figures, the score, and the score as a basis of the next plan."""

from fractions import Fraction

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"


class TestQuotaFulfilment(QuotaCase):
    def _deliver(self, order, quantities, rejected=(0, 0, 0), date="2026-03-12"):
        allocations = order.order_line.allocation_ids.grouped("member_id")
        self.env["business.network.delivery"].create(
            [
                {
                    "allocation_id": allocations[member].id,
                    "quantity": quantity,
                    "rejected_quantity": bad,
                    "reason": bad and "Costura",
                    "date": date,
                    "state": "done",
                }
                for member, quantity, bad in zip(self.members, quantities, rejected, strict=True)
                if quantity
            ]
        )
        self.env.flush_all()

    def _rows(self, plan):
        rows = self.env["business.network.quota.fulfilment"].search([("plan_id", "=", plan.id)])
        self.env.invalidate_all()
        by_member = {row.member_id: row for row in rows}
        return [by_member[member] for member in self.members]

    def _values(self, plan, *names):
        return [tuple(row[name] for name in names) for row in self._rows(plan)]

    def test_delivered_and_rejected_stand_beside_what_is_held(self):
        plan = self._run_plan()
        order = self._sell([40, 30, 0])
        self._deliver(order, [40, 20, 0], rejected=(0, 5, 0))
        self.assertEqual(
            self._values(plan, "planned", "held", "consumed", "delivered", "rejected"),
            [(40, 40, 40, 40, 0), (35, 35, 30, 15, 5), (25, 25, 0, 0, 0)],
        )
        self.assertEqual([row._get_score() for row in self._rows(plan)], [1, Fraction(3, 7), 0])

    def test_what_came_late_lowers_the_score(self):
        plan = self._run_plan()
        order = self._sell([40, 0, 0])
        order.commitment_date = "2026-03-20 17:00:00"
        self._deliver(order, [30, 0, 0], date="2026-03-20")
        self._deliver(order, [10, 0, 0], date="2026-03-21")
        row = self._rows(plan)[0]
        self.assertEqual((row.on_time_percent, row.fulfilled_percent), (75, 100))
        self.assertEqual(row._get_score(), Fraction(3, 4))

    def test_the_promised_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "America/Lima"
        plan = self._run_plan()
        order = self._sell([40, 0, 0])
        order.commitment_date = "2026-03-21 02:00:00"  # the evening of the 20th in Lima
        self._deliver(order, [40, 0, 0], date="2026-03-21")
        self.assertEqual(self._rows(plan)[0].on_time_percent, 0)

    def test_what_was_credited_is_not_delivered(self):
        plan = self._run_plan()
        order = self._sell([40, 0, 0])
        order.commitment_date = "2026-03-20 12:00:00"
        self._deliver(order, [40, 0, 0], date="2026-03-19")
        invoice = self._invoice(order)
        for credited, delivered in ((39, 1), (40, 0)):
            with self.subTest(credited=credited), self.env.cr.savepoint() as savepoint:
                wizard = (
                    self.env["account.move.reversal"]
                    .with_context(active_model="account.move", active_ids=invoice.ids)
                    .create({"date": "2026-03-20", "journal_id": invoice.journal_id.id})
                )
                refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
                refund.invoice_line_ids.quantity = credited
                refund.action_post()
                row = self._rows(plan)[0]
                self.assertEqual((row.delivered, row.on_time), (delivered, delivered))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_dozens_are_counted_in_the_unit_of_the_plan(self):
        plan = self._run_plan(product_uom_id=self.dozens.id, volume=100)
        order = self._order(quantity=480)
        self._allocate(order.order_line, [480, 0, 0])
        self._confirm(order)
        self._deliver(order, [120, 0, 0])
        self.assertEqual(self._values(plan, "held", "consumed", "delivered")[0], (40, 40, 10))

    def test_a_canceled_plan_and_one_in_money_measure_nothing(self):
        plan = self._run_plan()
        plan.action_cancel()
        money = self._run_plan(kind="amount", volume=1000)
        rows = self.env["business.network.quota.fulfilment"].search(
            [("plan_id", "in", (plan | money).ids)]
        )
        self.assertFalse(rows)

    # -- as a basis ----------------------------------------------------------------------------

    def _next(self, **vals):
        plan = self._create_plan(
            date_from="2026-07-01", date_to="2026-12-31", basis="fulfilment", **vals
        )
        plan.action_propose()
        return plan

    def test_the_next_plan_weighs_the_agreement_by_the_score(self):
        first = self._run_plan()
        self._deliver(self._sell([40, 35, 25]), [40, 7, 25])
        plan = self._next()
        self.assertEqual(self._units(plan, field="weight"), ["40", "7", "25"])
        self.assertEqual(sum(self._units(plan)), 100)
        rows = {row["member"]: row for row in plan.explain()}
        self.assertEqual(rows["Taller B"]["score"], "1/5")
        self.assertEqual(rows["Taller B"]["score_plan"], first.name)

    def test_a_newcomer_counts_in_full(self):
        self._run_plan(limits={self.member_c: {"excluded": True}})
        self._deliver(self._sell([10, 10, 0]), [10, 10, 0])
        plan = self._next()
        self.assertEqual(self._units(plan, field="score")[2], "")
        self.assertEqual(self._units(plan, field="weight")[2], "25")

    def test_proposing_twice_writes_nothing(self):
        self._run_plan()
        self._deliver(self._sell([40, 35, 25]), [40, 7, 25])
        plan = self._next()
        self.env.flush_all()
        plan.action_reset_to_draft()
        with self.assertQueryCount(60):
            plan.action_propose()
            self.env.flush_all()
        self.assertEqual(self._units(plan, field="weight"), ["40", "7", "25"])

    def test_networks_and_their_members_are_scored_each_by_their_own_level(self):
        union, (abc, xy), others = self._union()
        self._run_plan(network_id=union.id, sub_basis="equal", volume=40)
        order = self._order(quantity=40)
        order.network_id = union
        order.order_line.allocation_ids = [
            Command.create({"member_id": abc.id, "quantity": 24}),
            Command.create({"member_id": xy.id, "quantity": 16}),
        ]
        self._confirm(order)
        parts = order.network_child_order_ids
        parts.action_confirm()
        own = parts.filtered(lambda part: part.network_id == self.network)
        for member, quantity in zip(self.members, (8, 4, 0), strict=True):
            allocation = own.order_line.allocation_ids.filtered(
                lambda a, m=member: a.member_id == m
            )
            if quantity:
                allocation.delivered_quantity = quantity
        far = parts - own
        far.order_line.allocation_ids[0].delivered_quantity = 4
        plan = self._next(network_id=union.id, sub_basis="fulfilment", volume=40)
        scores = {quota.member_id: quota.score for quota in plan.quota_ids}
        self.assertEqual(scores[abc], "1/2")
        self.assertEqual(scores[xy], "1/4")
        self.assertEqual([scores[member] for member in self.members], ["1", "1/2", "0"])
        self.assertEqual([scores[member] for member in others], ["1/2", "0"])

    # -- access ---------------------------------------------------------------------------------

    def test_managers_see_the_fulfilment_of_their_networks_alone(self):
        manager, stranger = (self._create_user(login, MANAGER) for login in ("gestora", "ajena"))
        company = self.env["res.company"].create({"name": "Otra empresa"})
        abroad = self._create_user(
            "lejana", "red_empresarial.group_network_coordinator", company=company
        )
        clerk = self._create_user("empleada")
        self.network.manager_id = manager
        plan = self._run_plan()
        rows = self.env["business.network.quota.fulfilment"]
        domain = [("plan_id", "=", plan.id)]
        for user, count in ((manager, 3), (stranger, 0), (abroad, 0)):
            with self.subTest(user.login):
                self.assertEqual(len(rows.with_user(user).search(domain)), count)
        rows.with_user(manager).search(domain).read()
        with mute_logger("odoo.addons.base.models.ir_model"), self.assertRaises(AccessError):
            rows.with_user(clerk).search_count([])
