"""Worked cases for the breakeven point (B1, B2)."""

from fractions import Fraction

from engine.breakeven import breakeven


def test_B1_one_product():
    point = breakeven([(100, 20, 1)], 18_000)
    assert (point.units, point.units_by_product, point.sales) == (225, (225,), 22_500)
    assert point.profit_at(175) == -4_000
    assert point.units_for_profit(16_000) == 425


def test_B2_mix_of_three_products():
    point = breakeven([(100, 60, 50), (50, 35, 30), (200, 120, 20)], 63_000)
    assert point.unit_margin == Fraction(405, 10)
    assert round(point.units, 2) == Fraction(155_556, 100)
    assert point.units_by_product == (778, 467, 312)
    assert point.sales == Fraction(490_000, 3)
    assert round(point.sales, 2) == Fraction(16_333_333, 100)
    assert round(point.margin_ratio * 100, 4) == Fraction(385_714, 10_000)
