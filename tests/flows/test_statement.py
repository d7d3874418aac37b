"""Statements: the figures of T1 to the cent, on paper, in a spreadsheet and behind a link."""

import base64
import io

import openpyxl
from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user

from tests.common import NetworkCase


class StatementCase(NetworkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sale = cls._create_document("out_invoice", [60000, 40000])
        cls.purchase = cls._create_document("in_invoice", [60000])
        cls.none = cls.env["business.network"]

    def _get_statements(self, settlement):
        return settlement.line_ids._get_statements()

    def _get_period(self, date_from, date_to, members=None):
        return self.env["business.network.statement"]._get_period_statements(
            self.members if members is None else members,
            self.company.currency_id,
            date_from and self._date(date_from),
            self._date(date_to),
        )

    def _figures(self, statement):
        return {figure["key"]: figure["amount"] for figure in statement["figures"]}

    def _section(self, statement, key):
        (section,) = [section for section in statement["sections"] if section["key"] == key]
        return section

    def _read_book(self, record):
        return openpyxl.load_workbook(io.BytesIO(base64.b64decode(record.sheet_file)))


class TestFigures(StatementCase):
    def test_T1_statement_of_each_member_before_the_payment(self):
        statements = self._get_statements(self._settle())
        figures = [self._figures(statement) for statement in statements]
        self.assertEqual([figure["revenue"] for figure in figures], [40000, 35000, 25000])
        self.assertEqual([figure["expense"] for figure in figures], [-24000, -21000, -15000])
        self.assertEqual([figure["tax"] for figure in figures], [-4320, -3780, -2700])
        self.assertEqual([figure["due"] for figure in figures], [11680, 10220, 7300])
        self.assertEqual([figure.get("netted") for figure in figures], [None, 24780, 17700])
        self.assertEqual([figure.get("open") for figure in figures], [None, 10220, 7300])
        self.assertEqual([figure.get("closing") for figure in figures], [None, 10220, 7300])

    def test_T1_statement_after_the_payment(self):
        settlement = self._settle()
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        for statement, paid in zip(
            self._get_statements(settlement)[1:], (10220, 7300), strict=True
        ):
            figures = self._figures(statement)
            self.assertEqual(figures["payment"], paid)
            self.assertEqual(figures["open"], 0)
            self.assertEqual((figures["opening"], figures["closing"]), (0, 0))
            account = self._section(statement, "account")
            self.assertEqual(account["lines"][-1]["against"], paid)

    def test_sections_add_up_to_the_figures(self):
        for statement in self._get_statements(self._settle()):
            figures = self._figures(statement)
            for key in ("revenue", "expense", "tax"):
                self.assertEqual(self._section(statement, key)["totals"]["amount"], figures[key])
            sales = self._section(statement, "sales")
            self.assertEqual(sales["totals"]["amount"], figures["revenue"])
            self.assertEqual([line["price"] for line in sales["lines"]], [60000, 40000])

    def test_every_line_names_its_document(self):
        for statement in self._get_statements(self._settle()):
            self.assertEqual(
                self._section(statement, "revenue")["lines"][0]["documents"],
                [{"id": self.sale.id, "name": self.sale.name}],
            )
            self.assertEqual(
                self._section(statement, "tax")["lines"][0]["documents"][0]["name"],
                self.purchase.name,
            )

    def test_weights_are_shown(self):
        statement = self._get_statements(self._settle())[1]
        line = self._section(statement, "revenue")["lines"][0]
        self.assertEqual((line["shared"], line["share"]), (100000, 0.35))
        self.assertIn("35", line["weight"])

    def test_balances_are_carried_from_one_period_to_the_next(self):
        self._create_document("out_invoice", [1000], date="2026-04-10")
        march, april = (
            [self._figures(statement) for statement in self._get_period(*period)]
            for period in (("2026-03-01", "2026-03-31"), ("2026-04-01", "2026-04-30"))
        )
        self.assertEqual([figures.get("opening") for figures in march], [None, 0, 0])
        self.assertEqual([figures.get("closing") for figures in march], [None, 10220, 7300])
        self.assertEqual([figures.get("opening") for figures in april], [None, 10220, 7300])
        self.assertEqual([figures.get("closing") for figures in april], [None, 10570, 7550])

    def test_the_account_equals_the_ledger(self):
        settlement = self._settle()
        accounts = (
            self.network.member_payable_account_id | self.network.member_receivable_account_id
        )
        settlement.pay_members(self.bank, self._date("2026-03-31"))
        self._create_document("in_invoice", [333.33], date="2026-03-31")
        for statement in self._get_period(False, "2026-12-31")[1:]:
            self.assertEqual(
                self._figures(statement)["closing"], -self._balance(accounts, statement["partner"])
            )

    def test_a_payment_by_hand_is_in_the_account_of_its_network(self):
        settlement = self._settle()
        item = settlement.line_ids[1].item_ids.filtered(lambda item: not item.reconciled)
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.partner_b.id,
                "amount": 10220,
                "journal_id": self.bank.id,
                "date": "2026-04-02",
                "destination_account_id": self.network.member_payable_account_id.id,
            }
        )
        payment.action_post()
        paid = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self.network.member_payable_account_id
        )
        (paid | item).reconcile()
        self.assertFalse(payment.move_id.network_id)
        march, april = (
            self._figures(self._get_period(*period, members=self.member_b)[0])
            for period in (("2026-03-01", "2026-03-31"), ("2026-04-01", "2026-04-30"))
        )
        self.assertEqual((march["closing"], april["opening"], april["closing"]), (10220, 10220, 0))

    def test_a_refund_gives_back_its_quantity(self):
        self._refund(self.sale, amount=10000)
        statement = self._get_period("2026-03-01", "2026-03-31", members=self.member_b)[0]
        self.assertEqual(self._figures(statement)["revenue"], 31500)
        sales = self._section(statement, "sales")
        self.assertEqual(sales["totals"]["amount"], 31500)
        self.assertEqual(sum(line["own_quantity"] for line in sales["lines"]), 0.35)

    def test_what_a_member_delivered_is_its_part_of_each_product(self):
        network = self._create_network("Red del Líder", "red_empresarial.operating_form_leader")
        members = self._create_members(network, [self.partner_a, self.partner_b, self.partner_c])
        self._create_agreement(network, members, (1, 1, 1))
        shirt, trousers = self.env["product.product"].create(
            [{"name": name, "type": "service"} for name in ("Camisa", "Pantalón")]
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "network_id": network.id,
                "order_line": [
                    Command.create(
                        {"product_id": shirt.id, "product_uom_qty": 10, "price_unit": 5}
                    ),
                    Command.create(
                        {"product_id": trousers.id, "product_uom_qty": 4, "price_unit": 9}
                    ),
                ],
            }
        )
        for line, shares in zip(order.order_line, ((7, 3), (0, 4)), strict=True):
            self.env["business.network.allocation"].create(
                [
                    {
                        "sale_line_id": line.id,
                        "member_id": member.id,
                        "quantity": quantity,
                        "delivered_quantity": quantity,
                    }
                    for member, quantity in zip(members[1:], shares, strict=True)
                    if quantity
                ]
            )
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_date = invoice.date = "2026-03-15"
        invoice.action_post()
        statements = self._get_period("2026-03-01", "2026-03-31", members=members[1:])
        sold = [
            [
                (line["concept"], line["quantity"], line["own_quantity"], line["amount"])
                for line in self._section(statement, "sales")["lines"]
            ]
            for statement in statements
        ]
        self.assertEqual(
            sold,
            [[("Camisa", 10, 7, 35)], [("Camisa", 10, 3, 15), ("Pantalón", 4, 4, 36)]],
        )


