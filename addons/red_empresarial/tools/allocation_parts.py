"""What an invoice line takes of what members were allocated and delivered."""

from fractions import Fraction
from typing import NamedTuple

from .quantities import to_exact

NOISE = Fraction(1, 20_000)  # what rounding of records leaves over counts as nothing


class Part(NamedTuple):
    """Quantity, in reference units, that an invoice line takes of an allocation's delivery."""

    allocation: object
    delivery: object
    quantity: Fraction

    @property
    def weight(self):
        """What the member earns by: the quantity, weighed by the grade it was accepted in."""
        return self.quantity * (to_exact(self.delivery.price_factor) if self.delivery else 1)
