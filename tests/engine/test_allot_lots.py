"""Units: capped Webster against the rule run unit by unit, and the properties it is chosen for."""

from decimal import Decimal
from fractions import Fraction

import pytest
from engine.apportion import allot_lots
from hypothesis import assume, given, settings
from hypothesis import strategies as st


def unit_by_unit(supply, weights, caps=None, floors=None, keys=None):
    """The definition: from the floors up, each unit to the highest weight / (units + 1/2)."""
    units = list(floors or [0] * len(weights))
    caps = [supply if cap is None else cap for cap in caps or [None] * len(weights)]
    keys = keys or range(len(weights))
    while sum(units) < supply:
        below_cap = [i for i, weight in enumerate(weights) if weight and units[i] < caps[i]]
        if not below_cap:
            break
        following = min(
            below_cap, key=lambda i: ((2 * units[i] + 1) / Fraction(weights[i]), keys[i])
        )
        units[following] += 1
    return units


weights_of_any_kind = st.one_of(
    st.integers(0, 9),
    st.sampled_from([1, 10**12, 10**12 + 1]),
    st.decimals(0, 100, places=6),
    st.fractions(0, 20, max_denominator=30),
)


@st.composite
def cases(draw, max_size=7, max_supply=60):
    """Draw (supply, weights, caps, floors, keys) that are feasible."""
    size = draw(st.integers(0, max_size))
    kinds = draw(st.sampled_from([weights_of_any_kind, st.integers(0, 3), st.just(1)]))
    weights = draw(st.lists(kinds, min_size=size, max_size=size))
    floors = draw(st.lists(st.integers(0, 8), min_size=size, max_size=size))
    caps = [floor + draw(st.integers(0, 15)) for floor in floors]
    caps = [draw(st.sampled_from([cap, cap, None])) for cap in caps]
    supply = draw(st.integers(sum(floors), sum(floors) + max_supply))
    keys = draw(st.permutations(range(size)))
    return supply, weights, caps, floors, list(keys)


@settings(max_examples=600)
@given(cases())
def test_equals_the_rule_unit_by_unit(case):
    assert allot_lots(*case) == unit_by_unit(*case)


@given(st.integers(0, 80), st.lists(weights_of_any_kind, max_size=8))
def test_equals_the_rule_without_caps_or_floors(supply, weights):
    assert allot_lots(supply, weights) == unit_by_unit(supply, weights)


@given(cases(max_supply=10**6))
def test_sum_caps_floors_and_zero_weights(case):
    supply, weights, caps, floors, _keys = case
    units = allot_lots(*case)
    limits = [
        (supply if cap is None else cap) if weight else floor
        for weight, cap, floor in zip(weights, caps, floors, strict=True)
    ]
    assert sum(units) == min(supply, sum(limits))
    for allotted, limit, floor in zip(units, limits, floors, strict=True):
        assert floor <= allotted <= limit


@given(cases(), st.randoms(use_true_random=False))
def test_order_of_members_does_not_matter_with_keys(case, random):
    supply, *columns = case
    members = list(zip(*columns, strict=True))
    before = dict(zip(case[-1], allot_lots(*case), strict=True))
    random.shuffle(members)
    columns = [list(column) for column in zip(*members, strict=True)] or [[]] * 4
    assert dict(zip(columns[-1], allot_lots(supply, *columns), strict=True)) == before


@given(cases(), st.fractions(Fraction(1, 1000), 1000))
def test_scale_of_the_weights_does_not_matter(case, factor):
    supply, weights, *rest = case
    scaled = [Fraction(weight) * factor for weight in weights]
    assert allot_lots(supply, scaled, *rest) == allot_lots(*case)


@given(cases(), st.integers(1, 5))
def test_more_supply_takes_nothing_from_anyone(case, more):
    supply, *rest = case
    before, after = allot_lots(*case), allot_lots(supply + more, *rest)
    assert all(a >= b for a, b in zip(after, before, strict=True))


@given(cases(), st.integers(1, 5), st.data())
def test_more_capacity_takes_nothing_from_its_owner(case, more, data):
    supply, weights, caps, floors, keys = case
    assume(weights)
    owner = data.draw(st.integers(0, len(weights) - 1))
    raised = list(caps)
    raised[owner] = None if caps[owner] is None else caps[owner] + more
    after = allot_lots(supply, weights, raised, floors, keys)
    assert after[owner] >= allot_lots(*case)[owner]


