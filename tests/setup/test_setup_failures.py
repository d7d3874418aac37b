"""What a user sees when the machine is not as the set-up needs it: one sentence and the remedy."""

import os
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import demo, odoo_source, paths, postgres, python_env
from tools.console import Failure
from tools.debian import Downloader
from tools.ground import refuse_closed
from tools.worker import Worker

from .conftest import assert_one_sentence


@pytest.fixture
def taken_port():
    """Yield a port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_an_explicit_port_that_is_taken_is_refused(red, taken_port):
    assert_one_sentence(red("demo", PORT=str(taken_port)), f"Port {taken_port} is taken", "PORT")


def test_without_explicit_port_the_next_free_one_is_used(taken_port, capsys):
    port = demo.choose_port(None, taken_port)
    assert taken_port < port < taken_port + demo.TRIES
    assert (
        f"Port {taken_port} is taken by another program: using {port}." in capsys.readouterr().out
    )


def test_the_address_is_told_where_the_network_has_a_proxy(
    taken_port, tmp_path, capsys, monkeypatch
):
    class Health(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()

    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{taken_port}")
    monkeypatch.delenv("no_proxy", raising=False)
    with HTTPServer(("127.0.0.1", 0), Health) as server:
        threading.Thread(target=server.handle_request).start()
        demo.announce(server.server_port, tmp_path / "log", SimpleNamespace(poll=lambda: None))
    assert f"Open      http://localhost:{server.server_port}" in capsys.readouterr().out


@pytest.mark.parametrize("port", ["web", "0", "70000"])
def test_a_port_that_is_no_port_is_refused(port):
    with pytest.raises(Failure, match=f"PORT={port} is not a port number"):
        demo.choose_port(port)


def test_a_mirror_that_is_not_there_is_named_with_the_ways_out(tmp_path, monkeypatch):
    monkeypatch.setenv("DEBIAN_MIRROR", f"file:{tmp_path}/empty")
    with pytest.raises(Failure) as failure:
        Downloader(tmp_path / "apt", ["sid"]).fetch(["odoo-19/sid"], tmp_path)
    assert f"The Debian mirror file:{tmp_path}/empty did not give" in failure.value.sentence
    assert "DEBIAN_MIRROR" in failure.value.remedy
    assert "ODOO_SOURCE" in failure.value.remedy


def test_a_mirror_without_the_package_is_named_with_the_ways_out(tmp_path, monkeypatch):
    fake = tmp_path / "bin" / "apt-get"
    fake.parent.mkdir()
    fake.write_text(
        '#!/bin/sh\ncase "$*" in *download*) echo "E: Unable to locate package"; exit 100;; esac\n'
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("DEBIAN_MIRROR", "file:/some/mirror")
    with pytest.raises(Failure, match="did not give odoo-19/sid") as failure:
        Downloader(tmp_path / "apt", ["sid"]).fetch(["odoo-19/sid"], tmp_path)
    assert failure.value.remedy.startswith("Set DEBIAN_MIRROR")


def test_a_folder_without_odoo_is_refused_as_odoo_source(tmp_path):
    with pytest.raises(Failure, match="holds no Odoo"):
        odoo_source.own_checkout(tmp_path)


def test_another_version_of_odoo_is_refused_as_odoo_source(tmp_path):
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo/release.py").write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    with pytest.raises(Failure, match="is not Odoo 19.0"):
        odoo_source.own_checkout(tmp_path)


def test_an_odoo_19_is_accepted_as_odoo_source(tmp_path):
    for name in ("odoo/addons", "addons"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "odoo/release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    source = odoo_source.own_checkout(tmp_path)
    assert source.addons == (tmp_path / "odoo/addons", tmp_path / "addons")


def test_a_new_commit_of_odoo_source_is_another_odoo(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # root uses the checkout of another
    (tmp_path / "odoo").mkdir()
    (tmp_path / "odoo/release.py").write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    identities = [odoo_source.own_checkout(tmp_path).identity]
    git = ["git", "-c", "safe.directory=*", "-c", "user.name=Ana", "-c", "user.email=ana@red.pe"]
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    for message in ("first", "second"):
        command = [*git, "-C", tmp_path, "commit", "-q", "--allow-empty", "-m", message]
        subprocess.run(command, check=True)
        identities.append(odoo_source.own_checkout(tmp_path).identity)
    assert len(set(identities)) == 3


def test_a_damaged_download_is_removed_and_named(tmp_path):
    tested = tmp_path / "tested"
    tested.write_text(f"{'0' * 64}  odoo-19_19.0_all.deb\n")
    package = tmp_path / "odoo-19_19.0_all.deb"
    package.write_bytes(b"half a file")
    with pytest.raises(Failure, match="damaged"):
        odoo_source.verify([package], tested)
    assert not package.exists()


def test_a_newer_upload_is_used_with_a_notice(tmp_path, capsys):
    tested = tmp_path / "tested"
    tested.write_text(f"{'0' * 64}  odoo-19_19.0_all.deb\n")
    package = tmp_path / "odoo-19_19.1_all.deb"
    package.write_bytes(b"signed by Debian")
    odoo_source.verify([package], tested)
    assert package.exists()
    assert "newer upload" in capsys.readouterr().out


def test_an_extraction_that_fails_leaves_nothing_half_made(tmp_path):
    broken = tmp_path / "odoo-19_19.0_all.deb"
    broken.write_bytes(b"no archive")
    with pytest.raises(Failure, match="could not be unpacked"):
        odoo_source.extract({odoo_source.ODOO: broken}, tmp_path / "odoo")
    assert not (tmp_path / "odoo").exists()


def test_a_file_the_worker_cannot_read_is_named(tmp_path):
    worker = Worker("nobody", 65534, 65534) if os.geteuid() == 0 else Worker()
    closed = tmp_path / "closed"
    closed.write_text("")
    closed.chmod(0)
    with pytest.raises(Failure, match=f"cannot read {closed}"):
        refuse_closed(worker, [closed])


def test_a_cache_folder_that_cannot_be_made_is_named(red, tmp_path):
    (tmp_path / "file").write_text("")
    result = red("stop", RED_CACHE=str(tmp_path / "file" / "cache"))
    assert_one_sentence(result, "cannot be created", "RED_CACHE")


def test_the_database_user_postgres_is_refused(red):
    with pytest.raises(Failure, match="refuses to work as the database user postgres"):
        postgres.own_server({"PGHOST": "db", "PGUSER": "postgres"})


@pytest.mark.parametrize(
    "address",
    [
        "mysql://db/x",
        "nonsense",
        "postgresql://",
        "postgresql://ana@db:port/",
        "postgresql://ana:p@ss@db/",
        "postgresql://ana@one:1,two:2/",
    ],
)
def test_a_database_url_that_is_none_is_refused(address):
    with pytest.raises(Failure, match="DATABASE_URL is not the address"):
        postgres.own_server({"DATABASE_URL": address})


@pytest.mark.parametrize(
    ("address", "host", "port", "user", "more"),
    [
        ("ana:p%40ss@db:5444/postgres", "db", "5444", "ana", {"PGPASSWORD": "p@ss"}),
        ("db", "db", "5432", "odoo", {}),
        ("ana@[::1]/", "::1", "5432", "ana", {}),
        ("ana@db/?sslmode=require&pool=5", "db", "5432", "ana", {"PGSSLMODE": "require"}),
        ("ana@%2Fvar%2FRun/", "/var/Run", "5432", "ana", {}),
        ("/x?host=/var/Run&port=5433&user=ana", "/var/Run", "5433", "ana", {}),
    ],
)
def test_a_database_url_is_taken_apart(address, host, port, user, more):
    server = postgres.own_server({"DATABASE_URL": f"postgresql://{address}"})
    assert server.environment == {"PGHOST": host, "PGPORT": port, "PGUSER": user, **more}
    assert not server.private


def test_a_role_that_may_not_create_databases_is_named_with_the_remedy():
    with pytest.raises(Failure, match="The database role ana may not create") as failure:
        postgres.refuse_unfit(150004, "ana", may_create=False)
    assert 'ALTER ROLE "ana" CREATEDB;' in failure.value.remedy
    postgres.refuse_unfit(150004, "ana", may_create=True)


def test_a_server_that_is_too_old_is_refused():
    with pytest.raises(Failure, match="is PostgreSQL 12; Odoo 19 needs 13"):
        postgres.refuse_unfit(120022, "ana", may_create=True)


def test_the_newest_postgresql_of_the_machine_is_used_unless_all_are_too_old(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(postgres.shutil, "which", lambda _name: None)
    pattern = f"{tmp_path}/*/bin"
    for version, chosen in ((12, None), (17, 17), (9, 17), (14, 17)):
        folder = tmp_path / str(version) / "bin"
        folder.mkdir(parents=True)
        (folder / "initdb").touch()
        (folder / "postgres").write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}.1'\n")
        (folder / "postgres").chmod(0o755)
        found = postgres.machine_programs([pattern])
        assert found == (tmp_path / str(chosen) / "bin" if chosen else None)


@pytest.mark.parametrize(("downloaded", "asked"), [("yes", 1), ("no", 2)])
def test_packages_come_from_the_network_only_if_they_were_not_downloaded(
    tmp_path, downloaded, asked
):
    uv, log = tmp_path / "uv", tmp_path / "log"
    offline = "exit 0" if downloaded == "yes" else "exit 1"
    uv.write_text(f'#!/bin/sh\necho "$*" >> {log}\ncase "$*" in *--offline) {offline};; esac\n')
    uv.chmod(0o755)
    python_env.offline_first([uv, "install", "x"], env={}, failing="No.", remedy="Go online.")
    assert log.read_text().splitlines() == ["install x --offline", "install x"][:asked]


def test_a_socket_path_that_would_be_too_long_is_replaced(tmp_path):
    assert postgres.socket_folder(Path("/short")) == Path("/short/socket")
    deep = tmp_path / ("x" * 120)
    place = postgres.socket_folder(deep)
    assert len(str(place / ".s.PGSQL.5432")) <= postgres.SOCKET_LIMIT
    assert place == postgres.socket_folder(deep)


def test_an_unknown_command_points_to_the_help(red):
    assert_one_sentence(red("dance"), "There is no command dance.", "make help")


def test_shell_without_demo_is_not_a_traceback(red, programs):
    assert "Traceback" not in red("shell", PATH=programs("sh")).stderr


def test_root_does_not_use_a_cache_folder_closed_to_others(tmp_path, capsys):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    chosen = paths.cache_folder({"XDG_CACHE_HOME": str(closed)}, is_root=True)
    assert chosen == Path("/var/cache/red-empresarial")
    assert "closed to the unprivileged user" in capsys.readouterr().out


def test_an_ordinary_user_uses_the_cache_folder_of_the_desktop(tmp_path):
    chosen = paths.cache_folder({"XDG_CACHE_HOME": str(tmp_path)}, is_root=False)
    assert chosen == tmp_path / "red-empresarial"


def test_red_cache_comes_first(tmp_path):
    variables = {"RED_CACHE": str(tmp_path), "XDG_CACHE_HOME": "/elsewhere"}
    assert paths.cache_folder(variables, is_root=True) == tmp_path
