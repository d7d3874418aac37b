"""``make lint``: all linters, one line each; all run before failing."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from . import checkout, ground, lint_own, modules
from .console import elapsed, say
from .process import output, run_captured, tail

CODE = ("addons", "tests", "tools", "benchmarks")
# README.rst is generated from readme/ at a release; a concern of its own has a file of its own,
# also when it extends the same model as another.
NOT_ASKED = "missing-readme,consider-merging-classes-inherited"
# Folders that say nothing about a machine.
COMMON = {"/", "/home", "/opt", "/srv", "/tmp", "/usr", "/var"}
SLOW = {"translations"}  # it builds the tests' database if it is not there
SHOWN = 60  # lines of a failed linter's output


def main(arguments):
    """Run every linter, or those whose name contains one of the arguments."""
    base = ground.prepare("lint")
    failed = []
    chosen = [
        (name, check)
        for name, check in linters(base)
        if not arguments or any(word in name for word in arguments)
    ]
    for name, problems, took in run_linters(chosen):
        say(f"  {'FAILED' if problems else 'ok':<7} {name} ({took})")
        if problems:
            failed.append(name)
            say(tail(problems, SHOWN))
    checkout.bring_back(base.working, base.paths.checkout)
    say(f"\nLint failed: {', '.join(failed)}." if failed else "\nLint passed.")
    return 1 if failed else 0


def run_linters(chosen):
    """Yield the name, the problems and the time of each linter, slow ones beside the others."""
    with ThreadPoolExecutor() as pool:
        beside = [(name, pool.submit(timed, check)) for name, check in chosen if name in SLOW]
        for name, check in chosen:
            if name not in SLOW:
                yield name, *timed(check)
        for name, result in beside:
            yield name, *result.result()


def timed(check):
    """Return what a linter found, and how long it took."""
    started = monotonic()
    return check(), elapsed(started)


def linters(base):
    """Return the linters in order: a name, and a function that returns what it found."""
    folders = [name for name in CODE if (base.working / name).is_dir()]
    addons = [f"addons/{name}" for name in modules.ours(base.working / "addons")]
    project = lint_own.Project(base.working, tracked(base))
    bin_folder = base.python.parent

    concise = ["--no-cache", "-q", "--output-format=concise"]

    translations = [base.python, "-m", "tools.inside.translations", "check"]

    def tool(program, *arguments, **extra):  # whoever waits for the tests' database goes first
        return lambda: run_tool(base, ["nice", bin_folder / program, *arguments], extra)

    return [
        ("translations", lambda: run_tool(base, translations, {})),
        ("ruff check", tool("ruff", "check", *concise, *folders)),
        ("ruff format", tool("ruff", "format", "--check", *concise, *folders)),
        (
            "pylint-odoo",
            tool("pylint", "-j2", "--rcfile=pyproject.toml", f"--disable={NOT_ASKED}", *addons),
        ),
        ("oca-checks-odoo-module", tool("oca-checks-odoo-module", *addons)),
        (
            "import-linter",
            tool("lint-imports", "--no-cache", PYTHONPATH="addons/red_empresarial"),
        ),
        ("engine imports", project.engine_imports),
        ("manifests", lambda: project.manifests(known_modules(base))),
        ("licences (manifestoo)", tool("manifestoo", "-d", "addons", "check-licenses")),
        ("no hosts, no machine paths", lambda: project.hosts_and_paths(private_names(base))),
        ("docker-compose config", lambda: run_tool(base, ["docker-compose", "config", "-q"], {})),
    ]


def run_tool(base, argv, extra):
    """Run a linter as the worker; return its output when it fails, else nothing."""
    environment = {**base.environment("tests"), **extra}
    code, text = run_captured(base.worker.command(argv), cwd=base.working, env=environment)
    return (text.strip() or f"exit code {code}") if code else ""


def tracked(base):
    """Return the files that belong to the project."""
    return checkout.project_files(base.paths.checkout)


def known_modules(base):
    """Return the names of all modules that an addon may depend on."""
    site = base.python.parent.parent / "lib"
    folders = [*base.odoo.addons, *site.glob("python3*/site-packages/odoo/addons")]
    return {path.parent.name for folder in folders for path in folder.glob("*/__manifest__.py")}


def private_names(base):
    """Return what tells this machine from others: its folders, and the hosts it fetches from."""
    checkout_folder = base.paths.checkout
    folders = {str(checkout_folder), str(checkout_folder.parent), str(Path.home())} - COMMON
    settings = output(["apt-get", "indextargets", "--format", "$(REPO_URI)"])
    settings += output([base.python, "-m", "pip", "config", "list"])
    settings += "\n".join(value for name, value in os.environ.items() if "INDEX" in name)
    hosts = set(re.findall(r"https?://(?:[^/@\s]*@)?([\w.-]+\.[a-z]{2,})", settings))
    return {f"{name}/" for name in folders} | hosts
