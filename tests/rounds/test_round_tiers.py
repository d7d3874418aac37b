"""Rounds of a network of networks: members ask in their network, the networks ask together."""

from datetime import timedelta
from unittest.mock import patch

from lxml import etree
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from tests.rounds.tiers_case import TiersCase


class TestOpening(TiersCase):
    def set_up_once(self):
        super().set_up_once()
        self._open({self.sheets: {"pack_quantity": 6, "expected_price": 20}, self.soap: {}})

    def test_each_network_gets_a_round_with_the_catalogue_and_without_packs(self):
        self.assertEqual(self.round.child_round_ids.mapped("state"), ["open", "open"])
        self.assertEqual(self.far.company_id, self.second)
        self.assertEqual(self.far.parent_request_id.member_id, self.union_members[1])
        self.assertEqual(self.far.date_close, self.round.date_close)
        self.assertRecordValues(
            self.far.product_ids,
            [
                {"product_id": self.sheets.id, "pack_quantity": 0, "expected_price": 20},
                {"product_id": self.soap.id, "pack_quantity": 0, "expected_price": 0},
            ],
        )

    def test_opening_again_opens_the_same_rounds(self):
        rounds = self.round.child_round_ids
        self.round.action_open()
        self.round.action_reset_to_draft()
        self.assertEqual(rounds.mapped("state"), ["draft", "draft"])
        self.round.action_open()
        self.assertEqual(self.round.child_round_ids, rounds)
        self.assertEqual(rounds.mapped("state"), ["open", "open"])

    def test_only_those_chosen_take_part(self):
        other = self._create_round(
            network=self.union, participant_ids=[Command.set(self.union_members[1].ids)]
        )
        self.assertEqual(other.child_round_ids.network_id, self.north)

    def test_the_catalogue_is_changed_above_and_followed_below(self):
        self.round.product_ids[0].specification = "Blanca"
        towels = self._create_product("Toalla")
        self.round.product_ids = [
            Command.create({"product_id": towels.id}),
            Command.delete(self.round.product_ids[1].id),
        ]
        for child in (self.own, self.far):
            self.assertEqual(child.product_ids.product_id, self.sheets | towels)
            self.assertEqual(child.product_ids[0].specification, "Blanca")
        with self.assertRaisesRegex(UserError, "products of .* are those of"):
            self.far.product_ids.sudo(False)[0].with_user(self.env.ref("base.user_admin")).write(
                {"pack_quantity": 3}
            )

    def test_the_closing_day_moves_along_and_no_network_closes_later(self):
        later = self.round.date_close + timedelta(days=3)
        self.far.date_close = self.today + timedelta(days=2)
        self.round.date_close = later
        self.assertEqual(self.own.date_close, later)
        self.assertEqual(self.far.date_close, self.today + timedelta(days=2))
        with self.assertRaisesRegex(ValidationError, "has to close by"):
            self.far.date_close = later + timedelta(days=1)
        self.round.date_close = self.today
        self.assertEqual(self.far.date_close, self.today)

    def test_a_network_that_is_not_ready_stops_no_other(self):
        self.round.action_cancel()
        self.north.agreement_ids.action_reset_to_draft()
        other = self._create_round(network=self.union)
        far = other.child_round_ids.filtered(lambda r: r.network_id == self.north)
        self.assertEqual(other.state, "open")
        self.assertEqual(far.state, "draft")
        self.assertIn("Red Norte has no agreement in force", far.activity_ids.note)

    def test_a_product_of_one_company_is_refused_by_name(self):
        towels = self._create_product("Toalla", company_id=self.company.id)
        with self.assertRaisesRegex(UserError, "Toalla belongs to .* alone"):
            self._create_round({towels: {}}, network=self.union)


