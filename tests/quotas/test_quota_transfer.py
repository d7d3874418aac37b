"""Transfers of quota: both consents, never more than is left, compensated in the books."""

from random import Random

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger
from psycopg2 import IntegrityError

from tests.quota_case import QuotaCase

MANAGER = "red_empresarial.group_network_manager"


class TransferCase(QuotaCase):
    def _transfer(self, giver, receiver, units, done=True, **vals):
        transfer = self.env["business.network.quota.transfer"].create(
            {
                "from_quota_id": giver.id,
                "to_quota_id": receiver.id,
                "units": units,
                "date": "2026-03-10",
                "consent_reference": "Acta 3",
                **vals,
            }
        )
        if done:
            self._carry_out(transfer)
        return transfer

    def _carry_out(self, transfers):
        for transfer in transfers.filtered(lambda t: t.state == "proposed"):
            transfer.consent_reference = transfer.consent_reference or "Acta 3"
        transfers.action_consent_giver()
        transfers.action_consent_receiver()
        transfers.action_carry_out()

    def _counters(self, quota):
        return quota.units, quota.transferred_in, quota.transferred_out, quota.remaining_units

    def _assert_balanced(self, plan):
        """Invariant 4 of every quota; what a network holds is with its members or in its pool."""
        for quota in plan.quota_ids:
            held = quota.units + quota.transferred_in - quota.transferred_out
            name = quota.display_name
            self.assertEqual(quota.consumed_units + quota.remaining_units, held, name)
            self.assertGreaterEqual(quota.remaining_units, 0, name)
            if quota.child_ids:
                within = quota.child_ids
                below = sum(within.mapped("units")) + sum(within.mapped("transferred_in"))
                below -= sum(within.mapped("transferred_out"))
                self.assertEqual(below + quota.pool_units, held, name)
        top = plan.quota_ids.filtered(lambda quota: quota.level == 1)
        self.assertEqual(sum(top.mapped("transferred_in")), sum(top.mapped("transferred_out")))


