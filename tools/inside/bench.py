"""Running the benchmarks.

Each ``benchmarks/<name>.py`` has ``run(context)``, which yields one dict per measurement: ``name``,
``sizes``, ``seconds``, ``ratio`` (or None), ``target`` and ``met``.
"""

import os
import sys
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from time import monotonic

import odoo.addons
from odoo.modules.registry import Registry

from tools.console import Failure, elapsed, guarded, say
from tools.inside import campaign, databases, odoo_session, template

FOLDER = Path("benchmarks")
COLUMNS = (("name", 58), ("sizes", 34), ("seconds", 10), ("ratio", 8), ("target", 8), ("met", 4))


class Context:
    """What a benchmark may ask for; nothing is prepared until it does."""

    @contextmanager
    def database(self):
        """Yield the name of a fresh copy of the season's template; drop it in the end."""
        with databases.fresh_copy(template.ready("season")) as name:
            yield name

    @contextmanager
    def env(self):
        """Yield the administrator's environment in a fresh database of its own."""
        with self.database() as name, odoo_session.environment(name) as env:
            yield env

    @contextmanager
    def peer(self, *modules):
        """Yield the environment of a database with a peer's modules and none of ours."""
        if os.environ["RED_PEERS"] not in odoo.addons.__path__:
            odoo.addons.__path__.append(os.environ["RED_PEERS"])
        with databases.fresh_copy(template.ready("base")) as name:
            Registry.new(name, update_module=True, install_modules=modules, new_db_demo=False)
            with odoo_session.environment(name) as env:
                yield env


def main(names):
    """Run all benchmarks, or those named; print a table and write the figures."""
    odoo_session.start()
    databases.drop_leftovers()
    results = {}
    print_row({name: name for name, _width in COLUMNS})
    try:
        for name in names or found():
            measure(name, results)
    finally:  # what is measured is kept, also when a later one fails
        path = campaign.write(results, "bench.json")
    missed = [name for name, measured in results.items() if measured["met"] is False]
    say(f"\n{len(results)} measurements, {len(missed)} beyond their target; figures in {path}.")


def measure(name, results):
    """Run one benchmark; print and collect its measurements as they come."""
    started = monotonic()
    for measured in load(name).run(Context()):
        results[measured["name"]] = {
            key: measured.get(key) for key in ("sizes", "seconds", "ratio", "target", "met")
        }
        print_row(measured)
    say(f"  … benchmarks/{name}.py took {elapsed(started)}")


def found():
    """Return the names of the benchmarks there are."""
    names = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    if not names:
        raise Failure("There are no benchmarks.")
    return names


def load(name):
    """Import a benchmark."""
    if not (FOLDER / f"{name}.py").is_file():
        raise Failure(f"There is no benchmark {name}.", f"There are: {', '.join(found())}.")
    return import_module(f"benchmarks.{name}")


def print_row(values):
    """Print one line of the table."""
    say("  ".join(text_of(values.get(name)).ljust(width) for name, width in COLUMNS).rstrip())


def text_of(value):
    """Return a figure as a person reads it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:.4f}" if value < 1 else f"{value:.2f}"
    if isinstance(value, dict):
        return ", ".join(f"{size_text(size)} {what}" for what, size in value.items())
    return str(value)


def size_text(size):
    """Return a size with its thousands set apart; a measured one with two decimals."""
    return (
        f"{size:,.2f}"
        if isinstance(size, float)
        else f"{size:,}"
        if isinstance(size, int)
        else size
    )


if __name__ == "__main__":
    sys.exit(guarded(main, sys.argv[1:]))
