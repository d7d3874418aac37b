"""The virtual environment: Odoo's requirements, the OCA add-ons and the test tools, all pinned.

It is named after the hash of the requirement files, so that checkouts that agree share one. A
tiny wheel "odoo 19.0" makes the extracted Odoo count as installed, which the OCA wheels ask for.
"""

import base64
import hashlib
import os
import shutil
import sys
import zipfile
from pathlib import Path

from . import system_packages
from .console import Failure, already, step
from .paths import CHECKOUT, short_hash
from .process import output, quietly, run_captured

PYTHON = "3.11"  # the version Odoo's pins of this project are for
PYTHONS = ("python3", f"python{PYTHON}", "/usr/bin/python3", f"/usr/bin/python{PYTHON}")
UV = "uv==0.13.8"
REQUIREMENTS = (
    CHECKOUT / "tools/requirements-odoo.txt",
    CHECKOUT / "requirements.txt",
    CHECKOUT / "test-requirements.txt",
)
CONSTRAINTS = CHECKOUT / "tools/constraints.txt"
OFFLINE = "Look whether this machine reaches the Python package index, then run the command again."


def requirements_hash():
    """Return the hash of all that decides what is in the environment."""
    files = (*REQUIREMENTS, CONSTRAINTS)
    return short_hash(PYTHON.encode(), *(path.read_bytes() for path in files))


def find(paths, odoo, base):
    """Return the environment's Python, building the environment if need be."""
    name = f"{requirements_hash()}-{short_hash(str(odoo.library).encode())}"
    folder = paths.cache / "venv" / name
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        already("Python environment")
        return python
    build(find_uv(paths), folder, base, odoo, paths.downloads)
    (folder / "complete").touch()
    return python


def is_built(paths):
    """Tell whether an environment of these requirements is there: no compiler is needed then."""
    return any((paths.cache / "venv").glob(f"{requirements_hash()}-*/complete"))


def find_uv(paths):
    """Return uv: the user's own, or one brought into the downloads folder."""
    own = shutil.which("uv")
    if own:
        return Path(own)
    folder = paths.downloads / "uv-tool"
    uv = folder / "bin" / "uv"
    if uv.exists():
        return uv
    with step("fetching uv, which installs Python packages"):
        quietly(
            [sys.executable, "-m", "venv", folder],
            failing="No virtual environment could be created.",
            remedy="Install the package python3-venv.",
        )
        quietly(
            [folder / "bin" / "python", "-m", "pip", "install", "-q", UV],
            failing="uv could not be installed.",
            remedy=OFFLINE,
        )
    return uv


def build(uv, folder, base, odoo, downloads):
    """Create the environment anew and install everything into it."""
    environment = {
        **os.environ,
        "UV_CACHE_DIR": str(downloads / "uv"),
        "UV_PYTHON_INSTALL_DIR": str(downloads / "python"),
    }
    shutil.rmtree(folder, ignore_errors=True)
    with step("creating the Python environment"):
        quietly(
            [uv, "venv", "-q", "--python", base or PYTHON, folder],
            env=environment,
            failing=f"uv could not create an environment with Python {PYTHON}.",
            remedy=f"Install Python {PYTHON} (on Debian 12 the package python3).",
        )
    wheel = odoo_wheel(odoo, folder / "wheels")
    install = [uv, "pip", "install", "-q", "--python", folder / "bin" / "python", wheel]
    install += ["--constraints", CONSTRAINTS]
    for path in REQUIREMENTS:
        install += ["--requirements", path]
    with step("installing Python packages"):
        offline_first(
            install,
            env=environment,
            failing="The Python packages could not be installed.",
            remedy=OFFLINE,
        )


def offline_first(install, *, env, failing, remedy):
    """Run uv on what is in the downloads folder, and with the network only if that lacks some."""
    if run_captured([*install, "--offline"], env=env)[0]:
        quietly(install, env=env, failing=failing, remedy=remedy)


def base_python(worker):
    """Return a Python of the right version that the worker may use, or None."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    for name in (sys.executable, *PYTHONS):
        path = shutil.which(name)
        if path and worker.can_run(path) and output([path, "-c", code]).strip() == PYTHON:
            return path
    return None


def header_need(python):
    """Return the need for the headers of a Python; without one uv brings its own, with headers."""
    code = "import sysconfig; print(sysconfig.get_paths()['include'])"
    folder = output([python, "-c", code]).strip() if python else "/"
    return system_packages.need(
        f"python{PYTHON}-dev",
        "headers to compile psycopg2",
        system_packages.BUILDING,
        files=[f"{folder}/Python.h" if python else "/"],
    )


def odoo_wheel(odoo, folder):
    """Write the wheel that tells pip and uv where Odoo is; return its path."""
    if not (odoo.library / "odoo" / "release.py").is_file():
        raise Failure(f"There is no Odoo in {odoo.library}.", "Run make clean, then make setup.")
    info = "odoo-19.0.dist-info"
    files = {
        "odoo19.pth": f"{odoo.library}\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nodoo = odoo.cli:main\n",
    }
    files[f"{info}/RECORD"] = "".join(map(record_line, files.items())) + f"{info}/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / "odoo-19.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


def record_line(item):
    """Return a wheel's record of one file: name, hash and size."""
    name, content = item
    digest = hashlib.sha256(content.encode()).digest()
    text = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return f"{name},sha256={text},{len(content.encode())}\n"
