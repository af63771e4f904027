"""The command line of `helpers.train`, made from the settings themselves."""

import argparse
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from helpers.command_line.run_settings import DURATIONS, NONE, RunSettings, kind_of
from helpers.course.console import Parser
from helpers.training.presets import PRESET_NAMES

_EXAMPLES = """\
examples: python -m helpers.train my_book.txt --minutes 2
          python -m helpers.train my_book.txt --model lstm --preset full
          python -m helpers.train --resume runs/my_book-lstm"""


def train_parser() -> Parser:
    """Return the parser of `helpers.train`; what is not given is not in its result."""
    parser = Parser(
        prog="python -m helpers.train",
        usage="python -m helpers.train [TEXT] [--option value ...]",
        description="Train a model on a text, with losses, samples, a curve and checkpoints.",
        epilog=_EXAMPLES,
        argument_default=argparse.SUPPRESS,
        add_help=False,
    )
    run = parser.add_argument_group("run")
    _add_paths(run)
    groups, lengths = {"run": run}, None
    for one in (one for one in fields(RunSettings) if one.metadata["group"]):
        name = one.metadata["group"]
        if name not in groups:
            groups[name] = parser.add_argument_group(name)
        if one.name in DURATIONS:
            lengths = lengths or groups[name].add_mutually_exclusive_group()
            _add(lengths, one)
        else:
            _add(groups[name], one)
    return parser


def _add_paths(group: Any) -> None:
    """Add what is no setting of a run: where settings come from, and where results go."""
    presets = ", ".join(PRESET_NAMES[:3])
    add = group.add_argument
    add("text", metavar="TEXT", nargs="?", help="a corpus, a file or an address (default: the preset's)")
    add("--preset", choices=PRESET_NAMES, metavar="NAME", help=f"{presets}, … (default: quick)")
    add("--config", type=_path, metavar="FILE", help="settings of a TOML file, as a run leaves it in DIR")
    add("--out", type=_path, metavar="DIR", help="where to write (default: a new folder in runs)")
    add("--resume", type=_path, metavar="DIR", help="go on with the run in DIR, exactly where it stood")
    add("--bar", action=argparse.BooleanOptionalAction, help="a progress bar (default: on a terminal)")
    add("-h", "--help", action="help", help=argparse.SUPPRESS)


def _path(text: str) -> Path:
    """Return a path. An empty one, as a variable of a script gives that was never set, would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def _add(group: Any, one: Field) -> None:
    """Add the option of one setting."""
    flag, (kind, optional) = "--" + one.name.replace("_", "-"), kind_of(one.name)
    about = one.metadata["about"]
    if one.default not in (None, MISSING) and kind is not bool:
        about += f" (default: {one.default})"
    if kind is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, help=about)
    elif choices := one.metadata["choices"]:
        group.add_argument(flag, choices=list(choices), metavar="NAME", help=", ".join(choices) + about)
    else:
        metavar = {int: "N", float: "X", str: "TEXT"}[kind]
        group.add_argument(flag, type=_reader(kind, optional), metavar=metavar, help=about)


def _reader(kind: type, optional: bool) -> Callable[[str], Any]:
    """Return what turns a word of the command line into a value; argparse names the option in the error."""

    def read(text: str) -> Any:
        if optional and text == NONE:
            return None
        try:
            return kind(text)
        except ValueError:
            wanted = {int: "a whole number", float: "a number"}[kind] + f" or {NONE}" * optional
            raise argparse.ArgumentTypeError(f"{text!r} is not {wanted}") from None

    return read
