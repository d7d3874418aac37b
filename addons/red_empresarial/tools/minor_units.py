"""Money between Odoo's records (floats) and the engine (integers of the smallest coin)."""


def to_minor(amount, currency):
    """Whole coins in ``amount``; the coin is the currency's rounding (a cent, five rappen).

    :param float amount: an amount as stored, already rounded to the currency
    :param currency: ``res.currency``
    :return: int
    """
    return round(amount / currency.rounding)


def from_minor(units, currency):
    """The amount Odoo stores for ``units`` whole coins of ``currency``."""
    return currency.round(units * currency.rounding)
