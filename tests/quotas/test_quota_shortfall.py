"""What a member does not deliver: closed short, given back to its quota or lost, as agreed."""

from odoo import Command, fields
from odoo.exceptions import UserError

from tests.quota_case import QuotaCase
from tests.sale_tiers_case import SaleTiersCase


class TestQuotaShortfall(QuotaCase):
    def set_up_once(self):
        super().set_up_once()
        self.plan = self._run_plan()
        self.order = self._sell([40, 35, 0])
        self.first, self.second = self.order.order_line.allocation_ids
        self.first.delivered_quantity = 25

    def _left(self):
        return self._units(self.plan, field="remaining_units")

    def _agree(self, returns):
        self.plan.action_revise()
        self.plan.shortfall_returns = returns
        self.plan.minute_reference = f"{self.plan.minute_reference} bis"
        self.plan.action_apply_revision()

    def test_what_was_agreed_of_shortfalls_changes_in_a_revision_alone(self):
        with self.assertRaisesRegex(UserError, "part of what was proposed"):
            self.plan.shortfall_returns = False
        self.plan.action_close()
        with self.assertRaisesRegex(UserError, "part of what was proposed"):
            self.plan.shortfall_returns = False

    def test_a_shortfall_returns_to_the_quota(self):
        self.assertEqual(self._left(), [0, 0, 25])
        self.first.action_close_short()
        self.assertEqual(self._left(), [15, 0, 25])
        self.assertEqual(self.first.short_quantity, 15)

    def test_closing_twice_is_refused_and_syncing_twice_does_nothing(self):
        self.first.action_close_short()
        with self.assertRaisesRegex(UserError, "nothing left to deliver"):
            self.first.action_close_short()
        self.first._sync_quota()
        self.assertEqual(self._left(), [15, 0, 25])

    def test_where_it_does_not_return_it_stays_consumed(self):
        self._agree(returns=False)
        self.first.action_close_short()
        self.assertEqual(self._left(), [0, 0, 25])
        self.assertEqual(self.first.quantity, 25)

    def test_what_is_lost_is_not_shared_out_again(self):
        self._agree(returns=False)
        self.first.action_close_short()
        self.order.share_out("quota")
        shares = {a.member_id: a.quantity for a in self.order.order_line.allocation_ids}
        self.assertEqual([shares.get(member, 0) for member in self.members], [25, 29, 21])
        self.assertEqual(self._left(), [0, 6, 4])

    def test_the_agreement_may_change_while_the_plan_runs(self):
        self.first.action_close_short()
        self._agree(returns=False)
        self.assertEqual(self._left(), [0, 0, 25])
        self._agree(returns=True)
        self.assertEqual(self._left(), [15, 0, 25])

    def test_undoing_takes_it_again_and_twice_does_nothing(self):
        self.first.action_close_short()
        self.first.action_undo_close_short()
        self.first.action_undo_close_short()
        self.assertEqual((self.first.quantity, self.first.short_quantity), (40, 0))
        self.assertEqual(self.first.released_quantity, 0)
        self.assertEqual(self._left(), [0, 0, 25])

    def test_what_returned_and_was_sold_meanwhile_is_not_taken_again(self):
        self.first.action_close_short()
        self._sell([10, 0, 0])
        with self.assertRaisesRegex(UserError, r"has 5 Units left .* asks for 15 more"):
            self.first.action_undo_close_short()

    def test_what_others_took_of_the_order_is_not_taken_again(self):
        self.first.action_close_short()
        self.first.reshare("quota")
        with self.assertRaisesRegex(UserError, "were shared again among the others"):
            self.first.action_undo_close_short()

    def test_closing_what_is_overdue_twice_finds_nothing_more(self):
        today = fields.Datetime.now()
        self.order.commitment_date = fields.Datetime.subtract(today, days=2)
        action = self.plan.action_close_overdue()
        self.assertEqual(set(action["domain"][0][2]), set((self.first | self.second).ids))
        self.assertEqual(self._left(), [15, 35, 25])
        self.assertFalse(self.plan.action_close_overdue()["domain"][0][2])

    def test_a_manager_without_rights_on_sales_closes_what_is_overdue(self):
        manager = self._create_user("gestora", "red_empresarial.group_network_manager")
        self.network.manager_id = manager
        self.order.commitment_date = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        self.plan.with_user(manager).action_close_overdue()
        self.assertEqual(self._left(), [15, 35, 25])

    def test_what_is_due_today_is_not_overdue(self):
        self.order.commitment_date = fields.Datetime.now()
        self.assertFalse(self.plan.action_close_overdue()["domain"][0][2])

    def test_a_credit_note_and_a_shortfall_give_back_once_each(self):
        invoice = self._invoice(self.order)
        self._refund(invoice)
        self.first.action_close_short()
        left = self._left()
        self.assertEqual(left[0], 40)
        self.assertEqual(self.plan.quota_ids[0].consumed_quantity, 0)


class TestQuotaShortfallTiers(SaleTiersCase):
    def test_what_is_overdue_below_in_unseen_books_is_given_back_above(self):
        coordinator = self._create_coordinator()
        plan = self._run_plan()
        order = self._sell([60, 40])
        north, own = (self._part(order, network) for network in (self.north, self.network))
        north.action_confirm()
        self._deliver(north, [10, 5, 0])
        order.commitment_date = fields.Datetime.subtract(fields.Datetime.now(), days=2)
        plan.with_user(coordinator).action_close_overdue()
        self.assertEqual(self._quantities(north), [10, 5, 0])
        self.assertEqual(
            self._quantities(order), [60, 15], "a part in draft is left to its network"
        )
        self.assertEqual(own.order_line.product_uom_qty, 60)
        top = plan.quota_ids.filtered(lambda quota: quota.level == 1)
        self.assertEqual(top.mapped("consumed_units"), [60, 15])
        before = order.order_line.allocation_ids.mapped("short_quantity")
        plan.with_user(coordinator).action_close_overdue()
        self.assertEqual(order.order_line.allocation_ids.mapped("short_quantity"), before, "twice")

    def _create_coordinator(self):
        return self.env["res.users"].create(
            {
                "name": "coordinadora",
                "login": "coordinadora",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [
                    Command.link(self.env.ref("red_empresarial.group_network_coordinator").id)
                ],
            }
        )

    def _run_plan(self):
        plan = self.env["business.network.quota.plan"].create(
            {
                "network_id": self.union.id,
                "product_tmpl_id": self.product.product_tmpl_id.id,
                "date_from": "2026-01-01",
                "date_to": "2026-06-30",
                "volume": 100,
                "sub_basis": "agreement",
                "agreed_on": "2026-01-10",
                "minute_reference": "Acta 7",
            }
        )
        plan.action_propose()
        plan.action_agree()
        plan.action_run()
        return plan