class TestAsking(TiersCase):
    def set_up_once(self):
        super().set_up_once()
        self._open({self.sheets: {"pack_quantity": 6}})

    def test_closing_sends_the_sum_and_the_tolerances(self):
        self._ask(self.own, self.sheets, (4, (3, 6)))
        self._ask(self.far, self.sheets, ({"quantity": 1, "product_uom_id": self.dozens.id}, 2))
        self.own.action_close()
        self.assertEqual(self.own.parent_request_id.state, "sent")
        self.assertEqual(self.far.parent_request_id.state, "draft")
        self.assertRecordValues(
            self._line(self.network, self.sheets), [{"quantity": 7, "maximum_quantity": 10}]
        )
        self.far.action_close()
        self.assertRecordValues(
            self._line(self.north, self.sheets), [{"quantity": 14, "maximum_quantity": 0}]
        )
        self.assertFalse(self.round._get_missing_members())

    def test_closing_above_closes_below_and_shares_to_the_unit(self):
        self._ask(self.own, self.sheets, (4, (3, 6)))
        self._ask(self.far, self.sheets, (2, 1, 1))
        self.round.action_close()
        # 11 are asked and up to 14 taken: two packs, the last sheet to who takes more
        self.assertEqual((self.own.state, self.far.state), ("closed", "closed"))
        self.assertEqual(self.round.product_ids.consolidated_quantity, 12)
        self.assertEqual(self._line(self.network, self.sheets).allotted_quantity, 8)
        self.assertEqual(self._quantities(self.own, self.sheets), [4, 4, 0])
        self.assertEqual(self._quantities(self.far, self.sheets), [2, 1, 1])
        self.assertEqual(self.own.product_ids.consolidated_quantity, 8)
        self.assertEqual(self.own.product_ids.decision, "up_within")
        self.assertEqual(self.far.product_ids.decision, "exact")

    def test_a_shortage_is_shared_at_both_levels(self):
        self._ask(self.own, self.sheets, (4, 3, 1))
        self._ask(self.far, self.sheets, (4, 2, 2))
        self.round.action_close()
        # 16 asked, 12 ordered: six to each network
        self.assertEqual(self._quantities(self.own, self.sheets), [3, 2, 1])
        self.assertEqual(sum(self._quantities(self.far, self.sheets)), 6)
        self.assertEqual(self.far.product_ids.decision, "down")

    def test_a_network_that_asks_nothing_is_left_out(self):
        self._ask(self.own, self.sheets, (6,))
        self.round.action_close()
        self.assertEqual(self.far.state, "closed")
        self.assertEqual(self.far.parent_request_id.state, "draft")
        self.assertEqual(self.far.product_ids.consolidated_quantity, 0)

    def test_a_network_changes_what_it_asks_while_the_round_is_open(self):
        asked = self._ask(self.far, self.sheets, (6,))
        self.far.action_close()
        self.far.action_reopen()
        self.assertEqual(self.far.parent_request_id.state, "draft")
        self.assertFalse(self.far.parent_request_id.line_ids)
        asked.action_reset_to_draft()
        asked.line_ids.quantity = 12
        asked.action_send()
        self.round.action_close()
        self.assertEqual(self._line(self.north, self.sheets).quantity, 12)
        with self.assertRaisesRegex(UserError, "Central de redes, which is not open"):
            self.far.action_reopen()

    def test_reopening_above_keeps_what_networks_asked(self):
        self._ask(self.own, self.sheets, (4, 3, 1))
        self.round.action_close()
        self.assertEqual(self._quantities(self.own, self.sheets), [3, 2, 1])
        self.round.action_reopen()
        self.assertEqual(self.own.state, "closed")
        self.assertEqual(self.own.parent_request_id.state, "sent")
        self.assertEqual(self._quantities(self.own, self.sheets), [4, 3, 1])
        self.round.action_close()
        self.assertEqual(self._quantities(self.own, self.sheets), [3, 2, 1])

    def test_the_cron_closes_both_levels(self):
        self._ask(self.own, self.sheets, (6,))
        self.round.date_open = self.today - timedelta(days=9)
        self.round.date_close = self.today - timedelta(days=1)
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args: 1):
            self.env["business.network.purchase.round"]._cron_close()
        self.assertEqual(
            (self.round | self.own | self.far).mapped("state"), ["closed", "closed", "closed"]
        )
        self.assertEqual(self.round.product_ids.consolidated_quantity, 6)

    def test_a_network_withdraws_until_it_is_ordered(self):
        self._ask(self.own, self.sheets, (6,))
        self._ask(self.far, self.sheets, (4, 2))
        self.round.action_close()
        self.far.action_cancel()
        self.assertEqual(self.far.parent_request_id.state, "cancel")
        self.assertEqual(self.round.product_ids.consolidated_quantity, 6)
        self.assertIn("Red Norte took its request back", str(self.round.message_ids[0].body))
        self._order({self.sheets: 20})
        with self.assertRaisesRegex(UserError, "cannot be canceled alone"):
            self.own.action_cancel()

    def test_canceling_above_cancels_below_and_it_can_start_anew(self):
        self._ask(self.far, self.sheets, (4,))
        self.round.action_cancel()
        self.assertEqual(self.round.child_round_ids.mapped("state"), ["cancel", "cancel"])
        self.round.action_reset_to_draft()
        self.round.action_open()
        self.assertEqual(self.round.child_round_ids.mapped("state"), ["open", "open"])
        self.round.action_close()
        self.assertEqual(self._line(self.north, self.sheets).quantity, 4)

    def test_the_round_below_buys_nothing_itself(self):
        self._ask(self.far, self.sheets, (6,))
        self.round.action_close()
        for action in ("action_open_quotation_wizard", "action_negotiate", "action_order"):
            with self.subTest(action), self.assertRaisesRegex(UserError, "Central de redes buys"):
                getattr(self.far, action)()

    def test_nothing_is_shown_below_that_only_the_round_above_may_do(self):
        self.round.deposit_percent = self.far.deposit_percent = 10
        view = self.env["business.network.purchase.round"].get_view(view_type="form")
        buttons = etree.fromstring(view["arch"]).xpath("//header/button[@type='object']")
        bought_above = {
            "action_open_quotation_wizard",
            "action_negotiate",
            "action_ask_deposit",
            "action_order",
            "action_renegotiate",
            "action_receive",
            "action_close_short",
            "action_cancel_orders",
            "action_undo_receipts",
        }
        self.assertLessEqual(bought_above, {button.get("name") for button in buttons})
        for state in ("closed", "negotiated", "ordered", "received", "distributed"):
            self.far.sudo().state = state
            values = self.far.read()[0]
            shown = {
                button.get("name")
                for button in buttons
                if not safe_eval(button.get("invisible") or "False", dict(values))
            }
            self.assertFalse(shown & bought_above, state)


