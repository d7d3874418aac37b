"""``make bench``: run the measurements of ``benchmarks`` and write build/bench.json."""

from . import ground


def main(arguments):
    """Prepare, then measure inside; arguments choose benchmarks by name."""
    return ground.prepare("season").inside("bench", *arguments)
