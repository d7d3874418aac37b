"""Savings: exact, additive, and a refund mirrors its bill."""

from decimal import Decimal
from fractions import Fraction

import pytest
from engine.saving import nearest_coin, saving, total_saving
from hypothesis import given
from hypothesis import strategies as st

prices = st.fractions(min_value=0, max_value=10_000, max_denominator=1_000_000)
quantities = st.fractions(min_value=-10_000, max_value=10_000, max_denominator=1_000)
coins = st.integers(min_value=-(10**9), max_value=10**9)


def test_a_saving_is_alone_less_together():
    result = saving(Fraction(12), Fraction(10), 10_800)
    assert result == (12_000, 10_800, 1_200, Fraction(1, 10))


def test_paying_more_together_is_a_negative_saving():
    assert saving(10, 3, 3_150).amount == -150
    assert saving(10, 3, 3_150).ratio == Fraction(-1, 20)


def test_a_third_of_a_dozen_is_exact():
    assert saving(Fraction(100), Fraction(1, 3), 3_000).reference_amount == 3_333


def test_a_currency_without_decimals_has_whole_coins():
    assert saving(Decimal("12.5"), 3, 30, coins_per_unit=1).reference_amount == 38


def test_five_rappen_are_a_coin():
    assert saving(Decimal("1.02"), 1, 20, coins_per_unit=20).reference_amount == 20


def test_without_a_price_alone_there_is_no_ratio():
    assert saving(0, 5, 100) == (0, 100, -100, None)


@pytest.mark.parametrize("value", [0.1, True, "3"])
def test_floats_and_texts_are_refused(value):
    with pytest.raises(TypeError):
        saving(value, 1, 100)
    with pytest.raises(TypeError):
        saving(1, value, 100)
    with pytest.raises(TypeError):
        saving(1, 1, value)


def test_a_negative_price_is_refused():
    with pytest.raises(ValueError, match="negative"):
        saving(-1, 1, 100)
    with pytest.raises(ValueError, match="positive"):
        saving(1, 1, 100, coins_per_unit=0)


@given(prices, quantities, coins)
def test_a_refund_of_all_leaves_nothing(price, quantity, joint):
    total = total_saving([saving(price, quantity, joint), saving(price, -quantity, -joint)])
    assert total == (0, 0, 0, None)


@given(st.lists(st.tuples(prices, quantities, coins), max_size=8))
def test_totals_are_the_sums_of_the_parts(parts):
    savings = [saving(*part) for part in parts]
    total = total_saving(savings)
    assert total.amount == sum(part.amount for part in savings)
    assert total.reference_amount - total.joint_amount == total.amount
    if total.ratio is not None:
        assert total.ratio * total.reference_amount == total.amount


@given(prices, quantities, coins)
def test_the_amount_alone_is_the_nearest_coin(price, quantity, joint):
    exact = price * quantity * 100
    assert abs(saving(price, quantity, joint).reference_amount - exact) <= Fraction(1, 2)
    assert nearest_coin(-exact) == -nearest_coin(exact)
