"""Fetching Odoo's package: an interrupted download goes on, a damaged one is refused."""

import os
import threading
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tools import debian
from tools.console import Failure

NAME = "odoo-19_19.0_all.deb"
CONTENT = bytes(range(256)) * 400
CHANGED = 1_700_000_000

pytestmark = pytest.mark.skipif(not os.path.exists(debian.HELPER), reason="apt is Debian's")


class Mirror(BaseHTTPRequestHandler):
    """A mirror with one package, which gives any part of it."""

    def do_GET(self):
        asked = self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.server.starts.append(start)
        self.send_response(206 if asked else 200)
        if asked:
            last = len(CONTENT) - 1
            self.send_header("Content-Range", f"bytes {start}-{last}/{len(CONTENT)}")
        self.send_header("Content-Length", str(len(CONTENT) - start))
        self.send_header("Last-Modified", formatdate(CHANGED, usegmt=True))
        self.end_headers()
        self.wfile.write(CONTENT[start:])

    def log_message(self, *_arguments):
        """Keep the tests' output short."""


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """Yield a running mirror; an apt-get of our own says what its lists would say of it."""
    server = HTTPServer(("127.0.0.1", 0), Mirror)
    server.starts = []
    server.digest = sha256(CONTENT).hexdigest()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    programs = tmp_path / "programs"
    programs.mkdir()
    line = f"'{address}/{NAME}' {NAME} {len(CONTENT)} SHA256:$(cat {tmp_path}/digest)"
    (programs / "apt-get").write_text(
        f'#!/bin/sh\ncase "$*" in *print-uris*) echo "W: Some warning"; echo "{line}";; esac\n'
    )
    (programs / "apt-get").chmod(0o755)
    (tmp_path / "digest").write_text(server.digest)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("DEBIAN_MIRROR", address)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def fetch(tmp_path):
    debian.Downloader(tmp_path / "apt", ["sid"]).fetch(["odoo-19/sid"], tmp_path)
    return (tmp_path / NAME).read_bytes()


def test_a_package_is_downloaded(mirror, tmp_path):
    assert fetch(tmp_path) == CONTENT
    assert mirror.starts == [0]


def test_an_interrupted_download_goes_on(mirror, tmp_path):
    half = tmp_path / "apt/partial" / NAME
    half.parent.mkdir(parents=True)
    half.write_bytes(CONTENT[:5000])
    os.utime(half, (CHANGED, CHANGED))  # as apt leaves it
    assert fetch(tmp_path) == CONTENT
    assert mirror.starts == [5000]


def test_a_package_with_another_digest_is_refused(mirror, tmp_path):
    (tmp_path / "digest").write_text("0" * 64)
    with pytest.raises(Failure, match="did not give odoo-19/sid"):
        fetch(tmp_path)
    assert not (tmp_path / NAME).exists()
    (tmp_path / "digest").write_text(mirror.digest)
    assert fetch(tmp_path) == CONTENT
