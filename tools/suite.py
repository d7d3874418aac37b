"""``make test``: first what needs no database, in seconds; then the rest, on a fresh copy.

A test needs no database when it is in ``tests/engine`` or ``tests/setup``, or its file is named
``test_engine_….py``. All others run with pytest-odoo.
"""

import os
import shlex
from pathlib import Path

from . import checkout, ground
from .console import Failure, notice, say

NOTHING_SELECTED = 5  # pytest's exit code
PURE_FOLDERS = ("tests/engine", "tests/setup")
PURE_PATTERN = "test_engine_*.py"
IMAGES = "docs/images"
# First, or all workers wait for the last of them; browsers once the linters beside them are done.
FIRST_FOLDERS = ("tests/campaign", "tests/acceptance", "tests/web")


def main(arguments):
    """Run both parts of the suite; fail when either fails or nothing was run at all."""
    base = ground.prepare("test")
    (base.paths.build / "images").mkdir(parents=True, exist_ok=True)
    base.worker.own(base.working / "build", base.working / "build/images")
    options, paths = split_arguments([*shlex.split(os.environ.get("ARGS", "")), *arguments])
    codes = []
    for title, run, files in (
        ("Without a database", run_pure, pure_files(base.working)),
        ("On a database", run_on_database, database_files(base.working)),
    ):
        chosen = choose(paths, files) if paths else files
        if chosen:
            say(f"\n{title}")
            codes.append(run(base, chosen, options))
    if os.environ.get("SCREENSHOTS", "") not in {"", "0"}:
        count = checkout.publish(base.paths.build, base.paths.checkout, IMAGES)
        say(f"{count} screenshots copied to {IMAGES}.")
    return verdict(codes)


def verdict(codes):
    """Return one exit code for the runs: nothing selected in one of them is no failure."""
    ran = [code for code in codes if code != NOTHING_SELECTED]
    if not ran:
        raise Failure("No test was run.", "Look at the paths or the -k expression in ARGS.")
    worst = max(ran, key=abs)
    say("\nThe suite passed." if worst == 0 else "\nThe suite FAILED.")
    return 1 if worst else 0


def run_pure(base, files, options):
    """Run the tests that need neither Odoo nor a database; the template built beside goes first."""
    argv = ["nice", base.python, "-m", "pytest", "-p", "no:odoo", *files, *options]
    return base.run(argv, ODOO_RC="", PGHOST="", PGDATABASE="none")


def run_on_database(base, files, options):
    """Run the other tests on a copy of the template, dropped afterwards."""
    code = base.inside("suite", *files, *options)
    if code not in (0, 1, NOTHING_SELECTED):
        notice(f"pytest ended with code {code}.")
    return code


def split_arguments(arguments):
    """Part the arguments into pytest's options and the paths among them."""
    paths = [word for word in arguments if Path(word.partition("::")[0]).exists()]
    return [word for word in arguments if word not in paths], paths


def choose(paths, files):
    """Return, of the paths asked for, what belongs to one part of the suite."""
    chosen = []
    for path in paths:
        name = path.partition("::")[0].rstrip("/")
        if name in files:
            chosen.append(path)
        else:
            chosen += [file for file in files if file.startswith(f"{name}/")]
    return chosen


def test_files(working):
    """Return the test files of the project, relative to its folder."""
    found = [
        *(working / "tests").rglob("test_*.py"),
        *(working / "addons").glob("*/tests/test_*.py"),
    ]
    return sorted(str(path.relative_to(working)) for path in found)


def is_pure(name):
    """Tell by its name whether a test file needs no database."""
    return name.startswith(PURE_FOLDERS) or Path(name).match(PURE_PATTERN)


def pure_files(working):
    """Return the test files that need no database."""
    return [name for name in test_files(working) if is_pure(name)]


def database_files(working):
    """Return the test files that need one, those first that take long."""
    files = [name for name in test_files(working) if not is_pure(name)]
    return sorted(files, key=place)


def place(name):
    """Return where among the folders a test file comes."""
    for number, folder in enumerate(FIRST_FOLDERS):
        if name.startswith(folder):
            return number
    return len(FIRST_FOLDERS)
