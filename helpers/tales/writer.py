"""Writes tales and keeps the books: the probability of each character, and where a fact came back."""

import random
from array import array
from typing import NamedTuple

from helpers.tales.choices import Choice
from helpers.tales.grammar import Grammar, say
from helpers.tales.notation import Begin, End, Fact, Remember, Step, Use


class Recall(NamedTuple):
    """A fact that came back where, for a reader who remembers it, nothing else could stand."""

    fact: str
    start: int  # position of its first character in the text
    length: int  # characters
    distance: int  # characters from the end of its last mention to `start`


class Writer:
    """Writes tale after tale, and records as it goes.

    It draws with `random.Random(seed).random()` alone, whose stream is the same on every platform and version.
    """

    def __init__(self, grammar: Grammar, seed: int):
        self.grammar = grammar
        self.length = 0
        self.pieces: list[str] = []
        self.log_probabilities = array("d")  # natural logarithms, one a character
        self.starts: list[int] = []  # of the tales
        self.recalls: list[Recall] = []
        self.choices: list[tuple[int, Choice]] = []  # the position of each choice that was met
        self._random = random.Random(seed)

    def write_tale(self) -> None:
        """Add one tale. It begins without facts, whatever was told before."""
        self.starts.append(self.length)
        self._facts: dict[str, str] = {}
        self._begun: dict[str, list[str]] = {}  # the facts that are being written
        self._mentioned: dict[str, int] = {}  # where the last mention of a fact ended
        self._quoted: int | None = None  # where the open quotation mark stands
        pending: list[Step] = [Use("tale")]
        while pending:
            step = pending.pop()
            if isinstance(step, Use):
                pending += reversed(self._choose(step))
            else:
                self._write(step, [0.0] * len(say(step, self._facts)))

    def _choose(self, use: Use) -> tuple[Step, ...]:
        """Draw an option of a table, write it as far as it differs from the others, and return what remains."""
        choice, branches = self.grammar.fork(use, self._facts)
        number = choice.pick(self._random.random()) if len(branches) > 1 else 0
        self.choices.append((self.length, choice))
        start, logs = self.length, choice.log_probabilities(number)
        for step in branches[number].written:
            at = self.length - start
            self._write(step, logs[at : at + len(say(step, self._facts))])
        return branches[number].rest

    def _write(self, step: Step, logs: list[float]) -> None:
        """Carry out a step that is no choice."""
        if isinstance(step, Begin):
            self._begun[step.fact] = []
        elif isinstance(step, End):
            self._facts[step.fact] = "".join(self._begun.pop(step.fact))
            self._mentioned[step.fact] = self.length
        elif isinstance(step, Remember):
            self._facts[step.name] = step.value
        else:
            self._add(say(step, self._facts), logs, step.name if isinstance(step, Fact) else None)

    def _add(self, text: str, logs: list[float], fact: str | None) -> None:
        if fact in self._mentioned and not any(logs):
            self.recalls.append(Recall(fact, self.length, len(text), self.length - self._mentioned[fact]))
        if '"' in text:
            self._watch_quotes(text, logs)
        for parts in self._begun.values():
            parts.append(text)
        self.pieces.append(text)
        self.log_probabilities.extend(logs)
        self.length += len(text)
        if fact:
            self._mentioned[fact] = self.length

    def _watch_quotes(self, text: str, logs: list[float]) -> None:
        """Note each quotation mark that had to close here."""
        for position, (character, log_probability) in enumerate(zip(text, logs, strict=True), self.length):
            if character != '"':
                continue
            if self._quoted is not None and log_probability == 0:
                self.recalls.append(Recall("quotation", position, 1, position - self._quoted))
            self._quoted = position if self._quoted is None else None
