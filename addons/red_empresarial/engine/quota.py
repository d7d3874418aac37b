"""Quota plans: whole units over networks and members, and the proof that members are shown.

Nodes are those of :func:`engine.apportion.allot_tree`, given as a sequence (a root without a key);
every node states its weight. Results are by path: the keys from the top down.

A node may have a ``guarantee``, the first units of a member with priority. It is a floor that never
is a reason to refuse: where not all can be covered, what they have above the floors is cut evenly.
Each level grants its guarantees out of what it got, so none reaches into another network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from .apportion import allot_lots, allot_tree, split_amount, water_fill
from .exact import whole_number

__all__ = [
    "Explanation",
    "allot_plan",
    "changes_of_one_more",
    "effective_cap",
    "explain_plan",
    "gains_of_one_more",
    "grant_guarantees",
    "split_flat",
]

Node = Mapping[str, Any]
Path = tuple[Any, ...]


class Explanation(NamedTuple):
    """Why a node got its units: ``difference`` is units less the exact fair share.

    ``granted`` is what is left of its guarantee once all were covered or cut; None without one.
    """

    weight: Fraction
    cap: int | None
    fair_share: Fraction
    units: int
    difference: Fraction
    granted: int | None = None


def allot_plan(supply: int, nodes: Sequence[Node], money: bool = False) -> dict[Path, int]:
    """Allot a plan over one or two tiers, each level by itself.

    :param supply: quota units, or coins where ``money``
    :param nodes: mappings ``{key, weight, cap, floor, guarantee, children}``
    :param money: split to the coin by :func:`split_amount` wherever no cap or floor binds a level
    :returns: units of every node by path; the root, ``()``, has what could be placed
    :raises TypeError, ValueError: as :func:`allot_tree`

    >>> allot_plan(10, [{"key": "a", "weight": 1, "cap": 3}, {"key": "b", "weight": 1, "cap": 4}])
    {(): 7, ('a',): 3, ('b',): 4}
    >>> allot_plan(100, [{"key": key, "weight": 1} for key in "abc"], money=True)
    {(): 100, ('a',): 34, ('b',): 33, ('c',): 33}
    >>> nodes = [{"key": "old", "weight": 9}, {"key": "new", "weight": 1, "guarantee": 3}]
    >>> allot_plan(10, nodes)
    {(): 10, ('old',): 7, ('new',): 3}
    """
    guaranteed = _has_guarantee(nodes)
    units = allot_tree(supply, _without_guarantees(nodes) if guaranteed else nodes)
    if guaranteed or (money and units[()] == supply):
        units[()] = _split_level(supply, nodes, (), units, money)
    return units


def _has_guarantee(nodes: Sequence[Node]) -> bool:
    return any("guarantee" in node or _has_guarantee(node.get("children") or ()) for node in nodes)


def _without_guarantees(nodes: Sequence[Node]) -> list[Node]:
    return [
        {
            **{name: value for name, value in node.items() if name != "guarantee"},
            "children": _without_guarantees(node.get("children") or ()),
        }
        for node in nodes
    ]


def _split_level(
    supply: int, nodes: Sequence[Node], path: Path, units: dict[Path, int], money: bool
) -> int:
    """Put guarantees, and Hamilton's shares of money, in place of Webster's, level by level.

    :returns: what this level took of the supply
    """
    keys = [node["key"] for node in nodes]
    weights = [node["weight"] for node in nodes]
    caps = [effective_cap(node) for node in nodes]
    floors = _granted_floors(supply, nodes, caps)
    bound = any(floors) or any(cap is not None for cap in caps)
    if bound or not money or not any(weights):
        shares = allot_lots(supply, weights, caps=caps, floors=floors, keys=keys)
    else:
        shares = split_amount(supply, weights, keys)
    for node, share in zip(nodes, shares, strict=True):
        below = (*path, node["key"])
        units[below] = share
        if node.get("children"):
            _split_level(share, node["children"], below, units, money)
    return sum(shares)


def _granted_floors(supply: int, nodes: Sequence[Node], caps: Sequence[int | None]) -> list[int]:
    return grant_guarantees(
        supply,
        [_effective_floor(node) for node in nodes],
        caps,
        [node.get("guarantee") or 0 for node in nodes],
        [node["key"] for node in nodes],
    )


def grant_guarantees(
    supply: int,
    floors: Sequence[int],
    caps: Sequence[int | None],
    guarantees: Sequence[int],
    keys: Sequence[Any] | None = None,
) -> list[int]:
    """Raise the floors of a level to the guarantees, as far as the supply reaches.

    :param floors: owed in any case; within the supply
    :param caps: a guarantee reaches no further; ``None`` is no limit
    :param guarantees: first units of members with priority; 0 for none
    :returns: floors within supply and caps; what guarantees have above the floors is cut evenly, in
        whole units, where the supply does not cover it
    :raises TypeError, ValueError: as :func:`engine.apportion.allot_lots`

    Invariants: nobody is below its floor; the floors add up to the supply at most; with more supply
    nobody's falls.

    >>> grant_guarantees(10, [2, 0, 0], [None, None, 3], [0, 5, 5])
    [2, 5, 3]
    >>> grant_guarantees(10, [4, 0, 0], [None, None, None], [0, 5, 5])
    [4, 3, 3]
    """
    wanted = [
        max((guarantee if cap is None else min(guarantee, cap)) - floor, 0)
        for floor, cap, guarantee in zip(floors, caps, guarantees, strict=True)
    ]
    if not any(wanted):
        return list(floors)
    room = max(supply - sum(floors), 0)
    granted = allot_lots(room, [1] * len(wanted), caps=wanted, keys=keys)
    return [floor + more for floor, more in zip(floors, granted, strict=True)]


def effective_cap(node: Node) -> int | None:
    """Return the most a node can take: its own cap, or what its children can if that is less.

    >>> effective_cap({"cap": 9, "children": [{"weight": 1, "cap": 3}, {"weight": 0, "floor": 2}]})
    5
    """
    below: list[int | None] = [
        effective_cap(child) if child.get("weight") else _effective_floor(child)
        for child in node.get("children") or ()
    ]
    limits = [node.get("cap")]
    if below and None not in below:
        limits.append(sum(limit for limit in below if limit is not None))
    return min((limit for limit in limits if limit is not None), default=None)


def _effective_floor(node: Node) -> int:
    below = sum(_effective_floor(child) for child in node.get("children") or ())
    return max(node.get("floor") or 0, below)


def explain_plan(
    supply: int, nodes: Sequence[Node], units: Mapping[Path, int]
) -> dict[Path, Explanation]:
    """Set the units of every node beside its exact fair share (weighted max-min, `water_fill`).

    Each level is compared by itself: the members of a network share what the network got, so two
    tiers need not equal one flat split. Floors and guarantees are no part of a fair share: what
    they move is seen in the difference.

    :param units: as :func:`allot_plan` returned them
    :returns: by path, without the root

    >>> nodes = [{"key": "a", "weight": 2}, {"key": "b", "weight": 1}]
    >>> explain_plan(10, nodes, allot_plan(10, nodes))[("a",)].difference
    Fraction(1, 3)
    """
    explained: dict[Path, Explanation] = {}
    _explain_level(whole_number(supply, "supply"), nodes, (), units, explained)
    return explained


def _explain_level(
    supply: int,
    nodes: Sequence[Node],
    path: Path,
    units: Mapping[Path, int],
    explained: dict[Path, Explanation],
) -> None:
    caps = [effective_cap(node) for node in nodes]
    shares = water_fill(supply, [node["weight"] for node in nodes], caps)
    floors = _granted_floors(supply, nodes, caps)
    for node, cap, share, floor in zip(nodes, caps, shares, floors, strict=True):
        below = (*path, node["key"])
        got, guarantee = units[below], node.get("guarantee")
        granted = min(guarantee, floor) if guarantee else None
        weight = Fraction(node["weight"])
        explained[below] = Explanation(weight, cap, share, got, got - share, granted)
        if node.get("children"):
            _explain_level(got, node["children"], below, units, explained)


def changes_of_one_more(supply: int, nodes: Sequence[Node], money: bool = False) -> dict[Path, int]:
    """Return what changes where the supply grows by one unit, by path from network to member.

    Empty where every cap binds. In whole units more supply takes nothing from anyone; money is
    rounded to the nearest coins, so a coin may move from one to another (a change below zero).

    :param money: as :func:`allot_plan`

    >>> changes_of_one_more(3, [{"key": "a", "weight": 2}, {"key": "b", "weight": 1}])
    {('a',): 1}
    >>> weights = {"a": 6, "b": 6, "c": 2}
    >>> nodes = [{"key": key, "weight": weight} for key, weight in weights.items()]
    >>> changes_of_one_more(10, nodes, money=True)
    {('a',): 1, ('b',): 1, ('c',): -1}
    """
    top = [_without_children(node) for node in nodes]
    before, after = (allot_plan(units, top, money=money)[()] for units in (supply, supply + 1))
    if before == after and money and before == supply:
        # The last coin that has a place: beyond it, `allot_plan` splits by whole units.
        units, more = allot_plan(supply, nodes, money=True), allot_plan(supply + 1, nodes, True)
        return {path: more[path] - units[path] for path in units if more[path] != units[path]}
    return {} if before == after else dict(_walk_changes(supply, supply + 1, nodes, (), money))


def _walk_changes(
    before: int, after: int, nodes: Sequence[Node], path: Path, money: bool
) -> Iterator[tuple[Path, int]]:
    """Changes of a level between two supplies, then of what is below them alone."""
    top = [_without_children(node) for node in nodes]
    units, more = (allot_plan(supply, top, money=money) for supply in (before, after))
    for node in nodes:
        key = (node["key"],)
        if units[key] != more[key]:
            below = (*path, node["key"])
            yield below, more[key] - units[key]
            if children := node.get("children"):
                yield from _walk_changes(units[key], more[key], children, below, money)


def _without_children(node: Node) -> dict[str, Any]:
    """A node by itself, within the limits of those below it."""
    limits = {"cap": effective_cap(node), "floor": _effective_floor(node)}
    return {**node, **limits, "children": []}


def gains_of_one_more(supply: int, nodes: Sequence[Node], money: bool = False) -> list[Path]:
    """Return who gets one unit more if the supply grows by one: the way from network to member.

    Empty where every cap binds.

    >>> gains_of_one_more(3, [{"key": "a", "weight": 2}, {"key": "b", "weight": 1}])
    [('a',)]
    >>> gains_of_one_more(3, [{"key": "a", "weight": 2, "cap": 1}])
    []
    """
    changes = changes_of_one_more(supply, nodes, money)
    return [path for path, change in changes.items() if change > 0]


def split_flat(supply: int, nodes: Sequence[Node], money: bool = False) -> dict[Path, int]:
    """Split over everybody at once, to be set beside what :func:`allot_plan` gives by levels.

    A member weighs its part of the weight of its network. Its own cap, floor and guarantee hold;
    what limits a network as a whole has no place in a split without networks.

    :param supply, nodes, money: as :func:`allot_plan`
    :returns: units by path of every node without children
    :raises TypeError, ValueError: as :func:`allot_plan`

    >>> north = [{"key": "a", "weight": 5}, {"key": "b", "weight": 5}]
    >>> south = [{"key": "c", "weight": 3}, {"key": "d", "weight": 4}]
    >>> nodes = [
    ...     {"key": "N", "weight": 10, "children": north},
    ...     {"key": "S", "weight": 7, "children": south},
    ... ]
    >>> [units for path, units in allot_plan(15, nodes).items() if len(path) == 2]
    [5, 4, 3, 3]
    >>> list(split_flat(15, nodes).values())
    [4, 4, 3, 4]
    """
    units = allot_plan(supply, list(_flatten(nodes)), money=money)
    return {way[0]: got for way, got in units.items() if way}


def _flatten(
    nodes: Sequence[Node], path: Path = (), share: Fraction | None = None
) -> Iterator[dict[str, Any]]:
    """Nodes without children, keyed by their paths; ``share`` is the weight they divide."""
    total = sum(Fraction(node["weight"]) for node in nodes)
    for node in nodes:
        below, weight = (*path, node["key"]), Fraction(node["weight"])
        if share is not None:
            weight = share * weight / total if total else Fraction(0)
        if children := node.get("children"):
            yield from _flatten(children, below, weight)
        else:
            yield {**node, "key": below, "weight": weight}
