"""Quota plans over two tiers: sums, limits, fair shares and one unit more."""

import pytest
from engine.apportion import allot_tree
from engine.quota import allot_plan, effective_cap, explain_plan, gains_of_one_more
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


def test_money_without_limits_is_within_a_cent_at_both_levels():
    sixth = [{"key": key, "weight": 1} for key in range(6)]
    nodes = [{"key": "n", "weight": 2, "children": sixth}, {"key": "s", "weight": 1}]
    units = allot_plan(100_00, nodes, money=True)
    assert (units[("n",)], units[("s",)]) == (6667, 3333)
    assert sorted(units[("n", key)] for key in range(6)) == [1111] * 5 + [1112]
    assert all(abs(why.difference) < 1 for why in explain_plan(100_00, nodes, units).values())
