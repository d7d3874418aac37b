"""Offers of several suppliers for several products: what they cost landed, and who gets what.

Money is in coins (``int``), quantities are exact numbers; floats are refused by the functions that
this module stands on. Suppliers and products may be any hashable values;
their order decides ties, so that a result never depends on chance.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from .apportion import allot_lots, exact_weight, split_amount

__all__ = [
    "Goods",
    "Split",
    "cheapest_split",
    "finest_lot",
    "landed_costs",
    "offer_cost",
    "receive_so_far",
    "share_received",
    "spread_over_lines",
]

BASES = ("value", "quantity", "weight")
ENUMERATED_SUPPLIERS = 10


class Goods(NamedTuple):
    """A line of goods that freight is spread over."""

    value: int
    quantity: Fraction
    weight: Fraction


class Split(NamedTuple):
    """Who supplies what: cost with freight in coins, and whether no other split is cheaper."""

    total: int
    suppliers: dict
    exact: bool


# Cost of an offer ------------------------------------------------------------------------------


def offer_cost(breaks: Sequence[tuple], quantity) -> int | None:
    """Cost in coins of ``quantity`` at an offer with volume breaks.

    :param breaks: ``[(smallest quantity, price per unit in coins)]`` in any order
    :return: the cost at the last break reached, halves rounded up; None below every break

    >>> offer_cost([(0, 1000), (100, 900)], 99), offer_cost([(0, 1000), (100, 900)], 100)
    (99000, 90000)
    """
    quantity = exact_weight(quantity)
    reached = [(least, price) for least, price in breaks if exact_weight(least) <= quantity]
    if not reached:
        return None
    _least, price = max(reached, key=lambda pair: exact_weight(pair[0]))
    return int(exact_weight(price) * quantity + Fraction(1, 2))


def landed_costs(goods: Sequence[Goods], freights: Sequence[tuple]) -> list[int]:
    """Cost of each line of goods with its part of the freight, in coins.

    :param goods: lines of :class:`Goods`
    :param freights: ``[(coins, basis)]`` with a basis of ``value``, ``quantity`` or ``weight``
    :return: one cost per line; the costs sum to the values plus the freights, to the coin
    :raise ValueError: an unknown basis, or one that is zero on every line

    >>> lines = [Goods(10000, Fraction(10), Fraction(1)), Goods(20000, Fraction(10), Fraction(3))]
    >>> landed_costs(lines, [(1000, "value")]), landed_costs(lines, [(1000, "weight")])
    ([10333, 20667], [10250, 20750])
    """
    costs = [line.value for line in goods]
    for amount, basis in freights:
        if basis not in BASES:
            raise ValueError(f"freight is spread by {', '.join(BASES)}, not by {basis}")
        parts = split_amount(amount, [getattr(line, basis) for line in goods])
        costs = [cost + part for cost, part in zip(costs, parts, strict=True)]
    return costs


# Who supplies what -----------------------------------------------------------------------------


def cheapest_split(
    costs: Mapping[Hashable, Mapping[Hashable, int]], freights: Mapping[Hashable, int]
) -> Split:
    """The assignment of whole products to suppliers that costs least, freight counted once each.

    The price of one supplier may be lowest on every product and its freight still not worth while,
    so products cannot be decided one by one. Up to ten suppliers every group of them is tried,
    which is exact; with more, suppliers are dropped from the cheapest per product as long as that
    saves, and the result says that it is not proved.

    :param costs: ``{product: {supplier: coins}}``; a supplier that does not offer it is left out
    :param freights: ``{supplier: coins}`` paid once if the supplier gets anything; missing is zero
    :return: :class:`Split`; among the cheapest the one with fewest suppliers, first ones first
    :raise ValueError: a product that nobody offers, or a negative freight

    >>> costs = {"rice": {"A": 100, "B": 90}, "oil": {"A": 100, "B": 90}}
    >>> cheapest_split(costs, {"A": 0, "B": 30})
    Split(total=200, suppliers={'rice': 'A', 'oil': 'A'}, exact=True)
    """
    if missing := [product for product, offers in costs.items() if not offers]:
        raise ValueError(f"nobody offers {missing[0]}")
    if any(freight < 0 for freight in freights.values()):
        raise ValueError("a freight is negative")
    suppliers = list(dict.fromkeys(supplier for offers in costs.values() for supplier in offers))
    if len(suppliers) <= ENUMERATED_SUPPLIERS:
        groups = (
            group for size in range(len(suppliers) + 1) for group in combinations(suppliers, size)
        )
        found = (_assign(costs, freights, group) for group in groups)
        total, assignment = min((split for split in found if split), key=lambda split: split[0])
        return Split(total, assignment, True)
    return Split(*_drop_suppliers(costs, freights, suppliers), False)


def _assign(costs, freights, group):
    """``(total, {product: supplier})`` of the cheapest of a group each; None if one is missing."""
    assignment = {}
    for product, offers in costs.items():
        offered = [supplier for supplier in group if supplier in offers]
        if not offered:
            return None
        assignment[product] = min(offered, key=offers.__getitem__)
    goods = sum(costs[product][supplier] for product, supplier in assignment.items())
    used = set(assignment.values())
    return goods + sum(freights.get(supplier, 0) for supplier in used), assignment


def _drop_suppliers(costs, freights, suppliers):
    """Start with everyone and leave out, one by one, the supplier whose absence saves most."""
    group, best = list(suppliers), _assign(costs, freights, suppliers)
    while True:
        shorter = [[other for other in group if other != supplier] for supplier in group]
        splits = [(_assign(costs, freights, rest), rest) for rest in shorter]
        splits = [(split, rest) for split, rest in splits if split and split[0] <= best[0]]
        if not splits:
            return best
        best, group = min(splits, key=lambda pair: pair[0][0])


# Quantities ------------------------------------------------------------------------------------


def finest_lot(quantities: Sequence[Fraction]) -> Fraction:
    """The largest of 1, 0.1, 0.01 … of which all quantities are whole multiples, at least 10⁻⁶.

    >>> finest_lot([Fraction(3), Fraction(10)]), finest_lot([Fraction(5, 2), Fraction(10)])
    (Fraction(1, 1), Fraction(1, 10))
    """
    for decimals in range(7):
        lot = Fraction(1, 10**decimals)
        if all(quantity % lot == 0 for quantity in quantities):
            return lot
    return lot


def spread_over_lines(allotted: Sequence[int], ordered: Sequence[int]) -> list[list[int]]:
    """Split what members are allotted over the order lines that bring it, both totals exact.

    If less is ordered than allotted, the shortage is shared first, by Webster on what each was
    allotted. Then each line is shared by what each is to get, up to what it still lacks; the last
    line brings exactly the rest.

    :param allotted: lots per member
    :param ordered: lots per order line
    :return: per order line, the lots of each member. Rows sum to ``ordered``, columns to what
        the members get in all
    :raise ValueError: more ordered than allotted, or anything negative

    >>> spread_over_lines([5, 3, 2], [4, 6])
    [[2, 1, 1], [3, 2, 1]]
    """
    if sum(ordered) > sum(allotted):
        raise ValueError(f"{sum(ordered)} are ordered, {sum(allotted)} are allotted")
    due = allot_lots(sum(ordered), allotted, caps=allotted)
    left, lines = list(due), []
    for quantity in ordered:
        lots = allot_lots(quantity, due, caps=left)
        left = [rest - lot for rest, lot in zip(left, lots, strict=True)]
        lines.append(lots)
    return lines


def receive_so_far(total: int, allotted: Sequence[int], received: Sequence[int]) -> list[int]:
    """What each member gets of a receipt, so that what came so far is shared by what was allotted.

    Never first come, first served: the running total is shared by Webster, which takes nothing from
    anyone as it grows. What members already have stays theirs even if it was given otherwise.

    :param total: lots received so far, this receipt included
    :param allotted: lots per member, the most it can get unless it already has more
    :param received: lots each already has
    :return: lots of this receipt per member, none negative; they sum to the receipt
    :raise ValueError: more received than allotted, or less than members already have

    >>> first = receive_so_far(5, [6, 3, 1], [0, 0, 0])
    >>> first, receive_so_far(10, [6, 3, 1], first)
    ([3, 2, 0], [3, 1, 1])
    """
    caps = [max(pair) for pair in zip(allotted, received, strict=True)]
    if total > sum(caps):
        raise ValueError(f"{total} are received, {sum(caps)} are allotted")
    shares = allot_lots(total, allotted, caps=caps, floors=received)
    return [share - before for share, before in zip(shares, received, strict=True)]


def share_received(total: int, allotted: Sequence[int]) -> list[int]:
    """Share what a network received so far among its members, by what each was allotted.

    The running total alone decides, so that undoing a receipt gives everyone what it had before.
    What exceeds all that was allotted, which a tolerance allows, is shared by the same weights.

    :return: lots per member, which sum to ``total``; none less than of a smaller total
    :raise ValueError: something arrived and nobody was allotted anything, or anything negative

    >>> share_received(5, [6, 3, 1]), share_received(10, [6, 3, 1]), share_received(11, [6, 3, 1])
    ([3, 2, 0], [6, 3, 1], [7, 3, 1])
    """
    if total and not any(allotted):
        raise ValueError(f"{total} are received, and nobody was allotted anything")
    if total <= sum(allotted):
        return allot_lots(total, allotted, caps=allotted)
    return allot_lots(total, allotted, floors=allotted)
