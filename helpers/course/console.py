"""What all commands of the course do alike: exit codes that mean something, and errors of one line."""

import argparse
import os
import re
import sys
import warnings
from collections.abc import Callable
from typing import NoReturn

from helpers.ground.signals import sigterm_as_interrupt

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES = "exit codes: 0 done, 1 failed, 2 bad usage or input, 130 stopped by a signal"

_LONGEST = 500  # characters of an error


class OneScreen(argparse.RawDescriptionHelpFormatter):
    """Writes help without empty lines and with little between its columns, so that all of it is seen at once."""

    def __init__(self, prog: str):
        super().__init__(prog, indent_increment=1, max_help_position=26, width=80)

    def format_help(self) -> str:
        """Return the text."""
        return re.sub(r"\n\n+", "\n", super().format_help())


class Parser(argparse.ArgumentParser):
    """Reads a command line; what it does not understand it says in one line, with exit code 2."""

    def __init__(self, *, epilog: str, **arguments):
        super().__init__(epilog=f"{EXIT_CODES}\n{epilog}", formatter_class=OneScreen, allow_abbrev=False, **arguments)

    def error(self, message: str) -> NoReturn:
        """End the program."""
        self.exit(BAD_INPUT, f"{message} ({self.prog} --help lists all options)\n")


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


def one_line(error: BaseException) -> str:
    """Return what an error says, in one line that can be read; of a file, which one it was."""
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    said = " ".join(str(error).split()) or type(error).__name__
    return said if len(said) <= _LONGEST else said[:_LONGEST] + " …"  # a compiler's complaint fills many pages
