"""Regular months: in a row, asked, and paid in good part."""

from datetime import date
from fractions import Fraction

import pytest
from engine.compliance import first_regular_months
from hypothesis import given
from hypothesis import strategies as st

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in range(1, 5))


def test_the_first_row_counts():
    months = [(JANUARY, 10, 0), (FEBRUARY, 10, 8), (MARCH, 10, 9), (APRIL, 10, 10)]
    assert first_regular_months(months, 80, 3) == [FEBRUARY, MARCH, APRIL]
    assert first_regular_months(months, 80, 2) == [FEBRUARY, MARCH]
    assert first_regular_months(months[::-1], 80, 3) == [FEBRUARY, MARCH, APRIL]
    assert first_regular_months(months, Fraction(801, 10), 3) is None


def test_a_gap_begins_a_new_row():
    months = [(JANUARY, 10, 10), (MARCH, 10, 10), (APRIL, 10, 10)]
    assert first_regular_months(months, 80, 2) == [MARCH, APRIL]
    asked_nothing = [(JANUARY, 10, 10), (FEBRUARY, 0, 0), (MARCH, 10, 10)]
    assert first_regular_months(asked_nothing, 80, 2) is None


def test_a_row_goes_on_over_the_new_year():
    months = [(date(2025, 12, 1), 5, 5), (JANUARY, 5, 5)]
    assert first_regular_months(months, 100, 2) == [date(2025, 12, 1), JANUARY]


@pytest.mark.parametrize(("target", "length"), [(0, 3), (101, 3), (80, 0)])
def test_senseless_terms_are_refused(target, length):
    with pytest.raises(ValueError):
        first_regular_months([], target, length)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30), st.integers(1, 5))
def test_all_months_of_the_row_reach_the_target(amounts, length):
    months = [
        (date(2020 + number // 12, number % 12 + 1, 1), asked, paid)
        for number, (asked, paid) in enumerate(amounts)
    ]
    row = first_regular_months(months, 80, length)
    reached = [asked > 0 and 100 * paid >= 80 * asked for _month, asked, paid in months]
    windows = [
        number
        for number in range(len(months) - length + 1)
        if all(reached[number : number + length])
    ]
    assert row == (
        [month for month, _a, _p in months[windows[0] : windows[0] + length]] if windows else None
    )
