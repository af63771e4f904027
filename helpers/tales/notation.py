"""The notation of the grammar: tables of options, one option a line.

== weather              the name of a table; the lines below it are its options
3* It rained.           an option with weight 3; without a number the weight is 1
It was {season}.        a fact of the tale, written out; {Season} with a capital letter
[girl:hero] sang.       go on with an option of the table `girl`, and remember what it wrote as the fact `hero`
[girl:friend -hero]     the same, without the option that reads as the fact `hero` does
[work.{trade}]          the table whose name ends in a fact: the past decides what may come
Oldbridge<land=sea>     remember a fact without writing anything
¶                       a line break
"""

import re
from typing import NamedTuple


class Text(NamedTuple):
    """Characters that stand there as they are."""

    text: str


class Fact(NamedTuple):
    """A fact of the tale, written out."""

    name: str
    capital: bool


class Remember(NamedTuple):
    """A fact that is noted and not written."""

    name: str
    value: str


class Begin(NamedTuple):
    """From here to its end, what is written becomes a fact."""

    fact: str


class End(NamedTuple):
    """Here ends what becomes a fact."""

    fact: str


class Use(NamedTuple):
    """Go on with an option of a table; the table's name may hold a fact in braces."""

    table: str
    without: tuple[str, ...] = ()  # leave out the options that read as these facts do


Step = Text | Fact | Remember | Begin | End | Use


class Option(NamedTuple):
    """One way to go on, and how often it is taken in proportion to the others."""

    weight: int
    steps: tuple[Step, ...]


_STEP = re.compile(
    r"\[(?P<table>[\w.{}]+)(?::(?P<fact>\w+))?(?P<without>(?: -\w+)*)\]"
    r"|\{(?P<slot>\w+)\}"
    r"|<(?P<name>\w+)=(?P<value>\w+)>"
    r"|(?P<text>[^\[\]{}<>]+)"
)
_WEIGHT = re.compile(r"(\d+)\* ")


def parse_tables(*sources: str) -> dict[str, tuple[Option, ...]]:
    """Read tables from texts in the notation above. Raises ValueError for a line that is not in it."""
    tables: dict[str, list[Option]] = {}
    for line in "\n".join(sources).splitlines():
        if line.startswith("== "):
            name = line.removeprefix("== ")
            if name in tables:
                raise ValueError(f"the table {name} stands there twice")
            tables[name] = []
        elif line:
            if not tables:
                raise ValueError(f"the option {line!r} stands before the first table")
            tables[name].append(parse_option(line))
    return {name: tuple(options) for name, options in tables.items()}


def parse_option(line: str) -> Option:
    """Read one option. Raises ValueError if it is not in the notation."""
    weight = _WEIGHT.match(line)
    start = weight.end() if weight else 0
    steps: list[Step] = []
    while start < len(line):
        match = _STEP.match(line, start)
        if not match:
            raise ValueError(f"{line[start:]!r} is not in the notation, in the option {line!r}")
        steps += _read_steps(match)
        start = match.end()
    return Option(int(weight.group(1)) if weight else 1, tuple(steps))


def _read_steps(match: re.Match) -> list[Step]:
    if match["table"]:
        use = Use(match["table"], tuple(match["without"].replace("-", "").split()))
        return [Begin(match["fact"]), use, End(match["fact"])] if match["fact"] else [use]
    if match["slot"]:
        return [Fact(match["slot"].lower(), match["slot"][0].isupper())]
    if match["name"]:
        return [Remember(match["name"], match["value"])]
    return [Text(match["text"].replace("¶", "\n"))]
