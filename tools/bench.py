"""``make bench``: run the measurements of ``benchmarks`` and write build/bench.json."""

from . import ground, peers


def main(arguments):
    """Prepare, then measure inside; arguments choose benchmarks by name."""
    prepared = ground.prepare("season")
    return prepared.inside("bench", *arguments, RED_PEERS=str(peers.find(prepared)))
