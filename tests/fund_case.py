"""Base class of the tests of funds: the common fund of Red ABC, with a cash box and a bank."""

from odoo import Command

from tests.common import NetworkCase


class FundCase(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cash_box, cls.fund_bank, cls.wallet = cls.env["account.journal"].create(
            [
                {"name": "Caja del fondo", "code": "CAJAF", "type": "cash"},
                {"name": "Banco del fondo", "code": "BCOF", "type": "bank"},
                {"name": "Billetera del fondo", "code": "YAPE", "type": "bank"},
            ]
        )
        cls.treasurer = cls._create_partner("Tesorera Rosa", "20600000005")
        cls.fund = cls._create_fund("Fondo común")
        cls.cash = cls.cash_box.default_account_id
        cls.receivable = cls.network.member_receivable_account_id

    @classmethod
    def _create_fund(cls, name, kind="common", network=None, journals=None, **vals):
        network = network or cls.network
        journals = journals or cls._get_journals(network)
        return cls.env["business.network.fund"].create(
            {
                "name": name,
                "kind": kind,
                "network_id": network.id,
                "cash_journal_ids": [Command.set(journals.ids)],
                "treasurer_ids": [
                    Command.create({"partner_id": cls.treasurer.id, "date_from": "2026-01-01"})
                ],
                **vals,
            }
        )

    @classmethod
    def _get_journals(cls, network):
        """Cash box, bank and wallet of Red ABC; a cash box of its own for another network."""
        if network == cls.network:
            return cls.cash_box | cls.fund_bank | cls.wallet
        return cls.env["account.journal"].create(
            {"name": f"Caja de {network.name}", "code": f"C{network.id}"[-5:], "type": "cash"}
        )

    @classmethod
    def _create_schedule(cls, amount=10.0, start=True, **vals):
        schedule = cls.env["business.network.fund.schedule"].create(
            {
                "name": "Cuota mensual",
                "fund_id": cls.fund.id,
                "amount": amount,
                "frequency": "monthly",
                "date_from": "2026-01-31",
                **vals,
            }
        )
        if start:
            schedule.action_start()
        return schedule

    def _ask(self, until="2026-03-31", **vals):
        """Dues of 10.00 of each member at the end of January, February and March, posted."""
        schedule = self._create_schedule(**vals)
        return schedule, schedule._ask_until(self._date(until))

    def _create_meeting(self, date="2026-04-01", post=False, receive=None, fund=None):
        """A meeting with everybody present; ``receive`` is what each pays, by member."""
        meeting = self.env["business.network.fund.meeting"].create(
            {"fund_id": (fund or self.fund).id, "date": date}
        )
        meeting.action_load_members()
        meeting.line_ids.is_present = True
        for member, amount in (receive or {}).items():
            self._line(meeting, member).amount_received = amount
        if post:
            meeting.action_collect()
        return meeting

    def _count_box(self, meeting, amount=None, close=False):
        """Write down ``amount`` in small coins; what should be in the box if nothing is said."""
        meeting.action_load_denominations()
        coins = meeting.count_ids.filtered(lambda count: count.value == 0.1)
        amount = meeting.amount_expected if amount is None else amount
        meeting.count_ids.quantity = 0
        coins.quantity = round(10 * amount)
        if close:
            meeting.action_close()
        return meeting

    def _line(self, meeting, member):
        return meeting.line_ids.filtered(lambda line: line.member_id == member)

    def _owed(self, *members, fund=None):
        owed = (fund or self.fund)._get_owed()
        return [round(owed.get(member.partner_id, 0.0), 2) for member in members or self.members]

    def _operate(self, operation, amount, fund=None, date="2026-03-01", journal=None, **vals):
        if fund and fund.network_id != self.network:
            journal = journal or fund.cash_journal_ids[:1]
        return (
            self.env["business.network.fund.operation"]
            .create(
                {
                    "fund_id": (fund or self.fund).id,
                    "operation": operation,
                    "amount": amount,
                    "date": date,
                    "concept": "Operación",
                    "journal_id": (journal or self.cash_box).id,
                    **vals,
                }
            )
            .post()
        )

    def _summary(self, fund=None):
        """Balance of the fund, and cash, debts, elsewhere, held by the company."""
        fund = fund or self.fund
        fund.invalidate_recordset()
        return [
            round(fund[name], 2)
            for name in ("balance", "cash_amount", "owed_amount", "other_amount", "company_amount")
        ]
