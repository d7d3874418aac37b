"""How much of what is open with a member is taken now: oldest first, never more than the limit."""

from collections.abc import Sequence

from .exact import whole_number, whole_numbers

__all__ = ["deduct_in_order"]


def deduct_in_order(limit: int, open_amounts: Sequence[int]) -> list[int]:
    """Return how much of each open amount is taken while the limit lasts, first ones first.

    Down payments are deducted from the share of a settlement, and cash calls are drawn down by the
    costs of one: what the limit leaves stays for later.

    :param limit: most to take in all, minor units; a negative one takes nothing
    :param open_amounts: what is open of each, minor units, in the order in which they are taken
    :raises TypeError: anything but an ``int``
    :raises ValueError: a negative open amount

    Invariants: ``0 <= taken[i] <= open_amounts[i]``; the sum is ``min(max(limit, 0), sum)``;
    nothing is taken of one while an earlier one is not used up.

    >>> deduct_in_order(100, [30, 50, 40])
    [30, 50, 20]
    """
    left = max(whole_number(limit, "limit"), 0)
    taken = []
    for amount in whole_numbers(open_amounts, "open amount"):
        taken.append(min(left, amount))
        left -= taken[-1]
    return taken
