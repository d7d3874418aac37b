"""Merging exported terms into the translations; a translation once made is never lost.

Terms that are no longer used stay at the end of the file as obsolete, so that they come back
when the term does. Needs no Odoo.
"""

import sys
from pathlib import Path

import polib

from tools.console import guarded, say

ADDONS = Path("addons")
EXPORTED = Path("build/i18n")
LANGUAGES = ("es",)
WIDTH = 78


def main():
    """Take over every exported file."""
    for exported in sorted(EXPORTED.glob("*.pot")):
        module = exported.stem
        folder = ADDONS / module / "i18n"
        pot = polib.pofile(str(exported), wrapwidth=WIDTH)
        if not len(pot):
            continue
        folder.mkdir(exist_ok=True)
        pot.save(str(folder / f"{module}.pot"))
        for language in LANGUAGES:
            po = merged(folder / f"{language}.po", pot, language)
            po.save(str(folder / f"{language}.po"))
            open_terms = len(untranslated(po)) + len(po.fuzzy_entries())
            say(f"  {module}: {len(pot)} terms, {open_terms} to translate in {language}.po")


def merged(path, pot, language):
    """Return a language's file brought up to the exported terms."""
    if path.is_file():
        po = polib.pofile(str(path), wrapwidth=WIDTH)
    else:
        po = polib.POFile(wrapwidth=WIDTH)
        po.metadata = {**pot.metadata, "Language": language}
        po.metadata["Plural-Forms"] = "nplurals=2; plural=(n != 1);"
    po.merge(pot)
    return po


def untranslated(po):
    """Return the terms without translation (polib does not count those with plural forms)."""
    return [entry for entry in po if not entry.obsolete and not entry.translated()]


if __name__ == "__main__":
    sys.exit(guarded(main))
