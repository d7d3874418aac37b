"""The user that PostgreSQL and Odoo run as: an unprivileged one when started by root."""

import os
import pwd
import shutil
from dataclasses import dataclass

from .console import Failure, say
from .paths import NAME
from .process import output, quietly


@dataclass(frozen=True)
class Worker:
    """Whoever runs the server and Odoo; without ``name`` that is whoever called."""

    name: str | None = None
    uid: int = -1
    gid: int = -1

    def command(self, argv):
        """Return the command line that runs ``argv`` as this user."""
        if not self.name:
            return list(argv)
        identity = [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return ["setpriv", *identity, "--", *argv]

    def own(self, *folders):
        """Create folders that belong to this user."""
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            if self.name and folder.stat().st_uid != self.uid:
                os.chown(folder, self.uid, self.gid)

    def can_read(self, path):
        """Tell whether this user can read a file, with all the folders on the way."""
        return self._can("-r", path)

    def can_run(self, path):
        """Tell whether this user can run a program."""
        return self._can("-x", path)

    def _can(self, test, path):
        script = 'test "$1" "$2" && echo yes'
        return output(self.command(["sh", "-c", script, "sh", test, path])) != ""


def find_worker():
    """Return the worker, creating the system user when root has none yet."""
    if os.geteuid() != 0:
        return Worker()
    if not shutil.which("setpriv"):
        raise Failure("Root needs the program setpriv.", "Install the package util-linux.")
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = create_user()
    return Worker(NAME, entry.pw_uid, entry.pw_gid)


def create_user():
    """Create the system user, without password or home."""
    say(f"  … creating the system user {NAME}: neither PostgreSQL nor Odoo should run as root")
    quietly(
        ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/sh", NAME],
        failing=f"The system user {NAME} could not be created.",
        remedy="Run make as an ordinary user instead.",
    )
    return pwd.getpwnam(NAME)
