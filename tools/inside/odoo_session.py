"""Starting Odoo in this process, and working in one of its databases."""

import logging
import os
import threading
from contextlib import contextmanager

import odoo.addons
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

from tools.modules import LANGUAGE


def start(log="tools", level="warn"):
    """Read Odoo's configuration and send its log to a file; return that file."""
    path = f"{os.environ['RED_LOGS']}/{log}.log"
    config.parse_config([f"--logfile={path}", f"--log-level={level}"], setup_logging=True)
    logging.getLogger("odoo.modules.loading").setLevel(logging.ERROR)
    return path


def addon_folders():
    """Return the folders in which Odoo finds addons."""
    return [*odoo.addons.__path__, *config["addons_path"]]


@contextmanager
def environment(database, user="base.user_admin"):
    """Yield an environment of the administrator in Spanish; commit it unless something fails.

    It is in superuser mode: programs drive a database, they are not a person with rights.
    """
    threading.current_thread().dbname = database
    registry = Registry(database)
    with registry.cursor() as cr:
        root = api.Environment(cr, SUPERUSER_ID, {})
        context = {"lang": LANGUAGE, "tz": "America/Lima"}
        yield api.Environment(cr, root.ref(user).id, context, su=True)
