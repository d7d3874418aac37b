"""Dues of a fund: on which days, how much, from whom; and what a fund gives back.

Days are counted from the first one, never from the one before: dues of the 31st are due on the last
day of shorter months and on the 31st again after them.
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from .apportion import rotated_keys, split_amount
from .exact import Exact, require_length, whole_number, whole_numbers

__all__ = [
    "FREQUENCIES",
    "amount_on",
    "claims_ended",
    "due_dates",
    "dues_asked",
    "dues_per_share",
    "next_due_date",
    "share_out",
    "split_dues",
]

STEP_IN_DAYS = {"weekly": 7, "fortnightly": 14}
FREQUENCIES = ("once", *STEP_IN_DAYS, "monthly")


def due_dates(
    first: date, frequency: str, until: date, after: date | None = None, last: date | None = None
) -> list[date]:
    """Return the days on which a due falls, in order.

    :param first: the first one
    :param frequency: ``once``, ``weekly``, ``fortnightly`` (every 14 days) or ``monthly``
    :param until: the last day looked at
    :param after: days up to this one are left out; ``None`` leaves out none
    :param last: no due is later; ``None`` is no limit
    :raises ValueError: another frequency

    Invariants: all days are later than ``after``, not later than ``until`` nor ``last``; two ranges
    that meet have the same days as the range they make together.

    >>> [day.isoformat() for day in due_dates(date(2026, 1, 31), "monthly", date(2026, 3, 31))]
    ['2026-01-31', '2026-02-28', '2026-03-31']
    """
    start = 0 if after is None else dues_asked(first, frequency, after)
    end = dues_asked(first, frequency, until if last is None else min(until, last))
    return [_nth_date(first, frequency, number) for number in range(start, end)]


def next_due_date(
    first: date, frequency: str, after: date | None = None, last: date | None = None
) -> date | None:
    """Return the first due later than ``after``, or ``None`` when there is no more.

    Parameters and errors as :func:`due_dates`.

    >>> next_due_date(date(2026, 1, 5), "fortnightly", after=date(2026, 1, 5))
    datetime.date(2026, 1, 19)
    """
    number = 0 if after is None else dues_asked(first, frequency, after)
    if frequency == "once" and number:
        return None
    found = _nth_date(first, frequency, number)
    return None if last is not None and found > last else found


def dues_asked(first: date, frequency: str, on: date) -> int:
    """Return how many dues there were up to a day, that day included.

    Parameters and errors as :func:`due_dates`.

    >>> dues_asked(date(2026, 1, 31), "monthly", date(2026, 2, 27))
    1
    """
    if frequency not in FREQUENCIES:
        raise ValueError(f"frequency is one of {', '.join(FREQUENCIES)}, not {frequency!r}")
    if on < first:
        return 0
    if frequency == "once":
        return 1
    if frequency in STEP_IN_DAYS:
        return (on - first).days // STEP_IN_DAYS[frequency] + 1
    months = (on.year - first.year) * 12 + on.month - first.month
    return months + (_nth_date(first, frequency, months) <= on)


def _nth_date(first: date, frequency: str, number: int) -> date:
    if frequency == "monthly":
        years, month = divmod(first.month - 1 + number, 12)
        year, month = first.year + years, month + 1
        return date(year, month, min(first.day, monthrange(year, month)[1]))
    return first + timedelta(days=STEP_IN_DAYS.get(frequency, 0) * number)


def amount_on(day: date, amount: int, steps: Mapping[date, int]) -> int:
    """Return what is asked on a day, where the amount changes from some days on.

    :param amount: asked until the first step, minor units
    :param steps: new amount by the day from which it is asked
    :raises TypeError: an amount that is not an ``int``
    :raises ValueError: a negative amount

    >>> amount_on(date(2026, 7, 1), 500, {date(2026, 7, 1): 800, date(2027, 1, 1): 1000})
    800
    """
    amounts = whole_numbers([amount, *steps.values()], "amount")
    reached = [start for start in steps if start <= day]
    return steps[max(reached)] if reached else amounts[0]


def split_dues(
    amount: int,
    members: int,
    exempt: Sequence[bool],
    weights: Sequence[Exact] | None = None,
    turn: int = 0,
) -> list[int]:
    """Return what each member owes of one due.

    :param amount: minor units: asked of each member, or of all together when there are weights
    :param members: how many there are
    :param exempt: whether each is exempt: it owes nothing, and nobody owes more for it
    :param weights: exact numbers by which ``amount`` is split; ``None`` asks it of each
    :param turn: number of the due; the odd cents move on with it
    :raises TypeError: float or bool where a number is expected
    :raises ValueError: a negative amount or weight, all weights zero, lengths that differ

    Invariants: without exemptions a split adds up to ``amount``; an exemption changes what nobody
    else owes.

    >>> split_dues(1000, 3, [False, True, False])
    [1000, 0, 1000]
    >>> sum(split_dues(1000, 3, [False] * 3, weights=[1, 1, 1], turn=2))
    1000
    """
    if whole_number(amount, "amount") < 0:
        raise ValueError("amount is negative")
    require_length(members, exempt, "exemptions")
    if weights is None:
        asked = [amount] * members
    else:
        require_length(members, weights, "weights")
        asked = split_amount(amount, weights, rotated_keys(members, turn))
    return [0 if free else due for due, free in zip(asked, exempt, strict=True)]


def dues_per_share(amount: int, shares: Sequence[int], exempt: Sequence[bool]) -> list[int]:
    """Return what each member owes of one due that is asked for each of its shares.

    :param amount: asked for one share, minor units
    :param shares: how many each member holds
    :param exempt: whether each is exempt: it owes nothing
    :raises TypeError: anything but an ``int``
    :raises ValueError: a negative amount or number, lengths that differ

    Nothing is divided, so there is no odd cent. 45 and 855 shares at 5.00:

    >>> dues_per_share(500, [45, 855, 10], [False, False, True])
    [22500, 427500, 0]
    """
    (amount,) = whole_numbers([amount], "amount")
    held = whole_numbers(shares, "number of shares")
    require_length(len(held), exempt, "exemptions")
    return [0 if free else amount * number for number, free in zip(held, exempt, strict=True)]


def share_out(
    total: int, contributions: Sequence[int], keys: Sequence[Any] | None = None
) -> list[int]:
    """Return what each member gets of a fund: its contributions back, and its part of the rest.

    The rest, the fund's profit or loss, is split in proportion to the contributions.

    :param total: minor units to share out
    :param contributions: what each member put in, minor units
    :param keys: decide who gets an odd cent, see :func:`~.apportion.split_amount`
    :raises TypeError: anything but an ``int``
    :raises ValueError: a negative total or contribution, no contributions

    Invariants: the shares add up to ``total``; none is negative.

    Case F1, 45 of 900 shares of 5.00 and a profit of 900.00:

    >>> share_out(540000, [22500, 427500])
    [27000, 513000]
    """
    given = whole_numbers(contributions, "contribution")
    if whole_number(total, "total") < 0:
        raise ValueError("total is negative")
    profit = total - sum(given)
    if profit < 0:  # a loss cent by cent could leave less than nothing to who gave one cent
        return split_amount(total, given, keys)
    parts = split_amount(profit, given, keys)
    return [own + part for own, part in zip(given, parts, strict=True)]


def claims_ended(
    total: int, worth: int, contributions: Sequence[int], keys: Sequence[Any] | None = None
) -> list[int]:
    """Return how much of what each member put in is settled when a fund is shared out.

    What was put in is settled in whole once it comes back, or once nothing is left to come back
    from: a profit or a loss that was shared out does not count again. Of a part of the fund each
    has what it gets settled, and its claim on the rest stays.

    :param total: minor units that are shared out
    :param worth: what the fund is worth before, minor units
    :param contributions: what each member put in and did not get back, minor units
    :param keys: as in :func:`share_out`
    :raises TypeError: anything but an ``int``
    :raises ValueError: a negative total or contribution, more than the fund is worth

    Invariants: none is negative nor above what the member put in; ``total`` less their sum is the
    profit that is given, or below zero the loss that is borne.

    >>> claims_ended(540000, 540000, [22500, 427500])
    [22500, 427500]
    >>> claims_ended(20000, 20000, [10000, 20000])
    [10000, 20000]
    >>> claims_ended(6000, 20000, [10000, 20000])
    [2000, 4000]
    """
    given = whole_numbers(contributions, "contribution")
    if whole_number(total, "total") > whole_number(worth, "worth"):
        raise ValueError("more is shared out than the fund is worth")
    shares = share_out(total, given, keys)
    return list(given) if total == worth or total >= sum(given) else shares
