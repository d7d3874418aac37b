"""Loans of a fund to its members: the schedule that both agree on, and what ending one early costs.

Interest is that of whole periods at a nominal rate, as savings groups reckon it and every member
can check by hand; the days of a month do not count. Each period's interest is rounded to the coin
by itself, a half away from zero.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from .apportion import split_amount
from .dues import next_due_date
from .exact import Exact, exact_number, whole_number
from .saving import nearest_coin

__all__ = ["METHODS", "Instalment", "early_interest", "loan_schedule", "rate_per_instalment"]

METHODS = ("principal", "instalment", "flat")
# Instalments of a year, by their frequency: a nominal rate is divided by them.
PER_YEAR = {"weekly": 52, "fortnightly": 26, "monthly": 12}
RATE_PERIODS = {"month": 12, "year": 1}


class Instalment(NamedTuple):
    """What is due on one day of a loan, and the principal that is owed after it; minor units."""

    due: date
    principal: int
    interest: int
    left: int


def rate_per_instalment(percent: Exact, period: str, frequency: str) -> Fraction:
    """Return the part of the principal that one instalment's period costs, exactly.

    A year has 12 months, 26 fortnights and 52 weeks; nominal rates are divided, not compounded.

    :param percent: nominal rate, per cent, exact
    :param period: of the rate: ``month`` or ``year``
    :param frequency: of the instalments: ``weekly``, ``fortnightly`` or ``monthly``
    :raises TypeError: a rate that is not exact
    :raises ValueError: a negative rate, another period or frequency

    >>> rate_per_instalment(24, "year", "monthly"), rate_per_instalment(2, "month", "monthly")
    (Fraction(1, 50), Fraction(1, 50))
    """
    rate = exact_number(percent, "rate")
    if rate < 0:
        raise ValueError("rate is negative")
    if period not in RATE_PERIODS:
        raise ValueError(f"period is one of {', '.join(RATE_PERIODS)}, not {period!r}")
    return rate * RATE_PERIODS[period] / _per_year(frequency) / 100


def loan_schedule(
    principal: int,
    rate: Exact,
    count: int,
    first: date,
    frequency: str,
    method: str,
    grace: int = 0,
) -> list[Instalment]:
    """Return the instalments of a loan, in order.

    * ``principal``: the same principal each time, interest on what is still owed;
    * ``instalment``: the same instalment each time (French), the last one closes the loan;
    * ``flat``: the same principal each time, interest on the whole principal each time.

    :param principal: what is lent, minor units
    :param rate: interest of one period, exact, a part of one (0.02 is 2 %)
    :param count: how many instalments, those of grace included
    :param first: when the first one is due
    :param frequency: ``weekly``, ``fortnightly`` or ``monthly``
    :param grace: so many first instalments are of interest alone
    :raises TypeError: float or bool where a number is expected
    :raises ValueError: a principal or a count not above zero, a negative rate or grace, a grace
        that leaves no instalment, another frequency or method

    Invariants: principals add up to ``principal`` and none is negative, nor is any interest;
    ``left`` of the last one is 0; the dates are later one by one.

    1,000.00 at 2 % in four instalments:

    >>> [i.principal + i.interest for i in loan_schedule(
    ...     100000, Fraction(2, 100), 4, date(2026, 1, 31), "monthly", "instalment")]
    [26262, 26262, 26262, 26264]
    """
    exact_rate = exact_number(rate, "rate")
    _check_terms(principal, exact_rate, count, method, grace)
    repaying = count - grace
    if method == "instalment":
        principals = _level_principals(principal, exact_rate, repaying)
    else:
        principals = split_amount(principal, [1] * repaying)
    principals = [0] * grace + principals
    left = [principal - paid for paid in accumulate(principals)]
    owed = [principal] * count if method == "flat" else [principal, *left[:-1]]
    return [
        Instalment(due, part, nearest_coin(exact_rate * before), after)
        for due, part, before, after in zip(
            _dates(first, frequency, count), principals, owed, left, strict=True
        )
    ]


def early_interest(waiting: Sequence[Instalment], started: date, on: date) -> int:
    """Return the interest of a loan that is ended early: of the period that runs, of no later one.

    :param waiting: the instalments not yet asked, in order
    :param started: when the running period started: the due day before, or when it was paid out
    :param on: the day on which the loan ends; what was due before is asked before
    :returns: minor units; nothing on the day the period starts

    >>> instalments = loan_schedule(900, Fraction(1, 10), 3, date(2026, 2, 1), "monthly", "flat")
    >>> early_interest(instalments, date(2026, 1, 1), date(2026, 1, 2))
    90
    >>> early_interest(instalments, date(2026, 1, 1), date(2026, 1, 1))
    0
    """
    return waiting[0].interest if waiting and on > started else 0


def _per_year(frequency: str) -> int:
    if frequency not in PER_YEAR:
        raise ValueError(f"frequency is one of {', '.join(PER_YEAR)}, not {frequency!r}")
    return PER_YEAR[frequency]


def _check_terms(principal: int, rate: Fraction, count: int, method: str, grace: int) -> None:
    if whole_number(principal, "principal") <= 0:
        raise ValueError("principal is not above zero")
    if rate < 0:
        raise ValueError("rate is negative")
    if whole_number(count, "count") <= 0:
        raise ValueError("count is not above zero")
    if not 0 <= whole_number(grace, "grace") < count:
        raise ValueError("grace leaves no instalment that repays")
    if method not in METHODS:
        raise ValueError(f"method is one of {', '.join(METHODS)}, not {method!r}")


def _dates(first: date, frequency: str, count: int) -> list[date]:
    _per_year(frequency)
    days = [first]
    while len(days) < count:
        days.append(next_due_date(first, frequency, after=days[-1]))
    return days


def _level_principals(principal: int, rate: Fraction, count: int) -> list[int]:
    """Principals of equal instalments; the last one takes what rounding left."""
    growth = (1 + rate) ** count
    exact = principal * rate * growth / (growth - 1) if rate else Fraction(principal, count)
    level, parts, left = nearest_coin(exact), [], principal
    for _number in range(count - 1):
        part = min(max(level - nearest_coin(rate * left), 0), left)
        parts.append(part)
        left -= part
    return [*parts, left]
