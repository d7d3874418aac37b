"""What to order of a product: whole packs and minimums, shared exactly and explainably."""

import doctest
from decimal import Decimal
from fractions import Fraction
from time import perf_counter

import pytest
from engine import consolidation
from engine.consolidation import consolidate, find_step, share_ordered
from hypothesis import given
from hypothesis import strategies as st

rules = st.sampled_from(["tolerance", "up", "down"])


@st.composite
def needs(draw, max_size=6):
    """Draw requests, tolerances, pack and minimum."""
    asked = draw(st.lists(st.integers(0, 30), max_size=max_size))
    extra = draw(st.lists(st.integers(0, 12), min_size=len(asked), max_size=len(asked)))
    tolerances = [request + more for request, more in zip(asked, extra, strict=True)]
    return asked, tolerances, draw(st.integers(0, 24)), draw(st.integers(0, 90))


def test_the_examples_of_the_docstrings_hold():
    assert doctest.testmod(consolidation).failed == 0


@pytest.mark.parametrize(
    ("label", "arguments", "ordered", "parts", "decided"),
    [
        ("what was asked fits", ([4, 2, 6], None, 6), 12, (4, 2, 6), "exact"),
        ("no packs", ([4, 2, 1], None, 0), 7, (4, 2, 1), "exact"),
        ("up to 6 if a pack needs it", ([4, 4, 3], [4, 6, 3], 12), 12, (4, 5, 3), "up_within"),
        ("a pack is out of reach", ([5, 5, 3], None, 12), 12, (5, 4, 3), "down"),
        ("always up", ([5, 5, 3], None, 12, 0, "up"), 24, (9, 9, 6), "up_beyond"),
        ("up after the tolerances", ([5, 5], [6, 5], 12, 0, "up"), 12, (7, 5), "up_beyond"),
        ("always down", ([7, 6], [20, 20], 12, 0, "down"), 12, (6, 6), "down"),
        ("less than a pack", ([3, 2], None, 12), 0, (0, 0), "below"),
        ("below the minimum", ([10, 10], None, 1, 21), 0, (0, 0), "below"),
        ("raised to the minimum", ([10, 10], [11, 12], 1, 22), 22, (11, 11), "raised"),
        ("a minimum is whole packs", ([10, 10], [15, 15], 6, 25), 30, (15, 15), "raised"),
        ("the pack reaches the minimum", ([10, 10], [13, 13], 6, 21), 24, (12, 12), "up_within"),
        ("down, but raised", ([7, 6], [12, 12], 12, 13, "down"), 24, (12, 12), "raised"),
        ("up past the minimum", ([5, 5], None, 12, 12, "up"), 12, (6, 6), "up_beyond"),
        ("who asks nothing takes nothing", ([5, 0], [5, 9], 6), 0, (0, 0), "below"),
        ("nobody asked", ([0, 0], None, 6, 5), 0, (0, 0), "empty"),
        ("nobody at all", ([],), 0, (), "empty"),
    ],
)
def test_cases(label, arguments, ordered, parts, decided):
    found = consolidate(*arguments)
    assert (found.ordered, found.parts, found.decided) == (ordered, parts, decided), label
    assert found.requested == sum(arguments[0]), label


@given(needs(), rules)
def test_parts_add_up_in_whole_packs_and_keep_within_what_was_said(case, rule):
    asked, tolerances, pack, minimum = case
    found = consolidate(asked, tolerances, pack, minimum, rule)
    assert sum(found.parts) == found.ordered == found.packs * max(1, pack)
    assert found.ordered == 0 or found.ordered >= minimum
    for request, limit, part in zip(asked, tolerances, found.parts, strict=True):
        assert request or not part
        if found.decided in ("down", "below", "empty"):
            assert part <= request
        else:
            assert part >= request
        if found.decided != "up_beyond":
            assert part <= limit
    if found.ordered:
        distance = abs(found.ordered - found.requested)
        assert distance < max(1, pack) or found.decided == "raised"


@given(needs(), rules, st.randoms(use_true_random=False))
def test_the_order_of_the_members_changes_nothing(case, rule, numbers):
    asked, tolerances, pack, minimum = case
    keys = [f"member {position}" for position in range(len(asked))]
    rows = list(zip(asked, tolerances, keys, strict=True))
    found = consolidate(asked, tolerances, pack, minimum, rule, keys)
    numbers.shuffle(rows)
    if rows:
        again = consolidate(
            [row[0] for row in rows],
            [row[1] for row in rows],
            pack,
            minimum,
            rule,
            [row[2] for row in rows],
        )
        parts = dict(zip((row[2] for row in rows), again.parts, strict=True))
        assert tuple(parts[key] for key in keys) == found.parts


