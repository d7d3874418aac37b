"""Division of what a network shares: money to the cent, quota units to the unit.

Two methods, each for the property its use cannot do without:

* **Money** by largest remainder (Hamilton): every share is within one cent of the exact one.
* **Units** by Webster (Sainte-Laguë): more supply never takes a unit from anyone, and more capacity
  or weight for one member never takes a unit from that member. Hamilton guarantees neither.

Source: Balinski & Young, *Fair Representation* (2nd ed., Brookings, 2001). No method has all of
these properties at once; that is a theorem of theirs, not a shortcoming of this module.

Amounts are integers in minor units (cents); weights are exact (``int``, ``Fraction``, ``Decimal``);
floats are refused. Results never depend on the order of the members when distinct ``keys`` are
given.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from hashlib import sha256
from heapq import heapify, heappop, heapreplace
from itertools import accumulate, compress
from operator import gt, itemgetter, not_
from typing import Any, NamedTuple

from .exact import (
    Exact,
    common_integers,
    exact_number,
    exact_weight,
    require_length,
    tie_order,
    whole_number,
    whole_numbers,
)

__all__ = [
    "allot_lots",
    "allot_tree",
    "cumulative_increments",
    "exact_weight",
    "rotated_keys",
    "split_amount",
    "water_fill",
]

NODE_FIELDS = frozenset({"key", "weight", "cap", "floor", "children"})


# Money ---------------------------------------------------------------------------------------


def split_amount(
    amount: int, weights: Sequence[Exact], keys: Sequence[Any] | None = None
) -> list[int]:
    """Split an amount of money in proportion to weights, to the cent (largest remainder, Hamilton).

    :param amount: minor units (cents); may be negative
    :param weights: one exact number per member; only their ratios matter (thirds are 1 : 1 : 1)
    :param keys: decide who gets a cent when remainders tie, smaller first; default the position
    :returns: one amount in minor units per weight
    :raises TypeError: float or bool anywhere, or an amount that is not an ``int``
    :raises ValueError: no weights, all of them zero, one negative, or not one key per weight

    Invariants: the shares add up to ``amount``; each is less than one cent from its exact share;
    ``split_amount(-x) == -split_amount(x)``; a zero weight gets 0.

    Case A1, where leaving the difference to one "rounding partner" would give it 75.36:

    >>> split_amount(30150, [1, 1, 1, 1])
    [7538, 7538, 7537, 7537]
    >>> split_amount(-10000, [1, 1, 1], keys=["c", "a", "b"])
    [-3333, -3334, -3333]
    """
    magnitude = abs(whole_number(amount, "amount"))
    parts, _denominator = common_integers(weights, "weight")
    order = tie_order(len(parts), keys)
    whole = sum(parts)
    if not whole:
        raise ValueError("at least one weight must be greater than zero")
    shares, remainders = [], []
    for part in parts:
        share, remainder = divmod(magnitude * part, whole)
        shares.append(share)
        remainders.append(remainder)
    # The sort is stable, so members with the same remainder stay in the order of their keys.
    order.sort(key=lambda position: -remainders[position])
    for position in order[: magnitude - sum(shares)]:
        shares[position] += 1
    return shares if amount >= 0 else [-share for share in shares]


def cumulative_increments(
    cumulative_amount: int,
    weights: Sequence[Exact],
    already: Sequence[int],
    keys: Sequence[Any] | None = None,
) -> list[int]:
    """Return what each member is still to be given so that it holds its share of a running total.

    For what reaches members in parts (the collections of an invoice, the credit notes against it):
    splitting each part by itself would let the cents drift; splitting the running total and
    deducting what was given cannot.

    :param cumulative_amount: the running total *including* this part, minor units
    :param weights: those of the original document. Its frozen rows (amounts of one sign) serve as
        weights too: the part that completes the document then gives back each row to the cent,
        whatever the keys
    :param already: what each member was given in earlier parts, minor units
    :param keys: those of the original document; the same in every part
    :raises TypeError, ValueError: as :func:`split_amount`; also unless there is one ``already`` per
        weight

    Invariants: the increments add up to ``cumulative_amount - sum(already)``; ``already`` plus the
    increments is ``split_amount(cumulative_amount)``, however many parts came before. While the
    total grows an increment is never below -1: Hamilton may ask one cent back. Carry it to the next
    part; never collect it alone.

    Case A5, two credit notes of 50.00 against an invoice of 100.00 (3334, 3333, 3333):

    >>> first = cumulative_increments(5000, [1, 1, 1], [0, 0, 0])
    >>> first, cumulative_increments(10000, [1, 1, 1], first)
    ([1667, 1667, 1666], [1667, 1666, 1667])
    """
    shares = split_amount(cumulative_amount, weights, keys)
    already = [whole_number(given, "already") for given in already]
    require_length(len(shares), already, "amounts already given")
    return [share - given for share, given in zip(shares, already, strict=True)]


def rotated_keys(count: int, turn: int) -> list[int]:
    """Return tie-breaking keys for ``count`` members that change with every document.

    With fixed keys the same member wins the odd cent of every document. Rotating ends that for
    members who all tie; but where only some tie (2 : 1 : 1) whoever follows the largest member
    would win two turns in three. So a second round runs backwards, and each pair of rounds starts
    from another order.

    :param count: number of members
    :param turn: the document's number, best counted without gaps within the network; any ``int``
    :returns: the numbers 0 to ``count - 1``, one per position, always the same for the same
        ``turn``
    :raises TypeError: not ``int``
    :raises ValueError: a negative count

    Invariants: in ``count`` consecutive turns (starting at a multiple) everyone is first, second, …
    exactly once; in ``2 * count`` of any two members each goes before the other equally often. Case
    A5: 10,000 invoices of 100.00 over three equal members leave them a cent apart, not 100.00.

    >>> sorted(tuple(rotated_keys(3, turn)).index(0) for turn in range(3))
    [0, 1, 2]
    """
    if whole_number(count, "count") < 0:
        raise ValueError("count is negative")
    if not count:
        return []
    round_number, offset = divmod(whole_number(turn, "turn"), count)
    pair_of_rounds, backwards = divmod(round_number, 2)
    order = sorted(range(count), key=lambda position: _shuffle_key(pair_of_rounds, position))
    order = order[offset:] + order[:offset]
    if backwards:
        order.reverse()
    keys = [0] * count
    for key, position in enumerate(order):
        keys[position] = key
    return keys


def _shuffle_key(seed: int, position: int) -> bytes:
    # A digest, unlike the random module's shuffle, is the same in every version of Python.
    return sha256(f"{seed}:{position}".encode()).digest()


# Units ---------------------------------------------------------------------------------------


def allot_lots(
    supply: int,
    weights: Sequence[Exact],
    caps: Sequence[int | None] | None = None,
    floors: Sequence[int | None] | None = None,
    keys: Sequence[Any] | None = None,
) -> list[int]:
    """Allot whole units in proportion to weights, between floors and caps (capped Webster).

    Also known as Sainte-Laguë. Everyone starts at its floor; each next unit goes to the one below
    its cap with the highest ``weight / (units + 1/2)``. The result is that of this rule, without
    running it unit by unit.

    :param supply: units to allot
    :param weights: one exact number per member; a zero weight keeps only its floor
    :param caps: most units each can take; ``None``, for all or for one, is no limit
    :param floors: least units each is owed; ``None`` is 0
    :param keys: decide ties, smaller first; default the position
    :returns: units per member, in the order of ``weights``
    :raises TypeError: float or bool anywhere; a supply, cap or floor that is not an ``int``
    :raises ValueError: anything negative, lengths that differ, a floor above its cap, floors above
        the supply

    Invariants: the units add up to ``min(supply, caps of positive weights + floors of zero
    weights)``; more supply takes nothing from anyone; more cap or weight for one takes nothing from
    that one; any group, run again on its own total, gets the same units.

    Case L1, where Hamilton gives 51, 44, 2, 2, 1:

    >>> allot_lots(100, [5117, 4400, 162, 161, 160])
    [51, 43, 2, 2, 2]
    >>> allot_lots(10, [1, 0], caps=[3, 9])
    [3, 0]
    """
    parts, _denominator = common_integers(weights, "weight")
    if whole_number(supply, "supply") < 0:
        raise ValueError("supply is negative")
    units = _bounds(floors, len(parts), 0, "floor")
    limits = _bounds(caps, len(parts), supply, "cap")
    _require_feasible(supply, limits, units)
    competing = [position for position in tie_order(len(parts), keys) if parts[position]]
    floors_in_play = [units[position] for position in competing]
    chosen = _webster(
        supply - sum(units) + sum(floors_in_play),
        [parts[position] for position in competing],
        floors_in_play,
        [limits[position] for position in competing],
    )
    for position, allotted in zip(competing, chosen, strict=True):
        units[position] = allotted
    return units


def water_fill(
    supply: Exact, weights: Sequence[Exact], caps: Sequence[Exact | None] | None = None
) -> list[Fraction]:
    """Share out something divisible in proportion to weights, up to caps (max-min fair share).

    What a capped member leaves is shared by the rest in proportion to their weights: the benchmark
    that reports set beside the whole units of :func:`allot_lots`.

    :param supply, weights, caps: exact numbers; a cap of ``None`` is no limit
    :returns: one ``Fraction`` per weight, in the unit of ``supply``
    :raises TypeError: float or bool anywhere
    :raises ValueError: anything negative, or lengths that differ

    Invariants: the shares add up to ``min(supply, caps of positive weights)``; all below their cap
    have the same share per weight, and nobody has more. A zero weight gets 0.

    Case L3:

    >>> from decimal import Decimal
    >>> [str(share) for share in water_fill(10, [1, 1, 1, 1], [2, Decimal("2.6"), 4, 5])]
    ['2', '13/5', '27/10', '27/10']
    """
    parts, _denominator = common_integers(weights, "weight")
    common_integers([supply], "supply")
    limits = [supply] * len(parts) if caps is None else caps
    require_length(len(parts), limits, "caps")
    limits = [supply if limit is None else limit for limit in limits]
    (*limits, total), denominator = common_integers([*limits, supply], "cap")
    limits = [limit if part else 0 for limit, part in zip(limits, parts, strict=True)]
    if sum(limits) <= total:
        return [Fraction(limit, denominator) for limit in limits]
    level, divisor = _water_level(total, parts, [0] * len(parts), limits)
    return [
        Fraction(min(limit * divisor, level * part), divisor * denominator)
        for limit, part in zip(limits, parts, strict=True)
    ]


def _bounds(values: Sequence[int | None] | None, count: int, default: int, name: str) -> list[int]:
    if values is None:
        return [default] * count
    require_length(count, values, f"{name}s")
    return whole_numbers([default if value is None else value for value in values], name)


def _require_feasible(supply: int, caps: list[int], floors: list[int]) -> None:
    if sum(floors) > supply:
        raise ValueError(f"the floors add up to {sum(floors)}, more than the supply of {supply}")
    if any(map(gt, floors, caps)):
        position = next(i for i, floor in enumerate(floors) if floor > caps[i])
        raise ValueError(
            f"floor {floors[position]} at position {position} is above its cap {caps[position]}"
        )


def _webster(supply: int, weights: list[int], floors: list[int], caps: list[int]) -> list[int]:
    """Allot by Webster over positive integer weights, given in the order in which they win ties.

    The exact divisible shares, rounded to the nearest unit, are what Webster's rule gives at some
    other supply: every unit with a priority above one threshold. Rounding moves each member by at
    most half a unit, so that supply is at most half a unit per member away, and a heap adds or
    removes the difference by the rule itself.
    """
    if sum(caps) <= supply:
        return caps
    if sum(floors) == supply:
        return floors
    level, divisor = _water_level(supply, weights, floors, caps)
    twice_level, twice_divisor = 2 * level, 2 * divisor
    units = [
        floor
        if (nearest := (twice_level * weight + divisor) // twice_divisor) < floor
        else (nearest if nearest < cap else cap)
        for weight, floor, cap in zip(weights, floors, caps, strict=True)
    ]
    excess = sum(units) - supply
    if excess < 0:
        _step_by_priority(units, weights, caps, -excess, 1)
    elif excess > 0:
        _step_by_priority(units, weights, floors, excess, -1)
    return units


def _water_level(
    supply: int, weights: list[int], floors: list[int], caps: list[int]
) -> tuple[int, int]:
    """Return ``(n, d)`` such that ``sum(clamp(weight * n / d, floor, cap)) == supply``, exactly.

    Needs ``sum(floors) < supply < sum(caps)`` and a positive weight wherever a cap is above 0. The
    level rises from zero past each member's floor, where its share begins to grow, and its cap,
    where it stops.
    """
    shift = _ratio_shift(weights)
    bends = [
        ((floor << shift) // weight, floor, weight)
        for weight, floor in zip(weights, floors, strict=True)
        if floor
    ]
    bends += [
        ((cap << shift) // weight, -cap, -weight)
        for weight, cap in zip(weights, caps, strict=True)
        if weight and cap < supply  # nobody gets past the whole supply
    ]
    bends.sort(key=itemgetter(0))
    # Before each bend: what is left for those who are growing, and the sum of their weights.
    left = list(accumulate(map(itemgetter(1), bends), initial=supply - sum(floors)))
    growing_at_once = sum(compress(weights, map(not_, floors)))
    growing = list(accumulate(map(itemgetter(2), bends), initial=growing_at_once))

    def is_above(index: int) -> bool:
        _order, bound, weight = bends[index]
        return growing[index] * abs(bound) >= left[index] * abs(weight)

    segment = bisect_left(range(len(bends)), True, key=is_above)
    return left[segment], growing[segment]


def _step_by_priority(
    units: list[int], weights: list[int], bounds: list[int], steps: int, direction: int
) -> None:
    """Add (direction 1) the units of highest priority or remove (-1) those of lowest, in place.

    The priority of a member's next unit is ``weight / (units + 1/2)``, of its last ``weight /
    (units - 1/2)``; both compare as the integer ``((2 * units ± 1) << shift) // weight``, upside
    down. Ties are added by position and removed from the other end: turn and position make one
    integer, which a heap compares faster than a pair.
    """
    shift, count = _ratio_shift(weights), len(units)

    def entry(position: int) -> int:
        turn = ((2 * units[position] + direction) << shift) // weights[position]
        return direction * (turn * count + position)

    heap = [entry(position) for position in range(count) if units[position] != bounds[position]]
    heapify(heap)
    for _step in range(steps):
        position = direction * heap[0] % count
        units[position] += direction
        if units[position] == bounds[position]:
            heappop(heap)
        else:
            heapreplace(heap, entry(position))


def _ratio_shift(denominators: Iterable[int]) -> int:
    """Return the ``s`` for which ``(n << s) // d`` orders fractions ``n / d`` exactly.

    Two different fractions with denominators below ``2**b`` are more than ``2**-2b`` apart: scaled
    by ``2**2b``, more than one apart, so that rounding down keeps them apart and in order. Equal
    fractions stay equal.
    """
    return 2 * max(denominators).bit_length()


# Units over tiers ----------------------------------------------------------------------------


class _Node(NamedTuple):
    """A checked tree node with what it leaves out filled in from its children."""

    path: tuple[Any, ...]
    weight: Fraction
    floor: int
    cap: int | None
    children: tuple["_Node", ...]


def allot_tree(
    supply: int, tree: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], int]:
    """Allot whole units down a tree of networks and members, each level by :func:`allot_lots`.

    :param supply: units to allot
    :param tree: the root node, or a sequence of nodes for a root without a key. A node is a mapping
        with ``key`` (only the root may lack it) and, each optional or ``None``, ``weight``,
        ``floor``, ``cap`` and ``children`` (nodes)
    :returns: units for *every* node, the root and inner ones included, by path: the keys from the
        root down. A root without a key has the path ``()``. Parents come before their children
    :raises TypeError: as :func:`allot_lots`; also sibling keys that cannot be compared
    :raises ValueError: as :func:`allot_lots`; also a key that is missing or repeated among
        siblings, or an unknown field. Every message names the path

    A missing weight or floor is the sum over the children, so a leaf without a weight counts as
    zero. All limits hold together: a node's cap is the smaller of its own and what its children can
    take (caps of those with a positive weight, floors of those with zero), its floor the larger of
    its own and theirs. Siblings tie by key. The root's weight plays no part, since nothing competes
    with it.

    Invariants: the root gets ``min(supply, its cap)``; every node's units are the sum of its
    children's and lie between its floor and cap.

    Two tiers need not equal one flat allotment, because each level rounds by itself: flat, the four
    members below would get 4, 4, 3, 4.

    >>> north = {"key": "N", "children": [{"key": "a", "weight": 5}, {"key": "b", "weight": 5}]}
    >>> south = {"key": "S", "children": [{"key": "c", "weight": 3}, {"key": "d", "weight": 4}]}
    >>> for path, units in allot_tree(15, [north, south]).items():
    ...     print(path, units)
    () 15
    ('N',) 9
    ('N', 'a') 5
    ('N', 'b') 4
    ('S',) 6
    ('S', 'c') 3
    ('S', 'd') 3
    >>> allot_lots(15, [5, 5, 3, 4])
    [4, 4, 3, 4]
    """
    root = tree if isinstance(tree, Mapping) else {"children": tree}
    path = () if root.get("key") is None else (root["key"],)
    node = _measure(root, path)
    if whole_number(supply, "supply") < 0:
        raise ValueError("supply is negative")
    if supply < node.floor:
        raise ValueError(f"{_label(path)}: the floor is {node.floor}, the supply only {supply}")
    units: dict[tuple[Any, ...], int] = {}
    _spread(node, supply if node.cap is None else min(supply, node.cap), units)
    return units


def _measure(fields: Mapping[str, Any], path: tuple[Any, ...]) -> _Node:
    """Check a node and everything below it, and work out its effective weight, floor and cap."""
    unknown = set(fields) - NODE_FIELDS
    if unknown:
        raise ValueError(f"{_label(path)}: unknown fields {sorted(map(str, unknown))}")
    below = list(fields.get("children") or ())
    _require_sibling_keys([child.get("key") for child in below], path)
    children = tuple(_measure(child, (*path, child["key"])) for child in below)

    floor = max(_node_units(fields, "floor", path) or 0, sum(child.floor for child in children))
    caps = [_node_units(fields, "cap", path), _capacity(children)]
    cap = min((cap for cap in caps if cap is not None), default=None)
    if cap is not None and floor > cap:
        raise ValueError(f"{_label(path)}: the floor {floor} is above the cap {cap}")
    return _Node(path, _node_weight(fields, children, path), floor, cap, children)


def _node_weight(
    fields: Mapping[str, Any], children: Sequence[_Node], path: tuple[Any, ...]
) -> Fraction:
    value = fields.get("weight")
    if value is None:
        return sum((child.weight for child in children), Fraction(0))
    weight = exact_number(value, f"{_label(path)}: weight")
    if weight < 0:
        raise ValueError(f"{_label(path)}: weight is negative")
    return weight


def _node_units(fields: Mapping[str, Any], name: str, path: tuple[Any, ...]) -> int | None:
    value = fields.get(name)
    if value is not None and whole_number(value, f"{_label(path)}: {name}") < 0:
        raise ValueError(f"{_label(path)}: {name} is negative")
    return value


def _capacity(children: Sequence[_Node]) -> int | None:
    """Return what the children can take by the zero-weight rule; ``None`` is no limit."""
    limits = [child.cap if child.weight else child.floor for child in children]
    return None if not limits or None in limits else sum(limits)


def _require_sibling_keys(keys: list[Any], path: tuple[Any, ...]) -> None:
    if None in keys:
        raise ValueError(f"{_label(path)}: a child has no key")
    try:
        ordered = sorted(keys)
    except TypeError as error:
        raise TypeError(f"{_label(path)}: keys of its children cannot be compared") from error
    for key, following in zip(ordered, ordered[1:], strict=False):
        if key == following:
            raise ValueError(f"{_label(path)}: more than one child has the key {key!r}")


def _spread(node: _Node, allotted: int, units: dict[tuple[Any, ...], int]) -> None:
    units[node.path] = allotted
    if not node.children:
        return
    shares = allot_lots(
        allotted,
        [child.weight for child in node.children],
        caps=[child.cap for child in node.children],
        floors=[child.floor for child in node.children],
        keys=[child.path[-1] for child in node.children],
    )
    for child, share in zip(node.children, shares, strict=True):
        _spread(child, share, units)


def _label(path: tuple[Any, ...]) -> str:
    return " / ".join(map(str, path)) or "root"
