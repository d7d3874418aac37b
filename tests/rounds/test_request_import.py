"""Requests from a sheet: what is wrong is named cell by cell, all of it is loaded or nothing."""

import base64
import io

from odoo.exceptions import UserError
from odoo.tools.translate import code_translations
from openpyxl import Workbook, load_workbook

from tests.round_case import RoundCase


class TestRequestImport(RoundCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner_a.name = "Hospedaje Ñusta"
        cls.round = cls._create_round()

    def _wizard(self, content, **vals):
        return self.env["business.network.purchase.request.import"].create(
            {
                "round_id": self.round.id,
                "file": base64.b64encode(content),
                "filename": "pedidos.csv",
                **vals,
            }
        )

    def _import(self, text, encoding="utf-8", **vals):
        wizard = self._wizard(text.encode(encoding), **vals)
        wizard.action_import()
        return wizard

    def _asked(self):
        """``{(member, product): (quantity, up to)}`` of the round's requests."""
        return {
            (line.member_id.partner_id.name, line.product_id.name): (
                line.quantity,
                line.maximum_quantity,
            )
            for line in self.round.request_ids.line_ids
        }

    def _assert_problems(self, text, *expected):
        """Each problem as line, column and fragments of problem and remedy; nothing is written."""
        before = self._asked()
        wizard = self._import(text)
        problems = [
            (problem.line, problem.column, f"{problem.problem} {problem.remedy}")
            for problem in wizard.problem_ids
        ]
        self.assertEqual([p[:2] for p in problems], [e[:2] for e in expected], problems)
        for (_line, _column, found), (_l, _c, *fragments) in zip(problems, expected, strict=True):
            for fragment in fragments:
                self.assertIn(fragment, found)
        self.assertEqual(self._asked(), before, "nothing is half-written")

    def test_separators_encodings_and_decimals(self):
        for label, text, encoding in (
            ("commas", "product,unit,Hospedaje Ñusta\nJabón,kg,1.5\n", "utf-8"),
            ("semicolons", "Producto;Unit;HOSPEDAJE ÑUSTA\nJabón;;1,5\n", "utf-8-sig"),
            ("latin-1", "Producto;Hospedaje Ñusta\nJabón;1,50\n", "latin-1"),
            ("tabs and blank lines", "x\tHospedaje Ñusta\n\n jabón \t 1.5 \n", "utf-8"),
        ):
            with self.subTest(label):
                self.round.request_ids.unlink()
                self.assertFalse(self._import(text, encoding).problem_ids.mapped("problem"))
                self.assertEqual(self._asked(), {("Hospedaje Ñusta", "Jabón"): (1.5, 0)})

    def test_twice_replaces_and_never_doubles(self):
        text = "Product,Taller B,Taller B (up to),Taller C\nSábana,4,6,3\nJabón,2,,\n"
        found = {
            ("Taller B", "Sábana"): (4, 6),
            ("Taller C", "Sábana"): (3, 0),
            ("Taller B", "Jabón"): (2, 0),
        }
        for number in ("once", "twice"):
            self._import(text)
            self.assertEqual(self._asked(), found, number)
        self.assertEqual(set(self.round.request_ids.mapped("state")), {"draft"})
        self._import("Product,Taller B\nSábana,\n")
        del found["Taller B", "Sábana"]
        self.assertEqual(self._asked(), found, "an empty cell is no request; other rows stay")

    def test_a_member_without_quantities_gets_no_request(self):
        self._import("Product,Taller B,Taller C\nSábana,4,\nJabón,2,0\n")
        self.assertEqual(self.round.request_ids.member_id, self.member_b)

    def test_sending_at_once(self):
        self._import("Product,Taller B\nSábana,4\n", send=True)
        self.assertEqual(self.round.request_ids.state, "sent")

    def test_units_of_the_sheet(self):
        wizard = self._import("Product,Unit,Taller B\nSábana,Dozens,2\n")
        self.assertFalse(wizard.problem_ids.mapped("problem"))
        line = self.round.request_ids.line_ids
        self.assertEqual((line.quantity, line.product_uom_id), (2, self.dozens))

    def test_what_is_wrong_is_named_cell_by_cell(self):
        self._assert_problems(
            "Product,Unit,Taller B,Taller B (up to),Taller C\n"
            "Sábana,,cuatro,,-3\n"
            "Toalla,,1,,1\n"
            "Jabón,Dozens,1,,1\n"
            'Sábana,,"1,234",,1\n',
            (2, "Taller B", "cuatro", "not negative"),
            (2, "Taller C", "-3"),
            (3, "Product", "Toalla", self.round.name, "catalogue"),
            (4, "Unit", "Dozens", "kg", "same kind"),
            (5, "Product", "line 2", "one row"),
        )
        self._assert_problems(
            "Product,Taller B,Taller B (up to)\nSábana,5,4\nJabón,1.005,\n",
            (2, "Taller B (up to)", "4", "5", "most"),
            (3, "Taller B", "1.005", "2 decimals"),
        )

    def test_columns_that_are_no_members(self):
        self._assert_problems(
            "Product,Taller Z,Taller B,Taller B,Taller C (up to)\nSábana,1,1,1,2\n",
            (1, "Taller Z", self.round.name, "tax ID"),
            (1, "Taller B", "two such columns"),
            (1, "Taller C (up to)", "no column", "alone"),
        )
        self.member_c.date_to = self.today
        self._assert_problems("Product,Taller C\nSábana,1\n", (1, "Taller C", "no part"))

    def test_the_same_name_twice_needs_the_tax_id(self):
        self.partner_c.name = "Taller B"
        self._assert_problems("Product,Taller B\nSábana,1\n", (1, "Taller B", "several", "tax IDs"))
        self._import(f"Product,{self.partner_c.vat}\nSábana,1\n")
        self.assertEqual(self.round.request_ids.member_id, self.member_c)

    def test_sent_requests_are_not_overwritten(self):
        self._create_request(self.round, self.member_b, {self.sheets: 9})
        self._assert_problems(
            "Product,Taller B,Taller C\nSábana,1,2\n", (1, "Taller B", "no draft", "Reset")
        )
        self._import("Product,Taller B,Taller C\nSábana,,2\n")
        self.assertEqual(
            self._asked(), {("Taller B", "Sábana"): (9, 0), ("Taller C", "Sábana"): (2, 0)}
        )

    def test_quantities_that_the_unit_of_the_catalogue_cannot_keep(self):
        self.round.product_ids[0].product_uom_id = self.dozens
        self._assert_problems(
            "Product,Unit,Taller B\nSábana,Units,5\n", (2, "Taller B", "5 Units", "Dozens")
        )

    def test_files_that_cannot_be_read(self):
        for label, content, *fragments in (
            ("empty", b"", "pedidos.csv", "template"),
            ("no workbook", b"PK nothing", "pedidos.csv", "xlsx"),
            ("broken quotes", b'Product,Taller B\n"S\xc3\xa1bana,1\n', "pedidos.csv", "CSV"),
        ):
            with self.subTest(label), self.assertRaises(UserError) as refusal:
                self._wizard(content).action_import()
            for fragment in fragments:
                self.assertIn(fragment, str(refusal.exception), label)
        self._assert_problems("Product,Taller B\n", (2, "Product", "no rows"))

    def test_a_closed_round_takes_no_sheet(self):
        self.round.action_close()
        with self.assertRaisesRegex(UserError, "no more requests"):
            self._import("Product,Taller B\nSábana,1\n")

    def _fill_template(self, wizard, quantities):
        """The template with ``{(row, column title): value}`` filled in, as a file."""
        book = load_workbook(io.BytesIO(base64.b64decode(wizard.template)))
        sheet = book.worksheets[0]
        titles = [cell.value for cell in sheet[1]]
        for (row, title), value in quantities.items():
            sheet.cell(row=row, column=titles.index(title) + 1, value=value)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def _speak_spanish(self):
        """Names in two languages, as a Spanish-speaking network has them."""
        self.env["res.lang"]._activate_lang("es_PE")
        for record, name in (
            (self.units, "Unidades"),
            (self.dozens, "Docenas"),
            (self.sheets, "Sábana de dos plazas"),
        ):
            record.with_context(lang="es_PE").name = name

    def test_the_template_comes_back_in_any_language(self):
        self._speak_spanish()
        title = "%s (up to)"
        for lang, other in (("en_US", "es_PE"), ("es_PE", "en_US")):
            with self.subTest(lang):
                self.round.request_ids.unlink()
                wizard = self._wizard(b"").with_context(lang=lang)
                terms = code_translations.get_python_translations("red_empresarial_round", lang)
                limit = terms.get(title, title) % "Taller B"
                content = self._fill_template(
                    wizard, {(2, "Taller B"): 4, (2, limit): 6.0, (3, "Taller C"): 0.1 + 0.2}
                )
                again = self._wizard(content).with_context(lang=other)
                again.action_import()
                self.assertFalse(again.problem_ids.mapped("problem"))
                self.assertEqual(
                    self._asked(),
                    {("Taller B", "Sábana"): (4, 6), ("Taller C", "Jabón"): (0.3, 0)},
                )
                self.assertRegex(wizard.template_name, r"\.xlsx$")

    def test_units_are_found_by_their_name_in_any_language(self):
        self._speak_spanish()
        for lang, unit in (("en_US", "docenas"), ("es_PE", "Dozens"), ("es_PE", "Docenas")):
            with self.subTest(f"{unit} for a user in {lang}"):
                self.round.request_ids.unlink()
                text = f"Product,Unit,Taller B\nSábana,{unit},2\n"
                wizard = self._wizard(text.encode()).with_context(lang=lang)
                wizard.action_import()
                self.assertFalse(wizard.problem_ids.mapped("problem"))
                line = self.round.request_ids.line_ids
                self.assertEqual((line.quantity, line.product_uom_id), (2, self.dozens))

    def test_a_name_that_looks_like_a_formula_is_a_name(self):
        self.partner_b.name = "=1+1"
        wizard = self._wizard(b"")
        self._wizard(self._fill_template(wizard, {(2, "=1+1"): 3})).action_import()
        self.assertEqual(self._asked(), {("=1+1", "Sábana"): (3, 0)})

    def test_the_template_shows_what_is_typed_yet(self):
        self._create_request(
            self.round,
            self.member_b,
            {
                self.sheets: {
                    "quantity": 1,
                    "maximum_quantity": 2,
                    "product_uom_id": self.dozens.id,
                }
            },
            send=False,
        )
        wizard = self._wizard(b"")
        content = base64.b64decode(wizard.template)
        self._wizard(content).action_import()
        self.assertEqual(self._asked(), {("Taller B", "Sábana"): (12, 24)})

    def test_two_sheets_are_read_as_one_workbook_of_which_the_first_counts(self):
        book = Workbook()
        book.active.append(["Product", "Taller B"])
        book.active.append(["Sábana", 7])
        book.create_sheet("Notas").append(["Sábana", 99])
        stream = io.BytesIO()
        book.save(stream)
        self._wizard(stream.getvalue()).action_import()
        self.assertEqual(self._asked(), {("Taller B", "Sábana"): (7, 0)})
