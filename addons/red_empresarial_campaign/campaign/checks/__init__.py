"""The invariants of the suite, each computed again from the database.

Every check takes the networks and companies of the campaign and answers True or False. A check that
finds nothing to look at is False: silence is no proof. A topic has its checks and what they say to
people in one file, and is listed here.
"""

from . import books, funds, quotas, rounds
from .inventory import take_inventory

__all__ = ["label_checks", "run_checks", "take_inventory"]

TOPICS = (books, rounds, quotas, funds)


def label_checks(env):
    """``{name: what it says to people}``, in the order in which they are printed."""
    labels = {}
    for topic in TOPICS:
        labels |= topic.label_checks(env)
    return {**labels, "second_run_creates_nothing": env._("A second run creates nothing")}


def run_checks(env, networks, companies):
    """``{name: bool}`` of every check."""
    env.flush_all()
    return {
        check.__name__: bool(check(env, networks, companies))
        for topic in TOPICS
        for check in topic.CHECKS
    }
