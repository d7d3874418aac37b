"""Two transactions at once, on committed records: rows are settled once."""

from odoo.exceptions import UserError

from tests.at_once_case import AtOnceCase


class TestConcurrentSettlements(AtOnceCase):
    def _make(self, env):
        network = self._create_network(env, "Red a la vez")
        member = env["business.network.member"].create(
            {
                "network_id": network.id,
                "partner_id": env.company.partner_id.id,
                "date_from": "2026-01-01",
            }
        )
        self._note(member)
        move = env["account.move"].create(
            {"move_type": "entry", "date": "2026-03-15", "network_id": network.id}
        )
        self._note(move)
        rows = env["business.network.distribution"].create(
            [self._prepare_row(network, member, move, amount) for amount in (100, 200)]
        )
        self._note(rows)
        settlements = env["business.network.settlement"].create(
            [{"network_id": network.id, "date_to": "2026-03-31"} for _number in range(2)]
        )
        self._note(settlements)
        self.row_ids, self.settlement_ids = rows.ids, settlements.ids

    def _prepare_row(self, network, member, move, amount):
        return {
            "network_id": network.id,
            "company_id": network.company_id.id,
            "move_id": move.id,
            "date": "2026-03-15",
            "member_id": member.id,
            "partner_id": member.partner_id.id,
            "kind": "revenue",
            "account_id": network.env["account.account"].search([], limit=1).id,
            "currency_id": network.currency_id.id,
            "company_currency_id": network.currency_id.id,
            "amount_currency": amount,
            "amount": amount,
            "basis": "revenue_weights",
            "weight": "1",
            "weight_total": "1",
        }

    def _unlink(self, records):
        if records._name == "business.network.settlement":
            records.filtered(lambda s: s.state != "draft").action_reset_to_draft()
        super()._unlink(records)

    def _compute(self, settlement_id):
        """:return: a function of a cursor that computes the settlement"""

        def compute(cr):
            env = self._get_env(cr)
            env["business.network.settlement"].browse(settlement_id).action_compute()
            env.flush_all()
            return "computed"

        return compute

    def _assert_refused(self, settlement_id):
        with self.registry.cursor() as cr, self.assertRaisesRegex(UserError, "Red a la vez"):
            self._compute(settlement_id)(cr)

    def _settlements_of_rows(self):
        with self._transaction() as env:
            rows = env["business.network.distribution"].browse(self.row_ids)
            return rows.settlement_line_id.settlement_id.ids

    def test_the_second_waits_is_refused_and_finds_nothing_when_retried(self):
        first, second = self.settlement_ids
        self._assert_retried(self._compute(first), self._compute(second))
        self.assertEqual(self._settlements_of_rows(), [first])
        self._assert_refused(second)

    def test_parts_of_the_same_rows_are_taken_once(self):
        first, second = self.settlement_ids
        with self._transaction() as env:
            env["business.network.settlement"].browse(self.settlement_ids).basis = "collected"
        self._assert_retried(self._compute(first), self._compute(second))
        self._assert_refused(second)
        with self._transaction() as env:
            parts = env["business.network.distribution.part"].search(
                [("distribution_id", "in", self.row_ids)]
            )
            self.assertEqual(sum(parts.mapped("amount_currency")), 300)

    def test_the_second_takes_them_when_the_first_gives_up(self):
        first, second = self.settlement_ids
        outcome = self._meet(self._compute(first), self._compute(second), gives_up=True)
        self.assertEqual(outcome, "computed")
        self.assertEqual(self._settlements_of_rows(), [second])
