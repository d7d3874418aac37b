"""``make i18n``: export ``i18n/<module>.pot`` of every addon and merge it into ``es.po``."""

from . import ground
from .process import loudly


def main(_arguments):
    """Export inside (as the worker), then merge here, where the files belong to the caller."""
    base = ground.prepare()
    code = base.inside("translations", "export")
    if code:
        return code
    environment = base.environment("tests")
    return loudly(
        [base.python, "-B", "-m", "tools.inside.merge"], cwd=base.paths.checkout, env=environment
    )
