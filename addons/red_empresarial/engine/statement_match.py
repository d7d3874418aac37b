"""Lines of a bank statement: which member paid, and which open items a line closes.

Nothing is guessed: what can be meant in two ways is proposed in none.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["OpenItem", "Payer", "StatementLine", "find_payer", "plain_words", "propose"]

MOST_SUMMED = 16  # items of one member of which every sum is looked at
PHONE_DIGITS = 9
SHORTEST_PHONE = 8
SHORTEST_REFERENCE = 4
PHONE = re.compile(r"\d[\d\s\-]{6,}\d")


@dataclass(frozen=True)
class Payer:
    """A member, and what a bank may call it.

    :ivar names: as they are written, of two words or more to count
    :ivar phones: in any notation
    :ivar codes: tax ID, account numbers
    """

    key: int
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenItem:
    """An open item that a line may close.

    :ivar amount: in the smallest coin, with the sign of a line that closes it
    :ivar day: a number that grows with the date
    :ivar partner: who owes it; ``None`` is money in transit
    :ivar payers: of money in transit, who paid it; empty when that is not known
    :ivar references: what the line may name to mean it
    """

    key: int
    amount: int
    fund: int
    day: int
    partner: int | None = None
    payers: frozenset[int] = frozenset()
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class StatementLine:
    """A line of a bank statement; ``partner`` is who paid it, if that is known."""

    key: int
    amount: int
    day: int
    partner: int | None = None
    text: str = ""


@lru_cache(maxsize=1 << 14)
def plain_words(text: str) -> str:
    """Return the words of a text without accents, case and signs, between blanks.

    >>> plain_words("Yape de María-José")
    ' yape de maria jose '
    """
    bare = unicodedata.normalize("NFKD", text or "")
    letters = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(["", *re.findall(r"[a-z0-9]+", letters.casefold()), ""]) or " "


def find_payer(text: str, payers: Iterable[Payer]) -> int | None:
    """Return the key of the only payer that a text names, or ``None``.

    A code or a phone decides before a name; all words of a name must stand in the text.

    >>> find_payer("YAPE 987 654 321", [Payer(7, phones=("+51 987654321",))])
    7
    """
    payers = list(payers)
    words = plain_words(text)
    numbers = [re.sub(r"\D", "", found) for found in PHONE.findall(text or "")]
    sure = {
        payer.key
        for payer in payers
        if any(_names(words, code) for code in payer.codes)
        or any(
            _phone(phone) in number for phone in payer.phones if _phone(phone) for number in numbers
        )
    }
    named = sure or {
        payer.key for payer in payers if any(_spells(words, name) for name in payer.names)
    }
    return named.pop() if len(named) == 1 else None


def _phone(text: str) -> str:
    digits = re.sub(r"\D", "", text or "")
    return digits[-PHONE_DIGITS:] if len(digits) >= SHORTEST_PHONE else ""


def _names(words: str, reference: str) -> bool:
    """Whether the words contain a reference that is long enough to mean something."""
    plain = plain_words(reference)
    return len(plain.strip()) >= SHORTEST_REFERENCE and plain in words


def _spells(words: str, name: str) -> bool:
    parts = plain_words(name).split()
    return len(parts) > 1 and all(f" {part} " in words for part in parts)


def propose(
    lines: Iterable[StatementLine], items: Iterable[OpenItem]
) -> dict[int, tuple[int, ...]]:
    """Return which items each line closes: ``{key of the line: keys of the items}``.

    A line is closed by items that it names; else by money in transit of exactly its amount; else by
    what its member owes, oldest first, or by the only choice of it that adds up.

    Invariants: the items of a line add up to its amount; no item is proposed twice.

    >>> propose([StatementLine(1, 30, 5, partner=7)],
    ...         [OpenItem(2, 10, 1, 1, partner=7), OpenItem(3, 20, 1, 2, partner=7)])
    {1: (2, 3)}
    """
    lines = sorted((line for line in lines if line.amount), key=lambda line: (line.day, line.key))
    book = _Book(items)
    proposals: dict[int, tuple[int, ...]] = {}
    for find in (_find_named, _find_in_transit):
        claims = {line.key: find(line, book) for line in lines if line.key not in proposals}
        wanted = Counter(key for claim in claims.values() for key in claim)
        for key, claim in claims.items():
            if claim and all(wanted[item] == 1 for item in claim):
                proposals[key] = claim
                book.take(claim)
    for line in lines:
        if line.key not in proposals and not _in_transit(line, book):
            claim = _find_owed(line, book)
            if claim:
                proposals[line.key] = claim
                book.take(claim)
    return proposals


class _Book:
    """Open items that no line took yet, the oldest first, found by who owes and what names them."""

    def __init__(self, items: Iterable[OpenItem]):
        self._free: dict[int, OpenItem] = {}
        self._by_partner: dict[int | None, list[int]] = {}
        self._by_reference: dict[str, list[int]] = {}
        for item in sorted(items, key=lambda item: (item.day, item.key)):
            self._free[item.key] = item
            self._by_partner.setdefault(item.partner, []).append(item.key)
            for reference in {plain_words(text) for text in item.references}:
                if len(reference.strip()) >= SHORTEST_REFERENCE:
                    self._by_reference.setdefault(reference, []).append(item.key)

    def take(self, keys: Iterable[int]) -> None:
        for key in keys:
            del self._free[key]

    def of(self, line: StatementLine, partner: int | None) -> list[OpenItem]:
        """What a partner owes, or what is in transit, on the side of the line."""
        return self._on_side(line, self._by_partner.get(partner, ()))

    def named_by(self, line: StatementLine) -> list[OpenItem]:
        words = plain_words(line.text)
        keys = {
            key
            for reference, named in self._by_reference.items()
            if reference in words
            for key in named
        }
        found = self._on_side(line, keys)
        return sorted(found, key=lambda item: (item.day, item.key))

    def _on_side(self, line: StatementLine, keys: Iterable[int]) -> list[OpenItem]:
        free = (self._free[key] for key in keys if key in self._free)
        return [item for item in free if item.amount and (item.amount > 0) == (line.amount > 0)]


def _may_pay(line: StatementLine, item: OpenItem) -> bool:
    return line.partner is None or not item.payers or line.partner in item.payers


def _find_named(line: StatementLine, book: _Book) -> tuple[int, ...]:
    """What the line names: all of it, or what its member owes of it."""
    named = book.named_by(line)
    owed = [item for item in named if item.partner is not None]
    if line.partner is not None:
        owed = [item for item in owed if item.partner == line.partner]
    transit = [item for item in named if item.partner is None and _may_pay(line, item)]
    choices = [
        tuple(item.key for item in some)
        for some in (transit, owed)
        if some and sum(item.amount for item in some) == line.amount
    ]
    return choices[0] if len(choices) == 1 else ()


def _in_transit(line: StatementLine, book: _Book) -> list[OpenItem]:
    """Money in transit of exactly the amount, that the line's member may have paid."""
    return [
        item for item in book.of(line, None) if item.amount == line.amount and _may_pay(line, item)
    ]


