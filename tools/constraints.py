"""``make constraints``: renew the pins of what our requirements bring along."""

import os
import tempfile
from pathlib import Path

from . import odoo_source, paths, python_env, system_packages
from .console import say, step
from .process import quietly

HEAD = """\
# Everything that requirements.txt, test-requirements.txt and tools/requirements-odoo.txt bring
# along, in the versions this project was tested with (Python 3.11). To renew it: change those
# files, then `make constraints`.
"""


def main(_arguments):
    """Resolve the requirements anew and write the result down."""
    where = paths.locate()
    uv = python_env.find_uv(where)
    system_packages.require(odoo_source.uses(where))
    odoo = odoo_source.find(where)
    with step("resolving the requirements"), tempfile.TemporaryDirectory() as folder:
        wheel = python_env.odoo_wheel(odoo, Path(folder))
        command = [uv, "pip", "compile", "-q", "--python-version", python_env.PYTHON]
        command += ["--find-links", wheel.parent, "--no-emit-find-links", "--no-emit-index-url"]
        command += ["--no-header", "--no-annotate", *python_env.REQUIREMENTS]
        text = quietly(
            command,
            env={**os.environ, "UV_CACHE_DIR": str(where.downloads / "uv")},
            failing="The requirements contradict each other.",
        )
    pins = [line for line in text.splitlines() if not line.startswith("odoo==")]
    python_env.CONSTRAINTS.write_text(HEAD + "\n".join(pins) + "\n", encoding="utf-8")
    say(f"{len(pins)} pins written to {python_env.CONSTRAINTS.name}.")
