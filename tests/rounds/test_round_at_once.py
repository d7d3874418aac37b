"""Two users at once, in two transactions on committed records."""

from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from unittest.mock import patch

import psycopg2
from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger


class AtOnce(TransactionCase):
    """Committed records, and a second transaction that must wait for the first."""

    operating_form = None

    def setUp(self):
        super().setUp()
        self.made = []
        self.addCleanup(self._remove)
        with self._transaction() as env:
            with patch.object(
                self.registry["res.company"], "_get_network_defaults", lambda company: {}
            ):
                network = env["business.network"].create(
                    {
                        "name": "Red de libros a la vez",
                        "operating_form_id": env.ref(self.operating_form).id,
                    }
                )
            self._note(network.analytic_account_id)
            self._note(network)
            self._commit_records(env, network)

    @contextmanager
    def _transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _commit_records(self, env, network):
        raise NotImplementedError

    def _note(self, records):
        self.made.append((records._name, records.ids))

    def _remove(self):
        with self._transaction() as env:
            for model, ids in reversed(self.made):
                env[model].browse(ids).exists().unlink()

    def _act(self, env):
        """What two users do at once."""
        raise NotImplementedError

    def _run_second(self, outcome):
        with mute_logger("odoo.sql_db"), self.registry.cursor() as cr:
            cr.execute("SET LOCAL lock_timeout = '20s'")
            try:
                self._act(api.Environment(cr, SUPERUSER_ID, {}))
                outcome.append("done")
            except psycopg2.errors.SerializationFailure:
                cr.rollback()
                outcome.append("retry")

    def _wait_until_blocked(self):
        with self.registry.cursor() as cr:
            for _number in range(200):
                cr.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cr.fetchone()[0]:
                    return True
                cr.execute("SELECT pg_sleep(0.05)")
        return False

    def _check_second_waits_and_is_retried(self):
        outcome = []
        with self.registry.cursor() as cr:
            self._act(api.Environment(cr, SUPERUSER_ID, {}))
            thread = Thread(target=self._run_second, args=[outcome])
            thread.start()
            self.assertTrue(self._wait_until_blocked(), "the second waits for the first")
            cr.commit()
        thread.join(30)
        self.assertEqual(outcome, ["retry"], "and reads what the first did")


@tagged("post_install", "-at_install", "standard")
class TestInvoicingAtOnce(AtOnce):
    operating_form = "red_empresarial.operating_form_leader"

    def _commit_records(self, env, network):
        today = fields.Date.today()
        product = env["product.product"].create({"name": "Toalla", "type": "consu"})
        self._note(product.product_tmpl_id)
        purchase_round = env["business.network.purchase.round"].create(
            {
                "title": "Dos facturan",
                "network_id": network.id,
                "date_open": today - timedelta(days=1),
                "date_close": today + timedelta(days=7),
                "product_ids": [Command.create({"product_id": product.id})],
            }
        )
        self._note(purchase_round)
        purchase_round.state = "received"
        self.round_id = purchase_round.id

    def _remove(self):
        with self._transaction() as env:
            env["business.network.purchase.round"].browse(self.round_id).state = "draft"
        super()._remove()

    def _act(self, env):
        """The round has no bill, so nothing is made; both come to its row before they look."""
        with self.assertRaisesRegex(UserError, "No bill of"):
            env["business.network.purchase.round"].browse(self.round_id).action_invoice_members()

    def test_two_that_invoice_the_members_of_a_round_meet_on_its_row(self):
        self._check_second_waits_and_is_retried()


@tagged("post_install", "-at_install", "standard")
class TestMemorandaAtOnce(AtOnce):
    operating_form = "red_empresarial.operating_form_consortium_members"

    def _commit_records(self, env, network):
        partner = env["res.partner"].create({"name": "Cliente de los dos"})
        self._note(partner)
        order = env["sale.order"].create({"partner_id": partner.id, "network_id": network.id})
        self._note(order)
        self.order_id = order.id

    def _act(self, env):
        """The order is a draft, so nothing is made; both come to its row before they look."""
        with self.assertRaisesRegex(UserError, "Confirm .* first"):
            env["sale.order"].browse(self.order_id).action_make_memorandum()

    def test_two_that_make_the_memorandum_of_an_order_meet_on_its_row(self):
        self._check_second_waits_and_is_retried()
