"""Periods as words of a sentence, written once."""

from odoo.tools import format_date

__all__ = ["format_period"]


def format_period(env, date_from, date_to):
    """Return the words for a period, in the user's language; without end it is “from … on”.

    :param date_from: first day
    :param date_to: last day, or an empty value
    """
    if not date_to:
        return env._("from %s on", format_date(env, date_from))
    return env._(
        "from %(date_from)s to %(date_to)s",
        date_from=format_date(env, date_from),
        date_to=format_date(env, date_to),
    )
