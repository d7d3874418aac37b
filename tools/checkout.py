"""Where the unprivileged user reads the project: the checkout itself, or a mirror of it.

Root may have cloned into a folder that nobody else can enter. Then the project's files are
mirrored into the cache, commands run there, and what they leave in ``build`` is copied back.
"""

import os
import shutil
from pathlib import Path

from .console import notice
from .process import output

NOT_MIRRORED = {".git", "build", "__pycache__", ".venv", "node_modules"}


def working_copy(paths, worker):
    """Return the folder the worker runs in."""
    if worker.can_read(paths.checkout / "Makefile"):
        worker.own(paths.build)
        return paths.checkout
    mirror = paths.cache / "checkouts" / paths.checkout_key
    notice(f"The user {worker.name} cannot read {paths.checkout}: running from a copy of it.")
    synchronise(paths.checkout, mirror)
    worker.own(mirror / "build")
    return mirror


def project_files(checkout):
    """Return the relative paths of what git tracks or would track; all files without git."""
    listing = ["git", "-c", "safe.directory=*", "-C", checkout, "ls-files", "-z", "-co"]
    names = output([*listing, "--exclude-standard"]).split("\0")
    if names != [""]:
        return sorted({name for name in names if name and (checkout / name).is_file()})
    return sorted(
        str(path.relative_to(checkout))
        for path in checkout.rglob("*")
        if path.is_file() and not NOT_MIRRORED.intersection(path.relative_to(checkout).parts)
    )


def synchronise(checkout, mirror):
    """Make the mirror hold exactly the project's files; copy only what changed."""
    wanted = set(project_files(checkout))
    for name in wanted:
        source, target = checkout / name, mirror / name
        if not same_file(source, target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
            target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)
    for path in mirror.rglob("*"):
        relative = path.relative_to(mirror)
        if relative.parts[0] != "build" and path.is_file() and str(relative) not in wanted:
            path.unlink()


def same_file(source, target):
    """Tell whether a copy is up to date, by size and time."""
    try:
        ours, theirs = source.stat(), target.stat()
    except FileNotFoundError:
        return False
    return ours.st_size == theirs.st_size and int(ours.st_mtime) == int(theirs.st_mtime)


def bring_back(working, checkout):
    """Copy what a command left in ``build`` from the mirror to the checkout."""
    if working != checkout and (working / "build").is_dir():
        shutil.copytree(working / "build", checkout / "build", dirs_exist_ok=True)


def publish(build, checkout, folder):
    """Copy the screenshots of a run from ``build`` to where the project keeps them."""
    pictures = sorted((build / "images").glob("*.png"))
    target = Path(checkout) / folder
    target.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        shutil.copyfile(picture, target / picture.name)
    return len(pictures)
