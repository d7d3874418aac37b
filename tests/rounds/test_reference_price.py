"""Reference prices: which one counts, in which unit and currency, and what is refused."""

import base64
import io
from fractions import Fraction

import openpyxl
import psycopg2
from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from tests.rounds.saving_case import SavingCase


class TestLookup(SavingCase):
    def _latest(self, member, date="2026-03-01", product=None):
        pair = (member, product or self.rice)
        found = self.env["business.network.reference.price"]._get_latest([pair], self._date(date))
        return found.get(pair)

    def test_the_members_own_price_counts_before_the_networks(self):
        self._create_prices((self.env["business.network.member"], 9), date="2026-02-01")
        self.assertEqual(self._latest(self.member_a).price_unit, 4)
        self.assertEqual(self._latest(self.member_c).price_unit, 9)

    def test_the_latest_up_to_the_date_counts(self):
        self._create_prices((self.member_a, 6), date="2026-02-01")
        self.assertEqual(self._latest(self.member_a).price_unit, 6)
        self.assertEqual(self._latest(self.member_a, "2026-02-01").price_unit, 6)
        self.assertEqual(self._latest(self.member_a, "2026-01-31").price_unit, 4)
        self.assertIsNone(self._latest(self.member_a, "2026-01-14"))
        self.assertIsNone(self._latest(self.member_a, product=self.oil))

    def test_prices_of_another_network_do_not_count(self):
        other = self._create_network("Red de otros", self.operating_form)
        self._create_prices(
            (self.env["business.network.member"], 99), date="2026-02-01", network_id=other.id
        )
        self.assertEqual(self._latest(self.member_c).price_unit, 4.5)

    def test_all_pairs_are_asked_with_one_query(self):
        pairs = [(member, product) for member in self.members for product in (self.rice, self.oil)]
        Price = self.env["business.network.reference.price"]
        self.env.flush_all()
        before = self.cr.sql_log_count
        found = Price._get_latest(pairs, self._date("2026-03-01"))
        self.assertEqual(self.cr.sql_log_count - before, 1)
        self.assertEqual(set(found), {(member, self.rice) for member in self.members})


