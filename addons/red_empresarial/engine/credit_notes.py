"""Credit notes: which of them take pieces back, and which only lower the price of what was sold.

Quantities and amounts are ``Fraction`` or ``int``: above zero on invoices, below on credit notes.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import NamedTuple

__all__ = ["Document", "Lowered", "find_lowered"]


class Document(NamedTuple):
    """A line of an invoice or, with a quantity below zero, of a credit note.

    ``origin``: the invoice that a credit note is of, by its key; None for none of them alone.
    """

    key: Hashable
    quantity: Fraction
    amount: Fraction
    origin: Hashable | None = None


class Lowered(NamedTuple):
    """``lines``: positions of the credit notes that only lower a price; ``amount``: by how much.

    Of what is still sold: what is lowered of pieces that another credit note takes back is not in.
    """

    lines: tuple[int, ...]
    amount: Fraction


class _Sold:
    """What an invoice still has sold: pieces, at their price, and at what is left to pay."""

    def __init__(self) -> None:
        self.quantity = self.gross = self.net = Fraction(0)


def find_lowered(documents: Sequence[Document], tolerance: Fraction | int = 0) -> Lowered:
    """Tell credit notes that take pieces back from those that only lower the price.

    A credit note takes back its pieces where it is as much as these cost: at the price of the
    invoice, or at what earlier credit notes left of it. At any other amount its pieces stay sold,
    and the price is lowered by it.

    :param documents: invoices and credit notes of one order line, in the order of their days
    :param tolerance: what rounding to the coin may make an amount differ by
    :returns: positions of those that lower the price, and what they lower in all

    Invariant: pieces times price less the amount is what the documents leave to pay, as long as no
    more is credited than was invoiced.

    >>> find_lowered([Document("F1", 10, 1000), Document("N1", -10, -200, "F1")])
    Lowered(lines=(1,), amount=Fraction(200, 1))
    >>> find_lowered([Document("F1", 10, 1000), Document("N1", -4, -400, "F1")])
    Lowered(lines=(), amount=Fraction(0, 1))
    """
    sold: dict[Hashable, _Sold] = {}
    lowering: list[int] = []
    for number, document in enumerate(documents):
        if document.quantity >= 0:
            invoice = sold.setdefault(document.key, _Sold())
            invoice.quantity += document.quantity
            invoice.gross += document.amount
            invoice.net += document.amount
            continue
        of = [sold[document.origin]] if document.origin in sold else list(sold.values())
        of = [invoice for invoice in of if invoice.quantity > 0]
        if _takes_back(-document.quantity, -document.amount, of, tolerance):
            _take_back(-document.quantity, -document.amount, of)
        else:
            lowering.append(number)
            _lower(-document.amount, of)
    amount = sum((max(one.gross - one.net, Fraction(0)) for one in sold.values()), Fraction(0))
    return Lowered(tuple(lowering), Fraction(amount) if lowering else Fraction(0))


def _takes_back(
    quantity: Fraction, amount: Fraction, of: Sequence[_Sold], tolerance: Fraction | int
) -> bool:
    """Whether ``amount`` is what so many pieces cost; of nothing sold all is taken back."""
    if not of:
        return True
    pieces = min(quantity, sum(invoice.quantity for invoice in of))
    least = min(Fraction(invoice.net) / invoice.quantity for invoice in of)
    most = max(Fraction(invoice.gross) / invoice.quantity for invoice in of)
    return least * pieces - tolerance <= amount <= most * max(quantity, pieces) + tolerance


def _take_back(quantity: Fraction, amount: Fraction, of: Sequence[_Sold]) -> None:
    """Pieces are no longer sold, of several invoices in proportion to what each has."""
    total = sum(invoice.quantity for invoice in of)
    for invoice in of:
        left = 1 - min(Fraction(quantity) / total, Fraction(1))
        invoice.net -= amount * Fraction(invoice.quantity) / total
        invoice.gross *= left
        invoice.quantity *= left


def _lower(amount: Fraction, of: Sequence[_Sold]) -> None:
    total = sum(invoice.quantity for invoice in of)
    for invoice in of:
        invoice.net -= amount * Fraction(invoice.quantity) / total
