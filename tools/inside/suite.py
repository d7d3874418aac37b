"""pytest with pytest-odoo on a copy of the tests' template, three workers at a time."""

import os
import subprocess
import sys

from tools.console import guarded
from tools.inside import databases, odoo_session, template

WORKERS = 3  # on two cores: while the database works for one, another goes on


def main(arguments):
    """Copy the template, run pytest on it and return its exit code."""
    odoo_session.start()
    databases.drop_leftovers()
    name = template.ready("test")
    with databases.fresh_copy(name) as database:
        argv = [sys.executable, "-m", "pytest", f"--odoo-database={database}", "--odoo-http"]
        return subprocess.run([*argv, *distribution(arguments), *arguments], check=False).returncode


def distribution(arguments):
    """Return the options that spread the tests over workers, unless the user chose otherwise."""
    alone = {"-n", "-s", "--pdb", "--collect-only", "--co", "-x"}
    workers = int(os.environ.get("WORKERS") or WORKERS)
    if workers < 2 or alone.intersection(arguments):
        return []
    # In the order given: sorted by the number of their tests, those in the browser would come last.
    return ["-n", str(workers), "--dist", "loadscope", "--no-loadscope-reorder"]


if __name__ == "__main__":
    sys.exit(guarded(main, sys.argv[1:]))