class TestReceiving(TiersCase):
    def set_up_once(self):
        super().set_up_once()
        self._open({self.sheets: {}})
        self._ask(self.own, self.sheets, (5, 4, 1))
        self._ask(self.far, self.sheets, (6, 3, 1))
        self.round.action_close()
        self._order({self.sheets: 20})

    def test_the_rounds_below_follow_and_see_their_part_at_the_price(self):
        self.assertEqual((self.own.state, self.far.state), ("ordered", "ordered"))
        (row,) = self.far._get_tier_rows()
        self.assertEqual((row["quantity"], row["price"], row["amount"]), (10, 20, 200))
        self.assertIn("20.0000", str(self.far.tier_html))

    def test_a_large_part_is_written_whole(self):
        self._open({self.sheets: {}})
        self._ask(self.far, self.sheets, (1_000_000, 234_567))
        self.round.action_close()
        self._order({self.sheets: 1000})
        self.assertIn("1,234,567", str(self.far.tier_html))
        self.assertIn("1,000.0000", str(self.far.tier_html))

    def test_receipts_are_shared_at_both_levels_and_never_taken_back(self):
        before = [0, 0, 0]
        for number in range(20):
            with self.subTest(number=number + 1):
                self._receive({self.sheets: 1})
                received = self._quantities(self.far, self.sheets, "received_quantity")
                line = self.round.order_ids.allocation_ids.filtered(
                    lambda a: a.member_id == self.union_members[1]
                )
                self.assertEqual(sum(received), line.delivered_quantity)
                for had, has in zip(before, received, strict=True):
                    self.assertGreaterEqual(has, had)
                before = received
        self.assertEqual(before, [6, 3, 1])
        self.assertEqual((self.own.state, self.far.state), ("received", "received"))
        self.round.action_undo_receipts()
        self.assertEqual(self._quantities(self.far, self.sheets, "received_quantity"), [0, 0, 0])
        self.assertEqual(self.far.state, "ordered")

    def test_canceled_orders_are_compared_again_below_too(self):
        self.round.action_cancel_orders()
        self.assertEqual(self.far.state, "closed")
        self._order({self.sheets: 21})
        self.assertEqual(self.far._get_tier_rows()[0]["price"], 21)


