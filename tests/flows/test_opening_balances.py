"""Opening balances of a network that starts in these books in the middle of its life."""

import base64
import io

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from openpyxl import Workbook

from tests.common import NetworkCase


class OpeningCase(NetworkCase):
    def _opening(self, **vals):
        return self.env["business.network.opening"].create(
            {"network_id": self.network.id, "date": "2026-03-01", **vals}
        )

    def _open(self, *balances, **vals):
        """Post balances given as ``(member, owed to it, owed by it)``."""
        lines = [
            Command.create({"member_id": member.id, "owed_to": to, "owed_by": by})
            for member, to, by in balances
        ]
        return self._opening(line_ids=lines, **vals).post()

    def _load(self, text, **vals):
        opening = self._opening(text=text, **vals)
        opening.action_load()
        return opening

    def _settle_until(self, date_to, **vals):
        settlement = self._create_settlement(date_to=date_to, **vals)
        settlement.action_compute()
        settlement.action_approve()
        settlement.action_post()
        return settlement


class TestOpening(OpeningCase):
    def test_one_entry_holds_what_each_member_is_owed_and_owes(self):
        entry = self._open((self.member_b, 120.5, 0), (self.member_c, 10, 30))
        self.assertEqual(entry.journal_id, self.network.settlement_journal_id)
        payable = self.network.member_payable_account_id
        receivable = self.network.member_receivable_account_id
        self.assertEqual(self._balance(payable, self.partner_b), -120.5)
        self.assertEqual(self._balance(payable, self.partner_c), -10)
        self.assertEqual(self._balance(receivable, self.partner_c), 30)
        opening = self.network.opening_account_id
        self.assertEqual(opening.code[:3], "591")
        self.assertEqual(self._balance(opening, moves=entry), 100.5)
        self.assertFalse(entry.distribution_ids)
        self.network.invalidate_recordset()
        self.assertEqual(self.network.member_payable_amount, 130.5)

    def test_the_next_settlement_nets_them(self):
        self._open((self.member_b, 20, 0), (self.member_c, 0, 10))
        self._create_document("out_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        self.assertEqual(settlement.netted_item_ids.mapped("kind"), ["opening", "opening"])
        payments = settlement.pay_members(self.bank, self._date("2026-04-01"))
        self.assertEqual(sorted(payments.mapped("amount")), [15, 55])
        self.assertEqual(settlement.state, "paid")

    def test_another_network_of_the_same_members_does_not_net_them(self):
        other = self._create_network("Red vecina", self.operating_form)
        members = self._create_members(other, self.members.partner_id)
        self._create_agreement(other, members, (1, 1, 1))
        self._open((self.member_b, 20, 0))
        self._create_document("out_invoice", [99], network=other)
        self.assertFalse(self._settle_until("2026-03-31", network=other).netted_item_ids)

    def test_each_balance_keeps_its_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {"name": "2026-03-01", "currency_id": usd.id, "inverse_company_rate": 3.8}
        )
        line = {"member_id": self.member_b.id, "owed_to": 10, "currency_id": usd.id}
        entry = self._opening(line_ids=[Command.create(line)]).post()
        item = entry.line_ids.filtered("partner_id")
        self.assertEqual((item.currency_id, item.amount_currency, item.balance), (usd, -10, -38))

    def test_a_second_one_of_the_same_date_is_refused_by_the_name_of_the_first(self):
        first = self._open((self.member_b, 20, 0))
        with self.assertRaisesRegex(UserError, f"Red ABC.*{first.name}"):
            self._open((self.member_c, 20, 0))
        self._open((self.member_c, 5, 0), date="2026-03-02")
        first._reverse_moves([{"date": "2026-03-01"}], cancel=True)
        self._open((self.member_c, 20, 0))
        payable = self.network.member_payable_account_id
        self.assertEqual(self._balance(payable, self.partner_b), 0)
        self.assertEqual(self._balance(payable, self.partner_c), -25)

    def test_it_is_not_undone_once_a_settlement_netted_it(self):
        entry = self._open((self.member_b, 20, 0))
        self._create_document("out_invoice", [100])
        settlement = self._settle_until("2026-03-31")
        for undo in (entry.button_draft, lambda: entry._reverse_moves(cancel=True)):
            with self.assertRaisesRegex(UserError, f"{entry.name}.*{settlement.name}"):
                undo()
        settlement.action_reverse()
        entry._reverse_moves(cancel=True)
        payable = self.network.member_payable_account_id
        self.assertEqual(self._balance(payable, self.partner_b), -35, "its part of the sale alone")

    def test_refusals(self):
        with self.assertRaisesRegex(UserError, "No member of Red ABC has a balance"):
            self._open((self.member_b, 0, 0))
        with self.assertRaisesRegex(UserError, "opening balance of Taller B is negative"):
            self._open((self.member_b, -5, 0))
        with self.assertRaisesRegex(UserError, "keeps the books of Red ABC"):
            self._open((self.member_a, 5, 0))
        with self.assertRaisesRegex(UserError, "Taller B stands twice"):
            self._open((self.member_b, 5, 0), (self.member_b, 6, 0))
        with self.assertRaisesRegex(ValidationError, "Taller B is not a member"):
            self._open((self.member_b, 5, 0), date="2025-12-01")
        self.company.sudo().fiscalyear_lock_date = self._date("2026-03-31")
        with self.assertRaisesRegex(UserError, "closed on"):
            self._open((self.member_b, 5, 0))

    def test_a_manager_opens_its_own_network_only(self):
        manager = self.env["res.users"].create(
            {
                "name": "gestora",
                "login": "gestora",
                "group_ids": [
                    Command.link(self.env.ref(group).id)
                    for group in (
                        "red_empresarial.group_network_manager",
                        "account.group_account_invoice",
                    )
                ],
            }
        )
        other = self._create_network("Red de otros", self.operating_form)
        member = self._create_members(other, [self.partner_b])
        self.network.manager_id = manager
        self.env = self.env(user=manager)
        self._open((self.member_b, 5, 0))
        with self.assertRaises(AccessError):
            self._open((member, 5, 0), network_id=other.id)


