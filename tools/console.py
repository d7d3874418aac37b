"""What the user sees: progress with elapsed seconds, and failures of one sentence."""

import os
import sys
import threading
import traceback
from contextlib import contextmanager
from time import monotonic

QUIET_SECONDS = 10  # on a log file a long step says that it is alive every so often


class Failure(Exception):
    """Something the user can mend: one sentence that says what is wrong, and the remedy."""

    def __init__(self, sentence, remedy=None):
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy

    def __str__(self):
        return f"{self.sentence} {self.remedy}" if self.remedy else self.sentence


def say(text=""):
    """Print a line at once, also when the output goes to a file."""
    print(text, flush=True)


def notice(text):
    """Print something the user should know although nothing failed."""
    say(f"  ! {text}")


def elapsed(since):
    """Return the seconds since ``since`` as text."""
    return f"{monotonic() - since:.1f} s"


@contextmanager
def step(doing):
    """Say what is being done, that it goes on, and how long it took.

    The body may call the yielded function with a text to be shown behind the elapsed time.
    """
    started = monotonic()
    detail = []
    done = threading.Event()
    on_terminal = sys.stdout.isatty()
    say(f"  … {doing}")

    def beat():
        while not done.wait(1 if on_terminal else QUIET_SECONDS):
            line = f"    {elapsed(started)} {detail[-1] if detail else ''}".rstrip()
            print(line, end="\r" if on_terminal else "\n", flush=True)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield detail.append
    finally:
        done.set()
        thread.join()
    say(f"  ✓ {doing} ({elapsed(started)})")


def already(what):
    """Say that a step was not needed because its result is there."""
    say(f"  ✓ {what}")


def guarded(command, *arguments):
    """Run a command; turn a failure into its sentence and exit code 1, without traceback."""
    try:
        return command(*arguments) or 0
    except Failure as failure:
        sys.stdout.flush()
        print(f"\n✗ {failure}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        print("\n✗ Stopped; run the same command again to go on.", file=sys.stderr, flush=True)
        return 130
    except OSError as error:
        print(f"\n✗ The system refused: {error}.", file=sys.stderr, flush=True)
        return 1
    except Exception as error:
        if "RED_LOGS" not in os.environ:
            raise  # a fault of the set-up programs themselves
        print(f"\n✗ {unexpected(error)}", file=sys.stderr, flush=True)
        return 1


def unexpected(error):
    """Write what nobody foresaw to a log, and return a sentence that says where it happened."""
    path = f"{os.environ['RED_LOGS']}/failure.log"
    with open(path, "w", encoding="utf-8") as log:
        traceback.print_exception(error, file=log)
    place = traceback.extract_tb(error.__traceback__)[-1]
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
    return f"{reason} ({type(error).__name__} in {where}). The whole story is in {path}."
