"""Template databases, in layers: ``base`` (Odoo, Peru, OCA), then our addons on top of it.

A template is named after the hash of all that went into it. When an addon changes, only the top
layer is built again, from the layer below: always a clean installation, in seconds.
"""

import os
import sys
from contextlib import redirect_stderr
from pathlib import Path

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools.translate import load_language

from tools import modules
from tools.console import Failure, already, guarded, step
from tools.inside import databases, odoo_session
from tools.locks import exclusive
from tools.paths import short_hash, tree_hash

KEPT = 3  # templates of one role; older ones are dropped
RECIPE = 5  # raise it when the way of preparing a layer changes
ADDONS = Path("addons")
NOT_INSTALLED = {"readme", "tests"}  # changes there need no new template

# It would count what tests roll back as empty tables, and plan by that from then on.
WITHOUT_AUTOVACUUM = """
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN SELECT oid::regclass FROM pg_class
                     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        LOOP
            EXECUTE 'ALTER TABLE ' || name || ' SET (autovacuum_enabled = false)';
        END LOOP;
    END $$
"""


def ready(role):
    """Return the name of the up-to-date template of a role, building it if need be."""
    databases.refuse_unfit_server()
    manifests = modules.Manifests(odoo_session.addon_folders())
    layer = modules.layers(ADDONS, manifests)[role]
    refuse_unknown(layer, manifests)
    with exclusive(f"{os.environ['RED_STATE']}/template.lock"):
        return build(layer)


def refuse_unknown(layer, manifests):
    """Fail when a module of a layer, or one it depends on, is nowhere."""
    wanted = manifests.closure(layer.modules)
    while layer.parent:
        layer = layer.parent
        wanted |= manifests.closure(layer.modules)
    unknown = sorted(name for name in wanted if manifests[name] is None)
    if unknown:
        raise Failure(
            f"No folder has the module {', '.join(unknown)} that an addon depends on.",
            "Pin the package that brings it in requirements.txt, or correct the manifest.",
        )


def build(layer):
    """Return the template of a layer, building it and those below it if need be."""
    name = template_name(layer)
    if databases.is_whole(name):
        if layer.ours:
            already(f"Template database {name}")
        return name
    parent = build(layer.parent) if layer.parent else None
    unfinished = f"{name}_new"
    with step(f"building the template database {name}: {', '.join(layer.modules)}") as detail:
        if parent:
            databases.copy(parent, unfinished)
        else:
            databases.create(unfinished)
        install(unfinished, layer, detail)
        databases.close(unfinished)
        databases.rename(unfinished, name)
    prune(layer.role, name)
    return name


def template_name(layer):
    """Return the name that stands for a layer's contents."""
    return f"red_{layer.role}_{layer_hash(layer)}"


def layer_hash(layer):
    """Return the hash of a layer: the ground, the modules, our addons' files, the layer below."""
    below = layer_hash(layer.parent) if layer.parent else os.environ["RED_GROUND"]
    contents = addons_hash(layer.modules) if layer.ours else ""
    texts = [below, contents, str(RECIPE), *layer.modules]
    return short_hash(*(text.encode() for text in texts))


def addons_hash(names):
    """Return the hash of the files of our addons that an installation depends on."""
    return short_hash(*(addon_hash(name).encode() for name in names))


def addon_hash(name):
    """Return the hash of one addon's files."""

    def skip(path):
        return path.relative_to(ADDONS / name).parts[0] in NOT_INSTALLED

    return tree_hash(ADDONS / name, skip)


def install(name, layer, detail):
    """Install a layer's modules into a database and prepare it for use."""
    detail("installing modules")
    log = f"{os.environ['RED_LOGS']}/tools.log"
    try:
        with open(log, "a", encoding="utf-8") as remarks, redirect_stderr(remarks):
            registry = Registry.new(
                name, update_module=True, install_modules=layer.modules, new_db_demo=False
            )
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise Failure(
            f"The modules could not be installed ({reason[0]}).",
            f"The whole message is in {log}.",
        ) from error
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if layer.parent is None:
            detail("loading the language and the chart of accounts")
            settle_in(env)
        if layer.ours:
            refuse_missing(env, layer.modules)
        if layer.ours or layer.parent is None:  # between them, nobody opens a browser
            detail("building the browser's assets")
            build_assets(env, () if layer.ours else modules.EXTENDED_ASSETS)
    if layer.for_tests:
        detail("preparing a second company")
        add_spare_company(registry)
        with registry.cursor() as cr:
            cr.execute(WITHOUT_AUTOVACUUM)


def build_assets(env, but):
    """Build the bundles that a browser asks for first, unless the layer below has them already."""
    for name, kinds in modules.ASSETS.items():
        for kind in kinds if name not in but else ():
            bundle = env["ir.qweb"]._get_asset_bundle(name, css=kind == "css", js=kind == "js")
            getattr(bundle, kind)()


def settle_in(env):
    """Give the company its country and chart of accounts, and the administrator its language."""
    load_language(env.cr, modules.LANGUAGE)
    company = env.ref("base.main_company")
    company.country_id = env.ref(modules.COUNTRY)
    if company.chart_template != modules.CHART:
        env["account.chart.template"].try_loading(modules.CHART, company)
    env.ref("base.user_admin").lang = modules.LANGUAGE


def add_spare_company(registry):
    """Keep an archived company with books of its own for tests that need two."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        company = env["res.company"].create(
            {"name": modules.SPARE_COMPANY, "country_id": env.ref(modules.COUNTRY).id}
        )  # committing loads its chart
    with registry.cursor() as cr:
        company = company.with_env(api.Environment(cr, SUPERUSER_ID, {}))
        if company.chart_template != modules.CHART:
            raise Failure("Odoo loaded no chart for the second company of the tests.")
        company.active = False


def refuse_missing(env, names):
    """Fail when a module did not get installed, which Odoo only says in its log."""
    installed = env["ir.module.module"].search([("name", "in", names), ("state", "=", "installed")])
    missing = sorted(set(names) - set(installed.mapped("name")))
    if missing:
        raise Failure(
            f"Odoo did not install {', '.join(missing)}.",
            f"The reason is in {os.environ['RED_LOGS']}/tools.log.",
        )


def prune(role, current):
    """Drop all but the newest templates of a role, and what a broken build left."""
    found = [name for name in databases.names(f"red_{role}_%") if name != current]
    for name in found:
        if name.endswith("_new"):
            databases.drop(name)
    whole = [name for name in found if not name.endswith("_new")]
    for name in whole[: max(0, len(whole) - KEPT + 1)]:
        databases.drop(name)


def main(roles):
    """Make the templates of some roles ready."""
    odoo_session.start()
    databases.drop_leftovers()
    for role in roles:
        ready(role)


if __name__ == "__main__":
    sys.exit(guarded(main, sys.argv[1:]))
