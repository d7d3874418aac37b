"""What to order of one product, given what each member asked: whole packs, at least the minimum.

Packs rarely fit what is asked. Rounding up, the units nobody asked go first to those who said they
take more (*tolerances*); rounding down, the shortage is shared by what each asked. Both by Webster
(:func:`~.apportion.allot_lots`), so that asking more, or tolerating more, never gives oneself less.

Quantities are whole *steps* (pieces, hundredths of a kilo); :func:`find_step` tells which step all
of a product's quantities fit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import add, gt
from typing import Any

from .apportion import allot_lots
from .exact import Exact, exact_number, require_length, whole_number, whole_numbers

__all__ = ["Consolidation", "consolidate", "find_step", "share_ordered"]

RULES = ("tolerance", "up", "down")

EMPTY = "empty"
EXACT = "exact"
UP_WITHIN = "up_within"
UP_BEYOND = "up_beyond"
DOWN = "down"
RAISED = "raised"
BELOW = "below"


@dataclass(frozen=True, slots=True)
class Consolidation:
    """What is ordered of a product, in steps, and why.

    ``decided`` is ``exact`` (what was asked), ``up_within`` (rounded up, within the tolerances),
    ``up_beyond`` (rounded up beyond them), ``down`` (rounded down), ``raised`` (up to the minimum,
    within the tolerances), ``below`` (nothing: less than a pack or than the minimum) or ``empty``
    (nobody asked). ``parts`` add up to ``ordered``, in the order of the requests.
    """

    requested: int
    ordered: int
    packs: int
    parts: tuple[int, ...]
    decided: str


def find_step(quantities: Iterable[Exact], finest: Exact = 1) -> Fraction:
    """Return the step of which all ``quantities`` are whole multiples.

    Whole quantities are shared in whole units; once one has decimals, all are shared as finely as
    quantities are kept.

    :param finest: precision in which quantities are kept, such as a hundredth
    :raises TypeError: float, bool or any other type that is not exact
    :raises ValueError: a precision that is not above zero

    A step below ``finest`` says that a quantity cannot be kept in this unit (a piece in dozens):

    >>> find_step([10, 4], Fraction(1, 100)), find_step([Fraction(21, 2), 4], Fraction(1, 100))
    (Fraction(1, 1), Fraction(1, 100))
    >>> find_step([Fraction(5, 12)], Fraction(1, 100))
    Fraction(1, 300)
    """
    finest = exact_number(finest, "finest")
    if finest <= 0:
        raise ValueError("finest is not above zero")
    denominators = {exact_number(quantity, "quantity").denominator for quantity in quantities}
    if denominators <= {1}:
        return Fraction(1)
    return Fraction(1, lcm(finest.denominator, *denominators))


def consolidate(
    requests: Sequence[int],
    tolerances: Sequence[int | None] | None = None,
    pack: int = 1,
    minimum: int = 0,
    rule: str = "tolerance",
    keys: Sequence[Any] | None = None,
) -> Consolidation:
    """Consolidate what members asked of one product.

    :param requests: steps each member asked
    :param tolerances: steps each takes at most, at least what it asked; ``None``, for all or for
        one, is no more than it asked
    :param pack: steps of a pack; zero or one where packs do not matter
    :param minimum: least steps the supplier accepts; zero for none
    :param rule: ``tolerance`` (up to a whole pack as far as the tolerances go, else down), ``up``
        (always up; what is beyond the tolerances is shared by what each asked) or ``down``
    :param keys: decide ties, smaller first; default the position
    :raises TypeError: float, bool or any other type than ``int``
    :raises ValueError: anything negative, a tolerance below its request, lengths that differ, an
        unknown rule

    Invariants: the parts add up to ``ordered``, a whole number of packs and zero or at least the
    minimum; rounded down nobody gets more than it asked, otherwise nobody less; only ``up_beyond``
    goes beyond a tolerance; who asked nothing gets nothing.

    Three hotels, packs of six; the second takes up to six if a pack needs it:

    >>> consolidate([4, 3, 3], [4, 6, 3], pack=6).parts
    (4, 5, 3)
    >>> consolidate([4, 3, 3], pack=6).decided, consolidate([4, 3, 3], pack=6).parts
    ('down', (2, 2, 2))
    >>> consolidate([4, 3, 3], pack=6, rule="up").parts
    (5, 4, 3)
    >>> consolidate([4, 3, 3], pack=6, minimum=18).decided
    'below'
    """
    requests = whole_numbers(requests, "request")
    tolerances = _get_tolerances(requests, tolerances)
    pack = max(1, whole_numbers([pack], "pack")[0])
    (minimum,) = whole_numbers([minimum], "minimum")
    if rule not in RULES:
        raise ValueError(f"rule {rule!r} is none of {', '.join(RULES)}")
    requested = sum(requests)
    ordered, decided = _decide(requested, sum(tolerances), pack, minimum, rule)
    parts = _share(ordered, requests, tolerances, keys)
    return Consolidation(requested, ordered, ordered // pack, tuple(parts), decided)


def share_ordered(
    ordered: int,
    requests: Sequence[int],
    tolerances: Sequence[int | None] | None = None,
    keys: Sequence[Any] | None = None,
) -> list[int]:
    """Share what somebody else ordered, such as the round of a network of networks.

    A shortage is shared by what each asked, and nobody gets more than that; a surplus goes first to
    those who take more, then by what each asked. :func:`consolidate` shares what it orders by this.

    :param ordered: steps to share
    :param requests: steps each member asked
    :param tolerances: steps each takes at most; ``None`` is no more than it asked
    :param keys: decide ties, smaller first; default the position
    :raises TypeError: float, bool or any other type than ``int``
    :raises ValueError: anything negative, a tolerance below its request, lengths that differ,
        something to share and nobody who asked
    :return: steps per member, which add up to ``ordered``

    >>> share_ordered(7, [4, 3, 3]), share_ordered(12, [4, 3, 3], [4, 6, 3])
    ([3, 2, 2], [4, 5, 3])
    """
    requests = whole_numbers(requests, "request")
    tolerances = _get_tolerances(requests, tolerances)
    (ordered,) = whole_numbers([ordered], "ordered")
    if ordered and not any(requests):
        raise ValueError(f"{ordered} are ordered, and nobody asked")
    return _share(ordered, requests, tolerances, keys)


def _get_tolerances(requests: list[int], tolerances: Sequence[int | None] | None) -> list[int]:
    if tolerances is None:
        return requests
    require_length(len(requests), tolerances, "tolerances")
    limits = [
        # Who asked nothing is no part of the order, whatever it would take.
        (asked if limit is None else whole_number(limit, "tolerance")) if asked else 0
        for asked, limit in zip(requests, tolerances, strict=True)
    ]
    if any(map(gt, requests, limits)):
        position = next(i for i, asked in enumerate(requests) if asked > limits[i])
        raise ValueError(
            f"tolerance {limits[position]} at position {position} is below the request "
            f"of {requests[position]}"
        )
    return limits


def _decide(requested: int, tolerated: int, pack: int, minimum: int, rule: str) -> tuple[int, str]:
    """Steps to order, a whole number of packs, and why."""
    if not requested:
        return 0, EMPTY
    up, down = -(-requested // pack) * pack, requested // pack * pack
    if up == requested:
        ordered, decided = requested, EXACT
    elif rule == "down" or (rule == "tolerance" and up > tolerated):
        ordered, decided = down, DOWN
    else:
        ordered, decided = up, UP_WITHIN if up <= tolerated else UP_BEYOND
    if ordered and ordered >= minimum:
        return ordered, decided
    raised = -(-max(minimum, 1) // pack) * pack
    if ordered < minimum and raised <= tolerated:
        return raised, RAISED
    return 0, BELOW


def _share(
    ordered: int, requests: list[int], tolerances: list[int], keys: Sequence[Any] | None
) -> list[int]:
    """Parts of what is ordered: a shortage by requests, a surplus by tolerances, then requests."""
    if not ordered:
        return [0] * len(requests)
    if ordered <= sum(requests):
        return allot_lots(ordered, requests, caps=requests, keys=keys)
    beyond = ordered - sum(tolerances)
    if beyond <= 0:
        return allot_lots(ordered, requests, caps=tolerances, floors=requests, keys=keys)
    return list(map(add, tolerances, allot_lots(beyond, requests, keys=keys)))
