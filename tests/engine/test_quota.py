"""Quota plans over two tiers: sums, limits, fair shares and one unit more."""

import pytest
from engine.apportion import allot_tree
from engine.quota import (
    allot_plan,
    changes_of_one_more,
    effective_cap,
    explain_plan,
    gains_of_one_more,
    grant_guarantees,
    split_flat,
)
from hypothesis import given
from hypothesis import strategies as st

WEIGHTS = st.fractions(min_value=0, max_value=50, max_denominator=9)
CAPS = st.none() | st.integers(0, 60)


def leaves(minimum):
    node = st.fixed_dictionaries({"weight": WEIGHTS, "cap": CAPS})
    return st.lists(node, min_size=minimum, max_size=4)


@st.composite
def trees(draw):
    """Networks with members; where a cap allows it some members have a floor."""
    nodes = draw(leaves(1))
    for number, node in enumerate(nodes):
        node["key"] = number
        node["children"] = draw(leaves(0))
        for child_number, child in enumerate(node["children"]):
            child["key"] = child_number
            most = child["cap"] if child["cap"] is not None else 3
            child["floor"] = draw(st.integers(0, min(most, 3)))
        floors = sum(child["floor"] for child in node["children"])
        if node["cap"] is not None:
            node["cap"] = max(node["cap"], floors)
    return nodes


def least(nodes):
    return sum(child["floor"] for node in nodes for child in node["children"])


@pytest.mark.parametrize("money", [False, True])
@given(data=st.data())
def test_every_level_adds_up_between_floors_and_caps(money, data):
    nodes = data.draw(trees())
    supply = data.draw(st.integers(least(nodes), 200))
    units = allot_plan(supply, nodes, money=money)
    assert units[()] <= supply
    assert sum(units[(node["key"],)] for node in nodes) == units[()]
    for node in nodes:
        own = units[(node["key"],)]
        cap = effective_cap(node)
        assert cap is None or own <= cap
        below = [units[(node["key"], child["key"])] for child in node["children"]]
        assert not below or sum(below) == own
        for child, got in zip(node["children"], below, strict=True):
            assert child["floor"] <= got
            assert child["cap"] is None or got <= child["cap"]


@given(data=st.data())
def test_units_are_those_of_the_tree_and_differ_less_than_they_are_many(data):
    nodes = data.draw(trees())
    supply = data.draw(st.integers(least(nodes), 200))
    units = allot_plan(supply, nodes)
    assert units == allot_tree(supply, nodes)
    explained = explain_plan(supply, nodes, units)
    assert explained.keys() == units.keys() - {()}
    for path, why in explained.items():
        assert why.difference == units[path] - why.fair_share
        assert why.cap is None or why.fair_share <= why.cap


@given(data=st.data())
def test_one_more_takes_from_nobody_and_follows_one_way_down(data):
    nodes = data.draw(trees())
    supply = data.draw(st.integers(least(nodes), 200))
    before, after = allot_plan(supply, nodes), allot_plan(supply + 1, nodes)
    gains = gains_of_one_more(supply, nodes)
    assert all(after[path] >= before[path] for path in before)
    assert len(gains) == len({len(path) for path in gains}) <= 2
    assert bool(gains) == (after[()] > before[()])


@given(data=st.data())
def test_more_capacity_takes_nothing_from_its_owner_on_either_level(data):
    """A member's cap is part of its network's: raising it may only raise both."""
    nodes = data.draw(trees())
    supply = data.draw(st.integers(least(nodes), 200))
    before = allot_plan(supply, nodes)
    path, owner = data.draw(st.sampled_from(list(every(nodes))))
    if owner["cap"] is not None:
        owner["cap"] += data.draw(st.integers(0, 20))
    after = allot_plan(supply, nodes)
    assert after[path] >= before[path]
    assert after[path[:1]] >= before[path[:1]]


def test_money_without_limits_is_within_a_cent_at_both_levels():
    sixth = [{"key": key, "weight": 1} for key in range(6)]
    nodes = [{"key": "n", "weight": 2, "children": sixth}, {"key": "s", "weight": 1}]
    units = allot_plan(100_00, nodes, money=True)
    assert (units[("n",)], units[("s",)]) == (6667, 3333)
    assert sorted(units[("n", key)] for key in range(6)) == [1111] * 5 + [1112]
    assert all(abs(why.difference) < 1 for why in explain_plan(100_00, nodes, units).values())


@pytest.mark.parametrize("money", [False, True])
@given(data=st.data())
def test_one_unit_more_is_what_the_split_of_one_unit_more_says(money, data):
    nodes = data.draw(st.one_of(trees(), guaranteed_trees()))
    supply = data.draw(st.integers(least(nodes), 200))
    before, after = (allot_plan(units, nodes, money=money) for units in (supply, supply + 1))
    changes = changes_of_one_more(supply, nodes, money=money)
    expected = {path: after[path] - before[path] for path in before}
    del expected[()]
    assert changes == {path: change for path, change in expected.items() if change}
    gains = gains_of_one_more(supply, nodes, money=money)
    assert gains == [path for path, change in changes.items() if change > 0]


def test_one_coin_more_is_not_who_whole_units_would_choose():
    """Hamilton and Webster differ: the explanation is that of the plan's own split."""
    nodes = [{"key": key, "weight": weight} for key, weight in (("a", 6), ("b", 6), ("c", 2))]
    assert gains_of_one_more(10, nodes) != gains_of_one_more(10, nodes, money=True)


