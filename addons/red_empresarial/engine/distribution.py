"""Shares of one document's portions in two currencies, for documents and for their refunds.

A *portion* is what a document posts on one account under one tax: an amount in the document's
currency and its counterpart in the company's. Both are split separately and exactly, because each
has to add up in the ledger (design of the suite, section 4, "Splitting").
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from .apportion import cumulative_increments, split_amount
from .exact import Exact


class Share(NamedTuple):
    """Part of one party: coins of the document's currency and of the company's currency."""

    amount_currency: int
    amount: int


def share_portion(
    amount_currency: int,
    amount: int,
    weights: Sequence[int | Fraction],
    keys: Sequence[int] | None = None,
) -> list[Share]:
    """Split a portion by weights, each currency exactly.

    :param amount_currency: coins of the document's currency, any sign
    :param amount: coins of the company's currency, of the same sign
    :param weights: one non-negative exact weight per party
    :param keys: tie-break, smaller first; default the position
    :return: one :class:`Share` per party; each column sums to its amount
    :raise ValueError: no weights, all zero or negative ones

    >>> share_portion(100_001, 380_004, [40, 35, 25])
    [Share(amount_currency=40001, amount=152002), Share(amount_currency=35000, amount=133001), \
Share(amount_currency=25000, amount=95001)]
    """
    return [
        Share(*pair)
        for pair in zip(
            split_amount(amount_currency, weights, keys),
            split_amount(amount, weights, keys),
            strict=True,
        )
    ]


def share_refund(
    amount_currency: int,
    amount: int,
    weights: Sequence[int | Fraction],
    given_back: Sequence[Share],
    keys: Sequence[int] | None = None,
) -> list[Share]:
    """Split a refund so that all refunds of one document together give back exact shares.

    Each party receives the difference between its share of everything refunded so far and what
    earlier refunds gave it; when the whole document is refunded, each has given back exactly what
    it was given (case A5).

    :param weights: the original document's frozen shares of this portion
    :param given_back: what earlier refunds of the same portion gave each party
    :return: one :class:`Share` per party; each column sums to its amount; the two amounts of a
        share never have opposite signs

    >>> first = share_refund(-5000, -5000, [3334, 3333, 3333], [Share(0, 0)] * 3)
    >>> second = share_refund(-5000, -5000, [3334, 3333, 3333], first)
    >>> [a.amount + b.amount for a, b in zip(first, second)]
    [-3334, -3333, -3333]
    """
    shares = [
        Share(*pair)
        for pair in zip(
            cumulative_increments(
                amount_currency + sum(share.amount_currency for share in given_back),
                weights,
                [share.amount_currency for share in given_back],
                keys,
            ),
            cumulative_increments(
                amount + sum(share.amount for share in given_back),
                weights,
                [share.amount for share in given_back],
                keys,
            ),
            strict=True,
        )
    ]
    return _without_opposite_signs(shares)


def share_tariff(
    amount_currency: int,
    rate: Exact,
    weights: Sequence[int | Fraction],
    given_back: Sequence[Share] = (),
    given_tariffs: Sequence[int] = (),
    keys: Sequence[int] | None = None,
) -> list[int]:
    """Return the part of each party's revenue that stays with the network.

    :param amount_currency: coins of revenue shared out, negative in a refund
    :param rate: percent of the revenue, from 0 to 100, exact
    :param weights: those the revenue is split by
    :param given_back, given_tariffs: what earlier refunds of the same portion gave back and its
        tariff, per party, so that all refunds together give back the whole tariff
    :return: coins per party; they add up to the rate of the whole, rounded to a coin
    :raise ValueError: a rate below 0 or above 100, no weights, all zero or negative ones

    >>> share_tariff(10000, 5, [40, 35, 25])
    [200, 175, 125]
    >>> share_tariff(-10000, 5, [40, 35, 25])
    [-200, -175, -125]
    """
    earlier = sum(share.amount_currency for share in given_back)
    tariff, _kept = split_amount(earlier + amount_currency, [rate, 100 - rate])
    return cumulative_increments(tariff, weights, given_tariffs or [0] * len(weights), keys)


def _without_opposite_signs(shares: list[Share]) -> list[Share]:
    """Move the odd company coin of a share with opposite signs to the largest share.

    A ledger refuses an item whose two amounts have opposite signs. That happens only when the
    increments of two currencies, each within a coin of exact, straddle zero.
    """
    moved = 0
    coherent = []
    for share in shares:
        if share.amount_currency * share.amount < 0:
            moved += share.amount
            share = Share(share.amount_currency, 0)
        coherent.append(share)
    if moved:
        largest = max(range(len(coherent)), key=lambda i: abs(coherent[i].amount))
        coherent[largest] = coherent[largest]._replace(amount=coherent[largest].amount + moved)
    return coherent
