"""Running other programs."""

import os
import signal
import subprocess

from .console import Failure

TAIL_LINES = 12


def quietly(argv, *, failing, remedy=None, **options):
    """Run a program and return its output; when it fails, its last lines and ``failing``."""
    try:
        result = subprocess.run(
            [str(argument) for argument in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **options,
        )
    except FileNotFoundError as error:
        raise Failure(f"The program {argv[0]} is not there.", remedy) from error
    if result.returncode:
        raise Failure(f"{tail(result.stdout)}\n{failing}", remedy)
    return result.stdout


def output(argv, default="", **options):
    """Return what a program prints, or ``default`` when it is missing or fails."""
    try:
        result = subprocess.run(
            [str(argument) for argument in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
            **options,
        )
    except OSError:
        return default
    return default if result.returncode else result.stdout


def loudly(argv, **options):
    """Run a program on the user's terminal and return its exit code.

    An interrupt reaches the program itself; here it is only waited for.
    """
    child = subprocess.Popen([str(argument) for argument in argv], **options)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def tail(text, lines=TAIL_LINES):
    """Return the last lines of a program's output, indented."""
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-lines:])


def is_alive(pid):
    """Tell whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def terminate(pid):
    """Ask a process to end."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return


def run_captured(argv, **options):
    """Run a program; return its exit code and all it printed."""
    result = subprocess.run(
        [str(argument) for argument in argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        **options,
    )
    return result.returncode, result.stdout
