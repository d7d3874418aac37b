"""Fetching single packages from the Debian mirror that this machine already uses.

Nothing is installed: apt works in a folder of its own, with its own sources, and only downloads.
It checks every package against Debian's signed lists before it lets it through.
"""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from .console import Failure, step
from .process import output, tail

KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
HELPER = "/usr/lib/apt/apt-helper"
CHOICES = (
    "Set DEBIAN_MIRROR to the address of a Debian mirror with the suite sid, "
    "or ODOO_SOURCE to a folder with Odoo 19."
)


def mirror():
    """Return the address of the mirror: ``DEBIAN_MIRROR`` or the one apt is configured with."""
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"]
    lines = output(["apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(LABEL)"])
    for line in sorted(set(lines.splitlines())):
        address, _space, source = line.partition(" ")
        if source.strip() == "Debian Debian":
            return address
    raise Failure("This machine's apt knows no Debian mirror.", CHOICES)


class Downloader:
    """apt-get with sources, lists and settings of its own, below one folder."""

    def __init__(self, folder, suites):
        self.folder = Path(folder)
        self.suites = suites
        self.address = None

    def fetch(self, packages, into):
        """Download ``package/suite`` names into a folder; each file appears whole or not at all."""
        self.address = mirror()
        self._write_sources()
        partial = self.folder / "partial"
        partial.mkdir(parents=True, exist_ok=True)
        with step("reading the package lists of the Debian mirror"):
            self._apt("the package lists", "apt-get", "update", "-o", "APT::Update::Error-Mode=any")
        with step(f"downloading {len(packages)} packages: {' '.join(packages)}") as detail:
            for package in packages:
                detail(package)
                self._download(package, partial, into)

    def _download(self, package, partial, into):
        """Download one package, going on from what an interrupted run left of it.

        ``apt-get download`` would begin anew, so it only tells the address and the signed digest.
        """
        text = self._apt(package, "apt-get", "download", "--print-uris", package)
        found = [line for line in text.splitlines() if line.startswith("'")]
        if not found:
            raise self._refusal(package, text)
        address, name, _size, digest = shlex.split(found[0])
        if address.startswith("file:"):
            address = f"copy:{address.removeprefix('file:')}"  # or a link to it would be made
        self._apt(package, HELPER, "download-file", address, partial / name, digest)
        shutil.move(partial / name, into / name)

    def _apt(self, wanted, program, *arguments):
        """Run one of apt's programs apart from the machine's sources; return what it printed."""
        result = subprocess.run(
            [program, *self._options(), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if result.returncode:
            raise self._refusal(wanted, result.stdout)
        return result.stdout

    def _refusal(self, wanted, text):
        """Return the failure that shows what apt said, and the ways out."""
        sentence = f"The Debian mirror {self.address} did not give {wanted}."
        return Failure(f"{tail(text)}\n{sentence}", CHOICES)

    def _write_sources(self):
        keyring = next((name for name in KEYRINGS if Path(name).exists()), KEYRINGS[0])
        for name in ("lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        lines = [f"deb [signed-by={keyring}] {self.address} {suite} main" for suite in self.suites]
        (self.folder / "sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _options(self):
        settings = {
            "Dir::Etc::SourceList": self.folder / "sources.list",
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "APT::Sandbox::User": "root",
            "APT::Architecture": output(["dpkg", "--print-architecture"], "amd64").strip(),
            "Acquire::Languages": "none",
        }
        options = ["-qq"]
        for name, value in settings.items():
            options += ["-o", f"{name}={value}"]
        return options
