"""Quantities between Odoo's records (floats in some unit) and the engine (exact numbers)."""

from fractions import Fraction

from odoo.tools.misc import get_lang

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


def format_exact(env, number, decimals=DECIMALS):
    """The number as people read it, in the user's language: ``1,234,567.5``, never ``1.2e+06``.

    :param number: exact, or a float as stored
    :param int decimals: most that are shown; trailing zeros are not
    :return: str
    """
    exact = to_exact(number) if isinstance(number, float) else Fraction(number)
    whole, part = divmod(round(abs(exact) * 10**decimals), 10**decimals)
    lang = env["res.lang"].browse(get_lang(env).id)
    text = lang.format("%d", whole, grouping=True)
    if part:
        text += lang.decimal_point + f"{part:0{decimals}d}".rstrip("0")
    return f"-{text}" if exact < 0 and (whole or part) else text
