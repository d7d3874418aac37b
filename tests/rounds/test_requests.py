"""The life of a round and of its requests: who may ask, what, and until when."""

from datetime import datetime, timedelta
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time
from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form
from odoo.tools import mute_logger

from tests.round_case import RoundCase


class RefusalCase(RoundCase):
    def _assert_refused(self, function, *fragments):
        """UserError (or ValidationError) that has each fragment."""
        with self.assertRaises(UserError) as refusal:
            function()
        for fragment in fragments:
            self.assertIn(fragment, str(refusal.exception))


class TestRound(RefusalCase):
    def test_a_round_is_numbered_and_closes_in_a_week(self):
        first, second = (
            self.env["business.network.purchase.round"].create(
                {"title": "Jabones", "network_id": self.network.id}
            )
            for _number in range(2)
        )
        self.assertRegex(first.name, rf"^RONDA/{self.today.year}/\d{{4}}$")
        self.assertNotEqual(first.name, second.name)
        self.assertEqual(first.date_close, first.date_open + timedelta(days=7))
        self.assertEqual(first.display_name, f"{first.name} · Jabones")

    def test_opening_needs_products_a_day_to_come_and_an_agreement(self):
        self._assert_refused(
            lambda: self._create_round({}), "no products", "Ropa de cama", "copy the last round"
        )
        past = self.today - timedelta(days=1)
        self._assert_refused(
            lambda: self._create_round(date_open=past, date_close=past), "has passed"
        )
        empty = self._create_network("Red vacía", self.operating_form)
        self._assert_refused(lambda: self._create_round(network=empty), "Red vacía", "agreement")

    def test_opening_needs_members_on_the_closing_day(self):
        self.member_c.date_to = self.today
        self._assert_refused(
            lambda: self._create_round(participant_ids=[Command.set(self.member_c.ids)]),
            "Taller C",
            "Red ABC",
        )

    def test_participants_are_members_of_the_network(self):
        other = self._create_network("Red otra", self.operating_form)
        stranger = self._create_members(other, [self.partner_b])
        self._assert_refused(
            lambda: self._create_round(participant_ids=[Command.set(stranger.ids)]),
            "Red otra",
            "Red ABC",
        )

    def test_twice_does_nothing_and_other_states_are_refused(self):
        purchase_round = self._create_round(state="draft")
        self._assert_refused(purchase_round.action_close, purchase_round.name, "Draft", "Open")
        self._assert_refused(purchase_round.action_reopen, purchase_round.name, "Closed")
        for action, state in (
            ("action_open", "open"),
            ("action_close", "closed"),
            ("action_reopen", "open"),
            ("action_cancel", "cancel"),
            ("action_reset_to_draft", "draft"),
        ):
            for number in ("once", "twice"):
                getattr(purchase_round, action)()
                self.assertEqual(purchase_round.state, state, f"{action} {number}")

    def test_cancel_from_every_state(self):
        for state in ("draft", "open", "closed", "negotiated", "ordered", "received"):
            purchase_round = self._create_round(state="draft")
            purchase_round.state = state
            purchase_round.action_cancel()
            self.assertEqual(purchase_round.state, "cancel", state)

    def test_terms_are_frozen_once_members_asked_on_them(self):
        other = self._create_network("Red otra", self.operating_form)
        purchase_round = self._create_round()
        self._assert_refused(lambda: purchase_round.write({"network_id": other.id}), "Network")
        purchase_round.pack_rule = "up"
        self._create_request(purchase_round, self.member_b, {self.sheets: 2})
        purchase_round.action_close()
        self._assert_refused(lambda: purchase_round.write({"pack_rule": "down"}), "Pack Rule")
        product = purchase_round.product_ids[0]
        for change in ({"pack_quantity": 6}, {"minimum_quantity": 6}):
            self._assert_refused(lambda change=change: product.write(change), "Closed")
        self._assert_refused(product.unlink, "Closed")
        product.expected_price = 12
        self._assert_refused(purchase_round.unlink, purchase_round.name, "Cancel it")

    def test_a_product_that_was_asked_stays_in_the_catalogue(self):
        purchase_round = self._create_round()
        request = self._create_request(purchase_round, self.member_b, {self.sheets: 2})
        product = request.line_ids.round_product_id
        towels = self._create_product("Toalla")
        self._assert_refused(product.unlink, "Sábana", "Taller B")
        self._assert_refused(lambda: product.write({"product_id": towels.id}), "Taller B")
        self._assert_refused(lambda: product.write({"product_uom_id": self.kilos.id}), "kg")
        request.action_reset_to_draft()
        product.unlink()
        self.assertFalse(request.line_ids)

    def test_the_copy_of_the_last_round(self):
        last = self._create_round(
            {self.sheets: {"pack_quantity": 6, "expected_price": 20}, self.soap: {}},
            pack_rule="down",
            minimum_amount=500,
            delivery_place="Almacén",
        )
        self._create_round(state="draft", title="Cancelada").action_cancel()
        copy = self._create_round({self.soap: {"pack_quantity": 10}}, state="draft")
        for number in ("once", "twice"):
            copy.action_copy_last_round()
            self.assertEqual(copy.product_ids.product_id, self.sheets | self.soap, number)
        packs = {line.product_id: line.pack_quantity for line in copy.product_ids}
        self.assertEqual(packs, {self.sheets: 6, self.soap: 10}, "what was there stays")
        self.assertEqual(
            (copy.pack_rule, copy.minimum_amount, copy.delivery_place, copy.origin_id),
            ("down", 500, "Almacén", last),
        )
        alone = self._create_network("Red nueva", self.operating_form)
        self._assert_refused(
            self._create_round(network=alone, state="draft").action_copy_last_round, "Red nueva"
        )

    def test_a_duplicate_opens_today(self):
        past = self.today - timedelta(days=30)
        purchase_round = self._create_round(
            state="draft", date_open=past, date_close=past + timedelta(days=5)
        )
        copy = purchase_round.copy()
        self.assertEqual(copy.date_open, self.today)
        self.assertEqual(copy.date_close, self.today + timedelta(days=5))
        self.assertEqual((copy.origin_id, copy.state), (purchase_round, "draft"))
        self.assertEqual(copy.product_ids.product_id, purchase_round.product_ids.product_id)

    def test_nobody_writes_the_state_or_what_was_found(self):
        purchase_round = self._create_round(state="draft")
        coordinator = self.env["res.users"].create(
            {
                "name": "Coordinadora",
                "login": "coordinadora",
                "group_ids": [
                    Command.set(
                        [
                            self.env.ref("base.group_user").id,
                            self.env.ref("red_empresarial.group_network_coordinator").id,
                        ]
                    )
                ],
            }
        )
        as_user = purchase_round.with_user(coordinator)
        self._assert_refused(lambda: as_user.write({"state": "open"}), "buttons")
        self._assert_refused(
            lambda: as_user.product_ids[0].write({"consolidated_quantity": 9}), "closes"
        )
        as_user.action_open()
        request = self._create_request(purchase_round, self.member_b, {self.sheets: 2}, False)
        as_user_request = request.with_user(coordinator)
        self._assert_refused(lambda: as_user_request.write({"state": "sent"}), "buttons")
        self._assert_refused(
            lambda: as_user_request.line_ids.write({"allotted_quantity": 9}), "closes"
        )


