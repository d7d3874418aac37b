"""Divisible shares: what every whole-unit allotment is compared with in reports."""

from decimal import Decimal
from fractions import Fraction

import pytest
from engine.apportion import allot_lots, water_fill
from hypothesis import given
from hypothesis import strategies as st

exact = st.one_of(
    st.integers(0, 50), st.decimals(0, 50, places=3), st.fractions(0, 50, max_denominator=20)
)


@st.composite
def cases(draw):
    size = draw(st.integers(0, 8))
    weights = draw(st.lists(exact, min_size=size, max_size=size))
    caps = draw(st.lists(st.none() | exact, min_size=size, max_size=size))
    return draw(exact), weights, caps


@given(cases())
def test_sum_and_caps(case):
    supply, weights, caps = case
    shares = water_fill(*case)
    limits = [
        Fraction(supply if cap is None else cap) if weight else Fraction(0)
        for weight, cap in zip(weights, caps, strict=True)
    ]
    assert sum(shares) == min(Fraction(supply), sum(limits))
    for share, limit in zip(shares, limits, strict=True):
        assert isinstance(share, Fraction)
        assert 0 <= share <= limit


@given(cases())
def test_all_below_their_cap_have_the_same_share_per_weight_and_nobody_has_more(case):
    _supply, weights, caps = case
    rates = [
        (share / Fraction(weight), cap is None or share < Fraction(cap))
        for share, weight, cap in zip(water_fill(*case), weights, caps, strict=True)
        if weight
    ]
    below_cap = [rate for rate, is_below_cap in rates if is_below_cap]
    assert len(set(below_cap)) <= 1
    if below_cap:
        assert max(rate for rate, _is_below_cap in rates) == below_cap[0]


@given(
    st.integers(0, 200),
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 60)), min_size=1, max_size=8),
)
def test_whole_units_add_up_to_the_same(supply, members):
    weights, caps = map(list, zip(*members, strict=True))
    assert sum(allot_lots(supply, weights, caps)) == sum(water_fill(supply, weights, caps))


@given(cases(), st.randoms(use_true_random=False))
def test_order_of_members_does_not_matter(case, random):
    supply, weights, caps = case
    shares = dict(enumerate(water_fill(*case)))
    order = random.sample(range(len(weights)), len(weights))
    shuffled = water_fill(supply, [weights[i] for i in order], [caps[i] for i in order])
    assert dict(zip(order, shuffled, strict=True)) == shares


def test_without_caps():
    assert water_fill(Decimal("1.5"), [1, 2]) == [Fraction(1, 2), 1]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((-1, [1]), ValueError),
        ((1, [-1]), ValueError),
        ((1, [1], [-1]), ValueError),
        ((1, [1], [1, 1]), ValueError),
        ((0.5, [1]), TypeError),
        ((1, [0.5]), TypeError),
        ((1, [1], [0.5]), TypeError),
        ((1, [True]), TypeError),
    ],
)
def test_refuses(arguments, error):
    with pytest.raises(error):
        water_fill(*arguments)