# -- one split over everybody ------------------------------------------------------------------


@pytest.mark.parametrize("money", [False, True])
@given(data=st.data())
def test_a_flat_split_keeps_the_limits_of_members_and_the_sum(money, data):
    nodes = data.draw(trees())
    supply = data.draw(st.integers(least(nodes), 200))
    flat = split_flat(supply, nodes, money=money)
    assert sum(flat.values()) <= supply
    for node in nodes:
        for child in node["children"]:
            got = flat.pop((node["key"], child["key"]))
            assert child["floor"] <= got
            assert child["cap"] is None or got <= child["cap"]
        if not node["children"]:
            assert flat.pop((node["key"],)) >= 0
    assert not flat


@given(data=st.data())
def test_one_level_is_its_own_flat_split(data):
    nodes = [{**node, "children": []} for node in data.draw(trees())]
    supply = data.draw(st.integers(0, 200))
    units = allot_plan(supply, nodes)
    assert split_flat(supply, nodes) == {path: got for path, got in units.items() if path}


# -- priority: guaranteed first units ----------------------------------------------------------


@st.composite
def guaranteed_trees(draw):
    """As :func:`trees`, where some of both levels have priority."""
    nodes = draw(trees())
    for _path, node in list(every(nodes)):
        node["guarantee"] = draw(st.integers(0, 9))
    return nodes


def every(nodes, path=()):
    for node in nodes:
        below = (*path, node["key"])
        yield below, node
        yield from every(node.get("children") or (), below)


@pytest.mark.parametrize("money", [False, True])
@given(data=st.data())
def test_guarantees_keep_sums_floors_and_caps_and_are_granted(money, data):
    nodes = data.draw(guaranteed_trees())
    supply = data.draw(st.integers(least(nodes), 200))
    units = allot_plan(supply, nodes, money=money)
    explained = explain_plan(supply, nodes, units)
    assert units[()] == sum(units[(node["key"],)] for node in nodes) <= supply
    for path, node in every(nodes):
        cap = effective_cap(node)
        assert node.get("floor", 0) <= units[path]
        assert cap is None or units[path] <= cap
        below = [units[(*path, child["key"])] for child in node.get("children") or ()]
        assert not below or sum(below) == units[path]
        granted = explained[path].granted
        assert (granted is None) == (not node["guarantee"])
        assert granted is None or granted <= min(node["guarantee"], units[path])


@pytest.mark.parametrize("money", [False, True])
@given(data=st.data())
def test_without_priority_everything_is_as_before(money, data):
    nodes = data.draw(trees())
    supply = data.draw(st.integers(least(nodes), 200))
    plain = allot_plan(supply, nodes, money=money)
    for _path, node in every(nodes):
        node["guarantee"] = 0
    assert allot_plan(supply, nodes, money=money) == plain


@given(data=st.data())
def test_more_supply_takes_nothing_from_anyone_with_guarantees(data):
    nodes = data.draw(guaranteed_trees())
    supply = data.draw(st.integers(least(nodes), 200))
    before, after = allot_plan(supply, nodes), allot_plan(supply + 1, nodes)
    assert all(after[path] >= before[path] for path in before)
    assert len(gains_of_one_more(supply, nodes)) <= 2


@given(data=st.data())
def test_priority_never_takes_a_unit_from_who_has_it(data):
    nodes = data.draw(guaranteed_trees())
    supply = data.draw(st.integers(least(nodes), 200))
    node = data.draw(st.sampled_from(nodes))
    guarantee, node["guarantee"] = node["guarantee"], 0
    without = allot_plan(supply, nodes)
    node["guarantee"] = guarantee
    assert allot_plan(supply, nodes)[(node["key"],)] >= without[(node["key"],)]


@given(data=st.data())
def test_guarantees_within_a_network_leave_the_networks_alone(data):
    nodes = data.draw(trees())
    supply = data.draw(st.integers(least(nodes), 200))
    plain = allot_plan(supply, nodes)
    for node in nodes:
        for child in node["children"]:
            child["guarantee"] = data.draw(st.integers(0, 9))
    units = allot_plan(supply, nodes)
    assert [units[(node["key"],)] for node in nodes] == [plain[(node["key"],)] for node in nodes]


@given(data=st.data())
def test_guarantees_that_do_not_fit_are_cut_evenly(data):
    count = data.draw(st.integers(1, 5))
    numbers = st.lists(st.integers(0, 9), min_size=count, max_size=count)
    floors, guarantees = data.draw(numbers), data.draw(numbers)
    supply = sum(floors) + data.draw(st.integers(0, 20))
    granted = grant_guarantees(supply, floors, [None] * count, guarantees)
    assert sum(granted) <= supply
    more = [new - floor for new, floor in zip(granted, floors, strict=True)]
    cut = [
        got
        for got, floor, guarantee in zip(more, floors, guarantees, strict=True)
        if floor + got < guarantee
    ]
    assert not cut or sum(granted) == supply
    assert not cut or max(cut) - min(cut) <= 1
    assert not cut or max(more) <= min(cut) + 1


def test_a_newcomer_without_weight_gets_its_first_units():
    nodes = [{"key": "a", "weight": 3}, {"key": "b", "weight": 0, "guarantee": 5}]
    assert allot_plan(20, nodes) == {(): 20, ("a",): 15, ("b",): 5}
    assert explain_plan(20, nodes, allot_plan(20, nodes))[("b",)].difference == 5
