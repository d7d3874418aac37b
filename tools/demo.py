"""``make demo``: a database that is kept, with the campaign in it, served to the browser."""

import os
import socket
import subprocess
import sys
import threading
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from . import ground
from .console import Failure, notice, say

DATABASE = "red_empresarial"
HOST = "127.0.0.1"
PORT = 8069
TRIES = 50
ABSENT = 3  # how tools.inside.demo says that there is no finished database
PATIENCE = 120  # seconds for the server to answer


def main(_arguments):
    """Prepare the demo's database, then serve it until interrupted."""
    port = choose_port(os.environ.get("PORT"))  # before all the work
    base = ground.prepare("demo")
    fresh = os.environ.get("FRESH", "") not in {"", "0"}
    if fresh:
        confirm_fresh()
    code = prepare_database(base, fresh)
    return code or serve(base, choose_port(os.environ.get("PORT"), port))


def confirm_fresh():
    """Ask before throwing the demo's data away; without a terminal, only say so."""
    notice("FRESH=1: the demo's database is dropped and made anew; what was entered is lost.")
    if not sys.stdin.isatty():
        return
    if input("    Go on? [y/N] ").strip().lower() not in {"y", "yes", "s", "sí"}:
        raise Failure("Nothing was changed.")


def prepare_database(base, fresh):
    """Make sure the demo's database is there and up to date."""
    demo = base.environment("demo")
    variables = {f"RED_DEMO_{name}": demo[name] for name in ("PGHOST", "PGPORT", "ODOO_RC")}
    options = ["fresh"] if fresh else []
    state = base.inside("demo", "inspect", DATABASE, *options, cluster="demo")
    if state == 0:
        return base.inside("demo", "update", DATABASE, cluster="demo")
    if state != ABSENT:
        return state
    return base.inside("demo", "transfer", DATABASE, **variables) or base.inside(
        "demo", "campaign", DATABASE, cluster="demo"
    )


def choose_port(wanted, default=PORT):
    """Return the port to serve on: the one asked for, or the first free one from 8069 on."""
    if wanted:
        if not wanted.isdigit() or not 0 < int(wanted) < 65536:
            raise Failure(f"PORT={wanted} is not a port number.", "Use one from 1024 to 65535.")
        if not is_free(int(wanted)):
            raise Failure(
                f"Port {wanted} is taken by another program.",
                "Choose another PORT, or leave it out and the next free one is used.",
            )
        return int(wanted)
    for port in range(default, default + TRIES):
        if is_free(port):
            if port != default:
                notice(f"Port {default} is taken by another program: using {port}.")
            return port
    raise Failure(f"The ports {default} to {default + TRIES - 1} are all taken.", "Set PORT.")


def is_free(port):
    """Tell whether a server could listen on a port of this machine."""
    for address in (HOST, "0.0.0.0"):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except PermissionError as error:
                raise Failure(
                    f"Port {port} is reserved to root.", "Choose one above 1023."
                ) from error
            except OSError:
                return False
    return True


def serve(base, port):
    """Run the server on the terminal until it is interrupted or ``make stop`` ends it."""
    log = base.paths.logs / "demo.log"
    command = [base.python.parent / "odoo", "server", "-d", DATABASE]
    command += ["--db-filter", f"^{DATABASE}$", f"--logfile={log}"]
    command += ["--http-interface", HOST, "--http-port", str(port), "--max-cron-threads", "1"]
    pid_file = base.paths.run / f"demo-{port}.pid"
    child = subprocess.Popen(
        [str(word) for word in base.worker.command(command)],
        cwd=base.working,
        env=base.environment("demo"),
    )
    pid_file.write_text(str(child.pid), encoding="utf-8")
    threading.Thread(target=announce, args=(port, log, child), daemon=True).start()
    try:
        return wait(child, log)
    finally:
        pid_file.unlink(missing_ok=True)


def wait(child, log):
    """Wait for the server; being stopped by the user or by ``make stop`` is success."""
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue
        if code > 0 and code != 130:
            raise Failure(f"The server ended with code {code}.", f"See {log}.")
        say("\nThe server has stopped; the data are kept. make demo serves them again.")
        return 0


def announce(port, log, child):
    """Print address, user and password as soon as the server answers."""
    address, started = f"http://localhost:{port}", monotonic()
    direct = build_opener(ProxyHandler({}))  # a proxy of the network's knows no server of ours
    while child.poll() is None and monotonic() - started < PATIENCE:
        try:
            with direct.open(f"http://{HOST}:{port}/web/health", timeout=5):
                break
        except (URLError, OSError):
            sleep(0.3)
    else:
        if child.poll() is None:
            notice(f"The server has not answered for {PATIENCE} s; see {log}.")
        return
    say(f"\n  Open      {address}\n  User      admin\n  Password  admin")
    say(f"\n  Ctrl+C (or make stop) ends it; the data are kept. Log: {log}")
