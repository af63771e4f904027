"""The grammar at work: at each table, the literal strings that may come next once the facts are written in."""

import math
from collections import ChainMap
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from helpers.tales.choices import Choice, find_prefixes
from helpers.tales.notation import Begin, End, Fact, Option, Remember, Step, Text, Use


class Branch(NamedTuple):
    """An option, written out as far as it must be to tell it from the others."""

    weight: Fraction
    text: str
    written: tuple[Step, ...]  # the steps behind the text
    rest: tuple[Step, ...]


class Fork(NamedTuple):
    """A choice, and the branch behind each of its strings."""

    choice: Choice
    branches: tuple[Branch, ...]


class Grammar:
    """Tables of options, and the forks that they make under given facts."""

    def __init__(self, tables: Mapping[str, tuple[Option, ...]]):
        self.tables = dict(tables)
        self._asked: dict[Use, tuple[str, ...]] = {}  # the facts on which a fork was found to depend
        self._forks: dict[tuple, Fork] = {}

    def fork(self, use: Use, facts: Mapping[str, str]) -> Fork:
        """Return the fork at this table under these facts, made when it is first met."""
        names = self._asked.get(use, ())
        fork = self._forks.get((use, *(facts.get(name) for name in names)))
        if fork is None:
            watched = Watched(facts)
            fork = self.make_fork(use, watched)
            names = tuple(sorted({*names, *watched.asked}))
            self._asked[use] = names
            self._forks[use, *(facts.get(name) for name in names)] = fork
        return fork

    def make_fork(self, use: Use, facts: Mapping[str, str]) -> Fork:
        """Write the options of a table out, each just so far that none is a prefix of another.

        Raises:
            ValueError: two options cannot be told apart, or there is no such table.
            KeyError: a fact is missing.
        """
        branches = self._open(use, facts, Fraction(1), ())
        while unclear := find_prefixes([branch.text for branch in branches]):
            branches = [
                further
                for number, branch in enumerate(branches)
                for further in (self._advance(branch, facts) if number in unclear else [branch])
            ]
        scale = math.lcm(*(branch.weight.denominator for branch in branches))
        weights = [int(branch.weight * scale) for branch in branches]
        return Fork(Choice([branch.text for branch in branches], weights), tuple(branches))

    def _open(self, use: Use, facts: Mapping[str, str], weight: Fraction, tail: tuple[Step, ...]) -> list[Branch]:
        """Return the options of a table as branches that share `weight`, each with `tail` after it."""
        name = use.table.format_map(facts)
        if name not in self.tables:
            raise ValueError(f"there is no table {name}")
        left_out = {facts[fact] for fact in use.without}
        options = [option for option in self.tables[name] if read(option) not in left_out]
        total = sum(option.weight for option in options)
        return [Branch(weight * option.weight / total, "", (), option.steps + tail) for option in options]

    def _advance(self, branch: Branch, facts: Mapping[str, str]) -> list[Branch]:
        """Write the next step of a branch out; a table splits it into its options."""
        if not branch.rest:
            raise ValueError(f"nothing tells the option {branch.text!r} from one that begins so")
        step, rest = branch.rest[0], branch.rest[1:]
        known = note_facts(branch.written, facts)
        if not isinstance(step, Use):
            text = branch.text + say(step, known)
            return [Branch(branch.weight, text, (*branch.written, step), rest)]
        opened = self._open(step, known, branch.weight, rest)
        return [one._replace(text=branch.text, written=branch.written) for one in opened]


class Watched(dict):
    """Facts that note which of them were asked for."""

    def __init__(self, facts: Mapping[str, str]):
        super().__init__(facts)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return super().__getitem__(name)


def say(step: Step, facts: Mapping[str, str]) -> str:
    """Return what a step writes: nothing, if it only remembers."""
    if isinstance(step, Text):
        return step.text
    if isinstance(step, Fact):
        value = facts[step.name]
        return value[:1].upper() + value[1:] if step.capital else value
    return ""


def read(option: Option) -> str:
    """Return the literal words of an option."""
    return "".join(step.text for step in option.steps if isinstance(step, Text))


def note_facts(written: tuple[Step, ...], facts: Mapping[str, str]) -> ChainMap:
    """Return the facts as they are after some steps."""
    known = ChainMap({}, facts)
    begun: dict[str, int] = {}
    text = ""
    for step in written:
        text += say(step, known)
        if isinstance(step, Begin):
            begun[step.fact] = len(text)
        elif isinstance(step, End):
            known[step.fact] = text[begun[step.fact] :]
        elif isinstance(step, Remember):
            known[step.name] = step.value
    return known
