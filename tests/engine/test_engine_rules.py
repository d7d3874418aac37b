"""What holds for every module of the engine: exact, self-contained, its examples true."""

import ast
import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import engine
import pytest

ROOM = Path(engine.__file__).parent
MODULES = sorted(path.stem for path in ROOM.glob("*.py") if path.stem != "__init__")


def syntax_tree(module):
    return ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_the_docstrings_are_true(module):
    assert doctest.testmod(importlib.import_module(f"engine.{module}")).failed == 0


@pytest.mark.parametrize("module", MODULES)
def test_public_functions_are_documented(module):
    for node in ast.walk(syntax_tree(module)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            nested = node.col_offset and isinstance(node, ast.FunctionDef)
            assert nested or ast.get_docstring(node), node.name


@pytest.mark.parametrize("module", MODULES)
def test_no_floats(module):
    for node in ast.walk(syntax_tree(module)):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float | complex), f"line {node.lineno}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"float", "round"}, f"line {node.lineno}"


@pytest.mark.parametrize("module", MODULES)
def test_imports_only_its_own_room_and_the_standard_library(module):
    for node in ast.walk(syntax_tree(module)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, "reaches outside the engine"
            names = [] if node.level else [node.module]
        else:
            continue
        for name in names:
            assert name.split(".")[0] in sys.stdlib_module_names, name


def test_runs_where_odoo_is_not_installed():
    statements = ["import sys", f"sys.path.insert(0, {str(ROOM.parent)!r})"]
    statements += ["sys.modules['odoo'] = None"]  # makes `import odoo` fail
    statements += [f"import engine.{module}" for module in MODULES]
    subprocess.run([sys.executable, "-I", "-c", "\n".join(statements)], check=True)
