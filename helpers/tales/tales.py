"""A text of tales, and what its grammar knows about it."""

import functools
from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np

from helpers.tales.choices import Choice
from helpers.tales.grammar import Grammar
from helpers.tales.notation import parse_tables
from helpers.tales.scenes import SCENES
from helpers.tales.stories import PLOTS
from helpers.tales.words import WORDS
from helpers.tales.writer import Recall, Writer


@dataclass(frozen=True)
class Tales:
    """A text of tales.

    Attributes:
        text: the tales, an empty line after each.
        log_probabilities: the natural logarithm of each character's probability given all before it, float64, shape
            (len(text),). The mean of their negatives is the entropy floor: no model can stay below it for long.
        starts: the position at which each tale begins.
        recalls: where a fact came back that the past decides.
    """

    text: str
    log_probabilities: np.ndarray
    starts: tuple[int, ...]
    recalls: tuple[Recall, ...]
    _choices: list[tuple[int, Choice]] = field(repr=False)

    @property
    def floor(self) -> float:
        """The mean of -log_probabilities, in nats per character."""
        return -float(self.log_probabilities.mean())

    def next_characters(self, position: int) -> dict[str, float]:
        """Return the true probability of each character that could stand at `position`, given all before it."""
        if not 0 <= position < len(self.text):
            raise IndexError(f"position {position} is outside the text of {len(self.text)} characters")
        number = bisect_right(self._choices, position, key=lambda choice: choice[0]) - 1
        start, choice = self._choices[number]
        prefix = self.text[start:position]
        return choice.next_characters(prefix) or {self.text[position]: 1.0}


@functools.cache
def grammar() -> Grammar:
    """Return the grammar of the tales. Its forks are kept once they are made."""
    return Grammar(parse_tables(WORDS, SCENES, PLOTS))


def write_tales(length: int = 1_000_000, seed: int = 0) -> Tales:
    """Write tales until the text has `length` characters; the last tale is cut there.

    Args:
        length: characters, at least 1.
        seed: the same seed gives the same text on every platform; a longer text begins like a shorter one.

    Raises:
        ValueError: a length below 1.
    """
    if length < 1:
        raise ValueError(f"length must be at least 1, not {length}")
    writer = Writer(grammar(), seed)
    while writer.length < length:
        writer.write_tale()
    return Tales(
        "".join(writer.pieces)[:length],
        np.array(writer.log_probabilities[:length]),
        tuple(writer.starts),
        tuple(recall for recall in writer.recalls if recall.start + recall.length <= length),
        writer.choices,
    )