class TestConversion(SavingCase):
    def _exact(self, price, uom=None, currency=None):
        question = (price, uom or self.units, currency or self.currency)
        (exact,) = price._get_exact_prices([question])
        return exact

    def test_a_unit_is_a_twelfth_of_a_dozen(self):
        price = self._create_prices(
            (self.member_a, 100), date="2026-02-01", product_uom_id=self.dozens.id
        )
        self.assertEqual(self._exact(price), Fraction(25, 3))
        self.assertEqual(self._exact(price, self.dozens), 100)

    def test_a_currency_without_rate_is_refused_with_the_remedy(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        with self.assertRaisesRegex(UserError, "Arroz.*EUR.*Add the rate"):
            self._create_prices((self.member_a, 1), date="2026-02-01", currency_id=euro.id)

    def test_a_rate_of_a_later_day_is_no_rate(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-02-02", "inverse_company_rate": 4.2}
        )
        with self.assertRaisesRegex(UserError, "no rate to PEN up to that day"):
            self._create_prices((self.member_a, 1), date="2026-02-01", currency_id=euro.id)
        price = self._create_prices((self.member_a, 1), date="2026-02-02", currency_id=euro.id)
        self.assertAlmostEqual(float(self._exact(price)), 4.2, 9)


class TestRules(SavingCase):
    def _refused(self, text, **vals):
        with self.assertRaisesRegex(ValidationError, text), self.cr.savepoint():
            self._create_prices((self.member_a, 1), **{"date": "2026-02-01", **vals})

    def test_a_member_of_another_network_is_refused(self):
        other = self._create_network("Red de otros", self.operating_form)
        self._refused("no member of Red de otros", network_id=other.id)

    def test_a_product_that_is_not_purchased_is_refused(self):
        self.rice.purchase_ok = False
        self._refused("Arroz cannot be purchased")

    def test_a_unit_that_does_not_convert_is_refused(self):
        self._refused("does not convert", product_uom_id=self.env.ref("uom.product_uom_kgm").id)

    @mute_logger("odoo.sql_db")
    def test_a_second_price_of_the_day_is_refused(self):
        none = self.env["business.network.member"]
        for member in (self.member_a, none):
            with self.assertRaises(psycopg2.errors.UniqueViolation), self.cr.savepoint():
                self._create_prices((member, 7))

    @mute_logger("odoo.sql_db")
    def test_a_negative_price_is_refused(self):
        with self.assertRaises(psycopg2.errors.CheckViolation), self.cr.savepoint():
            self._create_prices((self.member_a, -1), date="2026-02-01")

    def test_a_price_is_taken_from_a_bill_of_the_member(self):
        bill = self._own_bill()
        price = self.env["business.network.reference.price"].create(
            {
                "network_id": self.network.id,
                "member_id": self.member_a.id,
                "move_line_id": bill.invoice_line_ids.id,
            }
        )
        self.assertEqual(
            (price.product_id, price.price_unit, price.product_uom_id, str(price.date)),
            (self.rice, 54, self.dozens, "2026-02-10"),
        )
        self.assertEqual((price.source, price.evidence), ("document", bill.display_name))
        self.assertEqual(price._get_exact_prices([(price, self.units, self.currency)]), [4.5])

    def test_a_joint_bill_is_no_price_alone(self):
        bill = self._bill(self._order([(self.rice, 3.6, (1, 1, 1))]))
        self._refused("without a network", move_line_id=bill.invoice_line_ids.id)

    def _own_bill(self):
        none = self.env["business.network"]
        bill = self._create_document("in_invoice", [1], date="2026-02-10", network=none, post=False)
        bill.invoice_line_ids.write(
            {
                "product_id": self.rice.id,
                "product_uom_id": self.dozens.id,
                "quantity": 2,
                "price_unit": 60,
                "discount": 10,
            }
        )
        bill.action_post()
        return bill


class TestImport(SavingCase):
    def _import(self, text):
        wizard = self.env["business.network.reference.import"].create(
            {"network_id": self.network.id, "text": text}
        )
        action = wizard.action_import()
        return self.env["business.network.reference.price"].search(action["domain"], order="id")

    def test_rows_of_a_sheet_become_prices(self):
        self.oil.default_code = "ACE"
        self.dozens.active = True
        prices = self._import(
            "member\tproduct\tprice\tdate\tunit\tsource\tevidence\n"
            f"Taller B\tACE\t7,50\t15/02/2026\t{self.dozens.name}\tbaseline\tEncuesta 3\n"
            "20600000021\tArroz\t4.1\t2026-02-16\t\t\t\n"
            "\tAceite\t8\t2026-02-16\t\t\t\n"
        )
        self.assertEqual(prices.mapped("member_id"), self.member_b | self.member_c)
        self.assertEqual(prices.mapped("product_id"), self.oil | self.rice)
        self.assertEqual(prices.mapped("price_unit"), [7.5, 4.1, 8])
        self.assertEqual(prices[0].product_uom_id, self.dozens)
        self.assertEqual(prices.mapped("source"), ["baseline", "declared", "declared"])
        self.assertEqual(prices[0].evidence, "Encuesta 3")

    def test_names_are_found_in_any_language(self):
        self.env["res.lang"]._activate_lang("es_PE")
        self.dozens.active = True
        self.dozens.with_context(lang="es_PE").name = "Docenas"
        self.rice.name = "Rice"
        self.rice.with_context(lang="es_PE").name = "Arroz"
        for day, (lang, product, unit) in enumerate(
            (
                ("en_US", "Arroz", "docenas"),
                ("es_PE", "Rice", "Dozens"),
                ("es_PE", "Arroz", "Docenas"),
            ),
            start=10,
        ):
            with self.subTest(f"{product}, {unit} for a user in {lang}"):
                wizard = self.env["business.network.reference.import"].create(
                    {
                        "network_id": self.network.id,
                        "text": "member,product,price,date,unit\n"
                        f"Taller B,{product},50,2026-02-{day},{unit}\n",
                    }
                )
                action = wizard.with_context(lang=lang).action_import()
                price = self.env["business.network.reference.price"].search(action["domain"])
                self.assertEqual((price.product_id, price.product_uom_id), (self.rice, self.dozens))

    def test_the_template_has_titles_in_the_language_of_who_fills_it_in(self):
        self.env["res.lang"]._activate_lang("es_PE")
        for field, label in (("member_id", "Socio"), ("price_unit", "Precio unitario")):
            record = self.env["ir.model.fields"]._get("business.network.reference.price", field)
            record.with_context(lang="es_PE").field_description = label
        wizard = self.env["business.network.reference.import"].create(
            {"network_id": self.network.id}
        )
        spanish = wizard.with_context(lang="es_PE")
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(spanish.template_file)))
        titles = [cell.value for cell in book.worksheets[0][1]]
        self.assertEqual((titles[0], titles[2]), ("Socio", "Precio unitario"))
        self.assertEqual(spanish.columns_text, " · ".join(titles))
        book.worksheets[0].append(["Taller B", "Arroz", 4.2, "2026-02-15"])
        stream = io.BytesIO()
        book.save(stream)
        wizard.file = base64.b64encode(stream.getvalue())
        action = wizard.with_context(lang="en_US").action_import()
        price = self.env["business.network.reference.price"].search(action["domain"])
        self.assertEqual((price.member_id, price.price_unit), (self.member_b, 4.2))

    def test_a_file_can_be_loaded_twice(self):
        text = "member,product,price,date\nTaller B,Arroz,4.2,2026-02-15\n"
        first = self._import(text)
        self.assertEqual(self._import(text), first)

    def test_every_bad_row_is_named_and_nothing_is_imported(self):
        Price = self.env["business.network.reference.price"]
        before = Price.search_count([])
        with self.assertRaises(UserError) as refusal:
            self._import(
                "member,product,price,date,unit,currency,source\n"
                "Taller B,Arroz,4.2,2026-02-15,,,\n"
                "Nadie,Arroz,4.2,2026-02-15,,,\n"
                "Taller B,Sal,4.2,2026-02-15,,,\n"
                "Taller B,Arroz,cuatro,2026-02-15,,,\n"
                "Taller B,Arroz,-4,2026-02-15,,,\n"
                "Taller B,Arroz,4.2,31/02/2026,,,\n"
                "Taller B,Arroz,4.2,2026-02-17,kg,,\n"
                "Taller B,Arroz,4.2,2026-02-18,,XXX,\n"
                "Taller B,Arroz,4.2,2026-02-19,,,rumor\n"
                "Taller B,Arroz,4.2,2026-02-15,,,\n"
                "Taller B,Arroz,4.2,2026-01-15,,,\n"
            )
        lines = str(refusal.exception).splitlines()[1:]
        expected = (
            "line 3: .*Nadie", "line 4: .*Sal", "line 5: .*cuatro", "line 6: .*-4",
            "line 7: .*31/02/2026", "line 8: .*kg", "line 9: .*XXX", "line 10: .*rumor",
            "line 11: the same as line 2", "line 12: .*already there with 5 PEN",
        )  # fmt: skip
        self.assertEqual(len(lines), len(expected), lines)
        for line, pattern in zip(lines, expected, strict=True):
            self.assertRegex(line, pattern)
        self.assertEqual(Price.search_count([]), before)

    def test_a_file_without_a_column_is_refused_by_name(self):
        with self.assertRaisesRegex(UserError, "price .*Unit Price"):
            self._import("member,product,date\nTaller B,Arroz,2026-02-15\n")

    def test_the_template_is_a_file_that_can_be_imported(self):
        wizard = self.env["business.network.reference.import"].create(
            {"network_id": self.network.id}
        )
        self.assertEqual(wizard.action_download_template()["type"], "ir.actions.act_url")
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.template_file)))
        book.worksheets[0].append(["Taller B", "Arroz", 4.2, "2026-02-15"])
        stream = io.BytesIO()
        book.save(stream)
        wizard.file = base64.b64encode(stream.getvalue())
        wizard.action_import()
        price = self.env["business.network.reference.price"].search(
            [("member_id", "=", self.member_b.id), ("date", "=", "2026-02-15")]
        )
        self.assertEqual(price.price_unit, 4.2)


class TestRequest(SavingCase):
    def test_a_request_shows_what_the_member_paid_alone(self):
        self._create_prices((self.member_a, 54), date="2026-02-01", product_uom_id=self.dozens.id)
        self.round.sudo().state = "open"
        request = self.env["business.network.purchase.request"].create(
            {
                "round_id": self.round.id,
                "member_id": self.member_a.id,
                "line_ids": [
                    Command.create({"round_product_id": product.id, "quantity": 5})
                    for product in self.round.product_ids
                ],
            }
        )
        rice, oil = request.line_ids
        self.assertEqual(
            (rice.reference_price, str(rice.reference_date), rice.reference_source),
            (4.5, "2026-02-01", "declared"),
        )
        self.assertEqual((oil.reference_price, oil.reference_date), (0, False))
        rice.reference_price_id.date = "2026-02-02"  # with what was shown in memory
        self.env.invalidate_all()
        self.assertEqual(str(rice.reference_date), "2026-02-02")
