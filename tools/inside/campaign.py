"""Driving the campaign of the addon ``red_empresarial_campaign``.

The addon offers ``campaign.run(env, emit) -> dict``: it works through public methods, calls
``emit(text)`` with what is to be printed, and returns what ``season.json`` holds, among it
``checks``: the name of each invariant → whether it holds.
"""

import json
import os
from importlib import import_module
from pathlib import Path
from time import monotonic

from tools.console import Failure, say
from tools.inside import odoo_session

ADDON = "red_empresarial_campaign"


def run(database):
    """Run the campaign in a database, commit it, and write its result; return the result."""
    try:
        campaign = import_module(f"odoo.addons.{ADDON}.campaign")
    except ModuleNotFoundError as error:
        if error.name and not error.name.startswith(f"odoo.addons.{ADDON}"):
            raise
        raise Failure(f"The addon {ADDON} has no module campaign.") from error
    started = monotonic()
    with odoo_session.environment(database) as env:
        result = campaign.run(env, say)
    path = write(result)
    say(f"\nThe campaign took {monotonic() - started:.1f} s; its figures are in {path}.")
    return result


def write(result, name="season.json"):
    """Write a result below ``build``, whole or not at all."""
    path = Path(os.environ["RED_BUILD"]) / name
    unfinished = path.with_suffix(".tmp")
    text = json.dumps(result, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    unfinished.write_text(text + "\n", encoding="utf-8")
    unfinished.replace(path)
    return f"build/{name}"


def false_checks(result):
    """Return the names of the invariants that do not hold."""
    return sorted(name for name, holds in result.get("checks", {}).items() if not holds)


def report(result):
    """Print how many invariants hold; return the exit code."""
    failed = false_checks(result)
    checks = result.get("checks", {})
    if not checks:
        raise Failure("The campaign checked nothing.", "Its result must have the key checks.")
    if failed:
        raise Failure(f"These checks of the campaign failed: {', '.join(failed)}.")
    say(f"All {len(checks)} checks hold.")
    return 0
