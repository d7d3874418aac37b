"""Checks and conversions that keep every calculation of the engine exact.

A binary float cannot hold 0.1, so it is refused wherever a number comes in; so is ``bool``, which
Python takes for an integer. Everything else becomes an ``int`` or a ``Fraction``.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import lcm
from typing import Any

Exact = int | Fraction | Decimal


def exact_weight(value: Exact | str) -> Fraction:
    """Return a weight, as stored or as typed, as an exact fraction.

    :param value: an ``int``, ``Fraction`` or ``Decimal``, or a string as ``Decimal`` reads it
        (``"33.333333"``), which is how a ``numeric(16,6)`` column leaves the database without
        passing through a float
    :raises TypeError: float, bool or any other type
    :raises ValueError: not a finite number

    >>> exact_weight(Decimal("0.1")), exact_weight("33.333333"), exact_weight(2)
    (Fraction(1, 10), Fraction(33333333, 1000000), Fraction(2, 1))
    >>> exact_weight(0.1)
    Traceback (most recent call last):
    TypeError: weight must be an int, a Fraction or a Decimal, not float: 0.1
    """
    if isinstance(value, str):
        try:
            value = Decimal(value)
        except InvalidOperation:
            raise ValueError(f"weight is not a number: {value!r}") from None
    return exact_number(value, "weight")


def exact_number(value: Exact, name: str) -> Fraction:
    """Return ``value`` as a ``Fraction``; ``name`` is what an error calls it.

    :raises TypeError: not an ``int``, ``Fraction`` or ``Decimal``; strings are refused too
    :raises ValueError: NaN or infinite

    >>> exact_number(Decimal("2.60"), "cap")
    Fraction(13, 5)
    """
    ((numerator, denominator),) = _integer_ratios([value], name)
    return Fraction(numerator, denominator)


def whole_number(value: int, name: str) -> int:
    """Return ``value`` when it is an ``int`` (cents or units); ``name`` is what an error calls it.

    :raises TypeError: any other type, ``bool`` included; a ``Decimal`` too, because a caller who
        holds one has not yet decided how to round it

    >>> whole_number(True, "supply")
    Traceback (most recent call last):
    TypeError: supply must be an int, not bool: True
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be an int, not {type(value).__name__}: {value!r}")
    return value


def common_integers(values: Iterable[Exact], name: str) -> tuple[list[int], int]:
    """Return integers and one denominator such that ``integers[i] / denominator == values[i]``.

    Proportions depend on ratios only, so weights can be compared as these integers, which is many
    times faster than comparing fractions. Weights of six decimals keep the denominator at or below
    a million.

    :raises TypeError: not an ``int``, ``Fraction`` or ``Decimal``
    :raises ValueError: a negative, NaN or infinite value

    >>> common_integers([Decimal("0.5"), Fraction(1, 3), 2], "weight")
    ([3, 2, 12], 6)
    """
    values = list(values)
    if set(map(type, values)) <= {int}:
        integers, denominator = values, 1
    else:
        ratios = _integer_ratios(values, name)
        denominator = lcm(*{part for _numerator, part in ratios})
        integers = [numerator * (denominator // part) for numerator, part in ratios]
    refuse_negative(integers, name)
    return integers, denominator


def whole_numbers(values: Iterable[int], name: str) -> list[int]:
    """Return ``values`` as a list when each is a non-negative ``int``.

    :raises TypeError: any other type, ``bool`` included
    :raises ValueError: a negative value

    >>> whole_numbers([3, -1], "cap")
    Traceback (most recent call last):
    ValueError: cap at position 1 is negative
    """
    values = list(values)
    if not set(map(type, values)) <= {int}:
        values = [whole_number(value, name) for value in values]
    refuse_negative(values, name)
    return values


def refuse_negative(values: list[int], name: str) -> None:
    """Refuse a list that holds a negative number, naming its position.

    :raises ValueError: as it says

    >>> refuse_negative([0, 1], "floor")
    """
    if min(values, default=0) < 0:
        position = next(position for position, value in enumerate(values) if value < 0)
        raise ValueError(f"{name} at position {position} is negative")


def tie_order(count: int, keys: Sequence[Any] | None) -> list[int]:
    """Return the positions from 0 in the order in which they win ties: smaller key first.

    Without keys the position is the key; equal keys fall back on position.

    :raises ValueError: not exactly one key per position
    :raises TypeError: keys that cannot be compared with each other

    >>> tie_order(3, ["c", "a", "b"])
    [1, 2, 0]
    """
    if keys is None:
        return list(range(count))
    require_length(count, keys, "keys")
    return sorted(range(count), key=keys.__getitem__)


def require_length(count: int, values: Sequence[Any], name: str) -> None:
    """Refuse ``values`` unless there is one for each of ``count`` weights.

    :raises ValueError: the lengths differ

    >>> require_length(3, [1, 2], "caps")
    Traceback (most recent call last):
    ValueError: 3 weights but 2 caps
    """
    if len(values) != count:
        raise ValueError(f"{count} weights but {len(values)} {name}")


def _integer_ratios(values: list[Exact], name: str) -> list[tuple[int, int]]:
    # One look at the set of types: a check of each value would take longer than the conversion.
    if not set(map(type, values)) <= {int, Fraction, Decimal}:
        for value in values:
            _require_exact(value, name)
    try:
        return [value.as_integer_ratio() for value in values]
    except (ValueError, OverflowError):  # NaN, infinity
        raise ValueError(f"{name} must be finite") from None


def _require_exact(value: Exact, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | Fraction | Decimal):
        kind = type(value).__name__
        raise TypeError(f"{name} must be an int, a Fraction or a Decimal, not {kind}: {value!r}")
