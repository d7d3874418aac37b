"""Odoo 19 Community: extracted from Debian's package, or the user's own checkout.

The package is never installed: from sid it would replace half of the system. Its archive is
unpacked into the cache, with the few font and script packages its links point to.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from . import system_packages
from .console import Failure, already, notice, step
from .debian import Downloader
from .paths import short_hash
from .process import output, quietly

ODOO = "odoo-19"
# The other packages are what its dangling links point to. Odoo needs Font Awesome 4.7, which sid
# no longer has, and Montserrat, which bookworm does not have yet.
PACKAGES = (
    f"{ODOO}/sid",
    "fonts-montserrat/sid",
    "fonts-font-awesome/bookworm",
    "fonts-roboto-unhinted/bookworm",
    "fonts-inconsolata/bookworm",
    "fonts-ocr-b/bookworm",
    "libjs-jquery/bookworm",
    "libjs-jquery-form/bookworm",
    "libjs-underscore/bookworm",
)
LANGUAGES = ("es",)  # all of them would take 820 MB more
LIBRARY = "usr/lib/python3/dist-packages"
# A second, stripped copy of the addons, and things that are not needed to run.
LEFT_OUT = ("addons", "doc", "setup", "odoo-19.0.egg-info")
# Not in Debian's package, but named in a manifest: without it every page logs an error, and every
# browser test fails.
STUB = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
RECIPE = 1  # raise it when the way of extracting changes
TESTED = Path(__file__).with_name("odoo-debs.sha256")


@dataclass(frozen=True)
class OdooSource:
    """An Odoo 19: what goes on Python's path, where the addons are, what tells it from others."""

    library: Path
    addons: tuple
    identity: str


def find(paths):
    """Return the Odoo to use, downloading and extracting it if need be."""
    own = os.environ.get("ODOO_SOURCE")
    return own_checkout(own) if own else extracted(paths)


def own_checkout(folder):
    """Return the user's own Odoo 19 checkout."""
    root = Path(folder).expanduser().absolute()
    release = root / "odoo" / "release.py"
    remedy = "Point ODOO_SOURCE at the top folder of an Odoo 19.0 checkout, or unset it."
    try:
        text = release.read_text(encoding="utf-8")
    except OSError as error:
        sentence = f"ODOO_SOURCE={folder} holds no Odoo ({release}: {error.strerror})."
        raise Failure(sentence, remedy) from error
    if "version_info = (19, 0" not in text:
        raise Failure(f"ODOO_SOURCE={folder} is not Odoo 19.0.", remedy)
    addons = tuple(path for path in (root / "odoo/addons", root / "addons") if path.is_dir())
    already(f"Odoo 19 of {root}")
    return OdooSource(root, addons, short_hash(str(root).encode(), text.encode(), commit(root)))


def commit(root):
    """Return the commit of a checkout, whoever owns it; nothing without git."""
    command = ["git", "-c", "safe.directory=*", "-C", root, "rev-parse", "HEAD"]
    return output(command).strip().encode()


def uses(paths):
    """Return what finding Odoo still uses of the machine: words of ``system_packages.NEEDS``."""
    there = os.environ.get("ODOO_SOURCE") or extraction(paths).is_dir()
    return set() if there else {system_packages.EXTRACTING}


def extraction(paths):
    """Return the folder of the cache that Debian's package is extracted to."""
    return paths.cache / "odoo" / short_hash(TESTED.read_bytes(), bytes([RECIPE]))


def extracted(paths):
    """Return Odoo from Debian's package, extracted into the cache."""
    folder = extraction(paths)
    source = OdooSource(folder / LIBRARY, (folder / LIBRARY / "odoo/addons",), folder.name)
    if folder.is_dir():
        already("Odoo 19")
        return source
    archives = download(paths.downloads)
    with step("extracting Odoo 19"):
        extract(archives, folder)
    return source


def download(downloads):
    """Return the archives by package name, fetching those that are not there yet."""
    folder = downloads / "debs"
    folder.mkdir(parents=True, exist_ok=True)
    lacking = [package for package in PACKAGES if not archive(folder, package)]
    if lacking:
        Downloader(downloads / "apt", ("bookworm", "sid")).fetch(lacking, folder)
    archives = {package.partition("/")[0]: archive(folder, package) for package in PACKAGES}
    verify(archives.values())
    return archives


def archive(folder, package):
    """Return the newest downloaded archive of a ``package/suite``, or None."""
    found = list(folder.glob(f"{package.partition('/')[0]}_*.deb"))
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def verify(archives, tested=TESTED):
    """Compare the archives with those this project was tested with.

    A file of the tested name with another content is damaged. Another name is a newer upload:
    apt has verified its signature, so it is used, with a notice.
    """
    lines = tested.read_text(encoding="utf-8").splitlines()
    expected = {name.strip(): digest for digest, _, name in (line.partition(" ") for line in lines)}
    for path in archives:
        if path.name not in expected:
            notice(f"{path.name} is a newer upload than the one this project was tested with.")
        elif digest_of(path) != expected[path.name]:
            path.unlink()
            raise Failure(
                f"The downloaded {path.name} was damaged and has been removed.",
                "Run the same command again.",
            )


def digest_of(path):
    """Return the SHA-256 of a file."""
    digest = sha256()
    with open(path, "rb") as handle:
        for block in iter(lambda: handle.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def extract(archives, folder):
    """Unpack the archives beside ``folder`` and move the result into place when it is whole."""
    unfinished = folder.with_suffix(".tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    left_out = [f"./{LIBRARY}/{name}" for name in LEFT_OUT]
    untar(archives[ODOO], unfinished, [*left_out, "*/i18n/*.po", "*/i18n_extra/*.po"])
    wanted = [
        f"*/i18n*/{pattern}.po" for language in LANGUAGES for pattern in (language, f"{language}_*")
    ]
    untar(archives[ODOO], unfinished, left_out, wanted)
    for name, path in archives.items():
        if name != ODOO:
            quietly(["dpkg-deb", "-x", path, unfinished], failing=f"{path.name} is damaged.")
    stub = unfinished / LIBRARY / STUB
    stub.parent.mkdir(parents=True, exist_ok=True)
    stub.write_text("// Not in Debian's package: no background blur in calls.\n", encoding="utf-8")
    refuse_dangling_links(unfinished / LIBRARY)
    unfinished.rename(folder)


def untar(package, into, left_out, wanted=()):
    """Unpack a Debian archive without the patterns ``left_out``, or only those ``wanted``."""
    options = [f"--exclude={pattern}" for pattern in left_out]
    if wanted:
        options += ["--wildcards", *wanted]
    reader = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE)
    result = subprocess.run(
        ["tar", "-x", "--no-same-owner", "-C", into, *options],
        stdin=reader.stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    reader.stdout.close()
    if reader.wait() or result.returncode:
        raise Failure(
            f"{package.name} could not be unpacked ({result.stderr.strip()[-200:]}).",
            "Look whether the disk is full, then run the same command again.",
        )


def refuse_dangling_links(folder):
    """Fail when a link of Odoo's points to a file that no package brought."""
    for path in folder.rglob("*"):
        if path.is_symlink() and not path.exists():
            raise Failure(
                f"Odoo's file {path.name} points to {os.readlink(path)}, which no package brought.",
                "A newer upload may need another package: see PACKAGES in tools/odoo_source.py.",
            )
