"""Exporting the terms of our addons from a database, and checking the committed files."""

import io
import os
import sys
from pathlib import Path

import polib
from odoo.tools.translate import trans_export

from tools import modules
from tools.console import guarded, say
from tools.inside import databases, merge, odoo_session, template

SHOWN = 8  # terms of one kind and file
VOLATILE = ("POT-Creation-Date", "PO-Revision-Date")


def main(command):
    """``export`` writes build/i18n; ``check`` compares that with the committed files."""
    odoo_session.start()
    folder = Path(os.environ["RED_BUILD"]) / "i18n"
    folder.mkdir(exist_ok=True)
    with databases.fresh_copy(template.ready("test")) as name:
        export(name, folder)
    if command == "export":
        return 0
    faults = [text for module in modules.ours(template.ADDONS) for text in check(module, folder)]
    say("\n".join(faults) if faults else "complete")
    return 1 if faults else 0


def export(database, folder):
    """Write the terms of every addon, without what changes at each export."""
    with odoo_session.environment(database) as env:
        for module in modules.ours(template.ADDONS):
            buffer = io.BytesIO()
            trans_export(False, [module], buffer, "po", env)
            pot = polib.pofile(buffer.getvalue().decode(), wrapwidth=merge.WIDTH)
            for name in VOLATILE:
                pot.metadata.pop(name, None)
            pot.save(str(folder / f"{module}.pot"))


def check(module, folder):
    """Return what is missing or out of date in an addon's committed files."""
    exported = polib.pofile(str(folder / f"{module}.pot"))
    if not len(exported):
        return []
    where = template.ADDONS / module / "i18n"
    faults = compare(exported, where / f"{module}.pot", translated=False)
    for language in merge.LANGUAGES:
        faults += compare(exported, where / f"{language}.po", translated=True)
    return faults


def compare(exported, path, translated):
    """Return how a committed file differs from the exported terms."""
    if not path.is_file():
        return [f"{path}: missing; run make i18n"]
    committed = polib.pofile(str(path))
    terms = {key(entry): entry for entry in committed if not entry.obsolete}
    wanted = {key(entry) for entry in exported}
    faults = some(path, "lacks", [term[0] for term in wanted - set(terms)])
    faults += some(path, "has no more use for", [term[0] for term in set(terms) - wanted])
    if faults:
        faults.append(f"{path}: run make i18n")
    if translated:
        faults += some(path, "does not translate", [e.msgid for e in merge.untranslated(committed)])
        faults += some(path, "has as fuzzy", [e.msgid for e in committed.fuzzy_entries()])
    return faults


def some(path, verb, texts):
    """Return a line for the first few terms, and one for how many more there are."""
    lines = [f"{path}: {verb} {text!r}" for text in sorted(texts)[:SHOWN]]
    more = len(texts) - SHOWN
    return [*lines, f"{path}: {verb} {more} more"] if more > 0 else lines


def key(entry):
    """Return what identifies a term."""
    return entry.msgid, entry.msgctxt or ""


if __name__ == "__main__":
    sys.exit(guarded(main, *sys.argv[1:]))
