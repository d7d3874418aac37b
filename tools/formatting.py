"""``make format``: let ruff sort imports and format the code."""

from . import ground
from .lint import CODE
from .process import loudly


def main(_arguments):
    """Run as the caller, to whom the files belong."""
    base = ground.prepare()
    checkout = base.paths.checkout
    folders = [name for name in CODE if (checkout / name).is_dir()]
    ruff = base.python.parent / "ruff"
    code = loudly([ruff, "check", "--no-cache", "--fix", *folders], cwd=checkout)
    return loudly([ruff, "format", "--no-cache", *folders], cwd=checkout) or code
