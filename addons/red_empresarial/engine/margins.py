"""The margin on what members are invoiced: never moved by a cent without a document that asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from .apportion import split_amount
from .saving import nearest_coin

__all__ = ["margins_of_bill"]


def margins_of_bill(documents: Iterable[Mapping], rate: Fraction) -> dict:
    """Margin in coins on each cost of a bill less its credit notes.

    A credit note takes the margin of what it gives back; costs that it does not touch keep theirs,
    so that nobody is credited or charged a cent for what others returned.

    :param documents: costs ``{key: coins}`` of the bill, then of its credit notes, as posted
    :param rate: margin on one coin, exact; half a coin of margin is rounded away from zero
    :return: ``{key: coins}``; they add up to the margin on what is left of the bill, to the coin

    >>> margins_of_bill([{"A": 1010, "B": 1010}], Fraction(5, 100))
    {'A': 51, 'B': 50}
    >>> margins_of_bill([{"A": 1010, "B": 1010}, {"B": -500}], Fraction(5, 100))
    {'A': 51, 'B': 25}
    """
    costs, margins = {}, {}
    for document in documents:
        touched = {key: costs.get(key, 0) + coins for key, coins in document.items() if coins}
        costs.update(touched)
        kept = sum(coins for key, coins in margins.items() if key not in touched)
        whole = nearest_coin(sum(costs.values()) * rate)
        margins.update(_split_margin(whole - kept, touched))
    return margins


def _split_margin(margin: int, costs: Mapping) -> dict:
    """Split a margin by costs of its own sign; nothing where there is none."""
    weights = [max(coins if margin > 0 else -coins, 0) for coins in costs.values()]
    if not any(weights):
        return dict.fromkeys(costs, 0)
    return dict(zip(costs, split_amount(margin, weights), strict=True))
