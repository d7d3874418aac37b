"""A round is closed while a member sends its request, each in its own transaction."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError

from tests.at_once_case import AtOnceCase


class TestRequestAtOnce(AtOnceCase):
    def _make(self, env):
        today = fields.Date.today()
        network = self._create_network(env, "Red de ronda a la vez")
        member = env["business.network.member"].create(
            {
                "network_id": network.id,
                "partner_id": env.company.partner_id.id,
                "date_from": "2026-01-01",
            }
        )
        self._note(member)
        product = env["product.product"].create({"name": "Toalla", "type": "consu"})
        self._note(product.product_tmpl_id)
        purchase_round = env["business.network.purchase.round"].create(
            {
                "title": "A la vez",
                "network_id": network.id,
                "date_open": today - timedelta(days=1),
                "date_close": today + timedelta(days=7),
                "product_ids": [Command.create({"product_id": product.id})],
            }
        )
        self._note(purchase_round)
        purchase_round.state = "open"
        request = env["business.network.purchase.request"].create(
            {
                "round_id": purchase_round.id,
                "member_id": member.id,
                "line_ids": [
                    Command.create(
                        {"round_product_id": purchase_round.product_ids.id, "quantity": 4}
                    )
                ],
            }
        )
        self.round_id, self.request_id = purchase_round.id, request.id

    def _release(self, env):
        env.cr.execute(
            "DELETE FROM business_network_purchase_request WHERE round_id = %s", [self.round_id]
        )
        env["business.network.purchase.round"].browse(self.round_id).state = "draft"

    def _close(self, cr):
        env = self._get_env(cr)
        env["business.network.purchase.round"].browse(self.round_id).action_close()
        env.flush_all()

    def _send(self, cr):
        env = self._get_env(cr)
        env["business.network.purchase.request"].browse(self.request_id).action_send()
        env.flush_all()

    def test_the_round_that_closes_second_counts_the_request(self):
        self._assert_retried(self._send, self._close)
        with self.registry.cursor() as cr:
            self._close(cr)
        with self._transaction() as env:
            purchase_round = env["business.network.purchase.round"].browse(self.round_id)
            self.assertEqual(purchase_round.product_ids.consolidated_quantity, 4)

    def test_the_request_that_is_sent_second_is_refused(self):
        self._assert_retried(self._close, self._send)
        with self.registry.cursor() as cr, self.assertRaisesRegex(UserError, "A la vez"):
            self._send(cr)
