"""Whether members pay what they were asked, month after month."""

from collections.abc import Sequence
from datetime import date

from .exact import Exact

__all__ = ["first_regular_months"]


def first_regular_months(
    months: Sequence[tuple[date, int, int]], target: Exact, length: int
) -> list[date] | None:
    """Return the first ``length`` months in a row in which members paid regularly.

    :param months: ``(first day of a month, asked, paid)`` in minor units, in any order; a month in
        which nothing was asked is left out or has ``asked`` zero, and interrupts a row
    :param target: the part of what was asked, in percent, that must be paid in each month
    :param length: how many months in a row, one or more
    :return: the first days of those months, or ``None`` if there are none
    :raises ValueError: ``length`` below one, or a target not above 0 or above 100

    >>> paid = [(date(2026, 1, 1), 30, 30), (date(2026, 2, 1), 30, 24), (date(2026, 3, 1), 30, 30)]
    >>> len(first_regular_months(paid, 80, 3)), first_regular_months(paid, 90, 3)
    (3, None)
    """
    if length < 1:
        raise ValueError("A row of months has one month or more.")
    if not 0 < target <= 100:
        raise ValueError("A target is above 0 and up to 100 percent.")
    row: list[date] = []
    for month, asked, paid in sorted(months):
        if asked <= 0 or 100 * paid < target * asked:
            row = []
            continue
        row = [*row, month] if row and _next_month(row[-1]) == month else [month]
        if len(row) == length:
            return row
    return None


def _next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
