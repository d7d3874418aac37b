"""A member's account: what it owes for goods passed on to it stands where the settlement nets it.

Balances, the network's totals, open items and the statement are read from the same posted items.
"""

from odoo.exceptions import ValidationError

from tests.common import NetworkCase


class AccountCase(NetworkCase):
    def _pass_on(self, amount=100, member=None, date="2026-03-15", **vals):
        """Invoice of the books' company to a member: goods, with 18 % of tax."""
        member = member or self.member_b
        return self._create_document(
            "out_invoice",
            [amount],
            partner_id=member.partner_id.id,
            network_member_id=member.id,
            date=date,
            **vals,
        )

    def _collect(self, invoice, amount, date="2026-03-16"):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"amount": amount, "payment_date": date, "journal_id": self.bank.id}
        )._create_payments()

    def _closing(self, member=None, date_to="2026-12-31"):
        (statement,) = self.env["business.network.statement"]._get_period_statements(
            member or self.member_b, self.company.currency_id, False, self._date(date_to)
        )
        (closing,) = [
            figure["amount"] for figure in statement["figures"] if figure["key"] == "closing"
        ]
        return closing

    def _ledger_of(self, partner):
        """What the ledger owes a partner on every receivable and payable account."""
        accounts = self.env["account.account"].search(
            [("account_type", "in", ("asset_receivable", "liability_payable"))]
        )
        return -self._balance(accounts, partner)

    def _assert_account(self, balance, member=None):
        """All the places that say what a member is owed say the same, and so does the ledger."""
        member = member or self.member_b
        self.env.invalidate_all()
        self.assertEqual(self._ledger_of(member.partner_id), balance, "ledger")
        self.assertEqual(member.balance_amount, balance, "page Balances")
        self.assertEqual(self._closing(member), balance, "statement")
        items = self.env["account.move.line"].search(member.action_open_items()["domain"])
        self.assertEqual(-sum(items.mapped("amount_residual")), balance, "Open Items")
        network = member.network_id
        self.assertEqual(
            network.member_payable_amount - network.member_receivable_amount,
            sum(network.member_ids.mapped("balance_amount")),
            "the network's totals",
        )

    def _assert_owed_by_b(self):
        invoice = self._pass_on()
        self._assert_account(-118)
        self.assertEqual(self.network.member_receivable_amount, 118)
        self.assertEqual(self.member_b.receivable_amount, 118)
        items = self.env["account.move.line"].search(
            self.network.action_open_receivable_items()["domain"]
        )
        self.assertEqual(items.move_id, invoice)
        self._collect(invoice, 18)
        self._assert_account(-100)
        self._refund(invoice, amount=50)
        self._assert_account(-41)
        return invoice


class TestConsortium(AccountCase):
    def test_goods_passed_on_are_owed_until_a_settlement_nets_them(self):
        self._assert_owed_by_b()
        self._create_document("out_invoice", [1000])
        self._assert_account(350 - 41)
        settlement = self._settle()
        self._assert_account(350 - 41)
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        self._assert_account(0)


class TestLeader(AccountCase):
    operating_form = "red_empresarial.operating_form_leader"

    def test_goods_passed_on_are_owed_until_a_settlement_nets_them(self):
        self._assert_owed_by_b()
        self._create_document("out_invoice", [1000])
        self._assert_account(-41)
        settlement = self._create_settlement()
        settlement.action_compute()
        line = settlement.line_ids[1]
        self.assertEqual(line.amount_netted, self.member_b.balance_amount, "what is netted")
        for number, settled in enumerate(settlement.line_ids, start=1):
            settled.document_number = f"E001-{number:08d}"
        settlement.action_approve()
        settlement.action_post()
        self._assert_account(413 - 41)
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        self._assert_account(0)

    def test_the_statement_names_the_invoice_and_its_payment(self):
        invoice = self._pass_on()
        self._collect(invoice, 118)
        (statement,) = self.env["business.network.statement"]._get_period_statements(
            self.member_b, self.company.currency_id, False, self._date("2026-03-31")
        )
        (account,) = [s for s in statement["sections"] if s["key"] == "account"]
        self.assertEqual(
            [(line["concept"], line["favour"], line["against"]) for line in account["lines"][1:]],
            [("Passed on to you", 0, 118), ("Received from you", 118, 0)],
        )
        self.assertEqual(account["lines"][1]["documents"][0]["name"], invoice.name)

    def test_what_is_the_companys_own_trade_with_it_is_not_of_the_network(self):
        self._create_document(
            "out_invoice",
            [7],
            partner_id=self.partner_b.id,
            network=self.env["business.network"],
        )
        self.assertEqual((self.member_b.balance_amount, self._closing()), (0, 0))

    def test_a_contact_of_a_company_is_no_member(self):
        contact = self.env["res.partner"].create(
            {"name": "Rosa", "parent_id": self.partner_b.id, "type": "contact"}
        )
        with self.assertRaisesRegex(ValidationError, "Make Taller B the member of Red ABC"):
            self._create_members(self.network, [contact])

    def test_an_invoice_with_a_member_is_that_members(self):
        invoice = self._pass_on(post=False)
        with self.assertRaisesRegex(ValidationError, "on account of Taller B"):
            invoice.partner_id = self.partner_c
        invoice.write({"partner_id": self.partner_c.id, "network_member_id": self.member_c.id})
        self.assertEqual(invoice.network_member_id, self.member_c)

    def test_a_partner_that_left_and_came_back_is_counted_once(self):
        self.member_b.date_to = "2026-02-28"
        self.env.flush_all()
        (again,) = self._create_members(self.network, [self.partner_b], date_from="2026-03-01")
        self._pass_on(member=again)
        self.assertEqual(
            [self.member_b.balance_amount, again.balance_amount],
            [0, -118],
        )


class TestMembersDocument(AccountCase):
    operating_form = "red_empresarial.operating_form_consortium_members"

    def test_goods_passed_on_are_owed_until_they_are_paid(self):
        invoice = self._assert_owed_by_b()
        self._collect(invoice, 41)
        self._assert_account(0)


class TestQueries(AccountCase):
    operating_form = "red_empresarial.operating_form_leader"

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        return self.cr.sql_log_count - before

    def test_queries_do_not_grow_with_invoices_nor_members(self):
        Statement = self.env["business.network.statement"]
        counts = []
        for invoices, members in ((1, self.member_b), (12, self.member_b | self.member_c)):
            for member in members:
                for _number in range(invoices):
                    self._pass_on(member=member)
            counts.append(
                (
                    self._count(lambda: self.network.member_ids.mapped("balance_amount")),
                    self._count(
                        lambda members=members: Statement._get_period_statements(
                            members, self.company.currency_id, False, self._date("2026-12-31")
                        )
                    ),
                )
            )
        self.assertLessEqual(counts[1][0], counts[0][0], counts)
        self.assertLessEqual(counts[1][1] - counts[0][1], 3, counts)
