"""``make clean``: remove what the set-up made, except what it downloaded."""

import shutil

from . import paths
from .console import notice, step
from .locks import exclusive
from .stop import stop_everything


def main(_arguments):
    """Stop everything, then remove databases, clusters, environments and build/."""
    where = paths.locate()
    notice("This removes all databases of the set-up, the demo's too; downloads are kept.")
    with exclusive(where.cache / "lock"):
        stop_everything(where)
        with step(f"removing what was made in {where.cache} and {where.build}"):
            shutil.rmtree(where.build, ignore_errors=True)
            for path in where.cache.iterdir():
                if path not in (where.downloads, where.cache / "lock"):
                    remove(path)


def remove(path):
    """Remove a file or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
