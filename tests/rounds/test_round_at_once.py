"""Two users at once, in two transactions on committed records."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError

from tests.at_once_case import AtOnceCase


class ActAtOnceCase(AtOnceCase):
    """Two users do the same thing to the same record."""

    operating_form = None

    def _make(self, env):
        form = env.ref(self.operating_form)
        network = self._create_network(env, "Red de libros a la vez", operating_form_id=form.id)
        self._commit_records(env, network)

    def _commit_records(self, env, network):
        raise NotImplementedError

    def _act(self, cr):
        raise NotImplementedError

    def _check_second_waits_and_is_retried(self):
        self._assert_retried(self._act, self._act)


class TestInvoicingAtOnce(ActAtOnceCase):
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

    def _release(self, env):
        env["business.network.purchase.round"].browse(self.round_id).state = "draft"

    def _act(self, cr):
        """The round has no bill, so nothing is made; both come to its row before they look."""
        rounds = self._get_env(cr)["business.network.purchase.round"]
        with self.assertRaisesRegex(UserError, "No bill of"):
            rounds.browse(self.round_id).action_invoice_members()

    def test_two_that_invoice_the_members_of_a_round_meet_on_its_row(self):
        self._check_second_waits_and_is_retried()


class TestMemorandaAtOnce(ActAtOnceCase):
    operating_form = "red_empresarial.operating_form_consortium_members"

    def _commit_records(self, env, network):
        partner = env["res.partner"].create({"name": "Cliente de los dos"})
        self._note(partner)
        order = env["sale.order"].create({"partner_id": partner.id, "network_id": network.id})
        self._note(order)
        self.order_id = order.id

    def _act(self, cr):
        """The order is a draft, so nothing is made; both come to its row before they look."""
        orders = self._get_env(cr)["sale.order"]
        with self.assertRaisesRegex(UserError, "Confirm .* first"):
            orders.browse(self.order_id).action_make_memorandum()

    def test_two_that_make_the_memorandum_of_an_order_meet_on_its_row(self):
        self._check_second_waits_and_is_retried()