class TestRequests(RefusalCase):
    def set_up_once(self):
        super().set_up_once()
        self.round = self._create_round()

    def _ask(self, asked, member=None, product=None, purchase_round=None):
        return self._create_request(
            purchase_round or self.round, member or self.member_b, {product or self.sheets: asked}
        )

    def test_a_request_is_sent_once_and_taken_back(self):
        request = self._ask(4)
        self.assertEqual((request.state, request.line_count), ("sent", 1))
        sent = request.date_sent
        request.action_send()
        self.assertEqual(request.date_sent, sent, "twice does nothing")
        self._assert_refused(lambda: request.line_ids.write({"quantity": 5}), "Taller B", "draft")
        self._assert_refused(request.line_ids.unlink, "Taller B", "Reset")
        self._assert_refused(request.unlink, "Taller B", "cancel")
        self._assert_refused(lambda: request.write({"member_id": self.member_c.id}), "Taller B")
        request.action_reset_to_draft()
        request.line_ids.quantity = 5
        request.action_cancel()
        self._assert_refused(request.action_send, "Canceled")
        self.assertIn(self.member_b, self.round._get_missing_members())

    def test_before_opening_and_after_closing(self):
        draft = self._create_round(state="draft")
        self._assert_refused(lambda: self._ask(1, purchase_round=draft), draft.name, "Open it")
        request = self._create_request(self.round, self.member_b, {self.sheets: 4}, send=False)
        self.round.action_close()
        for label, function in (
            ("send", request.action_send),
            ("ask", lambda: self._ask(1, self.member_c)),
            ("change", lambda: request.line_ids.write({"quantity": 3})),
            ("drop", request.line_ids.unlink),
        ):
            with self.subTest(label):
                self._assert_refused(function, self.round.name, "closed", "next round")

    def test_the_days_count_where_the_responsible_is(self):
        later = self._create_round(date_open=self.today + timedelta(days=2))
        self._assert_refused(lambda: self._ask(1, purchase_round=later), "from", "opening day")
        self.round.user_id.tz = "America/Lima"
        self.round.date_close = self.today
        night, morning = (
            datetime.combine(self.today, datetime.min.time()) + timedelta(days=1, hours=hours)
            for hours in (4, 6)  # 23:00 of the closing day in Lima, and 01:00 of the next
        )
        with freeze_time(night):
            self._ask(1)
        with freeze_time(morning):
            self._assert_refused(lambda: self._ask(1, self.member_c), "later closing day")

    def test_quantities_that_are_none(self):
        for label, asked in (
            ("negative", -1),
            ("text", "doce"),
            ("not a number", float("nan")),
            ("endless", float("inf")),
            ("negative maximum", (2, -3)),
        ):
            with self.subTest(label):
                self._assert_refused(
                    lambda asked=asked: self._ask(asked), "Taller B", "Sábana", "not negative"
                )
        request = self._create_request(self.round, self.member_c, {self.sheets: 1}, send=False)
        self._assert_refused(lambda: request.line_ids.write({"quantity": -1}), "Taller C")
        self._assert_refused(
            lambda: request.line_ids.write({"maximum_quantity": 0.5}), "at most 0.5"
        )

    def test_units_without_a_common_reference(self):
        self._assert_refused(
            lambda: self._ask({"quantity": 2, "product_uom_id": self.kilos.id}),
            "Taller B",
            "kg",
            "Units",
        )

    def test_units_that_do_not_convert_exactly(self):
        towels = self._create_product("Toalla")
        by_dozens = self._create_round({towels: {"product_uom_id": self.dozens.id}})
        self._assert_refused(
            lambda: self._ask(
                {"quantity": 5, "product_uom_id": self.units.id}, None, towels, by_dozens
            ),
            "0.416667 Dozens",
            "Toalla",
        )
        self._ask({"quantity": 6, "product_uom_id": self.units.id}, None, towels, by_dozens)
        self.assertEqual(by_dozens.product_ids.requested_quantity, 0.5)

    def test_products_outside_the_catalogue(self):
        towels = self._create_product("Toalla")
        other = self._create_round({towels: {}})
        request = self._create_request(self.round, self.member_b, {self.sheets: 4}, send=False)
        self._assert_refused(
            lambda: request.write(
                {
                    "line_ids": [
                        Command.create({"round_product_id": other.product_ids.id, "quantity": 1})
                    ]
                }
            ),
            "Toalla",
            self.round.name,
            "leave it out",
        )

    def test_members_that_may_not_ask(self):
        other = self._create_network("Red otra", self.operating_form)
        stranger = self._create_members(other, [self._create_partner("Ajeno SAC")])
        self._assert_refused(lambda: self._ask(1, stranger), "Ajeno SAC", "Red ABC", "Add it")
        self.member_c.date_to = self.today + timedelta(days=1)
        self._assert_refused(lambda: self._ask(1, self.member_c), "Taller C", "membership")
        chosen = self._create_round(participant_ids=[Command.set(self.member_a.ids)])
        self._assert_refused(
            lambda: self._ask(1, purchase_round=chosen), "Taller B", "take part", "may ask"
        )

    def test_an_empty_request_and_lines_without_a_quantity(self):
        self._assert_refused(lambda: self._ask(0), "Taller B", "asks for nothing")
        request = self._create_request(self.round, self.member_c, {self.sheets: 4, self.soap: 0})
        self.assertEqual(request.line_ids.product_id, self.sheets, "lines without are dropped")

    def test_one_request_per_member(self):
        self._ask(1)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation):
            self._ask(2)

    def test_same_as_last_time_keeps_units(self):
        last = self._create_round({self.sheets: {}, self.soap: {}})
        self._create_request(
            last,
            self.member_b,
            {
                self.sheets: {
                    "quantity": 2,
                    "maximum_quantity": 3,
                    "product_uom_id": self.dozens.id,
                },
                self.soap: 5,
            },
        )
        last.date_close = self.round.date_close + timedelta(days=1)
        sheets_only = self._create_round({self.sheets: {}})
        request = self.env["business.network.purchase.request"].create(
            {"round_id": sheets_only.id, "member_id": self.member_b.id}
        )
        for number in ("once", "twice"):
            request.action_copy_last()
            line = request.line_ids
            self.assertEqual(
                (line.product_id, line.quantity, line.maximum_quantity, line.product_uom_id),
                (self.sheets, 2, 3, self.dozens),
                number,
            )


