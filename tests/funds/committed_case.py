"""Base class of tests that kill runs or let two meet: a fund on committed records."""

from odoo import Command

from tests.at_once_case import AtOnceCase


class CommittedFundCase(AtOnceCase):
    def _make(self, env):
        """A network of two members with a fund.

        :return: the fund
        """
        partners = env["res.partner"].create([{"name": f"Socia {n}"} for n in range(2)])
        self._note(partners)
        network = self._create_network(
            env,
            "Red interrumpida",
            member_receivable_account_id=self._account(env, "asset_receivable").id,
            fund_account_id=self._account(env, "liability_current").id,
            member_ids=[
                Command.create({"partner_id": partner.id, "date_from": "2026-01-01"})
                for partner in partners
            ],
        )
        fund = env["business.network.fund"].create(
            {
                "name": "Fondo",
                "network_id": network.id,
                "account_id": network.fund_account_id.id,
                "journal_id": self._journal(env, "general").id,
                "treasurer_ids": [
                    Command.create({"partner_id": partners[0].id, "date_from": "2026-01-01"})
                ],
            }
        )
        self._note(fund)
        self.fund_id = fund.id
        return fund

    def _account(self, env, kind):
        own = ("company_ids", "in", env.company.ids)
        accounts = env["account.account"].search([own, ("account_type", "=", kind)])
        return (accounts - accounts._get_tax_accounts())[:1]

    def _journal(self, env, kind):
        own = ("company_id", "=", env.company.id)
        return env["account.journal"].search([own, ("type", "=", kind)], limit=1)

    def _release(self, env):
        env.cr.execute("DELETE FROM account_move WHERE fund_id = %s", [self.fund_id])
