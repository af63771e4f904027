"""A text and what one must know about it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Corpus:
    """A text, where it comes from, and how hard it is where that is known exactly.

    `splits` holds the parts that its publisher made, by their published names ("train", "validation", "test"); it is
    empty for a text that was published in one piece. `text` is then the "train" part alone: a test part that leaked
    into training would make every later score too good.
    """

    name: str
    text: str
    description: str
    language: str
    licence: str
    source: str
    path: Path | None = None  # where it lies on disk; None for a text that is made by code
    splits: dict[str, str] = field(default_factory=dict, compare=False)
    log_probabilities: np.ndarray | None = field(default=None, compare=False)  # nats, (len(text),); None if not known
    starts: Any = field(default=None, compare=False)  # where each story of `tales` begins, None for other texts
    recalls: Any = field(default=(), compare=False)  # the places of `tales` that repeat a fact told before

    @property
    def floor(self) -> float | None:
        """Return the loss of the text's own grammar in nats per character: no model can do better. None if unknown."""
        return None if self.log_probabilities is None else -float(np.mean(self.log_probabilities))

    def __repr__(self) -> str:
        return f"Corpus({self.name!r}: {len(self.text):,} characters, {len(set(self.text))} different)"


class CorpusUnavailable(OSError):
    """A text is neither on this disk nor to be had from the network; `reason` says why, the message what to do."""

    def __init__(self, name: str, reason: str, remedy: str):
        super().__init__(
            f"{name} cannot be had: {reason}. {remedy} "
            'Or load a text that needs no download: load_corpus("tales"), load_corpus("python-docs").'
        )
        self.name, self.reason = name, reason


def disk_problem(error: OSError, folder: object) -> str:
    """Return what hinders writing, and the way out of it."""
    return f"{folder} cannot be written to ({error.strerror or error}); set COURSE_DATA to another folder, with room"
