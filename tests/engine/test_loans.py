"""Loans: the schedules to the cent, the rates, and what ending a loan early costs."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from engine.loans import METHODS, early_interest, loan_schedule, rate_per_instalment
from hypothesis import given
from hypothesis import strategies as st

FIRST = date(2026, 1, 31)
FREQUENCY = st.sampled_from(["weekly", "fortnightly", "monthly"])
RATE = st.fractions(0, Fraction(1, 4), max_denominator=10_000)


@st.composite
def terms(draw):
    count = draw(st.integers(1, 60))
    return (
        draw(st.integers(1, 10**8)),
        draw(RATE),
        count,
        draw(st.dates(date(2024, 1, 1), date(2032, 12, 31))),
        draw(FREQUENCY),
        draw(st.sampled_from(METHODS)),
        draw(st.integers(0, count - 1)),
    )


def amounts(method, principal=100_000, rate=Fraction(2, 100), count=4, grace=0):
    schedule = loan_schedule(principal, rate, count, FIRST, "monthly", method, grace)
    return [tuple(instalment)[1:] for instalment in schedule]


def test_1000_at_2_percent_in_four_with_the_same_principal():
    assert amounts("principal") == [
        (25_000, 2_000, 75_000),
        (25_000, 1_500, 50_000),
        (25_000, 1_000, 25_000),
        (25_000, 500, 0),
    ]


def test_1000_at_2_percent_in_four_with_the_same_instalment():
    # 1000 * 0.02 / (1 - 1.02 ** -4) = 262.6238; the last one takes the two cents that are left.
    assert amounts("instalment") == [
        (24_262, 2_000, 75_738),
        (24_747, 1_515, 50_991),
        (25_242, 1_020, 25_749),
        (25_749, 515, 0),
    ]


def test_1000_at_2_percent_in_four_with_interest_on_the_whole():
    assert amounts("flat") == [
        (25_000, 2_000, 75_000),
        (25_000, 2_000, 50_000),
        (25_000, 2_000, 25_000),
        (25_000, 2_000, 0),
    ]


def test_an_odd_cent_is_in_the_first_instalments():
    assert [row[0] for row in amounts("principal", principal=100, count=3)] == [34, 33, 33]


def test_grace_pays_interest_alone():
    assert amounts("principal", grace=2) == [
        (0, 2_000, 100_000),
        (0, 2_000, 100_000),
        (50_000, 2_000, 50_000),
        (50_000, 1_000, 0),
    ]


def test_instalments_keep_the_day_of_the_first_one():
    schedule = loan_schedule(300, 0, 3, FIRST, "monthly", "flat")
    assert [i.due.isoformat() for i in schedule] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    weekly = loan_schedule(300, 0, 3, FIRST, "fortnightly", "flat")
    assert [i.due.isoformat() for i in weekly] == ["2026-01-31", "2026-02-14", "2026-02-28"]


@given(terms())
def test_the_principals_add_up_and_the_last_instalment_closes_the_loan(arguments):
    principal, _rate, count, first, *_rest, grace = arguments
    schedule = loan_schedule(*arguments)
    assert len(schedule) == count
    assert sum(i.principal for i in schedule) == principal
    assert schedule[-1].left == 0
    assert all(i.principal >= 0 and i.interest >= 0 and i.left >= 0 for i in schedule)
    assert not any(i.principal for i in schedule[:grace])
    days = [i.due for i in schedule]
    assert days[0] == first and days == sorted(set(days))


@given(terms())
def test_interest_is_within_half_a_coin_of_what_is_owed(arguments):
    principal, rate, *_rest, method, _grace = arguments
    owed = principal
    for instalment in loan_schedule(*arguments):
        exact = rate * (principal if method == "flat" else owed)
        assert abs(instalment.interest - exact) <= Fraction(1, 2)
        owed = instalment.left


@given(
    principal=st.integers(10_000, 10**8),
    rate=st.fractions(0, Fraction(1, 20), max_denominator=10_000),
    count=st.integers(1, 36),
)
def test_equal_instalments_differ_in_the_last_one_alone(principal, rate, count):
    schedule = loan_schedule(principal, rate, count, FIRST, "monthly", "instalment")
    paid = [i.principal + i.interest for i in schedule]
    assert len(set(paid[:-1])) <= 1
    # A coin for the two roundings of each period, grown with the rate until the end.
    slack = sum((1 + rate) ** number for number in range(count + 1))
    assert abs(paid[-1] - paid[0]) <= slack


@given(terms())
def test_flat_interest_never_costs_less(arguments):
    principal, rate, count, first, frequency, _method, grace = arguments
    costs = {
        method: sum(
            i.interest
            for i in loan_schedule(principal, rate, count, first, frequency, method, grace)
        )
        for method in METHODS
    }
    assert costs["flat"] >= costs["instalment"] and costs["flat"] >= costs["principal"]


def test_nominal_rates_are_divided():
    assert rate_per_instalment(24, "year", "monthly") == Fraction(2, 100)
    assert rate_per_instalment(Decimal("2.6"), "year", "weekly") == Fraction(5, 10_000)
    assert rate_per_instalment(2, "month", "fortnightly") == Fraction(24, 2600)


def test_ending_early_costs_the_period_that_runs():
    schedule = loan_schedule(100_000, Fraction(2, 100), 4, FIRST, "monthly", "principal")
    assert early_interest(schedule[1:], FIRST, date(2026, 2, 1)) == 1_500
    assert early_interest(schedule[1:], FIRST, FIRST) == 0
    assert early_interest([], FIRST, date(2027, 1, 1)) == 0


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"principal": 0}, ValueError, "principal"),
        ({"principal": 10.5}, TypeError, "principal"),
        ({"rate": -1}, ValueError, "rate"),
        ({"rate": 0.02}, TypeError, "rate"),
        ({"count": 0}, ValueError, "count"),
        ({"count": True}, TypeError, "count"),
        ({"grace": 4}, ValueError, "grace"),
        ({"grace": -1}, ValueError, "grace"),
        ({"frequency": "once"}, ValueError, "frequency"),
        ({"method": "german"}, ValueError, "method"),
    ],
)
def test_bad_terms_are_refused(change, error, message):
    good = {
        "principal": 100,
        "rate": Fraction(1, 50),
        "count": 4,
        "first": FIRST,
        "frequency": "monthly",
        "method": "flat",
    }
    with pytest.raises(error, match=message):
        loan_schedule(**{**good, **change})


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((-1, "month", "monthly"), ValueError),
        ((0.5, "month", "monthly"), TypeError),
        ((1, "day", "monthly"), ValueError),
        ((1, "month", "once"), ValueError),
    ],
)
def test_bad_rates_are_refused(arguments, error):
    with pytest.raises(error):
        rate_per_instalment(*arguments)
