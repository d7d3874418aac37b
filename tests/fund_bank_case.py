"""Base class of the tests of funds and their banks: one bank, statements from 1 April 2026."""

import base64
import csv
import io

from odoo import Command

from tests.fund_case import FundCase

TITLES = ("Date", "Reference", "Description", "Paid By", "Money In", "Money Out", "Balance")


class FundBankCase(FundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "skip_retrieve_partner": False})
        cls.fund.cash_journal_ids = [Command.set((cls.cash_box | cls.fund_bank).ids)]
        cls._set_up(cls.fund)
        cls.bank_account = cls.fund_bank.default_account_id
        cls.transit = cls.fund_bank._get_transit_accounts()
        cls.suspense = cls.fund_bank.suspense_account_id

    @classmethod
    def _set_up(cls, fund, date="2026-04-01"):
        wizard = cls.env["business.network.fund.bank.setup"].create(
            {"fund_id": fund.id, "date_from": date}
        )
        wizard.action_set_up()
        return wizard

    # -- statements --------------------------------------------------------------------------------

    def _state(self, *lines, bank=None):
        """A statement with lines ``(date, reference, amount)`` or ``(…, partner)``."""
        bank = bank or self.fund_bank
        start = bank._get_stated_balance()
        return self.env["account.bank.statement"].create(
            {
                "name": "Extracto",
                "balance_start": start,
                "balance_end_real": start + sum(line[2] for line in lines),
                "line_ids": [
                    Command.create(
                        {
                            "journal_id": bank.id,
                            "date": date,
                            "payment_ref": ref,
                            "amount": amount,
                            "partner_id": partner[0].id if partner else False,
                            "sequence": len(lines) - place,
                        }
                    )
                    for place, (date, ref, amount, *partner) in enumerate(lines)
                ],
            }
        )

    def _state_line(self, amount, ref="Abono", date="2026-04-02", partner=None, bank=None):
        line = (date, ref, amount, partner) if partner else (date, ref, amount)
        return self._state(line, bank=bank).line_ids

    def _proposed(self, line):
        """Open items that the screen proposes for a line."""
        line.invalidate_recordset()
        data = (line.reconcile_data_info or {}).get("data", [])
        ids = [key for one in data for key in one.get("counterpart_line_ids", [])]
        return self.env["account.move.line"].browse(ids)

    def _book(self, line, account, movement=None, partner=None, fund=None):
        """Choose account, kind and member of what is left over, as on the screen; reconcile."""
        info = line.reconcile_data_info
        for one in info["data"]:
            if one["kind"] == "suspense":
                one.update(
                    kind="other",
                    account_id=[account.id, account.display_name],
                    partner_id=[partner.id, partner.name] if partner else False,
                    fund_movement=movement,
                    fund_id=fund and fund.id,
                )
        line.reconcile_data_info = info
        line.reconcile_bank_line()

    def _items(self, move):
        """``(account, partner, balance, kind)`` of an entry, all of it of the fund or not."""
        return [
            (item.account_id, item.partner_id, round(item.balance, 2), item.fund_movement)
            for item in move.line_ids.sorted(lambda item: (-item.balance, item.id))
        ]

    def _check_ties(self, *funds):
        funds = self.fund.union(*funds)
        self.assertEqual(funds.get_ties(), [])
        for fund in funds:
            balance, *places = self._summary(fund)
            self.assertAlmostEqual(balance, sum(places), 2, fund.name)

    # -- files -------------------------------------------------------------------------------------

    def _csv(self, *rows, titles=TITLES, separator=","):
        stream = io.StringIO()
        csv.writer(stream, delimiter=separator).writerows([titles, *rows])
        return stream.getvalue().encode()

    def _wizard(self, content, name="extracto.csv", bank=None, **vals):
        bank = bank or self.fund_bank
        return (
            self.env["account.statement.import"]
            .with_context(journal_id=bank.id)
            .create(
                {
                    "statement_file": base64.b64encode(content),
                    "statement_filename": name,
                    **vals,
                }
            )
        )

    def _lines(self, bank=None):
        return self.env["account.bank.statement.line"].search(
            [("journal_id", "=", (bank or self.fund_bank).id)], order="internal_index"
        )
