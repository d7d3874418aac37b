"""Breakeven: planned from prices and costs, and observed in running results."""

from decimal import Decimal
from fractions import Fraction

import pytest
from engine.breakeven import breakeven, breakeven_reached
from hypothesis import assume, given
from hypothesis import strategies as st

exact = st.integers(0, 1000) | st.decimals(0, 1000, places=2)
products_lists = st.lists(
    st.tuples(exact, exact, exact.filter(bool)), min_size=1, max_size=6
).filter(lambda products: sum((p - c) * Fraction(m) for p, c, m in as_fractions(products)) > 0)


def as_fractions(products):
    return [tuple(map(Fraction, product)) for product in products]


@given(products_lists, exact)
def test_at_the_point_income_is_cost(products, fixed_cost):
    point = breakeven(products, fixed_cost)
    whole_mix = sum(mix for _price, _cost, mix in as_fractions(products))
    sold = [point.units * mix / whole_mix for _price, _cost, mix in as_fractions(products)]
    income = sum(p * n for (p, _c, _m), n in zip(as_fractions(products), sold, strict=True))
    variable = sum(c * n for (_p, c, _m), n in zip(as_fractions(products), sold, strict=True))
    assert income == point.sales == variable + Fraction(fixed_cost)
    assert point.sales * point.margin_ratio == Fraction(fixed_cost)
    assert point.profit_at(point.units) == 0
    for whole, exact_units in zip(point.units_by_product, sold, strict=True):
        assert isinstance(whole, int)
        assert 0 <= whole - exact_units < 1


@given(products_lists, exact, exact)
def test_units_for_a_profit_make_that_profit(products, fixed_cost, profit):
    point = breakeven(products, fixed_cost)
    assert point.profit_at(point.units_for_profit(profit)) == Fraction(profit)
    assert point.units_for_profit(0) == point.units
    assert point.units_for_profit(-point.fixed_cost) == 0


@given(products_lists, exact, st.integers(1, 1000))
def test_only_ratios_of_the_mix_matter(products, fixed_cost, factor):
    scaled = [(price, cost, Fraction(mix) * factor) for price, cost, mix in products]
    assert breakeven(scaled, fixed_cost) == breakeven(products, fixed_cost)


def test_whole_units_cover_the_fixed_cost_when_no_product_is_sold_at_a_loss():
    products = [(Decimal("9.90"), Decimal("4.10"), 3), (25, 11, 1)]
    point = breakeven(products, 1000)
    margins = [Fraction(price) - Fraction(cost) for price, cost, _mix in products]
    sold = zip(point.units_by_product, margins, strict=True)
    assert sum(units * margin for units, margin in sold) >= 1000


def test_nothing_to_cover():
    point = breakeven([(10, 4, 1)], 0)
    assert (point.units, point.units_by_product, point.sales) == (0, (0,), 0)
    assert point.margin_ratio == Fraction(3, 5)


@pytest.mark.parametrize(
    ("products", "fixed_cost", "error", "message"),
    [
        ([], 1, ValueError, "at least one product"),
        ([(10, 4)], 1, ValueError, "product 1 is not a price, a variable cost and a mix"),
        ([(10, 4, 1), (10, 4, 0)], 1, ValueError, "mix of product 2 must be greater than zero"),
        ([(10, 4, -1)], 1, ValueError, "mix of product 1 must be greater than zero"),
        ([(10, 10, 1)], 1, ValueError, "no breakeven point"),
        ([(10, 12, 1)], 1, ValueError, "no breakeven point"),
        ([(-10, 4, 1)], 1, ValueError, "price of product 1 cannot be negative"),
        ([(10, -4, 1)], 1, ValueError, "variable cost of product 1 cannot be negative"),
        ([(10, 4, 1)], -1, ValueError, "fixed cost cannot be negative"),
        ([(10.0, 4, 1)], 1, TypeError, "price of product 1 must be"),
        ([(10, 4, True)], 1, TypeError, "mix of product 1 must be"),
        ([(10, 4, 1)], 1.0, TypeError, "fixed cost must be"),
    ],
)
def test_refuses(products, fixed_cost, error, message):
    with pytest.raises(error, match=message):
        breakeven(products, fixed_cost)


def test_refuses_impossible_targets():
    point = breakeven([(10, 4, 1)], 60)
    with pytest.raises(ValueError, match="units cannot be negative"):
        point.profit_at(-1)
    with pytest.raises(ValueError, match="a loss cannot exceed the fixed cost"):
        point.units_for_profit(-61)
    with pytest.raises(TypeError):
        point.units_for_profit(0.5)


months = st.lists(st.tuples(st.integers(-50, 100), st.integers(-50, 100)), max_size=12)


@given(months)
def test_running_totals_and_what_they_prove(amounts):
    result = breakeven_reached((i, *amount) for i, amount in enumerate(amounts))
    holds = []
    for end, total in enumerate(result.series, start=1):
        income, expense = (sum(column) for column in zip(*amounts[:end], strict=True))
        assert total == (end - 1, income, expense)
        holds.append(income > 0 and expense > 0 and income >= expense)
    assert result.first_period == (holds.index(True) if any(holds) else None)
    assert result.reached == (bool(holds) and holds[-1])


@given(months)
def test_first_period_does_not_depend_on_what_follows(amounts):
    periods = [(i, *amount) for i, amount in enumerate(amounts)]
    first = breakeven_reached(periods).first_period
    assume(first is not None)
    up_to_there = breakeven_reached(periods[: first + 1])
    assert up_to_there.reached
    assert up_to_there.first_period == first


def test_reaching_it_exactly_counts_and_later_expenses_can_undo_it():
    result = breakeven_reached([("Q1", 100, 150), ("Q2", 50, 0), ("Q3", 0, 1)])
    assert (result.reached, result.first_period) == (False, "Q2")


def test_income_without_expense_proves_nothing():
    assert breakeven_reached([("Q1", 100, 0)])[:2] == (False, None)
    assert breakeven_reached([("Q1", 0, 0), ("Q2", 0, -5)])[:2] == (False, None)
    assert breakeven_reached([]) == (False, None, ())


@pytest.mark.parametrize(
    ("periods", "error"),
    [
        ([("Q1", 1, 1), ("Q1", 2, 2)], ValueError),
        ([("Q1", 1.0, 1)], TypeError),
        ([("Q1", 1, Decimal(1))], TypeError),
        ([("Q1", True, 1)], TypeError),
    ],
)
def test_running_results_refuse(periods, error):
    with pytest.raises(error):
        breakeven_reached(periods)
