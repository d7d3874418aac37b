"""What of a document's frozen shares is due when only a part of it was collected.

Every collection is settled against the running total: what is due so far, less what earlier
settlements gave. Whatever the number and the size of the collections, the last one leaves each
member with exactly its frozen share (design of the suite, section 4, "Splitting").
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from .apportion import split_amount


def collected_fraction(total: int, collected: int) -> Fraction:
    """Return which part of a document was collected, between nothing and all of it.

    :param total: coins to collect of the document and its credit notes together
    :param collected: coins received for them, losses included

    A document that its credit notes cancel, or a credit note alone, has nothing to wait for: 1.

    >>> collected_fraction(11800, 5900), collected_fraction(0, 0), collected_fraction(100, 120)
    (Fraction(1, 2), Fraction(1, 1), Fraction(1, 1))
    """
    if total <= 0:
        return Fraction(1)
    return min(max(Fraction(collected, total), Fraction(0)), Fraction(1))


def due_shares(shares: Sequence[int], fraction: Fraction) -> list[int]:
    """Return what of each frozen share is due once ``fraction`` of the document was collected.

    :param shares: frozen shares of one portion, in coins; of one sign but for odd coins
    :param fraction: see :func:`collected_fraction`
    :return: coins per share; they add up to the fraction of the whole, rounded to a coin, and are
        the shares themselves when all was collected

    Half of an invoice of 100.01 over three members, then the other half:

    >>> due_shares([3334, 3334, 3333], Fraction(1, 2))
    [1667, 1667, 1667]
    >>> due_shares([3334, 3334, 3333], Fraction(1))
    [3334, 3334, 3333]
    """
    if fraction == 1:
        return list(shares)
    total = sum(shares)
    reached, _waiting = split_amount(total, [fraction, 1 - fraction])
    if not reached:
        return [0] * len(shares)
    sign = 1 if total > 0 else -1
    return split_amount(reached, [max(sign * share, 0) for share in shares])
