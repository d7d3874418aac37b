"""Add-ons of others that the benchmarks compare with, in a folder that nothing else looks into.

They are unpacked without what they depend on: that is Odoo, which is there.
"""

import os
import shutil

from . import python_env
from .console import already, step
from .paths import CHECKOUT, short_hash
from .process import quietly

REQUIREMENTS = CHECKOUT / "bench-requirements.txt"


def find(ground):
    """Return the folder of the peers' add-ons, filling it if need be."""
    paths = ground.paths
    folder = paths.cache / "peers" / short_hash(REQUIREMENTS.read_bytes())
    addons = folder / "odoo" / "addons"
    if (folder / "complete").exists():
        already("Peers of the benchmarks")
        return addons
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    install = [python_env.find_uv(paths), "pip", "install", "-q", "--no-deps"]
    install += ["--python", ground.python, "--target", folder, "--requirements", REQUIREMENTS]
    with step("fetching the peers of the benchmarks"):
        quietly(
            install,
            env={**os.environ, "UV_CACHE_DIR": str(paths.downloads / "uv")},
            failing="The add-ons that the benchmarks compare with could not be fetched.",
            remedy=python_env.OFFLINE,
        )
    (folder / "complete").touch()
    return addons
