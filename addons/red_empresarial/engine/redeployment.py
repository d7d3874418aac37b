"""Redeployment: who is offered the quota units that others have left over.

Units and limits are ``int``, weights exact numbers; givers and takers may be any hashable values,
whose order decides ties.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import NamedTuple

from .apportion import allot_lots
from .exact import Exact, whole_numbers

__all__ = ["Redeployment", "Taker", "redeploy"]

Pair = tuple[Hashable, Hashable]


class Taker(NamedTuple):
    """Who may take units: its weight, and how many it has room for (``None``: no limit)."""

    key: Hashable
    weight: Exact
    room: int | None = None


class Redeployment(NamedTuple):
    """``moves``: units by giver and taker; ``rest``: what nobody could take, by giver."""

    moves: dict[Pair, int]
    rest: dict[Hashable, int]


def redeploy(
    offers: Mapping[Hashable, int], takers: Sequence[Taker], refused: Collection[Pair] = ()
) -> Redeployment:
    """Offer what givers have left over to takers, in proportion to their weights.

    All that is on offer is split by capped Webster over the takers; givers then fill them in their
    order, so that there are few moves. Where pairs were refused, what they leave is split again.

    :param offers: units by giver
    :param takers: who may take; a giver may not be among them
    :param refused: pairs ``(giver, taker)`` between which nothing moves
    :returns: moves and rest; with every giver's rest its moves add up to its offer
    :raises TypeError, ValueError: as :func:`engine.apportion.allot_lots`; a negative offer; someone
        who gives and takes

    Invariants: a taker gets no more than its room; a rest is left only where every taker that is
    not refused is full or has no weight.

    >>> takers = [Taker("c", 2), Taker("d", 1, room=1)]
    >>> redeploy({"a": 4, "b": 2}, takers)
    Redeployment(moves={('a', 'c'): 4, ('b', 'c'): 1, ('b', 'd'): 1}, rest={'a': 0, 'b': 0})
    >>> redeploy({"a": 4}, [Taker("d", 1, room=1)]).rest
    {'a': 3}
    """
    rest = dict(zip(offers, whole_numbers(offers.values(), "offer"), strict=True))
    if {taker.key for taker in takers} & rest.keys():
        raise ValueError("nobody gives and takes at once")
    banned = set(refused)
    moves: dict[Pair, int] = {}
    while True:
        takers = [taker for taker in takers if _may_take(taker, rest, banned)]
        moved = _fill(rest, takers, banned) if takers else {}
        if not moved:
            return Redeployment(moves, rest)
        for pair, units in moved.items():
            moves[pair] = moves.get(pair, 0) + units
        takers = _less_room(takers, moved)


def _may_take(taker: Taker, rest: Mapping[Hashable, int], banned: set[Pair]) -> bool:
    givers = (giver for giver, units in rest.items() if units)
    return bool(
        taker.weight
        and taker.room != 0
        and any((giver, taker.key) not in banned for giver in givers)
    )


def _fill(rest: dict[Hashable, int], takers: Sequence[Taker], banned: set[Pair]) -> dict[Pair, int]:
    """One round: split all that is left, let givers fill the shares; changes ``rest``."""
    shares = allot_lots(
        sum(rest.values()), [taker.weight for taker in takers], [taker.room for taker in takers]
    )
    moved: dict[Pair, int] = {}
    giving = [giver for giver, units in rest.items() if units]
    for taker, share in zip(takers, shares, strict=True):
        for giver in giving:
            if not share:
                break
            if (giver, taker.key) not in banned:
                units = min(share, rest[giver])
                moved[giver, taker.key] = units
                rest[giver] -= units
                share -= units
        giving = [giver for giver in giving if rest[giver]]
    return moved


def _less_room(takers: Sequence[Taker], moved: Mapping[Pair, int]) -> list[Taker]:
    got: Counter[Hashable] = Counter()
    for (_giver, key), units in moved.items():
        got[key] += units
    return [
        taker if taker.room is None else taker._replace(room=taker.room - got[taker.key])
        for taker in takers
    ]