def _find_in_transit(line: StatementLine, book: _Book) -> tuple[int, ...]:
    found = _in_transit(line, book)
    if len(found) != 1:
        return ()
    (item,) = found
    sure = line.partner is None or item.payers == {line.partner}
    return (item.key,) if sure or not _find_owed(line, book) else ()


def _find_owed(line: StatementLine, book: _Book) -> tuple[int, ...]:
    """What the line's member owes to one fund and adds up; empty when two funds could be meant."""
    if line.partner is None:
        return ()
    owed = book.of(line, line.partner)
    found = []
    for fund in sorted({item.fund for item in owed}):
        choice = _choose([item for item in owed if item.fund == fund], line.amount)
        if choice:
            found.append(choice)
    return found[0] if len(found) == 1 else ()


def _choose(items: Sequence[OpenItem], amount: int) -> tuple[int, ...]:
    """Items that add up: the oldest ones, or else the only choice. Of equal ones the oldest."""
    total = 0
    for number, item in enumerate(items, start=1):
        total += item.amount
        if total == amount:
            return tuple(item.key for item in items[:number])
    if len(items) > MOST_SUMMED:
        return ()
    sums: dict[int, list[tuple[int, ...]]] = {0: [()]}
    by_amount: dict[int, list[int]] = {}
    for item in items:
        by_amount.setdefault(item.amount, []).append(item.key)
    for value, keys in by_amount.items():
        for reached, ways in [(total, list(ways)) for total, ways in sums.items()]:
            for count in range(1, len(keys) + 1):
                known = sums.setdefault(reached + value * count, [])
                known += [way + tuple(keys[:count]) for way in ways][: 2 - len(known)]
    ways = sums.get(amount, [])
    return tuple(sorted(ways[0], key=[item.key for item in items].index)) if len(ways) == 1 else ()
