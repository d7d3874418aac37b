"""What is kept back of a bill: whole soles, half up, and parts that add up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from engine.withholding import left_to_withhold, percentage_of, proportion_of
from hypothesis import given
from hypothesis import strategies as st

AMOUNTS = st.integers(0, 10**11)
PERCENTS = st.fractions(0, 100, max_denominator=10_000)


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        pytest.param(118_000, 11_800, id="1,180.00 gives 118"),
        pytest.param(123_456, 12_300, id="1,234.56 gives 123"),
        pytest.param(123_499, 12_300, id="just below the half"),
        pytest.param(123_500, 12_400, id="the half goes up"),
        pytest.param(124_500, 12_500, id="half up and not to the even sol"),
        pytest.param(0, 0, id="nothing"),
    ],
)
def test_ten_percent_in_whole_soles(total, expected):
    assert percentage_of(total, 10, unit=100) == expected


def test_three_percent_to_the_cent():
    assert percentage_of(118_000, 3) == 3_540
    assert percentage_of(50, 3) == 2, "1.5 cents"
    assert percentage_of(100_000, Decimal("1.5")) == 1_500


@given(AMOUNTS, PERCENTS, st.sampled_from([1, 5, 100]))
def test_is_within_half_a_unit_and_a_multiple_of_it(total, percent, unit):
    kept = percentage_of(total, percent, unit)
    assert kept % unit == 0
    assert -unit < 2 * (kept - total * Fraction(percent) / 100) <= unit


@given(st.lists(AMOUNTS, min_size=1, max_size=8), PERCENTS)
def test_parts_add_up_to_the_percentage_of_the_whole(parts, percent):
    covered = withheld = 0
    for part in parts:
        covered += part
        kept = left_to_withhold(covered, withheld, percent)
        assert kept >= 0
        withheld += kept
    assert withheld == percentage_of(sum(parts), percent)


def test_what_was_kept_back_too_much_is_not_given_back():
    assert left_to_withhold(10_000, 500, 3) == 0


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_whole_in_the_other_currency(soles, dollars):
    assert proportion_of(soles, dollars, soles) == dollars


@pytest.mark.parametrize(
    ("call", "error"),
    [
        pytest.param(lambda: percentage_of(1.0, 3), TypeError, id="float total"),
        pytest.param(lambda: percentage_of(1, 3.0), TypeError, id="float percent"),
        pytest.param(lambda: percentage_of(-1, 3), ValueError, id="negative total"),
        pytest.param(lambda: percentage_of(1, -3), ValueError, id="negative percent"),
        pytest.param(lambda: percentage_of(1, 3, 0), ValueError, id="no unit"),
        pytest.param(lambda: proportion_of(1, 1, 0), ValueError, id="nothing to divide by"),
        pytest.param(lambda: left_to_withhold(1, True, 3), TypeError, id="bool withheld"),
    ],
)
def test_refuses_what_is_not_exact_or_below_zero(call, error):
    with pytest.raises(error):
        call()
