"""Databases with their filestores: copy, rename, drop. A copy takes well under a second."""

import os
import shutil
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from odoo.tools import config
from psycopg2 import sql

from tools import postgres
from tools.console import Failure
from tools.process import is_alive

COPY = "red_copy"  # copies of one run are named red_copy_<process>_<number>


@contextmanager
def maintenance():
    """Yield a cursor on the server, outside of any transaction."""
    try:
        connection = psycopg2.connect(dbname="postgres")
    except psycopg2.OperationalError as error:
        raise Failure(
            f"The database server cannot be reached ({str(error).strip().splitlines()[0]}).",
            "Check PGHOST, PGPORT, PGUSER and PGPASSWORD, or DATABASE_URL.",
        ) from error
    with closing(connection):
        connection.autocommit = True
        yield connection.cursor()


def refuse_unfit_server():
    """Fail when the server is too old, or the role may not create databases on it."""
    with maintenance() as cr:
        cr.execute(
            "SELECT rolname, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        postgres.refuse_unfit(cr.connection.server_version, *cr.fetchone())


def names(pattern):
    """Return the databases whose name matches a LIKE pattern, oldest first."""
    with maintenance() as cr:
        cr.execute("SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid", [pattern])
        return [name for (name,) in cr.fetchall()]


def exists(name):
    """Tell whether a database is there."""
    with maintenance() as cr:
        cr.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        return cr.fetchone() is not None


def is_whole(name):
    """Tell whether a database is there with its files: one's own server may outlive the cache."""
    return filestore(name).is_dir() and exists(name)


def copy(source, target):
    """Copy a database, and its filestore by hard links: stored files are never changed."""
    drop(target)
    with maintenance() as cr:
        statement = "CREATE DATABASE {} TEMPLATE {}"
        if cr.connection.server_version >= 150000:
            statement += " STRATEGY file_copy"
        cr.execute(sql.SQL(statement).format(sql.Identifier(target), sql.Identifier(source)))
    files = filestore(source)
    if files.is_dir():
        shutil.copytree(files, filestore(target), copy_function=os.link)


def create(name):
    """Create an empty database the way Odoo wants it."""
    drop(name)
    with maintenance() as cr:
        statement = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
        cr.execute(sql.SQL(statement).format(sql.Identifier(name)))


def rename(source, target):
    """Give a database and its filestore another name."""
    drop(target)
    if filestore(source).is_dir():
        filestore(source).rename(filestore(target))
    with maintenance() as cr:
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cr.execute(statement.format(sql.Identifier(source), sql.Identifier(target)))


def drop(name):
    """Remove a database with its filestore, closing what is connected to it."""
    with maintenance() as cr:
        cr.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=%s", [name]
        )
        cr.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
    shutil.rmtree(filestore(name), ignore_errors=True)


def filestore(name):
    """Return the folder of a database's stored files."""
    return Path(config.filestore(name))


@contextmanager
def fresh_copy(template):
    """Yield the name of a new copy of a template, and drop it in the end."""
    number = len(names(f"{COPY}_{os.getpid()}_%"))
    name = f"{COPY}_{os.getpid()}_{number}"
    copy(template, name)
    try:
        yield name
    finally:
        close(name)
        drop(name)


def drop_leftovers():
    """Drop the copies of runs that ended without doing so themselves."""
    for name in names(f"{COPY}_%"):
        process = name.split("_")[2]
        if not (process.isdigit() and is_alive(int(process))):
            drop(name)


def close(name):
    """Let go of Odoo's own connections to a database."""
    import odoo.sql_db
    from odoo.modules.registry import Registry

    Registry.delete(name)
    odoo.sql_db.close_db(name)
