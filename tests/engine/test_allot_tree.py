"""Units down the tiers of a network of networks."""

from decimal import Decimal
from fractions import Fraction

import pytest
from engine.apportion import allot_lots, allot_tree
from hypothesis import given
from hypothesis import strategies as st


@st.composite
def nodes(draw, depth=3, key="root"):
    """Draw a feasible node: caps are drawn so that they never fall below the floors."""
    children = []
    if depth and draw(st.booleans()):
        count = draw(st.integers(1, 4))
        children = [draw(nodes(depth=depth - 1, key=key)) for key in range(count)]
    node = {"key": key, "children": children}
    if not children or draw(st.booleans()):
        node["weight"] = draw(st.integers(0, 5) | st.fractions(0, 5, max_denominator=9))
    if not children:
        floor = draw(st.integers(0, 4))
        node["floor"] = floor
        node["cap"] = draw(st.none() | st.integers(floor, floor + 12))
    elif draw(st.booleans()):
        node["cap"] = draw(st.integers(floor_of(node), floor_of(node) + 30))
    return node


def floor_of(node):
    return max(node.get("floor") or 0, sum(map(floor_of, node["children"])))


def weight_of(node):
    if node.get("weight") is not None:
        return Fraction(node["weight"])
    return sum(map(weight_of, node["children"]), Fraction(0))


def cap_of(node):
    limits = [node.get("cap")]
    if node["children"]:
        room = [cap_of(c) if weight_of(c) else floor_of(c) for c in node["children"]]
        limits.append(None if None in room else sum(room))
    return min((limit for limit in limits if limit is not None), default=None)


def walk(node, path):
    yield path, node
    for child in node["children"]:
        yield from walk(child, (*path, child["key"]))


@given(nodes(), st.integers(0, 60))
def test_sums_floors_and_caps_at_every_level(tree, more):
    supply = floor_of(tree) + more
    units = allot_tree(supply, tree)
    limit = cap_of(tree)
    assert units["root",] == (supply if limit is None else min(supply, limit))
    assert list(units) == [path for path, _node in walk(tree, ("root",))]
    for path, node in walk(tree, ("root",)):
        assert units[path] >= floor_of(node)
        assert cap_of(node) is None or units[path] <= cap_of(node)
        if node["children"]:
            assert units[path] == sum(units[(*path, child["key"])] for child in node["children"])


@given(nodes(), st.integers(0, 60))
def test_every_level_is_one_allotment_of_lots(tree, more):
    units = allot_tree(floor_of(tree) + more, tree)
    for path, node in walk(tree, ("root",)):
        below = node["children"]
        if below:
            assert [units[(*path, child["key"])] for child in below] == allot_lots(
                units[path],
                [weight_of(child) for child in below],
                [cap_of(child) for child in below],
                [floor_of(child) for child in below],
                [child["key"] for child in below],
            )


def turned_around(node):
    return {**node, "children": [turned_around(child) for child in reversed(node["children"])]}


@given(nodes(), st.integers(0, 60))
def test_order_of_siblings_does_not_matter(tree, more):
    supply = floor_of(tree) + more
    assert allot_tree(supply, turned_around(tree)) == allot_tree(supply, tree)


@given(nodes(), st.integers(0, 60), st.integers(1, 5))
def test_more_supply_takes_nothing_from_anyone(tree, more, extra):
    supply = floor_of(tree) + more
    before, after = allot_tree(supply, tree), allot_tree(supply + extra, tree)
    assert all(after[path] >= before[path] for path in before)


def leaf(key, weight, **limits):
    return {"key": key, "weight": weight, **limits}


def test_a_network_weighs_what_its_members_weigh_unless_it_says_otherwise():
    north = {"key": "N", "children": [leaf("a", 1), leaf("b", Decimal("1.5"))]}
    south = {"key": "S", "children": [leaf("c", Fraction(5, 2))]}
    assert allot_tree(10, [north, south])["S",] == 5
    assert allot_tree(10, [{**north, "weight": 0}, south])["S",] == 10


