"""Helpers of the tests of the set-up programs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def red(tmp_path):
    """Return a function that runs ``python -m tools …`` on a cache folder of the test's own."""

    def run(*arguments, **variables):
        ours = ("RED_", "PG", "DATABASE_URL", "ODOO_", "DEBIAN_", "PORT", "FRESH", "ARGS")
        environment = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
        environment |= {"RED_CACHE": str(tmp_path / "cache"), "RED_INSTALL_PACKAGES": "no"}
        return subprocess.run(
            [sys.executable, "-B", "-m", "tools", *arguments],
            cwd=CHECKOUT,
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def programs(tmp_path):
    """Return a function that makes a folder, for the PATH, with only the programs named."""

    def only(*names):
        folder = tmp_path / "bin"
        folder.mkdir()
        for name in names:
            for place in ("/usr/bin", "/bin", "/usr/sbin"):
                if Path(place, name).exists():
                    (folder / name).symlink_to(Path(place, name))
                    break
        return str(folder)

    return only


def assert_one_sentence(result, *words):
    """The command failed with one clear message that has these words, and no traceback."""
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    message = result.stderr.strip().splitlines()[-1]
    for word in words:
        assert word in result.stderr, message
    assert message.endswith((".", "…")) or "apt-get install" in message
