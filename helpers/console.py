"""What all commands of the course do alike: exit codes that mean something, and errors of one line."""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES = "exit codes: 0 done, 1 failed, 2 bad usage or input, 130 stopped by a signal"


class RunFailed(Exception):
    """Ends a command with exit code 1: its input was good, and something went wrong on the way."""


def run_command(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; an error that can be expected becomes one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a console that lacks a character must not cost the text
    try:
        with sigterm_as_interrupt(), warnings.catch_warnings():
            warnings.showwarning = lambda message, *_, **__: print(f"note: {message}", file=sys.stderr)
            code = command()
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # who reads it, for example `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except RunFailed as error:
        print(one_line(error), file=sys.stderr)
        return FAILED
    except (OSError, ValueError, LookupError) as error:
        print(one_line(error), file=sys.stderr)
        return BAD_INPUT


@contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM end a command as Ctrl-C does: a run finishes its step and writes a last checkpoint.

    A script that starts a program in the background has it ignore Ctrl-C; so Python's own answer is put back first.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def one_line(error: BaseException) -> str:
    """Return what an error says, in one line; of a file, which one it was."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return " ".join(str(error).split()) or type(error).__name__
