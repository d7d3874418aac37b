"""Fetching single packages from the Debian mirror that this machine already uses.

Nothing is installed: apt works in a folder of its own, with its own sources, and only downloads.
It checks every package against Debian's signed lists before it lets it through.
"""

import os
import shutil
import subprocess
from pathlib import Path

from .console import Failure, step
from .process import output, tail

KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
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
            self._apt(["update", "-o", "APT::Update::Error-Mode=any"], self.folder)
        with step(f"downloading {len(packages)} packages: {' '.join(packages)}") as detail:
            for package in packages:
                detail(package)
                self._apt(["download", package], partial)
        for path in partial.glob("*.deb"):
            shutil.move(path, into / path.name)

    def _apt(self, arguments, cwd):
        """Run apt-get apart from the machine's own configuration of sources."""
        result = subprocess.run(
            ["apt-get", *self._options(), *arguments],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if result.returncode:
            wanted = arguments[1] if arguments[0] == "download" else "the package lists"
            raise Failure(
                f"{tail(result.stdout)}\nThe Debian mirror {self.address} did not give {wanted}.",
                CHOICES,
            )

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