@given(cases(), st.fractions(0, 10), st.data())
def test_more_weight_takes_nothing_from_its_owner(case, more, data):
    supply, weights, caps, floors, keys = case
    assume(weights)
    owner = data.draw(st.integers(0, len(weights) - 1))
    heavier = [Fraction(weight) for weight in weights]
    heavier[owner] += more
    after = allot_lots(supply, heavier, caps, floors, keys)
    assert after[owner] >= allot_lots(*case)[owner]


@given(cases(), st.data())
def test_any_group_on_its_own_total_gets_the_same(case, data):
    units = allot_lots(*case)
    group = [i for i in range(len(units)) if data.draw(st.booleans())]
    columns = [[column[i] for i in group] for column in case[1:]]
    assert allot_lots(sum(units[i] for i in group), *columns) == [units[i] for i in group]


@pytest.mark.parametrize("supply", [1_000_000, 999_999, 1_005_000, 1_000_001])
def test_equal_weights_differ_by_one_unit_at_most_in_the_order_of_keys(supply):
    count = 10_000
    each, rest = divmod(supply, count)
    keys = list(range(count, 0, -1))
    expected = [each] * (count - rest) + [each + 1] * rest
    assert allot_lots(supply, [1] * count, keys=keys) == expected


def test_floors_far_above_the_fair_share_are_kept_and_the_rest_is_shared():
    floors = [500] * 100 + [0] * 100
    units = allot_lots(51_000, [1] * 100 + [10**12] * 100, floors=floors)
    assert units == [500] * 100 + [10] * 100


def test_huge_supply_over_few_members():
    assert allot_lots(10**18, [1, 2, 3], caps=[10**18, 5, None]) == [
        (10**18 - 5) // 4 + 1,
        5,
        (10**18 - 5) * 3 // 4,
    ]


def test_all_caps_binding():
    caps = list(range(10_000))
    assert allot_lots(10**9, [1] * 10_000, caps=caps) == caps


def test_weights_a_trillion_apart():
    assert allot_lots(1_000, [1, 10**12]) == [0, 1_000]
    assert allot_lots(1_000, [1, 10**12], caps=[None, 990]) == [10, 990]


def test_six_decimals_tie_exactly():
    thirds = [Decimal("0.333333")] * 3
    assert allot_lots(100, thirds, keys=["c", "b", "a"]) == [33, 33, 34]


def test_nobody_and_nothing():
    assert allot_lots(5, []) == []
    assert allot_lots(0, [1, 2]) == [0, 0]
    assert allot_lots(9, [0, 0], floors=[2, 1]) == [2, 1]
    assert allot_lots(3, [1, 2], floors=[2, 1]) == [2, 1]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((-1, [1]), ValueError, "supply is negative"),
        ((1, [-1]), ValueError, "weight at position 0 is negative"),
        ((1, [1, 1], [1, -1]), ValueError, "cap at position 1 is negative"),
        ((1, [1, 1], None, [1, -1]), ValueError, "floor at position 1 is negative"),
        ((1, [1, 1], [1]), ValueError, "2 weights but 1 caps"),
        ((1, [1, 1], None, [1]), ValueError, "2 weights but 1 floors"),
        ((1, [1, 1], None, None, [1]), ValueError, "2 weights but 1 keys"),
        ((9, [1, 1], [3, 3], [0, 4]), ValueError, "floor 4 at position 1 is above its cap 3"),
        ((9, [0], [3], [4]), ValueError, "floor 4 at position 0 is above its cap 3"),
        ((9, [1, 1], None, [5, 5]), ValueError, "floors add up to 10, more than the supply of 9"),
        ((1.0, [1]), TypeError, "supply must be an int, not float"),
        ((True, [1]), TypeError, "supply must be an int, not bool"),
        ((1, [1.0]), TypeError, "weight must be an int, a Fraction or a Decimal, not float"),
        ((1, [False, 1]), TypeError, "weight .* not bool"),
        ((1, [1], [1.0]), TypeError, "cap must be an int, not float"),
        ((1, [1], None, [Decimal(1)]), TypeError, "floor must be an int, not Decimal"),
        ((1, [1], [True]), TypeError, "cap must be an int, not bool"),
    ],
)
def test_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        allot_lots(*arguments)