@given(needs(), rules, st.integers(0, 5), st.integers(1, 20))
def test_more_tolerance_lowers_neither_the_order_nor_ones_own_part(case, rule, position, more):
    asked, tolerances, pack, minimum = case
    if position >= len(asked):
        return
    before = consolidate(asked, tolerances, pack, minimum, rule)
    tolerances[position] += more
    after = consolidate(asked, tolerances, pack, minimum, rule)
    assert after.ordered >= before.ordered
    assert after.parts[position] >= before.parts[position]
    # What others lose is never what they asked, only what came on top of it.
    for request, part, new in zip(asked, before.parts, after.parts, strict=True):
        assert new >= min(request, part)


@given(needs(), rules)
def test_down_orders_at_most_and_up_at_least_what_tolerance_does(case, rule):
    asked, tolerances, pack, _minimum = case
    low, middle, high = (
        consolidate(asked, tolerances, pack, 0, rule).ordered
        for rule in ("down", "tolerance", "up")
    )
    assert low <= middle <= high


@given(needs(), rules, st.integers(2, 9))
def test_a_finer_step_of_the_same_packs_orders_the_same(case, rule, factor):
    asked, tolerances, pack, minimum = case
    coarse = consolidate(asked, tolerances, max(1, pack), minimum, rule)
    fine = consolidate(
        [factor * request for request in asked],
        [factor * limit for limit in tolerances],
        factor * max(1, pack),
        factor * minimum,
        rule,
    )
    assert (fine.ordered, fine.decided) == (factor * coarse.ordered, coarse.decided)


def test_refusals_say_what_is_wrong():
    with pytest.raises(ValueError, match="request at position 1 is negative"):
        consolidate([1, -1])
    with pytest.raises(ValueError, match="tolerance 3 at position 0 is below the request of 4"):
        consolidate([4], [3])
    with pytest.raises(ValueError, match="2 weights but 1 tolerances"):
        consolidate([4, 1], [5])
    with pytest.raises(ValueError, match="sideways"):
        consolidate([4], rule="sideways")
    with pytest.raises(ValueError, match="negative"):
        consolidate([4], pack=-1)
    for wrong in (1.0, True, Decimal(2)):
        with pytest.raises(TypeError):
            consolidate([wrong])
    with pytest.raises(TypeError):
        consolidate([1], [2.0])


@given(st.lists(st.fractions(0, 50, max_denominator=40), max_size=8))
def test_every_quantity_is_a_whole_number_of_steps(quantities):
    step = find_step(quantities, Fraction(1, 100))
    assert all((quantity / step).denominator == 1 for quantity in quantities)
    assert step == 1 or (Fraction(1, 100) / step).denominator == 1


def test_steps_of_units_and_decimals():
    assert find_step([], Fraction(1, 100)) == 1
    assert find_step([Decimal("10.5"), 3], Decimal("0.01")) == Fraction(1, 100)
    assert find_step([Fraction(5, 12), 1]) == Fraction(1, 12)
    with pytest.raises(TypeError):
        find_step([0.5])
    with pytest.raises(ValueError, match="finest"):
        find_step([1], 0)


def test_a_hundred_members_and_two_hundred_products_are_quick():
    asked = [1 + 7 * position % 90 for position in range(100)]
    tolerances = [quantity + position % 5 for position, quantity in enumerate(asked)]
    started = perf_counter()
    for product in range(200):
        consolidate(asked, tolerances, 12 + product, 0, "tolerance")
    assert perf_counter() - started < 1


@given(needs(), st.integers(0, 200))
def test_what_somebody_else_ordered_is_shared_as_if_ordered_here(need, ordered):
    asked, tolerances, _pack, _minimum = need
    if ordered and not any(asked):
        with pytest.raises(ValueError, match="nobody asked"):
            share_ordered(ordered, asked, tolerances)
        return
    parts = share_ordered(ordered, asked, tolerances)
    assert sum(parts) == ordered
    if ordered <= sum(asked):
        assert all(part <= request for part, request in zip(parts, asked, strict=True))
    else:
        assert all(part >= request for part, request in zip(parts, asked, strict=True))
    found = consolidate(asked, tolerances)
    assert share_ordered(found.ordered, asked, tolerances) == list(found.parts)
