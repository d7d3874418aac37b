"""Quantities are written as people read them: whole, exact, in the user's language."""

from fractions import Fraction

from odoo.addons.red_empresarial.tools.quantities import format_exact
from odoo.exceptions import ValidationError

from tests.allocation_case import AllocationCase


class TestExactNumbers(AllocationCase):
    def test_numbers_are_whole_in_each_language(self):
        for lang, number, text in (
            ("en_US", 1_000_000.0, "1,000,000"),
            ("es_PE", 1_000_000, "1,000,000"),
            ("es_PE", 1234567.5, "1,234,567.5"),
            ("es_ES", 1234567.5, "1.234.567,5"),
            ("es_PE", 1000.05, "1,000.05"),
            ("es_PE", 0.1 + 0.2, "0.3"),
            ("es_PE", 100.0, "100"),
            ("es_PE", 0.000001, "0.000001"),
            ("es_PE", -12.5, "-12.5"),
            ("es_PE", -0.0, "0"),
            ("es_PE", Fraction(-1, 3), "-0.333333"),
            ("es_PE", Fraction(10**18 + 1, 1), "1,000,000,000,000,000,001"),
        ):
            with self.subTest(f"{number} in {lang}"):
                self.env["res.lang"]._activate_lang(lang)
                env = self.env(context={**self.env.context, "lang": lang})
                self.assertEqual(format_exact(env, number), text)

    def test_as_many_decimals_as_asked(self):
        self.assertEqual(format_exact(self.env, Fraction(1, 3), 9), "0.333333333")
        self.assertEqual(format_exact(self.env, Fraction(-1, 300), 2), "0")

    def test_a_refusal_names_a_large_quantity(self):
        order = self._order(quantity=3_000_000)
        allocation = self._allocate(order.order_line, (1_234_567.5, 1_000_000, 0))[0]
        order.action_confirm()
        with self.assertRaisesRegex(ValidationError, r"2,000,000 .* allocation of 1,234,567\.5"):
            self.env["business.network.delivery"].create(
                {"allocation_id": allocation.id, "quantity": 2_000_000, "state": "done"}
            )
