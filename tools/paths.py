"""Where things are kept.

One cache folder serves all checkouts of a user. It is ``RED_CACHE``, else a folder of
``XDG_CACHE_HOME``, else ``/var/cache`` for root (whose own folder the unprivileged user cannot
read), else ``~/.cache``. What was downloaded lives in its ``downloads`` (or ``RED_DOWNLOADS``)
and survives ``make clean``.
"""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from .console import Failure, notice

NAME = "red-empresarial"
CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Paths:
    """The folders of one checkout and of the cache it uses."""

    cache: Path
    downloads: Path
    checkout: Path = CHECKOUT

    @property
    def build(self):
        """Results of commands, in the checkout, never committed."""
        return self.checkout / "build"

    @property
    def state(self):
        """What the unprivileged user writes: clusters, filestores, logs, its home."""
        return self.cache / "state"

    @property
    def home(self):
        return self.state / "home"

    @property
    def logs(self):
        return self.state / "logs"

    @property
    def run(self):
        """Process ids and generated configuration."""
        return self.state / "run"

    @property
    def checkout_key(self):
        """A short name for this checkout, so that several may share the cache."""
        return short_hash(str(self.checkout).encode())


def locate(environment=None):
    """Return the paths this run uses, creating the cache and downloads folders."""
    environment = os.environ if environment is None else environment
    cache = cache_folder(environment)
    downloads = Path(environment.get("RED_DOWNLOADS") or cache / "downloads")
    for folder in (cache, downloads):
        make_folder(folder)
    return Paths(cache.resolve(), downloads.resolve())


def cache_folder(environment, is_root=None):
    """Return the cache folder by the rule at the head of this module."""
    is_root = os.geteuid() == 0 if is_root is None else is_root
    if environment.get("RED_CACHE"):
        return Path(environment["RED_CACHE"]).absolute()
    xdg = environment.get("XDG_CACHE_HOME")
    if xdg and (not is_root or others_can_traverse(Path(xdg))):
        return Path(xdg).absolute() / NAME
    if is_root:
        if xdg:
            notice(f"{xdg} is closed to the unprivileged user: using /var/cache/{NAME} instead.")
        return Path("/var/cache") / NAME
    return Path.home() / ".cache" / NAME


def others_can_traverse(path):
    """Tell whether every existing folder on the way lets any user through."""
    existing = [folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists()]
    return all(folder.stat().st_mode & 0o001 for folder in existing)


def make_folder(folder):
    """Create a folder that others may read; say plainly when that is not allowed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"The folder {folder} cannot be created ({error.strerror}).",
            "Set RED_CACHE to a folder you may write to.",
        ) from error


def short_hash(*chunks):
    """Return twelve hexadecimal digits that stand for some bytes."""
    digest = sha256()
    for chunk in chunks:
        digest.update(len(chunk).to_bytes(8, "big"))
        digest.update(chunk)
    return digest.hexdigest()[:12]


def tree_hash(folder, skip=lambda path: False):
    """Return the hash of the names and contents of the files below a folder."""
    chunks = []
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and not skip(path):
            chunks += [str(path.relative_to(folder)).encode(), path.read_bytes()]
    return short_hash(*chunks)
