"""Checks of this project that no linter has."""

import ast
import re
import sys
from pathlib import Path

VERSION = re.compile(r"19\.0\.\d+\.\d+\.\d+")
# Addresses of package registries and their mirrors.
REGISTRY = re.compile(r"https?://[\w.-]*\b(deb|pypi|npm|registry|mirror)[\w-]*\.[\w.-]+", re.I)
BINARY = {".png", ".jpg", ".ico", ".pdf", ".xlsx", ".woff", ".woff2", ".gz", ".zip"}
ENGINE = "addons/red_empresarial/engine"
REQUIRED = ("name", "summary", "author", "website", "depends")


class Project:
    """The project's files, and what must hold for them; each check returns what it found."""

    def __init__(self, folder, files):
        self.folder = Path(folder)
        self.files = files

    def engine_imports(self):
        """The engine imports its own modules and the standard library, nothing else."""
        found = []
        for path in sorted((self.folder / ENGINE).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for name in foreign_imports(node):
                    found.append(f"{path.name}:{node.lineno}: imports {name}")
        return "\n".join(found)

    def manifests(self, known):
        """Every manifest says who, what version and licence; its dependencies exist."""
        paths = sorted((self.folder / "addons").glob("*/__manifest__.py"))
        known = known | {path.parent.name for path in paths}
        found = []
        for path in paths:
            data = ast.literal_eval(path.read_text(encoding="utf-8"))
            found += [f"{path.parent.name}: {text}" for text in manifest_faults(data, known)]
        return "\n".join(found)

    def hosts_and_paths(self, private):
        """No file names a registry, a mirror, or a folder of one machine."""
        found = []
        for name in self.files:
            path = self.folder / name
            if path.suffix.lower() in BINARY or not path.is_file():
                continue
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            for number, line in enumerate(lines, start=1):
                found += [f"{name}:{number}: {text}" for text in machine_traces(line, private)]
        return "\n".join(found)


def foreign_imports(node):
    """Return what a statement imports from outside the engine and the standard library."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        if node.level > 1:
            return ["from outside the engine"]
        names = [] if node.level else [node.module]
    else:
        return []
    return [name for name in names if name.split(".")[0] not in sys.stdlib_module_names]


def manifest_faults(data, known):
    """Return what is wrong with a manifest."""
    faults = [f"no {key}" for key in REQUIRED if not data.get(key)]
    if not VERSION.fullmatch(data.get("version", "")):
        faults.append("the version is not 19.0.x.y.z")
    if data.get("license") != "AGPL-3":
        faults.append("the licence is not AGPL-3")
    unknown = sorted(set(data.get("depends", ())) - known)
    return faults + [f"depends on {name}, which is nowhere" for name in unknown]


def machine_traces(line, private):
    """Return the registry addresses and private names in a line."""
    found = [f"names the registry {match.group()}" for match in REGISTRY.finditer(line)]
    for name in sorted(private):
        if re.search(rf"(?<![\w.-]){re.escape(name)}", line):
            found.append(f"has {name} of one machine")
    return found
