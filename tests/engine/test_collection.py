"""Collected basis and network tariff: parts of frozen shares that end exact."""

from fractions import Fraction

import pytest
from engine.apportion import split_amount
from engine.collection import collected_fraction, due_shares
from engine.distribution import Share, share_tariff
from hypothesis import given
from hypothesis import strategies as st

coins = st.integers(0, 10**9)
weights = st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any)


@given(coins, weights, st.lists(st.integers(1, 10**6), min_size=1, max_size=6))
def test_collections_of_any_size_end_exact(amount, shares, payments):
    frozen = split_amount(amount, shares)
    total, received, given_so_far = sum(payments), 0, [0] * len(shares)
    for payment in payments:
        received += payment
        due = due_shares(frozen, collected_fraction(total, received))
        increments = [now - before for now, before in zip(due, given_so_far, strict=True)]
        given_so_far = [a + b for a, b in zip(given_so_far, increments, strict=True)]
        reached = Fraction(received, total) * amount
        assert abs(sum(given_so_far) - reached) <= Fraction(1, 2)
        assert min(increments) >= -1, "Hamilton asks back one coin at most"
    assert given_so_far == frozen


@given(coins, weights, st.fractions(0, 1))
def test_what_is_due_mirrors_for_refunds(amount, shares, fraction):
    frozen = split_amount(amount, shares)
    mirrored = [-share for share in frozen]
    assert due_shares(mirrored, fraction) == [-due for due in due_shares(frozen, fraction)]


def test_an_odd_cent_against_the_others_does_not_disturb():
    assert due_shares([100, -1, 50], Fraction(1, 2)) == [50, 0, 25]
    assert due_shares([100, -1, 50], Fraction(1)) == [100, -1, 50]


def test_collected_fraction_bounds():
    assert collected_fraction(-500, 0) == 1, "a credit note alone waits for nothing"
    assert collected_fraction(100, -20) == 0, "what was paid back is not negative income"


@given(coins, weights, st.decimals(0, 100, places=6))
def test_tariff_adds_up_and_never_exceeds_the_share_by_more_than_a_coin(amount, shares, rate):
    tariffs = share_tariff(amount, rate, shares)
    assert abs(sum(tariffs) - Fraction(rate) * amount / 100) <= Fraction(1, 2)
    frozen = split_amount(amount, shares)
    assert all(t <= share + 1 for t, share in zip(tariffs, frozen, strict=True))


@given(coins, weights, st.integers(0, 100), st.integers(0, 10**9))
def test_refunds_in_two_parts_give_the_whole_tariff_back(amount, shares, rate, first):
    first = min(first, amount)
    tariffs = share_tariff(amount, rate, shares)
    given_back = [Share(-part, -part) for part in split_amount(first, shares)]
    early = share_tariff(-first, rate, shares)
    late = share_tariff(first - amount, rate, shares, given_back, early)
    assert [a + b for a, b in zip(early, late, strict=True)] == [-tariff for tariff in tariffs]


def test_a_rate_above_a_hundred_is_refused():
    with pytest.raises(ValueError, match="negative"):
        share_tariff(100, 101, [1, 1])