def test_what_the_members_of_a_network_cannot_take_goes_to_the_others():
    north = {"key": "N", "weight": 9, "children": [leaf("a", 1, cap=2), leaf("b", 0, floor=1)]}
    south = {"key": "S", "weight": 1, "cap": 8, "children": [leaf("c", 1)]}
    units = allot_tree(20, {"key": "red", "children": [north, south]})
    assert units == {
        ("red",): 11,
        ("red", "N"): 3,
        ("red", "N", "a"): 2,
        ("red", "N", "b"): 1,
        ("red", "S"): 8,
        ("red", "S", "c"): 8,
    }


def test_the_larger_floor_holds():
    south = {"key": "S", "weight": 9, "children": [leaf("c", 1)]}
    promised = {"key": "N", "weight": 1, "floor": 6, "children": [leaf("a", 1), leaf("b", 1)]}
    assert allot_tree(10, [promised, south])["N",] == 6
    members = {"key": "N", "weight": 1, "floor": 1, "children": [leaf("a", 1, floor=4)]}
    assert allot_tree(10, [members, south])["N", "a"] == 4


def test_root_alone_and_root_without_key():
    assert allot_tree(5, {"key": "red"}) == {("red",): 5}
    assert allot_tree(5, {"key": "red", "weight": 0, "cap": 3}) == {("red",): 3}
    assert allot_tree(5, {"children": [leaf("a", 1)]}) == {(): 5, ("a",): 5}
    assert allot_tree(5, [leaf("a", 1)]) == {(): 5, ("a",): 5}


def test_keys_may_be_numbers_and_equal_in_different_branches():
    tree = [{"key": i, "children": [leaf(1, 1), leaf(2, 1)]} for i in (2, 1)]
    assert allot_tree(1, tree) == {
        (): 1,
        (2,): 0,
        (2, 1): 0,
        (2, 2): 0,
        (1,): 1,
        (1, 1): 1,
        (1, 2): 0,
    }


@pytest.mark.parametrize(
    ("supply", "tree", "error", "message"),
    [
        (9, [leaf("a", 1), leaf("a", 2)], ValueError, "root: more than one child has the key 'a'"),
        (9, [{"weight": 1}], ValueError, "root: a child has no key"),
        (9, [leaf("a", 1), leaf(1, 1)], TypeError, "root: keys of its children"),
        (9, {"key": "N", "children": [leaf("a", -1)]}, ValueError, "N / a: weight is negative"),
        (9, {"key": "N", "children": [leaf("a", 0.5)]}, TypeError, "N / a: weight must be"),
        (9, {"key": "N", "children": [leaf("a", True)]}, TypeError, "N / a: weight must be"),
        (9, [leaf("a", 1, cap=-1)], ValueError, "a: cap is negative"),
        (9, [leaf("a", 1, floor=-1)], ValueError, "a: floor is negative"),
        (9, [leaf("a", 1, cap=1.5)], TypeError, "a: cap must be an int"),
        (9, [leaf("a", 1, cap=1, floor=2)], ValueError, "a: the floor 2 is above the cap 1"),
        (9, [leaf("a", 1, wieght=2)], ValueError, "a: unknown fields"),
        (
            9,
            {"key": "N", "floor": 5, "children": [leaf("a", 1, cap=4)]},
            ValueError,
            "N: the floor 5 is above the cap 4",
        ),
        (3, [leaf("a", 1, floor=2), leaf("b", 1, floor=2)], ValueError, "root: the floor is 4"),
        (-1, [leaf("a", 1)], ValueError, "supply is negative"),
        (1.0, [leaf("a", 1)], TypeError, "supply must be an int"),
    ],
)
def test_refuses_naming_the_path(supply, tree, error, message):
    with pytest.raises(error, match=message):
        allot_tree(supply, tree)
