"""``make shell``: Odoo's Python shell on the demo's database."""

from . import ground
from .console import Failure
from .demo import DATABASE


def main(_arguments):
    """Open the shell; what is not committed there is not kept."""
    base = ground.prepare("demo")
    if base.inside("demo", "inspect", DATABASE, cluster="demo"):
        raise Failure("There is no demo database yet.", "Run make demo first.")
    return base.run(
        [base.python.parent / "odoo", "shell", "-d", DATABASE, "--no-http", "--log-level=warn"],
        cluster="demo",
    )
