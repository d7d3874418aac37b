"""``make setup``: everything the other commands need, up to the template databases."""

from . import ground
from .console import say


def main(_arguments):
    """Prepare for all commands at once."""
    base = ground.prepare("test", "lint", "demo", "season")
    code = base.inside("template", "season", "test")
    if not code:
        say("Ready: make demo, make test …")
    return code
