"""Dividing at scale: a million units over ten thousand members, and one amount over as many.

Needs neither Odoo nor a database. Where a ratio is given it compares, in the same run and on the
same input, with the rule run unit by unit on a heap.
"""

import random
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from heapq import heapify, heappop, heapreplace
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "addons" / "red_empresarial"))

from engine.apportion import allot_lots, allot_tree, split_amount  # noqa: E402

UNITS = 1_000_000
MEMBERS = 10_000
REPEATS = 5
TARGET_SECONDS = 0.1


def run(context: Any = None) -> Iterator[dict[str, Any]]:
    """Yield one measurement at a time: the best of a few runs. ``context`` is not needed here."""
    for name, weights, caps, floors in _cases():
        yield _measure_lots(name, weights, caps, floors)
    weights = _six_decimals(random.Random(7))
    yield _result(
        "lots: split_amount of one amount, weights of six decimals",
        _best_of(lambda: split_amount(123_456_789_01, weights)),
        sizes={"members": MEMBERS},
        target=TARGET_SECONDS,
    )
    tree = _two_tiers(random.Random(7))
    yield _result(
        "lots: allot_tree over 100 networks of 100 members",
        _best_of(lambda: allot_tree(UNITS, tree)),
        sizes={"units": UNITS, "members": MEMBERS},
    )


def _cases() -> Iterator[tuple[str, list, list | None, list | None]]:
    numbers = random.Random(7)
    weights = [numbers.randint(1, 1000) for _ in range(MEMBERS)]
    caps = [numbers.randint(50, 200) for _ in range(MEMBERS)]
    floors = [numbers.randint(0, 50) for _ in range(MEMBERS)]
    far_apart = [numbers.choice([1, 10**12]) for _ in range(MEMBERS)]
    yield "integer weights", weights, None, None
    yield "integer weights, caps and floors", weights, caps, floors
    yield "weights of six decimals, caps and floors", _six_decimals(numbers), caps, floors
    yield "weights a trillion apart, caps and floors", far_apart, caps, floors
    yield "equal weights", [1] * MEMBERS, None, None


def _six_decimals(numbers: random.Random) -> list:
    return [Decimal(numbers.randint(1, 10**9)).scaleb(-6) for _ in range(MEMBERS)]


def _two_tiers(numbers: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "key": network,
            "children": [
                {"key": member, "weight": numbers.randint(1, 1000), "cap": 200, "floor": 3}
                for member in range(100)
            ],
        }
        for network in range(100)
    ]


def _measure_lots(
    name: str, weights: list, caps: list | None, floors: list | None
) -> dict[str, Any]:
    seconds = _best_of(lambda: allot_lots(UNITS, weights, caps, floors))
    integers = [int(weight * 10**6) for weight in weights]  # for the heap, which takes no decimals
    started = perf_counter()
    expected = _unit_by_unit(UNITS, integers, caps, floors)
    heap_seconds = perf_counter() - started
    if allot_lots(UNITS, weights, caps, floors) != expected:
        raise AssertionError(f"{name}: differs from the rule run unit by unit")
    return _result(
        f"lots: {name}",
        seconds,
        sizes={"units": UNITS, "members": MEMBERS, "heap_seconds": heap_seconds},
        ratio=heap_seconds / seconds,
        target=TARGET_SECONDS,
    )


def _unit_by_unit(
    supply: int, weights: list[int], caps: list[int] | None, floors: list[int] | None
) -> list[int]:
    """Allot one unit at a time, exactly: what the engine must equal and is compared with."""
    units = list(floors or [0] * len(weights))
    caps = caps or [supply] * len(weights)
    shift = 2 * max(weights).bit_length()
    heap = [
        (((2 * held + 1) << shift) // weight, position)
        for position, (held, weight, cap) in enumerate(zip(units, weights, caps, strict=True))
        if held < cap
    ]
    heapify(heap)
    for _unit in range(supply - sum(units)):
        if not heap:
            break
        position = heap[0][1]
        units[position] += 1
        if units[position] < caps[position]:
            turn = ((2 * units[position] + 1) << shift) // weights[position]
            heapreplace(heap, (turn, position))
        else:
            heappop(heap)
    return units


def _best_of(action: Callable[[], Any]) -> float:
    def timed() -> float:
        started = perf_counter()
        action()
        return perf_counter() - started

    return min(timed() for _ in range(REPEATS))


def _result(
    name: str,
    seconds: float,
    sizes: dict[str, Any],
    ratio: float | None = None,
    target: float | None = None,
) -> dict[str, Any]:
    """``ratio`` is how many times faster than unit by unit; ``target`` is in seconds."""
    return {
        "name": name,
        "sizes": sizes,
        "seconds": seconds,
        "ratio": ratio,
        "target": target,
        "met": None if target is None else seconds < target,
    }


if __name__ == "__main__":
    for measurement in run():
        print(measurement)
