"""The parts of the set-up that decide something, each on small examples."""

import re
import subprocess
from pathlib import Path

import polib
import pytest

from tools import checkout, lint_own, locks, modules, suite
from tools.console import Failure
from tools.inside import merge

FILES = ["tests/engine/test_a.py", "tests/acceptance/test_engine_b.py"]


def write_manifests(folder, **depends):
    for name, names in depends.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "__manifest__.py").write_text(repr({"depends": names}))


def test_an_addon_that_needs_stock_is_only_in_the_tests(tmp_path):
    addons, odoo = tmp_path / "addons", tmp_path / "odoo"
    write_manifests(addons, red=["sale"], red_stock=["red", "sale_stock"], red_more=["red_stock"])
    write_manifests(odoo, sale=[], sale_stock=["sale", "stock"], stock=[])
    layers = modules.layers(addons, modules.Manifests([odoo, addons]))
    assert layers["season"].modules == ("red",)
    assert layers["test"].modules == ("red", "red_more", "red_stock")
    assert layers["season"].parent is layers["test"].parent.parent
    assert "sale_stock" in layers["test"].parent.modules


def test_every_template_that_a_command_asks_for_is_a_layer(tmp_path):
    sources = Path(modules.__file__).parent.rglob("*.py")
    asked = {role for path in sources for role in re.findall(r'ready\("(\w+)"\)', path.read_text())}
    assert {"base", "season", "test"} <= asked
    assert asked <= set(modules.layers(tmp_path, modules.Manifests([tmp_path])))


def test_an_addon_that_is_not_installable_is_left_out(tmp_path):
    (tmp_path / "old").mkdir()
    (tmp_path / "old/__manifest__.py").write_text("{'installable': False}")
    assert modules.ours(tmp_path) == ()


@pytest.mark.parametrize(
    ("paths", "chosen"),
    [
        (["tests/engine/test_a.py"], ["tests/engine/test_a.py"]),
        (["tests/engine/test_a.py::test_x"], ["tests/engine/test_a.py::test_x"]),
        (["tests/acceptance/"], ["tests/acceptance/test_engine_b.py"]),
        (["tests"], FILES),
        (["tests/other.py"], []),
    ],
)
def test_paths_given_to_the_suite_choose_among_its_files(paths, chosen):
    assert suite.choose(paths, FILES) == chosen


def test_a_test_file_is_known_by_its_name_to_need_no_database():
    assert all(suite.is_pure(name) for name in FILES)
    assert not suite.is_pure("tests/acceptance/test_consortium.py")


def test_the_suite_fails_when_nothing_was_run():
    with pytest.raises(Failure, match="No test was run"):
        suite.verdict([suite.NOTHING_SELECTED, suite.NOTHING_SELECTED])


@pytest.mark.parametrize(
    ("codes", "verdict"), [([0, 0], 0), ([0, 5], 0), ([5, 0], 0), ([1, 0], 1), ([5, 1], 1)]
)
def test_the_suite_fails_when_a_part_fails(codes, verdict):
    assert suite.verdict(codes) == verdict


def test_the_mirror_of_a_checkout_follows_it(tmp_path):
    source, mirror = tmp_path / "source", tmp_path / "mirror"
    source.mkdir()
    subprocess.run(["git", "init", "-q", source], check=True)
    (source / ".gitignore").write_text("build/\n")
    (source / "kept.py").write_text("first")
    (source / "gone.py").write_text("soon")
    (source / "build").mkdir()
    (source / "build/result").write_text("not the project's")
    checkout.synchronise(source, mirror)
    assert {path.name for path in mirror.iterdir()} == {".gitignore", "kept.py", "gone.py"}
    (source / "gone.py").unlink()
    (source / "kept.py").write_text("second edition")
    checkout.synchronise(source, mirror)
    assert {path.name for path in mirror.iterdir()} == {".gitignore", "kept.py"}
    assert (mirror / "kept.py").read_text() == "second edition"
    (mirror / "build").mkdir()
    (mirror / "build/season.json").write_text("{}")
    checkout.bring_back(mirror, source)
    assert (source / "build/season.json").read_text() == "{}"


def test_a_second_run_waits_for_the_first(tmp_path):
    with locks.exclusive(tmp_path / "lock"):
        code = "from tools import locks\nwith locks.exclusive({!r}): print('in')"
        second = subprocess.Popen(
            ["python3", "-c", code.format(str(tmp_path / "lock"))],
            stdout=subprocess.PIPE,
            text=True,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(0.5)
    printed, _errors = second.communicate(timeout=10)
    assert "is setting up; waiting." in printed
    assert printed.endswith("in\n")


def test_the_engine_may_import_itself_and_the_standard_library_only(tmp_path):
    room = tmp_path / lint_own.ENGINE
    room.mkdir(parents=True)
    (room / "good.py").write_text("import math\nfrom .exact import whole\n")
    assert lint_own.Project(tmp_path, []).engine_imports() == ""
    (room / "bad.py").write_text("import odoo.tools\nfrom numpy import array\nfrom ..x import y\n")
    found = lint_own.Project(tmp_path, []).engine_imports()
    assert "odoo.tools" in found
    assert "numpy" in found
    assert "from outside the engine" in found


def test_a_manifest_is_checked():
    good = {
        "name": "Red",
        "summary": "x",
        "author": "y",
        "website": "z",
        "depends": ["sale"],
        "version": "19.0.1.0.0",
        "license": "AGPL-3",
    }
    assert lint_own.manifest_faults(good, {"sale"}) == []
    bad = {**good, "version": "1.0", "license": "LGPL-3", "depends": ["nothing"], "author": ""}
    assert lint_own.manifest_faults(bad, {"sale"}) == [
        "no author",
        "the version is not 19.0.x.y.z",
        "the licence is not AGPL-3",
        "depends on nothing, which is nowhere",
    ]


def test_traces_of_one_machine_are_found():
    address = "https://" + "deb.example" + ".net/debian"
    assert lint_own.machine_traces(f"see {address}", set())
    assert lint_own.machine_traces("open /some/where/x", {"/some/where/"})
    assert not lint_own.machine_traces("see https://www.odoo.com/documentation", {"/some/where/"})


def test_merging_terms_never_loses_a_translation(tmp_path):
    path = tmp_path / "es.po"
    old = polib.POFile()
    old.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    for term, translation in (("Quota", "Cuota"), ("Old", "Viejo")):
        old.append(polib.POEntry(msgid=term, msgstr=translation))
    old.save(str(path))
    pot = polib.POFile()
    pot.extend([polib.POEntry(msgid="Quota"), polib.POEntry(msgid="New")])
    po = merge.merged(path, pot, "es")
    assert po.find("Quota").msgstr == "Cuota"
    assert [entry.msgid for entry in merge.untranslated(po)] == ["New"]
    assert [(entry.msgid, entry.msgstr) for entry in po.obsolete_entries()] == [("Old", "Viejo")]