class TestAdvances(StatementCase):
    """What the member still holds in advances is told on paper, in Excel and behind the link."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.settlement = cls._create_march_settlement()
        cls.advance = cls._pay_advance(20, "2026-03-20", "Hilo para mayo")

    @classmethod
    def _create_march_settlement(cls):
        settlement = cls.env["business.network.settlement"].create(
            {"network_id": cls.network.id, "date_to": "2026-03-31"}
        )
        settlement.action_compute()
        settlement.action_approve()
        settlement.action_post()
        return settlement

    @classmethod
    def _pay_advance(cls, amount, date, note, **vals):
        wizard = cls.env["business.network.advance"].create(
            {
                "member_id": cls.member_b.id,
                "amount": amount,
                "journal_id": cls.bank.id,
                "date": date,
                "note": note,
                **vals,
            }
        )
        return wizard.pay()

    def _section_keys(self, statement):
        return [section["key"] for section in statement["sections"]]

    def test_an_open_advance_is_a_section_of_its_member_only(self):
        statements = self._get_statements(self.settlement)
        section = self._section(statements[1], "advances")
        (line,) = section["lines"]
        self.assertEqual(
            (line["date"], line["concept"], line["amount"], line["open"]),
            (self._date("2026-03-20"), "Hilo para mayo", 20, 20),
        )
        self.assertEqual(line["documents"][0]["name"], self.advance.move_id.name)
        self.assertEqual(section["totals"], {"amount": 20, "open": 20})
        for statement in (statements[0], statements[2]):
            self.assertNotIn("advances", self._section_keys(statement))

    def test_it_agrees_with_what_the_member_holds(self):
        self._pay_advance(7, "2026-03-21", "Botones")
        statement = self._get_statements(self.settlement)[1]
        self.assertEqual(
            self._section(statement, "advances")["totals"]["open"], self.member_b.advance_amount
        )

    def test_a_netted_advance_and_a_later_one_are_not_shown(self):
        self._create_document("out_invoice", [1000], date="2026-04-10")
        april = self._settle(date_to="2026-04-30")
        self._pay_advance(9, "2026-05-05", "Mayo")
        statement = self._get_statements(april)[1]
        self.assertIn("advance", april.netted_item_ids.mapped("kind"))
        self.assertNotIn("advances", self._section_keys(statement))

    def test_an_advance_in_another_currency_is_not_added_up(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self._pay_advance(50, "2026-03-22", "Feria", currency_id=usd.id)
        statement = self._get_statements(self.settlement)[1]
        self.assertEqual(self._section(statement, "advances")["totals"]["open"], 20)

    def test_paper_sheet_and_preview_show_it(self):
        line = self.settlement.line_ids[1]
        html = self.env["ir.actions.report"]._render_qweb_html(
            "red_empresarial.business_network_statement_line_report", line.ids
        )[0]
        self.assertIn("Hilo para mayo", html.decode())
        texts = [cell.value for row in self._read_book(line).active.iter_rows() for cell in row]
        self.assertIn("Hilo para mayo", texts)
        self.assertIn("Advances you still hold", texts)
        wizard = self.env["business.network.member.statement"].create(
            {
                "network_id": self.network.id,
                "member_ids": [Command.set(self.member_b.ids)],
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
            }
        )
        self.assertIn("Hilo para mayo", wizard.preview)


class TestScreens(StatementCase):
    def test_statement_is_in_the_language_of_the_member(self):
        if not self.env["res.lang"]._lang_get("es_PE").active:
            self.env["res.lang"]._activate_lang("es_PE")
        self.partner_b.lang = "es_PE"
        self.partner_c.lang = "en_US"
        settlement = self._settle()
        for lang in ("es_PE", "en_US"):
            statements = settlement.with_context(lang=lang).line_ids._get_statements()
            self.assertEqual(statements[1]["title"], "Estado de cuenta del socio")
            self.assertEqual(statements[2]["title"], "Member Statement")
            report = self.env["ir.actions.report"].with_context(lang=lang)
            html = report._render_qweb_html(
                "red_empresarial.report_member_statement", settlement.line_ids[1].ids
            )[0].decode()
            self.assertIn("Recibí conforme", html)
            self.assertNotIn("Received and agreed", html)

    def test_pdf_is_printed(self):
        settlement = self._settle()
        statement = self._create_wizard()
        for report, records in (
            ("red_empresarial.report_settlement", settlement),
            ("red_empresarial.report_member_statements", settlement),
            ("red_empresarial.business_network_statement_line_report", settlement.line_ids),
            ("red_empresarial.business_network_period_statement_report", statement),
        ):
            content, kind = (
                self.env["ir.actions.report"]
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(report, records.ids)
            )
            self.assertEqual((kind, content[:4]), ("pdf", b"%PDF"), report)

    def _create_wizard(self, **vals):
        return self.env["business.network.member.statement"].create(
            {
                "network_id": self.network.id,
                "date_from": "2026-03-01",
                "date_to": "2026-03-31",
                **vals,
            }
        )

    def test_preview_links_every_document(self):
        preview = self._create_wizard().preview
        for move in (self.sale, self.purchase):
            self.assertIn(f"/odoo/account.move/{move.id}", preview)

    def test_preview_follows_what_is_being_chosen(self):
        form = Form(self.env["business.network.member.statement"])
        self.assertFalse(form.preview)
        form.network_id = self.network
        form.date_from = "2026-03-01"
        form.date_to = "2026-03-31"
        self.assertIn("Taller C", form.preview)
        form.member_ids.add(self.member_b)
        self.assertNotIn("Taller C", form.preview)
        self.assertIn("10,220.00", form.preview)

    def test_screens_open_what_the_figures_are_made_of(self):
        statement = self._create_wizard(member_ids=self.member_b.ids)
        action = statement.action_open_distributions()
        rows = self.env["business.network.distribution"].search(action["domain"])
        self.assertEqual(rows.member_id, self.member_b)
        self.assertEqual(sum(rows.mapped("amount")), 10220)
        items = self.env["account.move.line"].search(statement.action_open_items()["domain"])
        self.assertEqual(sum(items.mapped("balance")), -10220)

    def test_wizard_opens_from_all_its_places(self):
        settlement = self._settle()
        for action in (
            self.network.action_open_statements(),
            self.member_b.action_open_statement(),
            settlement.action_open_statement(),
            self.partner_b.action_open_network_statement(),
        ):
            wizard = self.env[action["res_model"]].with_context(**action["context"]).create({})
            self.assertEqual(wizard.network_id, self.network)
            self.assertTrue(wizard._get_statements())

    def test_balances_of_the_members(self):
        self.assertRecordValues(
            self.members,
            [
                {"payable_amount": 0, "receivable_amount": 0, "balance_amount": 0},
                {"payable_amount": 35000, "receivable_amount": 24780, "balance_amount": 10220},
                {"payable_amount": 25000, "receivable_amount": 17700, "balance_amount": 7300},
            ],
        )
        items = self.env["account.move.line"].search(self.member_b.action_open_items()["domain"])
        self.assertEqual(-sum(items.mapped("amount_residual")), 10220)
        self._settle().pay_members(self.bank, self._date("2026-03-31"))
        self.members.invalidate_recordset()
        self.assertEqual(self.members.mapped("balance_amount"), [0, 0, 0])


class TestSheets(StatementCase):
    def test_statement_reads_back(self):
        self.partner_b.lang = "en_US"
        line = self._settle().line_ids[1]
        (sheet,) = self._read_book(line).worksheets
        self.assertEqual(sheet.title, "Taller B")
        values = {row[0].value: row[3].value for row in sheet.iter_rows() if row[0].value}
        self.assertEqual(values["Due to you"], "=SUM(D8:D10)")
        self.assertTrue(values["Your revenue"].startswith("="))
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        dates = [cell for cell in cells if cell.is_date]
        self.assertGreaterEqual(len(dates), 3)
        numbers = {cell.value for cell in cells if isinstance(cell.value, int | float)}
        self.assertLessEqual({100000, -60000, 24780, 10220}, numbers | {10220})

    def test_formulas_agree_with_the_figures(self):
        line = self._settle().line_ids[1]
        content = io.BytesIO(base64.b64decode(line.sheet_file))
        formulas = openpyxl.load_workbook(content).worksheets[0]
        stored = openpyxl.load_workbook(content, data_only=True).worksheets[0]
        compute = _Formulas(formulas)
        checked = 0
        for row in formulas.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.value.startswith("="):
                    self.assertAlmostEqual(
                        compute.value(cell.coordinate), stored[cell.coordinate].value, 2
                    )
                    checked += 1
        self.assertGreaterEqual(checked, 10)

    def test_settlement_totals_are_sums_of_the_lines(self):
        settlement = self._settle()
        content = io.BytesIO(base64.b64decode(settlement.sheet_file))
        formulas = openpyxl.load_workbook(content)
        self.assertEqual(len(formulas.worksheets), 4)
        sheet = formulas.worksheets[0]
        compute = _Formulas(sheet)
        (total,) = [row for row in sheet.iter_rows() if row[3].value == "=SUM(D8:D10)"]
        amounts = [round(compute.value(cell.coordinate), 2) for cell in total[3:11]]
        self.assertEqual(amounts, [100000, 60000, 10800, 29200, 0, 0, 29200, 17520])

    def test_a_statement_of_part_collected_and_netted_adds_up(self):
        self.network.write(
            {
                "settlement_basis": "collected",
                "tariff_rate": 5,
                "fund_account_id": self.env["account.account"]
                .create({"name": "Fondo", "code": "4690009", "account_type": "liability_current"})
                .id,
            }
        )
        invoice = self._create_document("out_invoice", [1000])
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 590, "payment_date": "2026-03-28"})._create_payments()
        settlement = self._create_settlement()
        settlement.action_compute()
        line = settlement.line_ids.filtered(lambda line: line.member_id == self.member_b)
        ((statement,),) = [line._get_statements()]
        figures = {figure["key"]: figure["amount"] for figure in statement["figures"]}
        sections = {section["key"]: section["totals"] for section in statement["sections"]}
        for key in ("revenue", "tariff"):
            self.assertEqual(figures[key], sections[key]["amount"], key)
        self.assertEqual(sections["sales"]["amount"], figures["revenue"])

    def test_a_name_is_never_a_formula_nor_a_bad_sheet(self):
        self.partner_b.name = "=HYPERLINK('x'): [Taller] de nombre bastante largo y único"
        settlement = self._settle()
        book = self._read_book(settlement)
        self.assertLessEqual(max(len(sheet.title) for sheet in book.worksheets), 31)
        cell = book.worksheets[0]["C9"]
        self.assertEqual((cell.value, cell.data_type), (self.partner_b.name, "s"))


class _Formulas:
    """Just enough of a spreadsheet: sums of a column, references, plus and minus."""

    def __init__(self, sheet):
        self.sheet = sheet

    def value(self, coordinate):
        content = self.sheet[coordinate].value
        if not (isinstance(content, str) and content.startswith("=")):
            return content or 0
        if content.startswith("=SUM("):
            return sum(
                self.value(cell.coordinate) for row in self.sheet[content[5:-1]] for cell in row
            )
        total, sign, name = 0, 1, ""
        for letter in f"{content[1:]}+":
            if letter in "+-":
                total += sign * self.value(name) if name else 0
                sign, name = (1 if letter == "+" else -1), ""
            else:
                name += letter
        return total


class TestAccess(StatementCase):
    def test_two_networks_do_not_see_each_other(self):
        other = self._create_network("Red Otra", self.operating_form)
        members = self._create_members(other, [self.partner_a, self.partner_b])
        self._create_agreement(other, members, (1, 1))
        self._create_document("out_invoice", [500], network=other)
        own = self._get_period(False, "2026-12-31", members=self.member_b)[0]
        theirs = self._get_period(False, "2026-12-31", members=members[1])[0]
        self.assertEqual(self._figures(own)["closing"], 10220)
        self.assertEqual(self._figures(theirs)["closing"], 250)
        self.assertEqual((members[1].balance_amount, self.member_b.balance_amount), (250, 10220))

    def test_a_manager_of_another_network_is_refused(self):
        user = new_test_user(
            self.env, "otra", groups="red_empresarial.group_network_manager,base.group_user"
        )
        settlement = self._settle()
        line = settlement.line_ids[1]
        for call in (
            lambda: line.with_user(user)._get_statements(),
            lambda: line.with_user(user).action_share(),
            lambda: line.with_user(user).action_revoke_share(),
            lambda: (
                self.env["business.network.statement"]
                .with_user(user)
                ._get_period_statements(
                    self.member_b.with_user(user),
                    self.company.currency_id,
                    False,
                    self._date("2026-03-31"),
                )
            ),
        ):
            with self.assertRaises(AccessError):
                call()
        self.network.manager_id = user
        self.assertTrue(line.with_user(user)._get_statements())
        self.assertTrue(line.with_user(user).action_share())

    def test_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Otros Libros"})
        user = new_test_user(
            self.env,
            "otros",
            groups="red_empresarial.group_network_coordinator,base.group_user",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        line = self._settle().line_ids[1]
        with self.assertRaises(AccessError):
            line.with_user(user)._get_statements()
        with self.assertRaises(AccessError):
            self.member_b.with_user(user).check_access("read")

    def test_a_draft_is_not_shared(self):
        settlement = self._settle()
        settlement.action_reverse()
        again = self._create_settlement()
        again.action_compute()
        line = again.line_ids[1]
        self.assertTrue(line.action_share())
        again.sudo().state = "draft"
        with self.assertRaises(UserError):
            line.action_share()

    def test_the_token_is_hidden_and_cannot_be_written(self):
        user = new_test_user(
            self.env, "gerente", groups="red_empresarial.group_network_manager,base.group_user"
        )
        self.network.manager_id = user
        line = self._settle().line_ids[1].with_user(user)
        line.action_share()
        with self.assertRaises(AccessError):
            line.read(["access_token"])
        with self.assertRaises(UserError):
            line.write({"access_token": "mine"})


class TestQueries(StatementCase):
    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        function()
        return self.cr.sql_log_count - before

    def _settle_network(self, members, documents):
        network = self._create_network(f"Red {members} {documents}", self.operating_form)
        partners = self.partner_a
        for number in range(1, members):
            partners += self._create_partner(f"Taller {number} {documents}")
        created = self._create_members(network, partners)
        self._create_agreement(network, created, [1] * members)
        for _number in range(documents):
            self._create_document("out_invoice", [100, 50], network=network)
            self._create_document("in_invoice", [30], network=network)
        return self._settle(network=network)

    def test_twelve_members_ask_little_more_than_three(self):
        few, many = self._settle_network(3, 2), self._settle_network(12, 6)
        few.line_ids._get_statements()
        counts = [
            self._count(lambda s=settlement: s.line_ids._get_statements())
            for settlement in (few, many)
        ]
        self.assertLessEqual(counts[1], 80, counts)
        self.assertLessEqual(counts[1] - counts[0], 10, counts)

    def test_balances_take_a_bounded_number_of_queries(self):
        self._settle_network(12, 1)
        members = self.env["business.network.member"].search([])
        self.assertLessEqual(self._count(lambda: members.mapped("balance_amount")), 12)


class TestPage(HttpCase, StatementCase):
    def _share(self):
        settlement = self._settle()
        line = settlement.line_ids[1]
        line.action_share()
        return line

    def _open(self, line, token):
        query = f"?access_token={token}" if token is not None else ""
        return self.url_open(f"/red/estado/{line.id}{query}")

    def test_the_link_shows_this_member_and_nobody_else(self):
        line = self._share()
        token = line.sudo().access_token
        page = self._open(line, token)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Taller B", page.text)
        self.assertNotIn("Taller C", page.text)
        self.assertIn("10,220.00", page.text)
        self.assertNotIn("7,300.00", page.text)
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        other = line.settlement_id.line_ids[2]
        self.assertEqual(self._open(other, token).status_code, 404)

    def test_a_wrong_link_shows_nothing(self):
        line = self._share()
        for token in (None, "", "wrong", "False", "None"):
            self.assertEqual(self._open(line, token).status_code, 404)
        unshared = line.settlement_id.line_ids[2]
        for token in (None, "", "False", "None"):
            self.assertEqual(self._open(unshared, token).status_code, 404)

    def test_a_revoked_link_shows_nothing(self):
        line = self._share()
        token = line.sudo().access_token
        line.action_revoke_share()
        self.assertEqual(self._open(line, token).status_code, 404)
        line.action_share()
        self.assertNotEqual(line.sudo().access_token, token)
        self.assertEqual(self._open(line, token).status_code, 404)

    def test_the_message_has_the_amount_and_the_link(self):
        line = self._share()
        share = self.env["business.network.statement.share"].create({"line_id": line.id})
        self.assertIn(line._get_share_url(), share.message)
        self.assertIn("10,220.00", share.message)
        self.assertIn("wa.me", share.action_send()["url"])

    def test_the_page_shows_advances_and_the_tariff(self):
        self.network.write(
            {
                "tariff_rate": 10,
                "fund_account_id": self.env["account.account"]
                .create({"name": "Fondo", "code": "4690001", "account_type": "liability_current"})
                .id,
            }
        )
        self._create_document("out_invoice", [1000])
        line = self._share()
        self.env["business.network.advance"].create(
            {
                "member_id": self.member_b.id,
                "amount": 20,
                "journal_id": self.bank.id,
                "date": "2026-03-20",
                "note": "Hilo para mayo",
            }
        ).pay()
        page = self._open(line, line.sudo().access_token)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Hilo para mayo", page.text)
        self.assertIn("Network tariff", page.text)
