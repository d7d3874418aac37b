"""One set-up at a time: a second run waits until the first is ready, then finds its work done."""

import fcntl
import os
from contextlib import contextmanager

from .console import notice


@contextmanager
def exclusive(path):
    """Hold the lock file ``path``; the system lets go of it even if the process dies."""
    with open(path, "a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            notice(f"Another run (process {handle.read().strip() or '?'}) is setting up; waiting.")
            fcntl.flock(handle, fcntl.LOCK_EX)
        handle.seek(0)
        handle.truncate()
        handle.write(str(os.getpid()))
        handle.flush()
        yield
