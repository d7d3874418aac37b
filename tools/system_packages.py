"""The machine's own packages: checked first and all at once, installed when root may do so."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .console import Failure, already, step
from .process import quietly

BUILDING = "building"  # only while the virtual environment is not built yet
EXTRACTING = "extracting"  # only while Debian's Odoo is not extracted yet


@dataclass(frozen=True)
class Need:
    """A Debian package, why it is needed and for what, and what proves that it is there."""

    package: str
    why: str
    uses: frozenset
    programs: tuple = ()
    files: tuple = ()

    def is_met(self):
        """Tell whether one of the programs or one of the files (patterns) is there."""
        if any(shutil.which(program) for program in self.programs):
            return True
        return any(any(Path("/").glob(pattern.lstrip("/"))) for pattern in self.files)


def need(package, why, uses, programs=(), files=()):
    """Return a Need; ``uses`` is a text of words."""
    return Need(package, why, frozenset(uses.split()), tuple(programs), tuple(files))


NEEDS = (
    need("gcc", "compiles psycopg2", BUILDING, ["gcc", "cc", "clang"]),
    need("libc6-dev", "headers for the compiler", BUILDING, files=["/usr/include/stdlib.h"]),
    need("libpq-dev", "headers to compile psycopg2", BUILDING, ["pg_config"]),
    need(
        "python3-venv",
        "creates the virtual environment",
        BUILDING,
        ["uv"],
        ["/usr/lib/python3.*/ensurepip/__init__.py", "/usr/local/lib/python3.*/ensurepip"],
    ),
    need("git", "tells which files belong to the project", "test lint", ["git"]),
    need(
        "chromium-headless-shell",
        "browser tests and screenshots",
        "test",
        [
            "chromium-headless-shell",
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ],
    ),
    need(
        "fonts-liberation",
        "letters in the browser and on paper",
        "test demo",
        files=["/usr/share/fonts/truetype/liberation*", "/usr/share/fonts/**/Liberation*"],
    ),
    need("wkhtmltopdf", "prints the PDF documents", "test demo season", ["wkhtmltopdf"]),
    need("docker-compose", "checks docker-compose.yml", "lint", ["docker-compose"]),
    need("apt", "downloads Odoo's package", EXTRACTING, ["apt-get"]),
    need("dpkg", "extracts Odoo's package", EXTRACTING, ["dpkg-deb"]),
    need("tar", "extracts Odoo's package", EXTRACTING, ["tar"]),
    need(
        "debian-archive-keyring",
        "proves that the packages are Debian's",
        EXTRACTING,
        files=["/usr/share/keyrings/debian-archive-keyring.*"],
    ),
)


def missing(uses, needs=NEEDS):
    """Return the needs of ``uses`` (a set of words) that the machine does not meet."""
    return [item for item in needs if item.uses & uses and not item.is_met()]


def require(uses, needs=NEEDS):
    """Make sure that every need of ``uses`` is met, by installing or by saying how."""
    lacking = missing(uses, needs)
    if not lacking:
        already("System packages")
        return
    if not may_install():
        raise Failure(explain(lacking), how_to_install(lacking))
    install(lacking)
    still = missing(uses, needs)
    if still:
        raise Failure(explain(still), "They were installed but are still not found on the PATH.")


def may_install():
    """Only root on Debian or a relative installs, and not against RED_INSTALL_PACKAGES=no."""
    wanted = os.environ.get("RED_INSTALL_PACKAGES", "yes").lower() not in {"no", "0", "false"}
    return wanted and os.geteuid() == 0 and shutil.which("apt-get") is not None


def explain(lacking):
    """Return the sentence that names what is missing and what it is for."""
    names = ", ".join(f"{item.package} ({item.why})" for item in lacking)
    return f"This machine lacks {names}."


def how_to_install(lacking):
    """Return the remedy: on Debian and its relatives one command."""
    if not shutil.which("apt-get"):
        return "Those are Debian's names: install what your system calls them."
    command = install_command(lacking)
    if os.geteuid() == 0:
        return f"Run: {command}"
    return f"Run: sudo {command}" if shutil.which("sudo") else f"Run as root: {command}"


def install_command(lacking):
    """Return the one command with which root installs what is missing."""
    names = " ".join(item.package for item in lacking)
    return f"apt-get install --no-install-recommends -y {names}"


def install(lacking):
    """Install packages with the machine's own apt, without asking questions."""
    names = [item.package for item in lacking]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with step(f"installing with apt-get: {' '.join(names)}"):
        subprocess.run(
            ["apt-get", "-qq", "update"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        quietly(
            ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *names],
            env=environment,
            failing="apt-get could not install them.",
            remedy=f"Look at the lines above, then run: {install_command(lacking)}",
        )