class TestTyping(RefusalCase):
    def test_drafts_for_all_and_a_line_for_each_product(self):
        purchase_round = self._create_round()
        self._create_request(purchase_round, self.member_a, {self.sheets: 1})
        for number in ("once", "twice"):
            purchase_round.action_create_requests()
            self.assertEqual(purchase_round.request_count, 3, number)
            action = purchase_round.action_type_requests()
            lines = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(len(lines), 4, f"{number}: two drafts of two products")
        lines.filtered(lambda line: line.member_id == self.member_b)[0].quantity = 3
        purchase_round.action_send_requests()
        states = purchase_round.request_ids.sorted("member_id").mapped("state")
        self.assertEqual(states, ["sent", "sent", "draft"], "who asks nothing stays a draft")
        self._assert_refused(purchase_round.action_send_requests, purchase_round.name)

    def test_requests_as_last_time(self):
        last = self._create_round(state="open")
        self._create_requests(last, self.sheets, [4, 3, 2])
        purchase_round = self._create_round()
        self._create_request(purchase_round, self.member_a, {self.sheets: 9}, send=False)
        for number in ("once", "twice"):
            purchase_round.action_copy_last_requests()
            lines = purchase_round.request_ids.line_ids.sorted("member_id")
            self.assertEqual(lines.mapped("quantity"), [9, 3, 2], number)

    def test_participants_are_those_chosen_or_all_on_the_closing_day(self):
        purchase_round = self._create_round()
        self.assertEqual(purchase_round._get_participants(), self.members)
        self.member_c.date_to = self.today
        self.assertEqual(purchase_round._get_participants(), self.member_a | self.member_b)
        purchase_round.participant_ids = self.member_b
        self.assertEqual(purchase_round._get_participants(), self.member_b)
        self._create_request(purchase_round, self.member_b, {self.sheets: 1})
        self.assertFalse(purchase_round._get_missing_members())


