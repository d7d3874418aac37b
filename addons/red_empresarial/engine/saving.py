"""What a member saved by buying together: what it would have paid alone less what it paid."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from .exact import exact_number, whole_number


class Saving(NamedTuple):
    """Coins alone and together, the difference, and its part of what it would have been alone.

    ``ratio`` is None where nothing would have been paid alone.
    """

    reference_amount: int
    joint_amount: int
    amount: int
    ratio: Fraction | None


def saving(
    reference_price: int | Fraction,
    quantity: int | Fraction,
    joint_amount: int,
    coins_per_unit: int | Fraction = 100,
) -> Saving:
    """Compare what a quantity cost together with what it would have cost alone.

    :param reference_price: per unit of ``quantity``, in units of the currency
    :param quantity: negative for what was given back
    :param joint_amount: coins paid for it, freight included; negative for a refund
    :param coins_per_unit: coins in one unit of the currency, 1 where it has no decimals
    :raise TypeError: floats, or coins that are no integer
    :raise ValueError: a negative price or a coin that is not positive

    >>> saving(Fraction(12), Fraction(10), 10800)
    Saving(reference_amount=12000, joint_amount=10800, amount=1200, ratio=Fraction(1, 10))
    """
    price = exact_number(reference_price, "reference price")
    coins = exact_number(coins_per_unit, "coins per unit")
    if price < 0:
        raise ValueError("reference price is negative")
    if coins <= 0:
        raise ValueError("coins per unit must be positive")
    alone = nearest_coin(price * exact_number(quantity, "quantity") * coins)
    return compare(alone, whole_number(joint_amount, "joint amount"))


def total_saving(savings: Iterable[Saving]) -> Saving:
    """Add savings up: each amount is the sum of the amounts, the ratio that of the sums.

    >>> total_saving([saving(10, 10, 9000), saving(10, 10, 11000)])
    Saving(reference_amount=20000, joint_amount=20000, amount=0, ratio=Fraction(0, 1))
    """
    savings = list(savings)
    return compare(
        sum(part.reference_amount for part in savings), sum(part.joint_amount for part in savings)
    )


def nearest_coin(value: Fraction) -> int:
    """Round to whole coins; a half goes away from zero, so that a refund mirrors its bill.

    >>> nearest_coin(Fraction(5, 2)), nearest_coin(Fraction(-5, 2))
    (3, -3)
    """
    magnitude = int(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def compare(alone: int, together: int) -> Saving:
    """Return the saving of coins already added up.

    >>> compare(12000, 10800).ratio
    Fraction(1, 10)
    """
    amount = alone - together
    return Saving(alone, together, amount, Fraction(amount, alone) if alone else None)
