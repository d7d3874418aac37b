"""Two that change a loan and its fund at once: the second is retried, neither waits for ever."""

from unittest.mock import patch

from odoo import fields

from tests.funds.committed_case import CommittedFundCase


class TestLocks(CommittedFundCase):
    def _make(self, env):
        fund = super()._make(env)
        journal = self._journal(env, "cash") or self._journal(env, "bank")
        fund.write(
            {
                "allows_loan": True,
                "loan_account_id": self._account(env, "asset_current").id,
                "cash_journal_ids": journal.ids,
            }
        )
        operations = env["business.network.fund.operation"]
        operations.create(
            {
                "fund_id": fund.id,
                "operation": "opening",
                "amount": 500,
                "concept": "Saldo",
                "journal_id": journal.id,
            }
        ).post()
        loan = env["business.network.fund.loan"].create(
            {
                "fund_id": fund.id,
                "member_id": fund.network_id.member_ids[:1].id,
                "purpose": "Hilo",
                "amount": 100,
                "journal_id": journal.id,
                "write_off_reason": "Acta 7",
            }
        )
        loan.action_request()
        loan.action_approve()
        loan.action_pay()
        self.loan_id = loan.id
        self._note(loan)
        return fund

    def _release(self, env):
        env.cr.execute(
            """
            UPDATE business_network_fund_loan
               SET state = 'draft', move_id = NULL, write_off_move_id = NULL
             WHERE fund_id = %s
            """,
            [self.fund_id],
        )
        super()._release(env)

    def _get_loan(self, cr):
        return self._get_env(cr)["business.network.fund.loan"].browse(self.loan_id)

    def _ask(self, cr):
        loan = self._get_loan(cr)
        loan.instalment_ids[:1]._ask_due(fields.Date.context_today(loan))
        loan.env.flush_all()

    def _write_off(self, cr):
        loan = self._get_loan(cr)
        loan.action_write_off()
        loan.env.flush_all()

    def _assert_no_deadlock(self, first, second, model, method):
        """The second begins when the first one comes to ``method``, and waits until it is over."""
        original, started = getattr(self.registry[model], method), []

        def let_the_other_begin(records, *args, **kwargs):
            if not started:
                started.append(None)
                started[0] = self._do_in_thread(second)
                self.assertTrue(self._wait_until_blocked())
            return original(records, *args, **kwargs)

        with (
            self.registry.cursor() as cr,
            patch.object(self.registry[model], method, let_the_other_begin),
        ):
            first(cr)
            cr.commit()
        thread, outcome = started[0]
        thread.join(30)
        self.assertEqual(outcome, ["retry"])

    def test_an_instalment_is_asked_while_the_loan_is_written_off(self):
        self._assert_no_deadlock(
            self._write_off, self._ask, "business.network.fund.loan", "_write_off"
        )
        with self.registry.cursor() as cr:
            self.assertEqual(self._get_loan(cr).state, "written_off")

    def test_a_loan_is_written_off_while_an_instalment_is_asked(self):
        self._assert_no_deadlock(
            self._ask, self._write_off, "business.network.fund", "_post_entries"
        )
        with self.registry.cursor() as cr:
            self.assertEqual(len(self._get_loan(cr).instalment_ids.move_ids), 1)