class TestBooks(TiersCase):
    """``principal`` above: the operator invoices the network, whose bill waits as a draft."""

    def set_up_once(self):
        super().set_up_once()
        self._open({self.sheets: {}}, margin_percent=5)
        self._ask(self.own, self.sheets, (5, 4, 1))
        self._ask(self.far, self.sheets, (6, 3, 1))
        self.round.action_close()
        for member, price in zip(self.north_members, (30, 25, 21), strict=True):
            self.env["business.network.reference.price"].create(
                {
                    "network_id": self.north.id,
                    "member_id": member.id,
                    "product_id": self.sheets.id,
                    "date": self.today - timedelta(days=30),
                    "price_unit": price,
                    "source": "declared",
                }
            )
        self._order({self.sheets: 20.01}, freight=7)
        self._receive()

    def test_the_invoice_above_is_the_draft_below_to_the_cent(self):
        self._distribute()
        self.assertEqual(self.far.state, "received")
        order = self.far.order_ids
        bill = self.far._get_bills()
        invoice = self.round._get_member_invoices().filtered(
            lambda move: move.network_member_id == self.union_members[1]
        )
        # 200.10 and 3.50 of freight, 5 % more
        self.assertEqual(invoice.amount_untaxed, 213.78)
        self.assertRecordValues(
            bill,
            [
                {
                    "state": "draft",
                    "company_id": self.second.id,
                    "partner_id": self.company.partner_id.id,
                    "network_id": self.north.id,
                    "amount_untaxed": 213.78,
                    "amount_total": invoice.amount_total,
                }
            ],
        )
        self.assertEqual(bill.invoice_line_ids.tax_ids.company_id, self.second)
        goods = order.order_line.filtered("round_product_id")
        self.assertEqual(goods.allocation_ids.mapped("quantity"), [6, 3, 1])
        self.assertEqual(goods.allocation_ids.mapped("delivered_quantity"), [6, 3, 1])

    def test_twice_makes_one_document(self):
        self._distribute()
        bill, order = self.far._get_bills(), self.far.order_ids
        self.far.action_take_documents()
        self.round.action_reopen_distributed()
        self.assertFalse(bill.exists())
        self.assertEqual(order.state, "cancel")
        self.round.action_distribute()
        self.assertEqual(self.far._get_bills().amount_untaxed, 213.78)
        self.assertEqual(len(self.far._get_orders()), 1)

    def test_posting_distributes_and_shows_each_member_what_it_saved(self):
        self._distribute()
        with self.assertRaisesRegex(UserError, "not distributed yet: post or delete"):
            self.far.action_distribute()
        bill = self._post_bills(self.far)
        shares = {row.member_id: 0 for row in bill.distribution_ids}
        for row in bill.distribution_ids:
            shares[row.member_id] += row.amount
        self.assertEqual(
            [round(shares[member], 2) for member in self.north_members],
            [-128.27, -64.13, -21.38],
        )
        savings = self.env["business.network.purchase.saving"].search(
            [("round_id", "=", self.far.id)], order="member_id"
        )
        by_member = dict.fromkeys(self.north_members, 0)
        alone = dict(by_member)
        for row in savings:
            by_member[row.member_id] += row.joint_amount
            alone[row.member_id] += row.reference_amount
        self.assertEqual([round(v, 2) for v in by_member.values()], [128.27, 64.13, 21.38])
        self.assertEqual([round(v, 2) for v in alone.values()], [180, 75, 21])
        self.far.action_invoice_members().action_post()
        self.far.action_distribute()
        self.assertEqual(self.far.state, "distributed")

    def test_books_in_the_company_that_bought_get_no_second_document(self):
        self._distribute()
        self.assertFalse(self.own.order_ids)
        self.assertFalse(self.own._get_bills())
        self.assertEqual(self.own.state, "distributed")
        self.assertEqual(self._quantities(self.own, self.sheets, "received_quantity"), [5, 4, 1])
        self.assertIn("no bill is made", str(self.own.message_ids.mapped("body")))

    def test_a_posted_bill_stays_and_a_difference_is_told(self):
        bills = self._distribute()
        own = self._post_bills(self.far)
        refund = self._refund(bills[0], amount=10, date=self.today)
        self.assertEqual(refund.state, "posted")
        self.assertEqual(self.round.state, "received")
        self.assertEqual(own.state, "posted")
        self.round.action_invoice_members().action_post()
        self.round.action_distribute()
        self.assertEqual(self.far._get_bills(), own)
        self.assertIn("charges another amount", str(self.far.activity_ids.mapped("note")))

    def test_what_the_books_below_lack_stops_nothing_above(self):
        self.second.account_purchase_tax_id = False
        self.env["account.journal"].search(
            [("company_id", "=", self.second.id), ("type", "=", "purchase")]
        ).active = False
        self._distribute()
        self.assertEqual(self.round.state, "distributed")
        self.assertFalse(self.far.order_ids)
        self.assertTrue(self.far.activity_ids)
        with self.assertRaisesRegex(UserError, "take over the documents"):
            self.far.action_distribute()

    def test_not_before_the_round_above_is_distributed(self):
        with self.assertRaisesRegex(UserError, "is not distributed yet"):
            self.far.action_take_documents()
        with self.assertRaisesRegex(UserError, "wait until .* is distributed"):
            self.far.action_distribute()


