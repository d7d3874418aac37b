"""The demo's own database: made once from the season's template, later only updated."""

import os
import shutil
import subprocess
import sys
from configparser import RawConfigParser

import psycopg2
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from tools import modules
from tools.console import Failure, already, guarded, notice, step
from tools.inside import campaign, databases, odoo_session, template

ADDONS_KEY = "red_empresarial.setup.addons"  # what was installed: name:hash …
READY_KEY = "red_empresarial.setup.campaign_done"
ABSENT = 3  # exit code of ``inspect`` that is not a failure


def inspect(name, fresh=""):
    """Tell (by exit code) whether a finished demo database is there; drop one to be replaced."""
    if not databases.exists(name):
        return ABSENT
    if not fresh and is_finished(name):
        return 0
    with step("dropping the demo's database" if fresh else "dropping a half-made demo database"):
        databases.drop(name)
    return ABSENT


def is_finished(name):
    """Tell whether the campaign was run to its end in a database."""
    connection = psycopg2.connect(dbname=name)
    try:
        cr = connection.cursor()
        cr.execute("SELECT 1 FROM ir_config_parameter WHERE key = %s", [READY_KEY])
        return cr.fetchone() is not None
    except psycopg2.errors.UndefinedTable:
        return False
    finally:
        connection.close()


def transfer(name):
    """Copy the season's template from the fast cluster into the demo's durable one."""
    source = template.ready("season")
    target = {
        **os.environ,
        "PGHOST": os.environ["RED_DEMO_PGHOST"],
        "PGPORT": os.environ["RED_DEMO_PGPORT"],
    }
    if all(target[key] == os.environ[key] for key in ("PGHOST", "PGPORT")):
        databases.copy(source, name)
        return 0
    with step("copying the template into the demo's own cluster"):
        files = databases.filestore(source)
        options = {"env": target, "check": True}
        subprocess.run(["createdb", "-T", "template0", "--lc-collate=C", name], **options)
        dump = subprocess.Popen(["pg_dump", "--no-owner", source], stdout=subprocess.PIPE)
        restore = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "-d", name]
        subprocess.run(restore, stdin=dump.stdout, stdout=subprocess.DEVNULL, **options)
        if dump.wait():
            raise Failure("The template could not be copied into the demo's cluster.")
        copy_files(files, name)
    return 0


def copy_files(files, name):
    """Copy the filestore into the demo's data folder: real copies, since these are kept."""
    data = config_value(os.environ["RED_DEMO_ODOO_RC"], "data_dir")
    target = f"{data}/filestore/{name}"
    shutil.rmtree(target, ignore_errors=True)
    if files.is_dir():
        shutil.copytree(files, target)


def config_value(path, key):
    """Return one option of an Odoo configuration file."""
    parser = RawConfigParser()
    parser.read(path, encoding="utf-8")
    return parser["options"][key]


def run_campaign(name):
    """Run the campaign and mark the database as finished."""
    result = campaign.run(name)
    with odoo_session.environment(name) as env:
        remember(env)
        env["ir.config_parameter"].set_param(READY_KEY, "yes")
    return campaign.report(result)


def update(name):
    """Update the addons that changed since the demo's database was made; its data stay."""
    with odoo_session.environment(name) as env:
        text = env["ir.config_parameter"].get_param(ADDONS_KEY, "")
    known = dict(item.split(":") for item in text.split())
    current = {addon: template.addon_hash(addon) for addon in season_addons()}
    changed = [addon for addon in current if addon in known and known[addon] != current[addon]]
    new = [addon for addon in current if addon not in known]
    if not changed and not new:
        already("Demo database, as it was left")
        return 0
    notice("The addons have changed since the demo's database was made; its data are kept.")
    with step(f"updating the demo's database: {', '.join(changed + new)}"):
        databases.close(name)
        registry = Registry.new(
            name, update_module=True, install_modules=new, upgrade_modules=changed
        )
        with registry.cursor() as cr:
            remember(api.Environment(cr, SUPERUSER_ID, {}))
    return 0


def season_addons():
    """Return our addons that the demo has."""
    manifests = modules.Manifests(odoo_session.addon_folders())
    return modules.layers(template.ADDONS, manifests)["season"].modules


def remember(env):
    """Note in the database which state of the addons it has."""
    text = " ".join(f"{addon}:{template.addon_hash(addon)}" for addon in season_addons())
    env["ir.config_parameter"].set_param(ADDONS_KEY, text)


COMMANDS = {
    "inspect": inspect,
    "transfer": transfer,
    "campaign": run_campaign,
    "update": update,
}


def main(command, *arguments):
    """Run one of the steps."""
    odoo_session.start()
    return COMMANDS[command](*arguments)


if __name__ == "__main__":
    sys.exit(guarded(main, *sys.argv[1:]))