class TestScreens(RefusalCase):
    """What a network manager does on the forms, with her own rights."""

    def set_up_once(self):
        super().set_up_once()
        self.manager = self.env["res.users"].create(
            {
                "name": "Gestora",
                "login": "gestora",
                "email": "gestora@example.com",
                "group_ids": [
                    Command.set(
                        [
                            self.env.ref("base.group_user").id,
                            self.env.ref("red_empresarial.group_network_manager").id,
                        ]
                    )
                ],
            }
        )
        self.network.manager_id = self.manager
        self.as_manager = self.env(user=self.manager)

    def test_a_round_and_a_request_by_hand(self):
        with Form(self.as_manager["business.network.purchase.round"]) as form:
            self.assertEqual(form.network_id, self.network, "the only one she works with")
            self.assertEqual(form.date_close, form.date_open + timedelta(days=7))
            form.title = "Ropa de cama"
            with form.product_ids.new() as line:
                line.product_id = self.sheets
                line.pack_quantity = 6
        purchase_round = form.save()
        self.assertEqual(purchase_round.product_ids.product_uom_id, self.units)
        purchase_round.action_open()
        with Form(self.as_manager["business.network.purchase.request"]) as form:
            form.round_id = purchase_round
            form.member_id = self.member_b
            with form.line_ids.new() as line:
                line.round_product_id = purchase_round.product_ids
                line.quantity = 4
                line.maximum_quantity = 6
        form.save().action_send()
        with Form(purchase_round) as form:
            self.assertEqual((form.request_count, form.missing_count), (1, 2))
        purchase_round.action_close()
        with Form(purchase_round) as form:
            self.assertEqual(form.state, "closed")
        self.assertEqual(self._allotted(purchase_round, self.sheets), [0, 6, 0])

    def test_every_screen_of_the_actions_opens(self):
        purchase_round = self._create_round()
        self._create_request(purchase_round, self.member_b, {self.sheets: 4})
        for name in (
            "business_network_purchase_round_action",
            "business_network_purchase_request_action",
            "business_network_purchase_request_line_action",
            "business_network_purchase_request_line_typing_action",
        ):
            action = self.env.ref(f"red_empresarial_round.{name}")
            model = self.as_manager[action.res_model]
            views = [(view_id, kind) for view_id, kind in action.views]
            self.assertEqual(
                set(model.get_views(views)["views"]), {kind for _view, kind in views}, name
            )

    def test_the_buttons_lead_to_the_requests_of_the_round(self):
        purchase_round = self._create_round().with_env(self.as_manager)
        self._create_round(title="Otra").action_create_requests()
        for action in (purchase_round.action_create_requests, purchase_round.action_open_requests):
            found = self.as_manager[action()["res_model"]].search(action()["domain"])
            self.assertEqual(found, purchase_round.request_ids)
            self.assertEqual(found.member_id, self.members)
        wizard = purchase_round.action_open_import_wizard()
        self.assertEqual(wizard["context"], {"default_round_id": purchase_round.id})