class TestAttributionBooks(TiersCase):
    """Consortia at both levels: the part at posting above, an annex of its own below."""

    union_form = "red_empresarial.operating_form_consortium_operator"
    north_form = "red_empresarial.operating_form_consortium_operator"

    def test_the_part_of_the_network_is_attributed_to_its_members(self):
        self._open({self.sheets: {}})
        self._ask(self.own, self.sheets, (5, 4, 1))
        self._ask(self.far, self.sheets, (6, 3, 1))
        self.round.action_close()
        self._order({self.sheets: 20.01}, freight=7)
        self._receive()
        bill = self._distribute()
        part = bill.distribution_ids.filtered(
            lambda row: row.member_id == self.union_members[1] and row.kind == "expense"
        )
        self.assertEqual(round(sum(part.mapped("amount")), 2), -203.6)
        order = self.far.order_ids
        self.assertEqual(order.amount_untaxed, 203.6)
        self.assertEqual(order.network_annex_id, self.far.annex_id)
        self.assertEqual(self.far.annex_id.line_ids.mapped("expense_weight"), [12216, 6108, 2036])
        draft = self.far._get_bills()
        self.assertEqual(draft.network_annex_id, self.far.annex_id)
        self._post_bills(self.far)
        expense = draft.distribution_ids.filtered(lambda row: row.kind == "expense")
        self.assertEqual(
            [
                round(sum(expense.filtered(lambda r, m=m: r.member_id == m).mapped("amount")), 2)
                for m in self.north_members
            ],
            [-122.16, -61.08, -20.36],
        )
        self.assertTrue(draft.attribution_move_ids)
        self.assertEqual(draft.attribution_move_ids.company_id, self.second)