class TestOpeningImport(OpeningCase):
    def test_rows_pasted_from_a_spreadsheet(self):
        opening = self._load(
            "Member\tOwed to\tOwed by\tCurrency\n"
            "taller b\t1,234.50\t\tPEN\n"
            "\t\t\t\n"
            "20600000021\t\t12,5\t\n"
        )
        self.assertEqual(opening.line_ids.member_id, self.member_b | self.member_c)
        self.assertEqual(opening.line_ids.mapped("owed_to"), [1234.5, 0])
        self.assertEqual(opening.line_ids.mapped("owed_by"), [0, 12.5])
        opening.post()

    def test_titles_may_be_in_any_language_of_the_database(self):
        columns = ("member", "owed_by", "owed_to", "currency")
        wizard = self.env["business.network.opening"]
        titles = wizard.with_context(lang="es_PE")._get_titles(columns)
        self.assertNotEqual(titles, wizard._get_titles(columns))
        opening = self._load("\t".join(titles) + "\nTaller B\t5\t12.5\tPEN\n")
        self.assertEqual((opening.line_ids.owed_by, opening.line_ids.owed_to), (5, 12.5))

    def test_a_file_of_text_or_a_sheet(self):
        text = "owed_by;owed_to;member\n;7.25;Taller C\n".encode("utf-8-sig")
        opening = self._opening(file=base64.b64encode(text), filename="saldos.csv")
        opening.action_load()
        self.assertEqual(opening.line_ids.owed_to, 7.25)
        book = Workbook()
        for row in (("member", "owed_to", "owed_by"), ("Taller C", 8.5, None)):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        opening.write({"file": base64.b64encode(content.getvalue()), "filename": "saldos.xlsx"})
        opening.action_load()
        self.assertEqual(opening.line_ids.mapped("owed_to"), [8.5])

    def test_every_bad_row_is_reported_and_nothing_is_loaded(self):
        opening = self._opening(
            line_ids=[Command.create({"member_id": self.member_c.id, "owed_to": 1})],
            text="member,owed_to,owed_by,currency\n"
            "Nadie,1,,\n"
            "Taller B,1.234,,\n"
            "Taller B,1,,XXX\n"
            "Taller C,1,,\n"
            "Taller C,2,,\n"
            "Taller B,-3,,\n",
        )
        with self.assertRaises(UserError) as caught:
            opening.action_load()
        message = str(caught.exception)
        for text in (
            "line 2: “Nadie” is no member of Red ABC",
            "line 3: “1.234” is no amount in PEN",
            "line 4: “XXX” is no active currency",
            "line 6: Taller C already stands on line 5",
            "line 7: “-3” is no amount",
        ):
            self.assertIn(text, message)
        self.assertEqual(opening.line_ids.mapped("owed_to"), [1])

    def test_files_that_cannot_be_read(self):
        for vals in (
            {"text": "member,owed_to\nTaller B,1"},
            {"text": ""},
            {"text": 'member,owed_to,owed_by\n"Taller B,1,'},
            {"file": base64.b64encode("member;ñ".encode("latin-1")), "filename": "mal.csv"},
            {"file": base64.b64encode(b"PK\x03\x04broken"), "filename": "mal.xlsx"},
        ):
            with self.assertRaisesRegex(UserError, "cannot be read.*Member, Owed to the Member"):
                self._opening(**vals).action_load()