class TestReminders(RefusalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("es_PE")
        cls.partner_a.write({"email": "a@example.com", "lang": "es_PE"})
        cls.partner_b.write({"email": "b@example.com", "lang": "en_US"})

    def _messages(self, purchase_round):
        return self.env["mail.message"].search(
            [
                ("model", "=", purchase_round._name),
                ("res_id", "=", purchase_round.id),
                ("message_type", "=", "user_notification"),
            ]
        )

    def _missing_activity(self, purchase_round):
        return purchase_round.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id
                == self.env.ref("red_empresarial_round.activity_missing_requests")
            )
        )

    def test_those_without_a_request_are_reminded_once_a_day(self):
        purchase_round = self._create_round()
        self._create_request(purchase_round, self.member_a, {self.sheets: 1})
        for number in ("once", "twice"):
            purchase_round.action_remind()
            messages = self._messages(purchase_round)
            self.assertEqual(messages.notified_partner_ids, self.partner_b, number)
            self.assertEqual(len(messages), 1, number)
            self.assertIn("Sábana", messages.body, number)
            note = self._missing_activity(purchase_round).note
            self.assertIn("Taller B, Taller C", note, number)
            self.assertIn("no e-mail: Taller C", note, number)
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            purchase_round.action_remind()
        self.assertEqual(len(self._messages(purchase_round)), 2, "the next day again")
        self.assertEqual(len(self._missing_activity(purchase_round)), 1, "one list, not two")
        purchase_round.action_close()
        self.assertFalse(self._missing_activity(purchase_round), "nobody can answer any more")
        self._assert_refused(purchase_round.action_remind, purchase_round.name, "Open")

    def test_each_language_gets_a_message_of_its_own(self):
        purchase_round = self._create_round()
        purchase_round.action_remind()
        messages = self._messages(purchase_round)
        self.assertEqual(
            messages.mapped("notified_partner_ids"), self.partner_a | self.partner_b, "both"
        )
        self.assertEqual([len(message.notified_partner_ids) for message in messages], [1, 1])
        month_first = purchase_round.date_close.strftime("%m/%d/%Y")
        by_partner = {message.notified_partner_ids: message for message in messages}
        self.assertIn(month_first, by_partner[self.partner_b].body)
        self.assertNotIn(month_first, by_partner[self.partner_a].body, "in its own language")

    def test_by_itself_some_days_before_closing(self):
        soon = self._create_round(date_close=self.today + timedelta(days=2))
        later = self._create_round(date_close=self.today + timedelta(days=3))
        never = self._create_round(date_close=self.today, reminder_days=0)
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args: 1):
            for _number in range(2):
                self.env["business.network.purchase.round"]._cron_remind()
        counts = [len(self._messages(some)) for some in (soon, later, never)]
        self.assertEqual(counts, [2, 0, 0])


