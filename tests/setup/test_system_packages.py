"""Missing system packages: told all at once with one command, or installed by root in one go."""

import os
from pathlib import Path

import pytest

from tools import odoo_source, system_packages
from tools.console import Failure
from tools.paths import Paths

from .conftest import assert_one_sentence

NEEDS = tuple(
    system_packages.need(package, "is tried here", "trial", [package])
    for package in ("red-first", "red-second")
)
COMMAND = "apt-get install --no-install-recommends -y red-first red-second"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Return a function that leaves only some programs: a name with the script it runs."""

    def of(root=False, **scripts):
        folder = tmp_path / "programs"
        folder.mkdir()
        for name, script in scripts.items():
            write_program(folder / name.replace("_", "-"), script)
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.setenv("RED_INSTALL_PACKAGES", "yes")
        monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
        return folder

    return of


def write_program(path, script):
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def refusal():
    """Return what the check of the packages says when it fails."""
    with pytest.raises(Failure) as failure:
        system_packages.require({"trial"}, NEEDS)
    return str(failure.value)


def test_without_compiler_and_browser_all_missing_packages_are_named_at_once(red, programs):
    path = programs("sh", "test", "apt-get", "setpriv", "id", "python3")
    result = red("test", PATH=path)
    browser = "chromium-headless-shell"
    expected = ("gcc (compiles psycopg2)", "libpq-dev", "git", browser, "wkhtmltopdf", "dpkg")
    assert_one_sentence(result, *expected)
    command = result.stderr.strip().splitlines()[-1].partition("apt-get install")[2]
    assert set(expected[1:]) < set(command.split())


def test_one_s_own_odoo_is_not_extracted(red, programs, tmp_path):
    path = programs("sh", "test", "apt-get", "setpriv", "id", "python3")
    result = red("test", PATH=path, ODOO_SOURCE=str(tmp_path))
    assert_one_sentence(result, "chromium")
    assert "dpkg" not in result.stderr


def test_an_extracted_odoo_needs_nothing_to_extract_it(tmp_path, monkeypatch):
    monkeypatch.delenv("ODOO_SOURCE", raising=False)
    where = Paths(tmp_path, tmp_path)
    assert odoo_source.uses(where) == {system_packages.EXTRACTING}
    odoo_source.extraction(where).mkdir(parents=True)
    assert odoo_source.uses(where) == set()


def test_an_ordinary_user_is_told_one_command(machine):
    machine(apt_get="exit 1", sudo="exit 1")
    said = refusal()
    assert "lacks red-first (is tried here), red-second (is tried here)." in said
    assert said.endswith(f"Run: sudo {COMMAND}")


def test_without_sudo_the_command_is_for_root(machine):
    machine(apt_get="exit 1")
    assert refusal().endswith(f"Run as root: {COMMAND}")


def test_another_system_is_not_told_to_run_apt(machine):
    machine(root=True)
    assert refusal().endswith("Those are Debian's names: install what your system calls them.")


def test_root_that_does_not_want_it_is_only_told(machine, monkeypatch):
    machine(root=True, apt_get="exit 1")
    monkeypatch.setenv("RED_INSTALL_PACKAGES", "no")
    assert refusal().endswith(f"Run: {COMMAND}")


def test_root_installs_all_at_once(machine, tmp_path):
    log = tmp_path / "apt.log"
    folder = machine(root=True, apt_get=f'echo "$DEBIAN_FRONTEND $*" >> {log}')
    scripts = "".join(
        f"/bin/cp {folder}/apt-get {folder}/{name}\n" for name in ("red-first", "red-second")
    )
    write_program(folder / "apt-get", f"{Path(folder / 'apt-get').read_text()}\n{scripts}")
    system_packages.require({"trial"}, NEEDS)
    assert log.read_text().splitlines() == [
        "noninteractive -qq update",
        "noninteractive install -qq -y --no-install-recommends red-first red-second",
    ]


def test_root_hears_what_apt_said_and_the_command(machine):
    machine(root=True, apt_get='echo "E: Unable to locate package $5"; exit 100')
    said = refusal()
    assert "E: Unable to locate package red-first" in said
    assert said.endswith(f"Look at the lines above, then run: {COMMAND}")


def test_root_hears_of_packages_that_did_not_bring_their_program(machine):
    machine(root=True, apt_get="exit 0")
    assert "red-second" in refusal()
    assert "still not found" in refusal()
