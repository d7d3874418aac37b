"""Builders of the tests of closing: a network with a president, months of dues and payments."""

from odoo import Command

from tests.fund_case import FundCase


class ClosingCase(FundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.member_c.role = "president"

    def _january(self):
        """Dues of 10 of each of three members on 31 January; B pays 10 and C 5 that day."""
        self._ask(until="2026-01-31")
        meeting = self._create_meeting(
            date="2026-01-31", post=True, receive={self.member_b: 10, self.member_c: 5}
        )
        self._count_box(meeting, close=True)

    def _statement(self, date="2026-01-15", fund=None, **vals):
        return self.env["business.network.fund.statement"].create(
            {"fund_id": (fund or self.fund).id, "date_to": date, **vals}
        )

    def _sign(self, statement):
        statement.action_sign_treasurer()
        statement.action_sign_president()
        return statement

    def _close(self, date="2026-01-15", **vals):
        statement = self._sign(self._statement(date, **vals))
        statement.action_close()
        return statement

    def _amounts(self, statement):
        """Opening, in, out and closing balance; then cash, owed, elsewhere, with the company."""
        names = ("balance_start", "amount_in", "amount_out", "balance_end")
        places = ("cash_amount", "owed_amount", "other_amount", "company_amount")
        return [round(statement[name], 2) for name in names + places]

    def _lines(self, statement, section):
        return {
            line.label: [line.opening, line.amount_in, line.amount_out, line.closing]
            for line in statement.line_ids
            if line.section == section
        }

    def _create_user(self, login, *groups, partner=None):
        groups = groups or ("red_empresarial.group_network_manager",)
        vals = {
            "name": login,
            "login": login,
            "group_ids": [
                Command.set([self.env.ref(group).id for group in ("base.group_user", *groups)])
            ],
        }
        return self.env["res.users"].create(
            {**vals, **({"partner_id": partner.id} if partner else {})}
        )