class TestClosingByItself(RefusalCase):
    def _run(self, days):
        with (
            freeze_time(datetime.combine(self.today, datetime.min.time()) + timedelta(days, 43200)),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *_args: 1),
        ):
            self.env["business.network.purchase.round"]._cron_close()

    def test_the_day_after_the_closing_day(self):
        purchase_round = self._create_round(date_close=self.today)
        self._create_requests(purchase_round, self.sheets, [4, 3, 2])
        draft = self._create_request(
            later := self._create_round(), self.member_b, {self.sheets: 1}, send=False
        )
        self._run(0)
        self.assertEqual(purchase_round.state, "open", "the closing day itself counts")
        for _number in range(2):
            self._run(1)
        self.assertEqual((purchase_round.state, later.state), ("closed", "open"))
        self.assertEqual(self._allotted(purchase_round, self.sheets), [4, 3, 2])
        self._run(9)
        self.assertEqual((later.state, draft.state), ("closed", "draft"))
        self.assertIn("Taller B", later.message_ids[0].body, "whose draft did not count")

    def test_a_round_that_cannot_close_does_not_stop_the_others(self):
        bad, good = (self._create_round(date_close=self.today) for _number in range(2))
        self._create_request(bad, self.member_b, {self.sheets: 1})
        self.env.flush_all()
        self.env.cr.execute(  # as a unit changed by hand would leave it
            "UPDATE business_network_purchase_request_line SET maximum_quantity = 0.5"
            " WHERE round_id = %s",
            [bad.id],
        )
        self.env.invalidate_all()
        for _number in range(2):
            self._run(1)
        self.assertEqual((bad.state, good.state), ("open", "closed"))
        self.assertEqual(len(bad.activity_ids), 1)
        self.assertIn("Taller B", bad.activity_ids.note)
