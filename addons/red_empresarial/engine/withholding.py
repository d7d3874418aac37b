"""What a buyer keeps back of a bill: a percentage of it, at once or as it is paid."""

from .exact import Exact, exact_number, whole_number

__all__ = ["left_to_withhold", "percentage_of", "proportion_of"]


def percentage_of(total: int, percent: Exact, unit: int = 1) -> int:
    """Return ``percent`` of a total, rounded half up to whole units.

    :param total: minor units, not negative
    :param percent: 10 for ten percent, not negative
    :param unit: minor units of the amount the result is a multiple of: 100 for whole soles
    :raises TypeError: a total or a unit that is no ``int``, a percent that is not exact
    :raises ValueError: a negative total or percent, a unit below one

    >>> percentage_of(118_000, 10), percentage_of(123_456, 10, unit=100)
    (11800, 12300)
    >>> percentage_of(123_500, 10, unit=100), percentage_of(1_350, 10, unit=100)
    (12400, 100)
    """
    percent = exact_number(percent, "percent")
    if percent < 0:
        raise ValueError("percent is negative")
    return proportion_of(total, percent.numerator, 100 * percent.denominator, unit)


def proportion_of(total: int, numerator: int, denominator: int, unit: int = 1) -> int:
    """Return ``total * numerator / denominator``, rounded half up to whole units.

    What is kept back in one currency is worked out in another by the two totals of the bill.

    :param total: minor units, not negative
    :param unit: minor units of the amount the result is a multiple of
    :raises TypeError: anything but an ``int``
    :raises ValueError: a negative total or numerator, a denominator or unit below one

    >>> proportion_of(15_200, 40_000, 152_000)  # 152.00 soles of a bill of USD 400.00 at 3.80
    4000
    """
    for value, name, least in (
        (total, "total", 0),
        (numerator, "numerator", 0),
        (denominator, "denominator", 1),
        (unit, "unit", 1),
    ):
        if whole_number(value, name) < least:
            raise ValueError(f"{name} is below {least}: {value}")
    divisor = denominator * unit
    return (2 * total * numerator + divisor) // (2 * divisor) * unit


def left_to_withhold(covered: int, withheld: int, percent: Exact) -> int:
    """Return what a payment keeps back: what is due on all that is paid, less what was kept back.

    :param covered: what is paid of the bill with this payment, everything before it included
    :param withheld: what earlier payments kept back
    :param percent: 3 for three percent
    :raises TypeError: an amount that is no ``int``, a percent that is not exact
    :raises ValueError: a negative covered amount or percent

    Invariant: however a bill is paid in parts, what is kept back of them adds up to the percentage
    of the whole. Never negative: what was kept back too much is not given back here.

    >>> first = left_to_withhold(50_050, 0, 3)
    >>> first, left_to_withhold(118_001, first, 3), percentage_of(118_001, 3)
    (1502, 2038, 3540)
    """
    return max(percentage_of(covered, percent) - whole_number(withheld, "withheld"), 0)
