"""Quantities between Odoo's records (floats in some unit) and the engine (exact numbers)."""

from fractions import Fraction

from ..engine.apportion import exact_weight

DECIMALS = 6  # of quantities kept on records


def to_exact(quantity):
    """The quantity a record shows, as an exact fraction.

    :param float quantity: as stored; what lies beyond six decimals is noise of the float
    """
    return exact_weight(f"{quantity:.{DECIMALS}f}")


def from_exact(quantity):
    """The float Odoo stores for an exact quantity."""
    return float(round(quantity, DECIMALS))


def exact_factor(uom):
    """How many reference units make one ``uom``, exact: 12 for a dozen of units."""
    return exact_weight(repr(uom.factor))


def convert_exact(quantity, uom, to_uom):
    """``quantity`` of ``uom`` in ``to_uom``: a unit is a twelfth of a dozen, not 0.08."""
    return Fraction(quantity) * exact_factor(uom) / exact_factor(to_uom)
