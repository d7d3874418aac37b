"""Everything a command stands on, prepared in order, each part only if it is not there yet."""

import os
from dataclasses import dataclass, field

from . import odoo_source, paths, postgres, python_env, system_packages
from .checkout import bring_back, working_copy
from .console import Failure, say
from .locks import exclusive
from .odoo_source import OdooSource
from .paths import Paths, short_hash
from .process import loudly
from .worker import Worker, find_worker

# Compiled files go to a folder of their own, whatever the user wants of his: Odoo is 5,000 files.
DROPPED = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Ground:
    """The prepared machine: where things are, and how to run a program inside."""

    paths: Paths
    worker: Worker
    odoo: OdooSource
    python: object
    working: object
    servers: dict = field(default_factory=dict)

    def server(self, cluster):
        """Return the server for ``tests`` or ``demo``, starting it the first time."""
        if cluster not in self.servers:
            self.servers[cluster] = self._find_server(cluster)
        return self.servers[cluster]

    def _find_server(self, cluster):
        own = postgres.own_server()
        if own:
            return own
        with exclusive(self.paths.cache / "lock"):
            programs = postgres.machine_programs()
            if not programs:
                uv = python_env.find_uv(self.paths)
                programs = postgres.embedded_programs(self.paths, uv)
            return postgres.Cluster(cluster, self.paths, self.worker, programs).start()

    def environment(self, cluster):
        """Return the environment variables of a program that runs inside."""
        server = self.server(cluster)
        variables = {name: value for name, value in os.environ.items() if name not in DROPPED}
        programs = [str(server.programs)] if server.programs else []
        variables |= {
            **server.environment,
            "PATH": os.pathsep.join([str(self.python.parent), *programs, os.environ["PATH"]]),
            "ODOO_RC": str(self.configuration(cluster)),
            "PYTHONPYCACHEPREFIX": str(self.paths.state / "pycache"),
            "HYPOTHESIS_STORAGE_DIRECTORY": str(self.paths.state / "hypothesis"),
            "RED_BUILD": str(self.working / "build"),
            "RED_LOGS": str(self.paths.logs),
            "RED_STATE": str(self.paths.state),
            "RED_GROUND": short_hash(
                self.odoo.identity.encode(), python_env.requirements_hash().encode()
            ),
        }
        if self.worker.name:
            variables |= {"HOME": str(self.paths.home), "USER": self.worker.name}
            for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
                variables.pop(name, None)
        return variables

    def configuration(self, cluster):
        """Write Odoo's configuration for a cluster; return its path."""
        server = self.server(cluster)
        # One's own server serves all purposes; its files are kept apart from the clusters'.
        data = self.paths.state / f"data-{cluster if server.private else server.key}"
        self.worker.own(data)
        folders = [*self.odoo.addons, self.working / "addons"]
        options = {
            "addons_path": ",".join(str(folder) for folder in folders if folder.is_dir()),
            "data_dir": data,
            "db_host": server.environment["PGHOST"],
            "db_port": server.environment["PGPORT"],
            "db_user": server.environment["PGUSER"],
            "http_interface": "127.0.0.1",
            "list_db": False,
            "workers": 0,
            "max_cron_threads": 0,
            "log_handler": ":INFO,py.warnings:ERROR",
        }
        lines = ["[options]", *(f"{name} = {value}" for name, value in options.items())]
        path = self.paths.run / f"{self.paths.checkout_key}-{cluster}.conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    def run(self, argv, cluster="tests", **extra):
        """Run a program as the worker in the working copy; return its exit code."""
        environment = {**self.environment(cluster), **extra}
        code = loudly(self.worker.command(argv), cwd=self.working, env=environment)
        bring_back(self.working, self.paths.checkout)
        return code

    def inside(self, program, *arguments, cluster="tests", **extra):
        """Run a program of ``tools.inside`` with Odoo at hand; return its exit code."""
        argv = [self.python, "-m", f"tools.inside.{program}", *arguments]
        return self.run(argv, cluster, **extra)


def prepare(*uses):
    """Prepare the ground for what a command does: words of ``system_packages.NEEDS``."""
    say("Preparing (the first time this downloads and takes a few minutes)")
    os.umask(0o022)
    where = paths.locate()
    with exclusive(where.cache / "lock"):
        worker = find_worker()
        open_to(worker, where)
        base = python_env.base_python(worker)
        building = set() if python_env.is_built(where) else {system_packages.BUILDING}
        needs = (*system_packages.NEEDS, python_env.header_need(base))
        system_packages.require({*uses, *building, *odoo_source.uses(where)}, needs)
        odoo = odoo_source.find(where)
        python = python_env.find(where, odoo, base)
        refuse_closed(worker, [odoo.library / "odoo/release.py", python])
        return Ground(where, worker, odoo, python, working_copy(where, worker))


def open_to(worker, where):
    """Make the folders the worker writes, and see that it can reach them."""
    if worker.name:
        where.cache.chmod(0o755)
    worker.own(where.state, where.home, where.logs, where.run)
    refuse_closed(worker, [where.state], "Set RED_CACHE to a folder that every user can enter.")


def refuse_closed(worker, files, remedy="Make it readable, or run make as its owner."):
    """Fail when the worker cannot read one of the files."""
    for path in files:
        if not worker.can_read(path):
            who = f"user {worker.name}" if worker.name else "current user"
            raise Failure(f"The {who} cannot read {path}.", remedy)