class TestTierAccess(TiersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manager = "red_empresarial.group_network_manager"
        cls.above = cls._create_user("central", cls.company, manager)
        cls.below = cls._create_user("norte", cls.second, manager)
        cls.coordinator = cls._create_user(
            "coordinadora",
            cls.company | cls.second,
            "red_empresarial.group_network_coordinator",
        )
        cls.union.manager_id = cls.above
        cls.north.manager_id = cls.below
        cls.network.manager_id = cls.coordinator

    @classmethod
    def _create_user(cls, login, companies, group):
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "email": f"{login}@example.com",
                "company_id": companies[0].id,
                "company_ids": [Command.set(companies.ids)],
                "group_ids": [
                    Command.set([cls.env.ref(name).id for name in ("base.group_user", group)])
                ],
            }
        )

    def _assert_refused(self, label, function, error=AccessError):
        with (
            self.subTest(label),
            mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"),
            self.assertRaises(error),
            self.cr.savepoint(),
        ):
            function()

    def _as(self, user, record):
        companies = user.company_ids.ids
        return record.with_user(user).with_context(allowed_company_ids=companies)

    def test_each_sees_its_own_round_and_works_in_it_alone(self):
        self.round = self._create_round(network=self.union, state="draft", user_id=self.above.id)
        self._as(self.above, self.round).action_open()
        self.own, self.far = self._get_child(self.network), self._get_child(self.north)
        self.assertEqual(self.far.user_id, self.below)
        Round = self.env["business.network.purchase.round"]
        rounds = self.round | self.own | self.far
        for user, seen in (
            (self.above, self.round),
            (self.below, self.far),
            (self.coordinator, rounds),
        ):
            found = self._as(user, Round).search(
                [("id", "in", (self.round | self.own | self.far).ids)]
            )
            self.assertEqual(found.sudo(), seen.sudo(), user.login)
        self._assert_refused("below closes above", self._as(self.below, self.round).action_close)
        self._assert_refused("above closes below", self._as(self.above, self.far).action_close)
        self._assert_refused(
            "below writes the request above",
            lambda: self._as(self.below, self.far.parent_request_id).write({"note": "x"}),
        )
        self._assert_refused(
            "above types for a network",
            self._as(self.above, self.far.parent_request_id).action_cancel,
            UserError,
        )
        self._assert_refused(
            "below changes the catalogue",
            lambda: self._as(self.below, self.far.product_ids[0]).write({"pack_quantity": 2}),
            UserError,
        )
        self._assert_refused(
            "below takes another request over",
            lambda: self._as(self.below, self.far).write(
                {"parent_request_id": self.own.parent_request_id.id}
            ),
            UserError,
        )

    def test_the_manager_below_asks_closes_and_follows_without_a_right_above(self):
        self._open({self.sheets: {}})
        env = self.env(
            user=self.below, context={**self.env.context, "allowed_company_ids": self.second.ids}
        )
        far = self.far.with_env(env)
        request = env["business.network.purchase.request"].create(
            {
                "round_id": far.id,
                "member_id": self.north_members[1].id,
                "line_ids": [
                    Command.create({"round_product_id": far.product_ids.id, "quantity": 4})
                ],
            }
        )
        request.action_send()
        far.action_close()
        self.assertEqual(self._line(self.north, self.sheets).quantity, 4)
        far.action_reopen()
        far.action_close()
        page = far.read(["parent_round_id", "parent_state", "tier_html", "has_own_books"])[0]
        self.assertEqual(page["parent_round_id"][0], self.round.id)
        self._as(self.above, self.round).action_close()
        self.assertEqual(self._quantities(self.far, self.sheets), [0, 4, 0])
        self._order({self.sheets: 20})
        self._receive()
        self._distribute()
        env.invalidate_all()
        self.assertIn("20.0000", str(far.tier_html))
        self.assertEqual(far.order_count, 1)