class TestQuotaTransfer(TransferCase):
    def set_up_once(self):
        super().set_up_once()
        self.plan = self._run_plan()
        self.quota_a, self.quota_b, self.quota_c = (
            self._quota(self.plan, member) for member in self.members
        )

    def test_units_move_once_both_consented(self):
        transfer = self._transfer(self.quota_a, self.quota_b, 10, done=False)
        self.assertRegex(transfer.name, r"^TRANS/2026/\d+$")
        with self.assertRaisesRegex(UserError, "in state “Proposed”; this needs “Consented”"):
            transfer.action_carry_out()
        transfer.action_consent_giver()
        self.assertEqual((transfer.state, transfer.giver_user_id), ("proposed", self.env.user))
        self.assertEqual(self._counters(self.quota_a), (40, 0, 0, 40), "nothing moved yet")
        transfer.action_consent_receiver()
        transfer.action_carry_out()
        self.assertEqual(self._counters(self.quota_a), (40, 0, 10, 30))
        self.assertEqual(self._counters(self.quota_b), (35, 10, 0, 45))
        for action in ("action_carry_out", "action_consent_giver"):
            getattr(transfer, action)()
            self.assertEqual(self._counters(self.quota_b), (35, 10, 0, 45), f"{action} twice")
        self._assert_balanced(self.plan)

    def test_what_was_received_is_sold_and_what_was_given_is_not(self):
        self._transfer(self.quota_a, self.quota_b, 10)
        self._sell([30, 45, 0])
        with self.assertRaisesRegex(UserError, "has 0 Units left of its quota of Chompa"):
            self._sell([1, 0, 0])
        self._assert_balanced(self.plan)

    def test_more_than_is_left_is_refused_with_the_numbers(self):
        self._sell([35, 0, 0])
        transfer = self._transfer(self.quota_a, self.quota_b, 6, done=False)
        message = rf"has 5 units .* {self.plan.name}.* {transfer.name} moves 6"
        with self.assertRaisesRegex(UserError, message):
            transfer.action_consent_giver()
        self.assertFalse(transfer.giver_user_id)
        transfer.units = 5
        transfer.action_consent_giver()
        transfer.action_consent_receiver()
        self._sell([1, 0, 0])
        with self.assertRaisesRegex(UserError, "has 4 units .* moves 5"):
            transfer.action_carry_out()
        self._assert_balanced(self.plan)

    def test_who_has_no_room_does_not_consent(self):
        self.plan.action_cancel()
        plan = self._run_plan(limits={self.member_b: {"cap": 36}})
        giver, receiver = (self._quota(plan, m) for m in (self.member_a, self.member_b))
        transfer = self._transfer(giver, receiver, 10, done=False)
        transfer.action_consent_giver()
        with self.assertRaisesRegex(
            UserError, "can take 36 units at most.*its cap, or its capacity where"
        ):
            transfer.action_consent_receiver()
        self.assertEqual(transfer.state, "proposed")

    def test_a_broken_package_is_not_given(self):
        self.plan.action_cancel()
        plan = self._run_plan(unit_size=12)
        self._sell([13, 0, 0])
        quota = self._quota(plan, self.member_a)
        self.assertEqual((quota.units, quota._get_free_units()), (3, 1))

    def test_reversing_moves_back_unless_it_was_used(self):
        transfer = self._transfer(self.quota_a, self.quota_b, 10)
        order = self._sell([0, 40, 0])
        with self.assertRaisesRegex(UserError, "Taller B has 5 units .* moves 10"):
            transfer.action_reverse()
        order._action_cancel()
        for number in ("once", "twice"):
            transfer.action_reverse()
            self.assertEqual(self._counters(self.quota_a), (40, 0, 0, 40), number)
            self.assertEqual(self._counters(self.quota_b), (35, 0, 0, 35), number)
        self.assertEqual(transfer.state, "reversed")

    def test_refused_and_canceled_move_nothing(self):
        refused = self._transfer(self.quota_a, self.quota_b, 10, done=False)
        refused.refusal_reason = "Nos falta a nosotros"
        refused.action_refuse()
        canceled = self._transfer(self.quota_a, self.quota_b, 10, done=False)
        canceled.action_consent_giver()
        canceled.action_consent_receiver()
        canceled.action_cancel()
        self.assertEqual(self._counters(self.quota_b), (35, 0, 0, 35))
        for transfer in (refused, canceled):
            with self.assertRaises(UserError):
                transfer.action_carry_out()

    def test_what_was_consented_is_not_changed(self):
        transfer = self._transfer(self.quota_a, self.quota_b, 10, done=False)
        transfer.units = 9
        transfer.action_consent_giver()
        with self.assertRaisesRegex(UserError, "Consent was given to TRANS"):
            transfer.units = 8
        with self.assertRaisesRegex(UserError, "Consent was given to TRANS"):
            transfer.amount = 5

    def test_the_end_of_a_plan_ends_its_proposals(self):
        transfer = self._transfer(self.quota_a, self.quota_b, 10, done=False)
        self.plan.action_close()
        self.assertEqual(transfer.state, "cancel")
        late = self._transfer(self.quota_a, self.quota_b, 10, done=False)
        late.action_consent_giver()
        late.action_consent_receiver()
        with self.assertRaisesRegex(UserError, "does not run, so nothing of it can be given"):
            late.action_carry_out()

    def test_a_revision_keeps_what_was_transferred(self):
        self._transfer(self.quota_a, self.quota_b, 30)
        self._sell([10, 60, 0])
        self.plan.revise(volume=80, minute_reference="Acta 8")
        self.assertEqual(self._counters(self.quota_a), (40, 0, 30, 0))
        self.assertEqual(self.quota_b.transferred_in, 30)
        self.assertEqual(sum(self.plan.quota_ids.mapped("units")), 80)
        self._assert_balanced(self.plan)

    def test_who_moved_units_stays_in_the_plan(self):
        transfer = self._transfer(self.quota_a, self.quota_c, 3)
        waiting = self._transfer(self.quota_a, self.quota_b, 3, done=False)
        with self.assertRaisesRegex(UserError, f"were moved by {transfer.name}. Reverse that"):
            self.plan.action_cancel()
        self.member_c.write({"date_from": "2026-07-01"})
        self.plan.action_revise()
        with self.assertRaisesRegex(UserError, f"{transfer.name} moved units from .* Taller C"):
            self.plan.action_apply_revision()
        transfer.action_reverse()
        self.plan.action_cancel()
        self.assertEqual(waiting.state, "cancel")
        with self.assertRaisesRegex(UserError, f"{transfer.name} moved units from"):
            self.plan.unlink()

    def test_a_closed_plan_is_not_canceled(self):
        self._sell([10, 0, 0])
        self.plan.action_close()
        with self.assertRaisesRegex(UserError, "in state “Closed”; this needs"):
            self.plan.action_cancel()
        self.assertEqual(self.quota_a.consumed_quantity, 10)

    def test_transfers_that_cannot_be(self):
        other = self._create_plan(date_from="2026-07-01", date_to="2026-12-31")
        other.action_propose()
        for label, giver, receiver in (
            ("itself", self.quota_a, self.quota_a),
            ("another plan", self.quota_a, other.quota_ids[1]),
        ):
            with self.subTest(label), self.assertRaisesRegex(ValidationError, "cannot give quota"):
                self._transfer(giver, receiver, 1)
        for label, vals in (("no units", {"units": 0}), ("a negative amount", {"amount": -1})):
            with (
                self.subTest(label),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._transfer(self.quota_a, self.quota_b, **{"units": 1, "done": False, **vals})

    def test_the_database_refuses_what_code_would_let_through(self):
        self._sell([35, 0, 0])
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.quota_a.transferred_out = 6
            self.env.flush_all()

    def test_nobody_comes_to_hold_more_than_its_cap(self):
        self.plan.action_cancel()
        plan = self._run_plan(limits={self.member_c: {"cap": 30}})
        giver, receiver = self._quota(plan, self.member_a), self._quota(plan, self.member_c)
        with self.assertRaisesRegex(
            UserError, "Taller C holds 25 units .* can take 30 units at most, .* gives it 6 units"
        ):
            self._transfer(giver, receiver, 6)
        self._transfer(giver, receiver, 4)
        plan.revise(volume=400, minute_reference="Acta 8")
        self.assertEqual(self._counters(receiver), (26, 4, 0, 30), "the cap is of what is held")
        self.assertEqual(receiver.applied_cap, "30")
        self.assertNotIn(receiver.id, [row["quota_id"] for row in plan.explain_one_more()["gains"]])
        names = set(self.env["business.network.quota"]._fields) - {"plan_minute_reference"}
        before = plan.quota_ids.read(names)
        plan.revise(volume=400, minute_reference="Acta 9")
        self.assertEqual(plan.quota_ids.read(list(before[0])), before, "twice")

    # -- compensation --------------------------------------------------------------------------

    def _accounts(self):
        network = self.network
        return network.member_payable_account_id, network.member_receivable_account_id

    def test_the_receiver_owes_the_giver_by_the_books(self):
        payable, receivable = self._accounts()
        transfer = self._transfer(self.quota_b, self.quota_c, 10, amount=150)
        entry = transfer.move_ids
        self.assertEqual((entry.state, entry.date), ("posted", self._date("2026-03-10")))
        self.assertEqual(entry.journal_id, self.network.settlement_journal_id)
        self.assertEqual(self._balance(payable, self.partner_b), -150)
        self.assertEqual(self._balance(receivable, self.partner_c), 150)
        self.assertFalse(entry.distribution_ids, "nobody else has a share of it")
        transfer.action_carry_out()
        self.assertEqual(len(transfer.move_ids), 1, "twice books once")
        self.assertEqual((self.member_b.balance_amount, self.member_c.balance_amount), (150, -150))

    def test_a_settlement_nets_it_and_the_statement_shows_it(self):
        payable, receivable = self._accounts()
        transfer = self._transfer(self.quota_b, self.quota_c, 10, amount=150)
        settlement = self._settle()
        lines = settlement.line_ids.grouped("member_id")
        items = {
            m.partner_id.name: lines[m].netted_item_ids for m in (self.member_b, self.member_c)
        }
        self.assertEqual(
            {name: item.amount for name, item in items.items()},
            {"Taller B": 150, "Taller C": -150},
        )
        self.assertEqual(items["Taller B"].move_id, transfer.move_ids)
        with self.assertRaisesRegex(UserError, f"is netted for .* in {settlement.name}"):
            transfer.action_reverse()
        self.assertEqual(self._counters(self.quota_b), (35, 0, 10, 25), "nothing half done")
        statement = self.env["business.network.statement"]._get_period_statements(
            self.member_b,
            self.company.currency_id,
            self._date("2026-03-01"),
            self._date("2026-03-31"),
        )[0]
        section = next(part for part in statement["sections"] if part["key"] == "account")
        shown = [(line["concept"], line["favour"]) for line in section["lines"]]
        self.assertIn((transfer.move_ids.ref, 150), shown)

    def test_reversing_reverses_the_entry_and_nets_to_zero(self):
        before = self._ledger()
        transfer = self._transfer(self.quota_b, self.quota_c, 10, amount=150)
        with self.assertRaisesRegex(UserError, f"was booked by {transfer.name}. Reverse that"):
            transfer.move_ids.button_draft()
        transfer.action_reverse()
        self.assertEqual(len(transfer.move_ids), 2)
        self.assertEqual(self._ledger(), before)
        self.assertFalse(transfer.move_ids.line_ids.filtered("amount_residual"))
        transfer.action_reverse()
        self.assertEqual(len(transfer.move_ids), 2, "twice reverses once")
        for entry in transfer.move_ids:
            with self.subTest(entry.name), self.assertRaisesRegex(UserError, "was booked by TRANS"):
                entry.button_draft()

    def test_a_paid_compensation_is_not_reversed(self):
        transfer = self._transfer(self.quota_b, self.quota_c, 10, amount=150)
        payment = self.env["account.move"].create(
            {
                "journal_id": self.network.settlement_journal_id.id,
                "date": "2026-03-12",
                "line_ids": [
                    (0, 0, {"account_id": account.id, "partner_id": partner, "balance": balance})
                    for account, partner, balance in (
                        (self._accounts()[0], self.partner_b.id, 150),
                        (self.bank.default_account_id, False, -150),
                    )
                ],
            }
        )
        payment.action_post()
        items = (transfer.move_ids | payment).line_ids
        items.filtered(lambda item: item.partner_id == self.partner_b).reconcile()
        with self.assertRaisesRegex(UserError, f"reconciled for Taller B with {payment.name}"):
            transfer.action_reverse()

    def test_who_keeps_the_books_neither_pays_nor_owes(self):
        with self.assertRaisesRegex(UserError, "keeps the books of Red ABC"):
            self._transfer(self.quota_a, self.quota_b, 10, amount=150)
        with self.assertRaisesRegex(UserError, "lacks"):
            self.network.member_receivable_account_id = False
            self._transfer(self.quota_b, self.quota_c, 10, amount=150)

    def test_lock_dates_hold(self):
        self.company.fiscalyear_lock_date = "2026-03-31"
        transfer = self._transfer(self.quota_b, self.quota_c, 10, done=False, amount=150)
        transfer.action_consent_giver()
        transfer.action_consent_receiver()
        with self.assertRaisesRegex(UserError, "are closed on"):
            transfer.action_carry_out()
        transfer.date = "2026-04-02"
        transfer.action_carry_out()
        self.assertEqual(transfer.move_ids.date, self._date("2026-04-02"))
        with self.assertRaisesRegex(UserError, "was carried out on its day"):
            transfer.date = "2026-04-03"

    def test_a_copied_entry_is_no_compensation(self):
        transfer = self._transfer(self.quota_b, self.quota_c, 10, amount=150)
        copy = transfer.move_ids.copy()
        self.assertFalse(copy.network_id)
        self.assertFalse(copy.network_quota_transfer_id)

    # -- who -----------------------------------------------------------------------------------

    def test_a_manager_takes_a_transfer_through_its_life(self):
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        form = Form(self.env["business.network.quota.transfer"].with_user(manager))
        form.from_quota_id = self.quota_b.with_user(manager)
        form.to_quota_id = self.quota_c.with_user(manager)
        form.units, form.amount = 5, 20
        form.consent_reference = "Carta 4"
        transfer = form.save()
        with self.assertRaisesRegex(UserError, "changed by its buttons"):
            transfer.state = "done"
        with self.assertRaisesRegex(UserError, "changed by its buttons"):
            transfer.giver_user_id = manager
        self._carry_out(transfer)
        self.assertEqual((transfer.state, transfer.giver_user_id), ("done", manager))
        transfer.action_reverse()
        self.assertEqual(transfer.move_count, 2)

    def test_what_follows_from_the_quotas_is_not_written(self):
        manager = self._create_user("gestora", MANAGER)
        self.network.manager_id = manager
        transfer = self._transfer(self.quota_a, self.quota_b, 10, done=False).with_user(manager)
        for vals in (
            {"kind": "from_network"},
            {"network_id": self.network.id},
            {"company_id": self.company.id},
            {"plan_id": self.plan.id},
            {"product_tmpl_id": False},
            {"giver_id": self.member_c.id},
            {"receiver_id": self.member_c.id},
        ):
            with (
                self.subTest(field=next(iter(vals))),
                self.assertRaisesRegex(UserError, "changed by its buttons"),
            ):
                transfer.write(vals)
        transfer.to_quota_id = self.quota_c
        self.assertEqual((transfer.kind, transfer.receiver_id), ("sibling", self.member_c))

    def test_strangers_and_other_companies_see_nothing(self):
        transfer = self._transfer(self.quota_b, self.quota_c, 5, done=False)
        stranger = self._create_user("ajena", MANAGER)
        company = self.env["res.company"].create({"name": "Otra empresa"})
        abroad = self._create_user(
            "lejana", "red_empresarial.group_network_coordinator", company=company
        )
        here = self._create_user("coordinadora", "red_empresarial.group_network_coordinator")
        transfers = self.env["business.network.quota.transfer"]
        self.assertEqual(
            [len(transfers.with_user(user).search([])) for user in (stranger, abroad, here)],
            [0, 0, 1],
        )
        for action in ("read", "action_consent_giver", "action_cancel", "unlink"):
            with (
                self.subTest(action),
                mute_logger("odoo.addons.base.models.ir_rule"),
                self.assertRaises(AccessError),
            ):
                getattr(transfer.with_user(stranger), action)()
        self.assertEqual(transfer.state, "proposed")


class TestQuotaTransferTiers(TransferCase):
    def set_up_once(self):
        super().set_up_once()
        self.union, (abc, xy), self.others = self._union()
        self.plan = self._run_plan(network_id=self.union.id, sub_basis="equal", volume=20)
        self.quota_abc, self.quota_xy = self._quota(self.plan, abc), self._quota(self.plan, xy)
        self.inner = [self._quota(self.plan, member) for member in self.members]
        self.outer = [self._quota(self.plan, member) for member in self.others]

    def _pools(self):
        return self.quota_abc.pool_units, self.quota_xy.pool_units

    def test_from_a_member_of_one_network_to_a_member_of_another(self):
        with self.assertRaisesRegex(ValidationError, "give them back to their network"):
            self._transfer(self.inner[0], self.outer[0], 3)
        back = self._transfer(self.inner[0], self.quota_abc, 3)
        self.assertEqual((back.kind, back.network_id), ("to_network", self.network))
        self.assertEqual((self._pools(), self.inner[0].remaining_units), ((3, 0), 1))
        self._assert_balanced(self.plan)
        across = self._transfer(self.quota_abc, self.quota_xy, 2, amount=0)
        self.assertEqual((across.kind, across.network_id), ("sibling", self.union))
        self.assertEqual(self._pools(), (1, 2))
        self._assert_balanced(self.plan)
        down = self._transfer(self.quota_xy, self.outer[0], 2)
        self.assertEqual((down.kind, down.network_id), ("from_network", self.others.network_id))
        self.assertEqual((self._pools(), self.outer[0].remaining_units), ((1, 0), 6))
        self._assert_balanced(self.plan)
        for transfer in (down, across, back):
            transfer.action_reverse()
            self._assert_balanced(self.plan)
        self.assertEqual(self._pools(), (0, 0))
        self.assertEqual(sum(self.plan.quota_ids.mapped("transferred_in")), 0)

    def test_a_network_gives_what_its_members_gave_back(self):
        with self.assertRaisesRegex(UserError, "Red ABC has 0 units .* members gave back"):
            self._transfer(self.quota_abc, self.quota_xy, 1)
        back = self._transfer(self.inner[0], self.quota_abc, 1)
        self._transfer(self.quota_abc, self.quota_xy, 1)
        with self.assertRaisesRegex(UserError, "Red ABC has 0 units"):
            back.action_reverse()

    def test_what_the_union_sold_of_a_network_is_not_given_to_another(self):
        self._transfer(self.inner[0], self.quota_abc, 4)
        members, network = self.members, self.network
        self.members, self.network = self.quota_abc.member_id, self.union
        self._sell([10])
        self.members, self.network = members, network
        with self.assertRaisesRegex(UserError, "Red ABC has 2 units"):
            self._transfer(self.quota_abc, self.quota_xy, 3)
        self._transfer(self.quota_abc, self.quota_xy, 2)
        self._assert_balanced(self.plan)

    def test_nobody_is_compensated_for_what_goes_through_a_pool(self):
        with self.assertRaisesRegex(ValidationError, "through the pool of Red ABC"):
            self._transfer(self.inner[0], self.quota_abc, 1, amount=5)

    def test_a_revision_keeps_the_pools(self):
        self._transfer(self.inner[0], self.quota_abc, 3)
        self._transfer(self.quota_abc, self.quota_xy, 2)
        self.plan.revise(volume=40, minute_reference="Acta 8")
        self.assertEqual(self._pools(), (1, 2))
        self._assert_balanced(self.plan)

    def test_a_revision_neither_drops_nor_adds_a_level_below_what_was_moved(self):
        self._transfer(self.inner[0], self.quota_abc, 3)
        moved = self._transfer(self.quota_abc, self.quota_xy, 2)
        self.plan.action_revise()
        self.plan.sub_basis = False
        with self.assertRaisesRegex(UserError, rf"Red ABC holds 10 units .* {moved.name}"):
            self.plan.action_apply_revision()
        self.plan.write({"sub_basis": "equal", "minute_reference": "Acta 8"})
        self.plan.action_apply_revision()
        flat = self._run_plan(
            network_id=self.union.id, volume=20, date_from="2026-07-01", date_to="2026-12-31"
        )
        abc, xy = flat.quota_ids
        first = self._transfer(abc, xy, 2, date="2026-07-10")
        flat.action_revise()
        flat.sub_basis = "equal"
        with self.assertRaisesRegex(UserError, rf"Red ABC holds 10 units .* {first.name} moved"):
            flat.action_apply_revision()
        first.action_reverse()
        flat.minute_reference = "Acta 8"
        flat.action_apply_revision()
        self._assert_balanced(flat)

    def test_each_side_consents_for_itself(self):
        manager, other, above = (
            self._create_user(login, MANAGER) for login in ("gestora", "otra", "arriba")
        )
        self.network.manager_id, self.others.network_id.manager_id = manager, other
        self.union.manager_id = above
        self._transfer(self.inner[0], self.quota_abc, 3)
        transfer = self._transfer(self.quota_abc.with_user(manager), self.quota_xy, 2, done=False)
        transfer = transfer.with_user(manager)
        transfer.read(["giver_id", "receiver_id", "plan_id", "quantity", "unit_name"])
        transfer.action_consent_giver()
        with self.assertRaisesRegex(UserError, "Only who manages Red de redes, Red XY can decide"):
            transfer.action_consent_receiver()
        transfer.with_user(other).action_consent_receiver()
        self.assertEqual((transfer.giver_user_id, transfer.receiver_user_id), (manager, other))
        with (
            mute_logger("odoo.addons.base.models.ir_rule"),
            self.assertRaises(AccessError),
        ):
            transfer.action_carry_out()
        transfer.with_user(above).action_carry_out()
        self.assertEqual(self._pools(), (1, 2))
        inside = self.env["business.network.quota.transfer"].search([("state", "=", "done")])
        seen = inside.with_user(other).search([])
        self.assertEqual(seen, transfer.with_user(other), "not what ABC's members gave back")
        self.assertEqual(len(inside.with_user(above).search([])), 2)

    def test_random_sequences_keep_every_sum_at_both_levels(self):
        random = Random(20260310)
        quotas, done, counts = self.plan.quota_ids, [], {"done": 0, "refused": 0, "reversed": 0}
        for _number in range(60):
            giver = random.choice(quotas)
            nearby = giver.parent_id.child_ids | giver.parent_id | giver.child_ids
            if giver.level == 1:
                nearby |= self.quota_abc | self.quota_xy
            receiver = random.choice(nearby - giver)
            try:
                with self.env.cr.savepoint():
                    if done and random.random() < 0.3:
                        done.pop(random.randrange(len(done))).action_reverse()
                        counts["reversed"] += 1
                    else:
                        done.append(self._transfer(giver, receiver, random.randint(1, 3)))
                        counts["done"] += 1
            except UserError:
                self.env.invalidate_all()
                counts["refused"] += 1
            done = [transfer for transfer in done if transfer.state == "done"]
            self._assert_balanced(self.plan)
        self.assertTrue(all(count > 5 for count in counts.values()), counts)
