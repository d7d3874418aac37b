"""Which modules each database has. To change that, change the names here and nothing else."""

import ast
from dataclasses import dataclass
from pathlib import Path

# The ground that every database stands on: Peru, and the OCA add-ons the demonstration shows.
BASE = (
    "l10n_pe",
    "sale_management",
    "purchase",
    "account_reconcile_oca",
    "account_financial_report",
)
# What only the tests install besides; addons of ours that need it are left out of the demo.
TESTS_ONLY = ("stock",)
LANGUAGE = "es_PE"
COUNTRY = "base.pe"
CHART = "pe"
# A second company with a chart of its own, archived until a test takes it: loading a chart takes
# as long as many tests.
SPARE_COMPANY = "Empresa de reserva de las pruebas"
# What browsers ask for first, and of which kind, built beforehand: Odoo's own list takes several
# times longer, and builds bundles that only its own tests need. Others are built when asked for.
ASSETS = {
    "web.assets_web": ("css", "js"),
    "web.assets_web_print": ("css",),
    "web.assets_backend_lazy": ("css", "js"),
    "web.assets_frontend": ("css",),
    "web.assets_frontend_minimal": ("js",),
    "web.assets_frontend_lazy": ("js",),
    "web.assets_tests": ("css", "js"),
    "web.report_assets_common": ("css",),
    "bus.websocket_worker_assets": ("js",),
    "web.report_assets_pdf": ("css", "js"),
}
# Those that our own addons add to: of no use in a template without them.
EXTENDED_ASSETS = {"web.assets_web", "web.assets_web_print"}


@dataclass(frozen=True)
class Layer:
    """A template database: its parent's modules, plus these."""

    role: str
    parent: "Layer | None"
    modules: tuple
    ours: bool = False
    for_tests: bool = False


class Manifests:
    """The manifests of the modules in some folders, read once."""

    def __init__(self, folders):
        self.folders = [Path(folder) for folder in folders]
        self._read = {}

    def __getitem__(self, name):
        if name not in self._read:
            self._read[name] = self._find(name)
        return self._read[name]

    def _find(self, name):
        for folder in self.folders:
            path = folder / name / "__manifest__.py"
            if path.is_file():
                return ast.literal_eval(path.read_text(encoding="utf-8"))
        return None

    def closure(self, names):
        """Return the modules and all they depend on, directly or not."""
        found, pending = set(), list(names)
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += (self[name] or {}).get("depends", ())
        return found


def ours(addons):
    """Return the names of the installable addons of this project."""
    paths = sorted(Path(addons).glob("*/__manifest__.py"))
    manifests = {path.parent.name: ast.literal_eval(path.read_text("utf-8")) for path in paths}
    return tuple(name for name, data in manifests.items() if data.get("installable", True))


def layers(addons, manifests):
    """Return the template layers by role: of the season (and demo), of the tests, and below."""
    every = ours(addons)
    season = tuple(name for name in every if not manifests.closure([name]).intersection(TESTS_ONLY))
    base = Layer("base", None, foreign(BASE, season, every, manifests))
    broad = Layer("broad", base, foreign(TESTS_ONLY, every, every, manifests))
    return {
        "base": base,
        "broad": broad,
        "season": Layer("season", base, season, ours=True),
        "test": Layer("test", broad, every, ours=True, for_tests=True),
    }


def foreign(names, addons, every, manifests):
    """Return ``names`` and what the addons depend on, as far as it is not ours."""
    depends = {dep for addon in addons for dep in (manifests[addon] or {}).get("depends", ())}
    return tuple(sorted({*names, *depends}.difference(every)))
