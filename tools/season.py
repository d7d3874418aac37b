"""``make season``: run the campaign on a fresh database and write build/season.json."""

from . import ground


def main(_arguments):
    """Prepare, then let the campaign run inside."""
    return ground.prepare("season").inside("season")
