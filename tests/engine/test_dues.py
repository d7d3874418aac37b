"""Dues: the days on which they fall, the amounts asked, and the share-out of a fund (F1)."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from engine.dues import (
    FREQUENCIES,
    amount_on,
    claims_ended,
    due_dates,
    dues_asked,
    dues_per_share,
    next_due_date,
    share_out,
    split_dues,
)
from hypothesis import given
from hypothesis import strategies as st

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
FREQUENCY = st.sampled_from(FREQUENCIES)
AMOUNT = st.integers(0, 10**8)


@given(first=DAYS, frequency=FREQUENCY, cut=DAYS, until=DAYS, last=st.none() | DAYS)
def test_two_ranges_that_meet_have_the_days_of_both(first, frequency, cut, until, last):
    cut = min(cut, until)
    before = due_dates(first, frequency, cut, last=last)
    after = due_dates(first, frequency, until, after=cut, last=last)
    assert before + after == due_dates(first, frequency, until, last=last)


@given(first=DAYS, frequency=FREQUENCY, until=DAYS, last=st.none() | DAYS)
def test_following_the_next_due_finds_the_same_days(first, frequency, until, last):
    found, day = [], next_due_date(first, frequency, last=last)
    while day and day <= until:
        found.append(day)
        day = next_due_date(first, frequency, after=day, last=last)
    assert found == due_dates(first, frequency, until, last=last)
    assert len(set(found)) == len(found) and found == sorted(found)


@given(first=DAYS, number=st.integers(0, 60))
def test_a_monthly_due_keeps_its_day_and_falls_in_every_month(first, number):
    days = due_dates(first, "monthly", first + timedelta(days=31 * number))
    months = [day.year * 12 + day.month for day in days]
    assert months == list(range(months[0], months[0] + len(months)))
    assert all(
        day.day == first.day or (day.day < first.day and (day + timedelta(days=1)).day == 1)
        for day in days
    )


def test_dues_of_the_31st_come_back_to_it_after_february():
    days = due_dates(date(2028, 1, 31), "monthly", date(2028, 4, 30))
    assert [day.day for day in days] == [31, 29, 31, 30]


def test_a_single_due_is_asked_once():
    first = date(2026, 3, 1)
    assert due_dates(first, "once", date(2030, 1, 1)) == [first]
    assert next_due_date(first, "once", after=first) is None
    assert next_due_date(first, "once", last=date(2026, 2, 1)) is None


def test_an_unknown_frequency_is_refused():
    with pytest.raises(ValueError, match="daily"):
        dues_asked(date(2026, 1, 1), "daily", date(2026, 1, 1))


@given(day=DAYS, amount=AMOUNT, steps=st.dictionaries(DAYS, AMOUNT, max_size=4))
def test_the_last_step_reached_decides_the_amount(day, amount, steps):
    reached = sorted(start for start in steps if start <= day)
    assert amount_on(day, amount, steps) == (steps[reached[-1]] if reached else amount)


@given(data=st.data(), amount=AMOUNT, turn=st.integers(0, 50))
def test_an_exemption_changes_what_nobody_else_owes(data, amount, turn):
    count = data.draw(st.integers(1, 9))
    weights = data.draw(
        st.none() | st.lists(st.fractions(1, 9), min_size=count, max_size=count).filter(any)
    )
    exempt = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
    whole = split_dues(amount, count, [False] * count, weights, turn)
    owed = split_dues(amount, count, exempt, weights, turn)
    assert sum(whole) == (amount if weights else amount * count)
    assert owed == [0 if free else due for due, free in zip(whole, exempt, strict=True)]


def test_the_odd_cent_of_a_split_goes_round():
    totals = [
        sum(split_dues(1000, 3, [False] * 3, [1, 1, 1], turn)[member] for turn in range(6))
        for member in range(3)
    ]
    assert totals == [2000, 2000, 2000]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((-1, 1, [False]), ValueError),
        ((1.5, 1, [False]), TypeError),
        ((1, 2, [False]), ValueError),
        ((1, 2, [False, False], [Fraction(1)]), ValueError),
    ],
)
def test_bad_dues_are_refused(arguments, error):
    with pytest.raises(error):
        split_dues(*arguments)


def test_F1_a_member_with_45_of_900_shares_of_5_gets_its_part_of_the_profit():
    contributions = [45 * 500, *[855 * 500]]
    assert share_out(900 * 500 + 90000, contributions)[0] == 22500 + 4500 == 27000


@given(total=AMOUNT, contributions=st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_a_share_out_gives_everything_and_nobody_less_than_nothing(total, contributions):
    if not any(contributions):
        with pytest.raises(ValueError, match="weight"):
            share_out(total, contributions)
        return
    shares = share_out(total, contributions)
    assert sum(shares) == total
    assert min(shares) >= 0
    if total >= sum(contributions):
        assert all(got >= own for got, own in zip(shares, contributions, strict=True))


@pytest.mark.parametrize("arguments", [(-1, [1]), (1, [-1]), (1, [])])
def test_bad_share_outs_are_refused(arguments):
    with pytest.raises(ValueError):
        share_out(*arguments)


@given(
    part=st.integers(0, 100),
    worth=st.integers(1, 10**8),
    contributions=st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any),
)
def test_what_is_settled_is_never_more_than_was_put_in(part, worth, contributions):
    total = worth * part // 100
    settled = claims_ended(total, worth, contributions)
    assert all(0 <= one <= own for one, own in zip(settled, contributions, strict=True))
    if total == worth or total >= sum(contributions):
        assert settled == contributions, "neither profit nor loss counts again"
    else:
        assert sum(settled) == total, "the rest of what was put in stays"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [((2, 1, [1]), ValueError), ((-1, 1, [1]), ValueError), ((1.5, 2, [1]), TypeError)],
)
def test_bad_settlements_of_claims_are_refused(arguments, error):
    with pytest.raises(error):
        claims_ended(*arguments)


@given(amount=AMOUNT, held=st.lists(st.integers(0, 1000), max_size=30), data=st.data())
def test_dues_per_share_are_the_amount_of_one_for_each(amount, held, data):
    exempt = data.draw(st.lists(st.booleans(), min_size=len(held), max_size=len(held)))
    owed = dues_per_share(amount, held, exempt)
    assert sum(owed) == amount * sum(n for n, free in zip(held, exempt, strict=True) if not free)
    assert not any(due for due, free in zip(owed, exempt, strict=True) if free)


def test_dues_per_share_of_the_shares_of_case_F1():
    assert dues_per_share(500, [45, 855], [False, False]) == [22500, 427500]


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (ValueError, (-1, [1], [False])),
        (ValueError, (1, [-1], [False])),
        (ValueError, (1, [1, 2], [False])),
        (TypeError, (1.5, [1], [False])),
        (TypeError, (1, [1.5], [False])),
        (TypeError, (True, [1], [False])),
    ],
)
def test_dues_per_share_refuse_what_is_no_whole_number(error, arguments):
    with pytest.raises(error):
        dues_per_share(*arguments)
