"""Command line: ``python3 -m tools COMMAND [ARGUMENTS]``; the Makefile is its short form."""

import sys
from importlib import import_module

from .console import Failure, guarded

COMMANDS = {
    "setup": "ground_up",
    "demo": "demo",
    "season": "season",
    "test": "suite",
    "bench": "bench",
    "lint": "lint",
    "format": "formatting",
    "i18n": "translations",
    "shell": "shell",
    "stop": "stop",
    "clean": "clean",
    "constraints": "constraints",
}


def main(arguments):
    """Run one command; each is the function ``main`` of a module of its own."""
    if sys.version_info < (3, 10):
        raise Failure("These tools need Python 3.10 or newer.", "Set PYTHON to one: make PYTHON=…")
    name, *rest = arguments or ["help"]
    if name not in COMMANDS:
        raise Failure(f"There is no command {name}.", "Type make help.")
    return import_module(f".{COMMANDS[name]}", __package__).main(rest)


if __name__ == "__main__":
    sys.exit(guarded(main, sys.argv[1:]))
